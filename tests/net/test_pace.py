"""The pace of a host: never faster than promised, whatever a host, a clock or a killed process does."""

from __future__ import annotations

import datetime as dt
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rempart.model.courtesy import BudgetSpent, HostState, Later, LaterReason, Reserved
from rempart.net.pace import (
    CHEAP_DELAY_S,
    DELAY_LEAST_S,
    DELAY_MOST_S,
    JITTER,
    PAUSE,
    PENALTY_FIRST_S,
    PENALTY_MOST_S,
    RETRY_AFTER_MOST_S,
    STRIKES_MOST,
    HostBudget,
    Reception,
    Settled,
    Terms,
    delay_s,
    parse_retry_after,
    reserve,
    settle,
)

NOW = dt.datetime(2026, 3, 4, 12, tzinfo=dt.UTC)
HOST = "forum.example.org"
TERMS = Terms(wait_s=5.0, lease_s=100.0, most_bytes=1_000, budget=HostBudget(requests=10, wire_bytes=10_000))
GOOD = Settled(reception=Reception.WELCOME, took_s=0.1, wire_bytes=300)
BAD = Settled(reception=Reception.REFUSED, took_s=0.1)

seconds = st.floats(min_value=0, max_value=1e6)
chances = st.floats(min_value=0, max_value=1)
settlements = st.builds(
    Settled,
    reception=st.sampled_from(list(Reception)),
    took_s=seconds,
    requests=st.integers(1, 12),
    wire_bytes=st.integers(0, 10**9),
    retry_after_s=st.floats(min_value=0, max_value=RETRY_AFTER_MOST_S),
    crawl_delay_s=st.none() | st.floats(min_value=0, max_value=86_400),
)


def after(seconds: float) -> dt.datetime:
    """Return an instant after the beginning."""
    return NOW + dt.timedelta(seconds=seconds)


def taken(state: HostState, now: dt.datetime, terms: Terms = TERMS) -> tuple[HostState, Reserved]:
    """Reserve, which must work."""
    state, answer = reserve(HOST, state, terms, now, f"token {now}")
    assert isinstance(answer, Reserved)
    return state, answer


def visited(state: HostState, settled: Settled, now: dt.datetime, chance: float = 0.0) -> HostState:
    """Reserve and settle at one instant, whatever was asked before."""
    state, answer = reserve(HOST, state, Terms(wait_s=1e9, lease_s=9, most_bytes=0, budget=HostBudget()), now, "t")
    assert isinstance(answer, Reserved)
    return settle(state, answer, settled, now, chance)


def peace_s(state: HostState, now: dt.datetime = NOW) -> float:
    """Return for how many seconds a host is left in peace."""
    assert state.next_at
    return (state.next_at - now).total_seconds()


def test_nobody_else_has_a_host_that_is_taken() -> None:
    """Until it is settled or its lease ends."""
    state, first = taken(HostState(), NOW)

    _, second = reserve(HOST, state, TERMS, after(1), "other")
    settled = settle(state, first, GOOD, after(2), 0.0)
    _, third = reserve(HOST, settled, TERMS, after(2), "other")

    assert second == Later(until=after(100), why=LaterReason.BUSY, host=HOST)
    assert isinstance(third, Reserved)
    assert third.not_before == after(2 + DELAY_LEAST_S)


def test_a_killed_process_makes_nobody_faster() -> None:
    """Its host is free when its lease ends, asked after the longest delay, and what it may have cost counts."""
    state, _ = taken(HostState(crawl_delay_s=40.0), NOW)

    _, while_held = reserve(HOST, state, TERMS, after(99.9), "other")
    state, at_the_end = reserve(HOST, state, TERMS, after(100), "other")
    state, later = taken(state, after(136))

    assert isinstance(while_held, Later)
    assert at_the_end == Later(until=after(140), why=LaterReason.PACE, host=HOST)
    assert later.not_before == after(140)
    assert (state.requests, state.wire_bytes) == (2, 1_000)


def test_a_lease_that_was_lost_settles_nothing_of_its_successor() -> None:
    """A process that was stopped for an hour and wakes up."""
    state, first = taken(HostState(), NOW)
    state, second = taken(state, after(200))

    state = settle(state, first, BAD, after(201), 0.0)

    assert state.lease_token == second.token
    assert state.requests == 2
    assert state.penalty_s == PENALTY_FIRST_S


def test_a_visit_that_asked_nothing_costs_nothing() -> None:
    """Its turn is given back."""
    state, mine = taken(HostState(), NOW)

    state = settle(state, mine, Settled(reception=Reception.WELCOME, took_s=0, requests=0), after(1), 0.0)

    assert (state.requests, state.next_at, state.lease_token) == (0, None, "")


@pytest.mark.parametrize(
    "took_s, expected_s", [(0.0, 3.0), (0.6, 3.0), (0.61, 3.05), (2.0, 10.0), (6.0, 30.0), (600.0, 30.0)]
)
def test_a_slow_host_is_asked_less(took_s: float, expected_s: float) -> None:
    """Five times as long as it took, from 3 to 30 seconds."""
    settled = Settled(reception=Reception.WELCOME, took_s=took_s)

    assert delay_s(HostState(), settled, 0.0) == pytest.approx(expected_s)


def test_what_did_not_change_is_cheap() -> None:
    """But never quicker than a robots.txt asks for."""
    settled = Settled(reception=Reception.UNCHANGED, took_s=0.01)

    assert delay_s(HostState(), settled, 0.0) == CHEAP_DELAY_S
    assert delay_s(HostState(crawl_delay_s=7), settled, 0.0) == 7


def test_redirects_within_a_host_are_paid_for_afterwards() -> None:
    """Three requests at once, three delays after."""
    settled = Settled(reception=Reception.WELCOME, took_s=0.1, requests=3)

    assert delay_s(HostState(), settled, 0.0) == 3 * DELAY_LEAST_S
    assert delay_s(HostState(crawl_delay_s=10), settled, 0.0) == 30


def test_penalties_double_and_then_a_host_is_left_in_peace() -> None:
    """Five refusals in a row, then a day."""
    state, now, seen = HostState(), NOW, []
    for _ in range(STRIKES_MOST):
        state = visited(state, BAD, now)
        seen.append(state.penalty_s)
        assert state.next_at
        now = state.next_at

    _, answer = reserve(HOST, state, TERMS, now, "t")

    assert seen == [30, 60, 120, 240, 480]
    assert isinstance(answer, Later)
    assert answer.why is LaterReason.PAUSED
    assert answer.until == now - dt.timedelta(seconds=480) + PAUSE


def test_a_host_that_refuses_after_its_pause_is_paused_at_once() -> None:
    """It is not given five more tries."""
    state = HostState(strikes=STRIKES_MOST, penalty_s=480, paused_until=NOW)

    state = visited(state, BAD, NOW)

    assert state.paused_until == NOW + PAUSE
    assert state.penalty_s == 960


def test_a_penalty_is_forgiven_slowly() -> None:
    """Half of it with each answer."""
    state, seen = HostState(penalty_s=40, strikes=3), []
    for number in range(7):
        state = visited(state, GOOD, after(1_000 * number))
        seen.append(state.penalty_s)

    assert seen == [20, 10, 5, 2.5, 1.25, 0, 0]
    assert state.strikes == 0


def test_what_is_spent_is_spent_until_midnight() -> None:
    """Requests, and bytes that a fetch might take."""
    midnight = dt.datetime(2026, 3, 5, tzinfo=dt.UTC)
    asked = HostState(day=NOW.date(), requests=10)
    taken_in = HostState(day=NOW.date(), wire_bytes=9_001)

    assert reserve(HOST, asked, TERMS, NOW, "t")[1] == BudgetSpent(until=midnight, what="requests")
    assert reserve(HOST, taken_in, TERMS, NOW, "t")[1] == BudgetSpent(until=midnight, what="bytes")
    state, _ = taken(asked, midnight)
    assert (state.requests, state.wire_bytes) == (1, 0)


def test_a_clock_that_goes_back_gives_no_budget_back() -> None:
    """Nor does it lock a host for years."""
    tomorrow = HostState(day=NOW.date() + dt.timedelta(days=1), requests=10)
    far = HostState(next_at=NOW.replace(year=2090), paused_until=NOW.replace(year=2091))

    assert isinstance(reserve(HOST, tomorrow, TERMS, NOW, "t")[1], BudgetSpent)
    _, answer = reserve(HOST, far, TERMS, NOW, "t")
    assert isinstance(answer, Later)
    assert answer.until == after(DELAY_MOST_S)


@given(state_delay=st.floats(0, 86_400), penalty=st.floats(0, PENALTY_MOST_S), settled=settlements, chance=chances)
def test_never_earlier_than_promised(state_delay: float, penalty: float, settled: Settled, chance: float) -> None:
    """The least delay, the site's own, the penalty and Retry-After, for each request made."""
    before = HostState(crawl_delay_s=state_delay, penalty_s=penalty)

    state = visited(before, settled, NOW, chance)

    own_s = state_delay if settled.crawl_delay_s is None else settled.crawl_delay_s
    least_s = CHEAP_DELAY_S if settled.reception is Reception.UNCHANGED else DELAY_LEAST_S
    promised_s = max(settled.requests * max(least_s, own_s), settled.retry_after_s)
    if settled.reception is Reception.REFUSED:
        promised_s = max(promised_s, PENALTY_FIRST_S, min(2 * penalty, PENALTY_MOST_S))
    assert peace_s(state) >= promised_s - 1e-5
    assert peace_s(state) <= max(
        promised_s, settled.requests * DELAY_MOST_S, PENALTY_MOST_S * (1 + JITTER)
    ) + 1e-5  # fmt: skip


@given(first=seconds, second=seconds, chance=chances)
def test_slower_is_never_asked_sooner(first: float, second: float, chance: float) -> None:
    """The delay only grows with the time that a host takes."""
    slow, quick = max(first, second), min(first, second)

    def of(took_s: float) -> float:
        return delay_s(HostState(), Settled(reception=Reception.WELCOME, took_s=took_s), chance)

    assert of(quick) <= of(slow)


@given(steps=st.lists(st.tuples(settlements, chances, seconds, st.booleans()), max_size=12))
def test_two_requests_are_never_closer_than_the_least(steps: list[tuple[Settled, float, float, bool]]) -> None:
    """Whatever is settled, forgotten or killed in between."""
    state, now, last = HostState(), NOW, None
    terms = Terms(wait_s=1e9, lease_s=50, most_bytes=10, budget=HostBudget(requests=10**9, wire_bytes=10**18))
    for number, (settled, chance, pause_s, is_killed) in enumerate(steps):
        now += dt.timedelta(seconds=pause_s)
        state, answer = reserve(HOST, state, terms, now, f"token {number}")
        if not isinstance(answer, Reserved):
            continue
        assert last is None or (answer.not_before - last).total_seconds() >= CHEAP_DELAY_S
        last = now = answer.not_before
        if not is_killed:
            state = settle(state, answer, settled, now, chance)


@pytest.mark.parametrize(
    "header, expected_s",
    [
        *(("120", 120.0), (" 7 ", 7.0), ("0", 0.0)),
        *(("", 0.0), ("soon", 0.0), ("-5", 0.0), ("1.5", 0.0), ("+5", 0.0), ("١٢", 0.0), ("5 seconds", 0.0)),
        *(("9" * 18, RETRY_AFTER_MOST_S), ("9" * 5_000, RETRY_AFTER_MOST_S), ("2592001", RETRY_AFTER_MOST_S)),
        ("Wed, 04 Mar 2026 12:02:00 GMT", 120.0),
        ("Wednesday, 04-Mar-26 12:02:00 GMT", 120.0),
        ("Wed Mar  4 12:02:00 2026", 120.0),
        ("Wed, 04 Mar 2026 11:00:00 GMT", 0.0),
        ("Fri, 31 Dec 9999 23:59:59 GMT", RETRY_AFTER_MOST_S),
        ("Wed, 99 Mar 2026 12:02:00 GMT", 0.0),
        ("Wed, 04 Mar 99999999 12:02:00 GMT", 0.0),
    ],
)
def test_retry_after(header: str, expected_s: float) -> None:
    """Seconds or a date of HTTP; what is past, absurd or unreadable is worth what it says, and no more."""
    assert parse_retry_after(header, NOW) == expected_s


@given(st.text(max_size=80))
def test_any_retry_after_is_some_seconds(header: str) -> None:
    """Within a month, and never an exception."""
    assert 0 <= parse_retry_after(header, NOW) <= RETRY_AFTER_MOST_S


@given(st.integers(0, 2_592_000))
def test_a_date_and_its_seconds_say_the_same(seconds: int) -> None:
    """As RFC 9110 §10.2.3 has it."""
    date = format_datetime(after(seconds), usegmt=True)

    assert parse_retry_after(date, NOW) == parse_retry_after(str(seconds), NOW) == seconds


def test_a_change_that_is_made_twice_takes_a_host_once() -> None:
    """The answer to a commit was lost: whoever has the host is not told to wait for herself."""
    state, first = taken(HostState(next_at=after(5)), NOW)

    again, second = reserve(HOST, state, TERMS, after(1), first.token)

    assert second == first
    assert again == state
