"""One polite fetch as a sequence of steps, without any input or output: threads and tasks drive the same one.

A host is asked only by whoever has it reserved, when its turn has come, for what its robots.txt allows. That holds for
the address that was asked for and for the host of every redirect, before it is asked.
"""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Callable, Generator
from dataclasses import dataclass, field, replace
from typing import Any, Final, Protocol

from rempart.model.courtesy import (
    Blocked,
    BlockKind,
    BudgetSpent,
    Later,
    LaterReason,
    Reserved,
    RobotsCopy,
    RobotsVerdict,
)
from rempart.model.ids import AuthorisationId
from rempart.model.outcome import Stopped
from rempart.model.web import FetchedMedia, FetchMode, NotFetched, NotFetchedReason, NotModified, Page, Probed
from rempart.net.flow import FetchOutcome
from rempart.net.hosts import HostLedger
from rempart.net.interface import LIMITS
from rempart.net.pace import HostBudget, Reception, Settled, Terms, parse_retry_after
from rempart.net.request import Wanted
from rempart.net.robots import RobotsRules, read_robots
from rempart.net.signs import find_sign
from rempart.net.urls import WebUrl

#: Seconds that a lease lasts beyond what a fetch may take.
_LEASE_MARGIN_S: Final = 30.0
#: Seconds between two looks at a host that another fetch has.
_BUSY_POLL_S: Final = 1.0
#: A site that asks for more than a day between two requests does not want to be asked.
CRAWL_DELAY_MOST_S: Final = 86_400.0
_PARSED_MOST: Final = 64
_OVERLOADED: Final = frozenset({429, 500, 502, 503, 504})
_TIMES_OUT: Final = frozenset(
    {
        NotFetchedReason.CONNECT,
        NotFetchedReason.CONNECT_TIME,
        NotFetchedReason.RESET,
        NotFetchedReason.IDLE,
        NotFetchedReason.TOTAL_TIME,
        NotFetchedReason.TOO_SLOW,
    }
)


class Permissions(Protocol):
    """Whoever knows for which single addresses a person answers in spite of a robots.txt."""

    def find(self, url: str, now: dt.datetime) -> AuthorisationId | None:
        """Return the authorisation that covers exactly this address now; None if there is none."""

    def use(self, authorisation: AuthorisationId, now: dt.datetime) -> bool:
        """Note that an authorisation is used, just before it is; False if it no longer holds."""


class NoPermissions:
    """Nobody answers for anything: what every run without a workspace has."""

    def find(self, url: str, now: dt.datetime) -> AuthorisationId | None:
        """Return None."""
        del url, now
        return None

    def use(self, authorisation: AuthorisationId, now: dt.datetime) -> bool:
        """Return False."""
        del authorisation, now
        return False


@dataclass(frozen=True, slots=True)
class Call:
    """Do some work that may wait for a database; the reply is what it returns."""

    work: Callable[[], Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """Wait."""

    seconds: float
    """How long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AskRobots:
    """Ask for a robots.txt; the reply is a :data:`FetchOutcome`."""

    url: str
    """Its address."""
    context: tuple[str, ...]
    """What the gate must judge with it."""
    admit: Callable[[WebUrl], Generator[Any, Any, bool]]
    """Asked before each redirect of it is followed; False if it must not be."""


Step = Call | Wait | AskRobots
Refusal = Blocked | Later | NotFetched
Admission = Generator[Step, Any, Refusal | None]


@dataclass(slots=True, kw_only=True)
class _Held:
    """A host that this visit has."""

    reserved: Reserved
    requests: int = 0
    took_s: float = 0.0
    wire_bytes: int = 0
    retry_after_s: float = 0.0
    crawl_delay_s: float | None = None
    is_refused: bool = False


@functools.lru_cache(maxsize=_PARSED_MOST)
def _parsed(rules: str) -> RobotsRules:
    return RobotsRules.of(rules)


@dataclass(slots=True, kw_only=True)
class Visit:
    """One polite fetch."""

    ledger: HostLedger
    """Who has which host."""
    permissions: Permissions
    """For which addresses a person answers."""
    budget: HostBudget
    """Of each host."""
    wanted: Wanted
    """What is fetched."""
    left_s: float
    """How long it may still wait for turns."""
    refusal: Refusal | None = None
    """Why a redirect was not followed."""
    authorisation: AuthorisationId | None = None
    """Under which it was asked for in spite of a robots.txt."""
    _held: dict[str, _Held] = field(default_factory=dict)

    def admit(self, url: WebUrl, *, is_first: bool) -> Admission:
        """Yield what must be done before an address may be asked for, and return why it may not be.

        1. A copy of its robots.txt that holds is looked at first: what it does not allow needs no turn.
        2. Its host is reserved, and its turn waited for; a redirect within the host is made in the same turn.
        3. Its robots.txt is asked for, unless a copy holds now, and its rules are asked.
        4. Where a person answers for the address in spite of them, that is noted, and only then it is asked for.
        """
        copy = yield from self._kept(url)
        if copy and (refusal := (yield from self._judge(url, copy, is_first=is_first))):  # (1)
            return refusal
        if refusal := (yield from self._reserve(url)):  # (2)
            return refusal
        held = self._held[url.host]
        before, copy = copy, (yield from self._kept(url))  # (3): another fetch may have asked meanwhile
        if copy is None:
            copy, unreached = yield from self._ask_robots(url, held)
            if copy is None or (unreached and copy.verdict is RobotsVerdict.DENY_ALL):
                # RFC 9309 §2.3.1.4 allows nothing then; why the host cannot be reached says more than that.
                return unreached
        if copy != before and (refusal := (yield from self._judge(url, copy, is_first=is_first))):
            return refusal
        held.crawl_delay_s = min(_parsed(copy.rules).delay_s, CRAWL_DELAY_MOST_S)
        if self.authorisation and is_first:  # (4)
            now = self.ledger.book.instant()
            if not (yield Call(functools.partial(self.permissions.use, self.authorisation, now))):
                return Blocked(kind=BlockKind.ROBOTS, host=url.host, until=copy.until)
        held.requests += 1
        return None

    def refuse(self, refusal: Refusal) -> None:
        """Note why a redirect is not followed."""
        self.refusal = refusal

    def finish(self, outcome: FetchOutcome | None, took_s: float) -> Generator[Step, Any, FetchOutcome | Refusal]:
        """Yield what settles the hosts, and return what came of the visit.

        Args:
            outcome: What the fetch gave; None if it was not allowed to begin.
            took_s: Seconds that it took, the waiting aside.
        """
        self._charge(outcome, took_s)
        next_at: dict[str, dt.datetime | None] = {}
        for host, held in self._held.items():
            settled = self._settled(held, outcome)
            state = yield Call(functools.partial(self.ledger.settle, held.reserved, settled))
            next_at[host] = state.paused_until or state.next_at
        self._held.clear()
        if isinstance(self.refusal, NotFetched) and isinstance(outcome, NotFetched):
            return replace(self.refusal, hops=outcome.hops)
        if self.refusal:
            return self.refusal
        assert outcome is not None  # noqa: S101 - a visit that did not begin has a refusal
        return _concluded(outcome, next_at)

    def abandon(self) -> Generator[Step, Any, None]:
        """Yield what gives the hosts back where a fetch was cut: it may have cost all that it could."""
        most_bytes = self._terms().most_bytes
        for held in self._held.values():
            held.wire_bytes = most_bytes if held.requests else 0
            settled = self._settled(held, None)
            yield Call(functools.partial(self.ledger.settle, held.reserved, settled))
        self._held.clear()

    def _reserve(self, url: WebUrl) -> Admission:
        """Take the host of an address, unless this visit has it."""
        if url.host in self._held:
            return None
        while True:
            terms = self._terms()
            answer = yield Call(functools.partial(self.ledger.reserve, url.host, terms))
            if isinstance(answer, Reserved):
                break
            if isinstance(answer, BudgetSpent):
                return Blocked(kind=BlockKind.BUDGET, host=url.host, until=answer.until, sign=answer.what)
            if answer.why is LaterReason.PAUSED:
                return Blocked(kind=BlockKind.PAUSED, host=url.host, until=answer.until)
            if answer.why is not LaterReason.BUSY or self.left_s <= 0:
                return Later(until=answer.until, why=answer.why, host=url.host)
            yield from self._wait(min(_BUSY_POLL_S, self.left_s))
        self._held[url.host] = _Held(reserved=answer)
        yield from self._wait((answer.not_before - self.ledger.book.instant()).total_seconds())
        return None

    def _terms(self) -> Terms:
        """Say on what terms a host is needed: until the visit is over, whatever it still waits for."""
        page, robots = self.wanted.allowance, LIMITS[FetchMode.ROBOTS]
        hosts = page.redirects + 1
        return Terms(
            wait_s=self.left_s,
            lease_s=page.total_s + hosts * robots.total_s + self.left_s + _LEASE_MARGIN_S,
            most_bytes=min(page.wire_bytes + robots.wire_bytes, self.budget.wire_bytes),
            budget=self.budget,
        )

    def _wait(self, seconds: float) -> Generator[Step, Any, None]:
        if seconds > 0:
            self.left_s = max(self.left_s - seconds, 0.0)
            yield Wait(seconds=seconds)

    def _kept(self, url: WebUrl) -> Generator[Step, Any, RobotsCopy | None]:
        """Return a copy of a robots.txt that holds; None if there is none."""
        book = self.ledger.book
        kept: RobotsCopy | None = yield Call(functools.partial(book.robots, url.origin))
        return kept if kept and kept.read_at <= book.instant() < kept.until else None

    def _ask_robots(self, url: WebUrl, held: _Held) -> Generator[Step, Any, tuple[RobotsCopy | None, Refusal | None]]:
        """Ask for a robots.txt, in the turn of its host, and keep it.

        Returns:
            The copy, and why its host did not even answer; no copy where it leads to a host whose turn has not come.
        """
        book, origin = self.ledger.book, url.origin
        turned: list[Refusal] = []

        def admit(target: WebUrl) -> Generator[Step, Any, bool]:
            # RFC 9309 §2.3.1.2: it may lead to another host, which must not be asked sooner or more often for that.
            if refusal := (yield from self._reserve(target)):
                turned.append(refusal)
                return False
            self._held[target.host].requests += 1
            return True

        held.requests += 1
        outcome: FetchOutcome = yield AskRobots(url=f"{origin}/robots.txt", context=(url.shown_host,), admit=admit)
        self._charge(outcome)
        if turned:
            return None, turned[0]
        before: RobotsCopy | None = yield Call(functools.partial(book.robots, origin))
        copy = read_robots(origin, outcome, before, book.instant())
        yield Call(functools.partial(book.keep_robots, copy))
        if isinstance(outcome, NotFetched) and not any(hop.status for hop in outcome.hops):
            return copy, NotFetched(reason=outcome.reason, detail=outcome.detail)
        return copy, None

    def _judge(self, url: WebUrl, copy: RobotsCopy, *, is_first: bool) -> Admission:
        """Say whether a robots.txt, or a person in spite of it, lets an address be asked for."""
        if copy.verdict is RobotsVerdict.WAIT:
            return Later(until=copy.until, why=LaterReason.ROBOTS, host=url.host)
        refusal = _refused_by(url, copy)
        if not is_first:
            return refusal
        self.authorisation = None  # of a copy of before, which this one may not need
        if refusal:
            now = self.ledger.book.instant()
            self.authorisation = yield Call(functools.partial(self.permissions.find, str(url), now))
        return None if self.authorisation else refusal

    def _note_refusal(self, held: _Held, outcome: FetchOutcome) -> None:
        """Note that a host wants to be left in peace, and for how long."""
        if isinstance(outcome, Stopped) or not _is_refusal(outcome):
            return
        held.is_refused = True
        headers = outcome.hops[-1].headers if outcome.hops else ()
        now = self.ledger.book.instant()
        asked_s = max((parse_retry_after(value, now) for name, value in headers if name == "retry-after"), default=0.0)
        held.retry_after_s = max(held.retry_after_s, asked_s)

    def _charge(self, outcome: FetchOutcome | None, took_s: float = 0.0) -> None:
        """Charge each host with the time of its answers, and the last one with the bytes and what the body took."""
        if outcome is None or isinstance(outcome, Stopped) or not outcome.hops:
            return
        for hop in outcome.hops:
            if held := self._held.get(_host_of(hop.url)):
                held.took_s += hop.answered_s
        if held := self._held.get(_host_of(outcome.hops[-1].url)):
            held.took_s += max(took_s - sum(hop.answered_s for hop in outcome.hops), 0.0)
            held.wire_bytes += 0 if isinstance(outcome, NotModified) else outcome.wire_bytes
            self._note_refusal(held, outcome)

    def _settled(self, held: _Held, outcome: FetchOutcome | None) -> Settled:
        reception = Reception.UNCHANGED if isinstance(outcome, NotModified) else Reception.WELCOME
        return Settled(
            reception=Reception.REFUSED if held.is_refused else reception,
            took_s=held.took_s,
            requests=held.requests,
            wire_bytes=held.wire_bytes,
            retry_after_s=held.retry_after_s,
            crawl_delay_s=held.crawl_delay_s,
        )


def _refused_by(url: WebUrl, copy: RobotsCopy) -> Blocked | None:
    """Return why a robots.txt does not allow an address; None if it does."""
    if copy.verdict is RobotsVerdict.DENY_ALL:
        sign = "; ".join(copy.remarks)
        return Blocked(kind=BlockKind.ROBOTS_AWAY, host=url.host, until=copy.until, sign=sign)
    rules = _parsed(copy.rules)
    if not rules.permit(str(url)):
        return Blocked(kind=BlockKind.ROBOTS, host=url.host, until=copy.until)
    if rules.delay_s > CRAWL_DELAY_MOST_S:
        sign = "it asks for more than a day between two requests"
        return Blocked(kind=BlockKind.ROBOTS, host=url.host, until=copy.until, sign=sign)
    return None


def _host_of(url: str) -> str:
    """Return the host of an address in its one form."""
    netloc = url.partition("://")[2].partition("/")[0]
    return netloc[1:].partition("]")[0] if netloc.startswith("[") else netloc.partition(":")[0]


def _is_refusal(outcome: Page | FetchedMedia | Probed | NotModified | NotFetched) -> bool:
    """Tell whether a host wants to be asked less, or does not keep up."""
    if outcome.hops and outcome.hops[-1].status in _OVERLOADED:
        return True
    return isinstance(outcome, NotFetched) and outcome.reason in _TIMES_OUT


def _concluded(outcome: FetchOutcome, next_at: dict[str, dt.datetime | None]) -> FetchOutcome | Blocked:
    """Say what an answer is: a wall has a page of its own."""
    if not isinstance(outcome, Page | Probed | NotFetched) or not (sign := find_sign(outcome)):
        return outcome
    host = _host_of(outcome.hops[-1].url)
    is_passing = sign.kind in {BlockKind.RATE_LIMITED, BlockKind.OVERLOADED}
    return Blocked(
        kind=sign.kind,
        host=host,
        until=next_at.get(host) if is_passing else None,
        sign=sign.says,
        answer=outcome,
    )
