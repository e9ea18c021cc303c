"""What one fetch costs is counted, and each limit stops it on its far side and not before."""

from __future__ import annotations

import pytest

from rempart.errors import FetchError
from rempart.model.web import NotFetchedReason
from rempart.net.interface import FetchLimits
from rempart.net.meter import SNIFF_BYTES, Meter

R = NotFetchedReason


class Clock:
    """A time that a test sets."""

    def __init__(self) -> None:
        self.now_s = 1_000.0

    def __call__(self) -> float:
        """Tell it."""
        return self.now_s


@pytest.fixture
def clock() -> Clock:
    """Begin at some instant."""
    return Clock()


def stopped(meter: Meter, size: int) -> NotFetchedReason | None:
    """Take some bytes; return why not, or None."""
    try:
        meter.take(size)
    except FetchError as error:
        return NotFetchedReason(error.reason)
    return None


def test_bytes_are_counted_over_all_answers(clock: Clock) -> None:
    """The limit itself is allowed, one byte more is not."""
    meter = Meter(FetchLimits(wire_bytes=1_000, header_bytes=10_000), clock)

    meter.take(600)
    meter.begin_head()
    meter.take(400)

    assert meter.wire_bytes == 1_000
    assert stopped(meter, 1) is R.TOO_MANY_BYTES


def test_a_head_has_its_own_limit(clock: Clock) -> None:
    """Its last piece may hold the beginning of the body; another head counts anew."""
    meter = Meter(FetchLimits(header_bytes=1_000), clock)

    meter.take(1_000 + SNIFF_BYTES)
    meter.begin_head()
    meter.take(1_000 + SNIFF_BYTES)
    assert stopped(meter, 1) is R.HEADERS

    meter.begin_head()
    meter.end_head()
    assert stopped(meter, 100_000) is None


def test_time_ends_for_all_of_it(clock: Clock) -> None:
    """No wait is longer than what is left."""
    meter = Meter(FetchLimits(total_s=60.0), clock)

    clock.now_s += 50
    assert meter.left_s(15.0) == 10.0
    assert meter.left_s(5.0) == 5.0
    clock.now_s += 10
    with pytest.raises(FetchError, match="total_time"):
        meter.left_s(5.0)
    assert stopped(meter, 1) is R.TOTAL_TIME


def test_a_wait_that_ran_out_says_which_limit_it_was(clock: Clock) -> None:
    """Its own, or that of the whole."""
    meter = Meter(FetchLimits(total_s=60.0), clock)

    assert meter.why_timeout(R.IDLE, 15.0).reason is R.IDLE
    clock.now_s += 60
    assert meter.why_timeout(R.IDLE, 15.0).reason is R.TOTAL_TIME


@pytest.mark.parametrize("per_s, is_too_slow", [(999, True), (1_001, False)])
def test_a_slow_answer_is_given_up_after_a_while(clock: Clock, per_s: int, is_too_slow: bool) -> None:  # noqa: FBT001
    """The first ten seconds aside, a thousand bytes a second are asked for."""
    meter = Meter(FetchLimits(bytes_per_s=1_000, total_s=600.0), clock)
    meter.end_head()
    meter.take(100)
    reasons = []
    for _ in range(12):
        clock.now_s += 1
        reasons.append(stopped(meter, per_s))

    assert reasons[:10] == [None] * 10
    assert (R.TOO_SLOW in reasons) is is_too_slow


def test_little_is_read_at_once_until_a_type_is_accepted(clock: Clock) -> None:
    """And little again for the next answer."""
    meter = Meter(FetchLimits(), clock)

    assert meter.read_size(65_536) == SNIFF_BYTES
    assert meter.read_size(100) == 100
    meter.accept_body()
    assert meter.read_size(65_536) == 65_536
    meter.begin_head()
    assert meter.read_size(65_536) == SNIFF_BYTES


@pytest.mark.parametrize(
    "decoded, encoded, reason",
    [
        (65_536, 1, None),
        (65_537, 655, R.BOMB),
        (65_537, 656, None),
        (100_000, 1_000, None),
        (100_001, 1_000, R.BOMB),
        (500_000, 500_000, None),
        (500_001, 500_001, R.TOO_MANY_BYTES),
    ],
)
def test_a_body_expands_so_much_and_no_more(decoded: int, encoded: int, reason: NotFetchedReason | None) -> None:
    """Short texts compress well, and are let be."""
    meter = Meter(FetchLimits(decoded_bytes=500_000, ratio=100))
    found = None
    try:
        meter.check_decoded(decoded, encoded)
    except FetchError as error:
        found = error.reason

    assert found == reason
