"""An original is made to look as a leak does: what is left is what the leak adds."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import numpy.typing as npt
import pytest

import pictures
from rempart.kernels.photometry import matched

F32 = npt.NDArray[np.float32]


def _planes() -> tuple[F32, F32]:
    rgb = np.asarray(pictures.scene(3, 448, 336)).astype(np.float32)
    luma = rgb @ np.array([0.299, 0.587, 0.114], np.float32)
    return luma, np.stack([rgb[..., 0] - luma, rgb[..., 2] - luma], axis=2)


def _blurred(plane: F32) -> F32:
    return np.asarray(cv2.GaussianBlur(plane, (0, 0), 0.8), np.float32)


def _shaded(plane: F32) -> F32:
    return plane * np.linspace(0.8, 1.1, plane.shape[1], dtype=np.float32)


@pytest.mark.parametrize(
    "change, most",
    [
        (lambda p: p, 0.3),
        (lambda p: 0.7 * p + 30, 0.3),
        (lambda p: 255 - p, 0.3),
        (lambda p: 255 * (p / 255) ** 1.4, 0.5),
        (_blurred, 0.7),
        (_shaded, 0.8),
    ],
    ids=["same", "dull", "inverted", "gamma", "blurred", "shaded"],
)
def test_what_was_done_to_all_of_it_is_undone(change: Callable[[F32], F32], most: float) -> None:
    """In grey levels, root mean square, of what is left."""
    luma, chroma = _planes()
    leak = np.asarray(change(luma), np.float32)

    found = matched(luma, chroma, leak, np.ones(luma.shape, bool))

    assert float(np.sqrt(np.mean(found.left[8:-8, 8:-8] ** 2))) < most


def test_a_small_change_stays() -> None:
    """What was added with the signs of a grid is nearly all still there."""
    luma, chroma = _planes()
    y, x = np.mgrid[0:336, 0:448]
    mark = (2.0 * np.cos(np.pi * x / 4) * np.cos(np.pi * y / 3)).astype(np.float32)

    left = matched(luma, chroma, luma + mark, np.ones(luma.shape, bool)).left

    assert float((left * mark).sum() / (mark * mark).sum()) > 0.85


def test_the_slope_of_an_inverted_leak_is_negative() -> None:
    """A mark in it is read with the other sign."""
    luma, chroma = _planes()

    assert float(matched(luma, chroma, 255 - luma, np.ones(luma.shape, bool)).slope.max()) < 0


def test_stickers_change_nothing_elsewhere() -> None:
    """A quarter of the picture is laid over."""
    luma, chroma = _planes()
    leak = luma * 0.9 + 10
    leak[:168, :224] = 250

    left = matched(luma, chroma, leak, np.ones(luma.shape, bool)).left

    assert float(np.sqrt(np.mean(left[200:, 260:] ** 2))) < 1.3
