"""Find long straight edges in a plane of luma, and the rectangles that they may bound.

Everything works on horizontal edges; vertical ones are horizontal edges of the transposed plane. An edge *at row y*
lies between the rows ``y - 1`` and ``y``, so that row 0 and row H are the sides of the plane itself.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from rempart.kernels.compile import kernel

U8 = npt.NDArray[np.uint8]
I32 = npt.NDArray[np.int32]
I64 = npt.NDArray[np.int64]
F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]

#: Smallest step, in luma levels, that counts: JPEG's noise on flat parts stays below, near-black pictures above.
STEP_LEVELS: Final = 2
#: Slants that are projected: every 0.4 degree up to 8.8 (an error of 0.2 degree moves the end of a 640 px side 1.1 px).
SLANTS_DEG: Final = np.arange(-22, 23) * 0.4

_EVERY: Final = 3  # columns
_WINDOW: Final = 2  # rows on either side among which an edge is the strongest
#: Their tangents, as :func:`project` takes them.
TANGENTS: Final = np.tan(np.deg2rad(SLANTS_DEG))


@kernel
def shrink(plane: U8, factor: int) -> U8:  # (H, W) -> (H // factor, W // factor)
    """Average squares of ``factor`` pixels."""
    height, width = plane.shape[0] // factor, plane.shape[1] // factor
    out = np.empty((height, width), np.uint8)
    total = np.empty(width * factor, np.uint32)
    area = np.uint32(factor * factor)
    for y in range(height):
        total[:] = 0
        for k in range(factor):
            row = plane[y * factor + k]
            for x in range(total.size):
                total[x] += row[x]
        for x in range(width):
            mean = area >> np.uint32(1)
            for k in range(factor):
                mean += total[x * factor + k]
            out[y, x] = mean // area
    return out


@kernel
def transposed(plane: U8) -> U8:  # (H, W) -> (W, H)
    """Copy with rows and columns exchanged, in blocks that stay in the first-level cache."""
    height, width = plane.shape
    out = np.empty((width, height), np.uint8)
    for top in range(0, height, 32):
        for left in range(0, width, 32):
            for y in range(top, min(top + 32, height)):
                for x in range(left, min(left + 32, width)):
                    out[x, y] = plane[y, x]
    return out


@kernel
def mark_edges(plane: U8, least: int) -> U8:  # (H, W) -> (H + 1, W), 0 or 1
    """Mark where the step between two rows above and two rows below is the strongest of its neighbourhood."""
    height, width = plane.shape
    marks = np.zeros((height + 1, width), np.uint8)
    step = np.zeros((height + 1 + 2 * _WINDOW, width), np.int16)  # row y is at y + _WINDOW
    for y in range(2, height - 1):
        up2, up1, low1, low2 = plane[y - 2], plane[y - 1], plane[y], plane[y + 1]
        out = step[y + _WINDOW]
        for x in range(width):
            out[x] = abs(np.int16(low1[x]) + np.int16(low2[x]) - np.int16(up1[x]) - np.int16(up2[x]))
    floor = np.int16(2 * least)
    for y in range(2, height - 1):
        a, b, here, d, e = step[y], step[y + 1], step[y + 2], step[y + 3], step[y + 4]
        out8 = marks[y]
        for x in range(width):
            v = here[x]
            out8[x] = np.uint8((v >= b[x]) & (v >= d[x]) & (v >= a[x] + floor) & (v >= e[x] + floor))
    return marks


@kernel
def find_runs(marks: U8, least: int, most: int) -> I32:  # (H + 1, W) -> (N, 4): row, begin, end, score
    """Return the stretches of rows that are mostly marked, in the row or the one below: +1 a mark, -1 a hole.

    A stretch ends where its score falls a quarter of ``least`` below its best (and where the row ends).
    """
    height, width = marks.shape[0] - 1, marks.shape[1]
    out = np.empty((most, 4), np.int32)
    found = 0
    slack = max(8, least // 2)
    for y in range(1, height):
        row, below = marks[y], marks[y + 1]
        score = best = begin = end = 0
        for x in range(width):
            score += 1 if row[x] | below[x] else -1
            if score > best:
                best, end = score, x + 1
            if score <= 0 or score < best - slack or x == width - 1:
                if best >= least and found < most:
                    out[found, 0], out[found, 1], out[found, 2], out[found, 3] = y, begin, end, best
                    found += 1
                score = best = 0
                begin = x + 1
    return out[:found].copy()


@kernel
def snap_ends(runs: I32, order: I64, marks: U8, few: int) -> I64:  # -> (up to 2 few,)
    """Return the rows of ``marks`` at which the strongest runs of the other direction begin and end.

    A run ends where its picture does, give or take some pixels: the row with the most marks beside that end is taken.
    It finds a side whose own row is lost among many (a streaky ground), or that is only partly visible.
    """
    height, width = marks.shape[0] - 1, marks.shape[1]
    beside = width // 6
    out = np.empty(2 * few, np.int64)
    found = 0
    for k in order[:few]:
        at = runs[k, 0]
        for end in runs[k, 1:3]:
            best, row = 0, -1
            for y in range(max(1, end - 4), min(height, end + 5)):
                for begin in (max(0, at - beside), min(at, width - beside)):
                    count = 0
                    for x in range(begin, begin + beside):
                        count += marks[y, x] | marks[y + 1, x]
                    if count > best:
                        best, row = count, y
            if 2 * best > beside:
                out[found] = row
                found += 1
    return out[:found].copy()


@kernel
def keep_rows(runs: I32, order: I64, ends: I64, size: int, most: int) -> I64:  # order: strongest run first
    """Return the rows of the strongest runs, in order from the top, the two sides of the plane among them.

    A run next to a kept row (at most one away) adds nothing.
    """
    taken = np.zeros(size + 3, np.uint8)
    kept = 0
    for row in ends:
        if not taken[row - 1] | taken[row] | taken[row + 1]:
            taken[row] = 1
    for k in order:
        row = runs[k, 0]
        if taken[row - 1] | taken[row] | taken[row + 1]:
            continue
        taken[row] = 1
        kept += 1
        if kept == most:
            break
    taken[0] = taken[size] = 1
    return np.nonzero(taken[: size + 1])[0]


@kernel
def count_marks(marks: U8, rows: I64) -> I32:  # -> (R, W + 1): marks before each column, in the row or the one below
    """Sum the marks along the rows that were kept, so that any stretch's support is one subtraction."""
    width = marks.shape[1]
    out = np.zeros((rows.size, width + 1), np.int32)
    for k in range(rows.size):
        row, below = marks[rows[k]], marks[min(rows[k] + 1, marks.shape[0] - 1)]
        total = 0
        for x in range(width):
            total += row[x] | below[x]
            out[k, x + 1] = total
    return out


@kernel
def _crossing(counts: I32, rows: I64, first: int, last: int, begin: int, end: int) -> float:
    """Return the support of the strongest row between two others, over a stretch of columns."""
    best = 0
    for k in range(first + 1, last):
        if rows[k] - rows[first] > 2 and rows[last] - rows[k] > 2:
            best = max(best, counts[k, end] - counts[k, begin])
    return best / (end - begin)


@kernel
def find_rectangles(
    down: I32, rows: I64, across: I32, columns: I64, least_side: int, least_support: float, most: int
) -> F64:
    """Return the rectangles between kept rows and columns whose sides are all edges, or sides of the plane.

    Args:
        down: ``(R, W + 1)`` from :func:`count_marks` along ``rows``.
        rows: ``(R,)``, rows[0] and rows[-1] being the plane's own sides.
        across: ``(C, H + 1)`` the same along ``columns``.
        columns: ``(C,)``.
        least_side: Pixels.
        least_support: Share of marks, below which a side is none.
        most: How many to return at most.

    Returns:
        ``(N, 7)``: top, left, bottom, right; score; score if no edge crossed the inside; support of the weakest side.
    """
    out = np.empty((most, 7), np.float64)
    found = 0
    height, width = rows[-1], columns[-1]
    for i in range(rows.size - 1):
        for j in range(i + 1, rows.size):
            high = rows[j] - rows[i]
            if high < least_side:
                continue
            for k in range(columns.size - 1):
                left = 1.0
                if k > 0:
                    left = (across[k, rows[j]] - across[k, rows[i]]) / high
                    if left < least_support:
                        continue
                for m in range(k + 1, columns.size):
                    wide = columns[m] - columns[k]
                    if wide < least_side or (wide == width and high == height):
                        continue
                    right = top = bottom = 1.0
                    if m < columns.size - 1:
                        right = (across[m, rows[j]] - across[m, rows[i]]) / high
                    if right < least_support:
                        continue
                    if i > 0:
                        top = (down[i, columns[m]] - down[i, columns[k]]) / wide
                    if j < rows.size - 1:
                        bottom = (down[j, columns[m]] - down[j, columns[k]]) / wide
                    if top < least_support or bottom < least_support:
                        continue
                    length = high * ((k > 0) + (m < columns.size - 1)) + wide * ((i > 0) + (j < rows.size - 1))
                    marked = high * ((k > 0) * left + (m < columns.size - 1) * right)
                    marked += wide * ((i > 0) * top + (j < rows.size - 1) * bottom)
                    support = marked / length - 0.35
                    if support < 0.15 or found == most:
                        continue
                    cross = max(
                        _crossing(down, rows, i, j, columns[k], columns[m]),
                        _crossing(across, columns, k, m, rows[i], rows[j]),
                    )
                    score = support * np.sqrt(np.sqrt(length / (2 * (height + width))))
                    out[found, 0], out[found, 1] = rows[i], columns[k]
                    out[found, 2], out[found, 3] = rows[j], columns[m]
                    out[found, 4] = score * (1 - 2.8 * min(0.25, max(0.0, cross - 0.65)))
                    out[found, 5], out[found, 6] = score, min(left, right, top, bottom)
                    found += 1
    return out[:found].copy()


@kernel
def _same(rectangles: F64, one: int, other: int) -> bool:
    """Tell whether two rectangles are so near that fitting their sides brings them together."""
    for k in range(4):
        side = rectangles[other, 2 + k % 2] - rectangles[other, k % 2]
        if abs(rectangles[one, k] - rectangles[other, k]) > 1.0 + 0.006 * side:
            return False
    return True


@kernel
def _overlap(rectangles: F64, one: int, other: int) -> float:
    """Return the area that two rectangles share, over the area that either covers."""
    a, b = rectangles[one], rectangles[other]
    high, wide = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
    if high <= 0 or wide <= 0:
        return 0.0
    shared: float = high * wide / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - high * wide)
    return shared


@kernel
def keep_rectangles(rectangles: F64, order: I64, whole: I64, tight: int, most: int) -> I64:
    """Choose rectangles of :func:`find_rectangles` that are not readings of one another.

    Edges that cross a rectangle speak for its parts, as in a collage, but a horizon crosses too: ``tight`` places go to
    the best with that penalty, the others to the best without it. Among the first, a rectangle that overlaps one whose
    four sides are certain adds nothing.

    Args:
        rectangles: ``(N, 7)``.
        order: ``(N,)``, best score first.
        whole: ``(N,)``, best score without penalty first.
        tight: Places for the first.
        most: Places in all.

    Returns:
        ``(K,)``: which rectangles.
    """
    kept = np.empty(most, np.int64)
    found = 0
    for part in range(2):
        for one in order if part == 0 else whole:
            if found == (tight if part == 0 else most):
                break
            fresh = True
            for k in kept[:found]:
                certain = part == 0 and rectangles[k, 6] >= 0.8
                if _same(rectangles, one, k) or (certain and _overlap(rectangles, one, k) > 0.6):
                    fresh = False
                    break
            if fresh:
                kept[found] = one
                found += 1
    return kept[:found].copy()


@kernel
def _two_longest(total: npt.NDArray[np.uint16], apart: int) -> int:
    """Return the marks of the two best lines that are not neighbours, each a pair of rows."""
    at, first = 0, 0
    for y in range(total.size - 1):
        if total[y] + total[y + 1] > first:
            at, first = y, total[y] + total[y + 1]
    second = 0
    for y in range(total.size - 1):
        if abs(y - at) > apart:
            second = max(second, total[y] + total[y + 1])
    return int(first + second)


@kernel
def project(marks: U8, tangents: F64) -> F64:  # (W, H + 1) -> (A,)
    """Return, for each slant, the share of marks along its two longest lines: 0..2.

    Line y of tangent t goes through the points (x, y + (x - W / 2) t). ``marks`` are the transposed ones, so that a
    column is contiguous, and is added whole, shifted; every third column is enough.
    """
    width, size = marks.shape
    out = np.empty(tangents.size, np.float64)
    total = np.empty(size, np.uint16)
    for a in range(tangents.size):
        total[:] = 0
        for x in range(0, width, _EVERY):
            shift = int(np.floor((x - width / 2) * tangents[a] + 0.5))
            first, last = max(0, -shift), size - max(0, shift)
            if last <= first:
                continue
            line, part = marks[x, first + shift : last + shift], total[first:last]
            for y in range(part.size):
                part[y] += line[y]
        out[a] = _two_longest(total, 8) / (width / _EVERY)
    return out
