"""What the frames of one interval of a video add to their original, summed up, and read as one.

Noise of a codec and what moves differ from frame to frame; the pattern stays, so that the sum shows what no frame does.
Frames in which a pattern fades count as much as it is there.
"""

from __future__ import annotations

import math

import cv2
import numpy as np
import numpy.typing as npt

from rempart.kernels.mark_reading import Reading, left_of, usable_blocks, weighed
from rempart.kernels.photometry import PIXELS_LEAST
from rempart.kernels.pilot_search import PilotSearch
from rempart.kernels.spread_spectrum import BLOCK_PX, Layer
from rempart.kernels.video_layer import VIDEO

F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]
U8 = npt.NDArray[np.uint8]
Mask = npt.NDArray[np.bool_]

#: Detail of a canonical plane by which frames are told apart: what differs from the mean around, in pixels.
_AROUND_PX = 3.0
#: Steps in which a shaken frame is brought back, after Evangelidis and Psarakis, "Parametric image alignment using
#: enhanced correlation coefficient maximization", IEEE Trans. PAMI 30, 2008; less alike, it is not.
_SHAKE_ROUNDS = 12
_SHAKE_ALIKE = 0.7


class FrameOnto:
    """Brings frames of an original and of its leak onto the canonical plane."""

    def __init__(
        self, homography: F64, original: tuple[int, int], leak: tuple[int, int], rows: int, columns: int
    ) -> None:
        """Prepare for frames of one size.

        Args:
            homography: ``(3, 3) float64``: from pixels of the original to those of the leak.
            original: Height and width of its frames.
            leak: The same of the leak's.
            rows: Of blocks of the canonical plane.
            columns: The same, across.
        """
        self.size = (columns * BLOCK_PX, rows * BLOCK_PX)
        self._homography = homography
        # Twice as fine as the plane that is read: what is sampled between pixels is blurred the less for it.
        self._fine = (2 * self.size[0], 2 * self.size[1])
        into = np.diag([self._fine[0] / original[1], self._fine[1] / original[0], 1.0])
        centre = (original[1] / 2, original[0] / 2)
        detail = _detail(homography, *centre) * original[1] / self._fine[0]
        factor = min(1.0, 1.0 / detail)
        self._leak = (max(8, round(leak[1] * factor)), max(8, round(leak[0] * factor)))
        out = np.diag([self._leak[0] / leak[1], self._leak[1] / leak[0], 1.0])
        half = np.array([[1.0, 0.0, 0.5], [0.0, 1.0, 0.5], [0.0, 0.0, 1.0]])  # pixels are counted by their centres
        middle = np.linalg.inv(half)
        onto = np.diag([self.size[0] / original[1], self.size[1] / original[0], 1.0])
        self._back = middle @ np.linalg.inv(onto) @ half
        self._finer = np.array([[2.0, 0.0, 0.5], [0.0, 2.0, 0.5], [0.0, 0.0, 1.0]])
        self._place = middle @ out @ half @ homography @ middle @ np.linalg.inv(into) @ half
        shown = np.full((self._leak[1], self._leak[0]), 255, np.uint8)
        covered = cv2.warpPerspective(shown, self._place, self._fine, flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)
        inner = cv2.erode(covered, np.ones((5, 5), np.uint8), borderValue=0)
        self.seen: Mask = cv2.resize(inner, self.size, interpolation=cv2.INTER_AREA) > 252

    def moved(self, change: F64) -> F64:
        """Return the homography of a leak that was laid where it does not belong.

        Args:
            change: ``(3, 3) float64``: from pixels of the canonical plane, as it was laid, to where they belong.
        """
        return np.asarray(self._homography @ self._back @ np.linalg.inv(change) @ np.linalg.inv(self._back), np.float64)

    def original(self, luma: U8) -> F32:
        """Return an original's frame: ``(H, W) uint8`` -> ``(8 R, 8 C) float32``."""
        how = cv2.INTER_AREA if luma.shape[1] >= self._fine[0] else cv2.INTER_CUBIC
        fine = cv2.resize(luma, self._fine, interpolation=how).astype(np.float32)
        return np.asarray(cv2.resize(fine, self.size, interpolation=cv2.INTER_AREA), np.float32)

    def leak(self, luma: U8, shake: F64 | None = None) -> F32:
        """Return a leak's frame, where the original shows the same: ``(h, w) uint8`` -> ``(8 R, 8 C) float32``.

        Args:
            luma: The frame.
            shake: What :meth:`shaken` returned, if the camera is not still.
        """
        shrunk = cv2.resize(luma, self._leak, interpolation=cv2.INTER_AREA).astype(np.float32)
        place = self._place if shake is None else self._place @ self._finer @ shake @ np.linalg.inv(self._finer)
        how = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
        fine = cv2.warpPerspective(shrunk, place, self._fine, flags=how, borderMode=cv2.BORDER_REPLICATE)
        return np.asarray(cv2.resize(fine, self.size, interpolation=cv2.INTER_AREA), np.float32)

    def shaken(self, here: F32, there: F32, about: F64) -> F64 | None:
        """Return how a leak's frame lies otherwise than all do in the mean; None if that cannot be told.

        Args:
            here: ``(8 R, 8 C) float32``: the original's frame.
            there: ``(8 R, 8 C) float32``: the leak's.
            about: ``(3, 3) float64``: what it was of the frame before.
        """
        shown, until = self.seen.astype(np.uint8) * 255, (3, _SHAKE_ROUNDS, 1e-4)
        try:
            start = about.astype(np.float32)
            worth, found = cv2.findTransformECC(here, there, start, cv2.MOTION_HOMOGRAPHY, until, shown, 3)
        except cv2.error:  # it does not converge, or nothing overlaps
            return None
        return np.asarray(found, np.float64) if worth > _SHAKE_ALIKE else None

    def detail(self, plane: F32) -> F32:
        """Return what tells a frame from the next ones, of unit length: ``(8 R, 8 C) float32`` -> the same."""
        rest = plane - cv2.GaussianBlur(plane, (0, 0), _AROUND_PX)
        rest = np.where(self.seen, np.clip(rest, -24, 24), np.float32(0))
        return np.asarray(rest / max(float(np.linalg.norm(rest)), 1e-6), np.float32)


def _detail(homography: F64, x: float, y: float) -> float:
    """Return how many pixels of the leak one of the original is, along a side, in the middle."""
    points = np.array([[x, y, 1.0], [x + 1.0, y, 1.0], [x, y + 1.0, 1.0]]) @ homography.T
    places = points[:, :2] / points[:, 2:]
    across, down = places[1] - places[0], places[2] - places[0]
    return max(1e-6, math.sqrt(abs(float(across[0] * down[1] - across[1] * down[0]))))


class IntervalSum:
    """What the frames of an interval add to their original."""

    def __init__(self, layer: Layer, seen: Mask) -> None:
        """Begin with nothing.

        Args:
            layer: The interval's chips.
            seen: ``(8 R, 8 C) bool``: where the leak shows anything.
        """
        self._layer = layer
        self._seen = seen
        self._usable = usable_blocks(seen, layer)
        self._readable = bool(seen.sum() >= PIXELS_LEAST and self._usable.any())
        self._signal = np.zeros(layer.basis.shape, np.float32)
        self._rest = np.zeros(layer.basis.shape, np.float32)
        self._texture = np.zeros(layer.basis.shape, np.float32)
        self._plane = np.zeros(seen.shape, np.float32)
        self._weight = 0.0
        self.frames = 0

    def add(self, here: F32, there: F32, amplitudes: F32, share: float) -> None:
        """Add a frame.

        Args:
            here: ``(8 R, 8 C) float32``: the original's luma.
            there: ``(8 R, 8 C) float32``: the leak's.
            amplitudes: ``(R, C) float32``: how strong the frame's mark may be.
            share: 0..1: how much of this interval's pattern the frame has.
        """
        if not self._readable:
            return
        left = left_of(self._layer, here, np.zeros((*here.shape, 2), np.float32), there, self._seen)
        self._rest += np.float32(share) * left.rest
        self._signal += np.float32(share * share) * left.gain * amplitudes.reshape(-1, 1)
        self._texture += np.float32(share) * left.texture
        self._plane += np.float32(share) * left.plane
        self._weight += share
        self.frames += 1

    def look_in(self, search: PilotSearch) -> None:
        """Let pilots be looked for in the sum."""
        if self.frames:
            strength = self._signal.mean(axis=1).reshape(self._layer.rows, self._layer.columns)
            unit = np.float32(1.0 / self._weight)
            search.add(self._layer, self._plane * unit, strength * unit, self._seen)

    def reading(self) -> Reading:
        """Read the sum."""
        if not self.frames:
            return Reading(np.zeros(VIDEO.symbols), np.zeros(VIDEO.symbols), 0.0, 0.0)
        signal, rest, texture = (
            total / np.float32(self._weight) for total in (self._signal, self._rest, self._texture)
        )
        return weighed(VIDEO, self._layer, signal * self._layer.basis, rest, texture, self._usable)
