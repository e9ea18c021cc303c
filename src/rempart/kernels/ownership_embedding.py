"""Put an owner's mark into a picture, as strongly as leaves room for a recipient's on top.

The same in all her pictures but for its offset; found again without the original (:mod:`.ownership_mark`).
"""

from __future__ import annotations

import hashlib
from typing import Final

import numpy as np
import numpy.typing as npt

from rempart.errors import MarkError
from rempart.kernels import ownership_mark
from rempart.kernels.enlarging import added, enlarged
from rempart.kernels.keyed_stream import KEY_BYTES, derived_key
from rempart.kernels.luma import luma_plane
from rempart.kernels.visibility import block_skin, block_tolerance, psnr_db, ssim

U8 = npt.NDArray[np.uint8]
F32 = npt.NDArray[np.float32]

#: What the mark alone leaves, so that a recipient's mark fits on top within 0.98 and 42 dB.
SSIM_LEAST: Final = 0.992
PSNR_LEAST_DB: Final = 46.0
#: Fewer pixels show too few tiles to survive anything.
AREA_LEAST_PX: Final = 102_400

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
    check_picture(image, owner_key)
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


def check_picture(image: U8, owner_key: bytes) -> None:
    """Refuse what is no picture or no key."""
    if image.ndim != 3 or image.shape[2] != 3 or image.dtype != np.uint8:
        message = f"a picture is an (H, W, 3) uint8 array, not {image.shape} {image.dtype}"
        raise MarkError(message, advice="Flatten animated files and pictures with alpha first.")
    if len(owner_key) < KEY_BYTES:
        message = f"a key has {KEY_BYTES} bytes or more, not {len(owner_key)}"
        raise MarkError(message)


def _change(image: U8, luma: U8, owner_key: bytes) -> F32:
    """Return what the mark changes at full strength: ``(H, W) float32``, grey levels."""
    height, width = luma.shape
    rows, columns = ownership_mark.canonical_shape(height, width)
    blocks = max(1, rows // _BLOCK_PX), max(1, columns // _BLOCK_PX)
    hidden = np.minimum(_MOST_RMS, _FLAT_RMS * np.sqrt(block_tolerance(luma, *blocks)))
    hidden *= 1.0 - (1.0 - _SKIN_SHARE) * block_skin(image, *blocks)
    # Another offset in each picture: a mean of many marked pictures shows nothing unless they are aligned first.
    place = hashlib.sha256(derived_key(owner_key, "ownership offset") + np.ascontiguousarray(luma).tobytes()).digest()
    tiles = ownership_mark.repeated(
        ownership_mark.tile(owner_key),
        rows,
        columns,
        place[0] % ownership_mark.PERIOD,
        place[1] % ownership_mark.PERIOD,
    )
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
