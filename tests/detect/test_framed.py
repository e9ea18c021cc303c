"""Places taken again inside rectangles: which rectangles, and where their places lie in the whole."""

from __future__ import annotations

import numpy as np
import pytest

from planes import luma as luma_of_scene
from rempart.detect.framed import BOXES_MOST, SUPPORT_MIN, clear_boxes, with_boxes
from rempart.detect.frames import Frames
from rempart.detect.points import points_of
from rempart.detect.points_bank import arrays_of


def framed(*boxes: tuple[int, int, int, int], support: float = 0.9) -> Frames:
    """Make frames of boxes, equally clear."""
    corners = [((a, b), (c, b), (c, d), (a, d)) for a, b, c, d in boxes]
    return Frames(
        corners=np.array(corners, np.float32).reshape(-1, 4, 2), support=np.full(len(boxes), support, np.float32)
    )


@pytest.mark.parametrize(
    "box, support",
    [
        ((10, 10, 60, 60), 0.9),  # too small
        ((0, 0, 990, 790), 0.9),  # nearly all of it
        ((100, 100, 500, 400), SUPPORT_MIN - 0.01),  # not clear
    ],
)
def test_what_tells_nothing_is_not_looked_into(box: tuple[int, int, int, int], support: float) -> None:
    """Specks, the whole, and edges that may be anything."""
    assert clear_boxes(framed(box, support=support), np.zeros((800, 1000), np.uint8)) == []


def test_few_boxes_that_differ_are_looked_into() -> None:
    """Of two that are nearly one, the first; and no more than what the budget allows."""
    found = framed((100, 100, 500, 400), (105, 100, 505, 400), (520, 100, 900, 400), (100, 420, 500, 780))

    boxes = clear_boxes(found, np.zeros((800, 1000), np.uint8))

    assert boxes == [(100, 100, 500, 400), (520, 100, 900, 400)]
    assert len(boxes) == BOXES_MOST


def test_places_inside_a_box_lie_where_it_is() -> None:
    """They are added to the whole's, in the whole's pixels, under the same variants."""
    inner = luma_of_scene(3, 400, 300)
    luma = np.full((800, 1000), 255, np.uint8)
    luma[200:500, 300:700] = inner

    whole = points_of(luma, 100, is_suspect=True)
    both = with_boxes(whole, luma, [(300, 200, 700, 500)], lambda plane: points_of(plane, 50, is_suspect=True))

    points, codes = arrays_of(both)
    scale = whole.width / 1000
    added = points[len(whole) :, :2] / scale
    assert codes.shape == (4, len(points), 32)
    assert len(points) > len(whole)
    assert (added >= [300, 200]).all()
    assert (added <= [700, 500]).all()


def test_no_box_changes_nothing() -> None:
    """The whole's own places are given back."""
    whole = points_of(luma_of_scene(3, 400, 300), 100, is_suspect=True)

    assert with_boxes(whole, np.zeros((300, 400), np.uint8), [], lambda _: whole) == whole
