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
from rempart.kernels import pdq

#: Long side, in pixels, around which the plane where edges are looked for is made.
COARSE_PX: Final = 560
#: Smallest side of a picture that is looked for, as a share of the suspect's short side.
SIDE_SHARE_MIN: Final = 0.15
#: Smallest share of a side that must be an edge.
SUPPORT_MIN: Final = 0.4
#: Sides under this have no frames: nothing inside them could be told.
SUSPECT_PX_MIN: Final = 48

_RUN_SHARE = 0.08  # of the line's length: least score of a run (marks less holes)
_LINES_MOST = 14  # in each direction
_ENDS = 6  # runs whose ends give lines of the other direction
_RUNS_MOST = 4096
_RECTANGLES_MOST = 4096
_ALIKE_SHARE = 0.008  # of a rectangle's side: nearer than that, fitting the sides brings them together
_OVERLAP, _VARIANTS = 0.7, 3  # of rectangles that overlap by so much, at most so many are kept beside one
_REACH = 4  # steps of half a coarse pixel

U8 = npt.NDArray[np.uint8]
F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Frames:
    """Inner rectangles that may hold a picture, strongest first."""

    corners: F32
    """``(K, 4, 2) float32``: x and y, in pixels of the suspect's plane, top-left, top-right, bottom-right, bottom-left."""
    support: F32
    """``(K,) float32``: 0..1, how well edges bound the rectangle, with its share of the plane."""


def propose_frames(luma: U8, *, most: int = 12) -> Frames:
    """Propose where pictures may be inside a suspect; the whole frame is not among them.

    Args:
        luma: ``(H, W) uint8``.
        most: How many to return at most.

    Returns:
        What was found, strongest first; nothing where no edge is long enough.

    Raises:
        ValueError: the array is not ``(H, W) uint8``.
    """
    luma = _checked(luma)
    nothing = Frames(corners=np.zeros((0, 4, 2), np.float32), support=np.zeros(0, np.float32))
    if min(luma.shape) < SUSPECT_PX_MIN:
        return nothing
    factor = max(1, round(max(luma.shape) / COARSE_PX))
    coarse = lines.shrink(luma, factor) if factor > 1 else luma
    if min(coarse.shape) < SUSPECT_PX_MIN // 2:
        return nothing
    across = lines.mark_edges(coarse, lines.STEP_LEVELS)
    down = lines.mark_edges(lines.transposed(coarse), lines.STEP_LEVELS)
    found = [(0.0, coarse.shape, _rectangles(across, down))]
    slant = _slant(across, down)
    if slant:
        found.append(_slanted_rectangles(coarse, slant))
    ranked: list[tuple[float, float, tuple[int, ...], F64]] = []
    for angle, shape, rectangles in found:
        ranked += [(float(r[4]), angle, shape, r[:4]) for r in _distinct(rectangles, most)]
    ranked.sort(key=lambda r: -r[0])
    placed = [_fitted(luma, _placed(r, coarse.shape, factor), factor, slanted=r[1] != 0.0) for r in ranked[:most]]
    if not placed:
        return nothing
    support = np.array([min(1.0, r[0]) for r in ranked[:most]], np.float32)
    return Frames(corners=np.stack(placed).astype(np.float32), support=support)


def rectify(luma: U8, corners: F32, side: int = samples.SIDE) -> F32:
    """Sample each frame as a square, low-passed as PDQ does.

    Args:
        luma: ``(H, W) uint8``.
        corners: ``(K, 4, 2) float32`` of :class:`Frames`; outside the plane its last pixels go on.
        side: S, in samples.

    Returns:
        ``(K, S, S) float32``, luma 0..255.

    Raises:
        ValueError: the plane is not ``(H, W) uint8``.
    """
    levels = [_checked(luma)]
    out = np.empty((len(corners), side, side), np.float32)
    for square, place in zip(out, corners, strict=True):
        edges = np.linalg.norm(place - np.roll(place, -1, axis=0), axis=1)
        level = max(0, math.floor(math.log2(max(1.0, float(edges.max()) / side / 2.5))))
        while len(levels) <= level and min(levels[-1].shape) > 1:
            levels.append(samples.halve(levels[-1]))
        level = min(level, len(levels) - 1)
        samples.sample_square(levels[level], np.ascontiguousarray(place, np.float32) / np.float32(2**level), square)
    return out


def codes_of_frames(luma: U8, corners: F32) -> tuple[U8, npt.NDArray[np.int64]]:
    """Return PDQ's codes of what frames hold.

    Args:
        luma: ``(H, W) uint8``.
        corners: ``(K, 4, 2) float32``.

    Returns:
        codes: ``(K, 8, 32) uint8``, orientations as in :data:`rempart.kernels.pdq.ORIENTATIONS`.
        quality: ``(K,) int64``, 0..100.
    """
    codes = np.zeros((len(corners), len(pdq.ORIENTATIONS), pdq.CODE_BYTES), np.uint8)
    quality = np.zeros(len(corners), np.int64)
    for k, square in enumerate(rectify(luma, corners)):
        codes[k], quality[k], _ = pdq.codes_of_reduced(square)
    return codes, quality


def _checked(luma: U8) -> U8:
    """Refuse what is not a plane, and return it as kernels were compiled for."""
    if luma.ndim != 2 or luma.dtype != np.uint8:
        message = f"a plane is an (H, W) uint8 array, not {luma.shape} {luma.dtype}"
        raise ValueError(message)
    return np.require(luma, requirements=["C", "W"])


def _runs(marks: U8) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int64]]:
    """Return the long edges along rows, and their order by strength."""
    runs = lines.find_runs(marks, max(12, int(_RUN_SHARE * marks.shape[1])), _RUNS_MOST)
    return runs, np.argsort(-runs[:, 3], kind="stable")


def _rectangles(across: U8, down: U8) -> F64:
    """Return ``(N, 5)``: top, left, bottom, right, score; best first."""
    level, upright = _runs(across), _runs(down)
    top, left = lines.snap_ends(*upright, across, _ENDS), lines.snap_ends(*level, down, _ENDS)
    rows = lines.keep_rows(*level, top, across.shape[0] - 1, _LINES_MOST)
    columns = lines.keep_rows(*upright, left, down.shape[0] - 1, _LINES_MOST)
    least = max(12, int(SIDE_SHARE_MIN * min(across.shape[1], down.shape[1])))
    found = lines.find_rectangles(
        lines.count_marks(across, rows),
        rows,
        lines.count_marks(down, columns),
        columns,
        least,
        SUPPORT_MIN,
        _RECTANGLES_MOST,
    )
    return found[np.argsort(-found[:, 4], kind="stable")]


def _distinct(rectangles: F64, most: int) -> list[F64]:
    """Keep the best of rectangles that are the same within what fitting corrects."""
    kept: list[F64] = []
    for one in rectangles:
        near = 2.0 + _ALIKE_SHARE * np.array([one[2] - one[0], one[3] - one[1]] * 2)
        if any(np.all(np.abs(one[:4] - other[:4]) <= near) for other in kept):
            continue
        if sum(_overlap(one, other) > _OVERLAP for other in kept) >= _VARIANTS:
            continue
        kept.append(one)
        if len(kept) == most:
            break
    return kept


def _overlap(one: F64, other: F64) -> float:
    """Return the area that two rectangles share, over the area that either covers."""
    high = min(one[2], other[2]) - max(one[0], other[0])
    wide = min(one[3], other[3]) - max(one[1], other[1])
    if high <= 0 or wide <= 0:
        return 0.0
    areas = [(r[2] - r[0]) * (r[3] - r[1]) for r in (one, other)]
    return float(high * wide / (sum(areas) - high * wide))


def _slant(across: U8, down: U8) -> float:
    """Return the angle, in degrees, whose lines are the longest, if they are long and not at rest; else 0."""
    total = np.zeros(len(lines.SLANTS_DEG))
    for marks, sign in ((across, 1.0), (down, -1.0)):
        counts = lines.project(lines.transposed(marks), sign * lines.TANGENTS)
        pairs = counts[:, 1:] + counts[:, :-1]
        for k, row in enumerate(pairs):
            first = int(row.argmax())
            strongest = int(row[first])
            row[max(0, first - 8) : first + 9] = 0
            total[k] += (strongest + int(row.max())) / (marks.shape[1] / 2)
    best = int(total.argmax())
    angle = lines.SLANTS_DEG[best]
    return angle if abs(angle) >= 0.5 else 0.0


def _slanted_rectangles(coarse: U8, degrees: float) -> tuple[float, tuple[int, ...], F64]:
    """Turn the plane so that the slanted lines are at rest, and look there."""
    cosine, sine = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    height, width = coarse.shape
    high = int(height * cosine + width * abs(sine))
    wide = int(width * cosine + height * abs(sine))
    straight = samples.turn(coarse, cosine, sine, high, wide)
    across = lines.mark_edges(straight, lines.STEP_LEVELS)
    down = lines.mark_edges(lines.transposed(straight), lines.STEP_LEVELS)
    return degrees, straight.shape, _rectangles(across, down)


def _placed(ranked: tuple[float, float, tuple[int, ...], F64], shape: tuple[int, ...], factor: int) -> F64:
    """Return the corners, in the suspect's pixels, of a rectangle found on a coarse plane that may be turned."""
    _, degrees, turned, (top, left, bottom, right) = ranked
    corners = np.array([[left, top], [right, top], [right, bottom], [left, bottom]])
    if degrees:
        cosine, sine = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
        corners = corners - np.array([turned[1], turned[0]]) / 2
        corners = corners @ np.array([[cosine, sine], [-sine, cosine]]) + np.array([shape[1], shape[0]]) / 2
    return np.asarray(corners * factor)


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
            first, last, _ = samples.fit_side(luma, ends, _REACH, max(1.0, factor / 2), slanted)
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
    pdq.warm()
    luma = np.full((1200, 800), 40, np.uint8)
    luma[300:900, 200:600] = 200
    codes_of_frames(luma, propose_frames(luma).corners)
    _slanted_rectangles(lines.shrink(luma, 2), 1.0)
