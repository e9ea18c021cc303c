"""A leak is brought back onto its original to a fraction of a pixel, or not at all."""

from __future__ import annotations

from functools import cache

import cv2
import numpy as np
import numpy.typing as npt
import pytest

import pictures
from rempart.kernels.luma import luma_plane
from rempart.kernels.registration import register
from rempart.kernels.variants import INVERTED, MIRRORED

U8 = npt.NDArray[np.uint8]


@cache
def original() -> U8:
    """Return the luma of a made picture."""
    return luma_plane(np.asarray(pictures.scene(3, 900, 640)))


@pytest.mark.parametrize("variant", [0, MIRRORED, INVERTED, MIRRORED | INVERTED])
def test_a_warped_leak_is_found_to_a_fraction_of_a_pixel(variant: int) -> None:
    """In any of the four variants."""
    corners = np.array([[0, 0], [900, 0], [900, 640], [0, 640]], np.float32)
    sent = np.array([[30, 50], [860, 20], [830, 600], [50, 560]], np.float32)
    wanted = cv2.getPerspectiveTransform(corners, sent)
    leak = cv2.warpPerspective(original(), wanted, (900, 640), flags=cv2.INTER_CUBIC)
    if variant & MIRRORED:
        leak = leak[:, ::-1]
        wanted = np.array([[-1.0, 0, 899], [0, 1, 0], [0, 0, 1]]) @ wanted
    if variant & INVERTED:
        leak = 255 - leak

    found = register(original(), np.ascontiguousarray(leak, np.uint8))

    assert found is not None
    assert found.variant == variant
    assert found.correlation > 0.9
    places = np.array([[[200, 200], [700, 250], [450, 500]]], np.float64)
    gap = cv2.perspectiveTransform(places, found.homography) - cv2.perspectiveTransform(places, wanted)
    assert np.abs(gap).max() < 0.6  # half a pixel lies between the two ways of counting from a corner


@pytest.mark.parametrize("variant", [0, MIRRORED])
def test_what_is_nearly_symmetric_is_told_from_its_mirror_image(variant: int) -> None:
    """As faces, statues and doors are: three quarters of it are the same from both sides."""
    plane = original().copy()
    plane[160:, 450:] = plane[160:, 449::-1]
    leak = plane[:, ::-1] if variant else plane

    found = register(plane, np.ascontiguousarray(leak))

    assert found is not None
    assert found.variant == variant
    assert found.correlation > 0.9


def test_another_picture_is_not_registered() -> None:
    """Or hardly: what points of both agree on does not agree itself."""
    found = register(original(), luma_plane(np.asarray(pictures.scene(8, 900, 640))))

    assert found is None or found.correlation < 0.15


@pytest.mark.parametrize("shape", [(1, 1), (15, 400), (40, 40), (40_000, 20)])
def test_what_has_no_points_is_not_registered(shape: tuple[int, int]) -> None:
    """Never a crash."""
    assert register(original(), np.zeros(shape, np.uint8)) is None


def test_what_the_leak_does_not_show_is_said() -> None:
    """A quarter of the picture covers a quarter of it."""
    found = register(original(), np.ascontiguousarray(original()[:320, :450]))

    assert found is not None
    assert float(found.covered.mean()) == pytest.approx(0.25, abs=0.02)
