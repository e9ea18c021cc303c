"""Search binary codes by Hamming distance: the plain exact scan, in blocks, with the processor's bit count.

Codes are held as four rows of 64-bit words (structure of arrays): a scan then reads each row in order and numba's
loop becomes vector instructions; rows of 32 bytes would not (measured: no vector popcount from an array of rows).
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from rempart.kernels.compile import kernel

U16 = npt.NDArray[np.uint16]
I64 = npt.NDArray[np.int64]
U64 = npt.NDArray[np.uint64]

_WORDS: Final = 4
_BLOCK: Final = 4096  # codes a block: 128 KiB of words and 4 KiB of distances stay in the second-level cache


@kernel
def _count_bits(word: np.uint64) -> np.uint64:  # LLVM turns this into popcnt
    """Add neighbouring bits in parallel (Warren, Hacker's Delight, 2nd ed., figure 5-2)."""
    word = word - ((word >> np.uint64(1)) & np.uint64(0x5555555555555555))
    word = (word & np.uint64(0x3333333333333333)) + ((word >> np.uint64(2)) & np.uint64(0x3333333333333333))
    word = (word + (word >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    return (word * np.uint64(0x0101010101010101)) >> np.uint64(56)


@kernel
def _scan(bank: U64, size: int, queries: U64, radius: int, query: I64, row: I64, distance: U16) -> int:
    """Write up to ``row.size`` hits and return how many there are, written or not."""
    distances = np.empty(_BLOCK, np.uint16)
    hits = 0
    for start in range(0, size, _BLOCK):
        count = min(_BLOCK, size - start)
        for q in range(queries.shape[1]):
            q0, q1, q2, q3 = queries[0, q], queries[1, q], queries[2, q], queries[3, q]
            for k in range(count):
                at = start + k
                distances[k] = np.uint16(
                    _count_bits(bank[0, at] ^ q0)
                    + _count_bits(bank[1, at] ^ q1)
                    + _count_bits(bank[2, at] ^ q2)
                    + _count_bits(bank[3, at] ^ q3)
                )
            for k in range(count):
                if distances[k] <= radius:
                    if hits < row.size:
                        query[hits] = q
                        row[hits] = start + k
                        distance[hits] = distances[k]
                    hits += 1
    return hits


def as_words(codes: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint64]:
    """Turn ``(N, 32) uint8`` codes into the ``(4, N) uint64`` words that :func:`find_within` reads.

    Raises:
        ValueError: the array has another shape or type.
    """
    if codes.ndim != 2 or codes.shape[1] != 8 * _WORDS or codes.dtype != np.uint8:
        message = f"codes are an (N, 32) uint8 array, not {codes.shape} {codes.dtype}"
        raise ValueError(message)
    # Always a copy: a read-only view would be another type for numba, and compiled for anew.
    return np.array(np.ascontiguousarray(codes).view(np.uint64).T, order="C", copy=True)


def find_within(
    bank: npt.NDArray[np.uint64], queries: npt.NDArray[np.uint64], radius_bits: int, *, size: int | None = None
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.uint16]]:
    """Return every pair of a query and a code of the bank that differ by at most ``radius_bits``. Exact.

    Args:
        bank: ``(4, C) uint64``, from :func:`as_words`.
        queries: ``(4, Q) uint64``.
        radius_bits: 0..256, inclusive.
        size: How many columns of the bank are in use; all by default.

    Returns:
        query: ``(H,) int64``, columns of ``queries``.
        row: ``(H,) int64``, columns of ``bank``.
        distance_bits: ``(H,) uint16``.
    """
    used = bank.shape[1] if size is None else size
    room = 64
    while True:
        query, row, distance = np.empty(room, np.int64), np.empty(room, np.int64), np.empty(room, np.uint16)
        hits = int(_scan(bank, used, queries, radius_bits, query, row, distance))
        if hits <= room:
            return query[:hits], row[:hits], distance[:hits]
        room = hits


def warm() -> None:
    """Compile or load every kernel of this file."""
    words = as_words(np.zeros((1, 32), np.uint8))
    find_within(words, words, 0)
