"""What happened stays as it was written, on both databases; who saw what is counted."""

from __future__ import annotations

import pytest
from django.db import DatabaseError

from databases import on_postgresql, on_sqlite
from kept_cases import KeptCases
from registered import NOW
from rempart.model.asset import UserRole
from rempart.model.evidence import CustodyKind, EvidenceState, Exposure
from rempart.store import Database, faults


@pytest.fixture
def kept(database: Database) -> KeptCases:
    """Return a database with a case."""
    return KeptCases(database)


def test_it_is_told_in_order(kept: KeptCases) -> None:
    """With its words, of the whole case or of one item."""
    item = kept.add_item(1)
    first, second = kept.event(CustodyKind.CASE_OPENED), kept.event(CustodyKind.RECORDED, item, why="why-planted")

    numbers = [kept.custody.note(first), kept.custody.note(second)]

    assert numbers == [1, 2]
    assert kept.custody.of_case(kept.case.id) == [first, second]
    assert kept.custody.of_case(kept.case.id, item.id) == [second]


@pytest.mark.parametrize("statement", ["UPDATE custody_event SET kind = kind", "DELETE FROM custody_event"])
def test_nothing_changes_it(kept: KeptCases, database: Database, statement: str) -> None:
    """Not even what it says of itself."""
    kept.custody.note(kept.event(CustodyKind.CASE_OPENED))

    with pytest.raises(DatabaseError, match="append-only"):
        database.execute(statement)

    assert len(kept.custody.of_case(kept.case.id)) == 1


@on_sqlite
def test_sqlite_replaces_no_event(kept: KeptCases, database: Database) -> None:
    """By its identifier or by its rowid."""
    kept.custody.note(kept.event(CustodyKind.CASE_OPENED))

    with pytest.raises(DatabaseError, match="append-only"):
        database.execute("INSERT OR REPLACE INTO custody_event SELECT * FROM custody_event")


@on_postgresql
def test_postgresql_truncates_nothing(kept: KeptCases, database: Database) -> None:
    """TRUNCATE fires no trigger of rows."""
    kept.custody.note(kept.event(CustodyKind.CASE_OPENED))

    with pytest.raises(DatabaseError, match="append-only"):
        database.execute("TRUNCATE custody_event")


def test_a_missing_trigger_is_a_fault(kept: KeptCases, database: Database) -> None:
    """Whoever dropped it could rewrite who saw what."""
    assert (kept.custody.of_case(kept.case.id), faults(database)) == ([], [])
    name = "custody_event_no_update" if database.vendor == "sqlite" else "custody_event_never_changed"

    database.execute(f"DROP TRIGGER {name}" + ("" if database.vendor == "sqlite" else " ON custody_event"))

    assert [fault for fault in faults(database) if name in fault]


def test_people_have_numbers_in_their_order(kept: KeptCases) -> None:
    """The same ones whenever they are asked for."""
    anne = kept.here.users.add("anne", UserRole.REVIEWER, NOW)
    kept.custody.note(kept.event(CustodyKind.CASE_OPENED))
    kept.custody.note(kept.event(CustodyKind.OPENED, kept.add_item(1), second=anne.id, why="x"))

    assert kept.custody.people(kept.case.id) == {kept.here.user.id: 1, anne.id: 2}


def test_who_saw_an_item_is_counted(kept: KeptCases) -> None:
    """Both of the two; what was never opened has nobody."""
    anne = kept.here.users.add("anne", UserRole.REVIEWER, NOW)
    seen, never = kept.add_item(1), kept.add_item(2)
    for _ in range(2):
        kept.custody.note(kept.event(CustodyKind.OPENED, seen, second=anne.id, why="x"))
    kept.custody.note(kept.event(CustodyKind.RECORDED, never))

    by = sorted([kept.here.user.id, anne.id])
    assert kept.custody.exposures(seen.id) == [Exposure(item=seen.id, by=who, count=2) for who in by]
    assert (kept.custody.openings(seen.id), kept.custody.openings(never.id)) == (2, 0)
    assert kept.custody.exposures(never.id) == []


def test_words_about_an_erased_item_are_gone(kept: KeptCases) -> None:
    """What happened, when and by whom stays."""
    item = kept.add_item(1)
    kept.custody.note(kept.event(CustodyKind.OPENED, item, why="why-planted"))
    kept.evidence.bury(item, sums_sha256=bytes(32), tombstone=b"s", seal=b"s", now=NOW)
    kept.sealer.destroyed.add(item.id)

    [event] = kept.custody.of_case(kept.case.id)

    assert kept.evidence.get(item.id).state is EvidenceState.ERASED
    assert (event.kind, event.by, event.why, event.to) == (CustodyKind.OPENED, kept.here.user.id, "", "")
