"""Sizes of files as pages write them: ``1.2 MB``, ``340 Kio``, ``15,3 Mo``."""

from __future__ import annotations

import re
from typing import Final

_UNITS: Final = {"": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30, "t": 1 << 40}
#: Figures, a unit, and nothing of a word after it. ``o`` is French for byte.
_SIZE: Final = re.compile(
    r"(?<![\w.,])(\d{1,15}(?:[.,]\d{1,6})?)[\s\u00a0\u202f]?(?:(k|m|g|t)?(i?)(?:b|o)|bytes?|octets?)(?![\w])",
    re.IGNORECASE,
)
#: Of a listing: figures alone, or with one letter (Apache writes ``1.2M`` for 1.2 MiB).
_SHORT: Final = re.compile(r"(\d{1,15}(?:[.,]\d{1,6})?)\s?([KMGT])?", re.IGNORECASE)
_TEXT_MOST: Final = 2_000


def parse_size(text: str) -> int | None:
    """Read the first size of a text, in bytes; None if it has none.

    ``kB`` and ``KiB`` are both read as 1,024 bytes: engines write the first and mean the second.
    """
    found = _SIZE.search(text[:_TEXT_MOST])
    return _bytes(found[1], found[2] or "") if found else None


def parse_short_size(text: str) -> int | None:
    """Read a column of sizes of a directory's listing; None for ``-`` and for what is none."""
    found = _SHORT.fullmatch(text.strip()[:_TEXT_MOST])
    return _bytes(found[1], found[2] or "") if found else parse_size(text)


def _bytes(figures: str, unit: str) -> int:
    return round(float(figures.replace(",", ".")) * _UNITS[unit.lower()])
