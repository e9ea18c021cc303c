"""Redraw a picture from PDQ codes of its whole frame and of its parts: the attack that benchmarks/inversion.py makes.

Each bit of a code is the sign of one cosine term of one part of the picture, which is linear in the picture. The
decoder looks for the most probable picture under what photographs are like (strength falls as one over frequency)
whose terms have the signs that were stolen: a convex problem, solved by accelerated gradient steps. Nothing is learned.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

#: Side of the picture that is redrawn, and that scores are taken at: PDQ itself sees no more of a frame.
SIDE: Final = 64
_TERMS: Final = 16
_BITS: Final = 256
#: How sure a sign is of its term: of 1, 3, 10 and 30 the best on fourteen wallpapers; from 3 to 30 little changes.
_SHARPNESS: Final = 10.0
_STEPS: Final = 150
#: Side of a picture that holds all that a code of a small part depends on.
_FINE: Final = 256
_WINDOW: Final = 8

F64 = npt.NDArray[np.float64]
U8 = npt.NDArray[np.uint8]
#: ``(left, top, right, bottom)``, each in 0..1 of the picture's side.
Part = tuple[float, float, float, float]
WHOLE: Final[Part] = (0.0, 0.0, 1.0, 1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stolen:
    """One code, or what is readable of it, and the part of the picture that it is of."""

    part: Part
    """Which part."""
    bits: bytes
    """32 bytes, as PDQ's hexadecimal has them."""
    known: bytes = b"\xff" * 32
    """Which of these bits were found."""


def grid(count: int, size: float) -> list[Part]:
    """Return ``count`` by ``count`` parts at equal distances, each ``size`` of a side: they overlap over 1/count."""
    steps = [k * (1.0 - size) / (count - 1) for k in range(count)]
    return [(x, y, x + size, y + size) for y in steps for x in steps]


def _cosines(count: int, side: int = SIDE) -> F64:
    """Return the first ``count`` rows of the orthonormal cosine transform of ``side`` samples."""
    angles = np.pi * np.outer(np.arange(count), np.arange(side) + 0.5) / side
    rows = np.cos(angles) * math.sqrt(2.0 / side)
    rows[0] /= math.sqrt(2.0)
    return rows


def _terms_of(low: float, high: float, side: int = SIDE) -> F64:
    """Return ``(16, side)``: the terms of a part, along one axis, of the coefficients of the whole picture."""
    at = low + (np.arange(SIDE) + 0.5) / SIDE * (high - low)  # where PDQ samples the part
    waves = np.cos(np.pi * np.outer(np.arange(side), at)) * math.sqrt(2.0)
    waves[0] /= math.sqrt(2.0)
    return _cosines(_TERMS + 1)[1:] @ waves.T


def _strengths(side: int = SIDE) -> F64:
    """Return ``(side, side)``: how strong each coefficient of a photograph is, one over its frequency; no mean."""
    frequency = np.hypot(*np.mgrid[0:side, 0:side])
    frequency[0, 0] = np.inf
    return np.asarray(1.0 / frequency)


def _spread(stolen: Sequence[Stolen], side: int) -> F64:
    """Return ``(K, 16, 16)``: the variance of each term in photographs of that many samples a side."""
    down = np.stack([_terms_of(s.part[1], s.part[3], side) for s in stolen])
    across = np.stack([_terms_of(s.part[0], s.part[2], side) for s in stolen])
    return np.asarray(down**2 @ _strengths(side) ** 2 @ (across**2).transpose(0, 2, 1))


def _signs(stolen: Sequence[Stolen]) -> tuple[F64, F64]:
    """Return ``(K, 16, 16)`` signs, and which are known: bit 255 - (16 i + j) is term (i, j)."""
    bits = np.unpackbits(np.frombuffer(b"".join(s.bits for s in stolen), np.uint8).reshape(-1, 32), axis=1)
    known = np.unpackbits(np.frombuffer(b"".join(s.known for s in stolen), np.uint8).reshape(-1, 32), axis=1)
    shape = (len(stolen), _TERMS, _TERMS)
    known_signs = known[:, ::-1].reshape(shape).astype(np.float64)
    return bits[:, ::-1].reshape(shape).astype(np.float64) * 2.0 - 1.0, known_signs


def redraw(stolen: Sequence[Stolen], *, sharpness: float = _SHARPNESS, steps: int = _STEPS) -> F64:
    """Return the most probable ``(64, 64)`` luma, of unknown mean and gain.

    With z the coefficients over their strengths, it minimises ``|z|²/2 + Σ log(1 + exp(-sign · term / doubt))``: a sign
    is doubted as far as its term depends on detail that 64 samples a side cannot hold.
    """
    if not stolen:
        return np.zeros((SIDE, SIDE))
    down = np.stack([_terms_of(s.part[1], s.part[3]) for s in stolen])
    across = np.stack([_terms_of(s.part[0], s.part[2]) for s in stolen])
    strengths = _strengths()
    seen, all_of_it = _spread(stolen, SIDE), _spread(stolen, _FINE)
    signs, known = _signs(stolen)
    scale = signs / np.sqrt(np.maximum(all_of_it - seen, 0.0) + all_of_it / sharpness**2)

    def slope(z: F64) -> F64:
        margin = np.clip(scale * (down @ (strengths * z) @ across.transpose(0, 2, 1)), -50, 50)
        pull = -known * scale / (1.0 + np.exp(margin))
        back: F64 = strengths * (down.transpose(0, 2, 1) @ pull @ across).sum(axis=0)
        return z + back

    step = 1.0 / (1.0 + 0.25 * _stiffness(down, across, known * scale**2, strengths))
    z = ahead = np.zeros((SIDE, SIDE))
    for number in range(steps):  # Nesterov's
        moved = ahead - step * slope(ahead)
        ahead = moved + number / (number + 3.0) * (moved - z)
        z = moved
    basis = _cosines(SIDE)
    return np.asarray(basis.T @ (strengths * z) @ basis) * SIDE


def _stiffness(down: F64, across: F64, weights: F64, strengths: F64) -> float:
    """Return the largest eigenvalue of the signs' pull, by power iteration: it bounds the step."""
    z = np.random.default_rng(1).standard_normal((SIDE, SIDE))
    value = 1.0
    for _ in range(20):
        z /= np.linalg.norm(z)
        terms = weights * (down @ (strengths * z) @ across.transpose(0, 2, 1))
        z = strengths * (down.transpose(0, 2, 1) @ terms @ across).sum(axis=0)
        value = float(np.linalg.norm(z))
    return 1.1 * value


def correlation(drawn: F64, luma: F64) -> float:
    """Return how much a redrawn picture has of the true one, -1..1, whatever its mean and gain."""
    a, b = drawn - drawn.mean(), luma - luma.mean()
    length = float(np.linalg.norm(a) * np.linalg.norm(b))
    return float((a * b).sum() / length) if length else 0.0


def similarity(drawn: F64, luma: F64) -> float:
    """Return the SSIM (Wang 2004, windows of 8 by 8) after the best mean and gain, for samples in 0..255."""
    spread = float(drawn.std())
    gain = correlation(drawn, luma) * float(luma.std()) / spread if spread else 0.0
    fitted = (drawn - drawn.mean()) * gain + luma.mean()
    a, b = (
        np.lib.stride_tricks.sliding_window_view(x, (_WINDOW, _WINDOW)).reshape(-1, _WINDOW**2) for x in (fitted, luma)
    )
    mean_a, mean_b = a.mean(axis=1), b.mean(axis=1)
    both = ((a - mean_a[:, np.newaxis]) * (b - mean_b[:, np.newaxis])).mean(axis=1)
    small, little = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    means = (2 * mean_a * mean_b + small) / (mean_a**2 + mean_b**2 + small)
    return float((means * (2 * both + little) / (a.var(axis=1) + b.var(axis=1) + little)).mean())
