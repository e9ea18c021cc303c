"""Turning a picture upright moves each sample to its place, and changes none."""

from __future__ import annotations

import numpy as np
import pytest

from rempart.hazmat.turning import ORIENTATIONS, exchanges_axes, upright

STORED = np.array([[1, 2, 3], [4, 5, 6]], np.uint8)
#: Exif 2.32, table 4: which sides of the upright picture the first row and the first column stored are.
UPRIGHT = {
    1: [[1, 2, 3], [4, 5, 6]],
    2: [[3, 2, 1], [6, 5, 4]],
    3: [[6, 5, 4], [3, 2, 1]],
    4: [[4, 5, 6], [1, 2, 3]],
    5: [[1, 4], [2, 5], [3, 6]],
    6: [[4, 1], [5, 2], [6, 3]],
    7: [[6, 3], [5, 2], [4, 1]],
    8: [[3, 6], [2, 5], [1, 4]],
    0: [[1, 2, 3], [4, 5, 6]],
    9: [[1, 2, 3], [4, 5, 6]],
}


@pytest.mark.parametrize("orientation, expected", UPRIGHT.items())
@pytest.mark.parametrize("channels", [0, 1, 3])
def test_each_orientation_is_undone(orientation: int, expected: list[list[int]], channels: int) -> None:
    """Planes and pictures alike; a number that is no orientation changes nothing."""
    stored = np.repeat(STORED[..., np.newaxis], channels, axis=2) if channels else STORED

    turned = upright(stored, orientation)

    assert turned.flags.c_contiguous
    assert np.array_equal(turned[..., 0] if channels else turned, expected)


@pytest.mark.parametrize("orientation", ORIENTATIONS)
def test_the_axes_are_exchanged_or_not(orientation: int) -> None:
    """As the turned shape shows."""
    assert exchanges_axes(orientation) is (upright(STORED, orientation).shape == (3, 2))
