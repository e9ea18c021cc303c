"""Verifying: what is wrong is told as a value, in a sentence; what nobody touched holds."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from authorities import StampingAuthority
from packages import CONTENT, NOW, House, item_id
from rempart.errors import IntegrityError, MisuseError, NotFoundError
from rempart.evidence.building import add_proof, build_item
from rempart.evidence.canonical import render_canonical
from rempart.evidence.checkpoints import checkpoint_text, sign_checkpoint
from rempart.evidence.dossier import build_dossier
from rempart.evidence.layout import PackageKind
from rempart.evidence.local_authority import LOCAL
from rempart.evidence.log_proof import parse_log_proof, render_log_proof
from rempart.evidence.seal import sign_detached
from rempart.evidence.sums import SUMS, render_sums
from rempart.evidence.verdicts import ProblemKind, Root, Verdict, require
from rempart.evidence.verifying import Anchors, verify
from rempart.evidence.zip_writing import write_zip
from rempart.keys.age import new_identity
from rempart.model.ids import CaseId
from rempart.model.log import Checkpoint
from rempart.provenance import make_chain
from required import skip_or_fail
from tampering import LONG_AGO, anchors_of, query_for

HOUSE = House()
OTHER = House(seed=2)
DOSSIER = f"dos_{'d' * 32}"


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


@pytest.fixture
def dossier(made: Path, tmp_path: Path) -> Path:
    """Return a copy of a dossier, to be spoilt."""
    return Path(shutil.copytree(made / DOSSIER, tmp_path / "dossier"))


def judged(source: Path, anchors: Anchors | None = None, identity: str | None = None, at: dt.datetime = NOW) -> Verdict:
    """Verify, by default with the package's own keys."""
    return verify(source, anchors=anchors or Anchors(), identity=identity, at=at)


def kinds(verdict: Verdict) -> set[ProblemKind]:
    """Return what sorts of things are wrong."""
    return {problem.kind for problem in verdict.problems}


def said(verdict: Verdict) -> str:
    """Return all that is wrong, in words."""
    return "\n".join(problem.in_words() for problem in verdict.problems)


def summed_again(folder: Path) -> None:
    """Make the sums of what is there now."""
    covered = [p for p in folder.rglob("*") if p.is_file() and p.name != SUMS and p.parent != folder / "proofs"]
    covered += [p for p in folder.glob("items/*/SHA256SUMS")]
    digests = {p.relative_to(folder).as_posix(): hashlib.sha256(p.read_bytes()).digest() for p in covered}
    (folder / SUMS).write_bytes(render_sums(digests))


def proved_again(folder: Path, house: House = HOUSE) -> None:
    """Do what only the association can: seal what is there now, whatever it is."""
    summed_again(folder)
    shutil.rmtree(folder / "proofs")
    (folder / "proofs").mkdir()
    house.prove(folder)


def said_otherwise(folder: Path, **changes: object) -> None:
    """Change what the manifest says."""
    path = folder / "manifest.json"
    path.write_bytes(render_canonical(json.loads(path.read_bytes()) | changes))


# ---- attacks by whoever has the package, and no key ----

Spoil = Callable[[Path], object]


def _flip(name: str) -> Spoil:
    def spoil(folder: Path) -> None:
        raw = (folder / name).read_bytes()
        (folder / name).write_bytes(raw[:-2] + bytes([raw[-2] ^ 1]) + raw[-1:])

    return spoil


def _write(name: str, content: bytes = b"x") -> Spoil:
    def spoil(folder: Path) -> None:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)

    return spoil


def _remove(name: str) -> Spoil:
    return lambda folder: (folder / name).unlink()


TAMPERED: dict[str, tuple[Spoil, ProblemKind, str]] = {
    "README.txt": (_flip("README.txt"), ProblemKind.SUMS, "a file was changed: README.txt"),
    "manifest.json": (_flip("manifest.json"), ProblemKind.SUMS, "a file was changed: manifest.json"),
    "manifest.json is JSON no more": (_write("manifest.json"), ProblemKind.MANIFEST, "is damaged"),
    "no manifest": (_remove("manifest.json"), ProblemKind.MANIFEST, "manifest.json is missing"),
    "sealed": (_flip("sealed/001.bin.age"), ProblemKind.SUMS, "a file was changed: sealed/001.bin.age"),
    "no sealed": (_remove("sealed/001.bin.age"), ProblemKind.SUMS, "a file is missing: sealed/001.bin.age"),
    "sums": (_flip(SUMS), ProblemKind.SEAL, "it is of something else"),
    "no sums": (_remove(SUMS), ProblemKind.SUMS, "SHA256SUMS is missing"),
    "sums in another form": (_write(SUMS, b"x\n"), ProblemKind.SUMS, "SHA256SUMS is damaged"),
    "a file more": (_write("extra.txt"), ProblemKind.FORM, "none of a package: 'extra.txt'"),
    "a place more": (_write("public/b.txt"), ProblemKind.SUMS, "does not name public/b.txt"),
    "a folder more": (lambda folder: (folder / "more").mkdir(), ProblemKind.FORM, "folder that is none"),
    "a name for a terminal": (_write("\x1b[2J"), ProblemKind.FORM, r"'\x1b[2J'"),
    "a link": (lambda f: (f / "public/l").symlink_to("/etc/passwd"), ProblemKind.FORM, "neither a folder nor a file"),
    "too large": (_write("trust/log.vkey", bytes(1 << 21)), ProblemKind.FORM, "trust/log.vkey has 2097152 bytes"),
    "no key": (_write("trust/log.vkey", b"x\n"), ProblemKind.TRUST, "a key in trust/ is none"),
    "no certificate": (_write("trust/ca.pem", b"x\n"), ProblemKind.TRUST, "a certificate cannot be read"),
    "fingerprints": (_write("trust/FINGERPRINTS.txt", b"\xff\n"), ProblemKind.TRUST, "shows other keys"),
    "seal": (_flip("proofs/seal.p7s"), ProblemKind.SEAL, "the seal does not hold"),
    "no seal": (_remove("proofs/seal.p7s"), ProblemKind.SEAL, "proofs/seal.p7s is missing"),
    "time-stamp": (_flip("proofs/01.tsr"), ProblemKind.TIME, "proofs/01.tsr: the time-stamp does not hold"),
    "no time-stamp": (_remove("proofs/01.tsr"), ProblemKind.TIME, "0 time-stamps are there, and 1 are asked for"),
    "a number left out": (lambda f: (f / "proofs/01.tsr").rename(f / "proofs/02.tsr"), ProblemKind.TIME, "is missing"),
    "half a renewal": (_write("proofs/renewal-01.txt"), ProblemKind.TIME, "renewal 01 is not whole"),
    "a root of nothing": (_write("proofs/renewal-01-tsa.pem"), ProblemKind.TIME, "renewal 01 is not whole"),
    "salt": (_write("proofs/log-salt.hex", b"0" * 64 + b"\n"), ProblemKind.LOG, "does not commit to this content"),
    "salt in another form": (_write("proofs/log-salt.hex", b"0" * 64), ProblemKind.LOG, "has another form"),
    "leaf": (_flip("proofs/log-leaf.txt"), ProblemKind.LOG, "leaf"),
    "log proof": (_flip("proofs/log.tlog-proof"), ProblemKind.LOG, ""),
    "COMMITMENTS": (_write("COMMITMENTS", b""), ProblemKind.COMMITMENT, "commit to different things"),
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


def test_a_key_that_does_not_open_it_is_told(package: Path) -> None:
    """And what it says is not repeated."""
    identity = new_identity()
    verdict = judged(package, identity=identity)

    assert kinds(verdict) == {ProblemKind.OPENING}
    assert identity not in said(verdict)


def _move(folder: Path, where: str, to: str) -> None:
    shutil.move(folder / where, folder / to)


DOSSIERS: dict[str, tuple[Spoil, str]] = {
    "an item taken away": (lambda f: shutil.rmtree(f / "items" / item_id(3)), "is missing"),
    "a tombstone taken away": (_remove(f"tombstones/{item_id(2)}.p7s"), "does not hold"),
    "a tombstone changed": (_flip(f"tombstones/{item_id(2)}.json"), "does not hold"),
    "a tombstone more": (_write(f"tombstones/{item_id(1)}.json"), "is said to be kept"),
    "a stranger's tombstone": (_write(f"tombstones/{item_id(9)}.json"), "is not in the list of items"),
    "a stranger's item": (
        lambda f: shutil.copytree(f / "items" / item_id(1), f / "items" / item_id(9)),
        "not in the list",
    ),
    "an item under another's name": (
        lambda f: [
            _move(f, f"items/{item_id(1)}", "x"),
            _move(f, f"items/{item_id(3)}", f"items/{item_id(1)}"),
            _move(f, "x", f"items/{item_id(3)}"),
        ],
        "calls itself",
    ),
    "an erased item that is there": (
        lambda f: shutil.copytree(f / "items" / item_id(1), f / "items" / item_id(2)),
        "said to be erased",
    ),
    "custody with a name": (
        _write("custody.tsv", b"at\tkind\titem\twho\twhy\nViolette\n"),
        "custody.tsv has another form",
    ),
}


@pytest.mark.parametrize("how", DOSSIERS)
def test_a_dossier_that_does_not_hold_together_is_told(dossier: Path, how: str) -> None:
    """Although it was sealed."""
    spoil, words = DOSSIERS[how]
    spoil(dossier)
    proved_again(dossier)

    verdict = judged(dossier)
    assert ProblemKind.DOSSIER in kinds(verdict)
    assert words in said(verdict)


@pytest.mark.parametrize("how", ["left out", "other order", "other case"])
def test_a_dossier_of_other_items_is_refused(tmp_path: Path, how: str) -> None:
    """Each package names the one before it, its place and its case."""
    draft = HOUSE.dossier_draft(tmp_path)
    first, second, third = draft.items
    changed = {
        "left out": replace(draft, items=(first, third)),
        "other order": replace(draft, items=(third, second, first)),
        "other case": replace(draft, case=CaseId("cas_" + "e" * 32)),
    }[how]
    folder = build_dossier(tmp_path, changed)
    HOUSE.prove(folder)

    words = {"left out": "another place", "other order": "another place", "other case": "is of another case"}[how]
    assert words in said(judged(folder))


def test_a_package_that_names_another_before_it_is_told(tmp_path: Path) -> None:
    """One was recorded and never shown."""
    draft = HOUSE.dossier_draft(tmp_path)
    (tmp_path / "again").mkdir()
    other = HOUSE.item(tmp_path / "again", 3, bytes([7]) * 32)
    item = replace(draft.items[2], folder=other, sums_sha256=hashlib.sha256((other / SUMS).read_bytes()).digest())
    folder = build_dossier(tmp_path, replace(draft, items=(*draft.items[:2], item)))
    HOUSE.prove(folder)

    assert "does not follow the package before it" in said(judged(folder))


def test_a_tombstone_by_somebody_else_is_none(tmp_path: Path) -> None:
    """Erasing is the association's word."""
    draft = HOUSE.dossier_draft(tmp_path)
    erased = replace(draft.items[1], tombstone_seal=sign_detached(draft.items[1].tombstone, OTHER.chain, at=NOW))
    folder = build_dossier(tmp_path, replace(draft, items=(draft.items[0], erased, draft.items[2])))
    HOUSE.prove(folder)

    assert "tombstone" in said(judged(folder))


def test_a_log_of_two_faces_is_told(tmp_path: Path) -> None:
    """The same key signed two roots at one size: two packages of one dossier show it."""
    house = House()
    draft = house.dossier_draft(tmp_path)
    folder = build_dossier(tmp_path, draft)
    size = parse_log_proof((draft.items[2].folder / "proofs/log.tlog-proof").read_bytes()).index + 1  # type: ignore[operator]  # it is there
    forked = House()
    for number in range(size - 6):
        forked._log(b"another entry %d" % number)
    house.nodes, house.frontier = forked.nodes, forked.frontier
    house.prove(folder)

    assert "was signed with two roots" in said(judged(folder))


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


# ---- time ----


def old_package(folder: Path) -> Path:
    """Return a package of eight years ago: its certificates ended three years ago."""
    return House(at=LONG_AGO).item(folder)


def renewed(folder: Path, *years: int) -> Path:
    """Return it, renewed so many years ago."""
    package = old_package(folder)
    for number in years:
        at = NOW - dt.timedelta(days=number * 365)
        stamping = make_chain(bytes([number]) * 32, organisation="", made_at=at, profile=LOCAL)
        House(at=LONG_AGO).renew(package, at, stamping)
    return package


def test_what_was_not_renewed_in_time_proves_less(tmp_path: Path) -> None:
    """It held then, and does not today."""
    package = old_package(tmp_path)

    assert judged(package, at=LONG_AGO + dt.timedelta(days=365)).holds
    assert "has ended, and the time-stamp was not renewed before" in said(judged(package))


def test_what_was_renewed_in_time_holds(tmp_path: Path) -> None:
    """By authorities that nobody knew at first, which is said; it existed when its first time-stamp says."""
    verdict = judged(renewed(tmp_path, 4, 1))

    assert verdict.problems == ()
    assert verdict.packages[0].existed_at == LONG_AGO
    assert [time.name for time in verdict.packages[0].times] == [
        *("proofs/01.tsr", "proofs/renewal-01.tsr", "proofs/renewal-02.tsr")
    ]
    assert [time.root for time in verdict.packages[0].times] == [Root.PACKAGE, Root.BESIDE, Root.BESIDE]
    assert sum("nothing sealed names" in remark for remark in verdict.remarks) == 2


def test_a_renewal_that_came_too_late_is_none(tmp_path: Path) -> None:
    """After the end of what it renews."""
    assert ProblemKind.TIME in kinds(judged(renewed(tmp_path, 1)))


@pytest.mark.parametrize(
    "spoil", [_remove("proofs/renewal-01.tsr"), _flip("proofs/renewal-01.txt"), _remove("proofs/renewal-02.txt")]
)
def test_a_renewal_that_was_changed_is_none(tmp_path: Path, spoil: Spoil) -> None:
    """Taken away in the middle, changed, or by half."""
    package = renewed(tmp_path, 4, 1)
    spoil(package)

    assert kinds(judged(package)) == {ProblemKind.TIME}


def test_a_renewal_before_what_it_renews_is_none(tmp_path: Path) -> None:
    """Its list holds digests of what was not there yet."""
    package = HOUSE.item(tmp_path)
    at = NOW - dt.timedelta(days=100)
    HOUSE.renew(package, at, make_chain(bytes(32), organisation="", made_at=at, profile=LOCAL))

    assert "is later than what renewed it" in said(judged(package))


def test_a_time_stamp_of_the_future_is_none(package: Path) -> None:
    """By the clock of whoever verifies, a day aside."""
    assert judged(package, at=NOW - dt.timedelta(hours=23)).holds
    assert "later than today" in said(judged(package, at=NOW - dt.timedelta(days=2)))


def test_a_seal_by_a_certificate_of_later_is_none(tmp_path: Path) -> None:
    """Whoever stole a key sealed yesterday what a time-stamp says is old."""
    package = old_package(tmp_path)
    at = LONG_AGO + dt.timedelta(days=365)
    (package / "proofs/seal.p7s").write_bytes(sign_detached((package / SUMS).read_bytes(), HOUSE.chain, at=NOW))
    anchors = Anchors(ca_pems=(HOUSE.chain.anchor_pem(),))

    assert "was not valid when the first time-stamp was made" in said(judged(package, anchors, at=at))


def test_fewer_time_stamps_than_were_asked_for_are_noted(tmp_path: Path) -> None:
    """An authority may have been down; whoever knows that it was not asks for two."""
    package = build_item(tmp_path, replace(HOUSE.draft(), authorities=2))
    HOUSE.prove(package)

    verdict = judged(package)
    assert verdict.holds
    assert any("2 authorities were to be asked, and 1 time-stamps are here" in remark for remark in verdict.remarks)
    assert kinds(judged(package, Anchors(timestamps_least=2))) == {ProblemKind.TIME}


# ---- what nobody touched ----


@pytest.mark.parametrize("identity", [None, *HOUSE.identities])
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
    import tracemalloc

    package = HOUSE.item(tmp_path, content=bytes(60_000_000))
    write_zip(package, tmp_path / "a.zip", PackageKind.ITEM)
    tracemalloc.start()
    try:
        assert judged(tmp_path / "a.zip", identity=HOUSE.identities[0]).holds
        assert tracemalloc.get_traced_memory()[1] < 12_000_000
    finally:
        tracemalloc.stop()
