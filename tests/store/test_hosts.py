"""Hosts in the store: the contract on both databases, sealed names, processes that race and are killed."""

from __future__ import annotations

import datetime as dt
import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from fakes import FakeSealer
from host_books import GOOD, HOST, TERMS, BookContract, race, read
from registered import Registered
from rempart.model.courtesy import HostState, Later, LaterReason, Reserved, RobotsCopy, RobotsVerdict
from rempart.model.retention import RetentionTerms, RowClass
from rempart.net.hosts import HostBook, HostLedger
from rempart.store import AuthorisationRepository, Database, HostRepository, RetentionRepository

MONTH = dt.timedelta(days=30)

#: Reserves a host, says so, and waits to be killed.
HOLDER = """
import sys, time
sys.path[:0] = sys.argv[2:]
from fakes import FakeSealer
from host_books import HOST, TERMS
from store.test_hosts import MONTH
from rempart.model.retention import RetentionTerms, RowClass
from rempart.net.hosts import HostLedger
from rempart.store import Database, DatabaseLocation, HostRepository
book = HostRepository(Database(DatabaseLocation.parse(sys.argv[1])), FakeSealer(), keep=MONTH)
print(type(HostLedger(book).reserve(HOST, TERMS)).__name__, flush=True)
time.sleep(60)
"""


class TestHostRepository(BookContract):
    """In SQLite and in PostgreSQL."""

    @pytest.fixture
    def book(self, database: Database) -> HostBook:
        """Make one."""
        return book_on(database)


def book_on(database: Database) -> HostRepository:
    """Return the book of a database."""
    return HostRepository(database, FakeSealer(), keep=MONTH)


def test_processes_that_race_for_a_host(database: Database) -> None:
    """One gets it, also where nobody knew the host before: threads have a connection each."""
    assert race(book_on(database), 6, database.close) == 1


def test_a_process_that_is_killed_makes_nobody_faster(database: Database, database_url: str) -> None:
    """``kill -9`` between reserving and settling: its successor waits for the lease, then for the longest delay."""
    paths = [str(Path(__file__).parents[1]), *sys.path]
    holder = subprocess.Popen([sys.executable, "-c", HOLDER, database_url, *paths], stdout=subprocess.PIPE, text=True)
    assert holder.stdout
    assert holder.stdout.readline().strip() == "Reserved"
    os.kill(holder.pid, signal.SIGKILL)
    holder.wait()
    holder.stdout.close()
    book, ledger = book_on(database), HostLedger(book_on(database))
    lease_until = read(book).lease_until
    assert lease_until

    at_once = ledger.reserve(HOST, TERMS)
    set_back(book, 61)
    after_the_lease = ledger.reserve(HOST, TERMS)
    set_back(book, 31)
    later = ledger.reserve(HOST, TERMS)

    assert at_once == Later(until=lease_until, why=LaterReason.BUSY, host=HOST)
    assert isinstance(after_the_lease, Later)
    assert after_the_lease.why is LaterReason.PACE
    assert isinstance(later, Reserved)
    assert read(book).wire_bytes == TERMS.most_bytes


def set_back(book: HostRepository, seconds: float) -> None:
    """Let some time pass: every instant of the host is that much earlier."""

    def earlier(state: HostState) -> tuple[HostState, None]:
        def back(instant: dt.datetime | None) -> dt.datetime | None:
            return instant - dt.timedelta(seconds=seconds) if instant else None

        return replace(state, next_at=back(state.next_at), lease_until=back(state.lease_until)), None

    book.change(HOST, earlier)


def test_names_are_sealed(database: Database) -> None:
    """Of hosts and of what is kept of their robots.txt; a person can list the hosts."""
    book, ledger = book_on(database), HostLedger(book_on(database))
    mine = ledger.reserve(HOST, TERMS)
    assert isinstance(mine, Reserved)
    state = ledger.settle(mine, GOOD)
    now = book.instant()
    remark = f"there is no such host: {HOST}"
    verdict = RobotsVerdict.DENY_ALL
    book.keep_robots(RobotsCopy(origin=f"https://{HOST}", verdict=verdict, read_at=now, until=now, remarks=(remark,)))

    rows = database.execute("SELECT * FROM host") + database.execute("SELECT * FROM robots_copy")

    cells = b"".join(bytes(v) if isinstance(v, bytes | memoryview) else str(v).encode() for row in rows for v in row)
    assert HOST.encode() not in cells
    assert [(note.host, note.state) for note in book.all()] == [(HOST, state)]


def test_a_host_that_is_known_under_an_older_key_is_found(database: Database) -> None:
    """Its pace survives a rotation."""
    sealer = FakeSealer()
    book = HostRepository(database, sealer, keep=MONTH)
    ledger = HostLedger(book)
    assert isinstance(ledger.reserve(HOST, TERMS), Reserved)

    sealer.rotate(b"2")

    assert isinstance(ledger.reserve(HOST, TERMS), Later)


def test_a_host_ends_after_its_pause(database: Database) -> None:
    """Never while it is still to be left in peace."""
    book = book_on(database)
    until = book.instant() + dt.timedelta(days=40)

    book.change(HOST, lambda state: (HostState(paused_until=until), state))

    [(expires_at,)] = database.execute("SELECT expires_at FROM host")
    ends = dt.datetime.fromisoformat(str(expires_at))
    assert ends.replace(tzinfo=ends.tzinfo or dt.UTC) == until + MONTH


def test_what_is_past_its_end_goes(database: Database) -> None:
    """Hosts, copies and authorisations, each by the end that is written in it, and not a moment before."""
    here, terms = Registered(database), RetentionTerms(jobs=MONTH, tombstones=MONTH, consents=MONTH)
    book, retention = book_on(database), RetentionRepository(database, terms)
    now, day = book.instant(), dt.timedelta(days=1)
    book.change(HOST, lambda _: (HostState(requests=1, next_at=now), None))
    verdict = RobotsVerdict.ALLOW_ALL
    book.keep_robots(RobotsCopy(origin=f"https://{HOST}", verdict=verdict, read_at=now, until=now + day))
    found = AuthorisationRepository(database, here.sealer, keep=MONTH)
    found.add("https://x.example.org/", by=here.user.id, reason="r", legal_basis="b", now=now, until=now + day)

    mine = (RowClass.HOST, RowClass.ROBOTS, RowClass.AUTHORISATION)
    before = [retention.enforce(each, now + MONTH - day, 10) for each in mine]
    then = [retention.enforce(each, now + MONTH + 2 * day, 10) for each in mine]

    assert (before, then) == ([0, 0, 0], [1, 1, 1])
    assert (book.all(), found.all()) == ([], [])
