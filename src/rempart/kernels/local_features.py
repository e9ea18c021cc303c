"""Local features: points that a copy shares with its original whatever was cropped or laid over, and 256-bit codes.

Oriented FAST points and rotated BRIEF codes (Rublee et al., "ORB: an efficient alternative to SIFT or SURF", ICCV 2011)
by OpenCV. What is ours is which points are kept: spread over the picture, since text and emoji would take all of them,
and over scales, since a picture inside a collage shows its coarse points only (measured on 12 scenes: with the 60 %
coarse points below, a quarter of a collage keeps 31 of 300 in the median; without, 6).
"""

from __future__ import annotations

from typing import Final, NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from rempart.kernels.variants import INVERTED, MIRRORED, VARIANTS

U8 = npt.NDArray[np.uint8]
F32 = npt.NDArray[np.float32]

#: Pixels of the plane in which points are sought: whatever the picture's shape, the same detail.
AREA_PX: Final = 300_000
#: A small picture is enlarged by no more than this: there is nothing finer in it.
_ENLARGED_MOST: Final = 2.0
#: A plane of a size this close to the wanted one is taken as it is.
_SIZE_TOLERANCE: Final = 0.02
#: A side is never less, or the coarsest level of the pyramid would have none.
_SIDE_MIN: Final = 4

_CANDIDATES: Final = 3000
_SCALE_STEP: Final = 1.2
_LEVELS: Final = 8
_EDGE_PX: Final = 16
_PATCH_PX: Final = 31
#: Grey levels that a point stands out by; and where that gives too few, in a dull picture.
_FAST_THRESHOLDS: Final = (7, 3)
#: From this level of the pyramid on (twice the size of the finest), a point is coarse.
_COARSE_LEVEL: Final = 4
_COARSE_SHARE: Final = 0.6
_CELLS: Final = 8


class LocalFeatures(NamedTuple):
    """Points of a plane, and their codes."""

    points: F32
    """``(N, 4) float32``: x, y and size in pixels of the plane, angle in degrees."""
    codes: U8
    """``(V, N, 32) uint8``: the code of each point in the plane as it is, mirrored, inverted, both; V is 1 or 4."""
    width: int
    """Of the plane, in pixels."""
    height: int
    """Of the plane, in pixels."""


def sized(luma: U8, area_px: int, *, enlarged_most: float = _ENLARGED_MOST) -> U8:
    """Bring a plane to an area, keeping its shape.

    Args:
        luma: ``(H, W) uint8``.
        area_px: How many pixels the result has, about.
        enlarged_most: A small plane grows by no more than this factor a side.

    Returns:
        ``(H', W') uint8``.
    """
    height, width = luma.shape
    factor = min((area_px / (height * width)) ** 0.5, enlarged_most)
    if abs(factor - 1.0) < _SIZE_TOLERANCE:
        return luma
    shape = (max(_SIDE_MIN, round(width * factor)), max(_SIDE_MIN, round(height * factor)))
    how = cv2.INTER_AREA if factor < 1.0 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(luma, shape, interpolation=how), np.uint8)


def extract(luma: U8, most: int, *, variants: int = 1, area_px: int = AREA_PX) -> LocalFeatures:
    """Find points and code them.

    Args:
        luma: ``(H, W) uint8``, any size; it is brought to ``area_px`` first.
        most: How many points are kept.
        variants: 1, or :data:`VARIANTS` for codes that find mirrored and inverted copies too.
        area_px: Pixels of the plane in which points are sought.

    Returns:
        At most ``most`` features; none in a flat picture.
    """
    plane = sized(luma, area_px)
    height, width = plane.shape
    for threshold in _FAST_THRESHOLDS:
        detector = _detector(threshold)
        found = detector.detect(plane)
        if len(found) >= most:
            break
    rows = np.array([(*k.pt, k.size, k.angle, k.response, k.octave) for k in found], np.float32).reshape(-1, 6)
    rows = rows[_chosen(rows, height, width, most)]
    codes = np.zeros((variants, len(rows), 32), np.uint8)
    for variant in range(variants if len(rows) else 0):
        codes[variant] = _coded(detector, plane, rows, variant)
    return LocalFeatures(np.ascontiguousarray(rows[:, :4]), codes, width, height)


def _detector(threshold: int) -> cv2.ORB:
    return cv2.ORB.create(_CANDIDATES, _SCALE_STEP, _LEVELS, _EDGE_PX, 0, 2, cv2.ORB_HARRIS_SCORE, _PATCH_PX, threshold)


def _coded(detector: cv2.ORB, plane: U8, rows: F32, variant: int) -> U8:
    """Code points in a plane to which something was done; the points are those of the plane as it is."""
    x, angle = rows[:, 0], rows[:, 3]
    if variant & MIRRORED:
        plane, x, angle = np.ascontiguousarray(plane[:, ::-1]), plane.shape[1] - 1 - x, 180.0 - angle
    if variant & INVERTED:  # the centre of mass of a patch is then on its other side
        plane, angle = 255 - plane, angle + 180.0
    columns = zip(x.tolist(), rows[:, 1].tolist(), rows[:, 2].tolist(), (angle % 360.0).tolist(), strict=True)
    octaves = rows[:, 5].astype(int).tolist()
    keypoints = [
        cv2.KeyPoint(column, row, size, turn, 1.0, octaves[k], k) for k, (column, row, size, turn) in enumerate(columns)
    ]
    kept, coded = detector.compute(plane, keypoints)
    codes = np.zeros((len(rows), 32), np.uint8)
    if len(kept):
        codes[[k.class_id for k in kept]] = coded
    return codes


def _chosen(rows: F32, height: int, width: int, most: int) -> npt.NDArray[np.intp]:
    """Choose coarse points first, then any, each time the best of every cell in turn."""
    if len(rows) <= most:
        return np.arange(len(rows))
    coarse = np.flatnonzero(rows[:, 5] >= _COARSE_LEVEL)
    first = coarse[_spread(rows[coarse], height, width, round(most * _COARSE_SHARE))]
    rest = np.setdiff1d(np.arange(len(rows)), first)
    return np.concatenate([first, rest[_spread(rows[rest], height, width, most - len(first))]])


def _spread(rows: F32, height: int, width: int, most: int) -> npt.NDArray[np.intp]:
    """Take the strongest point of every cell, then the second of every cell, and so on."""
    cells = np.minimum(rows[:, 1] * _CELLS / height, _CELLS - 1).astype(int) * _CELLS
    cells += np.minimum(rows[:, 0] * _CELLS / width, _CELLS - 1).astype(int)
    order = np.lexsort((-rows[:, 4], cells))
    sorted_cells = cells[order]
    starts = np.searchsorted(sorted_cells, sorted_cells)  # where the point's cell begins
    rank = np.arange(len(order)) - starts
    return order[np.lexsort((-rows[order, 4], rank))[:most]]


def warm() -> None:
    """Load what OpenCV loads late."""
    extract(np.tile(np.arange(64, dtype=np.uint8) * 4, (64, 1)) ^ np.uint8(85), 10, variants=VARIANTS)
