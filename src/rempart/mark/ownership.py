"""The owner's own mark: the same in all her pictures, found again without the original. "This is ours", nothing more.

It goes into the picture before the recipients' marks: they are laid over the picture that :func:`embed` returns.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Final

import numpy as np
import numpy.typing as npt

from rempart.errors import MarkError
from rempart.kernels import ownership_mark as kernel
from rempart.kernels.luma import luma_plane
from rempart.kernels.ownership_embedding import (
    AREA_LEAST_PX,
    PSNR_LEAST_DB,
    SSIM_LEAST,
    check_picture,
    embed,
)
from rempart.model.ownership import OwnershipAnswer

__all__ = [
    "AREA_LEAST_PX",
    "FALSE_ALARMS",
    "LOOK_SIDE_LEAST_PX",
    "OWNERSHIP_VERSION",
    "PSNR_LEAST_DB",
    "SSIM_LEAST",
    "answer_of",
    "embed",
    "look",
]

U8 = npt.NDArray[np.uint8]

#: Name and version: what was marked with one is looked for with the same.
OWNERSHIP_VERSION: Final = "rempart-own/1"
#: A look is refused where not one tile is left.
LOOK_SIDE_LEAST_PX: Final = 64
#: A picture without the mark is taken for marked at most so often.
FALSE_ALARMS: Final = 1e-6


def look(image: U8, *, owner_key: bytes) -> OwnershipAnswer:
    """Look for an owner's mark, without the original.

    Args:
        image: ``(H, W, 3) uint8`` RGB: cropped, rescaled, mirrored, turned a little or recompressed since.
        owner_key: What it would have been marked with.

    Raises:
        MarkError: the picture is no RGB picture or has a side under 64 pixels; the key is too short.
    """
    check_picture(image, owner_key)
    if min(image.shape[:2]) < LOOK_SIDE_LEAST_PX:
        message = f"the picture is too small to show a mark: {image.shape[1]} x {image.shape[0]} pixels"
        raise MarkError(message, advice=f"Each side needs {LOOK_SIDE_LEAST_PX} pixels.")
    plane = kernel.residual(luma_plane(image))
    best = kernel.search(plane, owner_key, kernel.score_for(FALSE_ALARMS))
    answer = answer_of(best.score)
    if not answer.found:
        return answer
    top, left, bottom, right = kernel.shown(plane, owner_key, best)
    down, across = image.shape[0] / plane.shape[0], image.shape[1] / plane.shape[1]
    top, bottom, left, right = top * down, bottom * down, left * across, right * across
    return replace(
        answer,
        region=((left, top), (right, top), (right, bottom), (left, bottom)),
        scale=best.scale,
        angle_deg=math.degrees(best.angle_rad),
        mirrored=best.way >= kernel.WAYS // 2,
    )


def answer_of(score: float) -> OwnershipAnswer:
    """Say what a score means: whether it is enough, and how likely that is wrong."""
    threshold = kernel.score_for(FALSE_ALARMS)
    return OwnershipAnswer(
        found=score >= threshold,
        false_alarm_bound=kernel.false_alarm_bound(score),
        score=score,
        threshold=threshold,
        tests=kernel.TESTS,
        code_version=OWNERSHIP_VERSION,
    )
