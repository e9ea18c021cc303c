"""Points are found whatever is sent, spread over the picture, and their codes know mirrored and inverted copies."""

from __future__ import annotations

import numpy as np
import pytest

import planes
from rempart.kernels import local_features
from rempart.kernels.local_features import AREA_PX, extract, sized
from rempart.kernels.variants import INVERTED, MIRRORED, VARIANTS


@pytest.mark.parametrize("plane", planes.hostile().values(), ids=planes.hostile().keys())
def test_no_plane_is_too_strange(plane: planes.U8) -> None:
    """Every field keeps its shape, and no more points come out than were asked for."""
    found = extract(plane, 200, variants=VARIANTS)

    assert len(found.points) <= 200
    assert found.points.shape == (len(found.points), 4)
    assert found.points.dtype == np.float32
    assert found.codes.shape == (VARIANTS, len(found.points), 32)
    assert np.isfinite(found.points).all()
    assert (found.points[:, :2] >= 0).all()
    assert (found.points[:, :2] <= [found.width, found.height]).all()


@pytest.mark.parametrize("plane", planes.hostile().values(), ids=planes.hostile().keys())
def test_no_plane_grows_out_of_hand(plane: planes.U8) -> None:
    """A thread of five pixels by 300,000 has the pixels that were asked for, about: it once had 14 times as many."""
    assert sized(plane, AREA_PX).size <= 3 * AREA_PX


@pytest.mark.parametrize("level", [0, 128, 255])
def test_a_flat_picture_has_no_point(level: int) -> None:
    """There is nothing to find again."""
    found = extract(np.full((480, 640), level, np.uint8), 100, variants=VARIANTS)

    assert (found.points.shape, found.codes.shape) == ((0, 4), (VARIANTS, 0, 32))


@pytest.mark.parametrize("height, width", [(480, 640), (1200, 1600), (300, 1500), (1500, 300), (100, 90)])
def test_a_plane_is_brought_to_its_area_and_keeps_its_shape(height: int, width: int) -> None:
    """A small one is enlarged twice at most: there is nothing finer in it."""
    plane = sized(planes.noise(height, width), AREA_PX)

    expected = min(AREA_PX, 4 * height * width)
    assert plane.size == pytest.approx(expected, rel=0.05)
    assert plane.shape[1] / plane.shape[0] == pytest.approx(width / height, rel=0.02)


def test_a_plane_of_about_the_right_size_is_not_resampled() -> None:
    """It would only be blurred."""
    plane = planes.noise(474, 632)

    assert sized(plane, AREA_PX) is plane


def test_the_same_picture_has_the_same_points() -> None:
    """To the bit, and from an array that cannot be written."""
    plane = planes.luma(1)
    plane.flags.writeable = False

    one, two = extract(plane, 300, variants=VARIANTS), extract(plane.copy(), 300, variants=VARIANTS)

    assert len(one.points) == 300
    assert np.array_equal(one.points, two.points)
    assert np.array_equal(one.codes, two.codes)


def test_one_variant_is_the_first_of_four() -> None:
    """An asset's codes are compared with each of a suspect's."""
    one, four = extract(planes.luma(2), 100), extract(planes.luma(2), 100, variants=VARIANTS)

    assert np.array_equal(one.points, four.points)
    assert np.array_equal(one.codes[0], four.codes[0])


@pytest.mark.parametrize("variant", [MIRRORED, INVERTED, MIRRORED | INVERTED])
@pytest.mark.parametrize("seed", [1, 4])
def test_codes_of_variants_are_those_of_a_plane_to_which_it_was_done(seed: int, variant: int) -> None:
    """Points of the changed plane, found by themselves, have the codes that were foretold."""
    plane = planes.luma(seed)
    changed = np.ascontiguousarray(plane[:, ::-1]) if variant & MIRRORED else plane
    changed = 255 - changed if variant & INVERTED else changed

    foretold, seen = extract(plane, 200, variants=VARIANTS), extract(changed, 1000)

    x, y = foretold.points[:, 0], foretold.points[:, 1]
    x = foretold.width - 1 - x if variant & MIRRORED else x
    apart = np.hypot(seen.points[:, 0] - x[:, None], seen.points[:, 1] - y[:, None])
    is_same = (apart < 2) & (abs(seen.points[:, 2] - foretold.points[:, 2:3]) < 1)
    bits = np.bitwise_count(seen.codes[0] ^ foretold.codes[variant][:, None]).sum(axis=2).astype(int)
    closest = np.where(is_same, bits, 999).min(axis=1)[is_same.any(axis=1)]
    assert len(closest) >= 140
    assert (closest <= 24).mean() >= 0.9


def test_a_corner_full_of_detail_does_not_take_every_point() -> None:
    """Text over a photograph would leave none for the photograph."""
    plane = planes.luma(4, 632, 474)
    plane[:118, :158] = planes.checkerboard(118, 158, 7)

    found = extract(plane, 200)

    in_corner = (found.points[:, 0] < 158) & (found.points[:, 1] < 118)
    assert in_corner.mean() < 0.3


def test_coarse_points_are_kept() -> None:
    """A picture in a collage shows no other."""
    found = extract(planes.luma(1), 200)

    assert (found.points[:, 2] >= 2 * 31).mean() >= 0.5


def test_it_can_be_warmed() -> None:
    """Nothing is loaded once the sandbox is closed."""
    local_features.warm()
