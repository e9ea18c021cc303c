"""Fingerprint what proposed frames hold, and the whole of a picture that was turned and then cropped."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from rempart.kernels import frame_samples as samples
from rempart.kernels import pdq

#: Turns of a whole picture that are undone by default, in degrees: benchmarks/frame_finding.py gives what each reaches.
ROTATIONS_DEG: Final = (-5.0, -4.0, -3.0, -2.0, -1.0, 1.0, 2.0, 3.0, 4.0, 5.0)

#: Crops of a whole picture that are undone: how much of each side is left, and where the cut began, as a share of what
#: was cut, from the left and from the top. The pixels at the edge stand for what was cut off, so small crops only.
CROPS: Final = (
    (0.98, 0.5, 0.5),
    *((left, x, y) for left in (0.97, 0.95) for x in (0.25, 0.75) for y in (0.25, 0.75)),
)

_CELL_PX = 2.5  # a cell of the square is one to two of these wide where it is sampled

U8 = npt.NDArray[np.uint8]
F32 = npt.NDArray[np.float32]
I64 = npt.NDArray[np.int64]


def rectify(luma: U8, corners: F32, side: int = samples.SIDE) -> F32:
    """Sample each frame as a square, low-passed as PDQ does.

    Args:
        luma: ``(H, W) uint8``.
        corners: ``(K, 4, 2) float32``, as :class:`rempart.detect.frames.Frames` has them, in pixels; outside the plane
            its last pixels go on.
        side: S, in samples.

    Returns:
        ``(K, S, S) float32``, luma 0..255.

    Raises:
        ValueError: the plane is not ``(H, W) uint8``, or the corners are not ``(K, 4, 2)``.
    """
    levels = [samples.as_plane(luma)]
    if corners.ndim != 3 or corners.shape[1:] != (4, 2):  # noqa: PLR2004 - four corners, two coordinates
        message = f"corners are a (K, 4, 2) array, not {corners.shape}"
        raise ValueError(message)
    out = np.empty((len(corners), side, side), np.float32)
    for square, place in zip(out, corners, strict=True):
        longest = float(np.linalg.norm(place - np.roll(place, -1, axis=0), axis=1).max())
        level = max(0, math.floor(math.log2(max(1.0, longest / side / _CELL_PX))))
        while len(levels) <= level and min(levels[-1].shape) > 1:
            levels.append(samples.halve(levels[-1]))
        level = min(level, len(levels) - 1)
        scaled = np.ascontiguousarray(place, np.float32) / np.float32(2**level)
        sample = samples.sample_upright if samples.is_upright(scaled) else samples.sample_square
        sample(levels[level], scaled, square)
    return out


def codes_of_frames(luma: U8, corners: F32) -> tuple[U8, I64]:
    """Return PDQ's codes of what frames hold; corners that an application rounded are filled first.

    Args:
        luma: ``(H, W) uint8``.
        corners: ``(K, 4, 2) float32``, in pixels.

    Returns:
        codes: ``(K, 8, 32) uint8``, orientations as in :data:`rempart.kernels.pdq.ORIENTATIONS`.
        quality: ``(K,) int64``, 0..100.

    Raises:
        ValueError: as :func:`rectify`.
    """
    codes = np.zeros((len(corners), len(pdq.ORIENTATIONS), pdq.CODE_BYTES), np.uint8)
    quality = np.zeros(len(corners), np.int64)
    for k, square in enumerate(rectify(luma, corners)):
        samples.fill_corners(square)
        codes[k], quality[k], _ = pdq.codes_of_reduced(square)
    return codes, quality


def rotated_frames(shape: tuple[int, int], angles_deg: Sequence[float] = ROTATIONS_DEG) -> F32:
    """Return where the whole original lies if it was turned, then cropped so that no empty corner shows.

    The crop is taken as the largest one, of the original's proportions, around the centre. The frame is thus larger
    than the suspect: what was cut off is not known, and the last pixels stand for it.

    Args:
        shape: Height and width of the suspect, in pixels.
        angles_deg: Turns to undo, in degrees, clockwise as displayed.

    Returns:
        ``(A, 4, 2) float32``.
    """
    height, width = shape
    out = np.empty((len(angles_deg), 4, 2), np.float32)
    square = np.array([[-0.5, -0.5], [0.5, -0.5], [0.5, 0.5], [-0.5, 0.5]])
    for place, degrees in zip(out, angles_deg, strict=True):
        cosine, sine = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
        grown = cosine + max(shape) / max(1, min(shape)) * abs(sine)
        corners = square * np.array([width, height]) * grown
        place[:] = corners @ np.array([[cosine, sine], [-sine, cosine]]) + np.array([width, height]) / 2
    return out


def uncropped_frames(shape: tuple[int, int], crops: Sequence[tuple[float, float, float]] = CROPS) -> F32:
    """Return where the whole original lies if a little of it was cut off.

    Args:
        shape: Height and width of the suspect, in pixels.
        crops: As :data:`CROPS`.

    Returns:
        ``(C, 4, 2) float32``, partly outside the suspect.
    """
    height, width = shape
    out = np.empty((len(crops), 4, 2), np.float32)
    for place, (left, x, y) in zip(out, crops, strict=True):
        grown = np.array([width, height]) / left
        start = -(grown - np.array([width, height])) * np.array([x, y])
        place[:] = start + np.array([[0, 0], [1, 0], [1, 1], [0, 1]]) * grown
    return out


def guessed_wholes(shape: tuple[int, int]) -> F32:
    """Return where the whole original lies if it was turned a little, or cropped a little: ``(G, 4, 2) float32``."""
    return np.concatenate([rotated_frames(shape), uncropped_frames(shape)])


def rotations(luma: U8, angles_deg: Sequence[float] = ROTATIONS_DEG) -> tuple[U8, I64]:
    """Return the codes of a suspect taken as a turned and cropped copy, one row an angle.

    Args:
        luma: ``(H, W) uint8``.
        angles_deg: As :func:`rotated_frames`.

    Returns:
        As :func:`codes_of_frames`.
    """
    return codes_of_frames(luma, rotated_frames((luma.shape[0], luma.shape[1]), angles_deg))


def warm() -> None:
    """Compile or load every kernel that this file uses, so that no later call needs the compiler."""
    pdq.warm()
    luma = np.zeros((800, 800), np.uint8)
    upright = np.array([[[0, 0], [800, 0], [800, 800], [0, 800]]], np.float32)
    codes_of_frames(luma, upright)
    rotations(luma, (1.0,))
