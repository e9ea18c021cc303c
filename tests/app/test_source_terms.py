"""How often a source is visited is read as people write it, within its bounds."""

from __future__ import annotations

import datetime as dt

import pytest

from rempart.app.source_terms import EVERY_LEAST, EVERY_MOST, in_words, parse_every
from rempart.errors import MisuseError


@pytest.mark.parametrize(
    "text, minutes", [("15m", 15), ("30m", 30), (" 6H ", 360), ("1d", 1440), ("30d", 43_200), ("90m", 90)]
)
def test_a_time_between_two_visits(text: str, minutes: int) -> None:
    """Minutes, hours, days."""
    assert parse_every(text) == dt.timedelta(minutes=minutes)


@pytest.mark.parametrize(
    "text", ["", "6", "h", "-6h", "6 h", "6w", "1d12h", "14m", "0m", "31d", "99999h", "٣h", "6h\n6h"]
)
def test_what_is_none(text: str) -> None:
    """Other forms, and what is out of bounds."""
    with pytest.raises(MisuseError, match=r"between two visits|is visited every"):
        parse_every(text)


@pytest.mark.parametrize("every", [EVERY_LEAST, EVERY_MOST, dt.timedelta(hours=6), dt.timedelta(minutes=90)])
def test_it_is_written_as_it_is_read(every: dt.timedelta) -> None:
    """In the largest unit that fits."""
    assert parse_every(in_words(every)) == every
