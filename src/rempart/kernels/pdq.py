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

_LANES: Final = 16  # rows filtered together: one cache line of float32, two AVX2 registers
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
def _luma(red: np.uint8, green: np.uint8, blue: np.uint8) -> np.float32:
    """Weigh one pixel in float64, then round to float32: what ``pdqhash`` does with numpy."""
    return np.float32(red * 0.299 + green * 0.587 + blue * 0.114)


@kernel
def _box_along_rows(tile: F32, out: F32, window: int) -> None:  # (W, LANES) in and out
    """Filter _LANES rows at once with a running mean of ``window`` samples (``box1DFloat``, four phases)."""
    length, lanes = tile.shape
    half = (window + 2) // 2
    total = np.zeros(lanes, np.float32)
    for right in range(length):
        if right >= window:
            left = right - window
            for lane in range(lanes):
                total[lane] = (total[lane] + tile[right, lane]) - tile[left, lane]
        else:
            for lane in range(lanes):
                total[lane] += tile[right, lane]
        at = right - (half - 1)
        if at >= 0:
            size = np.float32(min(right + 1, window))
            for lane in range(lanes):
                out[at, lane] = total[lane] / size
    size = np.float32(window)
    for at in range(length - half + 1, length):
        size -= np.float32(1)
        left = at - (window - half + 1)
        for lane in range(lanes):
            total[lane] -= tile[left, lane]
            out[at, lane] = total[lane] / size


@kernel
def _box_along_rows_sampled(tile: F32, columns: I64, out: F32, window: int) -> None:  # out: (64, LANES)
    """Do the same sums, but divide and write only at the 64 columns that the reduction keeps."""
    length, lanes = tile.shape
    half = (window + 2) // 2
    total = np.zeros(lanes, np.float32)
    kept = 0
    for right in range(length):
        if right >= window:
            left = right - window
            for lane in range(lanes):
                total[lane] = (total[lane] + tile[right, lane]) - tile[left, lane]
        else:
            for lane in range(lanes):
                total[lane] += tile[right, lane]
        at = right - (half - 1)
        while kept < columns.size and columns[kept] == at:
            size = np.float32(min(right + 1, window))
            for lane in range(lanes):
                out[kept, lane] = total[lane] / size
            kept += 1
    size = np.float32(window)
    for at in range(length - half + 1, length):
        size -= np.float32(1)
        left = at - (window - half + 1)
        for lane in range(lanes):
            total[lane] -= tile[left, lane]
        while kept < columns.size and columns[kept] == at:
            for lane in range(lanes):
                out[kept, lane] = total[lane] / size
            kept += 1


@kernel
def _reduce(rgb: U8) -> F32:  # (H, W, 3) -> (64, 64)
    """Blur with two box passes each way and keep 64 x 64 samples (``jaroszFilterFloat``, ``decimateFloat``).

    Rows flow through four stages: (1) box along rows, (2) box along columns by a ring of the last rows,
    (3) box along rows again, at 64 columns, (4) box along columns, at 64 rows.
    """
    height, width = rgb.shape[0], rgb.shape[1]
    wide, high = (width + 127) // 128, (height + 127) // 128
    half = (high + 2) // 2
    columns = np.empty(64, np.int64)
    rows = np.empty(64, np.int64)
    for k in range(64):
        columns[k] = int(((k + 0.5) * width) / 64)
        rows[k] = int(((k + 0.5) * height) / 64)
    reduced = np.empty((64, 64), np.float32)
    tile = np.zeros((width, 16), np.float32)
    filtered = np.zeros((width, 16), np.float32)
    ring = np.zeros((high + 1, width), np.float32)  # the rows that stage 2 has yet to subtract
    total = np.zeros(width, np.float32)
    waiting = np.zeros((width, 16), np.float32)  # stage 2's rows, until there are 16 of them
    sampled = np.zeros((64, 16), np.float32)
    ring4 = np.zeros((high + 1, 64), np.float32)
    total4 = np.zeros(64, np.float32)
    kept = 0  # rows of `reduced` that are done
    queued = 0  # rows in `waiting`
    entered = 0  # rows that entered stage 4

    for step in range(height + half - 1):
        if step < height:
            lane = step % 16
            if lane == 0:
                for r in range(min(16, height - step)):
                    for x in range(width):
                        tile[x, r] = _luma(rgb[step + r, x, 0], rgb[step + r, x, 1], rgb[step + r, x, 2])
                _box_along_rows(tile, filtered, wide)
            row = ring[step % (high + 1)]
            for x in range(width):
                row[x] = filtered[x, lane]
            if step >= high:
                old = ring[(step - high) % (high + 1)]
                for x in range(width):
                    total[x] = (total[x] + row[x]) - old[x]
            else:
                for x in range(width):
                    total[x] += row[x]
            size = np.float32(min(step + 1, high))
        else:
            old = ring[(step - high) % (high + 1)]
            for x in range(width):
                total[x] -= old[x]
            size = np.float32(high - (step - height + 1))
        if step < half - 1:
            continue
        for x in range(width):
            waiting[x, queued] = total[x] / size
        queued += 1
        last = step == height + half - 2
        if queued < 16 and not last:
            continue
        _box_along_rows_sampled(waiting, columns, sampled, wide)
        for r in range(queued):
            kept = _box_along_columns_sampled(sampled, r, entered, height, rows, ring4, total4, reduced, kept)
            entered += 1
        queued = 0
    for at in range(height, height + half - 1):
        kept = _box_along_columns_sampled(sampled, 0, at, height, rows, ring4, total4, reduced, kept)
    return reduced


@kernel
def _box_along_columns_sampled(
    sampled: F32, lane: int, step: int, height: int, rows: I64, ring: F32, total: F32, reduced: F32, kept: int
) -> int:
    """Let one row of 64 samples enter stage 4, and write the row that leaves it if the reduction keeps it."""
    high = ring.shape[0] - 1
    half = (high + 2) // 2
    if step < height:
        row = ring[step % (high + 1)]
        row[:] = sampled[:, lane]
        if step >= high:
            old = ring[(step - high) % (high + 1)]
            for x in range(64):
                total[x] = (total[x] + row[x]) - old[x]
        else:
            for x in range(64):
                total[x] += row[x]
        size = np.float32(min(step + 1, high))
    else:
        old = ring[(step - high) % (high + 1)]
        for x in range(64):
            total[x] -= old[x]
        size = np.float32(high - (step - height + 1))
    at = step - (half - 1)
    while kept < 64 and rows[kept] == at:
        for x in range(64):
            reduced[kept, x] = total[x] / size
        kept += 1
    return kept


@kernel
def _luma_picture(rgb: U8) -> F32:  # (64, 64, 3) -> (64, 64)
    """Take a 64 x 64 picture as it is: the reference does not blur what is already that small."""
    luma = np.empty((rgb.shape[0], rgb.shape[1]), np.float32)
    for y in range(rgb.shape[0]):
        for x in range(rgb.shape[1]):
            luma[y, x] = _luma(rgb[y, x, 0], rgb[y, x, 1], rgb[y, x, 2])
    return luma


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
    rgb = np.ascontiguousarray(rgb)
    reduced = _luma_picture(rgb) if rgb.shape[:2] == (_SIDE, _SIDE) else _reduce(rgb)
    _pack_dihedral(_transform(reduced, _DCT, _DCT_T), codes)
    return codes, int(_quality(reduced))


def warm() -> None:
    """Compile or load every kernel of this file, so that no later call needs the compiler or the cache folder."""
    for side in (_SIDE, _SIDE + 1):
        pdq_dihedral(np.zeros((side, side, 3), np.uint8))
