"""Events and the access trace: written with the thing itself, read back as they were."""

from __future__ import annotations

import datetime as dt

import pytest

from rempart.errors import MisuseError
from rempart.model.work import Access, AccessPurpose, Event, EventKind
from rempart.store import Database, Journal

NOW = dt.datetime(2026, 11, 21, 12, tzinfo=dt.UTC)


def test_what_is_noted_comes_back(database: Database) -> None:
    """Of one subject, or all, the oldest first."""
    journal = Journal(database, access_days=30)
    for number in range(3):
        at = NOW + dt.timedelta(seconds=number)
        journal.note(EventKind.ASSETS_ADDED, f"own_{number}", actor="usr_1", now=at, detail={"count": number})

    events = journal.events()

    assert [e.detail["count"] for e in events] == [0, 1, 2]
    assert journal.events("own_1") == [
        Event(
            at=NOW + dt.timedelta(seconds=1),
            actor="usr_1",
            kind=EventKind.ASSETS_ADDED,
            subject="own_1",
            detail={"count": 1},
        )
    ]


def test_an_opening_is_traced_with_its_end(database: Database) -> None:
    """Who opened what, why, how many; the line may leave after its days."""
    journal = Journal(database, access_days=30)

    journal.opened(AccessPurpose.SHOW_HITS, "ast_1", actor="usr_1", now=NOW, count=7)

    line = Access(at=NOW, actor="usr_1", purpose=AccessPurpose.SHOW_HITS, subject="ast_1", count=7)
    assert journal.accesses() == journal.accesses("ast_1") == [line]
    assert journal.accesses("ast_2") == []
    [(end,)] = database.execute("SELECT expires_at FROM access_trace")
    assert str(end).startswith("2026-12-21 12:00:00")


def test_an_event_is_part_of_the_callers_transaction(database: Database) -> None:
    """What did not happen is not noted."""
    journal = Journal(database, access_days=30)

    def cut() -> None:
        with database.transaction():
            journal.note(EventKind.OWNER_ADDED, "own_1", actor="usr_1", now=NOW)
            message = "cut"
            raise MisuseError(message)

    with pytest.raises(MisuseError):
        cut()

    assert journal.events() == []


def test_the_latest_thousand(database: Database) -> None:
    """Not all of the history is read."""
    journal = Journal(database, access_days=30)
    with database.transaction():
        for number in range(1_010):
            at = NOW + dt.timedelta(seconds=number)
            journal.note(EventKind.JOB_RETRIED, "job_1", actor="system", now=at, detail={"n": number})

    assert [e.detail["n"] for e in journal.events("job_1")] == list(range(10, 1_010))
