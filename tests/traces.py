"""Reads files byte by byte for traces of what was deleted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np

#: Bytes of a trace that count as the trace: what redraws a picture is more, what names one is not less.
PIECE = 8


def traces(files: Iterable[Path], wanted: Mapping[str, Iterable[bytes]]) -> Counter[tuple[str, str]]:
    """Count in files the first and the last eight bytes of values; the key is the file's name and the value's kind."""
    found: Counter[tuple[str, str]] = Counter()
    for kind, values in wanted.items():
        pieces = {piece for value in values for piece in (value[:PIECE], value[-PIECE:])}
        needles = np.unique(np.frombuffer(b"".join(sorted(pieces)), dtype="<u8"))
        for path in files:
            content = path.read_bytes()
            for offset in range(PIECE):
                length = (len(content) - offset) // PIECE * PIECE
                if length > 0:
                    words = np.frombuffer(content, dtype="<u8", count=length // PIECE, offset=offset)
                    found[path.name, kind] += int(np.isin(words, needles).sum())
    return Counter({key: count for key, count in found.items() if count})
