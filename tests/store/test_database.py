"""An open database: transactions, threads, one workspace per process, and a server that goes away."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from databases import PostgresServer, make_sqlite, server_programs
from rempart.errors import DatabaseAwayError, MisuseError, WorkspaceError
from rempart.store import Database, DatabaseLocation, faults, upgrade
from required import skip_or_fail


@pytest.fixture
def with_table(database: Database) -> Database:
    """Return a database with one table and one row of ours."""
    kind = "BLOB" if database.vendor == "sqlite" else "BYTEA"
    database.execute(f"CREATE TABLE t (n INTEGER, b {kind})")
    database.execute("INSERT INTO t (n) VALUES (-1)")
    return database


def numbers(database: Database) -> list[int]:
    return [int(row[0]) for row in database.execute("SELECT n FROM t ORDER BY n")]


def test_a_transaction_is_done_or_not(with_table: Database) -> None:
    """Nothing of one that failed is kept."""

    def half() -> None:
        with with_table.transaction():
            with_table.execute("INSERT INTO t (n) VALUES (1)")
            message = "stop"
            raise MisuseError(message)

    with pytest.raises(MisuseError):
        half()

    assert numbers(with_table) == [-1]


def _in_a_thread(work: object) -> None:
    assert callable(work)
    raised: list[BaseException] = []

    def call() -> None:
        try:
            work()
        except BaseException as error:  # noqa: BLE001 - raised again where the test sees it
            raised.append(error)

    thread = threading.Thread(target=call)
    thread.start()
    thread.join()
    if raised:
        raise raised[0]


def test_a_thread_has_its_own_connection(with_table: Database) -> None:
    """It sees what is committed, and what it does is its own."""
    found: list[list[int]] = []

    def work() -> None:
        with with_table.transaction():
            with_table.execute("INSERT INTO t (n) VALUES (2)")
        found.append(numbers(with_table))
        with_table.close()

    _in_a_thread(work)

    assert found == [[-1, 2]] == [numbers(with_table)]


def test_a_database_that_was_replaced_is_not_written_to(database: Database, tmp_path: Path) -> None:
    """Django has one connection: what one workspace writes must not land in another one."""
    other = Database(DatabaseLocation.parse(make_sqlite(tmp_path)))

    with pytest.raises(WorkspaceError, match="was closed when another one was opened"), database.transaction():
        pass
    with pytest.raises(WorkspaceError, match="another one"), database.reading():
        pass

    database.close()
    assert other.execute("SELECT 1") == [(1,)]
    other.close()


def test_durably_gives_up_after_its_patience(with_table: Database) -> None:
    """Then the reason is told."""
    calls = []

    def work() -> None:
        calls.append(1)
        message = "away"
        raise DatabaseAwayError(message)

    impatient = Database(with_table.location, patience_s=0.2)
    with pytest.raises(DatabaseAwayError, match="away"):
        impatient.durably(work)

    assert len(calls) == 2
    impatient.close()


def test_durably_inside_a_transaction_is_done_once(with_table: Database) -> None:
    """Only the whole transaction can be done again."""
    calls = []

    def work() -> None:
        calls.append(1)
        message = "away"
        raise DatabaseAwayError(message)

    def whole() -> None:
        with with_table.transaction():
            with_table.execute("INSERT INTO t (n) VALUES (1)")
            with_table.durably(work)

    with pytest.raises(DatabaseAwayError):
        whole()

    assert calls == [1]
    assert numbers(with_table) == [-1]


@pytest.fixture(scope="module")
def own_server() -> Iterator[PostgresServer]:
    """Start a server that tests may stop."""
    programs = server_programs()
    if programs is None:
        skip_or_fail("postgresql", "its server programs are not installed")
        return
    server = PostgresServer(programs)
    yield server
    server.end()


def test_a_server_that_stops_and_comes_back(own_server: PostgresServer) -> None:
    """The work goes on; what was not committed is done again, once."""
    database = Database(DatabaseLocation.parse(own_server.make("template0")), patience_s=30)
    database.execute("CREATE TABLE t (n INTEGER)")
    calls = []
    starter = threading.Timer(0.5, own_server.start)

    def work() -> None:
        calls.append(1)
        database.execute("INSERT INTO t (n) VALUES (1)")
        if len(calls) == 1:
            own_server.stop()
            starter.start()
            database.execute("INSERT INTO t (n) VALUES (2)")

    database.durably(work)
    starter.join()

    assert numbers(database) == [1]
    database.close()


def test_a_commit_whose_answer_was_lost(own_server: PostgresServer) -> None:
    """Work that looks before it acts is written once."""
    database = Database(DatabaseLocation.parse(own_server.make("template0")), patience_s=30)
    database.execute("CREATE TABLE t (n INTEGER PRIMARY KEY)")
    calls = []

    def work() -> None:
        calls.append(1)
        if not numbers(database):
            database.execute("INSERT INTO t (n) VALUES (1)")
        if len(calls) == 1:
            database.execute("COMMIT")
            database.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    database.durably(work)

    assert (len(calls), numbers(database)) == (2, [1])
    database.close()


def test_a_server_that_stays_away(own_server: PostgresServer) -> None:
    """After the patience it is told; a repository never hangs."""
    location = DatabaseLocation.parse(own_server.make("template0"))
    database = Database(location, patience_s=0.3)
    own_server.stop()
    try:
        with pytest.raises(DatabaseAwayError, match="does not answer"):
            database.durably(lambda: database.execute("SELECT 1"))
        with pytest.raises(DatabaseAwayError, match="does not answer"):
            Database(location)
    finally:
        own_server.start()
    database.close()


def test_a_database_that_the_server_does_not_have(own_server: PostgresServer) -> None:
    """It is not "away", and a name that holds the word full is not a full disk."""
    with pytest.raises(DatabaseAwayError, match="does not exist, refuses this user"):
        Database(DatabaseLocation.parse(own_server.url("full_and_locked")))


def test_postgresql_not_installed_in_the_server_is_upgraded(own_server: PostgresServer) -> None:
    """An empty database of the server gets the tables."""
    database = Database(DatabaseLocation.parse(own_server.make("template0")))

    assert len(upgrade(database)) > 0
    assert faults(database) == []
    database.close()


def test_sqlite_keeps_what_it_promises(tmp_path: Path) -> None:
    """Each connection: foreign keys, overwriting, a log that blocks no reader, nothing in the temporary folder."""
    database = Database(DatabaseLocation.parse(make_sqlite(tmp_path)))

    pragmas = ("foreign_keys", "secure_delete", "journal_mode", "synchronous", "temp_store")
    found = [database.execute(f"PRAGMA {name}")[0][0] for name in pragmas]

    assert found == [1, 1, "wal", 2, 2]
    assert sqlite3.threadsafety > 0
    database.close()
