"""What those can do who put copies together, know how marks are made, and have no key: a vote on each coefficient.

The canonical planes are known, so blocks of all copies can be compared, coefficient by coefficient. All coefficients
of one symbol show the same division of the copies into two, whatever their chips: so the value that fewer copies have,
taken for each coefficient, is the minority's for each symbol (the strongest of the hard attacks on fair codes).
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

from mark_leaks import U8, Random
from rempart.kernels.enlarging import enlarged
from rempart.kernels.luma import luma_plane
from rempart.kernels.spread_spectrum import (
    BLOCK_PX,
    COSINES,
    LAYERS,
    LayerPlan,
    block_coefficients,
    canonical_shape,
    coefficients,
)

F32 = npt.NDArray[np.float32]


def minority_of_coefficients(copies: Sequence[U8], _: Random) -> U8:
    """Take of each coefficient of each layer the value that fewer copies have."""
    mean = np.mean(np.stack(copies), axis=0, dtype=np.float32)
    lumas = [luma_plane(copy).astype(np.float32) for copy in copies]
    for plan in LAYERS:
        mean += _moved(plan, lumas)[..., None]
    return np.asarray(np.clip(np.rint(mean), 0, 255), np.uint8)


def _moved(plan: LayerPlan, lumas: Sequence[F32]) -> F32:
    """Return what one layer's vote adds to the mean of the copies: ``(H, W) float32``."""
    height, width = lumas[0].shape
    rows, columns = canonical_shape(plan, height, width)
    places, size = coefficients(plan), (columns * BLOCK_PX, rows * BLOCK_PX)
    small = [np.asarray(cv2.resize(luma, size, interpolation=cv2.INTER_AREA), np.float32) for luma in lumas]
    every = np.stack([block_coefficients(plane, places) for plane in small])
    low, high = every.min(axis=0), every.max(axis=0)
    upper = (every > (low + high) / 2).sum(axis=0)
    change = np.zeros((rows * columns, BLOCK_PX, BLOCK_PX), np.float32)
    change[:, places[:, 0], places[:, 1]] = np.where(upper > len(lumas) / 2, low, high) - every.mean(axis=0)
    blocks = np.einsum("uy,buv,vx->byx", COSINES, change, COSINES, optimize=True).reshape(rows, columns, 8, 8)
    plane = np.ascontiguousarray(blocks.transpose(0, 2, 1, 3).reshape(rows * BLOCK_PX, columns * BLOCK_PX), np.float32)
    return enlarged(plane, height, width)
