"""Orientations say where the asset's corners are, and values keep media out of logs."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pytest

from rempart.model import MediaBytes, MediaFile, Orientation

#: What is done to a suspect so that it shows the asset, as the PDQ kernel defines each name.
Numbers = npt.NDArray[np.int64]
DONE: dict[Orientation, Callable[[Numbers], Numbers]] = {
    Orientation.ORIGINAL: lambda a: a,
    Orientation.ROTATE90: np.rot90,
    Orientation.ROTATE180: lambda a: np.rot90(a, 2),
    Orientation.ROTATE270: lambda a: np.rot90(a, 3),
    Orientation.FLIPX: lambda a: a[::-1],
    Orientation.FLIPY: lambda a: a[:, ::-1],
    Orientation.FLIPPLUS1: lambda a: a.T,
    Orientation.FLIPMINUS1: lambda a: np.rot90(a, 2).T,
}


def corners(array: npt.NDArray[np.int64]) -> tuple[int, int, int, int]:
    """Return the values at the top left, top right, bottom right and bottom left."""
    return int(array[0, 0]), int(array[0, -1]), int(array[-1, -1]), int(array[-1, 0])


@pytest.mark.parametrize("orientation", Orientation)
def test_corners_are_those_of_a_marked_picture(orientation: Orientation) -> None:
    """Turning a picture whose corners are numbered puts the numbers where the table says."""
    suspect = np.full((3, 4), 9)
    suspect[0, 0], suspect[0, -1], suspect[-1, -1], suspect[-1, 0] = 0, 1, 2, 3

    shown = DONE[orientation](suspect)

    assert corners(shown) == orientation.corners()


def test_orientations_are_the_kernel_s() -> None:
    """Names and order are those of the kernel that makes the codes."""
    from rempart.kernels.pdq import ORIENTATIONS  # noqa: PLC0415 - numba

    assert tuple(Orientation) == ORIENTATIONS


def test_only_a_changed_picture_has_words() -> None:
    """The original needs no remark, every other orientation has its own."""
    words = [o.in_words() for o in Orientation]

    assert words[0] == ""
    assert len(set(words)) == len(Orientation)


def test_bytes_stay_out_of_repr() -> None:
    """A log or a traceback that shows the item does not show its content."""
    assert "secret" not in repr(MediaBytes(data=b"secret", label="x"))


def test_a_named_file_is_judged_with_its_folder() -> None:
    """The folder's own name is judged, what is above it is not."""
    assert MediaFile.named("/home/someone/pile/IMG.jpg").names_to_check() == ("pile", "IMG.jpg")
