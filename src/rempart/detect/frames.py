"""Find the pictures that a suspect holds inside borders, bars, screenshots and collages, and fingerprint each.

A repost seldom shows the picture alone. What surrounds it leaves long straight edges: rectangles are made of them, at
rest and at the slant that has the longest ones, their sides are fitted on the fine plane, and each gets PDQ's code.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from rempart.kernels import frame_lines as lines
from rempart.kernels import frame_samples as samples

#: Long side, in pixels, around which the plane where edges are looked for is made.
COARSE_PX: Final = 560
#: Smallest side of a picture that is looked for, as a share of the suspect's short side.
SIDE_SHARE_MIN: Final = 0.15
#: Smallest share of a side that must be an edge.
SUPPORT_MIN: Final = 0.4
#: Smallest slant that is looked for: fitting the sides follows smaller ones.
SLANT_DEG_MIN: Final = 0.5
#: Least that the lines of a slant must stand out of those of the median one, of 4 full lines. On ten photographs a
#: family: at rest up to 0.34 (one plain photograph of ten above the threshold, which costs it time and nothing else);
#: turned, 0.32 to 2.9, but for one polaroid at 0.07.
SLANT_MIN: Final = 0.3
#: Sides under this have no frames: nothing inside them could be told.
SUSPECT_PX_MIN: Final = 48
#: And so has a coarse plane with sides under this: a strip.
COARSE_PX_MIN: Final = 24

_RUN_SHARE = 0.08  # of the line's length: least score of a run (marks less holes)
_LINES_MOST = 14  # in each direction
_ENDS = 6  # runs whose ends give lines of the other direction
_RUNS_MOST = 4096
_RECTANGLES_MOST = 4096
_WHOLE = 3  # places kept for rectangles that edges cross
_CROSSED = 0.6  # of the score without penalty: least score of a rectangle that edges cross
_REACH = 3  # steps of half a coarse pixel

U8 = npt.NDArray[np.uint8]
F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Frames:
    """Inner rectangles that may hold a picture, strongest first."""

    corners: F32
    """``(K, 4, 2) float32``: x and y in pixels of the suspect: top-left, top-right, bottom-right, bottom-left."""
    support: F32
    """``(K,) float32``: 0..1, how well edges bound the rectangle, with its share of the plane."""


@dataclass(frozen=True, slots=True)
class _Found:
    """Rectangles of one slant, on a coarse plane that was turned to put them at rest."""

    degrees: float
    shape: tuple[int, ...]
    rectangles: F64


def propose_frames(luma: U8, *, most: int = 12) -> Frames:
    """Propose where pictures may be inside a suspect; the whole frame is not among them.

    (1) The plane is reduced and its edges marked, :func:`_edges`. (2) Rectangles are made of long edges,
    :func:`_rectangles`. (3) Where slanted lines stand out, the plane is turned and (2) done again, :func:`_slant`.
    (4) The best of them are fitted on the fine plane, :func:`_fitted`.

    Args:
        luma: ``(H, W) uint8``.
        most: How many to return at most.

    Returns:
        What was found, strongest first (slanted ones before those at rest); nothing where no edge is long enough.

    Raises:
        ValueError: the array is not ``(H, W) uint8``.
    """
    luma = samples.as_plane(luma)
    factor = max(1, round(max(luma.shape) / COARSE_PX))
    if min(luma.shape) < max(SUSPECT_PX_MIN, factor * COARSE_PX_MIN) or most < 1:
        return Frames(corners=np.zeros((0, 4, 2), np.float32), support=np.zeros(0, np.float32))
    coarse = lines.shrink(luma, factor)
    across, down = _edges(coarse)  # (1)
    rest = _Found(0.0, coarse.shape, _distinct(_rectangles(across, down), most))  # (2)
    slant = _slant(across, down)  # (3)
    kept = [(rest, r) for r in rest.rectangles]
    if slant:
        turned = _at_slant(coarse, slant)
        first = [(turned, r) for r in _distinct(turned.rectangles, most)[: most - most // 3]]
        kept = [*first, *kept[: most - len(first)]]
    corners = np.zeros((len(kept), 4, 2), np.float32)
    for k, (found, rectangle) in enumerate(kept):  # (4)
        place = _placed(found, rectangle, coarse.shape) * factor
        corners[k] = _fitted(luma, place, factor, slanted=found.degrees != 0.0)
    return Frames(corners=corners, support=np.array([r[4] for _, r in kept], np.float32))


def _edges(coarse: U8) -> tuple[U8, U8]:
    """Mark the edges along rows, and those along columns on the transposed plane."""
    across = lines.mark_edges(coarse, lines.STEP_LEVELS)
    return across, lines.mark_edges(lines.transposed(coarse), lines.STEP_LEVELS)


def _runs(marks: U8) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int64]]:
    """Return the long edges along rows, and their order by strength."""
    runs = lines.find_runs(marks, max(12, int(_RUN_SHARE * marks.shape[1])), _RUNS_MOST)
    return runs, np.argsort(-runs[:, 3], kind="stable")


def _rectangles(across: U8, down: U8) -> F64:
    """Return ``(N, 7)``, as :func:`lines.find_rectangles` does."""
    level, upright = _runs(across), _runs(down)
    top, left = lines.snap_ends(*upright, across, _ENDS), lines.snap_ends(*level, down, _ENDS)
    rows = lines.keep_rows(*level, top, across.shape[0] - 1, _LINES_MOST)
    columns = lines.keep_rows(*upright, left, down.shape[0] - 1, _LINES_MOST)
    least = max(12, int(SIDE_SHARE_MIN * min(across.shape[1], down.shape[1])))
    return lines.find_rectangles(
        lines.count_marks(across, rows),
        rows,
        lines.count_marks(down, columns),
        columns,
        least,
        SUPPORT_MIN,
        _RECTANGLES_MOST,
    )


def _distinct(rectangles: F64, most: int) -> F64:
    """Keep the best rectangles, each once, in the order of their scores (:data:`_CROSSED` of it, if edges cross)."""
    order = np.argsort(-rectangles[:, 4], kind="stable")
    whole = np.argsort(-rectangles[:, 5], kind="stable")
    kept = lines.keep_rectangles(rectangles, order, whole, most - min(_WHOLE, most // 2), most)
    best = rectangles[kept]
    best[:, 4] = np.minimum(1.0, np.maximum(best[:, 4], _CROSSED * best[:, 5]))
    return best[np.argsort(-best[:, 4], kind="stable")]


def _slant(across: U8, down: U8) -> float:
    """Return the angle, in degrees, of the longest slanted lines if they stand out from other angles; else 0."""
    total = lines.project(lines.transposed(across), lines.TANGENTS)
    total += lines.project(lines.transposed(down), -lines.TANGENTS)
    inner = total[1:-1]
    peak = (inner >= total[:-2]) & (inner >= total[2:]) & (np.abs(lines.SLANTS_DEG[1:-1]) >= SLANT_DEG_MIN)
    best = int(np.argmax(np.where(peak, inner, 0.0)))
    return float(lines.SLANTS_DEG[1 + best]) if inner[best] - np.median(total) >= SLANT_MIN else 0.0


def _at_slant(coarse: U8, degrees: float) -> _Found:
    """Turn the plane so that the slanted lines are at rest, and look there."""
    cosine, sine = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    height, width = coarse.shape
    high, wide = int(height * cosine + width * abs(sine)), int(width * cosine + height * abs(sine))
    straight = samples.turn(coarse, cosine, sine, high, wide)
    return _Found(degrees, straight.shape, _rectangles(*_edges(straight)))


def _placed(found: _Found, rectangle: F64, shape: tuple[int, ...]) -> F64:
    """Return the corners, on the coarse plane, of a rectangle found on that plane or on a turned one."""
    top, left, bottom, right = rectangle[:4]
    corners = np.array([[left, top], [right, top], [right, bottom], [left, bottom]])
    if not found.degrees:
        return corners
    cosine, sine = math.cos(math.radians(found.degrees)), math.sin(math.radians(found.degrees))
    away = corners - np.array([found.shape[1], found.shape[0]]) / 2
    return np.asarray(away @ np.array([[cosine, sine], [-sine, cosine]]) + np.array([shape[1], shape[0]]) / 2)


def _fitted(luma: U8, corners: F64, factor: int, *, slanted: bool) -> F64:
    """Move each side that is not the plane's own to the edge, and return the new corners."""
    height, width = luma.shape
    sides = []
    for k in range(4):
        ends = np.concatenate([corners[k], corners[(k + 1) % 4]])
        outside = (ends[0] + ends[2] < 2 * factor) | (ends[0] + ends[2] > 2 * (width - factor))
        if k % 2 == 0:
            outside = (ends[1] + ends[3] < 2 * factor) | (ends[1] + ends[3] > 2 * (height - factor))
        if not outside:
            first, last, _ = samples.fit_side(luma, ends, _REACH, max(1.0, factor / 2), int(slanted))
            normal = np.array([ends[3] - ends[1], ends[0] - ends[2]])
            normal /= np.linalg.norm(normal)
            ends = ends + np.concatenate([first * normal, last * normal])
        sides.append(ends)
    return np.stack([_meeting(sides[k - 1], sides[k]) for k in range(4)])


def _meeting(first: F64, second: F64) -> F64:
    """Return where two lines, each given by two points, meet."""
    a, b = first[2:] - first[:2], second[2:] - second[:2]
    across = a[0] * b[1] - a[1] * b[0]
    away = second[:2] - first[:2]
    return np.asarray(first[:2] + a * (away[0] * b[1] - away[1] * b[0]) / across)


def warm() -> None:
    """Compile or load every kernel that this file uses, so that no later call needs the compiler."""
    luma = np.full((1200, 800), 40, np.uint8)
    luma[300:900, 200:600] = 200
    propose_frames(luma)
    _at_slant(lines.shrink(luma, 2), 1.0)
    _fitted(luma, np.array([[200.0, 310.0], [600.0, 290.0], [610.0, 890.0], [210.0, 910.0]]), 2, slanted=True)
