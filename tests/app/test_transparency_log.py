"""The workspace's log: each event once, nothing signed twice, and whatever went back in time is noticed."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

import pytest
from django.db import DatabaseError

from rempart.app.log_memory import MEMORY_FILE, recall, remember_signed
from rempart.app.transparency_log import TransparencyLog, event_content
from rempart.app.workspace import Workspace, open_workspace
from rempart.config import Settings
from rempart.errors import IntegrityError, MisuseError, NotFoundError, UnavailableError
from rempart.evidence.checkpoints import open_checkpoint
from rempart.evidence.leaves import verify_leaf
from rempart.evidence.log_proof import read_log_proof
from rempart.evidence.notes import parse_vkey
from rempart.model.log import Checkpoint, LogEntryKind, NewLogEntry
from workspaces import make

NOW = dt.datetime(2026, 11, 22, 9, tzinfo=dt.UTC)
ITEM, OTHER = "evd_" + "1" * 32, "evd_" + "2" * 32


def added(owner: str = ITEM, event: str = "addition", content: bytes = b"sums\n") -> NewLogEntry:
    return NewLogEntry(owner=owner, event=event, kind=LogEntryKind.ADDITION, content=content)


@pytest.fixture
def opened(tmp_path: Path) -> tuple[Settings, Workspace]:
    """Return a workspace with two items that have keys."""
    settings, workspace = make(tmp_path / "ws")
    for item in (ITEM, OTHER):
        workspace.keyring.make_item_key(item)
    return settings, workspace


@pytest.fixture
def log(opened: tuple[Settings, Workspace]) -> TransparencyLog:
    """Return its log."""
    settings, workspace = opened
    return TransparencyLog(workspace, settings)


def fill(log: TransparencyLog, count: int, first: int = 0) -> None:
    log.append([added(OTHER, f"opening {n}") for n in range(first, first + count)], NOW)


def test_every_entry_is_proved(log: TransparencyLog) -> None:
    """With the log's key alone, against what the position says."""
    fill(log, 6)
    [position] = log.append([added(content=b"x" * 9_000)], NOW)
    fill(log, 5, first=6)

    proved = log.prove(position.index, NOW)

    facts = read_log_proof(proved.proof, position.leaf, log_key=parse_vkey(proved.log_vkey))
    assert (facts.index, facts.size, facts.origin) == (6, 12, log.origin(NOW))
    verify_leaf(position.leaf, position.salt, b"x" * 9_000)
    log.audit()


def test_the_same_event_is_logged_once(log: TransparencyLog) -> None:
    """The second call returns the first position, also within one call."""
    first = log.append([added()], NOW)
    again = log.append([added(), added(OTHER), added(OTHER), added(event="opening 1")], NOW)

    assert first[0] == again[0]
    assert [p.index for p in again] == [0, 1, 1, 2]
    assert [e.position.index for e in log.entries_of(ITEM)] == [0, 2]


def test_what_is_short_is_kept_sealed(log: TransparencyLog, opened: tuple[Settings, Workspace]) -> None:
    """What is long is not; neither is in the clear."""
    content = event_content(LogEntryKind.OPENING, {"by": "person 1", "seconds": 30})
    log.append([NewLogEntry(owner=ITEM, event="opening 1", kind=LogEntryKind.OPENING, content=content)], NOW)
    log.append([added(content=b"y" * 5_000)], NOW)

    entries = log.entries_of(ITEM)

    assert content == b'{"by":"person 1","kind":"opening","seconds":30}\n'
    assert [(e.kind, e.content) for e in entries] == [(LogEntryKind.OPENING, content), (LogEntryKind.ADDITION, None)]
    stored = b"".join(p.read_bytes() for p in opened[1].folder.glob("rempart.db*"))
    for secret in (b"person 1", ITEM.encode(), entries[0].position.salt, entries[0].position.salt.hex().encode()):
        assert secret not in stored


def test_an_erased_item_leaves_a_leaf_that_belongs_to_nothing(
    log: TransparencyLog, opened: tuple[Settings, Workspace]
) -> None:
    """Its rows are gone, and its key, without which they could not be found in a backup either."""
    [position] = log.append([added()], NOW)
    before = opened[1].log.entries_of(opened[1].keyring.item_digest(ITEM).of(b"", context="log owner"))

    assert log.forget(ITEM) == 1
    opened[1].keyring.destroy_item_key(ITEM)

    assert len(before) == 1
    with pytest.raises(IntegrityError, match="destroyed"):
        log.entries_of(ITEM)
    with pytest.raises(IntegrityError, match="destroyed"):
        log.append([added()], NOW)
    proved = log.prove(0, NOW)
    read_log_proof(proved.proof, position.leaf, log_key=parse_vkey(proved.log_vkey))
    log.audit()


def test_a_failed_call_logs_nothing(log: TransparencyLog, opened: tuple[Settings, Workspace]) -> None:
    """Neither the entries before the one that failed."""
    with pytest.raises(IntegrityError, match="never made"):
        log.append([added(), added("evd_" + "9" * 32)], NOW)

    assert opened[1].log.size() == 0


def test_a_state_is_signed_once_for_each_size(log: TransparencyLog) -> None:
    """The same again while nothing was added."""
    fill(log, 3)
    first, again = log.checkpoint(NOW), log.checkpoint(NOW + dt.timedelta(days=1))
    fill(log, 1, first=3)
    later = log.checkpoint(NOW)

    assert first == again
    assert (first.checkpoint.size, later.checkpoint.size) == (3, 4)
    assert open_checkpoint(later.raw, log.signer(NOW).key).checkpoint == later.checkpoint


def restored(opened: tuple[Settings, Workspace], copy: Path) -> tuple[TransparencyLog, Workspace]:
    """Put an older copy of the database back into the workspace's folder."""
    settings, workspace = opened
    workspace.database.close()
    for path in workspace.folder.glob("rempart.db*"):
        path.unlink()
    shutil.copy(copy / "rempart.db", workspace.folder)
    again = open_workspace(settings)
    return TransparencyLog(again, settings), again


def copied(opened: tuple[Settings, Workspace], to: Path) -> Path:
    to.mkdir()
    opened[1].database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.copy(opened[1].folder / "rempart.db", to)
    return to


def test_a_restored_backup_signs_no_second_story(
    log: TransparencyLog, opened: tuple[Settings, Workspace], tmp_path: Path
) -> None:
    """Of the same size with another root, or of a smaller size: this machine remembers what it signed."""
    fill(log, 3)
    log.checkpoint(NOW)
    copy = copied(opened, tmp_path / "backup")
    fill(log, 2, first=3)
    log.checkpoint(NOW)

    log, workspace = restored(opened, copy)

    with pytest.raises(IntegrityError, match="5 entries was signed"):
        log.checkpoint(NOW)
    fill(log, 2, first=10)
    with pytest.raises(IntegrityError, match="5 entries was signed"):
        log.checkpoint(NOW)
    with pytest.raises(IntegrityError, match="5 entries was signed"):
        log.prove(4, NOW)
    log.begin("association.example/log-2", NOW)
    assert log.checkpoint(NOW).checkpoint == Checkpoint(
        origin="association.example/log-2", size=5, root=log.checkpoint(NOW).checkpoint.root
    )
    workspace.database.close()


def test_a_machine_that_remembers_nothing_asks_first(log: TransparencyLog, opened: tuple[Settings, Workspace]) -> None:
    """A backup that was restored elsewhere; a person may say that it is none."""
    fill(log, 3)
    log.checkpoint(NOW)
    (opened[1].folder / MEMORY_FILE).unlink()

    with pytest.raises(IntegrityError, match="does not remember"):
        log.checkpoint(NOW)
    state = log.checkpoint(NOW, is_never_restored=True)

    assert recall(opened[1].folder) == state.checkpoint


@pytest.mark.parametrize("content", [b"", b"{}", b'{"v":2}', b"[]", b"\xff", b'{"v":1,"origin":"a","size":"x"}'])
def test_a_damaged_memory_is_told(log: TransparencyLog, opened: tuple[Settings, Workspace], content: bytes) -> None:
    """It is not taken for one that never was."""
    (opened[1].folder / MEMORY_FILE).write_bytes(content)

    with pytest.raises(IntegrityError, match="damaged"):
        log.checkpoint(NOW)


def test_what_cannot_be_remembered_is_not_signed(
    log: TransparencyLog, opened: tuple[Settings, Workspace], tmp_path: Path
) -> None:
    """A full disk, or a folder that is gone; nothing of it is in the database either."""
    fill(log, 1)
    gone = tmp_path / "gone"
    with pytest.raises(UnavailableError, match="cannot be written"):
        remember_signed(gone, Checkpoint(origin="a", size=0, root=b""))
    (opened[1].folder / f"{MEMORY_FILE}").mkdir()

    with pytest.raises(UnavailableError):
        log.checkpoint(NOW)

    assert opened[1].log.checkpoint(log.origin(NOW)) is None


def test_a_rewritten_leaf_or_node_is_noticed(log: TransparencyLog, opened: tuple[Settings, Workspace]) -> None:
    """By whoever drops the triggers and changes the file."""
    fill(log, 8)
    log.checkpoint(NOW)
    database = opened[1].database
    database.execute("DROP TRIGGER log_node_no_update")
    database.execute("UPDATE log_node SET hash = zeroblob(32) WHERE level = 3")

    with pytest.raises(IntegrityError, match="node"):
        log.audit()
    with pytest.raises(IntegrityError, match="not the same"):
        log.checkpoint(NOW)


def test_a_leaf_is_what_its_entry_says(log: TransparencyLog, opened: tuple[Settings, Workspace]) -> None:
    """An entry whose leaf was changed does not open as if nothing were."""
    log.append([added()], NOW)
    opened[1].database.execute("DROP TRIGGER log_leaf_no_update")
    opened[1].database.execute("UPDATE log_leaf SET commitment = zeroblob(32)")

    with pytest.raises(IntegrityError, match="not what was committed"):
        log.entry(ITEM, "addition")


def test_nothing_is_signed_inside_a_transaction(log: TransparencyLog, opened: tuple[Settings, Workspace]) -> None:
    """What could still be rolled back must not be signed."""
    with opened[1].database.transaction(), pytest.raises(ValueError, match="no transaction"):
        log.checkpoint(NOW)


def test_a_name_is_drawn_or_chosen_once(opened: tuple[Settings, Workspace]) -> None:
    """It says nothing of the association unless she chose it; a name that was used is not used again."""
    settings, workspace = opened
    log = TransparencyLog(workspace, settings)
    drawn = log.origin(NOW)

    assert drawn.startswith("rempart.invalid/")
    assert workspace.id not in drawn
    with pytest.raises(MisuseError, match="already"):
        log.begin(drawn, NOW)
    with pytest.raises(MisuseError, match="cannot name a key"):
        log.begin("a name", NOW)
    assert log.origin(NOW) == drawn


def test_what_is_not_there_is_told(log: TransparencyLog) -> None:
    """An entry, an event."""
    with pytest.raises(NotFoundError, match="no entry 0"):
        log.prove(0, NOW)
    with pytest.raises(NotFoundError, match="no addition"):
        log.entry(ITEM, "addition")


def test_both_databases(made: tuple[Settings, Workspace]) -> None:
    """The whole way on each."""
    settings, workspace = made
    workspace.keyring.make_item_key(ITEM)
    log = TransparencyLog(workspace, settings)
    positions = log.append([added(event=str(n)) for n in range(11)], NOW)

    log.checkpoint(NOW)
    proved = [log.prove(position.index, NOW) for position in positions]

    for one, position in zip(proved, positions, strict=True):
        read_log_proof(one.proof, position.leaf, log_key=parse_vkey(one.log_vkey))
    log.audit()
    with pytest.raises(DatabaseError):
        workspace.log.add([(3, b"\0" * 32)], [], [])
