"""History is not rewritten: the database itself refuses, whoever asks."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import DatabaseError

from databases import on_postgresql, on_sqlite
from rempart import clock
from rempart.store import Database, faults

ROWS = {
    "event": ("id, at, actor, kind, subject, detail, expires_at", "%s, %s, 'usr', 'x', 'ast', '{}', %s"),
    "access_trace": ('id, at, actor, purpose, subject, "count", expires_at', "%s, %s, 'usr', 'x', 'ast', 1, %s"),
}
TABLES = pytest.mark.parametrize("table", sorted(ROWS))
FUTURE = clock.utc_now() + dt.timedelta(days=1)
PAST = clock.utc_now() - dt.timedelta(seconds=1)


def put(database: Database, table: str, key: str, end: dt.datetime | None, verb: str = "INSERT INTO") -> None:
    columns, values = ROWS[table]
    adapt = database.connection.ops.adapt_datetimefield_value
    ends = adapt(end) if end else None
    database.execute(f"{verb} {table} ({columns}) VALUES ({values})", (key, adapt(FUTURE), ends))


def keys(database: Database, table: str) -> set[str]:
    return {str(row[0]) for row in database.execute(f"SELECT id FROM {table}")}  # noqa: S608 - above


@TABLES
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE {table} SET actor = 'other'",
        "UPDATE {table} SET expires_at = at",
        "DELETE FROM {table}",
        "INSERT INTO {table} SELECT * FROM {table} WHERE true ON CONFLICT (id) DO UPDATE SET actor = 'other'",
    ],
)
def test_nothing_is_changed_or_deleted(database: Database, table: str, statement: str) -> None:
    """Not by an upsert either."""
    put(database, table, "a", FUTURE)

    with pytest.raises(DatabaseError, match="append-only"):
        database.execute(statement.format(table=table))

    [(actor,)] = database.execute(f"SELECT actor FROM {table}")  # noqa: S608 - above
    assert actor == "usr"


@on_sqlite
@TABLES
@pytest.mark.parametrize("columns", ["id", "rowid, id"])
def test_sqlite_replaces_no_row(database: Database, table: str, columns: str) -> None:
    """Neither by its identifier nor by its rowid: REPLACE deletes without asking the trigger of deletions."""
    put(database, table, "a", FUTURE)
    names, _ = ROWS[table]
    source = names.replace("id,", "id," if columns == "id" else "'b',", 1)
    target = names.replace("id,", f"{columns},", 1)
    extra = "" if columns == "id" else "rowid, "

    with pytest.raises(DatabaseError, match="append-only"):
        database.execute(f"INSERT OR REPLACE INTO {table} ({target}) SELECT {extra}{source} FROM {table}")  # noqa: S608
    put(database, table, "c", FUTURE, "INSERT OR REPLACE INTO")

    assert keys(database, table) == {"a", "c"}


@on_postgresql
@TABLES
def test_postgresql_truncates_no_table(database: Database, table: str) -> None:
    """TRUNCATE fires no trigger of rows."""
    put(database, table, "a", PAST)

    with pytest.raises(DatabaseError, match="append-only"):
        database.execute(f"TRUNCATE {table} CASCADE")

    assert keys(database, table) == {"a"}


@TABLES
def test_a_row_past_its_end_leaves_and_no_other(database: Database, table: str) -> None:
    """Retention is the law too."""
    put(database, table, "past", PAST)
    put(database, table, "future", FUTURE)
    if table == "event":
        put(database, table, "endless", None)

    database.execute(f"DELETE FROM {table} WHERE id = 'past'")  # noqa: S608 - above
    for key in keys(database, table):
        with pytest.raises(DatabaseError, match="append-only"):
            database.execute(f"DELETE FROM {table} WHERE id = '{key}'")  # noqa: S608 - above

    assert keys(database, table) == {"future"} | ({"endless"} if table == "event" else set())


def test_a_missing_trigger_is_a_fault(database: Database) -> None:
    """Whoever dropped it could rewrite history."""
    assert faults(database) == []
    name = "event_no_update" if database.vendor == "sqlite" else "event_append_only"

    database.execute(f"DROP TRIGGER {name}" + ("" if database.vendor == "sqlite" else " ON event"))

    assert [f for f in faults(database) if name in f] == faults(database) != []


@on_postgresql
def test_a_trigger_that_is_switched_off_is_a_fault(database: Database) -> None:
    """PostgreSQL can do that, and it still exists."""
    database.execute("ALTER TABLE access_trace DISABLE TRIGGER USER")

    assert len(faults(database)) == 2
