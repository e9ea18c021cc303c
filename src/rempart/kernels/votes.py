"""Which of the pairs that a search found tell of one and the same placement: votes of a picture's parts.

Each pair of a coded place of a suspect and one of an asset implies where the whole asset lies: a shift, a scale, a turn
(Lowe's pose votes, "Distinctive image features from scale-invariant keypoints", §7.3). Pairs by chance disagree.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
import numpy.typing as npt

from rempart.kernels.compile import kernel

F32 = npt.NDArray[np.float32]
I64 = npt.NDArray[np.int64]

#: Directions of one place in two pictures differ by noise: OpenCV's are good to ten degrees or so.
_TURN_MOST_RAD: Final = math.radians(25.0)
#: Sizes stand in steps of a factor 1.2, and one step is lost easily.
_SCALE_MOST: Final = math.log(1.5)
#: How far a place may be from where another one's pose sends it: pixels, and a share of the distance.
_NEAR_PX: Final = 8.0
_NEAR_SHARE: Final = 0.2
#: Groups are judged by this many pairs at most: a repeated pattern gives thousands.
_PAIRS_MOST: Final = 400


@kernel
def _turn_between(one: float, other: float) -> float:
    """Return the angle between two directions, 0..pi."""
    apart = abs(one - other) % (2 * math.pi)
    return min(apart, 2 * math.pi - apart)


@kernel
def _judge_group(suspect: F32, asset: F32, weight: F32, agrees: npt.NDArray[np.bool_]) -> float:  # (n, 4), (n, 4)
    """Mark the pairs that agree with the pair that most agree with, and return their weight."""
    count = min(suspect.shape[0], _PAIRS_MOST)
    turns, scales = np.empty(count), np.empty(count)
    for k in range(count):
        turns[k] = math.radians(suspect[k, 3] - asset[k, 3])
        scales[k] = math.log(max(suspect[k, 2], np.float32(1e-3)) / max(asset[k, 2], np.float32(1e-3)))
    best, best_pivot = -1.0, -1
    for phase in range(2):
        for pivot in range(count) if phase == 0 else range(best_pivot, best_pivot + 1):
            along = math.exp(scales[pivot]) * math.cos(turns[pivot])
            across = math.exp(scales[pivot]) * math.sin(turns[pivot])
            total = 0.0
            for k in range(count):
                dx, dy = asset[k, 0] - asset[pivot, 0], asset[k, 1] - asset[pivot, 1]
                x = suspect[pivot, 0] + along * dx - across * dy
                y = suspect[pivot, 1] + across * dx + along * dy
                near = _NEAR_PX + _NEAR_SHARE * math.exp(scales[pivot]) * math.sqrt(dx * dx + dy * dy)
                fits = (
                    _turn_between(turns[k], turns[pivot]) <= _TURN_MOST_RAD
                    and abs(scales[k] - scales[pivot]) <= _SCALE_MOST
                    and math.sqrt((x - suspect[k, 0]) ** 2 + (y - suspect[k, 1]) ** 2) <= near
                )
                if fits:
                    total += weight[k]
                if phase == 1:
                    agrees[k] = fits
            if phase == 0 and total > best:
                best, best_pivot = total, pivot
    return best


@kernel
def _judge(starts: I64, suspect: F32, asset: F32, weight: F32, agrees: npt.NDArray[np.bool_], total: F32) -> None:
    for g in range(starts.size - 1):
        low, high = starts[g], starts[g + 1]
        total[g] = _judge_group(suspect[low:high], asset[low:high], weight[low:high], agrees[low:high])


def judge(starts: I64, suspect: F32, asset: F32, weight: F32) -> tuple[npt.NDArray[np.bool_], F32]:
    """Find, in each group of pairs, the largest set that tells of one placement.

    Args:
        starts: ``(G + 1,) int64``: group g is the pairs ``starts[g]`` to ``starts[g + 1]``.
        suspect: ``(P, 4) float32``: x, y, size in pixels and angle in degrees of each pair's place in the suspect.
        asset: ``(P, 4) float32``: the same in the asset.
        weight: ``(P,) float32``: what each pair counts.

    Returns:
        agrees: ``(P,) bool``: whether a pair is in its group's set.
        total: ``(G,) float32``: the weight of each group's set.
    """
    agrees, total = np.zeros(len(weight), np.bool_), np.zeros(len(starts) - 1, np.float32)
    _judge(
        np.array(starts, np.int64),
        np.array(suspect, np.float32),
        np.array(asset, np.float32),
        np.array(weight, np.float32),
        agrees,
        total,
    )
    return agrees, total


def similarity(asset: F32, suspect: F32) -> npt.NDArray[np.float64]:
    """Return the shift, scale and turn that send points nearest to others, in the sense of least squares.

    Umeyama, "Least-squares estimation of transformation parameters between two point patterns", PAMI 1991, in a plane.

    Args:
        asset: ``(P, 2)``, at least two different points.
        suspect: ``(P, 2)``, where they are seen.

    Returns:
        ``(3, 3) float64``; the identity's scale is kept where all points are one.
    """
    source, target = asset.astype(np.float64), suspect.astype(np.float64)
    a, b = source.mean(axis=0), target.mean(axis=0)
    p, q = (source - a) @ [1, 1j], (target - b) @ [1, 1j]
    power = float((abs(p) ** 2).sum())
    turned = complex((p.conj() * q).sum()) / power if power > 0 else 1.0 + 0j
    rotation = np.array([[turned.real, -turned.imag], [turned.imag, turned.real]])
    out = np.eye(3)
    out[:2, :2], out[:2, 2] = rotation, b - rotation @ a
    return out


def warm() -> None:
    """Compile or load every kernel of this file."""
    places = np.ones((2, 4), np.float32)
    judge(np.array([0, 2]), places, places, np.ones(2, np.float32))
