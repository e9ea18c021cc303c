"""Which part of an original's frames a leak's frames show, from small planes: cut, mirrored, with bars laid around.

(1) Bars are what never changes at the sides of the leak. (2) Each of a few leak frames, at several sizes and mirrored,
is correlated with every place of every original frame; for each place the best frame counts, and the sum over the leak
frames tells the place, whichever moments they show: a generalised Hough transform (Ballard, "Generalizing the Hough
transform to detect arbitrary shapes", Pattern Recognition 13, 1981), with correlations for votes.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

U8 = npt.NDArray[np.uint8]
F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

#: Longer side of a small plane, in pixels: of the leak it is larger, because bars are cut off it.
SMALL_PX: Final = 64
LEAK_SMALL_PX: Final = 96
#: Grey levels that a bar's samples may differ by, over all of it and all the time; and how much may be bars, a side.
_BAR_SPREAD: Final = 14
_BAR_MOST: Final = 0.4
#: Longer side of the planes that places are looked for on; the leak's share of the original's width or height.
_HOUGH_PX: Final = 48
_SIZES: Final = (1.0, 0.95, 0.9, 0.85, 0.8, 0.75, 0.7, 0.65, 0.6, 0.55, 0.5)
_LEAK_FRAMES: Final = 8
_ORIGINAL_FRAMES: Final = 500
#: Whole frames this alike, in the mean over the leak's, are not looked for in parts.
_CLEAR: Final = 0.8
#: A part must be so much more alike than the whole: there are many more parts than wholes.
_PART_MORE: Final = 0.05
#: Detail is what differs from the mean around, in pixels of a small plane of 64; grey levels that are noise.
_AROUND: Final = 4.0
_NOISE: Final = 3.0


class Window(NamedTuple):
    """A part of a frame, in shares of its width and height."""

    left: float
    """0..1."""
    top: float
    """0..1."""
    width: float
    """0..1."""
    height: float
    """0..1."""


class Shown(NamedTuple):
    """Which part of a leak shows which part of the original."""

    leak: Window
    """Of the leak: without its bars."""
    original: Window
    """Of the original."""
    mirrored: bool
    """Left is right."""


WHOLE: Final = Window(0.0, 0.0, 1.0, 1.0)


def small(luma: U8, longest: int = SMALL_PX) -> U8:
    """Shrink a frame's luma: ``(H, W) uint8`` -> the longer side as asked."""
    scale = longest / max(luma.shape)
    size = (max(8, round(luma.shape[1] * scale)), max(8, round(luma.shape[0] * scale)))
    return np.asarray(cv2.resize(luma, size, interpolation=cv2.INTER_AREA), np.uint8)


def without_bars(least: U8, most: U8) -> Window:
    """Return the part of a leak inside its bars: (1).

    Args:
        least: ``(h, w) uint8``: the least luma of each place, over all frames.
        most: ``(h, w) uint8``: the greatest.
    """
    top, bottom = _inside(least.min(axis=1), most.max(axis=1))
    left, right = _inside(least[top:bottom].min(axis=0), most[top:bottom].max(axis=0))
    height, width = least.shape
    return Window(left / width, top / height, (right - left) / width, (bottom - top) / height)


def _inside(low: U8, high: U8) -> tuple[int, int]:
    """Return the first line that is no bar, and the one after the last."""
    most = int(len(low) * _BAR_MOST)
    plain = high.astype(np.int64) - low < _BAR_SPREAD
    first = 0
    while first < most and plain[: first + 1].all():
        first += 1
    last = len(low)
    while last > len(low) - most and plain[last - 1 :].all():
        last -= 1
    # A line that is half bar stands between.
    return first + (first > 0), last - (last < len(low))


def seen_of(planes: U8, window: Window, size: tuple[int, int], *, mirrored: bool = False) -> F32:
    """Return the detail in a part of small planes, each of unit length: ``(N, h, w) uint8`` -> ``(N, D) float32``.

    Args:
        planes: Small planes of one video.
        window: The part.
        size: Columns and rows that it is brought to.
        mirrored: Turn left and right.
    """
    return np.stack([_unit(d).ravel() for d in _details(planes, window, size, mirrored=mirrored)])


def laid_of(planes: U8, place: F64, size: tuple[int, int], seen: Mask) -> F32:
    """Return the detail of small planes that are laid anywhere, each of unit length: as :func:`seen_of`.

    Args:
        planes: ``(N, h, w) uint8``: small planes of one video.
        place: ``(3, 3) float64``: from the grid, in shares of its width and height, to shares of the planes'.
        size: Columns and rows of the grid.
        seen: ``(rows, columns) bool``: which of its places count.
    """
    grid, plane = _by_centres(*size), _by_centres(planes.shape[2], planes.shape[1])
    details = _sampled(planes, np.linalg.inv(plane) @ place @ grid, size)
    return np.stack([_unit(np.where(seen, d, np.float32(0))).ravel() for d in details])


def inside(place: F64, size: tuple[int, int]) -> Mask:
    """Return which places of a grid lie inside of planes: ``(rows, columns) bool``; as for :func:`laid_of`."""
    x, y = np.meshgrid((np.arange(size[0]) + 0.5) / size[0], (np.arange(size[1]) + 0.5) / size[1])
    sent = np.stack([x, y, np.ones_like(x)], axis=2) @ place.T
    shares = sent[..., :2] / np.maximum(sent[..., 2:], 1e-6)
    return np.asarray(((shares >= 0) & (shares <= 1)).all(axis=2) & (sent[..., 2] > 0), np.bool_)


def _by_centres(width: int, height: int) -> F64:
    """Return what makes shares of a plane of its pixels, which are counted by their centres: ``(3, 3) float64``."""
    return np.array([[1 / width, 0.0, 0.5 / width], [0.0, 1 / height, 0.5 / height], [0.0, 0.0, 1.0]])


def _details(planes: U8, window: Window, size: tuple[int, int], *, mirrored: bool) -> list[F32]:
    """Return the detail in a part of small planes."""
    place = np.array([[window.width, 0.0, window.left], [0.0, window.height, window.top], [0.0, 0.0, 1.0]])
    if mirrored:
        place[0] = [-window.width, 0.0, window.left + window.width]
    plane = _by_centres(planes.shape[2], planes.shape[1])
    return _sampled(planes, np.linalg.inv(plane) @ place @ _by_centres(*size), size)


def _sampled(planes: U8, place: F64, size: tuple[int, int]) -> list[F32]:
    """Return the detail of planes that are sampled by a homography, from pixels of a grid to theirs."""
    found, middle = [], place @ [[size[0] / 2, size[0] / 2 + 1], [size[1] / 2, size[1] / 2], [1.0, 1.0]]
    step = float(np.linalg.norm(np.diff(middle[:2] / middle[2], axis=1)))
    for plane in planes:
        floats = plane.astype(np.float32)
        if step > 1:
            floats = cv2.GaussianBlur(floats, (0, 0), 0.4 * step)
        how = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        part = cv2.warpPerspective(floats, place, size, flags=how, borderMode=cv2.BORDER_REPLICATE)
        found.append(_detail(np.asarray(part, np.float32)))
    return found


def _detail(plane: F32) -> F32:
    """Return what differs from the mean around, of one contrast everywhere."""
    around = _AROUND * max(plane.shape) / SMALL_PX
    rest = plane - cv2.GaussianBlur(plane, (0, 0), around)
    spread = np.sqrt(cv2.GaussianBlur(rest * rest, (0, 0), around))
    return np.asarray(rest / (spread + _NOISE), np.float32)


def _unit(plane: F32) -> F32:
    centred = plane - plane.mean()
    return np.asarray(centred / max(float(np.linalg.norm(centred)), 1e-6), np.float32)


def grid_of(window: Window, planes: U8, longest: int = SMALL_PX) -> tuple[int, int]:
    """Return the columns and rows of a part of small planes, the longer side as asked."""
    width, height = window.width * planes.shape[2], window.height * planes.shape[1]
    scale = longest / max(width, height)
    return max(8, round(width * scale)), max(8, round(height * scale))


def shown(leak: U8, inside: Window, original: U8) -> Shown:
    """Find which part of the original's frames the leak's frames show: (2).

    Args:
        leak: ``(N, h, w) uint8``: small planes.
        inside: The part of them that is no bar.
        original: ``(M, H, W) uint8``: small planes.
    """
    chosen = leak[np.unique(np.linspace(0, len(leak) - 1, _LEAK_FRAMES).astype(int))]
    others = original[np.unique(np.linspace(0, len(original) - 1, _ORIGINAL_FRAMES * 6).astype(int))]
    size = grid_of(WHOLE, original, _HOUGH_PX)
    asset = seen_of(others, WHOLE, size)
    best = (-1.0, WHOLE, False)
    for mirrored in (False, True):
        alike = seen_of(chosen, inside, size, mirrored=mirrored) @ asset.T
        best = max(best, (float(alike.max(axis=1).mean()), WHOLE, mirrored))
    if best[0] < _CLEAR:
        fewer = original[np.unique(np.linspace(0, len(original) - 1, _ORIGINAL_FRAMES).astype(int))]
        part = _part(chosen, inside, _details(fewer, WHOLE, size, mirrored=False))
        if part is not None and part[0] > best[0] + _PART_MORE:
            best = part
    return Shown(inside, best[1], best[2])


def _part(chosen: U8, inside: Window, asset: list[F32]) -> tuple[float, Window, bool] | None:
    """Let each leak frame vote for a place, a size and a side."""
    rows, columns = asset[0].shape
    across, down = grid_of(inside, chosen, _HOUGH_PX)
    best: tuple[float, Window, bool] | None = None
    for share in _SIZES:
        # The largest part of the leak's proportions, and smaller ones.
        scale = share * min(columns / across, rows / down)
        size = (round(across * scale), round(down * scale))
        for mirrored in (False, True):
            total = np.zeros((rows - size[1] + 1, columns - size[0] + 1), np.float32)
            for plane in _details(chosen, inside, size, mirrored=mirrored):
                votes = [cv2.matchTemplate(one, plane, cv2.TM_CCOEFF_NORMED) for one in asset]
                total += np.max(votes, axis=0)
            y, x = np.unravel_index(int(total.argmax()), total.shape)
            found = Window(float(x) / columns, float(y) / rows, size[0] / columns, size[1] / rows)
            best = max(best or (-1.0, found, mirrored), (float(total.max()) / len(chosen), found, mirrored))
    return best
