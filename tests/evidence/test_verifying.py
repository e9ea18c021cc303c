"""Verifying: what is wrong is told as a value, in a sentence; what nobody touched holds."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import shutil
import tracemalloc
from dataclasses import replace
from pathlib import Path

import pytest

from authorities import StampingAuthority
from judged import (
    DOSSIER,
    HOUSE,
    OTHER,
    Spoil,
    flip,
    judged,
    kinds,
    proved_again,
    removed,
    said,
    said_otherwise,
    written,
)
from packages import CONTENT, NOW, House, item_id
from rempart.errors import IntegrityError, MisuseError, NotFoundError
from rempart.evidence.building import add_proof
from rempart.evidence.checkpoints import checkpoint_text, sign_checkpoint
from rempart.evidence.layout import PackageKind
from rempart.evidence.log_proof import parse_log_proof, render_log_proof
from rempart.evidence.sums import SUMS
from rempart.evidence.verdicts import ProblemKind, Root, require
from rempart.evidence.verifying import Anchors
from rempart.evidence.zip_writing import write_zip
from rempart.keys.age import new_identity
from rempart.model.log import Checkpoint
from required import skip_or_fail
from spoilt import anchors_of, query_for


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with two packages and their dossier."""
    folder = tmp_path_factory.mktemp("case")
    HOUSE.dossier(folder)
    return folder


@pytest.fixture
def package(made: Path, tmp_path: Path) -> Path:
    """Return a copy of a package, to be spoilt."""
    return Path(shutil.copytree(made / item_id(1), tmp_path / "package"))


TAMPERED: dict[str, tuple[Spoil, ProblemKind, str]] = {
    "README.txt": (flip("README.txt"), ProblemKind.SUMS, "a file was changed: README.txt"),
    "manifest.json": (flip("manifest.json"), ProblemKind.SUMS, "a file was changed: manifest.json"),
    "manifest.json is JSON no more": (written("manifest.json"), ProblemKind.MANIFEST, "is damaged"),
    "no manifest": (removed("manifest.json"), ProblemKind.MANIFEST, "manifest.json is missing"),
    "sealed": (flip("sealed/001.bin.age"), ProblemKind.SUMS, "a file was changed: sealed/001.bin.age"),
    "no sealed": (removed("sealed/001.bin.age"), ProblemKind.SUMS, "a file is missing: sealed/001.bin.age"),
    "sums": (flip(SUMS), ProblemKind.SEAL, "it is of something else"),
    "no sums": (removed(SUMS), ProblemKind.SUMS, "SHA256SUMS is missing"),
    "sums in another form": (written(SUMS, b"x\n"), ProblemKind.SUMS, "SHA256SUMS is damaged"),
    "a file more": (written("extra.txt"), ProblemKind.FORM, "none of a package: 'extra.txt'"),
    "a place more": (written("public/b.txt"), ProblemKind.SUMS, "does not name public/b.txt"),
    "a folder more": (lambda folder: (folder / "more").mkdir(), ProblemKind.FORM, "folder that is none"),
    "a name for a terminal": (written("\x1b[2J"), ProblemKind.FORM, r"'\x1b[2J'"),
    "a link": (lambda f: (f / "public/l").symlink_to("/etc/passwd"), ProblemKind.FORM, "neither a folder nor a file"),
    "too large": (written("trust/log.vkey", bytes(1 << 21)), ProblemKind.FORM, "trust/log.vkey has 2097152 bytes"),
    "no key": (written("trust/log.vkey", b"x\n"), ProblemKind.TRUST, "a key in trust/ is none"),
    "no certificate": (written("trust/ca.pem", b"x\n"), ProblemKind.TRUST, "a certificate cannot be read"),
    "fingerprints": (written("trust/FINGERPRINTS.txt", b"\xff\n"), ProblemKind.TRUST, "shows other keys"),
    "seal": (flip("proofs/seal.p7s"), ProblemKind.SEAL, "the seal does not hold"),
    "no seal": (removed("proofs/seal.p7s"), ProblemKind.SEAL, "proofs/seal.p7s is missing"),
    "time-stamp": (flip("proofs/01.tsr"), ProblemKind.TIME, "proofs/01.tsr: the time-stamp does not hold"),
    "no time-stamp": (removed("proofs/01.tsr"), ProblemKind.TIME, "0 time-stamps are there, and 1 are asked for"),
    "a number left out": (lambda f: (f / "proofs/01.tsr").rename(f / "proofs/02.tsr"), ProblemKind.TIME, "is missing"),
    "half a renewal": (written("proofs/renewal-01.txt"), ProblemKind.TIME, "renewal 01 is not whole"),
    "a root of nothing": (written("proofs/renewal-01-tsa.pem"), ProblemKind.TIME, "renewal 01 is not whole"),
    "salt": (written("proofs/log-salt.hex", b"0" * 64 + b"\n"), ProblemKind.LOG, "does not commit to this content"),
    "salt in another form": (written("proofs/log-salt.hex", b"0" * 64), ProblemKind.LOG, "has another form"),
    "leaf": (flip("proofs/log-leaf.txt"), ProblemKind.LOG, "leaf"),
    "log proof": (flip("proofs/log.tlog-proof"), ProblemKind.LOG, ""),
    "COMMITMENTS": (written("COMMITMENTS", b""), ProblemKind.COMMITMENT, "commit to different things"),
}


@pytest.mark.parametrize("how", TAMPERED)
def test_what_was_done_to_a_package_is_told(package: Path, how: str) -> None:
    """What sort of thing is wrong, and a sentence; nothing is raised."""
    spoil, kind, words = TAMPERED[how]
    spoil(package)

    verdict = judged(package)
    assert kind in kinds(verdict)
    assert words in said(verdict)
    with pytest.raises(IntegrityError) as error:
        require(verdict)
    assert error.value.exit_code == 5


@pytest.mark.parametrize("name", ["seal.p7s", "01.tsr", "log-leaf.txt", "log-salt.hex", "log.tlog-proof"])
def test_a_proof_of_another_package_is_none(made: Path, package: Path, name: str) -> None:
    """Of the same case, by the same people."""
    shutil.copy(made / item_id(3) / "proofs" / name, package / "proofs" / name)

    assert len(kinds(judged(package))) == 1


def test_a_time_stamp_twice_is_one(package: Path) -> None:
    """Two files, one authority's word."""
    shutil.copy(package / "proofs/01.tsr", package / "proofs/02.tsr")

    assert "is a time-stamp that is there already" in said(judged(package))


@pytest.mark.parametrize("raw", [b"", b"PK", b"x" * 100])
def test_a_file_that_is_no_zip_is_told(tmp_path: Path, raw: bytes) -> None:
    """As any other problem."""
    (tmp_path / "a.zip").write_bytes(raw)

    assert kinds(judged(tmp_path / "a.zip")) == {ProblemKind.FORM}


def test_what_is_not_there_is_a_mistake_of_the_caller(tmp_path: Path) -> None:
    """So is a key that is none."""
    with pytest.raises(NotFoundError):
        judged(tmp_path / "nowhere")
    for anchors in (
        Anchors(ca_pems=("x",)),
        Anchors(log_vkeys=("x",)),
        Anchors(log_vkeys=anchors_of(HOUSE).witness_vkeys),
    ):
        with pytest.raises(MisuseError):
            judged(tmp_path, anchors)
    with pytest.raises(MisuseError, match="not an age identity") as error:
        judged(tmp_path, identity="AGE-SECRET-KEY-1X")
    assert "KEY-1X" not in error.value.diagnostics()


# ---- attacks by somebody with keys of her own ----


def test_whoever_seals_everything_again_is_told_by_her_keys(tmp_path: Path) -> None:
    """A forged package holds by its own keys, which it is told to compare; by the association's none of it does."""
    forged = OTHER.item(tmp_path)

    assert judged(forged).holds
    assert any("trust taken from the package itself" in remark for remark in judged(forged).remarks)
    given = anchors_of(HOUSE, timestamps_least=1)
    assert kinds(judged(forged, given)) == {ProblemKind.SEAL, ProblemKind.TIME, ProblemKind.LOG}


@pytest.mark.parametrize(
    "anchor, kind",
    [("ca_pems", ProblemKind.SEAL), ("tsa_pems", ProblemKind.TIME), ("log_vkeys", ProblemKind.LOG)],
)
def test_each_given_key_counts(package: Path, anchor: str, kind: ProblemKind) -> None:
    """The package's own of that sort does not any more."""
    good, bad = anchors_of(HOUSE), anchors_of(OTHER)

    assert judged(package, replace(Anchors(), **{anchor: getattr(good, anchor)})).holds
    assert kinds(judged(package, replace(Anchors(), **{anchor: getattr(bad, anchor)}))) == {kind}


def test_a_witness_that_is_asked_for_must_have_cosigned(package: Path) -> None:
    """One that the package has never heard of has not."""
    stranger = replace(Anchors(), witness_vkeys=anchors_of(HOUSE).witness_vkeys, witnesses_least=1)
    assert judged(package, stranger).holds
    assert "1 witnesses cosigned the log, and 2" in said(judged(package, replace(stranger, witnesses_least=2)))
    other = House(seed=3)
    other.witness = type(other.witness)("third.example/w", OTHER.signer._private)
    wanted = Anchors(witness_vkeys=(other.witness.key.vkey,), witnesses_least=1)
    assert "0 witnesses cosigned the log" in said(judged(package, wanted))


# ---- attacks by the association itself, which has all the keys ----


@pytest.mark.parametrize(
    "changes, kind",
    [
        ({"artifacts": []}, ProblemKind.MANIFEST),
        ({"prev": "0" * 64}, ProblemKind.MANIFEST),
        ({"seq": True}, ProblemKind.MANIFEST),
        ({"kind": "poem"}, ProblemKind.MANIFEST),
        ({"format": "rempart-evidence/2"}, ProblemKind.MANIFEST),
        ({"recorded_at": "2026-13-01T00:00:00Z"}, ProblemKind.MANIFEST),
        ({"role": "Violette"}, ProblemKind.MANIFEST),
        ({"case_ref": "0" * 64}, ProblemKind.OPENING),
    ],
)
def test_a_manifest_that_does_not_hold_together_is_told(
    package: Path, changes: dict[str, object], kind: ProblemKind
) -> None:
    """Although it was sealed."""
    said_otherwise(package, **changes)
    proved_again(package)

    assert kinds(judged(package, identity=HOUSE.identities[0])) == {kind}


def test_sizes_that_are_not_those_of_what_is_sealed_are_told(package: Path) -> None:
    """The size of a sealed file tells that of the clear one."""
    artifacts = json.loads((package / "manifest.json").read_bytes())["artifacts"]
    artifacts[0]["bytes_bucket"] *= 2
    said_otherwise(package, artifacts=artifacts)
    proved_again(package)

    assert "no sealed file of the size that is said" in said(judged(package))


def test_what_is_not_encrypted_is_told(package: Path) -> None:
    """A clear picture in the place of a sealed one."""
    (package / "sealed/001.bin.age").write_bytes(CONTENT)
    proved_again(package)

    assert kinds(judged(package)) == {ProblemKind.COMMITMENT}


def test_what_it_says_of_itself_cannot_move_a_terminal(package: Path) -> None:
    """Names are those of whoever made it."""
    said_otherwise(package, organisation="Ref\x1b[2J\u202euge\n" + "e" * 500)
    proved_again(package)

    [facts] = judged(package).packages
    assert facts.organisation.startswith("Ref?[2J?uge e")
    assert len(facts.organisation) == 200


def test_fingerprints_of_other_keys_are_told(package: Path) -> None:
    """Whoever compares them would compare the wrong ones."""
    raw = (package / "trust/FINGERPRINTS.txt").read_text()
    (package / "trust/FINGERPRINTS.txt").write_text(raw.replace("SHA-256 ", "SHA-256 00:", 1))
    proved_again(package)

    assert kinds(judged(package)) == {ProblemKind.TRUST}


def test_sealed_bytes_that_are_not_those_committed_to_are_told_with_a_key(package: Path) -> None:
    """A builder that lies in clear about what it sealed; without a key nobody could tell."""
    first, second = (line[:64] for line in (package / "COMMITMENTS").read_bytes().splitlines())
    for name in ("COMMITMENTS", "manifest.json"):
        raw = (package / name).read_bytes()
        (package / name).write_bytes(raw.replace(first, b"?").replace(second, first).replace(b"?", second))
    proved_again(package)

    assert judged(package).holds
    assert "something else than what was committed to" in said(judged(package, identity=HOUSE.identities[1]))


def test_sealed_files_in_each_others_place_are_told_with_a_key(package: Path) -> None:
    """Of sizes that would fit."""
    made = House(identities=HOUSE.identities).item(package.parent, 1, content=CONTENT.swapcase())
    shutil.copy(made / "sealed/001.bin.age", package / "sealed/001.bin.age")
    proved_again(package)

    assert judged(package).holds
    assert "something else than what its opening says" in said(judged(package, identity=HOUSE.identities[1]))


@pytest.mark.parametrize("name", ["sealed/001.bin.age", "sealed/002.bin.age", "sealed/openings.tsv.age"])
def test_sealed_bytes_that_were_damaged_are_told_with_a_key(package: Path, name: str) -> None:
    """The library's own errors are not passed on."""
    flip(name)(package)

    assert kinds(judged(package, identity=HOUSE.identities[0])) == {ProblemKind.SUMS, ProblemKind.OPENING}


def test_a_sealed_file_that_is_missing_is_told_with_a_key(package: Path) -> None:
    """Found by changes at random: what is not there was to be opened."""
    (package / "sealed/001.bin.age").unlink()

    assert "a file is missing: sealed/001.bin.age" in said(judged(package, identity=HOUSE.identities[0]))


def test_a_key_that_does_not_open_it_is_told(package: Path) -> None:
    """And what it says is not repeated."""
    identity = new_identity()
    verdict = judged(package, identity=identity)

    assert kinds(verdict) == {ProblemKind.OPENING}
    assert identity not in said(verdict)


def test_a_checkpoint_of_another_tree_is_none(package: Path) -> None:
    """Signed by the right key."""
    path = package / "proofs/log.tlog-proof"
    proof = parse_log_proof(path.read_bytes())
    checkpoint = Checkpoint(origin=HOUSE.signer.key.name, size=proof.index + 1, root=bytes(32))
    note = (
        sign_checkpoint(checkpoint, HOUSE.signer) + HOUSE.witness.cosign(checkpoint_text(checkpoint), NOW).line.encode()
    )
    path.write_bytes(render_log_proof(replace(proof, checkpoint=note)))

    assert kinds(judged(package)) == {ProblemKind.LOG}


# ---- what nobody touched ----


@pytest.mark.parametrize("identity", [None, *HOUSE.identities], ids=["no key", "one key", "the other"])
@pytest.mark.parametrize("form", ["folder", "zip"])
@pytest.mark.parametrize("what", [item_id(1), item_id(3), DOSSIER])
def test_what_nobody_touched_holds(made: Path, tmp_path: Path, what: str, form: str, identity: str | None) -> None:
    """Packages and dossiers, with an erased item, in each form, closed and opened."""
    source = made / what
    if form == "zip":
        source = tmp_path / "a.zip"
        write_zip(made / what, source, PackageKind.DOSSIER if what == DOSSIER else PackageKind.ITEM)

    for anchors in (Anchors(), anchors_of(HOUSE, timestamps_least=1)):
        verdict = judged(source, anchors, identity)
        require(verdict)
        assert verdict.problems == ()
        assert verdict.erased == ((item_id(2),) if what == DOSSIER else ())
        opened = [facts for package in verdict.packages for facts in package.opened]
        assert len(opened) == (0 if identity is None else 4 if what == DOSSIER else 2)
        assert bool(verdict.fingerprints) is (anchors == Anchors())


def test_what_it_says(package: Path) -> None:
    """Who, when, where; and that a local time-stamp proves nothing to a stranger."""
    verdict = judged(package, identity=HOUSE.identities[0])
    [facts] = verdict.packages

    assert (facts.id, facts.kind, facts.existed_at) == (item_id(1), "file", NOW)
    assert facts.seal is not None
    assert "CN=Rempart evidence seal" in facts.seal.signer
    assert facts.log is not None
    assert (facts.log.index, [each.witness for each in facts.log.cosignatures]) == (5, ["sister.example/witness"])
    assert facts.times[0].is_local
    assert any("LOCAL" in remark for remark in verdict.remarks)
    assert facts.opened[0].sha256 == hashlib.sha256(CONTENT).digest()
    assert not any("violette" in repr(each).lower() for each in (verdict.remarks, facts.opened))


def test_an_authority_that_openssl_runs_is_believed(tmp_path: Path) -> None:
    """With RSA, and two certificates that are not sorted, as real authorities send them."""
    if not shutil.which("openssl"):
        skip_or_fail("openssl", "it is not installed")
    authority = StampingAuthority(tmp_path, is_rsa=True)
    package = HOUSE.item(tmp_path)
    add_proof(package, "02.tsr", authority.answer(query_for((package / SUMS).read_bytes())))
    root = (tmp_path / "ca.pem").read_text()

    verdict = judged(package, Anchors(tsa_pems=(root,)), at=dt.datetime.now(dt.UTC))
    assert verdict.problems == ()
    assert [(time.is_local, time.root) for time in verdict.packages[0].times] == [
        (True, Root.PACKAGE),
        (False, Root.GIVEN),
    ]
    assert not any("LOCAL" in remark for remark in verdict.remarks)


def test_large_contents_are_not_held_in_memory(tmp_path: Path) -> None:
    """Sixty megabytes, opened, in a few."""
    package = HOUSE.item(tmp_path, content=bytes(60_000_000))
    write_zip(package, tmp_path / "a.zip", PackageKind.ITEM)
    tracemalloc.start()
    try:
        assert judged(tmp_path / "a.zip", identity=HOUSE.identities[0]).holds
        assert tracemalloc.get_traced_memory()[1] < 12_000_000
    finally:
        tracemalloc.stop()
