"""Read the time: the only file that does, so that a test can say what time it is."""

from __future__ import annotations

import datetime as dt
import time


def utc_now() -> dt.datetime:
    """Return the present instant, aware, in UTC."""
    return dt.datetime.now(dt.UTC)


def monotonic_s() -> float:
    """Return seconds since an arbitrary start, never going back: for delays and rates."""
    return time.monotonic()


def sleep_s(seconds: float) -> None:
    """Wait, for what has no better way of being told."""
    time.sleep(seconds)
