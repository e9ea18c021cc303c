"""Erasure: after seven days, unless cancelled or held; nothing that is left ties the leaf to the item."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from pathlib import Path

import pytest

from evidence_scenes import Scene, scene, verified_by_bash
from rempart.app.evidence_certificates import seal_chain
from rempart.app.evidence_erasing import ask_erasure, cancel_erasure, erase_due
from rempart.app.evidence_exporting import export_case
from rempart.app.evidence_holding import end_holds, hold_case
from rempart.app.evidence_opening import open_evidence
from rempart.app.evidence_places import package_folder
from rempart.app.handlers import make_worker
from rempart.app.rights import revoke_consent, subject_of
from rempart.app.workspace import Workspace
from rempart.config import Settings
from rempart.errors import IntegrityError, MisuseError
from rempart.evidence.canonical import parse_canonical
from rempart.evidence.leaves import parse_leaf
from rempart.evidence.seal import read_seal
from rempart.model.asset import ConsentScope
from rempart.model.evidence import CustodyKind, EvidenceItem, EvidenceState
from rempart.model.work import JobState
from rempart.store.models import JobRow

DAY = dt.timedelta(days=1)


@pytest.fixture
def made_scene(tmp_path: Path) -> Scene:
    """Return a workspace with a case."""
    return scene(tmp_path)


def erased(found: Scene, item: EvidenceItem) -> EvidenceItem:
    """Erase an item, days later."""
    asked = ask_erasure(found.desk, item.id, why="she asked")
    found.now.at = asked.request.due_at
    assert erase_due(found.desk, asked.request.id)
    return found.workspace.evidence.get(item.id)


def secrets_of(found: Scene, item: EvidenceItem) -> dict[str, bytes]:
    """Return everything that could tie an item to its leaf, or tell what it was."""
    folder = package_folder(found.workspace, item.case, item.id)
    sums, proofs = (folder / "SHA256SUMS").read_bytes(), folder / "proofs"
    salt = bytes.fromhex((proofs / "log-salt.hex").read_text())
    leaf = (proofs / "log-leaf.txt").read_bytes()
    entries = found.desk.log.entries_of(item.id)
    return {
        "salt": salt,
        "salt in hex": salt.hex().encode(),
        "leaf": leaf,
        "leaf's digest": parse_leaf(leaf).hex().encode(),
        "sums": sums,
        "a line of the sums": sums.splitlines()[0],
        "name": b"name-planted",
        "reason": b"reason-planted",
        "content": (folder / "sealed" / "001.bin.age").read_bytes()[200:264],
        "manifest": (folder / "manifest.json").read_bytes(),
        **{f"salt of entry {n}": entry.position.salt for n, entry in enumerate(entries)},
    }


def test_no_remaining_artefact_ties_the_leaf_to_the_item(made_scene: Scene) -> None:
    """Every file of the workspace is read; the same things are found in it before.

    What stays of the leaf is the commitment itself, in the public part of the log, without a date.
    """
    item = made_scene.added("name-planted.eml")
    made_scene.added("b.txt")
    open_evidence(made_scene.desk, item.id, reason="reason-planted", second="anne", to=None, stream=io.BytesIO())
    exported = export_case(made_scene.desk, item.case, made_scene.folder / "d.zip", to_whom="the court")
    planted = secrets_of(made_scene, item)
    folder, workspace = made_scene.workspace.folder, made_scene.workspace
    rows = workspace.database.execute("SELECT entry_sealed, event_digest, owner_digest FROM log_entry")
    before = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
    digest = workspace.keyring.item_digest(item.id).of(b"", context="log owner")
    assert planted["sums"] in before
    assert digest in before

    buried = erased(made_scene, item)

    after = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
    assert [what for what, value in planted.items() if value in after] == []
    assert digest not in after
    left = workspace.database.execute("SELECT entry_sealed, event_digest, owner_digest FROM log_entry")
    assert len(rows) - len(left) == 2 - 1  # the addition and the opening went, the tombstone came
    assert parse_leaf(planted["leaf"]) in after  # nothing ever leaves the log
    for look in (workspace.keyring.item_box, workspace.keyring.item_digest, made_scene.desk.log.entries_of):
        with pytest.raises(IntegrityError, match="destroyed"):
            look(item.id)
    assert not package_folder(workspace, item.case, item.id).exists()
    made_scene.desk.log.audit()
    assert exported.path.exists()  # copies are others': they are told
    assert buried.label == ""


def test_the_tombstone_is_sealed_and_in_the_next_dossier(made_scene: Scene) -> None:
    """It says that something was erased, when, and how often it had been seen; a stranger verifies it."""
    item = made_scene.added()
    made_scene.added("b.txt")

    buried = erased(made_scene, item)

    said = parse_canonical(buried.tombstone, name="tombstone")
    assert (said["kind"], said["id"], said["openings"], said["copies"]) == ("erasure", item.id, 0, 0)
    assert said["sums_sha256"] == item.sums_sha256.hex()
    anchor = seal_chain(made_scene.workspace, "", made_scene.now.at).root
    read_seal(buried.tombstone_seal, buried.tombstone, [anchor])
    made = export_case(made_scene.desk, item.case, made_scene.folder / "d.zip", to_whom="x")
    assert (made.items, made.erased) == (1, 1)
    with zipfile.ZipFile(made.path) as archive:
        archive.extractall(made_scene.folder / "d")
    assert f"{item.id}: erased" in verified_by_bash(made_scene.folder / "d")


def test_not_before_seven_days(made_scene: Scene) -> None:
    """To the second."""
    item = made_scene.added()
    asked = ask_erasure(made_scene.desk, item.id, why="x")
    assert asked.request.due_at == made_scene.now.at + 7 * DAY

    made_scene.now.at = asked.request.due_at - dt.timedelta(seconds=1)
    assert not erase_due(made_scene.desk, asked.request.id)
    assert made_scene.workspace.evidence.get(item.id) == item
    made_scene.now.at = asked.request.due_at
    assert erase_due(made_scene.desk, asked.request.id)


def test_it_is_cancelled_as_long_as_it_is_not_done(made_scene: Scene) -> None:
    """Not after; asking twice is asking once."""
    item = made_scene.added()
    first = ask_erasure(made_scene.desk, item.id, why="x").request
    made_scene.now.at += DAY
    assert ask_erasure(made_scene.desk, item.id, why="y").request == first

    cancel_erasure(made_scene.desk, item.id, why="changed her mind")
    made_scene.now.at += 30 * DAY

    assert not erase_due(made_scene.desk, first.id)
    assert made_scene.workspace.evidence.get(item.id).state is EvidenceState.LOGGED
    with pytest.raises(MisuseError, match="nobody asked"):
        cancel_erasure(made_scene.desk, item.id)
    erased(made_scene, item)
    for late in (
        lambda: cancel_erasure(made_scene.desk, item.id),
        lambda: ask_erasure(made_scene.desk, item.id, why="x"),
    ):
        with pytest.raises(MisuseError):
            late()


def test_a_hold_keeps_it_until_its_day(made_scene: Scene) -> None:
    """A named decision, in the log and the custody; then it goes."""
    item = made_scene.added()
    until = made_scene.now.at + 30 * DAY
    hold_case(made_scene.desk, item.case, why="a claim", until=until)
    asked = ask_erasure(made_scene.desk, item.id, why="x")
    assert asked.hold is not None

    made_scene.now.at = until - dt.timedelta(seconds=1)
    assert not erase_due(made_scene.desk, asked.request.id)
    made_scene.now.at = until + dt.timedelta(seconds=1)
    assert erase_due(made_scene.desk, asked.request.id)

    kinds = {event.kind for event in made_scene.workspace.custody.of_case(item.case)}
    assert {CustodyKind.HOLD_SET, CustodyKind.ERASURE_ASKED, CustodyKind.ERASED} <= kinds


def test_a_hold_that_is_ended_lets_it_go(made_scene: Scene) -> None:
    """At once if its seven days are over: a job does it."""
    item = made_scene.added()
    hold_case(made_scene.desk, item.case, why="a claim", until=made_scene.now.at + 300 * DAY)
    asked = ask_erasure(made_scene.desk, item.id, why="x")
    made_scene.now.at += 8 * DAY
    assert not erase_due(made_scene.desk, asked.request.id)

    assert end_holds(made_scene.desk, item.case, why="settled") == 1

    due = [job.due_at for job in made_scene.workspace.jobs.all() if job.kind == "erase_evidence"]
    assert made_scene.now.at in due
    assert erase_due(made_scene.desk, asked.request.id)
    with pytest.raises(MisuseError, match="no hold"):
        end_holds(made_scene.desk, item.case, why="x")
    with pytest.raises(MisuseError, match="is past"):
        hold_case(made_scene.desk, item.case, why="x", until=made_scene.now.at)


def test_those_who_have_a_copy_are_named(made_scene: Scene) -> None:
    """And only those who were given this item."""
    item = made_scene.added()
    export_case(made_scene.desk, item.case, made_scene.folder / "a.zip", to_whom="the court")
    later = made_scene.added("b.txt")
    export_case(made_scene.desk, item.case, made_scene.folder / "b.zip", to_whom="counsel's office")

    copies = ask_erasure(made_scene.desk, item.id, why="x").copies
    assert {one.to for one in copies} == {"the court", "counsel's office"}
    asked = ask_erasure(made_scene.desk, later.id, why="x")
    assert [one.to for one in asked.copies] == ["counsel's office"]
    assert asked.recipients == ("counsel",)


def test_withdrawing_consent_erases_nothing(made_scene: Scene) -> None:
    """They are two acts: after it, what is there can still be erased, or not."""
    item = made_scene.added()

    revoke_consent(made_scene.workspace, subject_of(made_scene.workspace, "Nadia Planted"), ConsentScope.EVIDENCE)

    assert made_scene.workspace.evidence.get(item.id) == item
    assert made_scene.workspace.evidence.pending(item.id) is None
    assert erased(made_scene, item).state is EvidenceState.ERASED


def test_one_that_was_never_a_package_keeps_its_place(made_scene: Scene) -> None:
    """What comes after names it all the same."""
    item = made_scene.recorded()
    erased(made_scene, item)

    following = made_scene.added("b.txt")

    assert following.seq == 2
    made = export_case(made_scene.desk, item.case, made_scene.folder / "d.zip", to_whom="x")
    assert (made.items, made.erased) == (1, 1)


def test_killed_after_the_tombstone_it_goes_on(made_scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """The key, the files and the traces go the next time; the tombstone is one."""
    item = made_scene.added()
    asked = ask_erasure(made_scene.desk, item.id, why="x")
    made_scene.now.at = asked.request.due_at
    with monkeypatch.context() as patched:
        patched.setattr(type(made_scene.workspace.keyring), "destroy_item_key", _interrupted)
        with pytest.raises(KeyboardInterrupt):
            erase_due(made_scene.desk, asked.request.id)
    size = made_scene.workspace.log.size()

    assert made_scene.workspace.evidence.get(item.id).state is EvidenceState.ERASED
    assert erase_due(made_scene.desk, asked.request.id)
    assert erase_due(made_scene.desk, asked.request.id)

    assert made_scene.workspace.log.size() == size
    assert not package_folder(made_scene.workspace, item.case, item.id).exists()


def _interrupted(*_: object) -> None:
    raise KeyboardInterrupt


def test_a_worker_does_it_on_both_databases(tmp_path: Path, made: tuple[Settings, Workspace]) -> None:
    """By itself, when it is due."""
    found = scene(tmp_path, made)
    item = found.added()
    found.now.at -= 8 * DAY
    ask_erasure(found.desk, item.id, why="x")
    JobRow.objects.update(due_at=found.now.at)

    tally = make_worker(found.workspace, found.settings).run(until_idle=True)

    assert tally.failed == 0
    assert found.workspace.evidence.get(item.id).state is EvidenceState.ERASED
    assert {job.state for job in found.workspace.jobs.all() if job.kind == "erase_evidence"} == {JobState.DONE}
