"""A pose is corners in pixels and a turn in words, or nothing."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import planes
from rempart.detect.placement import orientation_of, placement_of
from rempart.model import Orientation


@settings(deadline=None)
@given(st.lists(st.floats(allow_nan=True), min_size=9, max_size=9), st.integers(0, 1 << 31), st.integers(0, 1 << 31))
def test_any_nine_numbers_are_a_placement_or_none(numbers: list[float], width: int, height: int) -> None:
    """No error, no number that is none."""
    found = placement_of(np.array(numbers).reshape(3, 3), width, height)

    if found is not None:
        assert np.isfinite(found[1]).all()
        assert found[1][8] == 1
        assert all(abs(n) <= 1 << 31 for corner in found[0] for n in corner)


@pytest.mark.parametrize("edge, expected", [(-0.999, True), (-1.0, False), (-1.001, False)])
def test_the_horizon_has_two_sides(edge: float, expected: bool) -> None:  # noqa: FBT001 - a table
    """A corner just before it is somewhere."""
    assert (placement_of(np.array([[1, 0, 0], [0, 1, 0], [edge, 0, 1]]), 400, 300) is not None) is expected


def pose_of(orientation: Orientation) -> planes.F64:
    """Return the pose that puts the asset's corners where an orientation says."""
    corners = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], np.float64)
    a, b, _, d = corners[list(orientation.corners())]
    pose = np.eye(3)
    pose[:2] = np.column_stack([b - a, d - a, a])
    return pose


@pytest.mark.parametrize("orientation", Orientation)
@pytest.mark.parametrize("degrees", [-30, 0, 12, 30])
@pytest.mark.parametrize("scale, shift", [(1, (0, 0)), (0.3, (0.6, 0.1)), (3, (-1, -1.5))])
def test_a_turn_has_its_word(
    orientation: Orientation, degrees: float, scale: float, shift: tuple[float, float]
) -> None:
    """Wherever it lies, whatever its size, and turned somewhat besides."""
    pose = planes.similarity(scale, degrees, shift) @ pose_of(orientation)

    assert orientation_of(pose) is orientation


@pytest.mark.parametrize("orientation", Orientation)
def test_the_corners_are_those_of_the_word(orientation: Orientation) -> None:
    """One vocabulary for both."""
    frame = ((0, 0), (400, 0), (400, 300), (0, 300))

    found = placement_of(-2 * pose_of(orientation), 400, 300)

    assert found is not None
    assert found[0] == tuple(frame[k] for k in orientation.corners())
