"""Points of a mirrored or inverted plane are foretold, and the placement of a copy is found from them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import planes
from rempart.kernels.geometry import Points, fit, sift_points, varied
from rempart.kernels.local_features import sized
from rempart.kernels.variants import INVERTED, MIRRORED, VARIANTS

CORNERS = np.array([[0, 0], [640, 0], [640, 480], [0, 480]], np.float64)


def made(places: npt.ArrayLike, descriptors: npt.ArrayLike) -> Points:
    """Write points by hand."""
    return Points(np.asarray(places, np.float32), np.asarray(descriptors, np.float32))


def random_points(count: int, seed: int = 1) -> Points:
    """Return points of which no two are alike."""
    random = np.random.default_rng(seed)
    descriptors = random.random((count, 128))
    return made(random.random((count, 2)) * 500, descriptors / np.linalg.norm(descriptors, axis=1, keepdims=True))


def changed(plane: planes.U8, variant: int) -> planes.U8:
    """Mirror and invert a plane, as a variant says."""
    plane = np.ascontiguousarray(plane[:, ::-1]) if variant & MIRRORED else plane
    return 255 - plane if variant & INVERTED else plane


@pytest.mark.parametrize("plane", planes.hostile().values(), ids=planes.hostile().keys())
def test_no_plane_is_too_strange(plane: planes.U8) -> None:
    """Descriptors are finite and of unit length, and no more points come out than were asked for."""
    found = sift_points(sized(plane, 200_000), 300)

    assert len(found.places) <= 300
    assert found.places.shape == (len(found.places), 2)
    assert found.descriptors.shape == (len(found.places), 128)
    assert np.isfinite(found.places).all()
    assert np.allclose(np.linalg.norm(found.descriptors, axis=1), 1, atol=1e-3)


NOTHING = made(np.zeros((0, 2)), np.zeros((0, 128)))
FEW = random_points(3)
ONE_PLACE = made(np.full((50, 2), 7.0), random_points(50).descriptors)
ONE_LINE = made([(k, 2 * k) for k in range(50)], random_points(50).descriptors)
ALL_ALIKE = made(random_points(50).places, np.full((50, 128), 128**-0.5))
NO_DESCRIPTION = made(random_points(50).places, np.zeros((50, 128)))
FAR_AWAY = made(random_points(50).places * 1e30, random_points(50).descriptors)


@pytest.mark.parametrize("variant", range(VARIANTS))
@pytest.mark.parametrize(
    "one",
    [NOTHING, FEW, ONE_PLACE, ONE_LINE, ALL_ALIKE, NO_DESCRIPTION, FAR_AWAY],
    ids="0 3 place line alike zero far".split(),
)
def test_no_points_are_too_few_or_too_much_alike(one: Points, variant: int) -> None:
    """Whatever is on either side, there is a finite placement or none."""
    for asset, suspect in ((one, one), (one, random_points(50)), (random_points(50), one)):
        found = fit(asset, suspect, variant, 640)

        assert found is None or (np.isfinite(found.homography).all() and 4 <= found.inliers <= found.pairs)


@pytest.mark.parametrize("one", [NOTHING, FEW, ALL_ALIKE, NO_DESCRIPTION], ids="0 3 alike zero".split())
def test_nothing_is_made_of_nothing(one: Points) -> None:
    """Fewer than four pairs, or points that could each be any other, place nothing."""
    assert fit(one, one) is None


@pytest.mark.parametrize("variant", [MIRRORED, INVERTED, MIRRORED | INVERTED])
@pytest.mark.parametrize("seed", [1, 2, 4])
def test_descriptors_are_foretold(seed: int, variant: int) -> None:
    """Those of a really mirrored or inverted plane, read through the variant, are those of the plane."""
    plane = planes.luma(seed)

    plain, seen = sift_points(plane, 400), sift_points(changed(plane, variant), 400)

    read = varied(seen, variant)
    x = 639 - seen.places[:, 0] if variant & MIRRORED else seen.places[:, 0]
    apart = np.hypot(x - plain.places[:, :1], seen.places[:, 1] - plain.places[:, 1:])
    closeness = np.where(apart < 0.7, plain.descriptors @ read.descriptors.T, -1).max(axis=1)
    found = closeness[closeness >= 0]
    assert len(found) >= 0.8 * len(plain.places)
    assert (found > 0.95).mean() >= 0.9
    assert np.array_equal(read.places, seen.places)


@settings(deadline=None)
@given(st.integers(0, VARIANTS - 1), st.integers(1, 20))
def test_varying_twice_changes_nothing(variant: int, count: int) -> None:
    """A mirror's mirror image, and the inverse of an inverse."""
    points = random_points(count)

    twice = varied(varied(points, variant), variant)

    assert np.array_equal(twice.descriptors, points.descriptors)


@pytest.mark.parametrize("variant", range(VARIANTS))
@pytest.mark.parametrize("seed, scale, degrees", [(1, 0.7, 12), (2, 0.5, -75), (3, 1.3, 4), (4, 0.4, 180)])
def test_a_copy_is_placed(seed: int, scale: float, degrees: float, variant: int) -> None:
    """Shrunk, turned, shifted, mirrored and inverted: its corners are found to a hundredth of its width."""
    plane = planes.luma(seed)
    around = planes.similarity(scale, degrees, (0, 0))
    around[:2, 2] = np.array([350, 300]) - around[:2, :2] @ np.array([320, 240])
    drawn = planes.warped(plane, around, 600, 700)
    truth = planes.mirror(700) @ around if variant & MIRRORED else around

    found = fit(sift_points(plane, 500), sift_points(changed(drawn, variant), 800), variant, 700)

    assert found is not None
    assert 12 <= found.inliers <= found.pairs
    assert abs(planes.sent(found.homography, CORNERS) - planes.sent(truth, CORNERS)).max() < 6.4


def test_a_picture_seen_from_the_side_is_placed() -> None:
    """A photograph of a screen is no similarity: the homography is."""
    truth = np.array([[0.8, 0.05, 40], [0.02, 0.9, 25], [1.5e-4, 1e-4, 1]])
    drawn = planes.warped(planes.luma(4), truth, 480, 640)

    found = fit(sift_points(planes.luma(4), 500), sift_points(drawn, 800))

    assert found is not None
    assert abs(planes.sent(found.homography, CORNERS) - planes.sent(truth, CORNERS)).max() < 4


@pytest.mark.parametrize("variant", range(VARIANTS))
def test_another_picture_has_few_points_that_agree(variant: int) -> None:
    """Of hundreds; what is left is for the comparison of textures to refuse."""
    found = fit(sift_points(planes.luma(4), 500), sift_points(planes.luma(5), 800), variant, 640)

    assert found is None or found.inliers < 12


def test_the_wrong_variant_finds_nothing() -> None:
    """A copy that is not mirrored is no mirrored copy."""
    points = sift_points(planes.luma(4), 500)

    plain, wrong = fit(points, points), fit(points, points, MIRRORED, 640)

    assert plain is not None
    assert plain.inliers >= 300
    assert wrong is None or wrong.inliers < 20


def test_the_same_points_give_the_same_placement() -> None:
    """Though it is drawn at random: the seed is ours."""
    asset, suspect = (
        sift_points(planes.luma(1), 500),
        sift_points(planes.warped(planes.luma(1), planes.similarity(0.6, 9, (90, 50)), 480, 640), 800),
    )

    one, two = fit(asset, suspect), fit(asset, suspect)

    assert one is not None
    assert two is not None
    assert np.array_equal(one.homography, two.homography)
    assert (one.inliers, one.pairs) == (two.inliers, two.pairs)
