"""Sides are fitted to a part of a pixel, and squares are sampled without bias."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from rempart.kernels import frame_samples as samples


def waves(height: int, width: int) -> npt.NDArray[np.uint8]:
    """Return a smooth plane."""
    y, x = np.mgrid[0:height, 0:width]
    plane: npt.NDArray[np.uint8] = (128 + 60 * np.sin(x / 40) + 50 * np.cos(y / 30)).astype(np.uint8)
    return plane


@pytest.mark.parametrize("offset", [-3.0, -1.0, 0.0, 2.0, 4.0])
def test_a_side_moves_to_the_edge(offset: float) -> None:
    """A vertical edge at x = 100 is found from some pixels away, within a third of one."""
    plane = np.full((200, 200), 40, np.uint8)
    plane[:, 100:] = 180

    first, last, step = samples.fit_side(plane, np.array([100 + offset, 20.0, 100 + offset, 180.0]), 5, 1.0, 0)

    assert first == pytest.approx(-offset, abs=0.35)
    assert first == last
    assert step > 20


def test_the_ends_of_a_side_move_apart() -> None:
    """A side that is slanted by three pixels is fitted at both ends."""
    y, x = np.mgrid[0:300, 0:300]
    plane = np.where(x + 0.5 > 150 + (y - 150) * 0.02, 200, 30).astype(np.uint8)

    first, last, _ = samples.fit_side(plane, np.array([150.0, 0.0, 150.0, 300.0]), 6, 1.0, 1)

    assert first == pytest.approx(-3, abs=0.8)
    assert last == pytest.approx(3, abs=0.8)


def test_halving_is_the_mean() -> None:
    """Odd rows and columns are dropped."""
    plane = np.random.default_rng(1).integers(0, 256, (31, 45), dtype=np.uint8)

    half = samples.halve(plane)

    blocks = plane[:30, :44].reshape(15, 2, 22, 2).astype(int).sum(axis=(1, 3))
    assert np.array_equal(half, (blocks + 2) // 4)


def test_both_ways_of_sampling_agree() -> None:
    """A rectangle at rest gives the same square to both, on a smooth plane."""
    plane = waves(300, 400)
    corners = np.array([[20, 30], [380, 30], [380, 270], [20, 270]], np.float32)
    upright, general = np.empty((64, 64), np.float32), np.empty((64, 64), np.float32)

    samples.sample_upright(plane, corners, upright)
    samples.sample_square(plane, corners, general)

    assert np.abs(upright - general).max() < 1.0
    assert samples.is_upright(corners)
    assert not samples.is_upright(corners + np.array([[0, 0], [0, 1], [0, 0], [0, 0]], np.float32))


def test_turning_there_and_back_gives_the_plane() -> None:
    """Centre on centre, but for interpolation."""
    plane = waves(200, 300)
    cosine, sine = np.cos(0.1), np.sin(0.1)

    back = samples.turn(samples.turn(plane, cosine, sine, 300, 400), cosine, -sine, 200, 300)

    assert np.abs(back.astype(int) - plane)[20:-20, 20:-20].max() <= 4


def test_filling_touches_three_cells_a_corner() -> None:
    """The others stay, and white corners are gone."""
    square = np.zeros((64, 64), np.float32)
    for i, j in ((0, 0), (0, 1), (1, 0)):
        square[[i, i, -1 - i, -1 - i], [j, -1 - j, j, -1 - j]] = 255
    square[30, 30] = 7

    samples.fill_corners(square)

    assert square.max() == 7
    assert square[30, 30] == 7


@pytest.mark.parametrize("array", [np.zeros((4, 4, 3), np.uint8), np.zeros((4, 4)), np.zeros((0, 4), np.uint8)])
def test_refuses_what_is_not_a_plane(array: npt.NDArray[np.uint8]) -> None:
    """The message says what came."""
    with pytest.raises(ValueError, match=r"\(H, W\) uint8"):
        samples.as_plane(array)
