"""Long lists in pieces: a statement of SQLite holds 32,766 values at most, one of PostgreSQL 65,535."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import islice
from typing import Final, TypeVar

T = TypeVar("T")

#: Values in one statement: below the 999 of SQLite before 3.32, with room for the statement's other values.
BATCH: Final = 900


def in_batches(values: Collection[T], size: int = BATCH) -> Iterator[list[T]]:
    """Yield the values in lists of at most ``size``."""
    rest = iter(values)
    while batch := list(islice(rest, size)):
        yield batch
