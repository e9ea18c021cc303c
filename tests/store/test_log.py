"""The log's rows: on both databases nothing of its public part changes, and what opens an entry can be erased."""

from __future__ import annotations

import datetime as dt
import threading

import pytest
from django.db import DatabaseError

from databases import on_postgresql, on_sqlite
from rempart.model.log import Checkpoint, Place, SavedCosignature, SealedLogEntry
from rempart.store import Database, LogRepository, faults

NOW = dt.datetime(2026, 11, 22, 9, tzinfo=dt.UTC)
ORIGIN = "association.example/log"
ROOT, OTHER = b"\1" * 32, b"\2" * 32
TABLES = ("log_name", "log_leaf", "log_node", "log_checkpoint", "log_cosignature", "log_ahead")


def entry(number: int, owner: int = 1) -> SealedLogEntry:
    return SealedLogEntry(
        number=number, event_digest=bytes([number]) * 32, owner_digest=bytes([owner]) * 32, sealed=b"sealed"
    )


@pytest.fixture
def log(database: Database) -> LogRepository:
    """Return a log with a row in each table."""
    rows = LogRepository(database)
    rows.begin(ORIGIN, NOW)
    rows.add([(0, ROOT), (1, OTHER)], [(Place(1, 0), ROOT)], [entry(0), entry(1)])
    rows.add_checkpoint(Checkpoint(origin=ORIGIN, size=2, root=ROOT), NOW)
    rows.add_cosignature(ORIGIN, 2, SavedCosignature(witness="w", vkey="w+1", line="line\n"), NOW)
    rows.add_ahead(ORIGIN, "w", 9, NOW)
    return rows


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("statement", ["UPDATE {table} SET {column} = {column}", "DELETE FROM {table}"])
def test_nothing_is_changed_or_deleted(log: LogRepository, database: Database, table: str, statement: str) -> None:
    """By nobody, ever: not even after an end, as these rows have none."""
    assert log.size() == 2
    column = "origin" if table not in {"log_leaf", "log_node"} else "number"

    with pytest.raises(DatabaseError, match="append-only"):
        database.execute(statement.format(table=table, column=column))

    assert database.execute(f"SELECT COUNT(*) FROM {table}") != [(0,)]  # noqa: S608 - above


@on_sqlite
@pytest.mark.parametrize("table", TABLES)
def test_sqlite_replaces_no_row(log: LogRepository, database: Database, table: str) -> None:
    """Neither by what names it nor by its rowid."""
    assert log.size() == 2

    with pytest.raises(DatabaseError, match="append-only"):
        database.execute(f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}")  # noqa: S608 - above
    if table == "log_node":
        with pytest.raises(DatabaseError, match="append-only"):
            database.execute("INSERT OR REPLACE INTO log_node (rowid, level, number, hash) VALUES (1, 7, 7, x'00')")


@on_postgresql
@pytest.mark.parametrize("table", TABLES)
def test_postgresql_truncates_no_table(log: LogRepository, database: Database, table: str) -> None:
    """TRUNCATE fires no trigger of rows."""
    assert log.size() == 2

    with pytest.raises(DatabaseError, match="append-only"):
        database.execute(f"TRUNCATE {table}")


def test_a_missing_trigger_is_a_fault(log: LogRepository, database: Database) -> None:
    """Whoever dropped it could rewrite the log."""
    assert (log.size(), faults(database)) == (2, [])
    name = "log_leaf_no_update" if database.vendor == "sqlite" else "log_leaf_never_changed"

    database.execute(f"DROP TRIGGER {name}" + ("" if database.vendor == "sqlite" else " ON log_leaf"))

    assert [f for f in faults(database) if name in f] == faults(database) != []


def test_one_size_has_one_state(log: LogRepository) -> None:
    """The database itself refuses a second root, also from a process that did not look."""
    with pytest.raises(DatabaseError):
        log.add_checkpoint(Checkpoint(origin=ORIGIN, size=2, root=OTHER), NOW)

    assert log.checkpoint(ORIGIN, 2) == Checkpoint(origin=ORIGIN, size=2, root=ROOT)
    assert log.checkpoint("other") is None


def test_one_number_has_one_leaf_and_one_event_one_entry(log: LogRepository) -> None:
    """Two writers that did not wait for each other cannot both write."""
    with pytest.raises(DatabaseError):
        log.add([(1, ROOT)], [], [])
    with pytest.raises(DatabaseError):
        log.add(
            [(2, ROOT)], [], [SealedLogEntry(number=2, event_digest=bytes([1]) * 32, owner_digest=ROOT, sealed=b"")]
        )

    assert log.size() == 2


def test_what_is_asked_for_is_found(log: LogRepository) -> None:
    """And what is not there lacks."""
    assert log.commitments([0, 1, 5]) == {0: ROOT, 1: OTHER}
    assert log.nodes([Place(1, 0), Place(1, 1), Place(2, 0)]) == {Place(1, 0): ROOT}
    assert log.nodes([]) == {}
    assert list(log.all_commitments()) == [ROOT, OTHER]
    assert log.entry(bytes([1]) * 32) == entry(1)
    assert log.entry(bytes([9]) * 32) is None
    assert log.entries_of(bytes([1]) * 32) == [entry(0), entry(1)]


def test_what_opens_an_entry_is_erased_and_its_leaf_stays(log: LogRepository) -> None:
    """Of one owner alone."""
    log.add([(2, ROOT)], [], [entry(2, owner=2)])

    assert log.forget(bytes([1]) * 32) == 2

    assert log.entries_of(bytes([2]) * 32) == [entry(2, owner=2)]
    assert log.entry(bytes([0]) * 32) is None
    assert log.size() == 3


def test_the_last_name_counts(log: LogRepository) -> None:
    """The others stay, and none comes twice."""
    log.begin("association.example/log-2", NOW)

    assert log.origin() == "association.example/log-2"
    with pytest.raises(DatabaseError):
        log.begin(ORIGIN, NOW)


def test_the_state_that_most_witnesses_signed_is_found(log: LogRepository) -> None:
    """Above a size, by the witnesses that are asked for."""
    for size, names in ((3, "ab"), (4, "ab"), (5, "a")):
        log.add_checkpoint(Checkpoint(origin=ORIGIN, size=size, root=ROOT), NOW)
        for name in names:
            log.add_cosignature(ORIGIN, size, SavedCosignature(witness=name, vkey=f"{name}+1", line="x"), NOW)

    assert log.cosigned_size(ORIGIN, 0, ["a", "b"]) == 4
    assert log.cosigned_size(ORIGIN, 0, ["a"]) == 5
    assert log.cosigned_size(ORIGIN, 4, ["a", "b"]) == 5
    assert log.cosigned_size(ORIGIN, 5, ["a", "b"]) is None
    assert log.cosigned_size(ORIGIN, 0, []) is None
    assert (log.last_cosigned(ORIGIN, "a"), log.last_cosigned(ORIGIN, "c")) == (5, 0)


def test_a_cosignature_is_kept_once(log: LogRepository) -> None:
    """The first: it says when the witness saw the state."""
    log.add_cosignature(ORIGIN, 2, SavedCosignature(witness="w", vkey="w+1", line="later\n"), NOW)
    log.add_ahead(ORIGIN, "w", 9, NOW)

    assert [one.line for one in log.cosignatures(ORIGIN, 2)] == ["line\n"]
    assert log.ahead(ORIGIN) == {"w": 9}


def test_one_writes_at_a_time(log: LogRepository, database: Database) -> None:
    """Four threads that each add twenty leaves at the next number never meet at one."""
    failures: list[BaseException] = []

    def write() -> None:
        try:
            for _ in range(20):
                with database.transaction():
                    log.write_alone()
                    log.add([(log.size(), ROOT)], [])
        except BaseException as error:  # noqa: BLE001 - told to the test
            failures.append(error)
        finally:
            database.close()

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []
    assert log.size() == 82
