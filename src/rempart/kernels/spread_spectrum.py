"""The mark of one layer: secret chips on low and middle coefficients of 8 x 8 blocks, each multiplied by a code's symbol.

A layer is written on a small version of the picture, its canonical plane, and enlarged: what survives is what a small
copy still shows. Each symbol of the code is on many chips, spread over the whole picture in a secret order, so that any
part of it tells of all symbols. A layer's change is linear in the symbols: what depends on the picture and the key is
made once (:func:`planned`), and a copy is a transformation and an addition (:func:`rendered`).

After Cox, Kilian, Leighton and Shamoon, "Secure spread spectrum watermarking for multimedia", IEEE Trans. Image
Processing 6, 1997. Arithmetic is as written, without fast-math, so that a copy is the same bytes on every machine.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from rempart.kernels.compile import kernel
from rempart.kernels.keyed_stream import dealt, derived_key, signs
from rempart.kernels.visibility import block_skin, block_tolerance

U8 = npt.NDArray[np.uint8]
I8 = npt.NDArray[np.int8]
I32 = npt.NDArray[np.int32]
F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]

BLOCK_PX: Final = 8


class LayerPlan(NamedTuple):
    """How a layer is made; part of the mark's version: any change makes another mark."""

    name: str
    """What its key is derived for."""
    long_px: int
    """The longer side of its canonical plane, in pixels, at most."""
    symbols: int
    """How many symbols it carries."""
    orders: tuple[int, int]
    """The least and the largest sum of a coefficient's two frequencies, in half periods a block."""
    flat_rms: float
    """Grey levels, root mean square, that it may change a flat block by."""
    most_rms: float
    """The same of any block."""


#: Survives nearly everything: the frequencies of a picture of 448 pixels (research: prototype, benchmarks).
COARSE: Final = LayerPlan("coarse", 448, 4096, (1, 6), 0.85, 3.5)
#: Holds more symbols, against copies that are put together. Begins above most of the coarse layer's frequencies.
FINE: Final = LayerPlan("fine", 1024, 16384, (2, 7), 0.75, 4.0)
LAYERS: Final = (COARSE, FINE)
#: Symbols of a code: those of the coarse layer, then those of the fine one.
SYMBOLS: Final = COARSE.symbols + FINE.symbols

#: A narrow picture's shorter side is not brought under this share of the layer's longer side.
_SHORT_SHARE: Final = 0.4
#: What skin may get of what another place of its texture gets.
_SKIN_SHARE: Final = 0.7
#: Pictures are this large or larger: fewer chips than two a symbol, and a crop or a strong compression leaves nothing.
#: One chip in so many is a pilot: the same in all copies, it tells how much of the mark is left and where, without a
#: look at any code.
_PILOT_EVERY: Final = 8
AREA_LEAST_PX: Final = 24_576
SIDE_LEAST_PX: Final = 64


class Layer(NamedTuple):
    """What is made once of a picture and a key."""

    rows: int
    """Of blocks."""
    columns: int
    """The same, across."""
    basis: F32
    """``(rows * columns, K) float32``: amplitude times chip of each coefficient, in grey levels of the DCT."""
    owner: I32
    """``(rows * columns, K) int32``: the symbol of each; the number of symbols for a pilot, which every copy has."""
    places: I32
    """``(K, 2) int32``: the coefficients, down and across."""


def coefficients(plan: LayerPlan) -> I32:
    """Return the coefficients of a block that carry a layer: ``(K, 2) int32``, down and across."""
    low, high = plan.orders
    found = [(u, v) for u in range(BLOCK_PX) for v in range(BLOCK_PX) if low <= u + v <= high]
    return np.array(found, np.int32)


def canonical_shape(plan: LayerPlan, height: int, width: int) -> tuple[int, int]:
    """Return the rows and columns of blocks of a layer's canonical plane; it is never larger than the picture."""
    scale = min(1.0, max(plan.long_px / max(height, width), _SHORT_SHARE * plan.long_px / min(height, width)))
    rows = max(1, min(height // BLOCK_PX, round(height * scale / BLOCK_PX)))
    columns = max(1, min(width // BLOCK_PX, round(width * scale / BLOCK_PX)))
    return rows, columns


def planned(plan: LayerPlan, key: bytes, rgb: U8, luma: U8) -> Layer:
    """Make what a layer needs of a picture and a key.

    Args:
        plan: Which layer.
        key: 32 bytes or more, of this picture alone.
        rgb: ``(H, W, 3) uint8``.
        luma: ``(H, W) uint8``, of the same.
    """
    rows, columns = canonical_shape(plan, *luma.shape)
    places = coefficients(plan)
    hidden = np.minimum(plan.most_rms, plan.flat_rms * np.sqrt(block_tolerance(luma, rows, columns)))
    hidden *= 1.0 - (1.0 - _SKIN_SHARE) * block_skin(rgb, rows, columns)
    # Of 64 coefficients, K carry: so much on each makes that root mean square in the block.
    amplitude = hidden.reshape(-1, 1) * np.sqrt(BLOCK_PX**2 / len(places))
    shape = (rows * columns, len(places))
    chips = signs(derived_key(key, f"{plan.name} chips"), shape[0] * shape[1]).reshape(shape)
    count = shape[0] * shape[1]
    owner = dealt(derived_key(key, f"{plan.name} symbols"), count, plan.symbols, count // _PILOT_EVERY)
    return Layer(rows, columns, (amplitude * chips).astype(np.float32), owner.reshape(shape), places)


def rendered(layer: Layer, symbols: I8) -> F32:
    """Return a layer's change for one code: ``(8 rows, 8 columns) float32``, grey levels, at strength 1.

    Args:
        layer: What :func:`planned` made.
        symbols: ``(symbols of the layer,) int8``, -1 or 1.
    """
    plane = np.empty((layer.rows * BLOCK_PX, layer.columns * BLOCK_PX), np.float32)
    with_pilot = np.append(symbols, np.int8(1))
    _rendered(layer.basis, layer.owner, layer.places, with_pilot, COSINES, plane)
    return plane


def _cosines() -> F32:
    """Return the orthonormal DCT-II of eight: ``(frequency, place) float32``."""
    u, x = np.mgrid[0:BLOCK_PX, 0:BLOCK_PX]
    table = np.cos((2 * x + 1) * u * np.pi / 16) * 0.5
    table[0] *= np.sqrt(0.5)
    return np.asarray(table, np.float32)


COSINES: Final = _cosines()


@kernel
def _rendered(basis: F32, owner: I32, places: I32, symbols: I8, cosines: F32, plane: F32) -> None:
    columns = plane.shape[1] // 8
    half = np.empty((8, 8), np.float32)
    for block in range(basis.shape[0]):
        half[:] = np.float32(0.0)
        for k in range(basis.shape[1]):
            value = basis[block, k] * np.float32(symbols[owner[block, k]])
            u, v = places[k, 0], places[k, 1]
            for x in range(8):
                half[u, x] += value * cosines[v, x]
        top, left = block // columns * 8, block % columns * 8
        for y in range(8):
            row = plane[top + y, left : left + 8]
            row[:] = np.float32(0.0)
            for u in range(8):
                factor = cosines[u, y]
                for x in range(8):
                    row[x] += factor * half[u, x]


def block_coefficients(plane: F32, places: I32) -> F32:
    """Return the wanted DCT coefficients of each block: ``(8 R, 8 C) float32`` -> ``(R * C, K) float32``."""
    rows, columns = plane.shape[0] // BLOCK_PX, plane.shape[1] // BLOCK_PX
    across = (plane.reshape(-1, BLOCK_PX) @ COSINES.T).reshape(rows, BLOCK_PX, columns, BLOCK_PX)
    down = np.einsum("uy,rycv->rcuv", COSINES, across, optimize=True)
    return np.ascontiguousarray(down.reshape(rows * columns, BLOCK_PX, BLOCK_PX)[:, places[:, 0], places[:, 1]])


def despread(layer: Layer, weighted: F32, symbols: int) -> F64:
    """Add up what the chips of each symbol say: ``(rows * columns, K) float32`` -> ``(symbols,) float64``."""
    return np.bincount(layer.owner.ravel(), weighted.ravel(), minlength=symbols + 1)[:symbols]


def warm() -> None:
    """Compile or load every kernel of this file."""
    layer = planned(COARSE, bytes(32), np.zeros((16, 16, 3), np.uint8), np.zeros((16, 16), np.uint8))
    rendered(layer, np.ones(COARSE.symbols, np.int8))
