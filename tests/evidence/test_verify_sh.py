"""The stranger's verifier: bash, coreutils, find and openssl alone, without Python; what is wrong is told."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from authorities import StampingAuthority
from packages import NOW, House, item_id
from rempart.evidence.building import add_proof, build_item
from rempart.evidence.dossier import build_dossier
from rempart.evidence.local_authority import LOCAL
from rempart.evidence.seal import sign_detached
from rempart.evidence.sums import SUMS, render_sums
from rempart.keys.age import new_identity
from rempart.model.timestamp import Imprint, ImprintAlgorithm
from rempart.net.timestamp_reading import TimestampQuery
from rempart.provenance import make_chain
from required import skip_or_fail
from strangers import key_file, stranger_tools, verify

HOUSE = House()
OTHER = House(seed=2)


@pytest.fixture(scope="module")
def tools(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the programs that README.txt names, and no other."""
    return stranger_tools(tmp_path_factory.mktemp("bin"))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with spaces in its name that holds a package and a dossier."""
    folder = tmp_path_factory.mktemp("a case of")
    HOUSE.dossier(folder)
    return folder


@pytest.fixture
def package(made: Path, tmp_path: Path) -> Path:
    """Return a copy of a package, to be spoilt."""
    return Path(shutil.copytree(made / item_id(1), tmp_path / "it's a package"))


@pytest.fixture
def dossier(made: Path, tmp_path: Path) -> Path:
    """Return a copy of a dossier, to be spoilt."""
    return Path(shutil.copytree(made / f"dos_{'d' * 32}", tmp_path / "dossier"))


# ---- attacks ----

TAMPERED = {
    "echo >>README.txt": "a file was changed: README.txt",
    "printf '\\0' >>SHA256SUMS": "no text",
    "touch extra": "none of a package: extra",
    "touch .hidden": "none of a package: .hidden",
    "touch \"$(printf 'a\\nb')\"": "none of a package",
    "touch public/second.txt": "does not name public/second.txt",
    "touch PUBLIC": "none of a package",
    "mkdir more": "folder that is none",
    "mkdir public/more": "folder that is none",
    "ln -s README.txt public/link": "is a link",
    "rm -r proofs; ln -s trust proofs": "is a link",
    "mkfifo public/pipe": "is no file",
    "rm public/note.txt": "a file is missing: public/note.txt",
    "rm sealed/002.bin.age": "a file is missing: sealed/002.bin.age",
    "cp sealed/001.bin.age sealed/002.bin.age": "a file was changed: sealed/002.bin.age",
    "cp sealed/001.bin.age sealed/003.bin.age": "does not name sealed/003.bin.age",
    "rm SHA256SUMS": "missing, or no text",
    "tail -n +2 SHA256SUMS >s; mv s SHA256SUMS": "does not name COMMITMENTS",
    "sort -r SHA256SUMS >s; mv s SHA256SUMS": "not sorted",
    "cat SHA256SUMS >>SHA256SUMS.; cat SHA256SUMS. >>SHA256SUMS; rm SHA256SUMS.": "not sorted",
    "rm proofs/seal.p7s": "a file is missing: proofs/seal.p7s",
    "rm proofs/01.tsr": "a file is missing: proofs/01.tsr",
    "mv proofs/01.tsr proofs/02.tsr": "a file is missing: proofs/01.tsr",
    "rm proofs/log.tlog-proof": "a file is missing: proofs/log.tlog-proof",
    "rm proofs/log-salt.hex": "a file is missing: proofs/log-salt.hex",
    "rm proofs/log-leaf.txt": "a file is missing: proofs/log-leaf.txt",
    "printf x >>proofs/seal.p7s": "not one seal and nothing else",
    "cat proofs/seal.p7s >>proofs/x; cat proofs/x >>proofs/seal.p7s; rm proofs/x": "not one seal and nothing else",
    "printf x >>proofs/01.tsr": "no time-stamp that can be read",
    ": >proofs/01.tsr": "no time-stamp that can be read",
    "cp proofs/01.tsr proofs/02.tsr": "there already",
    "cp proofs/01.tsr proofs/03.tsr": "before the last one is missing",
    "cp proofs/01.tsr proofs/renewal-01.tsr": "a renewal before the last one is missing",
    "cp trust/tsa.pem proofs/renewal-01-tsa.pem": "is of no renewal",
    "echo x >proofs/renewal-01.txt": "a renewal is not whole",
    "tr a b <proofs/log-salt.hex >s; mv s proofs/log-salt.hex": "the entry of the log is not of this package",
    "echo >>proofs/log-salt.hex": "another form",
    "echo >>proofs/log-leaf.txt": "the entry of the log is not of this package",
    "echo >>proofs/log.tlog-proof": "the log does not hold this package",
    "rm verify.sh.; cp verify.sh v.sh": "none of a package: v.sh",
}


@pytest.mark.parametrize("how", TAMPERED)
def test_what_was_done_to_a_package_is_told(tools: Path, package: Path, how: str) -> None:
    """Each change, in a sentence; nothing is said to be verified."""
    subprocess.run(["bash", "-c", how], cwd=package, check=False, capture_output=True)  # noqa: S607 - as the tests' user

    status, said, complained = verify(tools, package)

    assert status == 1
    assert "NOT VERIFIED: " in complained
    assert TAMPERED[how] in complained
    assert "VERIFIED" not in said


@pytest.mark.parametrize(
    "name, why",
    [
        ("seal.p7s", "is no seal of SHA256SUMS"),
        ("01.tsr", "is no time-stamp of SHA256SUMS"),
        ("log-leaf.txt", "not of this package"),
        ("log-salt.hex", "not of this package"),
        ("log.tlog-proof", "the log does not hold this package"),
    ],
)
def test_a_proof_of_another_package_is_none(tools: Path, made: Path, package: Path, name: str, why: str) -> None:
    """Of the same case, by the same people."""
    shutil.copy(made / item_id(3) / "proofs" / name, package / "proofs" / name)

    assert why in verify(tools, package)[2]


def test_whoever_seals_it_again_is_not_the_association(tools: Path, package: Path) -> None:
    """Not even where her authority is one that this machine believes; with ``--ca`` her whole package is refused."""
    (package / "proofs" / "seal.p7s").write_bytes(sign_detached((package / SUMS).read_bytes(), OTHER.chain, at=NOW))
    store = package.parent / "store"
    store.mkdir()
    (store / "evil.pem").write_text(OTHER.chain.anchor_pem())
    subprocess.run(["openssl", "rehash", store], check=True, capture_output=True)  # noqa: S607 - as above
    (package.parent / "ca.pem").write_text(HOUSE.chain.anchor_pem())
    forged = OTHER.item(package.parent)

    assert "is no seal" in verify(tools, package, SSL_CERT_DIR=str(store))[2]
    assert verify(tools, forged)[0] == 0
    assert "is no seal" in verify(tools, forged, "--ca", package.parent / "ca.pem")[2]


def test_given_keys_count_and_those_of_the_package_do_not(tools: Path, package: Path) -> None:
    """The right ones leave no remark; a wrong one of any kind refuses."""
    folder = package.parent
    for house, which in ((HOUSE, "right"), (OTHER, "wrong")):
        (folder / f"{which}--ca").write_text(house.chain.anchor_pem())
        (folder / f"{which}--tsa-root").write_text(house.stamping.anchor_pem())
        (folder / f"{which}--log-key").write_text(house.signer.vkey + "\n")
    options = ("--ca", "--tsa-root", "--log-key")

    status, said, _ = verify(tools, package, *(each for o in options for each in (o, folder / f"right{o}")))
    assert (status, "NOTE" in said, "root: as given" in said) == (0, False, True)
    for option in options:
        assert verify(tools, package, option, folder / f"wrong{option}")[0] == 1


@pytest.mark.parametrize(
    "how, why",
    [
        ("rm -r items/evd_*3", "a file is missing"),
        ("rm tombstones/*.json", "a file is missing"),
        ("echo >>custody.tsv", "custody.tsv"),
        ("rm items/evd_*1/proofs/01.tsr", "a file is missing"),
        ("cp -r items/evd_*1 items/evd_00000000000000000000000000000009", "does not name items/evd_"),
        ("for one in items/*1; do cp proofs/01.tsr $one/proofs/02.tsr; done", "does not name items/evd_"),
    ],
)
def test_what_was_done_to_a_dossier_is_told(tools: Path, dossier: Path, how: str, why: str) -> None:
    """A package taken away, put in, or changed in what its own sums do not cover."""
    subprocess.run(["bash", "-c", how], cwd=dossier, check=True)  # noqa: S607 - as above

    status, _, complained = verify(tools, dossier)
    assert status == 1
    assert why in complained


def test_a_dossier_that_leaves_an_item_out_is_refused(tools: Path, tmp_path: Path) -> None:
    """Even if whoever sealed it did: each package names the one before it."""
    draft = HOUSE.dossier_draft(tmp_path)
    folder = build_dossier(tmp_path, replace(draft, items=(draft.items[0], draft.items[2])))
    HOUSE.prove(folder)

    assert "has another place in its case" in verify(tools, folder)[2]


def test_a_tombstone_by_somebody_else_is_none(tools: Path, tmp_path: Path) -> None:
    """Erasing is the association's word."""
    draft = HOUSE.dossier_draft(tmp_path)
    erased = replace(draft.items[1], tombstone_seal=sign_detached(draft.items[1].tombstone, OTHER.chain, at=NOW))
    folder = build_dossier(tmp_path, replace(draft, items=(draft.items[0], erased, draft.items[2])))
    HOUSE.prove(folder)

    assert "is no seal of tombstones/" in verify(tools, folder)[2]


def test_a_key_that_does_not_open_it(tools: Path, package: Path) -> None:
    """Told, and refused."""
    key = key_file(package.parent, new_identity())

    assert "this key does not open" in verify(tools, package, "--identity", key)[2]


def test_sealed_bytes_that_are_not_those_committed_to(tools: Path, tmp_path: Path) -> None:
    """A builder that lies in clear about what it sealed: only a key shows it."""
    folder = build_item(tmp_path, HOUSE.draft())
    first, second = (line[:64] for line in (folder / "COMMITMENTS").read_bytes().splitlines())
    for name in ("COMMITMENTS", "manifest.json"):
        raw = (folder / name).read_bytes()
        (folder / name).write_bytes(raw.replace(first, b"?").replace(second, first).replace(b"?", second))
    files = [path for path in folder.rglob("*") if path.is_file() and path.name != SUMS]
    digests = {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).digest() for path in files}
    (folder / SUMS).write_bytes(render_sums(digests))
    HOUSE.prove(folder)

    assert verify(tools, folder)[0] == 0
    key = key_file(tmp_path, HOUSE.identities[0])
    assert "something else than what was committed to" in verify(tools, folder, "--identity", key)[2]


@pytest.mark.parametrize(
    "arguments",
    [["--key"], ["--ca"], ["--ca", "nowhere"], ["--tsa-root", "/"], ["nowhere"], ["/", "/"], ["--identity", "missing"]],
)
def test_a_wrong_call_is_told_from_a_wrong_package(tools: Path, package: Path, arguments: list[str]) -> None:
    """It ends with 2."""
    status, said, complained = verify(tools, package, *arguments)

    assert (status, said) == (2, "")
    assert "usage" in complained


@pytest.mark.parametrize("lines", [20, 100, 250, -40, -2, -1])
def test_a_part_of_it_verifies_nothing(tools: Path, package: Path, lines: int) -> None:
    """A download that broke off neither succeeds nor says so."""
    whole = (package / "verify.sh").read_bytes().splitlines(keepends=True)
    (package / "verify.sh").write_bytes(b"".join(whole[:lines]))

    status, said, _ = verify(tools, package)
    assert status != 0
    assert said == ""


def test_a_shell_that_is_not_bash_says_so(package: Path) -> None:
    """Debian's sh is dash."""
    if not shutil.which("dash"):
        skip_or_fail("openssl", "dash is not installed")
    done = subprocess.run(["dash", "verify.sh"], cwd=package, capture_output=True, check=False)  # noqa: S607 - as above

    assert done.returncode == 2
    assert b"bash verify.sh" in done.stderr


# ---- what holds ----


def test_a_package_is_verified(tools: Path, package: Path) -> None:
    """It says who, when, where in the log, that the time-stamp is local, and whose keys it took."""
    status, said, complained = verify(tools, package)

    assert (status, complained) == (0, "")
    assert said.splitlines()[-1] == "VERIFIED"
    assert "sealed by CN=Rempart evidence seal,O=Refuge" in said
    assert f"01.tsr: existed at {NOW:%Y-%m-%dT%H:%M:%SZ}" in said
    assert "LOCAL TIME-STAMP: PROVES NOTHING TO A STRANGER" in said
    assert "log refuge.example/log: entry 5 of 6" in said
    assert "seen by sister.example/witness" in said
    assert "compare" in said


@pytest.mark.parametrize("who", [0, 1])
def test_with_a_key_what_is_sealed_is_checked_and_not_shown(tools: Path, made: Path, who: int) -> None:
    """In a whole dossier; no name and no content is printed."""
    key = key_file(made, HOUSE.identities[who])
    status, said, _ = verify(tools, made / f"dos_{'d' * 32}", "--identity", key)

    assert status == 0
    assert said.count("opened, its SHA-256 is") == 4
    assert f"{item_id(2)}: erased" in said
    for private in ("violette", "Planchon", "planted"):
        assert private not in said


def test_a_verifier_from_elsewhere_verifies_a_folder(tools: Path, made: Path, package: Path) -> None:
    """As whoever does not trust the package's own does; a path may be relative to where she is."""
    (package / "README.txt").write_bytes(b"x")

    assert verify(tools, made / item_id(3), os.path.relpath(made / item_id(1), tools))[0] == 0
    assert verify(tools, made / item_id(3), package)[0] == 1


def test_fewer_time_stamps_than_were_asked_for_are_noted(tools: Path, tmp_path: Path) -> None:
    """An authority may have been down; or somebody took one away."""
    folder = build_item(tmp_path, replace(HOUSE.draft(), authorities=2))
    HOUSE.prove(folder)
    status, said, _ = verify(tools, folder)
    assert (status, "2 authorities were to be asked, and 1 time-stamps are here" in said) == (0, True)

    later = make_chain(bytes([1]) * 32, organisation="Refuge", made_at=NOW - dt.timedelta(days=2), profile=LOCAL)
    add_proof(folder, "02.tsr", HOUSE.stamp((folder / SUMS).read_bytes(), NOW + dt.timedelta(seconds=1), later))
    assert "were to be asked" not in verify(tools, folder)[1]


def test_an_authority_that_is_not_ours(tools: Path, tmp_path: Path) -> None:
    """OpenSSL's own, in fractions of seconds; named by its root, alone or with others, before and after another's."""
    (tmp_path / "tsa").mkdir()
    authority = StampingAuthority(tmp_path / "tsa")
    root = tmp_path / "tsa" / "ca.pem"
    trust = replace(HOUSE.trust(), tsa_pems=(HOUSE.stamping.anchor_pem(), root.read_text()))
    folder = build_item(tmp_path, replace(HOUSE.draft(), trust=trust, authorities=2))
    HOUSE.prove(folder)
    imprint = Imprint(algorithm=ImprintAlgorithm.SHA512, digest=hashlib.sha512((folder / SUMS).read_bytes()).digest())
    add_proof(folder, "02.tsr", authority.answer(TimestampQuery(imprint=imprint, nonce=7).to_der()))
    (tmp_path / "log.vkey").write_text(HOUSE.signer.vkey + "\n")
    (tmp_path / "other.vkey").write_text(OTHER.signer.vkey + "\n")

    keys = ("--log-key", tmp_path / "other.vkey", "--log-key", tmp_path / "log.vkey")
    status, said, complained = verify(tools, folder, "--tsa-root", root, *keys)
    assert (status, complained) == (0, "")
    assert said.count("root: as given") == 1
    assert said.count("LOCAL TIME-STAMP") == 1
    assert "02.tsr: existed at 20" in said
    assert "CN=Test TSA; root: as given" in said


def test_it_never_fails_without_a_reason(tools: Path, package: Path) -> None:
    """Again and again: no race of its own."""
    for _ in range(10):
        assert verify(tools, package)[0] == 0


def test_the_printed_commands_work(made: Path) -> None:
    """Each of README.txt's, by hand."""
    folder = made / item_id(1)
    if not shutil.which("openssl"):
        skip_or_fail("openssl", "it is not installed")
    lines = (folder / "README.txt").read_text("utf-8").replace("\\\n", " ").splitlines()
    commands = [line.split("     ", 2)[-1] if line.startswith("     ") else line.strip() for line in lines]
    commands = [each for each in commands if each.startswith(("sha256sum --strict", "openssl "))]

    assert len(commands) == 5
    for command in commands:
        subprocess.run(["bash", "-c", command], cwd=folder, check=True, capture_output=True)  # noqa: S607 - as above
