"""Who has which host: reservations over a book of states that a store, or this process alone, keeps."""

from __future__ import annotations

import datetime as dt
import random
import secrets
import threading
from collections.abc import Callable
from typing import Protocol, TypeVar

from rempart.clock import utc_now
from rempart.model.courtesy import BudgetSpent, HostState, Later, Reserved, RobotsCopy
from rempart.net.pace import Settled, Terms, reserve, settle

T = TypeVar("T")
#: A host's state, and what to do with it: the new state, and what to tell whoever asked.
Change = Callable[[HostState], tuple[HostState, T]]


class HostBook(Protocol):
    """Whoever remembers hosts; what all its processes share is one book."""

    def instant(self) -> dt.datetime:
        """Return the instant by which all who share the book judge (UTC)."""

    def change(self, host: str, change: Change[T]) -> T:
        """Read the state of a host, and write the one that a change makes of it, so that nobody comes in between.

        The change may be made twice, if the first time was undone, or if nobody can tell whether it was: it has no
        other effect.

        Raises:
            UnavailableError: the book cannot be had; nothing was written.
        """

    def robots(self, origin: str) -> RobotsCopy | None:
        """Return what is kept of a robots.txt; None if nothing is."""

    def keep_robots(self, copy: RobotsCopy) -> None:
        """Keep it, instead of what was kept of the same origin."""


class MemoryBook:
    """A book of one process, for runs without a workspace: two of them do not know of each other."""

    def __init__(self, instant: Callable[[], dt.datetime] = utc_now) -> None:
        """Begin with nothing."""
        self.instant = instant
        self._states: dict[str, HostState] = {}
        self._robots: dict[str, RobotsCopy] = {}
        self._lock = threading.Lock()

    def change(self, host: str, change: Change[T]) -> T:
        """As :meth:`HostBook.change`."""
        with self._lock:
            state, told = change(self._states.get(host, HostState()))
            self._states[host] = state
            return told

    def robots(self, origin: str) -> RobotsCopy | None:
        """As :meth:`HostBook.robots`."""
        return self._robots.get(origin)

    def keep_robots(self, copy: RobotsCopy) -> None:
        """As :meth:`HostBook.keep_robots`."""
        self._robots[copy.origin] = copy


class HostLedger:
    """Reserves hosts, and settles what they were asked: one transaction each, by the rules of ``rempart.net.pace``."""

    def __init__(self, book: HostBook, chance: Callable[[], float] | None = None) -> None:
        """Keep the states in a book.

        Args:
            book: Where.
            chance: Draws a number between 0 and 1; the system's source if None.
        """
        self.book = book
        self._chance = chance or random.SystemRandom().random

    def reserve(self, host: str, terms: Terms) -> Reserved | Later | BudgetSpent:
        """Take a host for one fetch, if it is free and may be asked soon enough.

        Raises:
            UnavailableError: the book cannot be had: nothing may be asked then.
        """
        now, token = self.book.instant(), secrets.token_hex(16)
        return self.book.change(host, lambda state: reserve(host, state, terms, now, token))

    def settle(self, reserved: Reserved, settled: Settled) -> HostState:
        """Note what a fetch cost, and give its host back.

        Returns:
            The host's state from now on.

        Raises:
            UnavailableError: the book cannot be had; the lease ends by itself then, and counts in full.
        """
        now, chance = self.book.instant(), self._chance()

        def change(state: HostState) -> tuple[HostState, HostState]:
            after = settle(state, reserved, settled, now, chance)
            return after, after

        return self.book.change(reserved.host, change)
