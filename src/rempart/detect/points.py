"""Coded points of a picture, for the search: of assets whose original is at hand, and of suspects."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from rempart.detect.versions import ORB_VERSION
from rempart.kernels import local_features
from rempart.kernels.variants import VARIANTS
from rempart.model import CodedPoints

#: Points looked for inside each clear rectangle of a suspect, and in how many pixels: it was shrunk already.
FRAME_POINTS: Final = 200
_FRAME_AREA_PX: Final = 120_000


def frame_points(luma: npt.NDArray[np.uint8]) -> CodedPoints:
    """Find and code the points of a rectangle inside a suspect: ``(H, W) uint8`` in."""
    return points_of(luma, FRAME_POINTS, is_suspect=True, area_px=_FRAME_AREA_PX)


def points_of(
    luma: npt.NDArray[np.uint8], most: int, *, is_suspect: bool, area_px: int = local_features.AREA_PX
) -> CodedPoints:
    """Find and code the points of a picture: ``(H, W) uint8`` in; of a suspect, mirrored and inverted too."""
    found = local_features.extract(luma, most, variants=VARIANTS if is_suspect else 1, area_px=area_px)
    return CodedPoints(
        version=ORB_VERSION,
        width=found.width,
        height=found.height,
        points=found.points.astype("<f4").tobytes(),
        codes=found.codes.tobytes(),
    )
