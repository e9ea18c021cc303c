"""Pilots say where a mark belongs, whatever the frames say; and nothing where there are none."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from rempart.kernels.pilot_search import Moved, PilotSearch
from rempart.kernels.spread_spectrum import SYMBOLS, Layer
from rempart.kernels.traitor_codes import code_signs
from rempart.kernels.video_layer import pattern, pattern_layer, shape_of

F32 = npt.NDArray[np.float32]
KEY = bytes(range(32))
CODE = code_signs(KEY, SYMBOLS, 7)
ROWS, COLUMNS = shape_of(360, 640)
SIZE = (COLUMNS * 8, ROWS * 8)


def chips(interval: int, key: bytes = KEY) -> Layer:
    """Return an interval's chips."""
    return pattern_layer(key, interval, ROWS, COLUMNS)


def searched(place: list[list[float]], key: bytes = KEY) -> Moved:
    """Look for marks of three intervals, each drawn at a place, in noise; in the left two thirds of the frame."""
    random = np.random.default_rng(3)
    search, seen = PilotSearch(ROWS, COLUMNS), np.ones(SIZE[::-1], np.bool_)
    seen[:, SIZE[0] * 2 // 3 :] = False
    for interval in range(3):
        mark = pattern(chips(interval), interval, CODE)
        left = cv2.warpAffine(mark, np.array(place, np.float64), SIZE) + random.normal(0, 2.5, SIZE[::-1])
        search.add(chips(interval, key), left.astype(np.float32), np.ones((ROWS, COLUMNS), np.float32), seen)
    best = search.best()
    assert best is not None
    return best


def test_a_mark_where_it_was_laid_stays_there() -> None:
    """Nothing is moved."""
    best = searched([[1, 0, 0], [0, 1, 0]])

    assert best.as_laid == best.clear > 8
    np.testing.assert_allclose(best.change, np.eye(3), atol=1e-9)


@pytest.mark.parametrize("place", [[[1, 0, 9], [0, 1, -4]], [[0.96, 0, -7], [0, 0.96, 6]]])
def test_a_mark_that_lies_elsewhere_is_found(place: list[list[float]]) -> None:
    """To the side, and of another size: what its change sends back is within a pixel or two."""
    best = searched(place)

    corners = np.array([[10, 10, 1], [100, 10, 1], [100, 80, 1], [10, 80, 1]], np.float64)
    back = corners @ np.vstack([place, [0, 0, 1]]).T @ best.change.T
    assert best.clear > 8
    assert best.as_laid < 4
    np.testing.assert_allclose(back[:, :2], corners[:, :2], atol=1.6)


def test_without_a_mark_nothing_is_clear() -> None:
    """Under the five deviations that are asked for."""
    assert searched([[1, 0, 0], [0, 1, 0]], bytes(32)).clear < 5


def test_of_nothing_nothing_is_said() -> None:
    """No interval was read."""
    assert PilotSearch(ROWS, COLUMNS).best() is None
