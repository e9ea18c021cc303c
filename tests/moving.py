"""Moving pictures made in code: a camera that passes over made scenes, with cuts and grain."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import numpy as np
import numpy.typing as npt

import pictures

U8 = npt.NDArray[np.uint8]
Frame = tuple[U8, float]

#: Frames a second.
RATE = 8


@cache
def moving(seed: int, seconds: float = 8.0, width: int = 320, height: int = 192) -> tuple[Frame, ...]:
    """Return luma and time of each frame: a shot of 2 s of each of some scenes."""
    return tuple(_frames(seed, round(seconds * RATE), width, height))


def _frames(seed: int, count: int, width: int, height: int) -> Iterator[Frame]:
    random = np.random.default_rng(seed)
    shot = 2 * RATE
    for number in range(count):
        if number % shot == 0:
            drawn = pictures.scene(seed * 100 + number // shot, width + 64, height + 48).convert("L")
            ground = np.asarray(drawn, np.int16)
            ways = random.integers(0, 2, 2)
        t = number % shot
        x, y = (2 * t if way else 2 * (shot - t) for way in ways)
        grain = np.round(random.normal(0, 1.2, (height, width))).astype(np.int16)
        view = ground[y : y + height, x : x + width]
        yield np.clip(view + grain, 0, 255).astype(np.uint8), number / RATE
