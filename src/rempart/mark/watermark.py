"""One copy of a picture for one recipient: the code of the copy, hidden in the luma as strongly as the eye allows.

:func:`prepare` does what depends on the picture and its key, :func:`Prepared.copy_for` what depends on the recipient:
a thousand copies of one picture prepare it once. A copy is the same bytes whenever and wherever it is made.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from rempart.errors import MarkError
from rempart.kernels.enlarging import added, enlarged
from rempart.kernels.keyed_stream import KEY_BYTES
from rempart.kernels.luma import luma_plane
from rempart.kernels.spread_spectrum import AREA_LEAST_PX, COARSE, LAYERS, SIDE_LEAST_PX, SYMBOLS, planned, rendered
from rempart.kernels.visibility import psnr_db, ssim
from rempart.mark.ownership import OWNERSHIP_VERSION

U8 = npt.NDArray[np.uint8]
I8 = npt.NDArray[np.int8]
F32 = npt.NDArray[np.float32]

#: The mark's name and version: what was marked with one is traced with the same.
MARK_VERSION: Final = "rempart-mark/1"
#: The same, laid over the owner's mark: the picture that it is traced with carries that mark.
OWNED_MARK_VERSION: Final = f"{MARK_VERSION} {OWNERSHIP_VERSION}"
#: What every copy keeps; a copy's own figures differ from the reference code's by less than the margin.
SSIM_LEAST: Final = 0.98
PSNR_LEAST_DB: Final = 42.0
_SSIM_MARGIN: Final = 0.0004
_PSNR_MARGIN_DB: Final = 0.03
#: SSIM is looked at in every third window each way.
_SSIM_STEP: Final = 3
#: Strengths tried: 1, where every block is at its limit, and down by parts of a sixty-fourth.
_STRENGTHS: Final = 64
#: Under this texture there is nothing to hide behind and nothing to register by.
_SPREAD_LEAST: Final = 1.0


class Prepared:
    """A picture ready for its copies."""

    def __init__(
        self, image: U8, asset_key: bytes, psnr_least_db: float = PSNR_LEAST_DB, reference: U8 | None = None
    ) -> None:
        """Prepare a picture: see :func:`prepare`."""
        _check(image, asset_key)
        self.image = image
        luma = luma_plane(image)
        if float(luma.std()) < _SPREAD_LEAST:
            message = f"the picture is flat: its luma spreads by {luma.std():.2f} grey levels"
            raise MarkError(message, advice="A mark needs texture to hide in. Mark a photograph or a scan.")
        self._layers = [planned(plan, asset_key, image, luma) for plan in LAYERS]
        change = self._change(np.ones(SYMBOLS, np.int8))
        self.strength, self.ssim, self.psnr_db = _strength(
            luma, change, psnr_least_db, _reference(luma, reference, image)
        )

    def copy_for(self, recipient_code: I8) -> U8:
        """Return the copy that carries a code.

        Args:
            recipient_code: ``(20480,) int8`` of -1 and 1: ``Codebook.code(index)``.

        Returns:
            ``(H, W, 3) uint8`` RGB.

        Raises:
            MarkError: the code is no such array.
        """
        code = np.asarray(recipient_code)
        if code.shape != (SYMBOLS,) or code.dtype != np.int8 or not (np.abs(code) == 1).all():
            message = f"a code is {SYMBOLS} signs of int8, not {code.shape} {code.dtype}"
            raise MarkError(message)
        return added(self.image, self._change(code), self.strength)

    def _change(self, code: I8) -> F32:
        """Return what a code changes at strength 1, at the picture's size."""
        height, width = self.image.shape[:2]
        coarse, fine = self._layers
        change = enlarged(rendered(coarse, code[: COARSE.symbols]), height, width)
        change += enlarged(rendered(fine, code[COARSE.symbols :]), height, width)
        return change


def prepare(
    image: U8, *, asset_key: bytes, psnr_least_db: float = PSNR_LEAST_DB, reference: U8 | None = None
) -> Prepared:
    """Do what all copies of a picture share.

    Args:
        image: ``(H, W, 3) uint8`` RGB.
        asset_key: 32 secret bytes or more, of this picture alone.
        psnr_least_db: The least PSNR of a copy, in dB; SSIM is at least 0.98 whatever it says.
        reference: What SSIM and PSNR compare a copy with, if not the image: the same picture before its owner's mark.

    Raises:
        MarkError: the picture is too small, flat, or no RGB picture; the key is too short.
    """
    return Prepared(image, asset_key, psnr_least_db, reference)


def embed(image: U8, *, asset_key: bytes, recipient_code: I8) -> U8:
    """Return one copy of a picture; of several, :func:`prepare` once.

    Args:
        image: ``(H, W, 3) uint8`` RGB.
        asset_key: 32 secret bytes or more, of this picture alone.
        recipient_code: ``(20480,) int8`` of -1 and 1: ``Codebook.code(index)``.

    Returns:
        ``(H, W, 3) uint8`` RGB.

    Raises:
        MarkError: the picture is too small, flat, or no RGB picture; the key is too short; the code is no code.
    """
    return prepare(image, asset_key=asset_key).copy_for(recipient_code)


def _check(image: U8, asset_key: bytes) -> None:
    """Refuse what cannot carry a mark."""
    if image.ndim != 3 or image.shape[2] != 3 or image.dtype != np.uint8:  # noqa: PLR2004 - three axes, three colours
        message = f"a picture to mark is an (H, W, 3) uint8 array, not {image.shape} {image.dtype}"
        raise MarkError(message, advice="Animated files and pictures with alpha are not marked; flatten them first.")
    height, width = image.shape[:2]
    if min(height, width) < SIDE_LEAST_PX or height * width < AREA_LEAST_PX:
        message = f"the picture is too small to carry a mark: {width} x {height} pixels"
        advice = f"It needs {SIDE_LEAST_PX} pixels each way and {AREA_LEAST_PX} in all, such as 192 x 128."
        raise MarkError(message, advice=advice)
    if len(asset_key) < KEY_BYTES:
        message = f"a key has {KEY_BYTES} bytes or more, not {len(asset_key)}"
        raise MarkError(message)


def _reference(luma: U8, reference: U8 | None, image: U8) -> U8:
    """Return the luma that copies are compared with."""
    if reference is None:
        return luma
    if reference.shape != image.shape or reference.dtype != np.uint8:
        message = f"the picture that copies are compared with is of another size: {reference.shape}, not {image.shape}"
        raise MarkError(message)
    return luma_plane(reference)


def _strength(luma: U8, change: F32, psnr_least_db: float, reference: U8) -> tuple[float, float, float]:
    """Find the greatest strength that keeps SSIM and PSNR, by halving: strength, SSIM, PSNR in dB."""
    low, high = 1, _STRENGTHS + 1
    best = (1 / _STRENGTHS, 1.0, 99.0)
    step = _SSIM_STEP if luma.size > 300_000 else 1  # noqa: PLR2004 - small planes are looked at whole
    middle = _STRENGTHS
    while low < high:
        strength = middle / _STRENGTHS
        marked = added(luma[..., None], change, strength)[..., 0]
        found = (strength, ssim(reference, marked, step), psnr_db(reference, marked))
        if found[1] >= SSIM_LEAST + _SSIM_MARGIN and found[2] >= psnr_least_db + _PSNR_MARGIN_DB:
            best, low = found, middle + 1
        else:
            high = middle
        middle = (low + high) // 2
        if middle == low == _STRENGTHS + 1:
            break
    return best
