"""Secret codes that tell the copies of a picture apart, their scores, and how likely an innocent one scores as high.

A code is a row of fair bits, made when it is needed: 100,000 recipients are a seed. The score of a code ``c`` (signs)
against soft symbols ``s`` is ``z = sum(s c) / |s|``. The code of a recipient whose copy was not used is independent of
``s``, whatever was done to the copies that were: by Hoeffding's inequality (J. Amer. Stat. Assoc. 58, 1963, theorem 2)
``P(z > t) <= exp(-t^2 / 2)``, exactly and for every ``s``. The bits are fair rather than biased as in Tardos' codes
(J. ACM 55, 2008) because with soft symbols they did as well in the three collusions that were tried before this was
built, and bound more simply.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
import numpy.typing as npt

from rempart.kernels.compile import kernel
from rempart.kernels.keyed_stream import BLOCK_BYTES, stream

U8 = npt.NDArray[np.uint8]
I8 = npt.NDArray[np.int8]
F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]

#: A code begins on a block of the cipher.
SYMBOLS_STEP: Final = 8 * BLOCK_BYTES
#: Bytes of codes made at once.
_CHUNK_BYTES: Final = 1 << 21
#: No bound is less than this: codes are only as random as a key is unguessed, and no one should read "impossible".
BOUND_LEAST: Final = 2.0**-128


def packed_codes(key: bytes, symbols: int, first: int, count: int) -> U8:
    """Return the codes of some recipients, a bit a symbol, the highest bit of a byte first.

    Args:
        key: 32 bytes.
        symbols: How many in a code; a multiple of 128.
        first: The first recipient's index.
        count: How many recipients.

    Returns:
        ``(count, symbols / 8) uint8``.
    """
    width = symbols // 8
    return stream(key, count * width, first * (width // BLOCK_BYTES)).reshape(count, width)


def code_signs(key: bytes, symbols: int, index: int) -> I8:
    """Return one recipient's code: ``(symbols,) int8`` of -1 and 1."""
    bits = np.unpackbits(packed_codes(key, symbols, index, 1)[0])
    return (bits.astype(np.int8) << 1) - np.int8(1)


def correlations(key: bytes, soft: F64, recipients: int) -> F32:
    """Return ``sum(s c)`` for the code of every recipient.

    Each byte of a code is looked up in a table of the 256 sums of its eight symbols. Symbols that are all zero in a
    byte, as of a layer that the leak has lost, cost nothing.

    Args:
        key: 32 bytes.
        soft: ``(symbols,) float64``.
        recipients: How many.

    Returns:
        ``(recipients,) float32``.
    """
    groups = np.ascontiguousarray(soft.reshape(-1, 8))
    used = np.flatnonzero(np.abs(groups).sum(axis=1) > 0)
    found = np.zeros(recipients, np.float32)
    if not len(used):
        return found
    tables = (groups[used] @ _BYTE_SIGNS.T).astype(np.float32)
    chunk = max(1, _CHUNK_BYTES // (soft.size // 8))
    for first in range(0, recipients, chunk):
        codes = packed_codes(key, soft.size, first, min(chunk, recipients - first))
        _looked_up(codes, used, tables, found[first : first + len(codes)])
    return found


#: ``(256, 8) float64``: the signs of each byte's bits.
_BYTE_SIGNS: Final = np.unpackbits(np.arange(256, dtype=np.uint8)[:, None], axis=1).astype(np.float64) * 2 - 1


@kernel
def _looked_up(codes: U8, used: npt.NDArray[np.intp], tables: F32, found: F32) -> None:  # (N, B), (U,), (U, 256), (N,)
    """Add what each byte of each code says; thirty-two tables at a time stay in the nearest cache."""
    for start in range(0, used.size, 32):
        stop = min(start + 32, used.size)
        for i in range(codes.shape[0]):
            total = np.float32(0.0)
            for k in range(start, stop):
                total += tables[k, codes[i, used[k]]]
            found[i] += total


def exact_correlation(key: bytes, soft: F64, index: int) -> float:
    """Return ``sum(s c)`` of one recipient's code, in double precision and correctly rounded."""
    return math.fsum((soft * code_signs(key, soft.size, index)).tolist())


def false_accusation_bound(z: float, tests: int) -> float:
    """Return the most probable that any innocent code, of all tests made, scores ``z`` or more: 0..1."""
    return min(1.0, max(BOUND_LEAST, tests * math.exp(-0.5 * z * z))) if z > 0 else 1.0


def threshold(tests: int, bound: float) -> float:
    """Return the score above which an innocent code is accused with a probability of at most ``bound`` in all."""
    return math.sqrt(2.0 * math.log(tests / bound))


def warm() -> None:
    """Compile or load every kernel of this file."""
    correlations(bytes(32), np.ones(SYMBOLS_STEP), 2)
