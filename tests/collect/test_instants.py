"""Times that programs write, and no others."""

from __future__ import annotations

import datetime as dt

import pytest

from rempart.collect.instants import from_epoch, parse_instant

INSTANT = dt.datetime(2026, 11, 22, 11, 7, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-22T11:07:00Z",
        "2026-11-22T12:07:00+0100",
        "2026-11-22 11:07:00+00:00",
        "2026-11-22T11:07:00.123456Z",
        "2026-11-22T11:07Z",
    ],
)
def test_an_instant(text: str) -> None:
    """ISO 8601 with a zone, to the second."""
    assert parse_instant(text) == INSTANT


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-11-22",
        "2026-11-22T11:07:00",
        "Nov. 22, 2026",
        "2026-13-22T11:07:00Z",
        "9999-12-31T23:59:59-1200",
        "0001-01-01T00:00:00+1200",
        None,
        5,
    ],
)
def test_no_instant(text: object) -> None:
    """Without a zone, or out of all time, it is none."""
    assert parse_instant(text) is None


def test_seconds_and_milliseconds() -> None:
    """Since 1970."""
    seconds = int(INSTANT.timestamp())

    assert from_epoch(seconds) == from_epoch(f"{seconds}000") == INSTANT
    assert from_epoch("12") is None
    assert from_epoch("9" * 13) is None
