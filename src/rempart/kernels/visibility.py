"""How much a picture hides, block by block, and how much of a mark is to be seen in it: SSIM and PSNR.

Wang, Bovik, Sheikh and Simoncelli, "Image quality assessment: from error visibility to structural similarity", IEEE
Trans. Image Processing 13, 2004. Whole numbers as far as possible: the mark's strength must come out the same on every
machine.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
import numpy.typing as npt

from rempart.kernels.compile import kernel

U8 = npt.NDArray[np.uint8]
F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]

#: The constants of SSIM for 8 bits: (0.01 x 255)^2 and (0.03 x 255)^2.
_C1: Final = 6.5025
SSIM_CONSTANT: Final = 58.5225
#: Side of the window, in pixels: uniform, the other usage than the Gaussian of the paper, and a little stricter on us.
_WINDOW: Final = 7
#: Skin in Cb and Cr (Chai and Ngan, "Face segmentation using skin-color map", IEEE Trans. CSVT 9, 1999).
_CB: Final = (77, 127)
_CR: Final = (133, 173)


def block_tolerance(luma: U8, rows: int, columns: int) -> F64:
    """Say how much each block of a picture hides.

    SSIM takes from a flat place what is added to it, and from a textured one as much less as its variance is more: a
    block's tolerance is the harmonic mean, over its cells, of twice the variance and SSIM's constant. One flat cell
    makes an edge's block nearly flat: that is where ringing is seen.

    Args:
        luma: ``(H, W) uint8``.
        rows: Of blocks that the picture is divided into.
        columns: The same, across.

    Returns:
        ``(rows, columns) float64``, grey levels squared, relative to a flat place: 1 and more.
    """
    found = np.empty((rows, columns), np.float64)
    _tolerance(luma, found)
    return found


@kernel
def _tolerance(luma: U8, found: F64) -> None:  # (H, W), (R, C)
    height, width = luma.shape
    rows, columns = found.shape
    for i in range(rows):
        top, bottom = i * height // rows, (i + 1) * height // rows
        down = max(1, (bottom - top + 4) // 8)
        for j in range(columns):
            left, right = j * width // columns, (j + 1) * width // columns
            across = max(1, (right - left + 4) // 8)
            total, cells = 0.0, 0
            for a in range(down):
                y0, y1 = top + a * (bottom - top) // down, top + (a + 1) * (bottom - top) // down
                for b in range(across):
                    x0, x1 = left + b * (right - left) // across, left + (b + 1) * (right - left) // across
                    n = (y1 - y0) * (x1 - x0)
                    if n == 0:
                        continue
                    s, q = np.int64(0), np.int64(0)
                    for y in range(y0, y1):
                        for x in range(x0, x1):
                            v = np.int64(luma[y, x])
                            s += v
                            q += v * v
                    variance = (n * q - s * s) / (n * n)
                    total += SSIM_CONSTANT / (2.0 * variance + SSIM_CONSTANT)
                    cells += 1
            found[i, j] = cells / total if cells else 1.0


def block_skin(rgb: U8, rows: int, columns: int) -> F64:
    """Return the share of each block that has a colour of skin: ``(H, W, 3) uint8`` -> ``(rows, columns) float64``."""
    found = np.empty((rows, columns), np.float64)
    _skin(np.ascontiguousarray(rgb), found)
    return found


@kernel
def _skin(rgb: U8, found: F64) -> None:  # (H, W, 3), (R, C)
    height, width = rgb.shape[0], rgb.shape[1]
    rows, columns = found.shape
    for i in range(rows):
        top, bottom = i * height // rows, (i + 1) * height // rows
        for j in range(columns):
            left, right = j * width // columns, (j + 1) * width // columns
            skin, seen = np.int64(0), np.int64(0)
            for y in range(top, bottom, 3):
                for x in range(left, right, 3):
                    r, g, b = np.int64(rgb[y, x, 0]), np.int64(rgb[y, x, 1]), np.int64(rgb[y, x, 2])
                    cb = 128 + (-169 * r - 331 * g + 500 * b) // 1000
                    cr = 128 + (500 * r - 419 * g - 81 * b) // 1000
                    if _CB[0] <= cb <= _CB[1] and _CR[0] <= cr <= _CR[1]:
                        skin += 1
                    seen += 1
            found[i, j] = skin / seen if seen else 0.0


def block_skin_chroma(cb: U8, cr: U8, rows: int, columns: int) -> F64:
    """Return the same of a video's planes of colour: ``(h, w) uint8`` each -> ``(rows, columns) float64``."""
    found = np.empty((rows, columns), np.float64)
    _skin_chroma(np.require(cb, requirements=["C", "W"]), np.require(cr, requirements=["C", "W"]), found)
    return found


@kernel
def _skin_chroma(cb: U8, cr: U8, found: F64) -> None:  # (h, w), (h, w), (R, C)
    height, width = cb.shape
    rows, columns = found.shape
    for i in range(rows):
        top, bottom = i * height // rows, (i + 1) * height // rows
        for j in range(columns):
            left, right = j * width // columns, (j + 1) * width // columns
            skin, seen = np.int64(0), np.int64(0)
            for y in range(top, bottom):
                for x in range(left, right):
                    if _CB[0] <= cb[y, x] <= _CB[1] and _CR[0] <= cr[y, x] <= _CR[1]:
                        skin += 1
                    seen += 1
            found[i, j] = skin / seen if seen else 0.0


def ssim(one: U8, two: U8, step: int = 1) -> float:
    """Return the mean SSIM of two planes, ``(H, W) uint8`` each, 7 x 7 windows, at every ``step``-th place each way."""
    return float(_ssim(one, two, step))


@kernel
def _ssim(one: U8, two: U8, step: int) -> float:  # (H, W), (H, W)
    height, width = one.shape
    n = _WINDOW * _WINDOW
    total, places = 0.0, 0
    sums = np.zeros((5, width), np.int64)
    sa = sb = saa = sbb = sab = np.int64(0)
    for y in range(0, height - _WINDOW + 1, step):
        sums[:] = 0
        for row in range(y, y + _WINDOW):
            for x in range(width):
                a, b = np.int64(one[row, x]), np.int64(two[row, x])
                sums[0, x] += a
                sums[1, x] += b
                sums[2, x] += a * a
                sums[3, x] += b * b
                sums[4, x] += a * b
        for x in range(0, width - _WINDOW + 1, step):
            sa = sb = saa = sbb = sab = np.int64(0)
            for k in range(x, x + _WINDOW):
                sa += sums[0, k]
                sb += sums[1, k]
                saa += sums[2, k]
                sbb += sums[3, k]
                sab += sums[4, k]
            ma, mb = sa / n, sb / n
            # Sample variances, divided by n - 1, as most implementations with uniform windows have them.
            va, vb = (saa - sa * ma) / (n - 1), (sbb - sb * mb) / (n - 1)
            cov = (sab - sa * mb) / (n - 1)
            total += ((2 * ma * mb + _C1) * (2 * cov + SSIM_CONSTANT)) / (
                (ma * ma + mb * mb + _C1) * (va + vb + SSIM_CONSTANT)
            )
            places += 1
    return total / places if places else 1.0


def psnr_db(one: U8, two: U8) -> float:
    """Return the peak signal-to-noise ratio of two arrays of bytes, in dB; infinite if they are the same."""
    difference = one.astype(np.int32) - two
    mean = float(np.mean(np.square(difference)))
    return 10.0 * math.log10(255.0**2 / mean) if mean else math.inf


def warm() -> None:
    """Compile or load every kernel of this file."""
    plane = np.zeros((16, 16), np.uint8)
    ssim(plane, plane)
    block_tolerance(plane, 2, 2)
    block_skin(np.zeros((16, 16, 3), np.uint8), 2, 2)
    block_skin_chroma(plane, plane, 2, 2)
