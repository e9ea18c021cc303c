"""Frames of a leak are laid onto their original, and what an interval's frames add to it is read as one."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from moving import moving
from rempart.kernels.frame_sums import FrameOnto, IntervalSum
from rempart.kernels.spread_spectrum import SYMBOLS
from rempart.kernels.traitor_codes import code_signs
from rempart.kernels.video_layer import VIDEO, amplitude, block_of, pattern, pattern_layer, shape_of

KEY = bytes(range(32))
CODE = code_signs(KEY, SYMBOLS, 7)
FRAMES = [luma for luma, _ in moving(3)]
SHAPE = (192, 320)
MIRROR = np.array([[-1.0, 0.0, 319.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]])
DOUBLE = np.array([[2.0, 0.0, 0.5], [0.0, 2.0, 0.5], [0.0, 0.0, 1.0]])
SHIFT = np.array([[1.0, 0.0, -32.0], [0.0, 1.0, -16.0], [0.0, 0.0, 1.0]])


@pytest.mark.parametrize(
    "homography, leak",
    [
        (np.eye(3), FRAMES[0]),
        (MIRROR, np.ascontiguousarray(FRAMES[0][:, ::-1])),
        (DOUBLE, cv2.resize(FRAMES[0], (640, 384), interpolation=cv2.INTER_CUBIC)),
        (SHIFT, np.ascontiguousarray(FRAMES[0][16:, 32:])),
    ],
    ids=["as it is", "mirrored", "twice as large", "a part"],
)
def test_a_leak_lies_on_its_original(homography: npt.NDArray[np.float64], leak: npt.NDArray[np.uint8]) -> None:
    """To a small part of a pixel: their details are the same."""
    onto = FrameOnto(homography, SHAPE, leak.shape, *shape_of(*SHAPE))

    alike = np.vdot(onto.detail(onto.leak(leak)), onto.detail(onto.original(FRAMES[0])))
    assert float(alike) > 0.98
    assert onto.seen.mean() > 0.7


def test_a_part_shows_only_itself() -> None:
    """What is outside the leak is not read."""
    onto = FrameOnto(SHIFT, SHAPE, (176, 288), *shape_of(*SHAPE))

    assert not onto.seen[:8].any()
    assert not onto.seen[:, :16].any()


def _read(frames: int) -> float:
    """Return how much the symbols read in some noisy frames agree with the code."""
    rows, columns = shape_of(*SHAPE)
    onto = FrameOnto(np.eye(3), SHAPE, SHAPE, rows, columns)
    layer = pattern_layer(KEY, 1, rows, columns)
    total, random = IntervalSum(layer, onto.seen), np.random.default_rng(4)
    mark = pattern(layer, 1, CODE) * np.float32(0.7)
    for frame in FRAMES[:frames]:
        here = onto.original(frame)
        there = (here + mark + random.normal(0, 8, here.shape)).astype(np.float32)
        total.add(here, there, amplitude(frame, rows, columns), 1.0)
    soft = total.reading().soft
    return float(soft @ CODE[block_of(1)] / np.sqrt(soft @ soft))


def test_many_frames_show_what_one_does_not() -> None:
    """Noise is another in each, the pattern stays."""
    assert _read(16) > 2 * _read(1)
    assert _read(16) > 10


def test_an_interval_without_frames_says_nothing() -> None:
    """Zeros, of which no one is accused."""
    layer = pattern_layer(KEY, 0, *shape_of(*SHAPE))

    read = IntervalSum(layer, np.zeros((layer.rows * 8, layer.columns * 8), np.bool_)).reading()

    assert read.soft.shape == (VIDEO.symbols,)
    assert not read.soft.any()
