"""Times as pages write them for programs. What is written for people, in a language and a zone, is not guessed."""

from __future__ import annotations

import datetime as dt
import re
from typing import Final

#: Nothing was on the web before; beyond, it is a mistake or a trap.
_FIRST: Final = dt.datetime(1990, 1, 1, tzinfo=dt.UTC)
_LAST: Final = dt.datetime(2200, 1, 1, tzinfo=dt.UTC)
_ISO: Final = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:[.,]\d{1,9})?)?\s?(?:Z|[+-]\d\d:?\d\d)")
_EPOCH: Final = re.compile(r"\d{9,13}")
_MILLISECONDS_DIGITS: Final = 13
#: A fraction of a second: none is needed.
_FRACTION: Final = re.compile(r"[.,]\d+")


def parse_instant(text: object) -> dt.datetime | None:
    """Read a time with its zone (ISO 8601); None if it is none, or has no zone."""
    if not isinstance(text, str) or not _ISO.fullmatch(text):
        return None
    try:
        if "." in text or "," in text:
            text = _FRACTION.sub("", text)
        return _usual(dt.datetime.fromisoformat(text.replace(" +", "+").replace(" Z", "Z")))
    except ValueError:
        return None


def from_epoch(text: object) -> dt.datetime | None:
    """Read seconds since 1970, or milliseconds if there are thirteen digits; None if it is none."""
    digits = str(text)
    if not _EPOCH.fullmatch(digits):
        return None
    seconds = int(digits) // (1000 if len(digits) == _MILLISECONDS_DIGITS else 1)
    try:
        return _usual(dt.datetime.fromtimestamp(seconds, dt.UTC))
    except (ValueError, OverflowError, OSError):
        return None


def _usual(found: dt.datetime) -> dt.datetime | None:
    try:
        found = found.astimezone(dt.UTC)
    except (ValueError, OverflowError):
        return None
    return found if _FIRST <= found < _LAST else None
