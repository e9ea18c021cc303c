"""Packages are made whole or not at all, tell nothing, and hold what was recorded."""

from __future__ import annotations

import hashlib
import io
import os
import stat
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from packages import CASE, CONTENT, SECRET_FACTS, House, item_id
from rempart.errors import KeyFileError, MisuseError
from rempart.evidence.building import add_proof, build_item
from rempart.evidence.canonical import parse_canonical
from rempart.evidence.commitments import COMMITMENTS, commitment, parse_commitments, parse_openings
from rempart.evidence.drafts import Content, Trust
from rempart.evidence.layout import OPENINGS, PackageKind, place_of
from rempart.evidence.package_files import remove_unfinished
from rempart.evidence.sums import SUMS, parse_sums
from rempart.keys.age import decrypt_with
from rempart.whole_file import LEFTOVERS
from required import ROOT

HOUSE = House()
PATHS = {"PYTHONPATH": f"{ROOT / 'src'}:{ROOT / 'tests'}"}


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a package without proofs."""
    return build_item(tmp_path_factory.mktemp("case"), HOUSE.draft())


def files_of(folder: Path) -> dict[str, bytes]:
    """Return what a package holds."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def opened(folder: Path, name: str, who: int = 0) -> bytes:
    """Decrypt something."""
    return decrypt_with(HOUSE.identities[who], (folder / name).read_bytes(), name=name)


class Failing(io.BytesIO):
    """A disk that goes away."""

    def read(self, size: int | None = -1, /) -> bytes:
        """Give some bytes, then none."""
        if self.tell() > 100_000:
            raise OSError(5, "Input/output error")
        return super().read(size)


def test_nothing_private_is_in_any_public_byte(package: Path) -> None:
    """Neither facts, names and the case, nor the content, nor a digest of it under no salt."""
    planted = [*SECRET_FACTS.values(), "message à Élodie.eml", "violette.png", "planted sentence", CASE, "Planchon"]
    planted += [hashlib.new(name, CONTENT).hexdigest() for name in ("md5", "sha1", "sha256", "sha512")]
    for name, raw in files_of(package).items():
        for each in planted:
            assert each.encode() not in raw, name


@pytest.mark.parametrize("who", [0, 1])
def test_each_recipient_opens_all_of_it(package: Path, who: int) -> None:
    """And finds what was recorded, under the commitments that are in clear."""
    openings = parse_openings(opened(package, OPENINGS, who))
    committed = parse_commitments((package / COMMITMENTS).read_bytes())

    assert set(SECRET_FACTS.items()) < set(openings.facts.items())
    assert openings.facts["case"] == CASE
    assert [each.name for each in openings.openings] == ["message à Élodie.eml", "violette.png"]
    for each in openings.openings:
        clear = opened(package, each.sealed, who)
        assert hashlib.sha256(clear).digest() == each.sha256
        assert commitment(each.salt, io.BytesIO(clear)) == committed[each.sealed]
    assert opened(package, "sealed/001.bin.age", who) == CONTENT


def test_sums_cover_every_file(package: Path) -> None:
    """Before there are proofs: all but themselves."""
    files = files_of(package)
    summed = parse_sums(files.pop(SUMS))

    assert summed == {name: hashlib.sha256(raw).digest() for name, raw in files.items()}
    assert all(place_of(name, PackageKind.ITEM) for name in files)


def test_the_manifest_commits_to_the_same(package: Path) -> None:
    """In its one form, with the size told as a power of two."""
    manifest: Any = parse_canonical((package / "manifest.json").read_bytes(), name="manifest.json")
    committed = parse_commitments((package / COMMITMENTS).read_bytes())

    assert {a["name"]: bytes.fromhex(a["commitment"]) for a in manifest["artifacts"]} == committed
    assert [a["bytes_bucket"] for a in manifest["artifacts"]] == [2048, 131_072]
    assert manifest["role"] == "person 1"
    assert manifest["recipients"][1] == {"label": "lawyer", "purpose": "lawyer"}
    assert "age1" not in (package / "manifest.json").read_text("utf-8")


def test_only_the_owner_reads_it(package: Path) -> None:
    """Files 0600, folders 0700."""
    for path in [package, *package.rglob("*")]:
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600)


def test_two_packages_of_one_content_share_no_commitment(package: Path, tmp_path: Path) -> None:
    """Or it could be told that two cases hold the same picture."""
    other = build_item(tmp_path, HOUSE.draft())

    ours, theirs = (parse_commitments((each / COMMITMENTS).read_bytes()).values() for each in (package, other))
    assert not set(ours) & set(theirs)


BAD_DRAFTS: list[tuple[Mapping[str, Any], str]] = [
    ({"recipients": HOUSE.recipients()[:1]}, "recipients"),
    ({"recipients": HOUSE.recipients()[:1] * 2}, "recipients"),
    ({"recipients": (HOUSE.recipients()[0], replace(HOUSE.recipients()[0], label="lawyer"))}, "recipients"),
    ({"contents": ()}, "content"),
    ({"seq": 0}, "place"),
    ({"prev": bytes(32)}, "first"),
    ({"seq": 2}, "first"),
    ({"role": "Violette"}, "role"),
    ({"authorities": 0}, "authority"),
    ({"organisation": "a\x1b[2J"}, "printed"),
    ({"limits": ("a\nb",)}, "printed"),
    ({"recipients": (HOUSE.recipients()[0], replace(HOUSE.recipients()[1], label="\x7f"))}, "printed"),
    ({"case_ref_salt": b""}, "salt"),
    ({"facts": {"Operator": "x"}}, "fact"),
    ({"facts": {"case": "x"}}, "fact"),
    ({"shown": frozenset({"colour"})}, "facts"),
    ({"public": {"../x": b""}}, "public file"),
    ({"public": {"note.txt": b"seen by VIOLETTE  planchon"}}, "private: operator"),
    ({"organisation": "Chez Planchon"}, "private: operator"),
    ({"procedure": ("From https://forum.example/thread/4711?member=violette.",)}, "private: "),
    ({"limits": (f"Machine {SECRET_FACTS['machine']}",)}, "private: "),
    ({"public": {"violette.png": b""}}, "private: "),
    ({"public": {"note.txt": CASE.encode()}}, "private: case"),
    ({"contents": (Content(name="x", media_type="Text", reader=io.BytesIO()),)}, "media type"),
    ({"trust": Trust(ca_pem="", tsa_pems=(), log_vkey="")}, "certificate"),
    ({"trust": replace(HOUSE.trust(), tsa_pems=())}, "time-stamping"),
    ({"trust": replace(HOUSE.trust(), log_vkey="x")}, "key"),
]


@pytest.mark.parametrize("changed, why", BAD_DRAFTS, ids=lambda value: str(value)[:40])
def test_what_no_package_is_made_of(tmp_path: Path, changed: dict[str, Any], why: str) -> None:
    """It is told why, nothing private is repeated, and nothing is left."""
    with pytest.raises(MisuseError, match=why) as caught:
        build_item(tmp_path, replace(HOUSE.draft(), **changed))

    assert "lanchon" not in caught.value.diagnostics()
    assert "forum" not in caught.value.diagnostics()
    assert list(tmp_path.iterdir()) == []


def test_what_the_owner_chose_is_shown(tmp_path: Path) -> None:
    """A notice needs the address; the rest stays sealed."""
    folder = build_item(tmp_path, replace(HOUSE.draft(), shown=frozenset({"url"})))

    manifest = (folder / "manifest.json").read_text("utf-8")
    assert f'"shown":[{{"fact":"url","value":"{SECRET_FACTS["url"]}"}}]' in manifest
    assert "planchon-thinkpad" not in manifest


@pytest.mark.parametrize("error", [OSError, KeyFileError])
def test_a_failure_in_the_middle_leaves_nothing(tmp_path: Path, error: type[Exception]) -> None:
    """A disk that goes away while reading, a recipient that is none; the error is the one that it was."""
    draft = HOUSE.draft()
    if error is OSError:
        content = Content(name="x", media_type="image/png", reader=Failing(bytes(10**6)))
        draft = replace(draft, contents=(content,))
    else:
        draft = replace(draft, recipients=(draft.recipients[0], replace(draft.recipients[1], age_recipient="age1no")))

    with pytest.raises(error):
        build_item(tmp_path, draft)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("limit", range(1, 14))
def test_a_full_disk_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: int) -> None:
    """At every file that is to be settled."""
    settled = []

    def full(descriptor: int) -> None:
        settled.append(descriptor)
        if len(settled) == limit:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="space"):
        build_item(tmp_path, HOUSE.draft())
    assert list(tmp_path.iterdir()) == []


def test_it_is_built_once(tmp_path: Path) -> None:
    """Another one of the same name is refused, before anything is read."""
    folder = build_item(tmp_path, HOUSE.draft())
    before = files_of(folder)

    with pytest.raises(FileExistsError):
        build_item(tmp_path, HOUSE.draft())
    assert files_of(folder) == before
    assert os.listdir(tmp_path) == [item_id(1)]


def test_proofs_are_added_and_never_changed(tmp_path: Path) -> None:
    """The same one again is fine, another is not; the log's proof alone may be newer."""
    folder = build_item(tmp_path, HOUSE.draft())
    add_proof(folder, "01.tsr", b"reply")
    add_proof(folder, "01.tsr", b"reply")
    add_proof(folder, "log.tlog-proof", b"old")
    add_proof(folder, "log.tlog-proof", b"new")

    with pytest.raises(MisuseError, match="another"):
        add_proof(folder, "01.tsr", b"other")
    assert (folder / "proofs" / "01.tsr").read_bytes() == b"reply"
    assert (folder / "proofs" / "log.tlog-proof").read_bytes() == b"new"


@pytest.mark.parametrize("name", ["../README.txt", "x", "00.tsr", "", "seal.p7s/", "01.tsr\n"])
def test_no_other_proof_has_a_name(tmp_path: Path, name: str) -> None:
    """Nothing is written outside, or that nobody would read."""
    with pytest.raises(MisuseError):
        add_proof(tmp_path, name, b"")


@pytest.mark.parametrize("step", ["fsync", "rename"])
def test_a_kill_leaves_the_package_or_none(tmp_path: Path, step: str) -> None:
    """And beside it what is cleared away before the next one; nothing in clear is in that either."""
    program = (
        "import os, pathlib, signal, sys\n"
        "from packages import House\n"
        "from rempart.evidence.building import build_item\n"
        f"os.{step} = lambda *a: os.kill(os.getpid(), signal.SIGKILL)\n"
        "build_item(pathlib.Path(sys.argv[1]), House().draft())\n"
    )
    done = subprocess.run([sys.executable, "-c", program, tmp_path], env={**os.environ, **PATHS}, check=False)

    assert done.returncode == -9
    [left] = tmp_path.iterdir()
    assert left.match(LEFTOVERS)
    assert not [name for name, raw in files_of(left).items() if b"planted sentence" in raw]
    assert remove_unfinished(tmp_path) == 1
    assert build_item(tmp_path, HOUSE.draft()).is_dir()
