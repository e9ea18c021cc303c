"""A closer look tells a copy from another picture, on pixels or on parts, wherever a hypothesis begins."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

import planes
from rempart.detect.decision import (
    EXPLAINED_CLEAR,
    EXPLAINED_MIN,
    FRAME_EXPLAINED_MIN,
    POINTS_MIN,
    TILES_MIN,
    TILES_SHARE_MIN,
)
from rempart.detect.interface import Hypothesis, Verdict
from rempart.detect.tiles import asset_tiles
from rempart.detect.verification import Suspect, verify_picture, verify_tiles
from rempart.kernels.variants import INVERTED, MIRRORED, VARIANTS

CORNERS = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], np.float64)

HOSTILE_POSES = {
    "not a number": np.full((3, 3), np.nan),
    "infinite": np.full((3, 3), np.inf),
    "nothing": np.zeros((3, 3)),
    "a line": np.array([[1, 1, 0], [1, 1, 0], [0, 0, 1.0]]),
    "a point": np.array([[0, 0, 0.5], [0, 0, 0.5], [0, 0, 1.0]]),
    "far away": planes.similarity(1, 0, (1e6, 1e6)),
    "enormous": np.diag([1e6, 1e6, 1.0]),
    "the horizon": np.array([[1, 0, 0], [0, 1, 0], [-1.0, 0, 1.0]]),
    "beyond the horizon": np.array([[1, 0, 0], [0, 1, 0], [-2.0, 0, 1.0]]),
}


def at(pose: npt.NDArray[np.float64], variant: int = 0, count: int = 0) -> list[Hypothesis]:
    """Make one hypothesis."""
    return [Hypothesis(pose=pose, variant=variant, count=count, of=count)]


def as_fractions(homography: planes.F64, asset: planes.U8, suspect: planes.U8) -> planes.F64:
    """Write pixels to pixels as a pose."""
    (height, width), (rows, columns) = asset.shape, suspect.shape
    return np.asarray(np.diag([1 / columns, 1 / rows, 1]) @ homography @ np.diag([width, height, 1]), np.float64)


def assert_close(found: Verdict, pose: planes.F64, tolerance: float = 0.02) -> None:
    """Check where the corners are."""
    assert abs(planes.sent(found.pose, CORNERS) - planes.sent(pose, CORNERS)).max() < tolerance


def changed(plane: planes.U8, variant: int) -> planes.U8:
    """Mirror and invert a plane, as a variant says."""
    plane = np.ascontiguousarray(plane[:, ::-1]) if variant & MIRRORED else plane
    return 255 - plane if variant & INVERTED else plane


def is_sound(found: Verdict | None) -> bool:
    """Tell whether a verdict's numbers are numbers, and its shares shares."""
    return found is None or (
        bool(np.isfinite(found.pose).all())
        and 0 <= found.explained <= 1
        and 0 <= found.seen <= 1.001
        and 0 <= found.filled <= 1.001
        and found.count >= 0
        and 0 <= found.variant < VARIANTS
    )


@pytest.mark.parametrize("plane", planes.hostile().values(), ids=planes.hostile().keys())
def test_no_plane_is_too_strange(plane: planes.U8) -> None:
    """On either side; with a hypothesis and without."""
    for hypotheses in ([], at(np.eye(3))):
        assert is_sound(verify_picture(planes.luma(1), Suspect(plane), hypotheses))
        assert is_sound(verify_picture(plane, Suspect(planes.luma(1)), hypotheses))
        assert is_sound(verify_tiles(asset_tiles(planes.luma(4)), Suspect(plane), hypotheses))


@pytest.mark.parametrize("pose", HOSTILE_POSES.values(), ids=HOSTILE_POSES.keys())
def test_no_pose_is_too_strange(pose: npt.NDArray[np.float64]) -> None:
    """A worker may be told anything: points place the picture all the same, and parts are nowhere."""
    plane = planes.luma(4)

    on_pixels = verify_picture(plane, Suspect(plane), at(pose))
    on_parts = verify_tiles(asset_tiles(plane), Suspect(plane), at(pose))

    assert on_pixels is not None
    assert is_sound(on_pixels)
    assert on_pixels.explained >= EXPLAINED_CLEAR
    assert on_parts is None or (is_sound(on_parts) and on_parts.count < TILES_MIN)


@pytest.mark.parametrize("hypotheses", [[], at(np.eye(3)), at(planes.similarity(0.3, 50, (0.5, 0.5)))])
@pytest.mark.parametrize("seed", [1, 4])
def test_a_picture_is_itself(seed: int, hypotheses: list[Hypothesis]) -> None:
    """Whether nobody, somebody right or somebody wrong says where it lies."""
    found = verify_picture(planes.luma(seed), Suspect(planes.luma(seed)), hypotheses)

    assert found is not None
    assert found.explained >= 0.95
    assert found.seen >= 0.98
    assert_close(found, np.eye(3))
    assert len(found.cells) >= 8
    assert all(-2 <= percent <= 100 for row in found.cells for percent in row)


@pytest.mark.parametrize("variant", range(VARIANTS))
@pytest.mark.parametrize("seed", [1, 2, 4])
def test_points_place_a_crop_whatever_was_done_to_it(seed: int, variant: int) -> None:
    """Half the area, turned by eight degrees, mirrored, inverted: without any hypothesis."""
    plane = planes.luma(seed, 1280, 960)
    around = planes.similarity(0.9, 8, (-60, -180))
    truth = planes.mirror(800) @ around if variant & MIRRORED else around
    suspect = changed(planes.warped(plane, around, 600, 800), variant)

    found = verify_picture(plane, Suspect(suspect), [])

    assert found is not None
    assert found.variant == variant
    assert found.count >= POINTS_MIN
    assert found.explained >= EXPLAINED_CLEAR
    assert 0.3 <= found.seen <= 0.65
    assert found.filled >= 0.9
    assert_close(found, as_fractions(truth, plane, suspect), 0.04)


@pytest.mark.parametrize("seed", range(6))
def test_another_picture_is_refused(seed: int) -> None:
    """Though somebody says that it lies there."""
    found = verify_picture(planes.luma(seed), Suspect(planes.luma(seed + 40)), at(np.eye(3), count=3))

    assert found is None or found.explained < EXPLAINED_MIN


@pytest.mark.parametrize("seed", [0, 3, 4, 5])
def test_a_thing_in_two_pictures_is_not_the_picture(seed: int) -> None:
    """A printed coaster: its points agree, and what is around it does not."""
    y, x = np.mgrid[:480, :640]
    moved = planes.warped(planes.luma(seed), planes.similarity(1, 0, (60, 20)), 480, 640)
    is_coaster = (y - 260) ** 2 + (x - 380) ** 2 < 95**2
    suspect = np.where(is_coaster, moved, planes.luma(seed + 40))

    found = verify_picture(planes.luma(seed), Suspect(suspect), [])

    assert found is None or found.explained < (FRAME_EXPLAINED_MIN if found.in_frame else EXPLAINED_MIN)


def test_a_picture_in_a_page_is_explained() -> None:
    """A third of a page's width, with text above and below."""
    plane = planes.luma(4)
    page = np.full((900, 700), 245, np.uint8)
    page[40:140, 40:660] = planes.checkerboard(100, 620, 30)
    truth = planes.similarity(0.6, 0, (150, 250))
    drawn = planes.warped(plane, truth, 900, 700)
    page[250:538, 150:534] = drawn[250:538, 150:534]

    found = verify_picture(plane, Suspect(page), [])

    assert found is not None
    assert found.explained >= FRAME_EXPLAINED_MIN
    assert_close(found, as_fractions(truth, plane, page))


def test_a_suspect_is_looked_at_once_for_all_assets() -> None:
    """Its points and rectangles are kept."""
    suspect = Suspect(planes.luma(1))

    assert suspect.points() is suspect.points()
    assert suspect.frames() is suspect.frames()


@pytest.mark.parametrize("seed", [4, 5, 8, 9])
def test_parts_of_a_crop_are_where_they_should_be(seed: int) -> None:
    """A hypothesis that is a little beside is moved to where they are."""
    plane = planes.luma(seed, 1280, 960)
    truth = planes.similarity(0.8, 0, (-130, -100))
    suspect = planes.warped(plane, truth, 600, 850)
    beside = planes.similarity(1.005, 0, (0.003, -0.003)) @ as_fractions(truth, plane, suspect)

    found = verify_tiles(asset_tiles(plane), Suspect(suspect), at(beside))

    assert found is not None
    assert found.count >= TILES_MIN
    assert found.explained >= TILES_SHARE_MIN
    assert 0.3 <= found.seen <= 0.8
    assert found.distance_bits < 60
    assert_close(found, as_fractions(truth, plane, suspect))


@pytest.mark.parametrize("variant", range(VARIANTS))
def test_parts_of_a_mirrored_and_inverted_copy_are_found(variant: int) -> None:
    """The pose is the mirror's; the codes are inverted."""
    plane = planes.luma(4, 1280, 960)
    pose = planes.mirror(2) if variant & MIRRORED else np.eye(3)

    found = verify_tiles(asset_tiles(plane), Suspect(changed(plane, variant)), at(pose, variant & INVERTED))

    assert found is not None
    assert found.explained >= 0.9
    assert found.count >= 8
    assert_close(found, pose)


@pytest.mark.parametrize("seed", [4, 5, 8, 9])
def test_parts_are_not_in_another_picture(seed: int) -> None:
    """Nor in the same one, elsewhere."""
    asset, plane = asset_tiles(planes.luma(seed, 1280, 960)), planes.luma(seed, 1280, 960)

    for suspect, pose in ((planes.luma(seed + 40, 1280, 960), np.eye(3)), (plane, planes.similarity(1, 0, (0.3, 0.2)))):
        found = verify_tiles(asset, Suspect(suspect), at(pose))

        assert found is None or found.count < TILES_MIN or found.explained < TILES_SHARE_MIN


def test_the_better_of_two_hypotheses_is_told() -> None:
    """Whichever comes first."""
    plane = planes.luma(4, 1280, 960)
    wrong, right = at(planes.similarity(0.4, 0, (0.3, 0.3))), at(np.eye(3))

    for hypotheses in (wrong + right, right + wrong):
        found = verify_tiles(asset_tiles(plane), Suspect(plane), hypotheses)

        assert found is not None
        assert found.explained == 1
        assert_close(found, np.eye(3))


def test_parts_without_a_hypothesis_are_nowhere() -> None:
    """They are not searched: their votes are the hypothesis."""
    assert verify_tiles(asset_tiles(planes.luma(4)), Suspect(planes.luma(4)), []) is None


def test_an_asset_without_parts_is_nowhere() -> None:
    """A flat picture has none, and a model may point to it all the same."""
    assert verify_tiles(asset_tiles(np.zeros((400, 600), np.uint8)), Suspect(planes.luma(4)), at(np.eye(3))) is None
