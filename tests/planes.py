"""Planes of luma to test with: scenes made in code, what a copy does to them, and what an attacker sends instead."""

from __future__ import annotations

import functools
from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

from pictures import scene

U8 = npt.NDArray[np.uint8]
F64 = npt.NDArray[np.float64]


@functools.cache
def _scene(seed: int, width: int, height: int) -> U8:
    return np.asarray(scene(seed, width, height).convert("L"), np.uint8)


def luma(seed: int, width: int = 640, height: int = 480) -> U8:
    """Return ``(height, width) uint8``: the luma of a scene that has detail at every scale."""
    return _scene(seed, width, height).copy()


def checkerboard(height: int, width: int, cell: int) -> U8:
    """Return squares of black and white: every corner is like every other."""
    squares = np.add.outer(np.arange(height) // cell, np.arange(width) // cell)
    return np.asarray(squares % 2 * 255, np.uint8)


def noise(height: int, width: int, seed: int = 1) -> U8:
    """Return pixels that have nothing to do with each other."""
    return np.random.default_rng(seed).integers(0, 256, (height, width), dtype=np.uint8)


def hostile() -> dict[str, U8]:
    """Return planes on which a detector of points fails, or never ends, if nobody thought of them."""
    return {
        "5x5, flat": np.full((5, 5), 7, np.uint8),
        "5x5": noise(5, 5),
        "1x1": noise(1, 1),
        "one row": noise(1, 3000),
        "one column": noise(3000, 1),
        "a thread": noise(5, 300_000),
        "a thread, upright": noise(300_000, 5),
        "all black": np.zeros((600, 800), np.uint8),
        "all equal": np.full((600, 800), 128, np.uint8),
        "noise": noise(900, 1200),
        "checkerboard of pixels": checkerboard(600, 800, 1),
        "checkerboard": checkerboard(600, 800, 16),
        "coarse checkerboard": checkerboard(600, 800, 40),
    }


def similarity(scale: float, degrees: float, shift: Sequence[float]) -> F64:
    """Return ``(3, 3)``: a turn about the origin, clockwise as pixels are seen, a scale and a shift."""
    turn = np.radians(degrees)
    turned = scale * np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    out = np.eye(3)
    out[:2, :2], out[:2, 2] = turned, shift
    return out


def mirror(width: int) -> F64:
    """Return ``(3, 3)``: left and right exchanged, in pixels of a plane of that width."""
    return np.array([[-1.0, 0.0, width - 1.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]])


def warped(plane: U8, homography: F64, height: int, width: int) -> U8:
    """Draw a plane where a homography sends it, on grey."""
    drawn = cv2.warpPerspective(plane, homography, (width, height), flags=cv2.INTER_AREA, borderValue=(128.0,))
    return np.asarray(drawn, np.uint8)


def sent(homography: F64, places: npt.NDArray[np.floating]) -> F64:
    """Return where ``(N, 2)`` places are sent."""
    out = np.column_stack([places, np.ones(len(places))]) @ homography.T
    return np.asarray(out[:, :2] / out[:, 2:], np.float64)
