"""A checksum for each row of an index file, so that damage is found and one row can be erased without the others.

Multiplications and xor-shifts as in xxHash64 (Yann Collet, BSD): quick, and good against accidents. It is no signature:
whoever can write the file can write the checksum too.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from rempart.kernels.compile import kernel

U64 = npt.NDArray[np.uint64]


@kernel
def _checks(columns: U64, seed: np.uint64, first: int, checks: U64) -> None:  # (N, K) -> (N,)
    """Mix every word of a row, its number and the file's seed."""
    for n in range(columns.shape[0]):
        mixed = seed ^ (np.uint64(first + n + 1) * np.uint64(0x9E3779B185EBCA87))
        for k in range(columns.shape[1]):
            mixed ^= columns[n, k] * np.uint64(0xC2B2AE3D27D4EB4F)
            mixed = (mixed << np.uint64(31)) | (mixed >> np.uint64(33))
            mixed = mixed * np.uint64(0x9E3779B185EBCA87) + np.uint64(0x85EBCA77C2B2AE63)
        mixed = (mixed ^ (mixed >> np.uint64(33))) * np.uint64(0xC2B2AE3D27D4EB4F)
        mixed = (mixed ^ (mixed >> np.uint64(29))) * np.uint64(0x165667B19E3779F9)
        checks[n] = mixed ^ (mixed >> np.uint64(32))


def row_checks(columns: npt.NDArray[np.uint64], seed: int, first: int = 0) -> npt.NDArray[np.uint64]:
    """Return the checksum of each row.

    Args:
        columns: ``(N, K) uint64``, C-contiguous and writable.
        seed: The file's own number, so that rows of another file do not pass.
        first: The number of the first row, so that rows that changed places do not pass.

    Returns:
        ``(N,) uint64``.
    """
    checks = np.empty(len(columns), np.uint64)
    _checks(columns, np.uint64(seed), first, checks)
    return checks


def warm() -> None:
    """Compile or load every kernel of this file."""
    row_checks(np.zeros((1, 4), np.uint64), 1)
