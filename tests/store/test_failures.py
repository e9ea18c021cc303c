"""What goes wrong at a database is a sentence, and nothing is lost: locked, missing, damaged, forbidden, full."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import pytest

from databases import make_sqlite, on_postgresql, on_sqlite
from rempart.errors import DatabaseAwayError, IntegrityError, WorkspaceError
from rempart.store import Database, DatabaseLocation, faults

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
    [[page]] = with_table.execute("SELECT rootpage FROM sqlite_master WHERE name = 'i'")
    with_table.close()
    path = Path(with_table.location.name)
    content = bytearray(path.read_bytes())
    content[(page - 1) * 4096 + 3] ^= 1  # of the number of cells of a page
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


def test_a_mistake_of_ours_is_no_failure_of_the_database(with_table: Database) -> None:
    """It is not tried again, and not told as a disk that is full: names may hold any word."""
    from django.db import DatabaseError  # noqa: PLC0415 - after the store set Django up

    with pytest.raises(DatabaseError, match="locked_full_malformed"):
        with_table.execute("SELECT * FROM locked_full_malformed")
