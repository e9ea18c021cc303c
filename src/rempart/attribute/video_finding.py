"""Where and when a leaked video lies in its original: the part of its frames, the moments, and then the exact place.

(1) Small planes of all frames tell which part of the original's frames the leak shows, and align both in time; (2) a
few pairs of frames are registered as pictures are, and the place that suits all pairs best is taken for the whole
video. Only pixels are looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final, NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from rempart.attribute.video_points import placed_by_points
from rempart.errors import MarkError
from rempart.kernels.alignment import Aligned, Series, align
from rempart.kernels.frame_sums import FrameOnto
from rempart.kernels.frame_window import (
    LEAK_SMALL_PX,
    SMALL_PX,
    Shown,
    Window,
    grid_of,
    inside,
    laid_of,
    seen_of,
    shown,
    small,
    without_bars,
)
from rempart.kernels.registration import Registered, register
from rempart.kernels.video_layer import shape_of

U8 = npt.NDArray[np.uint8]
F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]
I64 = npt.NDArray[np.int64]
Frames = Callable[[], Iterable[tuple[U8, float]]]

#: Under this correlation of texture, what was found is not the same video.
QUALITY_LEAST: Final = 0.15
#: Planes that bars are looked for on.
_BAR_PX: Final = 320
#: Longer sides of the planes that frames are aligned by, for videos of up to so many frames: memory stays bounded.
_DETAILS: Final = ((4_000, SMALL_PX), (12_000, 48), (10**9, 32))
#: Time goes evenly over so many seconds before and after.
_EVEN_S: Final = 1.0
#: So far apart, in parts of the longer side, the places of frames are more than one: over half a pixel of a pattern.
_SHAKEN_SHARE: Final = 0.004
#: Laid elsewhere, a leak shows the original in so much of what may show it.
_SEEN_LEAST: Final = 0.2
#: Pairs of frames that are registered.
_PAIRS: Final = 5
#: Registered this well by the place that small planes tell, no points are looked for.
_CLEAR: Final = 0.8


class Strip(NamedTuple):
    """A video in small: all that is kept of it."""

    planes: U8
    """``(N, h, w) uint8``."""
    times_s: F64
    """``(N,) float64``."""
    shape: tuple[int, int]
    """Height and width of its frames."""
    least: U8
    """``(h', w') uint8``: the least luma of each place."""
    most: U8
    """The greatest."""


class Found(NamedTuple):
    """Where and when a leak lies in its original."""

    aligned: Aligned
    """Which frame of the original each of the leak shows."""
    homography: F64
    """``(3, 3) float64``: from pixels of the original to the leak's."""
    quality: float
    """-1..1: how closely the texture of both agrees."""
    original_shape: tuple[int, int]
    """Height and width of the original's frames."""
    leak_shape: tuple[int, int]
    """The same of the leak's."""
    strips: tuple[Strip, Strip]
    """The original and the leak in small."""
    part: Shown
    """Which part of the leak shows which of the original."""
    shaken: bool
    """It lies elsewhere in each frame, as if a hand held the camera."""
    steadied: bool = False
    """Time goes evenly, and each frame is to be laid anew."""


def find(original: Frames, leak: Frames) -> Found | None:
    """Find where and when a leak lies in its original; None if it is another video.

    Raises:
        MarkError: a frame is no luma plane, or has another size than the first.
    """
    asset, suspect = _strip(original, SMALL_PX), _strip(leak, LEAK_SMALL_PX)
    if asset is None or suspect is None:
        return None
    part = shown(suspect.planes, without_bars(suspect.least, suspect.most), asset.planes)  # (1)
    rough = _rough(asset.shape, suspect.shape, part)
    aligned = _aligned(asset, suspect, part)
    if aligned is None:
        counts, shapes = (len(asset.planes), len(suspect.planes)), (asset.shape, suspect.shape)
        places = placed_by_points(original, leak, counts, shapes)
        tried = [(one, place) for place in places if (one := _laid(asset, suspect, part.leak, place)) is not None]
        if not tried:
            return None
        aligned, rough = max(tried, key=lambda pair: (pair[0].frames >= 0).mean() * pair[0].quality)
    pairs = _pairs(original, leak, _chosen(aligned, suspect))
    homography, quality, shaken = _placed(pairs, asset, suspect, rough)  # (2)
    if quality < QUALITY_LEAST:
        return None
    return Found(aligned, homography, quality, asset.shape, suspect.shape, (asset, suspect), part, shaken)


def moved(found: Found, homography: F64) -> Found | None:
    """Lay a leak elsewhere, and align it in time by what it then shows; None if it is not alike there."""
    aligned = _laid(*found.strips, found.part.leak, homography)
    return None if aligned is None else found._replace(aligned=aligned, homography=homography)


def _laid(asset: Strip, suspect: Strip, without: Window, homography: F64) -> Aligned | None:
    """Align both in time, by what the leak shows of the original where it is laid."""
    (height, width), (rows, columns) = asset.shape, suspect.shape
    place = np.diag([1 / width, 1 / height, 1.0]) @ np.linalg.inv(homography) @ np.diag([columns, rows, 1.0])
    window = _overlap(without, np.linalg.inv(place))
    size = grid_of(window, suspect.planes, _longest(asset, suspect))
    onto = np.array([[window.width, 0.0, window.left], [0.0, window.height, window.top], [0.0, 0.0, 1.0]])
    seen = inside(place @ onto, size)
    if seen.mean() < _SEEN_LEAST:
        return None
    leak, original = (laid_of(s.planes, h, size, seen) for s, h in ((suspect, onto), (asset, place @ onto)))
    return align(Series(suspect.times_s, leak), Series(asset.times_s, original))


def steadied(found: Found) -> Found:
    """Let time go evenly where the camera shakes: what moves the frame is not to be taken for what passes in it."""
    asset, suspect = found.strips
    there = np.flatnonzero(found.aligned.frames >= 0)
    times_s = suspect.times_s[there]
    ahead_s = asset.times_s[found.aligned.frames[there]] - times_s
    first, last = np.searchsorted(times_s, times_s - _EVEN_S), np.searchsorted(times_s, times_s + _EVEN_S, "right")
    even_s = times_s + [np.median(ahead_s[a:b]) for a, b in zip(first, last, strict=True)]
    frames = found.aligned.frames.copy()
    after = np.clip(np.searchsorted(asset.times_s, even_s), 1, len(asset.times_s) - 1) if len(asset.times_s) > 1 else 0
    before_is_nearer = even_s - asset.times_s[after - 1] < asset.times_s[after] - even_s
    frames[there] = np.maximum.accumulate(after - before_is_nearer)
    return found._replace(aligned=found.aligned._replace(frames=frames), steadied=True)


def _overlap(leak: Window, place: F64) -> Window:
    """Return what of a leak's part may show the original: a window around both.

    Args:
        leak: The part without bars.
        place: ``(3, 3) float64``: from shares of the original to shares of the leak.
    """
    corners = cv2.perspectiveTransform(np.array([[[0.0, 0.0]], [[1.0, 0.0]], [[1.0, 1.0]], [[0.0, 1.0]]]), place)
    least, most = corners.reshape(4, 2).min(axis=0), corners.reshape(4, 2).max(axis=0)
    left, top = max(leak.left, float(least[0])), max(leak.top, float(least[1]))
    right, bottom = min(leak.left + leak.width, float(most[0])), min(leak.top + leak.height, float(most[1]))
    return Window(left, top, max(1e-3, right - left), max(1e-3, bottom - top))


def _strip(frames: Frames, longest: int) -> Strip | None:
    """Go through a video, and keep it small."""
    planes: list[U8] = []
    times_s: list[float] = []
    shape, least, most = (0, 0), np.zeros((0, 0), np.uint8), np.zeros((0, 0), np.uint8)
    for luma, time_s in frames():
        if luma.ndim != 2 or luma.dtype != np.uint8 or (planes and luma.shape != shape):  # noqa: PLR2004 - rows, columns
            message = f"a frame is an (H, W) uint8 plane of the size of the others, not {luma.shape} {luma.dtype}"
            raise MarkError(message)
        plane = small(luma, _BAR_PX)
        least, most = (np.minimum(least, plane), np.maximum(most, plane)) if planes else (plane, plane)
        shape = (luma.shape[0], luma.shape[1])
        planes.append(small(luma, longest))
        times_s.append(time_s)
    if not planes or min(shape) < 16:  # noqa: PLR2004 - nothing is to be seen on fewer pixels
        return None
    return Strip(np.stack(planes), np.maximum.accumulate(np.array(times_s, np.float64)), shape, least, most)


def _aligned(asset: Strip, suspect: Strip, part: Shown) -> Aligned | None:
    """Align both in time, by what the leak shows of the original's frames."""
    size = grid_of(part.original, asset.planes, _longest(asset, suspect))
    leak = seen_of(suspect.planes, part.leak, size, mirrored=part.mirrored)
    return align(Series(suspect.times_s, leak), Series(asset.times_s, seen_of(asset.planes, part.original, size)))


def _longest(asset: Strip, suspect: Strip) -> int:
    """Return the longer side of planes that both can be compared on, in pixels."""
    return next(px for most, px in _DETAILS if len(asset.planes) + len(suspect.planes) <= most)


def _chosen(aligned: Aligned, suspect: Strip) -> list[tuple[int, int]]:
    """Choose pairs of frames: the most alike and best textured of each of a few parts of the leak."""
    there = np.flatnonzero(aligned.frames >= 0)
    spread = np.minimum(suspect.planes[there].std(axis=(1, 2)), 20.0) / 20.0
    worth = aligned.likeness[there] * spread
    pairs = []
    for piece in np.array_split(np.arange(len(there)), min(_PAIRS, len(there))):
        best = there[piece[int(worth[piece].argmax())]]
        pairs.append((int(best), int(aligned.frames[best])))
    return pairs


def _pairs(original: Frames, leak: Frames, chosen: list[tuple[int, int]]) -> list[tuple[U8, U8]]:
    """Go through both videos for some frames: the original's and the leak's."""
    theirs, ours = {i for i, _ in chosen}, {j for _, j in chosen}
    there = {i: luma.copy() for i, (luma, _) in enumerate(leak()) if i in theirs}
    here = {j: luma.copy() for j, (luma, _) in enumerate(original()) if j in ours}
    return [(here[j], there[i]) for i, j in chosen if i in there and j in here]


def _placed(pairs: list[tuple[U8, U8]], asset: Strip, suspect: Strip, rough: F64) -> tuple[F64, float, bool]:
    """Register some pairs, and take the place that suits all of them best; say if they lie in different places."""
    found: list[Registered] = []
    for here, there in pairs:
        one = register(here, there, rough)
        if one is None or one.correlation < _CLEAR:
            found += [other for other in [register(here, there)] if other is not None]
        found += [one] if one is not None else []
    if not found:
        return np.eye(3), -1.0, False
    worth = [(_suits(one.homography, pairs, asset, suspect), one.correlation, k) for k, one in enumerate(found)]
    best = found[max(worth)[2]]
    return best.homography, best.correlation, _apart(found, best, asset) > _SHAKEN_SHARE


def _apart(found: list[Registered], best: Registered, asset: Strip) -> float:
    """Return how far apart places are that fit as well, in the median: in parts of the frame's longer side."""
    height, width = asset.shape
    corners = np.array([[[0, 0]], [[width, 0]], [[width, height]], [[0, height]]], np.float64)
    back, far = np.linalg.inv(best.homography), []
    for one in found:
        if one is not best and one.correlation > 0.8 * best.correlation:
            sent = cv2.perspectiveTransform(corners, back @ one.homography)
            far.append(float(np.abs(sent - corners).max()) / max(asset.shape))
    return float(np.median(far)) if far else 0.0


def _suits(homography: F64, pairs: list[tuple[U8, U8]], asset: Strip, suspect: Strip) -> float:
    """Return how alike all pairs are under a place."""
    onto = FrameOnto(homography, asset.shape, suspect.shape, *shape_of(*asset.shape))
    if not onto.seen.any():
        return -1.0
    alike = [np.vdot(onto.detail(onto.original(here)), onto.detail(onto.leak(there))) for here, there in pairs]
    # A place that shows little of the original is alike by chance more often.
    return float(np.mean(alike) * np.sqrt(np.sqrt(onto.seen.mean())))


def _rough(asset: tuple[int, int], suspect: tuple[int, int], part: Shown) -> F64:
    """Return the homography that two parts of frames tell, from pixels of the original to the leak's."""
    (height, width), (rows, columns) = asset, suspect
    across = part.leak.width * columns / (part.original.width * width)
    down = part.leak.height * rows / (part.original.height * height)
    left, top = part.leak.left * columns, part.leak.top * rows - down * part.original.top * height
    if part.mirrored:
        right = (part.leak.left + part.leak.width) * columns + across * part.original.left * width
        return np.array([[-across, 0.0, right - 1.0], [0.0, down, top], [0.0, 0.0, 1.0]])
    return np.array([[across, 0.0, left - across * part.original.left * width], [0.0, down, top], [0.0, 0.0, 1.0]])
