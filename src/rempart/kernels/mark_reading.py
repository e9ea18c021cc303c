"""Read a mark's soft symbols in what a registered leak adds to its original.

(1) The original is given the leak's tone, by a curve over the whole picture; (2) its sharpness, by a small filter; (3)
its light, by a gain and an offset that change slowly from place to place; (4) what is left is weighed, coefficient by
coefficient, by how much else is left there, and multiplied by the chips. All of it looks at the leak, the original and
the chips, never at a code: that is what the bound of :mod:`rempart.kernels.traitor_codes` asks for.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from rempart.kernels.spread_spectrum import BLOCK_PX, Layer, LayerPlan, block_coefficients, despread

F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

#: Of the window of the local gain, in pixels of the canonical plane.
_LIGHT_SIGMA_PX: Final = 14.0
#: Grey levels squared: a gain is as at other places where there is less texture than this.
_GAIN_FLOOR: Final = 40.0
#: Half the side of the filter that takes the original to the leak's sharpness.
_REACH: Final = 2
_RIDGE: Final = 2e-3
#: What is left beyond so many times its usual size was laid over, or misses: it counts no more than so much.
_CLIP: Final = 2.5
#: Grey levels squared, of a coefficient: rounding leaves so much.
_NOISE_FLOOR: Final = 0.08
#: A block of which less is shown says nothing.
_COVERED_LEAST: Final = 0.6
_PIXELS_LEAST: Final = 1024


class Reading(NamedTuple):
    """What a layer's symbols look like in a leak."""

    soft: F64
    """``(symbols,) float64``: the log-likelihood ratio of each symbol, to a factor; 0 where nothing is left."""
    expected: F64
    """``(symbols,) float64``: what each would be, times its sign, in a lone copy, if what else is left is noise."""
    weight: float
    """0..1: the share of the layer's blocks that the leak shows."""
    pilot: float


def read(plan: LayerPlan, layer: Layer, original: F32, chroma: F32, leak: F32, covered: F32) -> Reading:
    """Read one layer.

    Args:
        plan: Which layer.
        layer: What was planned of the original and its key.
        original: ``(h, w) float32`` luma, of any size above the layer's canonical plane, or that plane.
        chroma: ``(h, w, 2) float32``: two differences of the original's colours, as ``original``.
        leak: ``(h, w) float32`` luma, registered to ``original``.
        covered: ``(h, w) float32``: 1 where the leak shows anything, else 0.
    """
    size = (layer.columns * BLOCK_PX, layer.rows * BLOCK_PX)
    here, there, tint = (np.asarray(cv2.resize(p, size, interpolation=cv2.INTER_AREA)) for p in (original, leak, chroma))
    seen = cv2.resize(covered, size, interpolation=cv2.INTER_AREA) > 0.99
    nothing = Reading(np.zeros(plan.symbols), np.zeros(plan.symbols), 0.0, 0.0)
    if seen.sum() < _PIXELS_LEAST:
        return nothing
    toned, slope, trusted = _toned(here, tint, there, seen)  # (1)
    filtered, transfer = _filtered(toned, there, trusted, layer)  # (2)
    gain, left = _lit(filtered, there, seen, trusted)  # (3)
    share = _block_means(seen.astype(np.float32), layer)
    if not (share >= _COVERED_LEAST).any():
        return nothing
    signal = _block_means(gain * slope, layer).reshape(-1, 1) * transfer * layer.basis
    rest = block_coefficients(np.where(seen, left, np.float32(0)), layer.places)
    usable = share.reshape(-1, 1) >= _COVERED_LEAST
    noise = _noise(rest, usable, layer)  # (4)
    unit = np.where(usable, signal / np.sqrt(noise), np.float32(0))
    seen_there = np.clip(rest / np.sqrt(noise), -_CLIP, _CLIP)
    pilots = layer.owner == plan.symbols
    kept = _kept(unit, seen_there, pilots, block_coefficients(toned, layer.places) ** 2, layer)  # (5)
    unit *= kept
    pilot, power = float((unit * seen_there)[pilots].sum()), float((unit**2)[pilots].sum())
    return Reading(
        despread(layer, unit * seen_there, plan.symbols),
        despread(layer, unit**2, plan.symbols),
        float(np.mean(usable)), pilot/max(power,1e-9)**.5,
    )


def _kept(unit: F32, seen: F32, pilots: Mask, texture: F32, layer: Layer) -> F32:
    """Measure on the pilots how much of the mark is left: by order of frequency, and by how much texture is there."""
    order = (layer.places.sum(axis=1) - layer.places.sum(axis=1).min())[None, :]
    near = cv2.blur(texture.reshape(layer.rows, layer.columns, -1)[..., :].astype(np.float32), (3, 3)) if False else np.stack([cv2.blur(np.ascontiguousarray(texture.reshape(layer.rows, layer.columns, -1)[..., k]), (3, 3)) for k in range(texture.shape[1])], axis=2)
    near = near.reshape(texture.shape)
    bounds = np.array([4.0, 16.0, 64.0, 256.0], np.float32)
    cls = np.searchsorted(bounds, near.ravel()).reshape(near.shape)
    n = len(bounds) + 1
    orders = int(order.max()) + 1
    cell = order * n + cls
    num = np.bincount(cell[pilots], (unit * seen)[pilots], minlength=n * orders).reshape(orders, n)
    den = np.bincount(cell[pilots], (unit**2)[pilots], minlength=n * orders).reshape(orders, n)
    whole = max(0.02, num.sum() / (den.sum() + KAPPA))
    by_order = (num.sum(1) + KAPPA * whole) / (den.sum(1) + KAPPA)
    by_cell = (num + KAPPA * by_order[:, None]) / (den + KAPPA)
    return np.maximum(by_cell, 0.0).astype(np.float32).ravel()[cell]
KAPPA = 10.0


def _toned(here: F32, tint: F32, there: F32, seen: Mask) -> tuple[F32, F32, Mask]:
    """Give the original the leak's tones and colours; return how steep the curve is, and where it fits."""
    y, c, d = here / 128 - 1, tint[..., 0] / 128, tint[..., 1] / 128
    terms = np.stack([np.ones_like(y), y, y**2, y**3, c, d, y * c, y * d], axis=2)
    trusted = seen
    factors = np.zeros(terms.shape[2])
    for _ in range(3):
        rows = terms[trusted][::_thinning(trusted)].astype(np.float64)
        values = there[trusted][::_thinning(trusted)].astype(np.float64)
        gram = rows.T @ rows + 1e-4 * len(rows) * np.eye(rows.shape[1])
        factors = np.linalg.solve(gram, rows.T @ values)
        gap = np.abs(there - terms @ factors.astype(np.float32))
        trusted = seen & (gap <= max(6.0, 3.0 * float(np.median(gap[seen]))))
        if trusted.sum() < _PIXELS_LEAST:
            trusted = seen
    f = factors.astype(np.float32)
    slope = (f[1] + 2 * f[2] * y + 3 * f[3] * y**2 + f[6] * c + f[7] * d) / 128
    return terms @ f, slope, trusted


def _thinning(mask: Mask) -> int:
    """Take every how manieth pixel, for some thirty thousand."""
    return max(1, int(mask.sum()) // 30_000)


def _filtered(toned: F32, there: F32, trusted: Mask, layer: Layer) -> tuple[F32, F32]:
    """Give the original the leak's sharpness, by least squares; return what the filter does to each coefficient."""
    inner = cv2.erode(trusted.astype(np.uint8), np.ones((5, 5), np.uint8), borderValue=0) > 0
    side = 2 * _REACH + 1
    kernel = np.zeros((side, side))
    kernel[_REACH, _REACH] = 1.0
    if inner.sum() >= _PIXELS_LEAST:
        padded = cv2.copyMakeBorder(_detail(toned), _REACH, _REACH, _REACH, _REACH, cv2.BORDER_REFLECT_101)
        rows, columns = (p[:: _thinning(inner)] for p in np.nonzero(inner))
        shifted = [padded[rows + i, columns + j] for i in range(side) for j in range(side)]
        near = np.stack(shifted, axis=1).astype(np.float64)
        wanted = _detail(there)[rows, columns].astype(np.float64)
        gram = near.T @ near
        gram += _RIDGE * np.trace(gram) / side**2 * np.eye(side**2)
        pull = _RIDGE * np.trace(gram) / side**2 * kernel.ravel()
        kernel = np.linalg.solve(gram, near.T @ wanted + pull).reshape(side, side)
    shift = np.arange(-_REACH, _REACH + 1)
    waves = np.cos(np.pi / BLOCK_PX * np.outer(np.arange(BLOCK_PX), shift))
    transfer = np.einsum("ui,ij,vj->uv", waves, kernel, waves)[layer.places[:, 0], layer.places[:, 1]]
    # The curve's level stays: the filter works on what differs from it.
    base = cv2.GaussianBlur(toned, (0, 0), _LIGHT_SIGMA_PX)
    filtered = base + cv2.filter2D(toned - base, cv2.CV_32F, kernel.astype(np.float32), borderType=cv2.BORDER_REFLECT)
    return np.asarray(filtered, np.float32), np.asarray(transfer, np.float32)


def _detail(plane: F32) -> F32:
    return np.asarray(plane - cv2.GaussianBlur(plane, (0, 0), 6.0), np.float32)


def _lit(filtered: F32, there: F32, seen: Mask, trusted: Mask) -> tuple[F32, F32]:
    """Fit a gain and an offset around each pixel; return the gain, and what is left of the leak."""
    weight = trusted.astype(np.float32) + np.float32(1e-3) * seen.astype(np.float32) + np.float32(1e-6)
    total = _around(weight)
    x, y = _around(weight * filtered) / total, _around(weight * there) / total
    xx = np.maximum(_around(weight * filtered**2) / total - x * x, 0)
    xy = _around(weight * filtered * there) / total - x * y
    gain = np.clip((xy + _GAIN_FLOOR) / (xx + _GAIN_FLOOR), 0.2, 3.0)
    return gain, there - (gain * (filtered - x) + y)


def _around(plane: F32) -> F32:
    """Return the Gaussian mean around each pixel, computed on a plane four times smaller."""
    height, width = plane.shape
    small = cv2.resize(plane, (max(2, width // 4), max(2, height // 4)), interpolation=cv2.INTER_AREA)
    small = cv2.GaussianBlur(small, (0, 0), _LIGHT_SIGMA_PX / 4)
    return np.asarray(cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR), np.float32)


def _block_means(plane: F32, layer: Layer) -> F32:
    return np.asarray(cv2.resize(plane, (layer.columns, layer.rows), interpolation=cv2.INTER_AREA), np.float32)


def _noise(rest: F32, usable: Mask, layer: Layer) -> F32:
    """Return how much is left in each coefficient, squared: of its frequency, times of its neighbourhood."""
    squares = rest**2
    of_frequency = np.median(squares[usable.ravel()], axis=0) / 0.455 + _NOISE_FLOOR  # the median of chi square of 1
    capped = np.minimum(squares / of_frequency, 50.0).mean(axis=1, dtype=np.float32)
    shown = usable.astype(np.float32).reshape(layer.rows, layer.columns)
    energy = cv2.blur(capped.reshape(shown.shape) * shown, (3, 3), borderType=cv2.BORDER_CONSTANT)
    count = cv2.blur(shown, (3, 3), borderType=cv2.BORDER_CONSTANT)
    local = np.where(count > 0, energy / np.maximum(count, 1e-6), 1.0).reshape(-1, 1)
    return np.asarray(local * of_frequency + _NOISE_FLOOR, np.float32)
