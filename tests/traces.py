"""Reads files byte by byte for traces of what was deleted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np

#: Bytes that count as a trace: the first or the last ones of a value.
PIECE = 8
#: A piece is looked up by its first three bytes before it is compared.
SIEVE_BITS = 24


def traces(files: Iterable[Path], wanted: Mapping[str, Iterable[bytes]]) -> Counter[tuple[str, str]]:
    """Count in files the first and the last eight bytes of values; the key is the file's name and the value's kind."""
    kinds = {piece: kind for kind, values in wanted.items() for v in values for piece in (v[:PIECE], v[-PIECE:])}
    needles = np.unique(np.frombuffer(b"".join(kinds), dtype="<u8"))
    sieve = np.zeros(1 << SIEVE_BITS, dtype=bool)
    sieve[needles & np.uint64((1 << SIEVE_BITS) - 1)] = True
    found: Counter[tuple[str, str]] = Counter()
    for path in files:
        content = path.read_bytes()
        for offset in range(min(PIECE, len(content))):
            words = np.frombuffer(content, dtype="<u8", count=(len(content) - offset) // PIECE, offset=offset)
            words = words[sieve[words & np.uint64((1 << SIEVE_BITS) - 1)]]
            for word in words[np.isin(words, needles)]:
                found[path.name, kinds[word.tobytes()]] += 1
    return found
