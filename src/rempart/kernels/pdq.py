"""PDQ, the 256-bit perceptual code of Meta: bit-exact with its reference, eight orientations from one transform.

Reference: facebook/ThreatExchange, ``pdq/cpp`` (BSD), as bound by ``pdqhash`` 0.2.8, which takes the luma in float64
and everything after in float32. Each sum below is made in the reference's order: float addition is not associative,
and one unit in the last place is enough to flip a bit. What differs is where the numbers live: the four box passes
are fused and stream through the picture :data:`_LANES` rows at a time, so that no full-size float picture exists.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
import numpy.typing as npt

from rempart.kernels.compile import kernel

#: Code length in bytes.
CODE_BYTES: Final = 32
#: Smaller sides have no code: the reference answers zeros and quality 0 (``MIN_HASHABLE_DIM``).
MIN_SIDE_PX: Final = 5
#: Names of the eight codes, in the reference's order: what was done to the picture that has this code.
ORIENTATIONS: Final = ("original", "rotate90", "rotate180", "rotate270", "flipx", "flipy", "flipplus1", "flipminus1")

_LANES: Final = 32  # rows filtered together: measured 4 times faster than 16, and no slower to transpose (64 is)
_BLOCK: Final = 16  # samples
_SIDE: Final = 64  # the picture is reduced to 64 x 64 before the transform
_TERMS: Final = 16  # and 16 x 16 of its cosine terms are kept

U8 = npt.NDArray[np.uint8]
I64 = npt.NDArray[np.int64]
F32 = npt.NDArray[np.float32]


def _cosines() -> npt.NDArray[np.float32]:
    """Return the (16, 64) float32 transform, made from libm's double cosines as the reference does."""
    scale = np.float32(math.sqrt(2.0 / _SIDE))
    step = math.pi / 2.0 / _SIDE
    rows = [[float(scale) * math.cos(step * (i + 1) * (2 * j + 1)) for j in range(_SIDE)] for i in range(_TERMS)]
    return np.array(rows, dtype=np.float64).astype(np.float32)


_DCT: Final = _cosines()
_DCT_T: Final = np.ascontiguousarray(_DCT.T)


@kernel
def _luma_rows(samples: U8, start: int, count: int, rows: F32) -> None:  # (H, 3 W), -> (LANES, W)
    """Weigh ``count`` rows of pixels.

    The reference takes 0.299 R + 0.587 G + 0.114 B in float64 and rounds to float32. Thousandths are whole numbers
    below 2^24, exact in float32, and IEEE division rounds correctly, so that one float32 division gives the very same
    number (all 2^24 colours were compared, benchmarks/pdq_rate.py --exhaustive) and the loop becomes vector code.
    """
    for r in range(count):
        row, out = samples[start + r], rows[r]
        for x in range(out.size):
            red, green, blue = np.float32(row[3 * x]), np.float32(row[3 * x + 1]), np.float32(row[3 * x + 2])
            out[x] = (np.float32(299) * red + np.float32(587) * green + np.float32(114) * blue) / np.float32(1000)


@kernel
def _transpose(rows: F32, tile: F32) -> None:  # (LANES, W) -> (W, LANES)
    """Put rows side by side, so that one instruction filters a sample of each."""
    for x in range(rows.shape[1]):
        for lane in range(_LANES):
            tile[x, lane] = rows[lane, x]


@kernel
def _box_along_rows(tile: F32, out: F32, window: int) -> None:  # (W, LANES) in and out
    """Filter _LANES rows at once with a running mean of ``window`` samples (``box1DFloat``, four phases)."""
    length = tile.shape[0]
    half = (window + 2) // 2
    total = np.zeros(_LANES, np.float32)
    for right in range(half - 1):
        for lane in range(_LANES):
            total[lane] += tile[right, lane]
    for right in range(half - 1, window):
        size = np.float32(right + 1)
        for lane in range(_LANES):
            total[lane] += tile[right, lane]
            out[right - half + 1, lane] = total[lane] / size
    size = np.float32(window)
    for right in range(window, length):
        left, at = right - window, right - half + 1
        for lane in range(_LANES):
            mean = (total[lane] + tile[right, lane]) - tile[left, lane]
            total[lane] = mean
            out[at, lane] = mean / size
    for at in range(length - half + 1, length):
        size -= np.float32(1)
        left = at - (window - half + 1)
        for lane in range(_LANES):
            total[lane] -= tile[left, lane]
            out[at, lane] = total[lane] / size


@kernel
def _slide(tile: F32, total: F32, begin: int, end: int, window: int) -> None:
    """Move running sums over the steps ``begin`` to ``end``; past the last sample, only the leaving goes on."""
    length = tile.shape[0]
    for right in range(begin, min(end, window)):
        for lane in range(_LANES):
            total[lane] += tile[right, lane]
    for right in range(max(begin, window), min(end, length)):
        left = right - window
        for lane in range(_LANES):
            total[lane] = (total[lane] + tile[right, lane]) - tile[left, lane]
    for right in range(max(begin, length), end):
        left = right - window
        for lane in range(_LANES):
            total[lane] -= tile[left, lane]


@kernel
def _box_along_rows_sampled(tile: F32, columns: I64, out: F32, window: int) -> None:  # out: (64, LANES)
    """Do the sums of :func:`_box_along_rows`, but divide and write only at the 64 columns that the reduction keeps."""
    length = tile.shape[0]
    half = (window + 2) // 2
    total = np.zeros(_LANES, np.float32)
    done = 0
    for k in range(64):
        step = columns[k] + half - 1
        _slide(tile, total, done, step + 1, window)
        done = step + 1
        size = np.float32(min(step + 1, window) if step < length else window - (step - length + 1))
        for lane in range(_LANES):
            out[k, lane] = total[lane] / size


@kernel
def _store_rows(tile: F32, ring: F32, first: int, count: int) -> None:  # (W, LANES) -> rows of (R, W)
    """Put filtered rows back one below the other, in blocks that stay in the first-level cache."""
    width, size = tile.shape[0], ring.shape[0]
    whole = width - width % _BLOCK
    for lane in range(count):
        row = ring[(first + lane) % size]
        for x in range(whole, width):
            row[x] = tile[x, lane]
    for begin in range(0, whole, _BLOCK):
        for lane in range(count):
            row = ring[(first + lane) % size]
            for k in range(_BLOCK):  # a constant count, which the compiler unrolls
                row[begin + k] = tile[begin + k, lane]


@kernel
def _divide(total: F32, size: np.float32, row: F32) -> None:
    """Write the means of a running sum."""
    for x in range(total.size):
        row[x] = total[x] / size


@kernel
def _enter_column_box(row: F32, ring: F32, total: F32, step: int, height: int, high: int) -> np.float32:
    """Let row ``step`` enter a running sum along columns, and the one ``high`` rows before leave it.

    Past the last row, only the leaving goes on. Returns how many rows the sum now holds; the mean that it gives
    belongs to row ``step - (high + 2) // 2 + 1``.
    """
    old = ring[(step - high) % ring.shape[0]]
    if step >= height:
        for x in range(total.size):
            total[x] -= old[x]
        return np.float32(high - (step - height + 1))
    if step >= high:
        for x in range(total.size):
            total[x] = (total[x] + row[x]) - old[x]
        return np.float32(high)
    for x in range(total.size):
        total[x] += row[x]
    return np.float32(step + 1)


@kernel
def _finish_rows(
    sampled: F32, count: int, entered: int, height: int, rows: I64, ring: F32, total: F32, reduced: F32, kept: int
) -> int:
    """Let ``count`` rows of 64 samples go through stage 4, and keep 64 of its rows; return how many are kept."""
    high = (height + 127) // 128
    half = (high + 2) // 2
    for r in range(count):
        step = entered + r
        row = ring[step % ring.shape[0]]
        if step < height:
            row[:] = sampled[:, r]
        size = _enter_column_box(row, ring, total, step, height, high)
        while kept < 64 and rows[kept] == step - half + 1:
            _divide(total, size, reduced[kept])
            kept += 1
    return kept


@kernel
def _reduce(rgb: U8) -> F32:  # (H, W, 3) -> (64, 64)
    """Blur with two box passes each way and keep 64 x 64 samples (``jaroszFilterFloat``, ``decimateFloat``).

    Rows flow through four stages, _LANES at a time: (1) box along rows, (2) box along columns over a ring of the last
    rows, (3) box along rows again, at 64 columns only, (4) box along columns, at 64 rows only.
    """
    height, width = rgb.shape[0], rgb.shape[1]
    samples = rgb.reshape(height, 3 * width)
    wide, high = (width + 127) // 128, (height + 127) // 128
    half = (high + 2) // 2
    columns, kept_rows = np.empty(64, np.int64), np.empty(64, np.int64)
    for k in range(64):
        columns[k] = int(((k + 0.5) * width) / 64)
        kept_rows[k] = int(((k + 0.5) * height) / 64)
    rows, waiting = np.zeros((_LANES, width), np.float32), np.zeros((_LANES, width), np.float32)
    tile, filtered = np.zeros((width, _LANES), np.float32), np.zeros((width, _LANES), np.float32)
    ring, total = np.zeros((high + _LANES, width), np.float32), np.zeros(width, np.float32)
    ring4, total4 = np.zeros((high + 1, 64), np.float32), np.zeros(64, np.float32)
    sampled, reduced = np.zeros((64, _LANES), np.float32), np.empty((64, 64), np.float32)
    queued = entered = kept = 0

    for step in range(height + half - 1):
        if step % _LANES == 0 and step < height:  # (1)
            count = min(_LANES, height - step)
            _luma_rows(samples, step, count, rows)
            _transpose(rows, tile)
            _box_along_rows(tile, filtered, wide)
            _store_rows(filtered, ring, step, count)
        size = _enter_column_box(ring[step % ring.shape[0]], ring, total, step, height, high)  # (2)
        if step < half - 1:
            continue
        _divide(total, size, waiting[queued])
        queued += 1
        if queued == _LANES or step == height + half - 2:  # (3), (4)
            _transpose(waiting, tile)
            _box_along_rows_sampled(tile, columns, sampled, wide)
            kept = _finish_rows(sampled, queued, entered, height, kept_rows, ring4, total4, reduced, kept)
            entered += queued
            queued = 0
    _finish_rows(sampled, half - 1, height, height, kept_rows, ring4, total4, reduced, kept)
    return reduced


@kernel
def _quality(reduced: F32) -> int:  # (64, 64) -> 0..100
    """Sum the gradients that are visible, each truncated to a whole percent (``pdqImageDomainQualityMetric``)."""
    total = 0
    for i in range(63):
        for j in range(64):
            total += abs(int((reduced[i, j] - reduced[i + 1, j]) * np.float32(100) / np.float32(255)))
    for i in range(64):
        for j in range(63):
            total += abs(int((reduced[i, j] - reduced[i, j + 1]) * np.float32(100) / np.float32(255)))
    return min(total // 90, 100)


@kernel
def _transform(reduced: F32, dct: F32, dct_t: F32) -> F32:  # (64, 64) -> (16, 16)
    """Return D A Dᵀ, each element summed in the order of k (``dct64To16``)."""
    half_way = np.zeros((16, 64), np.float32)
    terms = np.zeros((16, 16), np.float32)
    for i in range(16):
        for k in range(64):
            for j in range(64):
                half_way[i, j] += dct[i, k] * reduced[k, j]
    for i in range(16):
        for k in range(64):
            for j in range(16):
                terms[i, j] += half_way[i, k] * dct_t[k, j]
    return terms


@kernel
def _pack(terms: F32, code: U8) -> None:  # (16, 16) -> (32,), most significant bit first
    """Set the bit of each term above the lower median: term (0, 0) is the last bit, as PDQ's hexadecimal has it."""
    median = np.sort(terms.ravel())[127]
    code[:] = 0
    for i in range(16):
        for j in range(16):
            if terms[i, j] > median:
                bit = 255 - (i * 16 + j)
                code[bit >> 3] |= np.uint8(1 << (7 - (bit & 7)))


@kernel
def _pack_dihedral(terms: F32, codes: U8) -> None:  # (16, 16) -> (8, 32)
    """Turn and flip the picture by signs and transposition of its cosine terms (``dct16OriginalTo…``)."""
    turned = np.empty((8, 16, 16), np.float32)
    for i in range(16):
        for j in range(16):
            term = terms[i, j]
            odd_i, odd_j = i & 1, j & 1
            turned[0, i, j] = term
            turned[1, j, i] = term if odd_j else -term
            turned[2, i, j] = -term if odd_i ^ odd_j else term
            turned[3, j, i] = term if odd_i else -term
            turned[4, i, j] = term if odd_i else -term
            turned[5, i, j] = term if odd_j else -term
            turned[6, j, i] = term
            turned[7, j, i] = -term if odd_i ^ odd_j else term
    for k in range(8):
        _pack(turned[k], codes[k])


def pdq_dihedral(rgb: npt.NDArray[np.uint8]) -> tuple[npt.NDArray[np.uint8], int]:
    """Return the PDQ codes of a picture and of its seven turned and mirrored versions, and its quality.

    Args:
        rgb: ``(H, W, 3) uint8``, C-contiguous, sRGB samples as decoded, orientation already applied.

    Returns:
        codes: ``(8, 32) uint8``, one row per name of :data:`ORIENTATIONS`, most significant bit first: the bytes
            of PDQ's customary hexadecimal. Row 0 is the code of the picture itself.
        quality: 0..100; the reference advises to discard 49 and less. A side under 5 px gives zeros and 0.

    Raises:
        ValueError: the array is not ``(H, W, 3) uint8``.
    """
    if rgb.ndim != 3 or rgb.shape[2] != 3 or rgb.dtype != np.uint8:
        message = f"a picture is an (H, W, 3) uint8 array, not {rgb.shape} {rgb.dtype}"
        raise ValueError(message)
    codes = np.zeros((len(ORIENTATIONS), CODE_BYTES), np.uint8)
    if min(rgb.shape[:2]) < MIN_SIDE_PX:
        return codes, 0
    # A read-only array has another type for numba: it would be compiled for anew, inside a sandbox without a cache.
    rgb = np.require(rgb, requirements=["C", "W"])
    if rgb.shape[:2] == (_SIDE, _SIDE):  # the reference does not blur what is already that small
        reduced = np.empty((_SIDE, _SIDE), np.float32)
        _luma_rows(rgb.reshape(_SIDE, 3 * _SIDE), 0, _SIDE, reduced)
    else:
        reduced = _reduce(rgb)
    return codes_of_reduced(reduced)[:2]


def codes_of_reduced(
    reduced: npt.NDArray[np.float32],
) -> tuple[npt.NDArray[np.uint8], int, npt.NDArray[np.float32]]:
    """Do what PDQ does once a picture is reduced, however that was done.

    Args:
        reduced: ``(64, 64) float32``: luma 0..255, low-passed to about one sample (as :func:`pdq_dihedral` does it).

    Returns:
        codes: ``(8, 32) uint8``, as :func:`pdq_dihedral` gives them.
        quality: 0..100.
        terms: ``(16, 16) float32``, the cosine terms: a bit of the first code tells whether one is above the median.

    Raises:
        ValueError: the array is not ``(64, 64) float32``.
    """
    if reduced.shape != (_SIDE, _SIDE) or reduced.dtype != np.float32:
        message = f"a reduced picture is a (64, 64) float32 array, not {reduced.shape} {reduced.dtype}"
        raise ValueError(message)
    reduced = np.require(reduced, requirements=["C", "W"])
    codes = np.zeros((len(ORIENTATIONS), CODE_BYTES), np.uint8)
    terms = _transform(reduced, _DCT, _DCT_T)
    _pack_dihedral(terms, codes)
    return codes, int(_quality(reduced)), terms


def warm() -> None:
    """Compile or load every kernel of this file, so that no later call needs the compiler or the cache folder."""
    for side in (_SIDE, _SIDE + 1):
        pdq_dihedral(np.zeros((side, side, 3), np.uint8))
