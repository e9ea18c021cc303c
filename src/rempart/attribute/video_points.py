"""Where a leak shows its original, by points: a screen that was filmed with what is around it, or a frame turned far.

A few frames of the leak are compared with frames all over the original, as pictures are; which moment each shows is not
known. It is tried only where small planes find nothing. Only pixels are looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

import numpy as np
import numpy.typing as npt

from rempart.kernels.geometry import Points, fit, sift_points
from rempart.kernels.local_features import sized
from rempart.kernels.variants import MIRRORED

U8 = npt.NDArray[np.uint8]
F64 = npt.NDArray[np.float64]
Frames = Callable[[], Iterable[tuple[U8, float]]]

#: Frames that are compared; pixels and points of each.
_LEAK_FRAMES: Final = 5
_ORIGINAL_FRAMES: Final = 120
_AREAS_PX: Final = (120_000, 240_000)
_POINTS: Final = (500, 900)
#: Points that agree: with fewer, any two videos might.
_AGREE_LEAST: Final = 20


def placed_by_points(
    original: Frames, leak: Frames, counts: tuple[int, int], shapes: tuple[tuple[int, int], tuple[int, int]]
) -> list[F64]:
    """Find about where frames of a leak show the original: ``(3, 3) float64`` each, from its pixels to the leak's.

    Args:
        original: The original's frames.
        leak: The leak's.
        counts: How many frames the original and the leak have.
        shapes: Height and width of the original's frames and of the leak's.

    Returns:
        One for each frame of the leak that agrees with any: where a camera passes over a scene, they differ.
    """
    asset = _points(original, counts[0], _ORIGINAL_FRAMES, _AREAS_PX[0], _POINTS[0])
    suspect = _points(leak, counts[1], _LEAK_FRAMES, _AREAS_PX[1], _POINTS[1])
    places = []
    for theirs, other in suspect:
        best: tuple[int, F64] | None = None
        for ours, one in asset:
            for variant in (0, MIRRORED):
                found = fit(one, other, variant, theirs[1], one_to_one=True)
                if found is not None and found.inliers >= max(_AGREE_LEAST, best[0] + 1 if best else 0):
                    best = (found.inliers, _whole(found.homography, (ours, theirs), shapes))
        places += [best[1]] if best is not None else []
    return places


def _points(frames: Frames, count: int, most: int, area_px: int, points: int) -> list[tuple[tuple[int, int], Points]]:
    """Return the size and the points of frames all over a video."""
    chosen = set(np.unique(np.linspace(0, count - 1, most + 2).astype(int)[1:-1]).tolist()) or {0}
    planes = (sized(luma, area_px, enlarged_most=2.0) for k, (luma, _) in enumerate(frames()) if k in chosen)
    return [((plane.shape[0], plane.shape[1]), sift_points(plane, points)) for plane in planes]


def _whole(homography: F64, sizes: tuple[tuple[int, int], ...], shapes: tuple[tuple[int, int], ...]) -> F64:
    """Return a homography between planes as one between whole frames."""
    into, out = (
        np.diag([size[1] / shape[1], size[0] / shape[0], 1.0]) for size, shape in zip(sizes, shapes, strict=True)
    )
    return np.asarray(np.linalg.inv(out) @ homography @ into, np.float64)
