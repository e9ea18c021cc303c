"""The book of one process keeps the contract, and its ledger applies the pace."""

from __future__ import annotations

import datetime as dt

import pytest

from host_books import GOOD, HOST, TERMS, BookContract, race
from rempart.model.courtesy import Reserved
from rempart.net.hosts import HostBook, HostLedger, MemoryBook
from rempart.net.pace import DELAY_LEAST_S

NOW = dt.datetime(2026, 3, 4, 12, tzinfo=dt.UTC)


class TestMemoryBook(BookContract):
    """In memory."""

    @pytest.fixture
    def book(self) -> HostBook:
        """Make one."""
        return MemoryBook()


def test_threads_that_race_for_a_host() -> None:
    """One gets it."""
    assert race(MemoryBook(), 8) == 1


def test_the_books_clock_is_the_ledgers() -> None:
    """All who share a book judge by one clock."""
    ledger = HostLedger(MemoryBook(lambda: NOW), lambda: 0.0)
    mine = ledger.reserve(HOST, TERMS)
    assert isinstance(mine, Reserved)

    state = ledger.settle(mine, GOOD)

    assert state.next_at == NOW + dt.timedelta(seconds=DELAY_LEAST_S)
