"""Pictures that every machine makes alike: whole-number arithmetic only, so that committed vectors stay true."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt


def pattern(seed: int, height: int, width: int) -> npt.NDArray[np.uint8]:
    """Return ``(height, width, 3) uint8``: blocks of several sizes and a fine grain."""
    y, x = np.mgrid[0:height, 0:width].astype(np.uint64)
    planes = []
    for plane in range(3):
        total = np.zeros((height, width), np.uint64)
        for size, weight in ((61, 5), (23, 4), (9, 3), (1, 1)):
            mixed = (y // size) * np.uint64(0x9E3779B1) + (x // size) * np.uint64(0x85EBCA77)
            mixed += np.uint64(seed * 7919 + plane * 104729 + size)
            mixed ^= mixed >> np.uint64(15)
            mixed *= np.uint64(0xC2B2AE3D)
            mixed ^= mixed >> np.uint64(13)
            total += (mixed & np.uint64(0xFF)) * np.uint64(weight)
        planes.append(total // np.uint64(13))
    return np.stack(planes, axis=2).astype(np.uint8)
