"""The luma of decoded samples, as a plane of bytes, shrunk by means of blocks if asked."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from rempart.kernels.compile import kernel

U8 = npt.NDArray[np.uint8]


@kernel
def _luma_rows(rgb: U8, plane: U8) -> None:  # (H, 3 W), -> (H, W)
    """Weigh each pixel, rounded to the nearest: whole numbers, the same on every machine."""
    for y in range(plane.shape[0]):
        row, out = rgb[y], plane[y]
        for x in range(out.size):
            red, green, blue = np.uint32(row[3 * x]), np.uint32(row[3 * x + 1]), np.uint32(row[3 * x + 2])
            weighed = np.uint32(299) * red + np.uint32(587) * green + np.uint32(114) * blue
            out[x] = (weighed + np.uint32(500)) // np.uint32(1000)


@kernel
def _luma_blocks(rgb: U8, shrink: int, plane: U8) -> None:  # (H, 3 W), -> (ceil(H / shrink), ceil(W / shrink))
    """Weigh the mean of each block of ``shrink`` x ``shrink`` pixels; blocks at the far borders may be cut."""
    height, width = rgb.shape[0], rgb.shape[1] // 3
    total = np.zeros(plane.shape[1], np.uint32)
    for y in range(plane.shape[0]):
        total[:] = 0
        last = min(height, (y + 1) * shrink)
        for row in rgb[y * shrink : last]:
            for x in range(width):
                red, green, blue = np.uint32(row[3 * x]), np.uint32(row[3 * x + 1]), np.uint32(row[3 * x + 2])
                total[x // shrink] += np.uint32(299) * red + np.uint32(587) * green + np.uint32(114) * blue
        for x in range(plane.shape[1]):
            size = np.uint32((last - y * shrink) * (min(width, (x + 1) * shrink) - x * shrink))
            plane[y, x] = (total[x] + np.uint32(500) * size) // (np.uint32(1000) * size)


def luma_plane(rgb: npt.NDArray[np.uint8], shrink: int = 1) -> npt.NDArray[np.uint8]:
    """Return 0.299 R + 0.587 G + 0.114 B, rounded, of each pixel or of the mean of each block.

    Args:
        rgb: ``(H, W, 3) uint8``.
        shrink: Side of a block, 1 to 64 pixels.

    Returns:
        ``(ceil(H / shrink), ceil(W / shrink)) uint8``, C-contiguous.

    Raises:
        ValueError: the array is not ``(H, W, 3) uint8``, or the side is out of range.
    """
    if rgb.ndim != 3 or rgb.shape[2] != 3 or rgb.dtype != np.uint8 or not 1 <= shrink <= 64:
        message = f"a picture is an (H, W, 3) uint8 array shrunk 1 to 64 times, not {rgb.shape} {rgb.dtype} {shrink}"
        raise ValueError(message)
    # A read-only array has another type for numba: it would be compiled for anew, inside a sandbox without a cache.
    rows = np.require(rgb, requirements=["C", "W"]).reshape(rgb.shape[0], 3 * rgb.shape[1])
    plane = np.empty((-(-rgb.shape[0] // shrink), -(-rgb.shape[1] // shrink)), np.uint8)
    if shrink == 1:
        _luma_rows(rows, plane)
    else:
        _luma_blocks(rows, shrink, plane)
    return plane


def warm() -> None:
    """Compile or load every kernel of this file, so that no later call needs the compiler or the cache folder."""
    for shrink in (1, 2):
        luma_plane(np.zeros((4, 4, 3), np.uint8), shrink)
