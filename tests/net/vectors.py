"""Read the table of addresses that are never asked."""

from __future__ import annotations

import csv
from pathlib import Path

_TABLE = Path(__file__).parents[1] / "vectors" / "net" / "hosts.tsv"
_WRITTEN = {r"\t": "\t", r"\r": "\r", r"\n": "\n", r"\x00": "\0", r"\x20": " "}


def refused_addresses() -> list[tuple[str, str, str]]:
    """Return each address, the reason for which it is refused, and what it is."""
    found = []
    with _TABLE.open(encoding="utf-8", newline="") as lines:
        for url, reason, what in csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE):
            if url.startswith("#"):
                continue
            real = url
            for written, meant in _WRITTEN.items():
                real = real.replace(written, meant)
            found.append((real, reason, what))
    return found
