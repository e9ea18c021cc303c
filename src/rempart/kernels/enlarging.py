"""Lay small changes over a large picture: enlarged by cubic convolution, added to each colour, rounded once.

Keys, "Cubic convolution interpolation for digital image processing", IEEE Trans. ASSP 29, 1981 (a = -1/2). As written,
without fast-math: a copy is the same bytes on every machine.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from rempart.kernels.compile import kernel

U8 = npt.NDArray[np.uint8]
F32 = npt.NDArray[np.float32]
I32 = npt.NDArray[np.int32]


def enlarged(plane: F32, height: int, width: int) -> F32:
    """Enlarge a plane: ``(h, w) float32`` -> ``(height, width) float32``."""
    out = np.empty((height, width), np.float32)
    _enlarged(plane, *_taps(plane.shape[0], height), *_taps(plane.shape[1], width), out)
    return out


def _taps(small: int, large: int) -> tuple[I32, F32]:
    """Return which four of ``small`` places each of ``large`` is made of, and how much of each."""
    at = (np.arange(large) + 0.5) * (small / large) - 0.5
    first = np.floor(at)
    t = at - first
    places = np.clip(first[:, None] + np.arange(-1, 3), 0, small - 1).astype(np.int32)
    weights = np.stack(
        [
            ((-0.5 * t + 1.0) * t - 0.5) * t,
            (1.5 * t - 2.5) * t * t + 1.0,
            ((-1.5 * t + 2.0) * t + 0.5) * t,
            (0.5 * t - 0.5) * t * t,
        ],
        axis=1,
    )
    return places, weights.astype(np.float32)


@kernel
def _enlarged(plane: F32, rows: I32, down: F32, columns: I32, across: F32, out: F32) -> None:
    line = np.empty(plane.shape[1], np.float32)
    for y in range(out.shape[0]):
        a, b, c, d = plane[rows[y, 0]], plane[rows[y, 1]], plane[rows[y, 2]], plane[rows[y, 3]]
        wa, wb, wc, wd = down[y, 0], down[y, 1], down[y, 2], down[y, 3]
        for x in range(line.size):
            line[x] = (a[x] * wa + b[x] * wb) + (c[x] * wc + d[x] * wd)
        for x in range(out.shape[1]):
            out[y, x] = (line[columns[x, 0]] * across[x, 0] + line[columns[x, 1]] * across[x, 1]) + (
                line[columns[x, 2]] * across[x, 2] + line[columns[x, 3]] * across[x, 3]
            )


def added(samples: U8, change: F32, strength: float) -> U8:
    """Add a change to every colour of a picture, and cut at black and white.

    Args:
        samples: ``(H, W, C) uint8``.
        change: ``(H, W) float32``, grey levels.
        strength: What it is multiplied by.

    Returns:
        ``(H, W, C) uint8``.
    """
    out = np.empty(samples.shape, np.uint8)
    _added(np.require(samples, requirements=["C", "W"]), change, np.float32(strength), out)
    return out


@kernel
def _added(samples: U8, change: F32, strength: np.float32, out: U8) -> None:  # (H, W, C), (H, W), -> (H, W, C)
    for y in range(samples.shape[0]):
        for x in range(samples.shape[1]):
            step = np.int32(np.floor(change[y, x] * strength + np.float32(0.5)))
            for c in range(samples.shape[2]):
                out[y, x, c] = np.uint8(min(np.int32(255), max(np.int32(0), np.int32(samples[y, x, c]) + step)))


def warm() -> None:
    """Compile or load every kernel of this file."""
    change = enlarged(np.zeros((2, 2), np.float32), 4, 4)
    for colours in (1, 3):
        added(np.zeros((4, 4, colours), np.uint8), change, 1.0)
