"""A dossier is whole, says nobody's name, is logged before it is there, and a stranger verifies it."""

from __future__ import annotations

import errno
import io
import os
import re
import zipfile
from pathlib import Path

import pytest

import rempart.app.evidence_exporting as exporting
from evidence_scenes import Scene, away, scene, verified_by_bash, with_authorities
from rempart.app.evidence_checking import note_verified, verify_evidence
from rempart.app.evidence_exporting import export_case
from rempart.app.evidence_listing import list_evidence
from rempart.app.evidence_opening import open_evidence
from rempart.app.evidence_places import package_folder
from rempart.app.evidence_renewing import begin_seal_generation
from rempart.app.rotation import rotate
from rempart.errors import IntegrityError, MisuseError, OutputError, UnavailableError
from rempart.model.evidence import CustodyKind


@pytest.fixture
def made_scene(tmp_path: Path) -> Scene:
    """Return a workspace with a case."""
    return scene(tmp_path)


def unpacked(path: Path) -> Path:
    """Return a dossier's folder, verified by its own verifier."""
    with zipfile.ZipFile(path) as archive:
        archive.extractall(path.with_suffix(""))
    assert "VERIFIED" in verified_by_bash(path.with_suffix(""))
    return path.with_suffix("")


def names_machine(path: Path) -> bool:
    """Tell whether a text names this machine, by a word: two letters are in any bytes by chance, and in base64."""
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return False
    return re.search(rf"(?<![\w+/]){re.escape(os.uname().nodename)}(?![\w+/=])", text) is not None


def test_it_is_whole_and_names_nobody(made_scene: Scene) -> None:
    """Two items, of which one was opened; who did so is a number."""
    first, second = made_scene.added("name-planted.eml"), made_scene.added("b.txt")
    open_evidence(made_scene.desk, first.id, reason="reason-planted", second="Anne", to=None, stream=io.BytesIO())

    made = export_case(made_scene.desk, made_scene.case.id, made_scene.folder / "d.zip", to_whom="whom-planted")

    folder = unpacked(made.path)
    assert (made.items, made.erased) == (2, 0)
    assert {path.name for path in (folder / "items").iterdir()} == {first.id, second.id}
    assert "opened\t" + first.id + "\tperson 2" in (folder / "custody.tsv").read_text()
    everything = made.path.read_bytes()
    for planted in ("name-planted", "reason-planted", "whom-planted", "Nadia", "oscar", "Anne"):
        assert planted.encode() not in everything
    assert not [path for path in folder.rglob("*") if path.is_file() and names_machine(path)]
    assert verify_evidence(made.path, now=made_scene.now.at).holds


def test_who_gets_it_is_written_down(made_scene: Scene) -> None:
    """In the custody and, for those to be told of an erasure, as a hand-off; nothing is left beside it."""
    item = made_scene.added()

    export_case(made_scene.desk, made_scene.case.id, made_scene.folder / "d.zip", to_whom="the court")

    [given] = made_scene.workspace.cases.hand_offs(made_scene.case.id)
    assert (given.to, given.items) == ("the court", (item.id,))
    kinds = [event.kind for event in made_scene.workspace.custody.of_case(made_scene.case.id)]
    assert kinds[-2:] == [CustodyKind.EXPORTED, CustodyKind.HANDED_OFF]
    assert not list((made_scene.workspace.folder / "evidence").rglob("dos_*"))
    assert not [key for key in made_scene.workspace.keyring.items() if key.startswith("dos")]


def test_old_packages_are_verified_after_every_key_changed(made_scene: Scene) -> None:
    """A rotation of the workspace's keys, and a new generation of the seal's."""
    first = made_scene.added()
    fingerprint = begin_seal_generation(made_scene.desk)
    rotate(made_scene.workspace)
    second = made_scene.added("b.txt")

    made = export_case(made_scene.desk, made_scene.case.id, made_scene.folder / "d.zip", to_whom="x")

    folder = unpacked(made.path)
    marks = [(folder / "items" / item.id / "trust" / "FINGERPRINTS.txt").read_text() for item in (first, second)]
    assert [fingerprint in text for text in marks] == [False, True]
    stream = io.BytesIO()
    open_evidence(made_scene.desk, first.id, reason="x", second="anne", to=None, stream=stream)
    assert stream.getvalue()


def test_what_is_verified_here_is_in_the_custody(made_scene: Scene) -> None:
    """Of items that are ours."""
    item = made_scene.added()
    folder = package_folder(made_scene.workspace, item.case, item.id)

    verdict = verify_evidence(folder, now=made_scene.now.at)

    assert note_verified(made_scene.desk, verdict) == 1
    assert made_scene.workspace.custody.of_case(item.case)[-1].kind is CustodyKind.VERIFIED
    assert list_evidence(made_scene.desk, item.case) == list_evidence(made_scene.desk) == [(item, 0)]
    with pytest.raises(MisuseError):
        verify_evidence(made_scene.folder / "nothing.zip", now=made_scene.now.at)
    with pytest.raises(MisuseError, match="certificates"):
        verify_evidence(folder, now=made_scene.now.at, tsa_roots=[made_scene.folder / "nothing.pem"])


def test_an_empty_case_has_no_dossier(made_scene: Scene) -> None:
    """Nor is anything written over."""
    with pytest.raises(MisuseError, match="no evidence"):
        export_case(made_scene.desk, made_scene.case.id, made_scene.folder / "d.zip", to_whom="x")
    made_scene.added()
    (made_scene.folder / "there").write_bytes(b"mine")
    with pytest.raises(MisuseError, match="already"):
        export_case(made_scene.desk, made_scene.case.id, made_scene.folder / "there", to_whom="x")
    with pytest.raises(MisuseError, match="to whom"):
        export_case(made_scene.desk, made_scene.case.id, made_scene.folder / "d.zip", to_whom=" ")


def test_a_changed_package_is_not_exported(made_scene: Scene) -> None:
    """Exit code 5, and nothing is written."""
    item = made_scene.added()
    (package_folder(made_scene.workspace, item.case, item.id) / "README.txt").write_bytes(b"other")

    with pytest.raises(IntegrityError):
        export_case(made_scene.desk, item.case, made_scene.folder / "d.zip", to_whom="x")

    assert not (made_scene.folder / "d.zip").exists()
    assert not list((made_scene.workspace.folder / "evidence").rglob("dos_*"))
    assert made_scene.workspace.cases.hand_offs(item.case) == []


def test_nobody_stamps_it(made_scene: Scene) -> None:
    """Nothing was exported."""
    [one] = with_authorities(made_scene, 1)
    item = made_scene.added()
    one.fails = away

    with pytest.raises(UnavailableError, match="nobody stamped the dossier"):
        export_case(made_scene.desk, item.case, made_scene.folder / "d.zip", to_whom="x")

    assert made_scene.workspace.cases.hand_offs(item.case) == []


def test_a_full_disk_leaves_no_half(made_scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither the file nor the folder; that it was about to go is logged all the same."""
    item = made_scene.added()

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patched:
        patched.setattr(exporting, "write_zip", full)
        with pytest.raises(OutputError, match="No space left"):
            export_case(made_scene.desk, item.case, made_scene.folder / "d.zip", to_whom="x")

    assert not list((made_scene.workspace.folder / "evidence").rglob("dos_*"))
    made = export_case(made_scene.desk, item.case, made_scene.folder / "d.zip", to_whom="x")
    assert unpacked(made.path).is_dir()
