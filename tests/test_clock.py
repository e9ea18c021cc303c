"""Instants are aware and in UTC, delays never negative."""

from __future__ import annotations

import datetime as dt

from rempart import clock


def test_instants_are_in_utc() -> None:
    """A naive instant would be read in the zone of whoever looks."""
    assert clock.utc_now().tzinfo is dt.UTC


def test_delays_do_not_go_back() -> None:
    """Whatever happens to the wall clock."""
    before = clock.monotonic_s()

    assert clock.monotonic_s() >= before
