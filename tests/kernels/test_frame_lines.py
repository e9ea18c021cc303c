"""Edges, runs and slants equal what simple numpy says of them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rempart.kernels import frame_lines as lines


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32), st.integers(6, 40), st.integers(6, 40))
def test_edges_are_steps_that_stand_out(seed: int, height: int, width: int) -> None:
    """Each mark is a step between pairs of rows, no weaker than its neighbours, stronger than those two rows away."""
    plane = np.random.default_rng(seed).integers(0, 256, (height, width), dtype=np.uint8)

    marks = lines.mark_edges(plane, lines.STEP_LEVELS)

    rows = plane.astype(int)
    step = np.zeros((height + 5, width), int)
    step[4 : height + 1] = np.abs(rows[2:-1] + rows[3:] - rows[:-3] - rows[1:-2])
    here = step[2 : height + 3]
    expected = (here >= step[1 : height + 2]) & (here >= step[3 : height + 4])
    expected &= (here >= step[: height + 1] + 2 * lines.STEP_LEVELS) & (here >= step[4:] + 2 * lines.STEP_LEVELS)
    assert np.array_equal(marks, expected)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32), st.integers(1, 4), st.integers(8, 50), st.integers(8, 50))
def test_shrinking_is_the_mean(seed: int, factor: int, height: int, width: int) -> None:
    """Squares are averaged and rounded; what is left over at the far sides is dropped."""
    plane = np.random.default_rng(seed).integers(0, 256, (height, width), dtype=np.uint8)

    small = lines.shrink(plane, factor)

    high, wide = height // factor, width // factor
    blocks = plane[: high * factor, : wide * factor].reshape(high, factor, wide, factor)
    assert np.array_equal(small, np.floor(blocks.mean(axis=(1, 3)) + 0.5).astype(np.uint8))
    assert np.array_equal(lines.transposed(plane), plane.T)


def test_a_run_is_found_with_its_ends_and_through_holes() -> None:
    """A line with one pixel in five missing is one run."""
    marks = np.zeros((41, 200), np.uint8)
    marks[20, 50:150] = 1
    marks[20, 54:150:5] = 0

    runs = lines.find_runs(marks, 30, 10)

    best = runs[np.argmax(runs[:, 3])]
    assert best[0] in {19, 20}
    assert best[1:3].tolist() == [50, 149]


def test_a_rectangle_is_made_of_its_four_sides() -> None:
    """One outline gives the rectangle and the bands beside it, and the rectangle is the strongest."""
    plane = np.full((240, 320), 30, np.uint8)
    plane[60:180, 80:260] = 200
    across, down = lines.mark_edges(plane, 2), lines.mark_edges(lines.transposed(plane), 2)
    rows, columns = np.array([0, 60, 180, 240]), np.array([0, 80, 260, 320])

    found = lines.find_rectangles(
        lines.count_marks(across, rows), rows, lines.count_marks(down, columns), columns, 40, 0.4, 100
    )

    assert found[np.argmax(found[:, 4]), :4].tolist() == [60, 80, 180, 260]


def test_rectangles_stop_at_the_limit() -> None:
    """Room for two is not overrun."""
    marks = np.ones((101, 100), np.uint8)
    rows = np.arange(0, 101, 10)
    counts = lines.count_marks(marks, rows)

    assert len(lines.find_rectangles(counts, rows, counts, rows, 10, 0.4, 2)) == 2


@pytest.mark.parametrize("degrees", [-8.0, -3.2, 0.0, 1.6, 6.0])
def test_a_slanted_line_stands_out_at_its_slant(degrees: float) -> None:
    """Its share of marks is the whole there, and little elsewhere."""
    marks = np.zeros((300, 401), np.uint8)
    x = np.arange(300)
    marks[x, np.round(200 + (x - 150) * np.tan(np.deg2rad(degrees))).astype(int)] = 1

    share = lines.project(marks, lines.TANGENTS)

    assert lines.SLANTS_DEG[int(share.argmax())] == pytest.approx(degrees)
    assert share.max() >= 0.95
    assert np.median(share) < 0.6


def test_readings_of_one_rectangle_are_kept_once() -> None:
    """Nearly the same, or overlapping a certain one, adds nothing; another place does."""
    found = np.array(
        [
            [10, 10, 110, 110, 0.6, 0.6, 0.95],
            [10, 11, 110, 110, 0.5, 0.5, 0.9],
            [10, 10, 110, 130, 0.4, 0.4, 0.5],
            [200, 200, 300, 300, 0.3, 0.3, 0.9],
        ]
    )

    kept = lines.keep_rectangles(found, np.arange(4), np.arange(4), 4, 4)

    assert kept.tolist() == [0, 3, 2]
