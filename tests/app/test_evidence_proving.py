"""From recorded to proved: each state, authorities that are away or lie, full disks; openssl and bash agree."""

from __future__ import annotations

import datetime as dt
import errno
import hashlib
import os
from dataclasses import replace
from pathlib import Path

import pytest

import rempart.app.evidence_proving as proving
from evidence_scenes import CONTENT, Scene, away, scene, verified_by_bash, with_authorities
from rempart.app.evidence_adding import own_recipient
from rempart.app.evidence_desk import EvidenceDesk
from rempart.app.evidence_places import alone_on, package_folder
from rempart.app.evidence_proving import finish
from rempart.app.evidence_stamping import Stamping
from rempart.app.workspace import Workspace
from rempart.config import Settings
from rempart.errors import ConfigError, IntegrityError, UnavailableError
from rempart.evidence.sums import SUMS
from rempart.keys.age import decrypt_with
from rempart.model.evidence import CustodyKind, EvidenceItem, EvidenceState
from rempart.model.timestamp import Imprint, ImprintAlgorithm, Timestamp
from rempart.model.work import JobState
from workspaces import settings_for

DAY = dt.timedelta(days=1)


@pytest.fixture
def made_scene(tmp_path: Path) -> Scene:
    """Return a workspace with a case."""
    return scene(tmp_path)


def package(found: Scene, item: EvidenceItem) -> Path:
    return package_folder(found.workspace, item.case, item.id)


def test_a_file_becomes_a_package_that_a_stranger_verifies(made_scene: Scene) -> None:
    """What is sealed opens for its two recipients alone; the local time-stamp says that it is one."""
    item = made_scene.added()

    folder = package(made_scene, item)
    said = verified_by_bash(folder)
    assert "VERIFIED" in said
    assert "LOCAL" in said
    sealed = (folder / "sealed" / "001.bin.age").read_bytes()
    assert decrypt_with(made_scene.lawyer, sealed, name="it") == CONTENT
    assert item.state is EvidenceState.LOGGED
    assert item.sums_sha256 == hashlib.sha256((folder / SUMS).read_bytes()).digest()
    assert [job.state for job in made_scene.workspace.jobs.all() if job.kind == "finish_evidence"] == [JobState.DONE]
    assert own_recipient(made_scene.desk, item).age_recipient.startswith("age1")


def test_each_names_the_one_before(made_scene: Scene) -> None:
    """Nothing can be left out of a case."""
    first, second = made_scene.added(), made_scene.added("b.txt", b"x" * 3_000_000)

    manifest = (package(made_scene, second) / "manifest.json").read_text()
    assert f'"prev":"{first.sums_sha256.hex()}"' in manifest
    assert (first.seq, second.seq) == (1, 2)
    assert not list(package(made_scene, first).parent.glob("*.sealed"))


def test_both_databases(tmp_path: Path, made: tuple[Settings, Workspace]) -> None:
    """The whole way on each."""
    found = scene(tmp_path, made)

    assert "VERIFIED" in verified_by_bash(package(found, found.added()))


def test_several_authorities_stamp_it(made_scene: Scene) -> None:
    """As many as are wanted, and no more are asked."""
    authorities = with_authorities(made_scene, 3)

    item = made_scene.added()

    assert sorted(path.name for path in (package(made_scene, item) / "proofs").glob("*.tsr")) == ["01.tsr", "02.tsr"]
    assert [each.asked for each in authorities] == [2, 1, 0]  # the second step knows the first by its certificate
    assert "LOCAL" not in (package(made_scene, item) / "manifest.json").read_text()


def lies(kind: str, found: Scene) -> object:
    """Return how an authority lies."""
    other = Imprint(algorithm=ImprintAlgorithm.SHA256, digest=bytes(32))
    [stranger, *_] = with_authorities(found, 1)

    def answer(imprint: Imprint) -> Timestamp:
        if kind == "of something else":
            return stranger.stamped(other)
        if kind == "before its certificate":
            return stranger.stamped(imprint, at=found.now() - 900 * DAY)
        good = stranger.stamped(imprint)
        raw = {"cut": good.raw_reply[:-9], "huge": good.raw_reply * 90, "more": good.raw_reply + b"\0", "none": b""}
        return replace(good, raw_reply=raw[kind])

    return answer


@pytest.mark.parametrize("kind", ["of something else", "before its certificate", "cut", "huge", "more", "none", "away"])
def test_an_authority_that_fails_or_lies_seals_nothing(made_scene: Scene, kind: str) -> None:
    """It is not called sealed until one stamp was verified; then it goes on."""
    answer = away if kind == "away" else lies(kind, made_scene)
    [one] = with_authorities(made_scene, 1)
    one.fails = answer  # type: ignore[assignment]  # above
    item = made_scene.recorded()

    failed = finish(made_scene.desk, item.case)

    assert made_scene.workspace.evidence.get(item.id).state is EvidenceState.HASHED
    with pytest.raises(UnavailableError, match="nobody stamped"):
        failed.require(item.id)
    assert not list((package(made_scene, item) / "proofs").glob("*.tsr"))
    one.fails = None
    assert finish(made_scene.desk, item.case).require(item.id).state is EvidenceState.LOGGED


def test_one_that_is_away_is_waited_for_unless_a_person_accepts(made_scene: Scene) -> None:
    """That she did is in the custody, with who was away."""
    _, second = with_authorities(made_scene)
    second.fails = away
    item = made_scene.recorded()

    waiting = finish(made_scene.desk, item.case)
    assert made_scene.workspace.evidence.get(item.id).state is EvidenceState.SEALED
    with pytest.raises(UnavailableError, match="1 more time-stamps"):
        waiting.require(item.id)
    done = finish(made_scene.desk, item.case, accepts_fewer=True).require(item.id)

    assert done.state is EvidenceState.LOGGED
    [event] = [e for e in made_scene.workspace.custody.of_case(item.case) if e.kind is CustodyKind.TIMESTAMPED]
    assert "tsa2.example" in event.why
    assert "VERIFIED" in verified_by_bash(package(made_scene, item))


def test_no_stamp_by_an_authority_that_the_package_does_not_name(made_scene: Scene) -> None:
    """The settings changed while it waited: a stranger would be told that it does not hold."""
    local = made_scene.desk
    [one] = with_authorities(made_scene, 1)
    one.fails = away
    item = made_scene.recorded()
    finish(made_scene.desk, item.case)

    with pytest.raises(UnavailableError, match="made under other settings"):
        finish(local, item.case).require(item.id)
    one.fails = None

    assert finish(made_scene.desk, item.case).require(item.id).state is EvidenceState.LOGGED
    assert "VERIFIED" in verified_by_bash(package(made_scene, item))


def test_one_that_waits_keeps_no_other_from_being_proved(made_scene: Scene) -> None:
    """What is wrong with one item is its own."""
    first = made_scene.added()
    (package(made_scene, first) / SUMS).unlink()

    assert made_scene.added("b.txt").state is EvidenceState.LOGGED


@pytest.mark.parametrize("step, name", [("build_item", EvidenceState.RECORDED), ("add_proof", EvidenceState.HASHED)])
def test_a_full_disk_loses_nothing(
    made_scene: Scene, step: str, name: EvidenceState, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In mid-package, or in mid-proof: it is as far as it was, and goes on."""

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    item = made_scene.recorded()
    with monkeypatch.context() as patched:
        patched.setattr(proving, step, full)
        with pytest.raises(UnavailableError, match="No space left"):
            finish(made_scene.desk, item.case).require(item.id)

    assert made_scene.workspace.evidence.get(item.id).state is name
    assert finish(made_scene.desk, item.case).require(item.id).state is EvidenceState.LOGGED
    assert "VERIFIED" in verified_by_bash(package(made_scene, item))


def test_one_after_it_waits_too(made_scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is recorded and not yet proved, which is exit code 4, and no misuse."""

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    made_scene.recorded()
    second = made_scene.recorded("b.txt")
    with monkeypatch.context() as patched:
        patched.setattr(proving, "build_item", full)
        with pytest.raises(UnavailableError, match="waits for one"):
            finish(made_scene.desk, second.case).require(second.id)


def test_a_package_that_was_changed_meanwhile_is_not_sealed(made_scene: Scene) -> None:
    """Nor stamped, nor logged."""
    [one] = with_authorities(made_scene, 1)
    one.fails = away
    item = made_scene.recorded()
    finish(made_scene.desk, item.case)
    one.fails = None
    (package(made_scene, item) / SUMS).write_bytes(b"other\n")

    with pytest.raises(IntegrityError, match="not as it was made"):
        finish(made_scene.desk, item.case).require(item.id)


def test_what_it_is_made_of_was_changed(made_scene: Scene) -> None:
    """It does not become a package."""
    item = made_scene.recorded()
    [spool] = package(made_scene, item).parent.glob("*.sealed")
    spool.write_bytes(spool.read_bytes()[:-1])

    with pytest.raises(IntegrityError):
        finish(made_scene.desk, item.case).require(item.id)

    assert not package(made_scene, item).exists()


def test_one_works_on_a_case_at_a_time(made_scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """The other waits, and gives up with what to do."""
    item = made_scene.recorded()
    monkeypatch.setattr(proving, "_PATIENCE_S", 0.2)

    with alone_on(made_scene.workspace, item.case, patience_s=1), pytest.raises(UnavailableError, match="another"):
        finish(made_scene.desk, item.case)


@pytest.mark.parametrize("roots", [None, "missing.pem", "empty.pem"])
def test_without_roots_no_authority_is_believed(made_scene: Scene, roots: str | None) -> None:
    """A stamp that nobody can verify is none."""
    (made_scene.folder / "empty.pem").write_bytes(b"")
    where = {"timestamps__roots_file": str(made_scene.folder / roots)} if roots else {}
    settings = settings_for(made_scene.workspace.folder, timestamps__authorities=["http://tsa.example/"], **where)

    with pytest.raises(ConfigError, match="roots"):
        Stamping(made_scene.workspace, settings)
    with pytest.raises(ConfigError, match="roots"):
        EvidenceDesk(made_scene.workspace, settings)
