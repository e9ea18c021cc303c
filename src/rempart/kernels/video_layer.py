"""The layer of a video's mark: one pattern of chips for each interval of time, as strong as each frame hides it.

As :mod:`rempart.kernels.spread_spectrum`, with what time asks for. A pattern lasts an interval, so that a codec that
copies blocks from frame to frame carries it along, and a reader adds many frames up; the next interval has other chips,
so that nothing is learned of one by averaging frames of another. An interval carries one block of a code's symbols; a
cycle of intervals carries all. One pattern fades into the next: nothing flickers.

After Cox, Kilian, Leighton and Shamoon, "Secure spread spectrum watermarking for multimedia", IEEE Trans. Image
Processing 6, 1997, and Kalker, Depovere, Haitsma and Maes, "A video watermarking system for broadcast monitoring", SPIE
3657, 1999 (a pattern that stays for many frames). Arithmetic is as written, without fast-math.
"""

from __future__ import annotations

import functools
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from rempart.kernels.keyed_stream import dealt, derived_key, signs
from rempart.kernels.spread_spectrum import BLOCK_PX, SYMBOLS, Layer, LayerPlan, canonical_shape, coefficients, rendered
from rempart.kernels.visibility import SSIM_CONSTANT, block_skin_chroma, block_tolerance

U8 = npt.NDArray[np.uint8]
I8 = npt.NDArray[np.int8]
F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]

#: Blocks that a code's symbols are divided into: an interval carries one, and so many intervals all of them.
CYCLE: Final = 10
#: How long a pattern lasts, and how long before its end it begins to fade into the next. A codec needs the first half
#: second of a pattern to follow it.
INTERVAL_US: Final = 2_000_000
FADE_US: Final = 400_000
#: Very coarse: a pattern that is alike a few pixels further outlives prediction from frames whose content has moved;
#: of one of 352 pixels and seven frequencies, strong compression leaves a third as much (benchmarks/video_survival.py).
VIDEO: Final = LayerPlan("video", 176, SYMBOLS // CYCLE, (1, 3), 1.6, 5.0)

#: One chip in so many is the same in all copies.
_PILOT_EVERY: Final = 8
#: What skin may get of what another place of its texture gets.
_SKIN_SHARE: Final = 0.7
#: What may be taken from a frame's SSIM, as :func:`amplitude` reckons it: 0.98 is left of it (tests, benchmarks).
_SSIM_TAKEN: Final = 0.025
#: On larger frames the pattern is wider than SSIM's windows, which see the less of it.
_SSIM_SIDE_PX: Final = 320
#: Bars and plain grounds get nothing; from this tolerance on, that of some grain, a block gets its share.
_GRAIN_TOLERANCE: Final = 0.015
_MICROSECONDS: Final = 1_000_000


class Moment(NamedTuple):
    """Which patterns a frame has."""

    interval: int
    """The number of the first, from 0 on."""
    fading: float
    """0..1: how much of the next one is there instead."""


def moment_of(time_s: float) -> Moment:
    """Return which patterns a frame at a time of 0 s or more has; times are taken to the microsecond."""
    interval, phase = divmod(max(0, round(time_s * _MICROSECONDS)), INTERVAL_US)
    return Moment(interval, max(0, phase - (INTERVAL_US - FADE_US)) / FADE_US)


def block_of(interval: int) -> slice:
    """Return which of a code's symbols an interval carries."""
    first = interval % CYCLE * VIDEO.symbols
    return slice(first, first + VIDEO.symbols)


def shape_of(height: int, width: int) -> tuple[int, int]:
    """Return the rows and columns of blocks of the canonical plane of a video's frames."""
    return canonical_shape(VIDEO, height, width)


def pattern_layer(key: bytes, interval: int, rows: int, columns: int) -> Layer:
    """Make an interval's chips, for an amplitude of one grey level, root mean square, in each block.

    Args:
        key: 32 bytes or more, of this video alone.
        interval: Its number, from 0 on.
        rows: Of blocks: :func:`shape_of`.
        columns: The same, across.
    """
    places = coefficients(VIDEO)
    shape = (rows * columns, len(places))
    count = shape[0] * shape[1]
    chips = signs(derived_key(key, f"video chips {interval}"), count).reshape(shape)
    owner = dealt(derived_key(key, f"video symbols {interval}"), count, VIDEO.symbols, count // _PILOT_EVERY)
    basis = (_unit(len(places)) * chips).astype(np.float32)
    return Layer(rows, columns, basis, owner.reshape(shape), places)


@functools.cache
def _unit(carrying: int) -> float:
    """Return what on each of so many coefficients of 64 makes a root mean square of 1."""
    return float(np.sqrt(BLOCK_PX**2 / carrying))


def pattern(layer: Layer, interval: int, code: I8) -> F32:
    """Return an interval's pattern for one code: ``(8 rows, 8 columns) float32``, of 1 grey level.

    Args:
        layer: What :func:`pattern_layer` made.
        interval: Its number.
        code: ``(20480,) int8``, -1 or 1.
    """
    return rendered(layer, np.ascontiguousarray(code[block_of(interval)]))


def amplitude(luma: U8, rows: int, columns: int, chroma: tuple[U8, U8] | None = None) -> F32:
    """Say how strong a frame's mark may be in each block: ``(rows, columns) float32``, grey levels, root mean square.

    Args:
        luma: ``(H, W) uint8``.
        rows: Of blocks.
        columns: The same, across.
        chroma: Cb and Cr, ``(h, w) uint8`` each of any size, if skin is to get less.
    """
    tolerance = block_tolerance(luma, rows, columns)
    hidden: F64 = np.minimum(VIDEO.most_rms, VIDEO.flat_rms * np.sqrt(tolerance))
    hidden *= np.clip((tolerance - 1.0) / _GRAIN_TOLERANCE, 0.0, 1.0)
    # What SSIM takes from a block is what is added to it, squared, in parts of what it hides.
    taken = float(np.mean(np.square(hidden) / (SSIM_CONSTANT * tolerance)))
    allowed = _SSIM_TAKEN * max(1.0, max(luma.shape) / _SSIM_SIDE_PX)
    hidden *= min(1.0, np.sqrt(allowed / taken)) if taken > 0 else 1.0
    if chroma is not None:
        hidden *= 1.0 - (1.0 - _SKIN_SHARE) * block_skin_chroma(*chroma, rows, columns)
    return hidden.astype(np.float32)


def laid_out(amplitudes: F32) -> F32:
    """Return the amplitude of every pixel of the canonical plane: ``(R, C) float32`` -> ``(8 R, 8 C) float32``."""
    return np.repeat(np.repeat(amplitudes, BLOCK_PX, axis=0), BLOCK_PX, axis=1)


def warm() -> None:
    """Compile or load every kernel of this file."""
    plane = np.zeros((64, 96), np.uint8)
    rows, columns = shape_of(*plane.shape)
    amplitude(plane, rows, columns, (plane, plane))
    pattern(pattern_layer(bytes(32), 0, rows, columns), 0, np.ones(SYMBOLS, np.int8))
