"""The owner's own mark: the same in all her pictures, found again without the original. "This is ours", nothing more.

It goes into the picture before the recipients' marks: they are laid over the picture that :func:`embed` returns.
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import replace
from typing import Final

import numpy as np
import numpy.typing as npt

from rempart.errors import MarkError
from rempart.kernels import ownership_mark as kernel
from rempart.kernels.enlarging import added, enlarged
from rempart.kernels.keyed_stream import KEY_BYTES, derived_key
from rempart.kernels.luma import luma_plane
from rempart.kernels.visibility import block_skin, block_tolerance, psnr_db, ssim
from rempart.model.ownership import OwnershipAnswer

U8 = npt.NDArray[np.uint8]
F32 = npt.NDArray[np.float32]

#: Name and version: what was marked with one is looked for with the same.
OWNERSHIP_VERSION: Final = "rempart-own/1"
#: What the mark alone leaves, so that a recipient's mark fits on top within 0.98 and 42 dB.
SSIM_LEAST: Final = 0.992
PSNR_LEAST_DB: Final = 46.0
#: Fewer pixels show too few tiles to survive anything; a look is refused where not one tile is left.
AREA_LEAST_PX: Final = 102_400
LOOK_SIDE_LEAST_PX: Final = 64
#: A picture without the mark is taken for marked at most so often.
FALSE_ALARMS: Final = 1e-6

#: Grey levels, root mean square, of a flat place; the most of any place; what skin gets of it.
_FLAT_RMS: Final = 0.8
_MOST_RMS: Final = 3.0
_SKIN_SHARE: Final = 0.7
_BLOCK_PX: Final = 8
_STRENGTHS: Final = 32
_SPREAD_LEAST: Final = 1.0
_SSIM_STEP: Final = 3


def embed(image: U8, *, owner_key: bytes) -> U8:
    """Return a picture with its owner's mark; the same bytes whenever and wherever it is made.

    Args:
        image: ``(H, W, 3) uint8`` RGB.
        owner_key: 32 secret bytes or more, the same for all her pictures.

    Returns:
        ``(H, W, 3) uint8`` RGB: SSIM of the luma at least 0.992, PSNR at least 46 dB.

    Raises:
        MarkError: the picture is too small, flat, or no RGB picture; the key is too short.
    """
    _check(image, owner_key)
    height, width = image.shape[:2]
    if height * width < AREA_LEAST_PX:
        message = f"the picture is too small to carry an owner's mark: {width} x {height} pixels"
        raise MarkError(message, advice=f"It needs {AREA_LEAST_PX} pixels, such as 400 x 256.")
    luma = luma_plane(image)
    if float(luma.std()) < _SPREAD_LEAST:
        message = f"the picture is flat: its luma spreads by {luma.std():.2f} grey levels"
        raise MarkError(message, advice="A mark needs texture to hide in. Mark a photograph or a scan.")
    change = _change(image, luma, owner_key)
    return added(image, change, _strength(luma, change))


def look(image: U8, *, owner_key: bytes) -> OwnershipAnswer:
    """Look for an owner's mark, without the original.

    Args:
        image: ``(H, W, 3) uint8`` RGB: cropped, rescaled, mirrored, turned a little or recompressed since.
        owner_key: What it would have been marked with.

    Raises:
        MarkError: the picture is no RGB picture or has a side under 64 pixels; the key is too short.
    """
    _check(image, owner_key)
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


def _check(image: U8, owner_key: bytes) -> None:
    """Refuse what is no picture or no key."""
    if image.ndim != 3 or image.shape[2] != 3 or image.dtype != np.uint8:  # noqa: PLR2004 - three axes, three colours
        message = f"a picture is an (H, W, 3) uint8 array, not {image.shape} {image.dtype}"
        raise MarkError(message, advice="Flatten animated files and pictures with alpha first.")
    if len(owner_key) < KEY_BYTES:
        message = f"a key has {KEY_BYTES} bytes or more, not {len(owner_key)}"
        raise MarkError(message)


def _change(image: U8, luma: U8, owner_key: bytes) -> F32:
    """Return what the mark changes at full strength: ``(H, W) float32``, grey levels."""
    height, width = luma.shape
    rows, columns = kernel.canonical_shape(height, width)
    blocks = max(1, rows // _BLOCK_PX), max(1, columns // _BLOCK_PX)
    hidden = np.minimum(_MOST_RMS, _FLAT_RMS * np.sqrt(block_tolerance(luma, *blocks)))
    hidden *= 1.0 - (1.0 - _SKIN_SHARE) * block_skin(image, *blocks)
    # Another offset in each picture: a mean of many marked pictures shows nothing unless they are aligned first.
    place = hashlib.sha256(derived_key(owner_key, "ownership offset") + np.ascontiguousarray(luma).tobytes()).digest()
    tiles = kernel.repeated(kernel.tile(owner_key), rows, columns, place[0] % kernel.PERIOD, place[1] % kernel.PERIOD)
    return enlarged(tiles * enlarged(hidden.astype(np.float32), rows, columns), height, width)


def _strength(luma: U8, change: F32) -> float:
    """Find the greatest strength that keeps SSIM and PSNR, by halving."""
    low, high = 1, _STRENGTHS
    while low < high:
        middle = (low + high + 1) // 2
        marked = added(luma[..., None], change, middle / _STRENGTHS)[..., 0]
        if ssim(luma, marked, _SSIM_STEP) >= SSIM_LEAST and psnr_db(luma, marked) >= PSNR_LEAST_DB:
            low = middle
        else:
            high = middle - 1
    return low / _STRENGTHS
