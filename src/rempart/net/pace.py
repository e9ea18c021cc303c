"""When a host may be asked next: arithmetic on a :class:`HostState`, without a clock, a database or a connection.

Whoever keeps the states applies :func:`reserve` and :func:`settle` in one transaction each. Between the two, a fetch
has the host for itself. A process that is killed in between has done neither harm nor good: its lease ends by itself,
what it may have cost counts in full, and the delay is counted from the end of the lease.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, replace
from email.utils import parsedate_to_datetime
from enum import StrEnum
from typing import Final

from rempart.model.courtesy import BudgetSpent, HostState, Later, LaterReason, Reserved

#: Times as long as the host took to answer: a busy host is asked less (Heritrix, ``delayFactor`` 5).
DELAY_FACTOR: Final = 5.0
#: Seconds at least, and at most where the host asks for nothing else (Heritrix, ``minDelayMs`` 3000, ``maxDelayMs``
#: 30000).
DELAY_LEAST_S: Final = 3.0
DELAY_MOST_S: Final = 30.0
#: Seconds at least after "not modified", which cost the host nearly nothing.
CHEAP_DELAY_S: Final = 1.0
#: Seconds after a first refusal, then twice as many each time; our choice: an order above Heritrix's shortest delay.
PENALTY_FIRST_S: Final = 30.0
PENALTY_MOST_S: Final = 3_600.0
#: A penalty below this is over.
_PENALTY_LEAST_S: Final = 1.0
#: Part of a penalty that chance adds, never takes away: hosts that failed at one instant are not asked at one instant.
JITTER: Final = 0.25
#: Refusals in a row after which a host is left in peace (a quarter of an hour of growing penalties), and for how long.
STRIKES_MOST: Final = 5
PAUSE: Final = dt.timedelta(hours=24)
#: The longest that a ``Retry-After`` is taken at its word: what is longer is a slip, and is still a month.
RETRY_AFTER_MOST_S: Final = 30 * 86_400.0
#: Nothing is waited for longer than this: an instant further away was written under a clock that has since gone back.
_FURTHEST: Final = dt.timedelta(days=62)
#: Digits of a ``Retry-After`` that are read.
_SECONDS: Final = re.compile(r"[0-9]{1,18}")


@dataclass(frozen=True, slots=True, kw_only=True)
class HostBudget:
    """What may be asked of one host in a day (UTC)."""

    requests: int = 8_640
    """One in ten seconds, all day: a forum of 22,000 pages takes two and a half days."""
    wire_bytes: int = 2**30
    """1 GiB."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """On what terms a host is reserved."""

    wait_s: float
    """How long the fetch waits for its turn."""
    lease_s: float
    """How long it may take, the waiting aside."""
    most_bytes: int
    """What it may cost."""
    budget: HostBudget
    """Of the host."""


class Reception(StrEnum):
    """How a host received a request."""

    WELCOME = "welcome"
    """It answered, whatever it said."""
    UNCHANGED = "unchanged"
    """It said that nothing changed (304)."""
    REFUSED = "refused"
    """Too often, too much, or no answer in time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """What a fetch cost a host."""

    reception: Reception
    """How it was received."""
    took_s: float
    """Seconds that the host needed, all requests together."""
    requests: int = 1
    """How many it was asked, redirects on the same host and its robots.txt included; 0 if it was not asked at all."""
    wire_bytes: int = 0
    """What came."""
    retry_after_s: float = 0.0
    """Seconds that it asks to be left in peace (RFC 9110 §10.2.3); 0 if it does not."""
    crawl_delay_s: float | None = None
    """What its robots.txt asks for; None if that was not looked at."""


def reserve(
    host: str, state: HostState, terms: Terms, now: dt.datetime, token: str
) -> tuple[HostState, Reserved | Later | BudgetSpent]:
    """Take a host for one fetch, if it is free and may be asked soon enough.

    1. What a clock that has since gone back wrote is set right.
    2. A lease that ended without a word is charged in full, and its delay begins at its end.
    3. A lease that holds, or a pause, is waited for.
    4. The day's counts begin anew at midnight (UTC); what is spent is spent.
    5. A turn that is too far away is not waited for.

    Returns:
        The host's new state, and what the fetch may do.
    """
    state = _on_this_clock(state, now)  # (1)
    if state.lease_until and state.lease_until <= now:  # (2)
        state = _abandoned(state)
    if state.lease_until and state.lease_token == token:
        # The book made this change before, and its answer was lost: the host is ours.
        not_before = state.lease_until - dt.timedelta(seconds=terms.lease_s)
        return state, Reserved(host=host, not_before=not_before, until=state.lease_until, token=token)
    if state.lease_until:  # (3)
        return state, Later(until=state.lease_until, why=LaterReason.BUSY, host=host)
    if state.paused_until and state.paused_until > now:
        return state, Later(until=state.paused_until, why=LaterReason.PAUSED, host=host)
    state = _of_today(state, now)  # (4)
    if spent := _spent(state, terms):
        midnight = dt.datetime.combine(now.date() + dt.timedelta(days=1), dt.time.min, dt.UTC)
        return state, BudgetSpent(until=midnight, what=spent)
    not_before = max(state.next_at or now, now)
    if (not_before - now).total_seconds() > terms.wait_s:  # (5)
        why = LaterReason.BACK_OFF if state.strikes else LaterReason.PACE
        return state, Later(until=not_before, why=why, host=host)
    until = not_before + dt.timedelta(seconds=terms.lease_s)
    taken = replace(
        state,
        lease_token=token,
        lease_until=until,
        lease_bytes=terms.most_bytes,
        requests=state.requests + 1,
    )
    return taken, Reserved(host=host, not_before=not_before, until=until, token=token)


def settle(state: HostState, reserved: Reserved, settled: Settled, now: dt.datetime, chance: float) -> HostState:
    """Note what a fetch cost, and when its host may be asked next.

    Args:
        state: The host's.
        reserved: What the fetch was given; if its lease was lost since, only the delay counts.
        settled: What it cost.
        now: The present instant.
        chance: Between 0 and 1, drawn anew each time.
    """
    is_ours = state.lease_token == reserved.token
    if not settled.requests:
        return _given_back(state) if is_ours else state
    state = _judged(state, settled, now)
    if settled.crawl_delay_s is not None:
        state = replace(state, crawl_delay_s=settled.crawl_delay_s)
    next_at = now + dt.timedelta(seconds=delay_s(state, settled, chance))
    state = replace(state, next_at=max(next_at, state.next_at or next_at))
    if not is_ours:
        return state
    free = _given_back(state)
    return replace(free, requests=free.requests + settled.requests, wire_bytes=free.wire_bytes + settled.wire_bytes)


def delay_s(state: HostState, settled: Settled, chance: float) -> float:
    """Return how many seconds a host is left in peace after a fetch.

    Several requests of one fetch (a redirect on the same host, its robots.txt) are made at once, as a browser makes
    them, and paid for afterwards: as many delays follow.
    """
    requests = max(settled.requests, 1)
    least_s = CHEAP_DELAY_S if settled.reception is Reception.UNCHANGED else DELAY_LEAST_S
    adapted_s = min(max(DELAY_FACTOR * settled.took_s / requests, least_s), DELAY_MOST_S)
    penalty_s = state.penalty_s * (1 + JITTER * chance)
    return max(requests * max(adapted_s, state.crawl_delay_s), penalty_s, settled.retry_after_s)


def parse_retry_after(header: str, now: dt.datetime) -> float:
    """Return how many seconds a host asks to be left in peace; 0 if it does not, or not in a way that can be read.

    RFC 9110 §10.2.3: a number of seconds, or a date; one that is past asks for nothing.
    """
    text = header.strip()
    if _SECONDS.fullmatch(text):
        return min(float(text), RETRY_AFTER_MOST_S)
    if text.isascii() and text.isdigit():
        return RETRY_AFTER_MOST_S
    try:
        date = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return 0.0
    if date.tzinfo is None:  # "-0000": a date of HTTP is in UTC whatever it says (§5.6.7)
        date = date.replace(tzinfo=dt.UTC)
    return min(max((date - now).total_seconds(), 0.0), RETRY_AFTER_MOST_S)


def _judged(state: HostState, settled: Settled, now: dt.datetime) -> HostState:
    """Let a penalty grow, or shrink."""
    if settled.reception is not Reception.REFUSED:
        halved_s = state.penalty_s / 2
        return replace(state, strikes=0, penalty_s=halved_s if halved_s >= _PENALTY_LEAST_S else 0.0)
    penalty_s = min(max(2 * state.penalty_s, PENALTY_FIRST_S), PENALTY_MOST_S)
    strikes = min(state.strikes + 1, STRIKES_MOST)
    if strikes < STRIKES_MOST:
        return replace(state, penalty_s=penalty_s, strikes=strikes)
    return replace(state, penalty_s=penalty_s, strikes=strikes, paused_until=now + PAUSE)


def _given_back(state: HostState) -> HostState:
    """End a lease as if it had never been."""
    return replace(state, lease_token="", lease_until=None, lease_bytes=0, requests=max(state.requests - 1, 0))


def _abandoned(state: HostState) -> HostState:
    """Count a fetch that never settled as the dearest that it can have been."""
    ended = state.lease_until
    assert ended is not None  # noqa: S101 - the caller looked
    peace_s = max(DELAY_MOST_S, state.crawl_delay_s, state.penalty_s)
    next_at = ended + dt.timedelta(seconds=peace_s)
    return replace(
        state,
        lease_token="",
        lease_until=None,
        lease_bytes=0,
        wire_bytes=state.wire_bytes + state.lease_bytes,
        next_at=max(next_at, state.next_at or next_at),
    )


def _on_this_clock(state: HostState, now: dt.datetime) -> HostState:
    """Let no instant that a wrong clock wrote keep a host waiting for years."""
    furthest = now + _FURTHEST

    def bounded(instant: dt.datetime | None) -> dt.datetime | None:
        return now + dt.timedelta(seconds=DELAY_MOST_S) if instant and instant > furthest else instant

    return replace(
        state,
        next_at=bounded(state.next_at),
        lease_until=bounded(state.lease_until),
        paused_until=bounded(state.paused_until),
    )


def _of_today(state: HostState, now: dt.datetime) -> HostState:
    """Begin the counts of a new day; a clock that goes back a little does not give them back."""
    today = now.date()
    if state.day and today <= state.day <= today + dt.timedelta(days=1):
        return state
    return replace(state, day=today, requests=0, wire_bytes=0)


def _spent(state: HostState, terms: Terms) -> str:
    """Return what of the budget is spent; empty if nothing is."""
    if state.requests >= terms.budget.requests:
        return "requests"
    return "bytes" if state.wire_bytes + terms.most_bytes > terms.budget.wire_bytes else ""
