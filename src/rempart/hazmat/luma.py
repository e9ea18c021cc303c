"""Decode a JPEG to as few lines as a comparison needs: runs inside a worker only.

A JPEG decoder can give the means of blocks of 2, 4 or 8 pixels a side, which costs less than all the pixels: less to
transform, less to convert, less to move. It is asked for colours, not for its own luma channel: PDQ is taken of
colours that were clipped and rounded, and a quarter of a grey level was measured between the two, at a fifth of the
cost of decoding. The other scales that libjpeg-turbo has (3/8, 5/8 …) are not means of blocks and are no faster.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt
import simplejpeg

from rempart.hazmat.turning import exchanges_axes, upright
from rempart.kernels.luma import luma_plane

Pixels = npt.NDArray[np.uint8]

#: The short side keeps at least this many lines: PDQ's own advice is to shrink to 512 first (facebook/ThreatExchange,
#: pdq/README.md), and local features are looked for at about this size.
LEAST_SIDE_PX: Final = 512
_SHRINK_MOST: Final = 8
_COLOURS: Final = {"RGB": "RGB", "L": "GRAY"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shrunk:
    """A picture as its decoder shrank it, as it is stored: not yet upright."""

    samples: Pixels = field(repr=False)
    """``(ceil(height / shrink), ceil(width / shrink), C) uint8``, C-contiguous; C is 3, or 1 for a grey picture."""
    height: int
    """Of the whole picture, in pixels, as stored."""
    width: int
    """The same."""
    shrink: int
    """1, 2, 4 or 8: each sample is the mean of so many pixels by so many."""
    orientation: int
    """Exif's, 1..8."""

    def upright_size(self) -> tuple[int, int]:
        """Return the height and the width of the whole picture, in pixels, held as it is meant."""
        return (self.width, self.height) if exchanges_axes(self.orientation) else (self.height, self.width)

    def luma(self) -> Pixels:
        """Return the luma of the samples, upright: ``(h, w) uint8``, C-contiguous and writable."""
        plane = luma_plane(self.samples) if self.samples.shape[2] > 1 else self.samples[..., 0].copy()
        return upright(plane, self.orientation)


def shrink_for(height: int, width: int) -> int:
    """Return the largest of 1, 2, 4 and 8 that leaves :data:`LEAST_SIDE_PX` lines; 1 for what has fewer already."""
    shrink = 1
    while shrink < _SHRINK_MOST and min(height, width) >= 2 * shrink * LEAST_SIDE_PX:
        shrink *= 2
    return shrink


def luma_of(pixels: Pixels) -> Pixels:
    """Return the luma of a decoded picture at the size that :meth:`Shrunk.luma` would have.

    Args:
        pixels: ``(H, W, 3) uint8``, upright.

    Returns:
        ``(h, w) uint8``, C-contiguous and writable.
    """
    return luma_plane(pixels, shrink_for(*pixels.shape[:2]))


def decode_shrunk(data: bytes, *, height: int, width: int, mode: str, orientation: int) -> Shrunk | None:
    """Decode a JPEG at the smallest scale that keeps enough lines.

    Args:
        data: The encoded picture.
        height: As its header says.
        width: The same.
        mode: Pillow's name for its colours: ``RGB`` (whatever the file stores) or ``L``; nothing else is decoded here.
        orientation: Exif's.

    Returns:
        None where the whole picture must be decoded and judged by another decoder: other colours (CMYK), a warning,
        damage, a size that is not the header's.
    """
    colours = _COLOURS.get(mode)
    if colours is None:
        return None
    shrink = shrink_for(height, width)
    least_height, least_width = -(-height // shrink), -(-width // shrink)
    try:  # simplejpeg takes the smallest scale with so many lines: for these two numbers it is 1 / shrink
        samples = simplejpeg.decode_jpeg(
            data,
            colorspace=colours,
            fastdct=False,
            fastupsample=False,
            min_height=least_height,
            min_width=least_width,
        )
    except ValueError:
        return None
    if samples.shape[:2] != (least_height, least_width):
        return None
    return Shrunk(samples=samples, height=height, width=width, shrink=shrink, orientation=orientation)
