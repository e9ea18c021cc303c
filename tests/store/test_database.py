"""What goes wrong at a database is a sentence, and nothing is lost: locked, missing, damaged, forbidden, full, away."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from databases import PostgresServer, make_sqlite, on_postgresql, on_sqlite, server_programs
from rempart.errors import DatabaseAwayError, IntegrityError, MisuseError, WorkspaceError
from rempart.store import Database, DatabaseLocation, faults, upgrade
from required import skip_or_fail

#: Opens a database under a size or a user that the test cannot take itself, writes, and prints what was said.
WRITER = """
import os, resource, sys
from rempart.errors import RempartError
from rempart.store import Database, DatabaseLocation
path, limit, user, scratch = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
if user:  # who may not read the interpreter: everything is loaded before
    first = Database(DatabaseLocation.parse(scratch))
    with first.transaction():
        first.execute("CREATE TABLE t (n INTEGER)")
    first.close()
    os.setgroups([])
    os.setgid(user)
    os.setuid(user)
try:
    database = Database(DatabaseLocation.parse(path))
    if limit:
        import signal
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    with database.transaction():
        for number in range(300):
            database.execute("INSERT INTO t (n, b) VALUES (%s, %s)", (number, bytes(4096)))
    print("written")
except RempartError as error:
    print(type(error).__name__, error)
"""


@pytest.fixture
def with_table(database: Database) -> Database:
    """Return a database with one table and one row of ours."""
    kind = "BLOB" if database.vendor == "sqlite" else "BYTEA"
    database.execute(f"CREATE TABLE t (n INTEGER, b {kind})")
    database.execute("INSERT INTO t (n) VALUES (-1)")
    return database


def numbers(database: Database) -> list[int]:
    return [int(row[0]) for row in database.execute("SELECT n FROM t ORDER BY n")]


def write_elsewhere(path: str, limit: int = 0, user: int = 0) -> str:
    scratch = make_sqlite(Path(path).parent) if user else ""
    command = [sys.executable, "-c", WRITER, path, str(limit), str(user), scratch]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout


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


@on_sqlite
def test_locked_by_another_process(with_table: Database) -> None:
    """It waits, then says so; what was there is there, and it goes on when the other ended."""
    code = (
        "import sqlite3, sys; c = sqlite3.connect(sys.argv[1], isolation_level=None); c.execute('BEGIN IMMEDIATE')\n"
        "c.execute('INSERT INTO t (n) VALUES (7)'); print('locked', flush=True); sys.stdin.read(); c.execute('COMMIT')"
    )
    with_table.execute("PRAGMA busy_timeout = 200")
    with subprocess.Popen(
        [sys.executable, "-c", code, with_table.location.name], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"locked\n"

        with pytest.raises(DatabaseAwayError, match="is locked by another command"), with_table.transaction():
            with_table.execute("INSERT INTO t (n) VALUES (1)")
        assert numbers(with_table) == [-1]
        other.communicate(b"", timeout=10)

    with with_table.transaction():
        with_table.execute("INSERT INTO t (n) VALUES (1)")
    assert numbers(with_table) == [-1, 1, 7]


@on_postgresql
def test_locked_by_another_session(with_table: Database) -> None:
    """The server tells."""
    with_table.execute("SET lock_timeout = 100")
    with with_table.transaction():
        with_table.execute("LOCK TABLE t")

        with pytest.raises(DatabaseAwayError, match="locked"):
            _in_a_thread(lambda: _lock_briefly(with_table))


def _lock_briefly(database: Database) -> None:
    try:
        database.execute("SET lock_timeout = 100")
        with database.transaction():
            database.execute("LOCK TABLE t IN SHARE MODE")
    finally:
        database.close()


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


def test_no_file(tmp_path: Path) -> None:
    """It is not made by being opened."""
    path = tmp_path / "no.db"

    with pytest.raises(WorkspaceError, match=r"no database at .*no\.db"):
        Database(DatabaseLocation.parse(str(path)))

    assert not path.exists()


def test_a_file_of_something_else_is_damaged_and_untouched(tmp_path: Path) -> None:
    """A picture, a half-copied file: it may be worth something."""
    path = tmp_path / "x.db"
    path.write_bytes(b"this is no database at all. " * 500)
    before = path.read_bytes()

    with pytest.raises(IntegrityError, match=r"x\.db is damaged"):
        Database(DatabaseLocation.parse(str(path)))

    assert path.read_bytes() == before


def test_a_folder_is_no_database(tmp_path: Path) -> None:
    """One sentence, too."""
    with pytest.raises(DatabaseAwayError, match="cannot be opened"):
        Database(DatabaseLocation.parse(str(tmp_path)))


@on_sqlite
@pytest.mark.parametrize("cut", [False, True])
def test_damaged_pages(with_table: Database, cut: bool) -> None:  # noqa: FBT001 - a parameter of the test
    """Flipped bytes and a lost end are told as damage, and not repaired by guessing."""
    with with_table.transaction():
        for number in range(300):
            with_table.execute("INSERT INTO t (n, b) VALUES (%s, %s)", (number, bytes(500)))
    with_table.close()
    path = Path(with_table.location.name)
    content = bytearray(path.read_bytes())
    if cut:
        del content[len(content) // 2 :]
    else:
        content[8192:] = b"\xa5" * (len(content) - 8192)
    path.write_bytes(content)

    with pytest.raises(IntegrityError, match="is damaged"):
        numbers(with_table)


@on_sqlite
def test_one_flipped_bit_in_the_structure_is_a_fault(with_table: Database) -> None:
    """``rempart doctor`` reads the whole file."""
    with_table.execute("CREATE INDEX i ON t (n)")
    with_table.close()
    path = Path(with_table.location.name)
    content = bytearray(path.read_bytes())
    last = len(content) // 4096 * 4096 - 4096
    content[last + 3] ^= 1  # of the number of cells of a page
    path.write_bytes(content)

    assert faults(with_table)


@on_sqlite
@pytest.mark.parametrize("what", ["file", "folder"])
def test_not_allowed_to_write(with_table: Database, tmp_path: Path, what: str) -> None:
    """As an ordinary user: root is asked nothing."""
    nobody = 65534 if os.geteuid() == 0 else 0
    with_table.close()
    path = Path(with_table.location.name)
    for folder in [tmp_path, *tmp_path.parents]:
        if nobody and str(folder).startswith(tempfile.gettempdir() + "/"):
            folder.chmod(0o755)
    path.chmod(0o444 if what == "file" else 0o666)
    tmp_path.chmod(0o777 if what == "file" else 0o555)

    said = write_elsewhere(str(path), user=nobody)
    tmp_path.chmod(0o755)

    assert said.startswith("DatabaseAwayError the database")
    assert "with your permissions" in said
    assert numbers(with_table) == [-1]


@on_sqlite
def test_the_disk_is_full(with_table: Database) -> None:
    """In the middle of a transaction: nothing of it is kept, and the file is whole."""
    with_table.close()

    said = write_elsewhere(with_table.location.name, limit=600_000)

    assert said.startswith("DatabaseAwayError the database")
    assert "the disk is full or failing" in said
    assert numbers(with_table) == [-1]
    assert faults(with_table) == []


@on_sqlite
def test_the_disk_is_full_at_the_commit(with_table: Database) -> None:
    """Only the log has no room left: the transaction fits in memory."""
    with_table.close()

    said = write_elsewhere(with_table.location.name, limit=60_000)

    assert "the disk is full or failing" in said
    assert numbers(with_table) == [-1]


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


def test_a_mistake_of_ours_is_no_failure_of_the_database(with_table: Database) -> None:
    """It is not tried again, and not told as a disk that is full: names may hold any word."""
    from django.db import DatabaseError  # noqa: PLC0415 - after the store set Django up

    with pytest.raises(DatabaseError, match="locked_full_malformed"):
        with_table.execute("SELECT * FROM locked_full_malformed")


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
