"""A plane of luma is what its formula says, at every size and shrinking."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rempart.kernels.luma import luma_plane


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 1000), st.integers(1, 40), st.integers(1, 40), st.sampled_from([1, 2, 4, 8]))
def test_equals_the_formula_on_means_of_blocks(seed: int, height: int, width: int, shrink: int) -> None:
    """Blocks that the border cuts are the mean of what is left of them."""
    rgb = np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)

    plane = luma_plane(rgb, shrink)

    luma = rgb.astype(np.int64) @ np.array([299, 587, 114])
    for y in range(-(-height // shrink)):
        for x in range(-(-width // shrink)):
            block = luma[y * shrink : (y + 1) * shrink, x * shrink : (x + 1) * shrink]
            assert abs(plane[y, x] - block.mean() / 1000) <= 0.5
    assert plane.shape == (y + 1, x + 1)


def test_a_read_only_view_is_read() -> None:
    """Pillow gives arrays that cannot be written."""
    rgb = np.full((6, 8, 3), (255, 255, 255), np.uint8)[::2]
    rgb.flags.writeable = False

    assert (luma_plane(rgb) == 255).all()


@pytest.mark.parametrize(
    "array, shrink",
    [
        (np.zeros((8, 8), np.uint8), 1),
        (np.zeros((8, 8, 4), np.uint8), 1),
        (np.zeros((8, 8, 3)), 1),
        (np.zeros((8, 8, 3), np.uint8), 0),
        (np.zeros((8, 8, 3), np.uint8), 65),
    ],
)
def test_refuses_what_is_not_a_picture(array: npt.NDArray[np.uint8], shrink: int) -> None:
    """Another shape, type or block is an error: a larger one would overflow its sum."""
    with pytest.raises(ValueError, match=r"\(H, W, 3\) uint8"):
        luma_plane(array, shrink)
