"""Fetch politely: the doors that everything which watches the web goes through, for threads and for tasks.

There is no way to turn it off. What a person can do is to answer, by name and for a while, for one reported address
that a robots.txt does not allow (``Permissions``). No redirect of it, no pace, no budget and no guard is changed by
that.
"""

from __future__ import annotations

import contextlib
from collections.abc import Awaitable, Callable, Generator
from dataclasses import dataclass
from typing import Any, Final, TypeVar

import anyio
import anyio.to_thread

from rempart.clock import monotonic_s, sleep_s
from rempart.errors import FetchError, RempartError
from rempart.model.courtesy import Blocked, Later
from rempart.model.gate import Cleared, MinorGate
from rempart.model.outcome import Stopped
from rempart.model.web import Address, FetchMode, NotFetched, NotFetchedReason
from rempart.net.client import AsyncGuardedClient, GuardedClient, require_cleared
from rempart.net.flow import FetchOutcome
from rempart.net.hosts import HostLedger
from rempart.net.pace import HostBudget
from rempart.net.request import Wanted
from rempart.net.urls import WebUrl, parse_url
from rempart.net.visits import AskRobots, Call, NoPermissions, Permissions, Step, Visit, Wait

T = TypeVar("T")
PoliteOutcome = FetchOutcome | Blocked | Later

_DEFAULT: Final = Wanted()
_ROBOTS: Final = Wanted(mode=FetchMode.ROBOTS)
_NOBODY: Final = NoPermissions()
_BUDGET: Final = HostBudget()


@dataclass(frozen=True, slots=True, kw_only=True)
class Manners:
    """How hosts are asked: what polite clients share."""

    gate: MinorGate
    """Judges every address, that of a robots.txt too."""
    ledger: HostLedger
    """Who has which host."""
    permissions: Permissions = _NOBODY
    """For which single addresses a person answers in spite of a robots.txt."""
    budget: HostBudget = _BUDGET
    """What may be asked of one host in a day."""

    def begin(
        self, cleared: Cleared[Address], wanted: Wanted, wait_at_most_s: float
    ) -> tuple[Visit, WebUrl] | NotFetched | Stopped:
        """Begin a visit: the address in its one form passes the gate again before anything is asked of anybody."""
        require_cleared(cleared)
        try:
            url = parse_url(cleared.item.url)
        except FetchError as error:
            return NotFetched(reason=NotFetchedReason(error.reason), detail=error.detail)
        judged = self.gate.check(Address(url=str(url), context=(url.shown_host, *cleared.item.context)))
        if isinstance(judged, Stopped):
            return judged
        visit = Visit(
            ledger=self.ledger,
            permissions=self.permissions,
            budget=self.budget,
            wanted=wanted,
            left_s=max(wait_at_most_s, 0.0),
        )
        return visit, url

    def address(self, step: AskRobots) -> Cleared[Address] | Stopped:
        """Let the gate judge the address of a robots.txt."""
        return self.gate.check(Address(url=step.url, context=step.context))


class _Stopwatch:
    """Seconds that a fetch takes, without those for which it waits."""

    def __init__(self) -> None:
        self._since_s = monotonic_s()
        self._waited_s = 0.0

    @contextlib.contextmanager
    def paused(self) -> Generator[None]:
        since_s = monotonic_s()
        try:
            yield
        finally:
            self._waited_s += monotonic_s() - since_s

    @property
    def took_s(self) -> float:
        return monotonic_s() - self._since_s - self._waited_s


class PoliteClient:
    """Fetches for one job, politely; whoever made the client below closes it."""

    def __init__(self, client: GuardedClient, manners: Manners, wait: Callable[[float], None] = sleep_s) -> None:
        """Join a client and manners.

        Args:
            client: Who fetches.
            manners: How.
            wait: Waits some seconds.
        """
        self._client = client
        self._manners = manners
        self._wait = wait

    def fetch(
        self, cleared: Cleared[Address], wanted: Wanted = _DEFAULT, *, wait_at_most_s: float = 0.0
    ) -> PoliteOutcome:
        """Fetch one address when its host may be asked; whatever the outside does is a value.

        Args:
            cleared: The address, as the gate let it pass.
            wanted: What may be read, and what it may cost.
            wait_at_most_s: Seconds for which it waits for its turn, redirects to other hosts included.

        Raises:
            UnavailableError: the book of hosts cannot be had; nothing is asked without it.
        """
        begun = self._manners.begin(cleared, wanted, wait_at_most_s)
        if not isinstance(begun, tuple):
            return begun
        visit, url = begun
        try:
            return self._visit(visit, url, cleared)
        finally:
            # What is still held was interrupted: without a word, its lease would keep others waiting for minutes.
            with contextlib.suppress(RempartError):
                self._do(visit.abandon())

    def _visit(self, visit: Visit, url: WebUrl, cleared: Cleared[Address]) -> PoliteOutcome:
        """Do a visit that may begin."""
        if refusal := self._do(visit.admit(url, is_first=True)):
            visit.refuse(refusal)
            return self._do(visit.finish(None, 0.0))
        watch = _Stopwatch()

        def permit(target: WebUrl) -> None:
            with watch.paused():
                refusal = self._do(visit.admit(target, is_first=False))
            if refusal:
                visit.refuse(refusal)
                raise FetchError(NotFetchedReason.NOT_ADMITTED, target.host)

        outcome = self._client.fetch(cleared, visit.wanted, permit=permit)
        return self._do(visit.finish(outcome, watch.took_s))

    def _ask_robots(self, step: AskRobots) -> FetchOutcome:
        """Fetch a robots.txt, if the gate lets its address pass."""
        address = self._manners.address(step)

        def permit(target: WebUrl) -> None:
            if not self._do(step.admit(target)):
                raise FetchError(NotFetchedReason.NOT_ADMITTED, target.host)

        return address if isinstance(address, Stopped) else self._client.fetch(address, _ROBOTS, permit=permit)

    def _do(self, steps: Generator[Step, Any, T]) -> T:
        """Do the steps of a visit."""
        reply: Any = None
        try:
            while True:
                match steps.send(reply):
                    case Call(work):
                        reply = work()
                    case Wait(seconds=seconds):
                        self._wait(seconds)
                        reply = None
                    case AskRobots() as step:
                        reply = self._ask_robots(step)
        except StopIteration as end:
            done: T = end.value
            return done


class AsyncPoliteClient:
    """As :class:`PoliteClient`, for tasks; the book of hosts is asked in a thread of its own."""

    def __init__(
        self, client: AsyncGuardedClient, manners: Manners, wait: Callable[[float], Awaitable[None]] = anyio.sleep
    ) -> None:
        """Join a client and manners, as :class:`PoliteClient` does."""
        self._client = client
        self._manners = manners
        self._wait = wait

    async def fetch(
        self, cleared: Cleared[Address], wanted: Wanted = _DEFAULT, *, wait_at_most_s: float = 0.0
    ) -> PoliteOutcome:
        """As :meth:`PoliteClient.fetch`."""
        begun = self._manners.begin(cleared, wanted, wait_at_most_s)
        if not isinstance(begun, tuple):
            return begun
        visit, url = begun
        try:
            return await self._visit(visit, url, cleared)
        finally:
            with anyio.CancelScope(shield=True), contextlib.suppress(RempartError):
                await self._do(visit.abandon())

    async def _visit(self, visit: Visit, url: WebUrl, cleared: Cleared[Address]) -> PoliteOutcome:
        """As :meth:`PoliteClient._visit`."""
        if refusal := await self._do(visit.admit(url, is_first=True)):
            visit.refuse(refusal)
            return await self._do(visit.finish(None, 0.0))
        watch = _Stopwatch()

        async def permit(target: WebUrl) -> None:
            with watch.paused():
                refusal = await self._do(visit.admit(target, is_first=False))
            if refusal:
                visit.refuse(refusal)
                raise FetchError(NotFetchedReason.NOT_ADMITTED, target.host)

        outcome = await self._client.fetch(cleared, visit.wanted, permit=permit)
        return await self._do(visit.finish(outcome, watch.took_s))

    async def _ask_robots(self, step: AskRobots) -> FetchOutcome:
        """Fetch a robots.txt, if the gate lets its address pass."""
        address = self._manners.address(step)

        async def permit(target: WebUrl) -> None:
            if not await self._do(step.admit(target)):
                raise FetchError(NotFetchedReason.NOT_ADMITTED, target.host)

        return address if isinstance(address, Stopped) else await self._client.fetch(address, _ROBOTS, permit=permit)

    async def _do(self, steps: Generator[Step, Any, T]) -> T:
        """Do the steps of a visit."""
        reply: Any = None
        try:
            while True:
                match steps.send(reply):
                    case Call(work):
                        reply = await anyio.to_thread.run_sync(work)
                    case Wait(seconds=seconds):
                        await self._wait(seconds)
                        reply = None
                    case AskRobots() as step:
                        reply = await self._ask_robots(step)
        except StopIteration as end:
            done: T = end.value
            return done
