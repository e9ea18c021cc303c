"""Measure a proposed frame on the fine plane: fit its sides to the edges there, and sample what it holds.

Coordinates are of pixel edges: the pixel in row y and column x covers [x, x + 1] x [y, y + 1].
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from rempart.kernels.compile import kernel

U8 = npt.NDArray[np.uint8]
F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]

#: Sides of the square that PDQ reduces a picture to.
SIDE: Final = 64

_POINTS: Final = 96  # places along a side where the edge is looked for
_CLIP: Final = 24.0  # luma levels: a strong step counts no more than this, so that no object outweighs the side


@kernel
def halve(plane: U8) -> U8:  # (H, W) -> (H // 2, W // 2)
    """Average squares of two pixels."""
    height, width = plane.shape[0] // 2, plane.shape[1] // 2
    out = np.empty((height, width), np.uint8)
    total = np.empty(2 * width, np.uint16)
    for y in range(height):
        up, low = plane[2 * y], plane[2 * y + 1]
        for x in range(2 * width):
            total[x] = np.uint16(up[x]) + np.uint16(low[x])
        for x in range(width):
            out[y, x] = (total[2 * x] + total[2 * x + 1] + np.uint16(2)) >> np.uint16(2)
    return out


@kernel
def _at(plane: U8, x: float, y: float) -> float:
    """Interpolate between the four nearest pixels; outside, the nearest pixel's value goes on."""
    x = min(max(x - 0.5, 0.0), plane.shape[1] - 1.0)
    y = min(max(y - 0.5, 0.0), plane.shape[0] - 1.0)
    i, j = int(y), int(x)
    i2, j2 = min(i + 1, plane.shape[0] - 1), min(j + 1, plane.shape[1] - 1)
    v, u = y - i, x - j
    up = plane[i, j] * (1 - u) + plane[i, j2] * u
    low = plane[i2, j] * (1 - u) + plane[i2, j2] * u
    return up * (1 - v) + low * v


@kernel
def turn(plane: U8, cosine: float, sine: float, height: int, width: int) -> U8:  # (H, W) -> (height, width)
    """Sample a turned plane, centre on centre: output (x, y) is at (x cos - y sin, x sin + y cos) of the input."""
    out = np.empty((height, width), np.uint8)
    for y in range(height):
        for x in range(width):
            dx, dy = x + 0.5 - width / 2, y + 0.5 - height / 2
            sx = dx * cosine - dy * sine + plane.shape[1] / 2
            sy = dx * sine + dy * cosine + plane.shape[0] / 2
            out[y, x] = np.uint8(_at(plane, sx, sy) + 0.5)
    return out


@kernel
def fit_side(plane: U8, side: F64, reach: int, step: float, slanted: bool) -> tuple[float, float, float]:
    """Move a side to where the step across it is the strongest.

    Args:
        plane: ``(H, W)``, the fine plane.
        side: ``(4,)``: x and y of its two ends.
        reach: How far to look on either side, in steps.
        step: Pixels.
        slanted: Whether both ends may move apart.

    Returns:
        How far each end moves along the normal (dy, -dx), in pixels, and the mean clipped step there, in levels.
    """
    dx, dy = side[2] - side[0], side[3] - side[1]
    length = np.sqrt(dx * dx + dy * dy)
    nx, ny = dy / length * step, -dx / length * step
    size = 2 * reach + 1
    steps = np.empty((_POINTS, size), np.float64)
    profile = np.empty(size + 3, np.float64)
    for p in range(_POINTS):
        t = 0.03 + 0.94 * (p + 0.5) / _POINTS
        x, y = side[0] + dx * t, side[1] + dy * t
        for k in range(size + 3):  # samples half-way between the places where the edge may be
            away = k - reach - 1.5
            profile[k] = _at(plane, x + nx * away, y + ny * away)
        for k in range(size):
            steps[p, k] = min(_CLIP, abs(profile[k + 2] + profile[k + 3] * 0.5 - profile[k + 1] - profile[k] * 0.5))
    totals = np.zeros((size, size), np.float64)
    best, at_i, at_j = -1.0, reach, reach
    for i in range(size):
        for j in range(size):
            if (i != j and not slanted) or abs(i - j) > reach:
                continue
            total = 0.0
            for p in range(_POINTS):
                t = 0.03 + 0.94 * (p + 0.5) / _POINTS
                total += steps[p, int(i + (j - i) * t + 0.5)]
            totals[i, j] = total
            if total > best:
                best, at_i, at_j = total, i, j
    move = 0.0
    if 0 < at_i < size - 1 and 0 < at_j < size - 1:  # a parabola through the maximum and its two neighbours
        before, after = totals[at_i - 1, at_j - 1], totals[at_i + 1, at_j + 1]
        bend = before + after - 2 * best
        if bend < 0:
            move = 0.5 * (before - after) / bend
    return (at_i - reach + move) * step, (at_j - reach + move) * step, best / _POINTS


@kernel
def sample_square(plane: U8, corners: F32, out: F32) -> None:  # (4, 2) -> (S, S)
    """Sample the quadrilateral at S x S points, each a mean over about one cell, weighted as a triangle.

    The reference blurs with two box passes of n / 128 samples and keeps 64 of n: a triangle as wide as a cell.
    """
    size = out.shape[0]
    x0, y0 = corners[0, 0], corners[0, 1]
    for i in range(size):
        for j in range(size):
            total = 0.0
            for a in range(3):
                v = (i + 0.5 + (a - 1) * 0.33) / size
                for b in range(3):
                    u = (j + 0.5 + (b - 1) * 0.33) / size
                    p, q, r = u * (1 - v), u * v, (1 - u) * v
                    keep = (1 - u) * (1 - v)
                    x = x0 * keep + corners[1, 0] * p + corners[2, 0] * q + corners[3, 0] * r
                    y = y0 * keep + corners[1, 1] * p + corners[2, 1] * q + corners[3, 1] * r
                    total += _at(plane, x, y) * (2 - abs(a - 1)) * (2 - abs(b - 1))
            out[i, j] = total / 16
