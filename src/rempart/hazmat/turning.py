"""Exif orientation: how a picture is stored, and how it is to be held."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

#: Exif 2.32, table 4: 1 is upright, 2 to 4 turn or mirror, 5 to 8 exchange the axes too.
ORIENTATIONS: Final = range(1, 9)


def exchanges_axes(orientation: int) -> bool:
    """Tell whether what is stored as rows is shown as columns."""
    return orientation in ORIENTATIONS[4:]


def upright(pixels: npt.NDArray[np.uint8], orientation: int) -> npt.NDArray[np.uint8]:
    """Undo the turn or reflection that Exif orientation 1..8 names; other values change nothing.

    Args:
        pixels: ``(H, W) uint8`` or ``(H, W, C) uint8``.
        orientation: Exif's number.

    Returns:
        The same samples, upright, C-contiguous.
    """
    match orientation:
        case 2:
            turned = pixels[:, ::-1]
        case 3:
            turned = pixels[::-1, ::-1]
        case 4:
            turned = pixels[::-1]
        case 5:
            turned = pixels.swapaxes(0, 1)
        case 6:
            turned = np.rot90(pixels, -1)
        case 7:
            turned = pixels[::-1, ::-1].swapaxes(0, 1)
        case 8:
            turned = np.rot90(pixels)
        case _:
            turned = pixels
    return np.ascontiguousarray(turned)
