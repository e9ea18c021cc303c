"""Squares are cut around what stands out, inside the picture, and at the same places of a crop."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import planes
from rempart.kernels.anchors import anchors, squares


@pytest.mark.parametrize("plane", planes.hostile().values(), ids=planes.hostile().keys())
def test_no_plane_is_too_strange(plane: planes.U8) -> None:
    """What comes out is finite, no more than was asked for, and inside the picture."""
    found = anchors(plane, 50)

    assert found.dtype == np.float32
    assert found.shape == (len(found), 3)
    assert len(found) <= 50
    assert np.isfinite(found).all()
    assert_inside(found, plane)


def assert_inside(found: npt.NDArray[np.float32], plane: planes.U8) -> None:
    """Check that no square leaves the plane by more than rounding."""
    height, width = plane.shape
    assert (found[:, :2] - found[:, 2:] / 2 >= -1).all()
    assert (found[:, :2] + found[:, 2:] / 2 <= [width + 1, height + 1]).all()


@pytest.mark.parametrize("level", [0, 200])
def test_a_flat_picture_has_none(level: int) -> None:
    """There is nothing to cut around."""
    assert len(anchors(np.full((480, 640), level, np.uint8), 20)) == 0


@pytest.mark.parametrize("width, height", [(1280, 960), (640, 480), (200, 150), (900, 300), (300, 900)])
def test_squares_lie_inside_the_picture(width: int, height: int) -> None:
    """In its own pixels, whatever its size."""
    plane = planes.luma(4, width, height)

    found = anchors(plane, 24)

    assert len(found) >= 5
    assert_inside(found, plane)


def test_they_are_the_same_each_time_and_none_comes_twice() -> None:
    """One blob has several directions, and one square."""
    found = anchors(planes.luma(1), 64)

    assert np.array_equal(found, anchors(planes.luma(1), 64))
    assert len(np.unique(found.round(), axis=0)) == len(found)


def test_fewer_are_the_first_of_more() -> None:
    """The most contrasted come first."""
    assert np.array_equal(anchors(planes.luma(1), 5), anchors(planes.luma(1), 50)[:5])


@pytest.mark.parametrize("seed", [4, 5, 8, 9])
def test_a_crop_has_squares_at_the_same_places(seed: int) -> None:
    """Of those of the whole that lie well inside it."""
    plane = planes.luma(seed, 1280, 960)
    left, top, right, bottom = 120, 90, 1240, 930

    whole, crop = anchors(plane, 24), anchors(plane[top:bottom, left:right].copy(), 64)

    expected = whole - np.array([left, top, 0], np.float32)
    room = expected[:, 2:] * 0.7
    is_inside = (expected[:, :2] > room).all(axis=1) & (expected[:, :2] < [right - left, bottom - top] - room).all(
        axis=1
    )
    apart = np.hypot(*(expected[:, None, :2] - crop[None, :, :2]).transpose(2, 0, 1))
    near = (apart < 0.1 * expected[:, 2:]) & (abs(np.log(crop[:, 2] / expected[:, 2:])) < 0.15)
    assert is_inside.sum() >= 4
    assert near.any(axis=1)[is_inside].mean() >= 0.6


@settings(max_examples=40, deadline=None)
@given(st.floats(-900, 900), st.floats(-900, 900), st.floats(1, 500), st.floats(-720, 720))
def test_a_turned_square_is_a_square(x: float, y: float, side: float, turn: float) -> None:
    """Its corners are about its centre, its sides equal, and its first side points where it was turned."""
    [corners] = squares(np.array([[x, y, side, turn]], np.float32))

    edges = np.roll(corners, -1, axis=0) - corners
    assert np.allclose(corners.mean(axis=0), [x, y], atol=0.01)
    assert np.allclose(np.hypot(edges[:, 0], edges[:, 1]), side, rtol=1e-3, atol=1e-3)
    expected = side * np.array([np.cos(np.radians(turn)), np.sin(np.radians(turn))])
    assert np.allclose(edges[0], expected, rtol=1e-2, atol=0.02)
    assert edges[0, 0] * edges[1, 1] - edges[0, 1] * edges[1, 0] > 0


def test_no_place_has_no_square() -> None:
    """An empty table stays one."""
    assert squares(np.zeros((0, 4), np.float32)).shape == (0, 4, 2)
