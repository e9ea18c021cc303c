"""Where the pilots of a video's mark lie, if not quite where the frames were laid: a place that pixels cannot tell.

Where a camera passes over a scene, a little later is the same as a little to the side, and a little faster the same as
a little larger: frames agree with their original in the wrong place as well. The mark stays with the frame and not with
the scene, so that its pilots tell. They are looked for in the sums of what is left, shifted and of several sizes, by
correlation in the domain of frequencies. Pilots are the same in all copies: no code is looked at.

After Kalker, Depovere, Haitsma and Maes, "A video watermarking system for broadcast monitoring", SPIE 3657, 1999 (all
shifts at once by FFT).
"""

from __future__ import annotations

from typing import Final, NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from rempart.kernels.spread_spectrum import BLOCK_PX, Layer, rendered
from rempart.kernels.video_layer import VIDEO

F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]
C64 = npt.NDArray[np.complex64]
Mask = npt.NDArray[np.bool_]

#: Sizes that are tried, and shifts, in parts of the longer side.
_SIZES: Final = tuple(round(0.9 + 0.01 * k, 2) for k in range(21))
_REACH: Final = 0.2
#: Intervals that are looked at: more say little more.
_INTERVALS_MOST: Final = 60
#: What is left is taken apart from what is wider, in pixels; and counts no more than so many deviations.
_AROUND_PX: Final = 5.0
_NEAR_PX: Final = 12.0
_CLIP: Final = 2.5
_NOISE: Final = 0.3
#: The median of the size of a normal deviate.
_MEDIAN_SIZE: Final = 0.6745


class Moved(NamedTuple):
    """Where pilots are clearest."""

    change: F64
    """``(3, 3) float64``: from pixels of the canonical plane, as the leak was laid, to where they belong."""
    clear: float
    """How many deviations of all other places they stand out by."""
    as_laid: float
    """How many where the leak was laid."""


class PilotSearch:
    """Adds up, over intervals, how well pilots agree with what is left, for every size and shift."""

    def __init__(self, rows: int, columns: int) -> None:
        """Begin with nothing: for a plane of so many blocks."""
        self._size = (columns * BLOCK_PX, rows * BLOCK_PX)
        self._reach = max(8, round(_REACH * max(self._size)))
        self._padded = tuple(cv2.getOptimalDFTSize(side + self._reach) for side in self._size[::-1])
        self._total: C64 = np.zeros((len(_SIZES), self._padded[0], self._padded[1] // 2 + 1), np.complex64)
        self._intervals = 0

    def add(self, layer: Layer, left: F32, strength: F32, seen: Mask) -> None:
        """Add an interval.

        Args:
            layer: Its chips.
            left: ``(8 R, 8 C) float32``: what its frames add to the original, in the mean.
            strength: ``(R, C) float32``: how much of the mark each block may have.
            seen: ``(8 R, 8 C) bool``: where the leak shows anything.
        """
        if self._intervals >= _INTERVALS_MOST:
            return
        self._intervals += 1
        here = np.fft.rfft2(_weighed(left, strength, seen), self._padded)
        pilots = rendered(layer, np.zeros(VIDEO.symbols, np.int8))
        for k, size in enumerate(_SIZES):
            there = np.fft.rfft2(cv2.warpAffine(pilots, self._about_middle(size), self._size), self._padded)
            self._total[k] += np.conj(here) * there

    def best(self) -> Moved | None:
        """Say where pilots are clearest; None if nothing was added."""
        if not self._intervals:
            return None
        found = np.fft.irfft2(self._total, self._padded, axes=(1, 2))
        reach = np.arange(-self._reach, self._reach + 1)
        found = found[:, reach][:, :, reach]
        noise = float(np.median(np.abs(found))) / _MEDIAN_SIZE
        k, down, across = (int(i) for i in np.unravel_index(int(found.argmax()), found.shape))
        # What lies at x is at the pilots' place after the shift; they were drawn at another size about the middle.
        shift = np.array([[1.0, 0.0, reach[across]], [0.0, 1.0, reach[down]], [0.0, 0.0, 1.0]])
        drawn = np.vstack([self._about_middle(_SIZES[k]), [0.0, 0.0, 1.0]])
        as_laid = float(found[_SIZES.index(1.0), self._reach, self._reach])
        floor = max(noise, 1e-9)
        return Moved(np.linalg.inv(drawn) @ shift, float(found[k, down, across]) / floor, as_laid / floor)

    def _about_middle(self, size: float) -> F64:
        """Return what draws a plane larger about its middle: ``(2, 3) float64``."""
        x, y = ((side - 1) / 2 for side in self._size)
        return np.array([[size, 0.0, x - size * x], [0.0, size, y - size * y]])


def _weighed(left: F32, strength: F32, seen: Mask) -> F32:
    """Weigh what is left by what the mark may be there, and by how much else is left around."""
    shown = seen.astype(np.float32)
    plane = np.where(seen, left, np.float32(0))
    plane = (plane - cv2.GaussianBlur(plane, (0, 0), _AROUND_PX)) * shown
    around = cv2.GaussianBlur(plane * plane, (0, 0), _NEAR_PX) / np.maximum(
        cv2.GaussianBlur(shown, (0, 0), _NEAR_PX), 0.05
    )
    spread = np.sqrt(around + _NOISE**2)
    wide = np.repeat(np.repeat(strength, BLOCK_PX, axis=0), BLOCK_PX, axis=1)
    return np.asarray(np.clip(plane / spread, -_CLIP, _CLIP) * wide / spread * shown, np.float32)
