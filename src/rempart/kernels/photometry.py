"""Give an original the tones, the sharpness and the light of a leak, so that what the leak adds to it can be seen.

(1) A curve of its luma and colours, over the whole picture; (2) a small filter; (3) a gain and an offset that change
slowly from place to place. Each is fitted by least squares, without what was laid over the picture.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from rempart.kernels.spread_spectrum import BLOCK_PX

F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

#: Pixels that are enough for a fit; and that a fit looks at.
PIXELS_LEAST: Final = 1024
_PIXELS_MOST: Final = 30_000
#: Of the window of the local gain, in pixels; it is computed on a plane so many times smaller.
_LIGHT_SIGMA_PX: Final = 14.0
_LIGHT_SHRINK: Final = 4
#: Grey levels squared: a gain is as at other places where there is less texture than this.
_GAIN_FLOOR: Final = 40.0
_GAIN_LEAST: Final = 0.2
_GAIN_MOST: Final = 3.0
#: Half the side of the filter, and how strongly it is held to doing nothing.
_REACH: Final = 2
_RIDGE: Final = 2e-3
#: What the filter works on is finer than this.
_DETAIL_SIGMA_PX: Final = 6.0
#: A pixel further from the curve than so many grey levels, or so many times the median, was laid over.
_GAP_LEAST: Final = 6.0
_GAP_MEDIANS: Final = 3.0
_ROUNDS: Final = 3


class Matched(NamedTuple):
    """An original that looks as a leak does, all planes ``(h, w) float32``."""

    tones: F32
    """The original after (1)."""
    left: F32
    """The leak, less the original after (3)."""
    slope: F32
    """Grey levels of the leak for one of the original, by curve and gain; negative in an inverted one."""
    transfer: F32
    """``(8, 8) float32``: what the filter does to each coefficient of a block of 8 x 8."""


def matched(original: F32, chroma: F32, leak: F32, seen: Mask) -> Matched:
    """Fit an original to a leak.

    Args:
        original: ``(h, w) float32`` luma.
        chroma: ``(h, w, 2) float32``: two differences of the original's colours.
        leak: ``(h, w) float32`` luma, registered to ``original``.
        seen: ``(h, w) bool``: where the leak shows anything; 1,024 pixels or more.
    """
    tones, slope, trusted = _toned(original, chroma, leak, seen)  # (1)
    filtered, transfer = _filtered(tones, leak, trusted)  # (2)
    gain, left = _lit(filtered, leak, seen, trusted)  # (3)
    return Matched(tones, left, gain * slope, transfer)


def _toned(here: F32, tint: F32, there: F32, seen: Mask) -> tuple[F32, F32, Mask]:
    """Give the original the leak's tones and colours; return how steep the curve is, and where it fits."""
    y, c, d = here / 128 - 1, tint[..., 0] / 128, tint[..., 1] / 128
    terms = np.stack([np.ones_like(y), y, y**2, y**3, c, d, y * c, y * d], axis=2)
    trusted = seen
    factors = np.zeros(terms.shape[2])
    for _ in range(_ROUNDS):
        rows = terms[trusted][::_thinning(trusted)].astype(np.float64)
        values = there[trusted][::_thinning(trusted)].astype(np.float64)
        gram = rows.T @ rows + 1e-4 * len(rows) * np.eye(rows.shape[1])
        factors = np.linalg.solve(gram, rows.T @ values)
        gap = np.abs(there - terms @ factors.astype(np.float32))
        trusted = seen & (gap <= max(_GAP_LEAST, _GAP_MEDIANS * float(np.median(gap[seen]))))
        if trusted.sum() < PIXELS_LEAST:
            trusted = seen
    f = factors.astype(np.float32)
    slope = (f[1] + 2 * f[2] * y + 3 * f[3] * y**2 + f[6] * c + f[7] * d) / 128
    return terms @ f, slope, trusted


def _thinning(mask: Mask) -> int:
    """Take every how manieth pixel, for some thirty thousand."""
    return max(1, int(mask.sum()) // _PIXELS_MOST)


def _filtered(toned: F32, there: F32, trusted: Mask) -> tuple[F32, F32]:
    """Give the original the leak's sharpness, by least squares; return what the filter does to each coefficient."""
    inner = cv2.erode(trusted.astype(np.uint8), np.ones((5, 5), np.uint8), borderValue=0) > 0
    side = 2 * _REACH + 1
    kernel = np.zeros((side, side))
    kernel[_REACH, _REACH] = 1.0
    if inner.sum() >= PIXELS_LEAST:
        padded = cv2.copyMakeBorder(_detail(toned), _REACH, _REACH, _REACH, _REACH, cv2.BORDER_REFLECT_101)
        rows, columns = (p[:: _thinning(inner)] for p in np.nonzero(inner))
        shifted = [padded[rows + i, columns + j] for i in range(side) for j in range(side)]
        near = np.stack(shifted, axis=1).astype(np.float64)
        wanted = _detail(there)[rows, columns].astype(np.float64)
        gram = near.T @ near
        hold = _RIDGE * np.trace(gram) / side**2
        pulled = near.T @ wanted + hold * kernel.ravel()
        kernel = np.linalg.solve(gram + hold * np.eye(side**2), pulled).reshape(side, side)
    shift = np.arange(-_REACH, _REACH + 1)
    waves = np.cos(np.pi / BLOCK_PX * np.outer(np.arange(BLOCK_PX), shift))
    transfer = np.einsum("ui,ij,vj->uv", waves, kernel, waves)
    # The curve's level stays: the filter works on what differs from it.
    base = cv2.GaussianBlur(toned, (0, 0), _LIGHT_SIGMA_PX)
    filtered = base + cv2.filter2D(toned - base, cv2.CV_32F, kernel.astype(np.float32), borderType=cv2.BORDER_REFLECT)
    return np.asarray(filtered, np.float32), np.asarray(transfer, np.float32)


def _detail(plane: F32) -> F32:
    return np.asarray(plane - cv2.GaussianBlur(plane, (0, 0), _DETAIL_SIGMA_PX), np.float32)


def _lit(filtered: F32, there: F32, seen: Mask, trusted: Mask) -> tuple[F32, F32]:
    """Fit a gain and an offset around each pixel; return the gain, and what is left of the leak."""
    weight = trusted.astype(np.float32) + np.float32(1e-3) * seen.astype(np.float32) + np.float32(1e-6)
    total = _around(weight)
    x, y = _around(weight * filtered) / total, _around(weight * there) / total
    xx = np.maximum(_around(weight * filtered**2) / total - x * x, 0)
    xy = _around(weight * filtered * there) / total - x * y
    gain = np.clip((xy + _GAIN_FLOOR) / (xx + _GAIN_FLOOR), _GAIN_LEAST, _GAIN_MOST)
    return gain, there - (gain * (filtered - x) + y)


def _around(plane: F32) -> F32:
    """Return the Gaussian mean around each pixel, computed on a plane four times smaller."""
    height, width = plane.shape
    small = cv2.resize(plane, (max(2, width // _LIGHT_SHRINK), max(2, height // _LIGHT_SHRINK)), interpolation=cv2.INTER_AREA)
    small = cv2.GaussianBlur(small, (0, 0), _LIGHT_SIGMA_PX / _LIGHT_SHRINK)
    return np.asarray(cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR), np.float32)
