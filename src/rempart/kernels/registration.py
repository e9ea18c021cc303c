"""Bring a leak back onto its original: where it lies by points, then to a fraction of a pixel by what both show.

A mark is read in what is left when the original is taken away, and a shift of half a pixel leaves more of the original
than there is mark. (1) A homography by SIFT points; (2) bent until windows agree, by Lucas and Kanade's method ("An
iterative image registration technique", IJCAI 1981) on a plane finer than the mark's; (3) what no homography explains,
a lens or a waving screen, by smooth local shifts.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from rempart.kernels.geometry import Fit, fit, sift_points
from rempart.kernels.local_features import sized
from rempart.kernels.variants import INVERTED, VARIANTS

U8 = npt.NDArray[np.uint8]
F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]

#: The plane on which both are compared: longer side, in pixels, above that of the finest layer of the mark.
WORK_PX: Final = 1280
#: And at least so much, however small the leak: above the coarse layer's.
_WORK_LEAST_PX: Final = 640
#: No finer than the leak by more than this.
_FINER_MOST: Final = 1.25
#: Tries of points: pixels of the original's and of the leak's plane, points of each. The last is for a small part of
#: a large picture.
_TRIES: Final = (
    (200_000, 400_000, 800, 1200),
    (800_000, 1_200_000, 3000, 4500),
    (2_500_000, 400_000, 10_000, 2000),
)
#: Both pictures agree under a homography (:func:`_agreement`): no other variant is tried; no other points are. What is
#: nearly symmetric agrees with its mirror image by up to some two thirds.
_AGREEMENT_CLEAR: Final = 0.85
_AGREEMENT_ENOUGH: Final = 0.2
#: Points that agree: enough not to try further; and too few to be anything but chance.
_INLIERS_CLEAR: Final = 40
_INLIERS_LEAST: Final = 6
#: Proposals are compared on planes of this longer side.
_SMALL_PX: Final = 480
#: Pixels of the leak for one of the original that can be meant.
_DETAIL: Final = (1e-2, 1e2)
_LEAK_LEAST_PX: Final = 16
_WARPED_SIDE_MOST_PX: Final = 32_766
_COVERED: Final = 250
#: Windows of the flow: Gaussian, sigma in pixels of the work plane; how often it is iterated.
_SIGMA_PX: Final = 14.0
_ROUNDS: Final = 3
_STEP_PX: Final = 12
_SHIFT_MOST_PX: Final = 6.0
#: A window whose texture tells a shift, both ways.
_TRUST_LEAST: Final = 0.004
#: Grey levels: texture under this is taken for noise.
_SPREAD_FLOOR: Final = 3.0
#: Grey levels squared: more says nothing more.
_TEXTURE_MOST: Final = 200.0


class Registered(NamedTuple):
    """A leak, brought onto its original."""

    plane: F32
    """``(h, w) float32``: the leak's luma where the original shows the same; ``original`` has its size."""
    original: F32
    """``(h, w) float32``: the original's luma, at the size at which they are compared."""
    covered: F32
    """``(h, w) float32``: 1 where the leak shows the original's place, else 0."""
    homography: F64
    """``(3, 3) float64``: from pixels of the original to pixels of the leak."""
    variant: int
    """What was done to the original: 0, or ``MIRRORED`` and ``INVERTED`` added."""
    inliers: int
    """Points that agree."""
    detail: float
    """Pixels of the leak for one of the original, along a side."""
    correlation: float
    """-1..1: of the texture of both where both show; 1 for the original itself."""


def register(original: U8, leak: U8, place: F64 | None = None, variant: int = 0) -> Registered | None:
    """Bring a leak onto its original.

    Args:
        original: ``(H, W) uint8`` luma.
        leak: ``(h, w) uint8`` luma.
        place: ``(3, 3) float64``: about where it lies, from pixels of the original to the leak's, if that is known:
            then no points are looked for.
        variant: What was done to the original, where the place is known.

    Returns:
        None if nothing tells where one lies in the other.
    """
    if min(leak.shape) < _LEAK_LEAST_PX or max(leak.shape) > _WARPED_SIDE_MOST_PX:
        return None
    found = _placed(original, leak) if place is None else (place, variant, 0)
    if found is None:
        return None
    homography, variant, inliers = found
    height, width = original.shape
    detail = _detail(homography, width, height)
    if not _DETAIL[0] < detail < _DETAIL[1]:
        return None
    longest = min(WORK_PX, max(_WORK_LEAST_PX, _FINER_MOST * detail * max(height, width)))
    compared = _Compared(original, leak, homography, detail, longest)
    filtered, sign = _band(compared.here), -1.0 if variant & INVERTED else 1.0
    for _ in range(_ROUNDS):
        plane, covered = compared.brought()
        flow, trust = _flow(filtered, sign * _band(plane), covered)
        if not compared.bent(flow, trust):
            break
    plane, covered = compared.brought()
    flow, trust = _flow(filtered, sign * _band(plane), covered)
    plane, covered = compared.brought(_smooth(flow, trust, compared.size))
    agreed = _correlation(filtered, sign * _band(plane), covered, compared.here)
    return Registered(plane, compared.here, covered, compared.whole(), variant, inliers, detail, agreed)


class _Compared:
    """An original and a leak at the size at which they are compared, and the homography between them."""

    def __init__(self, original: U8, leak: U8, homography: F64, detail: float, longest: float) -> None:
        height, width = original.shape
        scale = min(1.0, longest / max(height, width))
        self.size = (max(8, round(width * scale)), max(8, round(height * scale)))
        self.here = cv2.resize(original, self.size, interpolation=cv2.INTER_AREA).astype(np.float32)
        self._leak, ratio = _shrunk(leak, scale / detail)
        self._shown = np.full(self._leak.shape, 255, np.uint8)
        self._into = np.diag([self.size[0] / width, self.size[1] / height, 1.0])
        self._out = np.diag([*ratio, 1.0])
        self._place = np.asarray(self._out @ homography @ np.linalg.inv(self._into), np.float64)

    def brought(self, flow: F32 | None = None) -> tuple[F32, F32]:
        """Sample the leak where the homography, and then local shifts, say; and tell where it has anything to show."""
        if flow is None:
            how = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
            floats = self._leak.astype(np.float32)
            plane = cv2.warpPerspective(floats, self._place, self.size, flags=how, borderMode=cv2.BORDER_REPLICATE)
            how = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
            covered = cv2.warpPerspective(self._shown, self._place, self.size, flags=how)
        else:
            x, y = np.meshgrid(*(np.arange(n, dtype=np.float32) for n in self.size))
            at = np.stack([x + flow[..., 0], y + flow[..., 1]], axis=2)
            sent = cv2.perspectiveTransform(at, self._place)
            nothing = np.zeros((0, 0), np.float32)
            how = cv2.INTER_CUBIC
            plane = cv2.remap(self._leak.astype(np.float32), sent, nothing, how, borderMode=cv2.BORDER_REPLICATE)
            covered = cv2.remap(self._shown, sent, nothing, cv2.INTER_LINEAR)
        inner = cv2.erode(covered, np.ones((5, 5), np.uint8), borderValue=0) > _COVERED
        return np.asarray(plane, np.float32), inner.astype(np.float32)

    def bent(self, flow: F32, trust: F32) -> bool:
        """Correct the homography as the shifts of most windows ask for; False if there are too few."""
        change = _change_of(flow, trust, self.size)
        if change is not None:
            self._place = self._place @ change
        return change is not None

    def whole(self) -> F64:
        """Return the homography between the whole pictures."""
        # Planes are shrunk about the borders of their pixels, and a pixel is counted by its centre.
        half = np.array([[1.0, 0.0, 0.5], [0.0, 1.0, 0.5], [0.0, 0.0, 1.0]])
        back, into = np.linalg.inv(self._out @ half), self._into @ half
        found = back @ half @ self._place @ np.linalg.inv(half) @ into
        return np.asarray(found / found[2, 2], np.float64)


def corners_in_leak(homography: F64, height: int, width: int) -> F64:
    """Return where an original's corners lie in a leak, from the top left on: ``(4, 2) float64``, in its pixels."""
    corners = np.array([[[0, 0]], [[width, 0]], [[width, height]], [[0, height]]], np.float64)
    return np.asarray(cv2.perspectiveTransform(corners, homography).reshape(4, 2), np.float64)


def _placed(original: U8, leak: U8) -> tuple[F64, int, int] | None:
    """Find the homography and the variant under which both agree most, of those that points propose: (1)."""
    best: tuple[float, tuple[F64, int, int]] | None = None
    for area, leak_area, most, leak_most in _TRIES:
        one, two = sized(original, area, enlarged_most=2.0), sized(leak, leak_area, enlarged_most=2.0)
        points, others = sift_points(one, most), sift_points(two, leak_most)
        for variant in range(VARIANTS):
            found = fit(points, others, variant, two.shape[1], one_to_one=True)
            if found is None or found.inliers < _INLIERS_LEAST or not _is_sound(found, one.shape):
                continue
            proposed = (_scaled(found.homography, one, original, two, leak), variant, found.inliers)
            # A pattern that repeats, or is its own mirror image, has points that agree on the wrong place.
            agreed = _agreement(original, leak, proposed[0], variant)
            if best is None or agreed > best[0]:
                best = (agreed, proposed)
            if agreed >= _AGREEMENT_CLEAR and found.inliers >= _INLIERS_CLEAR:
                return proposed
        if best is not None and best[0] >= _AGREEMENT_ENOUGH:
            break
    return best[1] if best is not None else None


def _agreement(original: U8, leak: U8, homography: F64, variant: int) -> float:
    """Return how well both agree under a homography, on a small plane: correlation, times the root of what shows."""
    height, width = original.shape
    detail = _detail(homography, width, height)
    if not _DETAIL[0] < detail < _DETAIL[1]:
        return -1.0
    compared = _Compared(original, leak, homography, detail, _SMALL_PX)
    plane, covered = compared.brought()
    there = _band(plane) * (-1.0 if variant & INVERTED else 1.0)
    return _correlation(_band(compared.here), there, covered, compared.here) * float(np.sqrt(covered.mean()))


def _is_sound(found: Fit, shape: tuple[int, ...]) -> bool:
    """Tell whether a homography keeps the picture in front of the eye, and does not fold it."""
    height, width = shape
    corners = np.array([[0, 0, 1], [width, 0, 1], [width, height, 1], [0, height, 1]], np.float64)
    sent = corners @ found.homography.T
    if (sent[:, 2] <= 1e-3).any() or not np.isfinite(sent).all():
        return False
    return bool(cv2.isContourConvex((sent[:, :2] / sent[:, 2:]).astype(np.float32)))


def _scaled(homography: F64, one: U8, original: U8, two: U8, leak: U8) -> F64:
    """Return a homography between planes as one between whole pictures."""
    into = np.diag([one.shape[1] / original.shape[1], one.shape[0] / original.shape[0], 1.0])
    out = np.diag([leak.shape[1] / two.shape[1], leak.shape[0] / two.shape[0], 1.0])
    return np.asarray(out @ homography @ into, np.float64)


def _detail(homography: F64, width: int, height: int) -> float:
    """Return how many pixels of the leak one of the original becomes, along a side, in the mean."""
    corners = np.array([[[0, 0]], [[width, 0]], [[width, height]], [[0, height]]], np.float64)
    sent = cv2.perspectiveTransform(corners, homography).astype(np.float32)
    return float(np.sqrt(cv2.contourArea(sent) / (width * height)))


def _shrunk(leak: U8, factor: float) -> tuple[U8, tuple[float, float]]:
    """Shrink a leak that shows more detail than is compared, so that nothing aliases."""
    if factor >= 1.0:
        return leak, (1.0, 1.0)
    rows, columns = leak.shape
    size = (max(8, round(columns * factor)), max(8, round(rows * factor)))
    small = cv2.resize(leak, size, interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.uint8), (size[0] / columns, size[1] / rows)


def _band(plane: F32) -> F32:
    """Keep texture and edges, of the same contrast everywhere: brightness, gain and shading go."""
    fine = cv2.GaussianBlur(plane, (0, 0), 1.2)
    detail = fine - cv2.GaussianBlur(fine, (0, 0), 6.0)
    spread = np.sqrt(cv2.GaussianBlur(detail * detail, (0, 0), 16.0))
    return np.asarray(detail / (spread + _SPREAD_FLOOR), np.float32)


def _flow(here: F32, there: F32, covered: F32) -> tuple[F32, F32]:
    """Return the shift that brings ``there`` onto ``here``, window by window, and how far it is to be trusted: (2).

    Returns:
        ``(h, w, 2) float32`` in pixels, on a grid of every twelfth place; ``(h, w) float32``, 0 and more.
    """
    mean = 0.5 * (here + there)
    gx, gy = cv2.Scharr(mean, cv2.CV_32F, 1, 0, scale=1 / 32), cv2.Scharr(mean, cv2.CV_32F, 0, 1, scale=1 / 32)
    gap = np.clip(there - here, -1.5, 1.5)
    weight = covered
    sums = [_window(weight * p) for p in (gx * gx, gx * gy, gy * gy, gx * gap, gy * gap)]
    xx, xy, yy, xt, yt = sums
    floor = 0.002
    xx, yy = xx + floor, yy + floor
    determinant = xx * yy - xy * xy
    flow = np.stack([-(yy * xt - xy * yt) / determinant, -(xx * yt - xy * xt) / determinant], axis=2)
    least = 0.5 * (xx + yy) - np.sqrt(0.25 * (xx - yy) ** 2 + xy * xy) - floor
    return np.clip(flow, -_SHIFT_MOST_PX, _SHIFT_MOST_PX).astype(np.float32), np.maximum(least, 0).astype(np.float32)


def _window(values: F32) -> F32:
    """Return the Gaussian mean around every twelfth place."""
    small = cv2.resize(values, _grid(values), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.GaussianBlur(small, (0, 0), _SIGMA_PX / _STEP_PX), np.float32)


def _grid(values: F32) -> tuple[int, int]:
    return max(2, values.shape[1] // _STEP_PX), max(2, values.shape[0] // _STEP_PX)


def _change_of(flow: F32, trust: F32, size: tuple[int, int]) -> F64 | None:
    """Return the homography that the shifts of most windows ask for; None if there are too few."""
    rows, columns = trust.shape
    y, x = np.mgrid[0:rows, 0:columns].astype(np.float64)
    across, down = size[0] / columns, size[1] / rows
    source = np.stack([(x + 0.5) * across - 0.5, (y + 0.5) * down - 0.5], axis=2).reshape(-1, 2)
    good = trust.ravel() > _TRUST_LEAST
    if good.sum() < 12:
        return None
    target = source[good] + flow.reshape(-1, 2)[good]
    cv2.setRNGSeed(20_261_122)
    found, _ = cv2.findHomography(source[good], target, cv2.USAC_MAGSAC, 0.6, maxIters=500, confidence=0.99)
    # OpenCV's types promise a matrix, but where nothing is found there is none.
    if found is None or not np.isfinite(found).all() or abs(float(np.linalg.det(found)) - 1) > 0.3:  # type: ignore[redundant-expr]  # as said
        return None
    return np.asarray(found, np.float64)


def _smooth(flow: F32, trust: F32, size: tuple[int, int]) -> F32:
    """Return shifts for every pixel: means of trusted windows around, none where there are none: (3)."""
    kept = trust * (np.abs(flow).max(axis=2) < 2.5)
    total = cv2.GaussianBlur(kept, (0, 0), 1.5) + 0.003
    near = [cv2.GaussianBlur(kept * flow[..., k], (0, 0), 1.5) / total for k in range(2)]
    return np.asarray(cv2.resize(np.stack(near, axis=2), size, interpolation=cv2.INTER_LINEAR), np.float32)


def _correlation(here: F32, there: F32, covered: F32, original: F32) -> float:
    """Return the correlation of both textures, the mean of covered windows, each weighing as it has texture."""
    sums = (covered * here * there, covered * here**2, covered * there**2, covered, (original - _mean(original)) ** 2)
    both, one, two, seen, texture = (_window(p) for p in sums)
    weight = np.where(seen > 0.5, np.minimum(texture, _TEXTURE_MOST), 0)
    if not weight.any():
        return 0.0
    return float((weight * both / np.sqrt(one * two + 1e-6)).sum() / weight.sum())


def _mean(plane: F32) -> F32:
    return np.asarray(cv2.GaussianBlur(plane, (0, 0), 6.0), np.float32)
