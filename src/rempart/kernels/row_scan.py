"""Scan codes one by one, in blocks that stay in the cache: small banks, wide radii, and rows that tables leave out.

Rows are turned, block after block, into four columns of words, because numba's loop becomes vector instructions over
columns and not over rows; the turning is paid once for a batch of queries.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from rempart.kernels.code_rows import WORDS, count_bits
from rempart.kernels.compile import kernel

_BLOCK: Final = 512  # rows: 16 KiB of words stay in the first-level cache

U16 = npt.NDArray[np.uint16]
I64 = npt.NDArray[np.int64]
U64 = npt.NDArray[np.uint64]


@kernel
def _scan(rows: U64, begin: int, end: int, queries: U64, radius: int, query: I64, row: I64, distance: U16) -> int:
    """Write up to ``row.size`` hits and return how many there are, written or not."""
    columns = np.empty((4, _BLOCK), np.uint64)
    apart = np.empty(_BLOCK, np.uint16)
    hits = 0
    for start in range(begin, end, _BLOCK):
        count = min(_BLOCK, end - start)
        for k in range(count):
            columns[0, k] = rows[start + k, 0]
            columns[1, k] = rows[start + k, 1]
            columns[2, k] = rows[start + k, 2]
            columns[3, k] = rows[start + k, 3]
        for q in range(queries.shape[0]):
            a, b, c, d = queries[q, 0], queries[q, 1], queries[q, 2], queries[q, 3]
            near = np.uint16(0)
            for k in range(count):
                bits = np.uint16(
                    count_bits(columns[0, k] ^ a)
                    + count_bits(columns[1, k] ^ b)
                    + count_bits(columns[2, k] ^ c)
                    + count_bits(columns[3, k] ^ d)
                )
                apart[k] = bits
                near |= np.uint16(bits <= radius)
            if near == 0:
                continue
            for k in range(count):
                if apart[k] <= radius:
                    if hits < row.size:
                        query[hits], row[hits], distance[hits] = q, start + k, apart[k]
                    hits += 1
    return hits


def scan_rows(
    rows: npt.NDArray[np.uint64], queries: npt.NDArray[np.uint64], radius_bits: int, *, size: int | None = None
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.uint16]]:
    """Return every pair of a query and a row that differ by at most ``radius_bits``.

    Args:
        rows: ``(N, 4) uint64``, C-contiguous.
        queries: ``(Q, 4) uint64``, C-contiguous, their bits in the same order.
        radius_bits: 0..256, inclusive.
        size: How many rows are in use; all by default.

    Returns:
        query: ``(H,) int64``.
        row: ``(H,) int64``.
        distance_bits: ``(H,) uint16``.
    """
    used = len(rows) if size is None else size
    room = 256 + 4 * len(queries)
    while True:
        query, row, distance = np.empty(room, np.int64), np.empty(room, np.int64), np.empty(room, np.uint16)
        hits = int(_scan(rows, 0, used, queries, radius_bits, query, row, distance))
        if hits <= room:
            return query[:hits], row[:hits], distance[:hits]
        room = hits


def warm() -> None:
    """Compile or load every kernel of this file."""
    rows = np.zeros((1, WORDS), np.uint64)
    scan_rows(rows, rows, 0)
