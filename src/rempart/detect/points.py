"""Coded points of a picture, for the search: of assets whose original is at hand, and of suspects."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from rempart.detect.versions import ORB_VERSION
from rempart.kernels import local_features
from rempart.kernels.variants import VARIANTS
from rempart.model import CodedPoints


def points_of(luma: npt.NDArray[np.uint8], most: int, *, is_suspect: bool) -> CodedPoints:
    """Find and code the points of a picture: ``(H, W) uint8`` in; of a suspect, mirrored and inverted too."""
    found = local_features.extract(luma, most, variants=VARIANTS if is_suspect else 1)
    return CodedPoints(
        version=ORB_VERSION,
        width=found.width,
        height=found.height,
        points=found.points.astype("<f4").tobytes(),
        codes=found.codes.tobytes(),
    )
