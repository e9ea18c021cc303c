"""Which moment of an original each frame of a leak shows, from a descriptor and a time of each frame.

Leaks begin anywhere, drop frames, repeat them, run a little faster, and leave parts out. (1) A few leak frames a second
are compared with as many of the original, and dynamic programming finds the way through both that is alike, goes
forward, keeps near the speed of life, and pays for each part that is left out; (2) around that way, every frame of the
leak is given its frame of the original, in the same manner. Nothing but descriptors is looked at, and never a code.

After Sakoe and Chiba, "Dynamic programming algorithm optimization for spoken word recognition", IEEE Trans. ASSP 26,
1978 (a way through two series, of bounded slope); that gaps cost a fixed price is Gotoh's, J. Mol. Biol. 162, 1982.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]
I64 = npt.NDArray[np.int64]

#: How many frames are compared first, at most; no two of them closer than that.
_LEAK_SAMPLES: Final = 300
_ORIGINAL_SAMPLES: Final = 4000
_SAMPLE_S: Final = 0.1
#: How much faster or slower than life; a frame of the leak is worth 1 if it is the same, and so much is paid for
#: another speed, and for a part that is left out.
_SPEEDS: Final = (0.5, 2.0)
_SPEED_PRICE: Final = 0.06
_JUMP_PRICE: Final = 2.5
#: Around the way that was found first, in seconds; and what a frame out of step pays.
_BAND_S: Final = 0.3
_STEP_PRICE: Final = 0.002
#: Frames this alike are the same; so many of those compared first must be. Of other videos, 0.3 (tests, benchmarks).
SIMILAR_LEAST: Final = 0.5
_SHARE_LEAST: Final = 0.3
_CHUNK: Final = 256


class Series(NamedTuple):
    """The frames of a video."""

    times_s: F64
    """``(N,) float64``, never going back."""
    descriptors: F32
    """``(N, D) float32``, each of unit length, so that a product of two is their likeness: -1..1."""


class Aligned(NamedTuple):
    """Which frame of the original each frame of the leak shows."""

    frames: I64
    """``(N,) int64``: index of the original's frame, never going back; -1 where the leak shows none."""
    likeness: F32
    """``(N,) float32``: -1..1, of both."""
    quality: float
    """0..1: mean likeness of the frames that are found."""
    speed: float
    """Seconds of the original that one second of the leak shows, in the median."""


def align(leak: Series, original: Series) -> Aligned | None:
    """Find which frame of the original each frame of the leak shows; None if too few are alike."""
    if not len(leak.times_s) or not len(original.times_s):
        return None
    few, many = _thinned(leak.times_s, _LEAK_SAMPLES), _thinned(original.times_s, _ORIGINAL_SAMPLES)
    alike = leak.descriptors[few] @ original.descriptors[many].T
    way = _way(alike, leak.times_s[few], original.times_s[many])  # (1)
    found = alike[np.arange(len(few)), way]
    if float(np.mean(found >= SIMILAR_LEAST)) < _SHARE_LEAST:
        return None
    near = _near(leak.times_s, original.times_s, few, many[way], found)
    frames, likeness = _stepped(leak, original, near)  # (2)
    same = likeness >= SIMILAR_LEAST
    if not same.any():
        return None
    speed = _speed(leak.times_s[same], original.times_s[frames[same]])
    return Aligned(np.where(same, frames, -1), likeness, float(likeness[same].mean()), speed)


def _thinned(times_s: F64, most: int) -> I64:
    """Choose frames that are some time apart: their indexes."""
    apart = max(_SAMPLE_S, float(times_s[-1] - times_s[0]) / most)
    ticks = np.floor((times_s - times_s[0]) / apart + 1e-6).astype(np.int64)
    return np.flatnonzero(np.diff(ticks, prepend=-1) > 0)


def _way(alike: F32, leak_s: F64, original_s: F64) -> I64:
    """Find the best way: ``(N, M) float32`` -> the original's sample of each of the leak's, ``(N,) int64``."""
    count, width = alike.shape
    grid = float(np.median(np.diff(original_s))) if width > 1 else 1.0
    best = alike[0].astype(np.float64)
    came = np.zeros((count, width), np.int32)
    here = np.arange(width)
    for i in range(1, count):
        elapsed = float(leak_s[i] - leak_s[i - 1])
        # Left out: from the best place before, wherever it is.
        jump, source = _best_before(best)
        total, came[i] = jump - _JUMP_PRICE, source
        for step in range(int(_SPEEDS[0] * elapsed / grid), min(width, int(_SPEEDS[1] * elapsed / grid) + 2)):
            price = _SPEED_PRICE * min(1.0, abs(step * grid - elapsed) / max(elapsed, grid))
            gone = best[: width - step] - price
            better = gone > total[step:]
            total[step:][better] = gone[better]
            came[i, step:][better] = here[: width - step][better]
        best = total + alike[i]
    way = np.empty(count, np.int64)
    way[-1] = int(best.argmax())
    for i in range(count - 1, 0, -1):
        way[i - 1] = came[i, way[i]]
    return way


def _best_before(values: F64) -> tuple[F64, I64]:
    """Return, for each place, the greatest value up to it, and where that is."""
    greatest = np.maximum.accumulate(values)
    fresh = np.concatenate([[True], values[1:] > greatest[:-1]])
    return greatest, np.maximum.accumulate(np.where(fresh, np.arange(len(values)), 0))


def _near(leak_s: F64, original_s: F64, few: I64, shown: I64, likeness: F32) -> I64:
    """Return the frame of the original that each frame of the leak is near to, by the nearest sample that is alike."""
    good = np.flatnonzero(likeness >= SIMILAR_LEAST)
    of_sample = leak_s[few[good]]
    after = np.clip(np.searchsorted(of_sample, leak_s), 0, len(good) - 1)
    before = np.maximum(after - 1, 0)
    nearest = np.where(np.abs(of_sample[before] - leak_s) <= np.abs(of_sample[after] - leak_s), before, after)
    time_s = original_s[shown[good]][nearest] + (leak_s - of_sample[nearest])
    near = np.clip(np.searchsorted(original_s, time_s), 0, len(original_s) - 1)
    return np.maximum.accumulate(near)


def _stepped(leak: Series, original: Series, near: I64) -> tuple[I64, F32]:
    """Give every frame of the leak a frame of the original, near to the one that is expected."""
    count, width = len(near), len(original.times_s)
    period = float(np.median(np.diff(original.times_s))) if width > 1 else 1.0
    reach = max(2, round(_BAND_S / max(period, 1e-3)))
    reach = min(reach, 64)
    offsets = np.arange(-reach, reach + 1)
    alike = _banded(leak.descriptors, original.descriptors, near, offsets)
    best, came = alike[0].astype(np.float64), np.zeros(alike.shape, np.int64)
    for i in range(1, count):
        went = (near[i] + offsets)[:, None] - (near[i - 1] + offsets)[None, :]
        elapsed = (leak.times_s[i] - leak.times_s[i - 1]) / period
        total = best[None, :] - _STEP_PRICE * np.minimum(np.abs(went - elapsed), reach)
        total[went < 0] = -np.inf
        came[i] = total.argmax(axis=1)
        best = total[np.arange(len(offsets)), came[i]] + alike[i]
    chosen = np.empty(count, np.int64)
    chosen[-1] = int(best.argmax())
    for i in range(count - 1, 0, -1):
        chosen[i - 1] = came[i, chosen[i]]
    return np.clip(near + offsets[chosen], 0, width - 1), alike[np.arange(count), chosen]


def _banded(leak: F32, original: F32, near: I64, offsets: I64) -> F32:
    """Return the likeness of each frame of the leak with those of the original around: ``(N, 2 r + 1) float32``."""
    alike = np.full((len(leak), len(offsets)), -1.0, np.float32)
    for first in range(0, len(leak), _CHUNK):
        rows = slice(first, first + _CHUNK)
        columns = near[rows, None] + offsets
        inside = (columns >= 0) & (columns < len(original))
        low = int(np.clip(columns.min(), 0, len(original) - 1))
        high = int(np.clip(columns.max(), 0, len(original) - 1)) + 1
        if high - low <= 8 * _CHUNK:
            products = leak[rows] @ original[low:high].T
            at = np.clip(columns - low, 0, high - low - 1)
            alike[rows] = np.where(inside, np.take_along_axis(products, at, axis=1), -1.0)
        else:  # the leak left out a long part here
            for k in range(first, min(first + _CHUNK, len(leak))):
                at = columns[k - first][inside[k - first]]
                alike[k, inside[k - first]] = original[at] @ leak[k]
    return alike


def _speed(leak_s: F64, original_s: F64) -> float:
    """Return how fast the original passes, in the median over seconds of the leak; 1 where there is too little."""
    later = np.searchsorted(leak_s, leak_s + 1.0)
    usable = later < len(leak_s)
    if not usable.any():
        return 1.0
    gone = original_s[later[usable]] - original_s[usable.nonzero()[0]]
    return float(np.median(gone / (leak_s[later[usable]] - leak_s[usable.nonzero()[0]])))
