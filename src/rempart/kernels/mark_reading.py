"""Read a mark's soft symbols in what a registered leak adds to its original.

(1) The original is made to look as the leak does (:mod:`rempart.kernels.photometry`); (2) what is left is weighed,
coefficient by coefficient, by how much else is left around it; (3) pilots, chips that are the same in all copies, tell
how much of the mark is left of each kind of coefficient; (4) chips of a symbol are added, each weighing what it is
worth. All of it looks at the leak, the original and the chips, never at a code: that is what the bound of
:mod:`rempart.kernels.traitor_codes` asks for.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from rempart.kernels.photometry import PIXELS_LEAST, matched
from rempart.kernels.spread_spectrum import BLOCK_PX, Layer, LayerPlan, block_coefficients, despread

U8 = npt.NDArray[np.uint8]
F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]
I64 = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

#: A pixel of the canonical plane is shown if this much of it is.
_SEEN_LEAST: Final = 0.99
#: A block of which less is shown says nothing.
_COVERED_LEAST: Final = 0.6
#: What is left beyond so many times its usual size was laid over, or misses: it counts no more than so much.
_CLIP: Final = 2.5
#: Grey levels squared, of a coefficient: rounding leaves so much.
_NOISE_FLOOR: Final = 0.08
#: The median of the square of a normal deviate.
_MEDIAN_SQUARE: Final = 0.455
_SQUARES_MOST: Final = 50.0
#: Kinds of coefficients that fare alike: by the sum of frequencies, and by the square of the original's around it.
_TEXTURES: Final = (4.0, 16.0, 64.0, 256.0)
#: How much a kind's pilots must say to outweigh what the others say, in squared deviations of noise.
_PRIOR: Final = 40.0
#: A layer's weight is never quite nothing: of many leaks that show nothing alone, the sum may show something.
_KEPT_LEAST: Final = 0.003


class Reading(NamedTuple):
    """What a layer's symbols look like in a leak."""

    soft: F64
    """``(symbols,) float64``: the log-likelihood ratio of each symbol, to a factor; 0 where nothing is left."""
    expected: F64
    """``(symbols,) float64``: what each would be, times its sign, in a lone copy, by what the pilots say."""
    pilot: float
    """How clearly the pilots are there: a normal deviate if there is no mark with this key."""
    pilot_whole: float
    """What that would be of a mark of full strength, none of it lost."""


def chroma_of(rgb: U8, luma: F32) -> F32:
    """Return two differences of a picture's colours, at the size of its luma: ``(h, w, 2) float32``.

    Args:
        rgb: ``(H, W, 3) uint8``.
        luma: ``(h, w) float32``, of the same picture, as large or smaller.
    """
    small = cv2.resize(rgb, (luma.shape[1], luma.shape[0]), interpolation=cv2.INTER_AREA).astype(np.float32)
    return np.stack([small[..., 0] - luma, small[..., 2] - luma], axis=2)


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
    here, there, tint, cover = (_resized(p, size) for p in (original, leak, chroma, covered))
    seen = cover > _SEEN_LEAST
    usable = usable_blocks(seen, layer)
    if seen.sum() < PIXELS_LEAST or not usable.any():
        return Reading(np.zeros(plan.symbols), np.zeros(plan.symbols), 0.0, 0.0)
    left = left_of(layer, here, tint, there, seen)  # (1)
    return weighed(plan, layer, left.gain * layer.basis, left.rest, left.texture, usable)


class Left(NamedTuple):
    """What a leak adds to its original, block by block and coefficient by coefficient."""

    rest: F32
    """``(R * C, K) float32``: coefficients of what is left when the original is taken away."""
    gain: F32
    """``(R * C, K) float32``: what is made of one grey level of the mark, by tones and sharpness."""
    texture: F32
    """``(R * C, K) float32``: squares of the original's coefficients."""
    plane: F32
    """``(8 R, 8 C) float32``: what is left, pixel by pixel; 0 where the leak shows nothing."""


def left_of(layer: Layer, here: F32, tint: F32, there: F32, seen: Mask) -> Left:
    """Make the original look as the leak does, and take it away.

    Args:
        layer: Its blocks and coefficients are used, not its chips.
        here: ``(8 R, 8 C) float32``: the original's luma on the layer's canonical plane.
        tint: ``(8 R, 8 C, 2) float32``: two differences of its colours; zeros if they are not known.
        there: ``(8 R, 8 C) float32``: the leak's luma.
        seen: ``(8 R, 8 C) bool``: where the leak shows anything; 1,024 pixels or more.
    """
    fitted = matched(here, tint, there, seen)
    u, v = layer.places[:, 0], layer.places[:, 1]
    gain = block_means(fitted.slope, layer) * fitted.transfer[u, v]
    plane = np.where(seen, fitted.left, np.float32(0))
    rest = block_coefficients(plane, layer.places)
    return Left(rest, gain, block_coefficients(fitted.tones, layer.places) ** 2, plane)


def usable_blocks(seen: Mask, layer: Layer) -> Mask:
    """Return which blocks show enough: ``(8 R, 8 C) bool`` -> ``(R * C, 1) bool``."""
    return np.asarray(block_means(seen.astype(np.float32), layer) >= _COVERED_LEAST, np.bool_)


def weighed(plan: LayerPlan, layer: Layer, signal: F32, rest: F32, texture: F32, usable: Mask) -> Reading:
    """Weigh what is left, and add up what the chips of each symbol say: steps (2) to (4).

    Args:
        plan: Which layer.
        layer: Its chips' owners.
        signal: ``(R * C, K) float32``: what a whole mark would leave for a symbol of 1, chips included.
        rest: ``(R * C, K) float32``: what is left.
        texture: ``(R * C, K) float32``: squares of the original's coefficients.
        usable: ``(R * C, 1) bool``: the blocks that show anything.
    """
    spread = np.sqrt(_noise(rest, usable, layer))  # (2)
    unit: F32 = np.where(usable, signal / spread, np.float32(0)).astype(np.float32)
    found: F32 = np.clip(rest / spread, -_CLIP, _CLIP).astype(np.float32)
    pilots = layer.owner == plan.symbols
    said, whole = _sums(unit, found, pilots)
    unit = unit * _kept(unit, found, pilots, _kinds(texture, layer))  # (3)
    return Reading(
        soft=despread(layer, unit * found, plan.symbols),  # (4)
        expected=despread(layer, unit * unit, plan.symbols),
        pilot=said / max(whole, 1e-9) ** 0.5,
        pilot_whole=whole**0.5,
    )


def _resized(plane: F32, size: tuple[int, int]) -> F32:
    return np.asarray(cv2.resize(plane, size, interpolation=cv2.INTER_AREA), np.float32)


def block_means(plane: F32, layer: Layer) -> F32:
    """Return the mean of each block: ``(8 R, 8 C) float32`` -> ``(R * C, 1) float32``."""
    means = plane.reshape(layer.rows, BLOCK_PX, layer.columns, BLOCK_PX).mean(axis=(1, 3))
    return np.asarray(means.reshape(-1, 1), np.float32)


def _sums(unit: F32, found: F32, pilots: Mask) -> tuple[float, float]:
    """Return what all pilots say, and what they would say of a mark that is whole."""
    of_pilots = unit[pilots].astype(np.float64)
    return float(of_pilots @ found[pilots]), float(of_pilots @ of_pilots)


def _kinds(texture: F32, layer: Layer) -> I64:
    """Say of which kind each coefficient is: ``(R * C, K) float32`` -> ``(R * C, K) int64``."""
    maps = np.ascontiguousarray(texture.reshape(layer.rows, layer.columns, -1).transpose(2, 0, 1))
    near = np.stack([cv2.blur(m, (3, 3)) for m in maps], axis=-1).reshape(texture.shape)
    order = layer.places.sum(axis=1)
    rank = np.zeros(texture.shape, np.int64)
    for bound in _TEXTURES:
        rank += near > bound
    return np.asarray((order - order.min()) * (len(_TEXTURES) + 1) + rank, np.int64)


def _kept(unit: F32, found: F32, pilots: Mask, kinds: I64) -> F32:
    """Measure on the pilots how much of the mark is left of each kind; few pilots follow the many."""
    textures = len(_TEXTURES) + 1
    orders = int(kinds.max()) // textures + 1
    of_pilots, count = kinds[pilots], textures * orders
    said = np.bincount(of_pilots, (unit * found)[pilots], minlength=count).reshape(orders, textures)
    whole = np.bincount(of_pilots, (unit * unit)[pilots], minlength=count).reshape(orders, textures)
    every = max(_KEPT_LEAST, float(said.sum()) / (float(whole.sum()) + _PRIOR))
    of_order = (said.sum(axis=1) + _PRIOR * every) / (whole.sum(axis=1) + _PRIOR)
    of_kind = (said + _PRIOR * of_order[:, None]) / (whole + _PRIOR)
    return np.asarray(np.maximum(of_kind, 0.0).astype(np.float32).ravel()[kinds], np.float32)


def _noise(rest: F32, usable: Mask, layer: Layer) -> F32:
    """Return how much is left in each coefficient, squared: of its frequency, times of its neighbourhood."""
    squares = rest**2
    of_frequency = np.median(squares[usable.ravel()], axis=0) / _MEDIAN_SQUARE + _NOISE_FLOOR
    capped = np.minimum(squares / of_frequency, _SQUARES_MOST).mean(axis=1, dtype=np.float32)
    shown = usable.astype(np.float32).reshape(layer.rows, layer.columns)
    energy = cv2.blur(capped.reshape(shown.shape) * shown, (3, 3), borderType=cv2.BORDER_CONSTANT)
    count = cv2.blur(shown, (3, 3), borderType=cv2.BORDER_CONSTANT)
    local = np.where(count > 0, energy / np.maximum(count, 1e-6), 1.0).reshape(-1, 1)
    return np.asarray(local * of_frequency + _NOISE_FLOOR, np.float32)
