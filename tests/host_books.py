"""What every book of hosts must do, whoever keeps it: the contract of ``rempart.net.hosts.HostBook``."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable
from dataclasses import replace

from rempart.model.courtesy import HostState, Later, LaterReason, Reserved, RobotsCopy, RobotsVerdict
from rempart.net.hosts import HostBook, HostLedger
from rempart.net.pace import HostBudget, Reception, Settled, Terms

HOST = "forum.example.org"
ORIGIN = "https://forum.example.org"
TERMS = Terms(wait_s=0.0, lease_s=60.0, most_bytes=1_000, budget=HostBudget())
GOOD = Settled(reception=Reception.WELCOME, took_s=0.0, wire_bytes=500)


def read(book: HostBook, host: str = HOST) -> HostState:
    """Return the state of a host."""
    return book.change(host, lambda state: (state, state))


class BookContract:
    """Examples that each book passes; a test class gives them one."""

    def test_an_unknown_host_has_no_past(self, book: HostBook) -> None:
        """It may be asked at once."""
        assert read(book) == HostState()

    def test_every_field_is_kept(self, book: HostBook) -> None:
        """To the microsecond, and no other host's."""
        at = book.instant()
        state = HostState(
            next_at=at,
            crawl_delay_s=1.5,
            penalty_s=2.5,
            strikes=3,
            paused_until=at + dt.timedelta(days=1),
            lease_token="0123456789abcdef" * 2,
            lease_until=at + dt.timedelta(seconds=1),
            lease_bytes=2**40,
            day=at.date(),
            requests=4,
            wire_bytes=2**41,
        )

        book.change(HOST, lambda _: (state, None))

        assert read(book) == state
        assert read(book, "www.example.org") == HostState()

    def test_a_change_that_fails_changes_nothing(self, book: HostBook) -> None:
        """What it raises is raised."""
        raised: list[Exception] = []
        try:
            book.change(HOST, _fail)
        except ZeroDivisionError as error:
            raised.append(error)

        assert raised
        assert read(book) == HostState()

    def test_a_host_is_reserved_once(self, book: HostBook) -> None:
        """Then settled, and waited for."""
        ledger = HostLedger(book, lambda: 0.0)
        first = ledger.reserve(HOST, TERMS)
        second = ledger.reserve(HOST, TERMS)
        assert isinstance(first, Reserved)
        state = ledger.settle(first, GOOD)
        third = ledger.reserve(HOST, TERMS)

        assert isinstance(second, Later)
        assert second.why is LaterReason.BUSY
        assert isinstance(third, Later)
        assert third.why is LaterReason.PACE
        assert read(book) == state
        assert (state.requests, state.wire_bytes) == (1, 500)

    def test_robots_are_kept_and_replaced(self, book: HostBook) -> None:
        """One copy for each origin."""
        at = book.instant()
        copy = RobotsCopy(
            origin=ORIGIN,
            verdict=RobotsVerdict.RULES,
            rules="User-agent: Rempart\nDisallow: /",
            read_at=at,
            until=at + dt.timedelta(days=1),
            remarks=("one", "two"),
        )
        newer = replace(copy, verdict=RobotsVerdict.DENY_ALL, rules="", remarks=())
        assert book.robots(ORIGIN) is None

        book.keep_robots(copy)
        before = book.robots(ORIGIN)
        book.keep_robots(newer)

        assert before == copy
        assert book.robots(ORIGIN) == newer
        assert book.robots("http://forum.example.org") is None


def race(book: HostBook, workers: int, done: Callable[[], None] = lambda: None) -> int:
    """Let threads reserve one host at one instant, and return how many got it."""
    ledger, start, got = HostLedger(book), threading.Barrier(workers), []

    def work() -> None:
        start.wait()
        if isinstance(ledger.reserve(HOST, TERMS), Reserved):
            got.append(1)
        done()

    threads = [threading.Thread(target=work) for _ in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(got)


def _fail(state: HostState) -> tuple[HostState, None]:
    1 / 0  # noqa: B018 - the failure
    return state, None
