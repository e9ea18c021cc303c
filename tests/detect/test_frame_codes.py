"""What a frame holds has the code of the picture, whether upright, slanted, rounded, or larger than the suspect."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image, ImageDraw

from compositions import turned_and_cropped
from pictures import scene
from rempart.detect import frame_codes
from rempart.kernels.pdq import pdq_dihedral

F32 = npt.NDArray[np.float32]


@pytest.fixture(scope="module", autouse=True)
def _warm() -> None:
    frame_codes.warm()


def around(width: float, height: float, left: float = 0, top: float = 0) -> F32:
    """Return the corners of one rectangle at rest."""
    right, bottom = left + width, top + height
    return np.array([[[left, top], [right, top], [right, bottom], [left, bottom]]], np.float32)


def distances(picture: Image.Image, luma: npt.NDArray[np.uint8], corners: F32) -> npt.NDArray[np.int64]:
    """Return how many bits each frame's eight codes are off the reference's codes of the picture."""
    codes, _ = frame_codes.codes_of_frames(luma, corners)
    return np.asarray(np.bitwise_count(codes ^ pdq_dihedral(np.array(picture))[0]).sum(axis=-1, dtype=np.int64))


@pytest.mark.parametrize("size", [(960, 720), (1500, 1100), (700, 1300), (320, 240)])
def test_a_whole_frame_has_the_code_of_the_reference(size: tuple[int, int]) -> None:
    """Ten bits is what PDQ's own conformance rule allows, at any size and in all eight orientations."""
    picture = scene(1, *size)

    off = distances(picture, np.array(picture.convert("L")), around(*size))

    assert off.max() <= 10


def test_a_frame_inside_has_the_code_of_what_it_holds() -> None:
    """What surrounds it does not count."""
    picture = scene(2, 640, 480)
    luma = np.full((1000, 1000), 255, np.uint8)
    luma[300:780, 111:751] = np.array(picture.convert("L"))

    assert distances(picture, luma, around(640, 480, 111, 300))[0, 0] <= 10


def test_a_slanted_frame_has_the_code_of_what_it_holds() -> None:
    """Turned by seven degrees and back."""
    picture = scene(2, 800, 600)
    ground = Image.new("RGB", (1100, 1000))
    ground.paste(picture, (150, 200))
    luma = np.array(ground.rotate(7, Image.Resampling.BICUBIC).convert("L"))
    angle = np.deg2rad(7)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    corners = (around(800, 600, -400, -300)[0] @ turn + [550, 500]).astype(np.float32)[np.newaxis]

    assert distances(picture, luma, corners)[0, 0] <= 14


def test_rounded_corners_are_filled() -> None:
    """With a radius of 4 % of the side, the code stays within ten bits."""
    picture = scene(4, 900, 700)
    mask = Image.new("L", picture.size, 0)
    ImageDraw.Draw(mask).rounded_rectangle((0, 0, 899, 699), 36, fill=255)
    rounded = Image.new("RGB", picture.size, "white")
    rounded.paste(picture, (0, 0), mask)

    assert distances(picture, np.array(rounded.convert("L")), around(900, 700))[0, 0] <= 10


@pytest.mark.parametrize("degrees", [-2, -1, 1, 2])
def test_a_turned_and_cropped_copy_is_deskewed_and_extended(degrees: int) -> None:
    """The corners that the crop took are unknown, and the code is still within the radius."""
    picture = scene(1, 1200, 900)
    luma = np.array(turned_and_cropped(picture, degrees).convert("L"))

    codes, quality = frame_codes.rotations(luma)

    off = np.bitwise_count(codes ^ pdq_dihedral(np.array(picture))[0][0]).sum(axis=-1, dtype=np.int64)
    assert codes.shape == (10, 8, 32)
    assert quality.min() >= 50
    assert off.min() <= 31
    assert frame_codes.ROTATIONS_DEG[int(off.min(axis=1).argmin())] == -degrees or abs(degrees) == 1


def test_sampling_is_of_the_corners_given() -> None:
    """A frame of one half of a plane sees only that half, and a mean is a mean."""
    luma = np.zeros((200, 400), np.uint8)
    luma[:, 200:] = 200

    left, right = frame_codes.rectify(luma, np.concatenate([around(200, 200), around(200, 200, 200)]), side=8)

    assert left[:, :-1].max() == 0
    assert right[:, 1:].min() == 200


def test_no_frame_has_no_code() -> None:
    """Nothing in, nothing out."""
    codes, quality = frame_codes.codes_of_frames(np.zeros((99, 99), np.uint8), np.zeros((0, 4, 2), np.float32))

    assert codes.shape == (0, 8, 32)
    assert quality.shape == (0,)


@pytest.mark.parametrize("shape", [(5, 5), (1, 5000), (8000, 10)])
def test_slivers_have_codes(shape: tuple[int, int]) -> None:
    """A frame on a hostile plane is sampled without leaving the plane."""
    luma = np.full(shape, 9, np.uint8)

    square = frame_codes.rectify(luma, around(shape[1] + 50, shape[0] + 50, -25, -25))

    assert np.allclose(square, 9)


def test_refuses_what_are_not_corners() -> None:
    """Another shape is an error."""
    with pytest.raises(ValueError, match=r"\(K, 4, 2\)"):
        frame_codes.rectify(np.zeros((99, 99), np.uint8), np.zeros((4, 2), np.float32))
