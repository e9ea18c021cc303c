"""Hold 256-bit codes as rows of four 64-bit words, with their bits dealt out so that no band gets all the skewed ones.

A multi-index cuts a code into bands of neighbouring bits and is slow where a band says little: where its bits are
nearly constant over the bank, or follow each other. The bits of PDQ do follow their neighbours (they are terms of one
cosine transform), and flat pictures share their high frequencies. The order of the bits changes no distance, so a
bank chooses its own and applies it to its codes and to every query.
"""

from __future__ import annotations

from typing import Final, TypeVar

import numpy as np
import numpy.typing as npt

from rempart.kernels.compile import kernel

#: Length of a code.
CODE_BITS: Final = 256
CODE_BYTES: Final = 32
WORDS: Final = 4

_SAMPLE: Final = 16_384  # codes: the share of ones is then known to within 1 %
_STRIDE: Final = 103  # odd, so it visits every bit once; neighbours in a row or a column of PDQ's terms part ways

S = TypeVar("S", bound=np.generic)

U8 = npt.NDArray[np.uint8]
U64 = npt.NDArray[np.uint64]


@kernel
def count_bits(word: np.uint64) -> np.uint64:
    """Count the ones of a word, in the form that LLVM turns into popcnt (Warren, Hacker's Delight, figure 5-2)."""
    word = word - ((word >> np.uint64(1)) & np.uint64(0x5555555555555555))
    word = (word & np.uint64(0x3333333333333333)) + ((word >> np.uint64(2)) & np.uint64(0x3333333333333333))
    word = (word + (word >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    return (word * np.uint64(0x0101010101010101)) >> np.uint64(56)


@kernel
def _reorder(codes: U8, table: U64, rows: U64) -> None:  # (N, 32), (32, 256, 4) -> (N, 4)
    """Add up what each byte of a code contributes to the four words."""
    for n in range(codes.shape[0]):
        a = b = c = d = np.uint64(0)
        for k in range(32):
            part = table[k, codes[n, k]]
            a |= part[0]
            b |= part[1]
            c |= part[2]
            d |= part[3]
        rows[n, 0] = a
        rows[n, 1] = b
        rows[n, 2] = c
        rows[n, 3] = d


@kernel
def key_of(words: U64, at: int, first: int, width: int) -> np.uint64:
    """Return ``width`` bits of row ``at``, from bit ``first`` on."""
    word, shift = first >> 6, np.uint64(first & 63)
    key = words[at, word] >> shift
    if (first & 63) + width > 64:
        key |= words[at, word + 1] << (np.uint64(64) - shift)
    mask: np.uint64 = (np.uint64(1) << np.uint64(width)) - np.uint64(1)
    return np.uint64(key & mask)


@kernel
def pair_keys(
    rows: U64, first: int, width: int, tag_first: int, tag_width: int, row_bits: int, pairs: U64
) -> None:  # (N, 4) -> (N,)
    """Write ``key, tag, row`` from the high bits down: the first two are bits from ``first`` and ``tag_first`` on."""
    tag_shift = np.uint64(row_bits)
    key_shift = np.uint64(row_bits + tag_width)
    for n in range(rows.shape[0]):
        key, tag = key_of(rows, n, first, width), key_of(rows, n, tag_first, tag_width)
        pairs[n] = (key << key_shift) | (tag << tag_shift) | np.uint64(n)


def aligned(count: int, dtype: type[S]) -> npt.NDArray[S]:
    """Return a new vector that begins on a cache line: what is read at random then lies in one line and not in two."""
    raw = np.empty(count * np.dtype(dtype).itemsize + 64, np.uint8)
    start = -raw.ctypes.data % 64
    return raw[start : start + count * np.dtype(dtype).itemsize].view(dtype)


def aligned_rows(count: int) -> U64:
    """Return new ``(count, 4) uint64`` rows, two to a cache line."""
    rows: U64 = aligned(count * WORDS, np.uint64).reshape(count, WORDS)
    return rows


def require_codes(codes: U8) -> U8:
    """Return the codes as a C-contiguous array.

    Raises:
        ValueError: the array is not ``(N, 32) uint8``.
    """
    if codes.ndim != 2 or codes.shape[1] != CODE_BYTES or codes.dtype != np.uint8:
        message = f"codes are an (N, 32) uint8 array, not {codes.shape} {codes.dtype}"
        raise ValueError(message)
    return np.ascontiguousarray(codes)


def plain_order() -> npt.NDArray[np.int64]:
    """Return ``(256,) int64``: an order that only parts neighbours, whatever the codes are."""
    return np.arange(CODE_BITS, dtype=np.int64) * _STRIDE % CODE_BITS


def choose_order(codes: U8, bands: int) -> npt.NDArray[np.int64]:
    """Deal the bits to ``bands`` bands like cards, the least balanced first, so that each band gets its share of them.

    Args:
        codes: ``(N, 32) uint8``; at most 16,384 of them, evenly spaced, are looked at.
        bands: How many bands the code will be cut into, of about equal width.

    Returns:
        ``(256,) int64``: position k of a reordered code is bit ``order[k]`` of the code, bits counted from the first
        byte's most significant one.
    """
    spread = plain_order()
    if not len(codes):
        return spread
    sample = codes[:: max(1, len(codes) // _SAMPLE)][:_SAMPLE]
    skew = np.abs(np.unpackbits(sample, axis=1).mean(axis=0) - 0.5)
    # In steps of 2 %, so that chance does not decide among bits that are all balanced.
    ranked = spread[np.argsort(-np.round(skew[spread] / 0.02), kind="stable")]
    return np.concatenate([ranked[band::bands] for band in range(bands)])


class BitOrder:
    """One order of the bits, ready to be applied."""

    def __init__(self, order: npt.NDArray[np.int64]) -> None:
        """Prepare a table of what each byte contributes.

        Args:
            order: ``(256,)`` a permutation of 0..255, as from :func:`choose_order`.

        Raises:
            ValueError: it is not a permutation.
        """
        if order.shape != (CODE_BITS,) or not np.array_equal(np.sort(order), np.arange(CODE_BITS)):
            message = "an order of bits is a permutation of 0..255"
            raise ValueError(message)
        self.order = order.astype(np.int64)
        place = np.empty(CODE_BITS, np.int64)
        place[self.order] = np.arange(CODE_BITS)
        self._table = np.zeros((CODE_BYTES, 256, WORDS), np.uint64)
        values = np.arange(256)
        for bit, at in enumerate(place.tolist()):
            is_set = (values >> (7 - bit % 8) & 1).astype(np.uint64)
            self._table[bit // 8, :, at // 64] |= is_set << np.uint64(at % 64)

    def apply(self, codes: U8) -> U64:
        """Return ``(N, 4) uint64`` reordered rows of ``(N, 32) uint8`` codes.

        Raises:
            ValueError: the array has another shape or type.
        """
        codes = np.require(require_codes(codes), requirements=["C", "W"])
        rows = aligned_rows(len(codes))
        _reorder(codes, self._table, rows)
        return rows

    def undo(self, rows: U64) -> U8:
        """Return the ``(N, 32) uint8`` codes of reordered rows."""
        bits = np.unpackbits(np.ascontiguousarray(rows).view(np.uint8), axis=1, bitorder="little")
        codes = np.empty_like(bits)
        codes[:, self.order] = bits
        return np.packbits(codes, axis=1)


def warm() -> None:
    """Compile or load every kernel of this file."""
    rows = BitOrder(plain_order()).apply(np.zeros((1, CODE_BYTES), np.uint8))
    pair_keys(rows, 0, 8, 8, 1, 1, np.empty(1, np.uint64))
    count_bits(np.uint64(1))
    key_of(rows, 0, 0, 8)
