"""A copy explains what it shows; a shared part, another picture and an impossible placement do not."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import planes
from rempart.detect.decision import CORRELATION_MIN, EXPLAINED_CLEAR, EXPLAINED_MIN, FRAME_EXPLAINED_MIN
from rempart.kernels.agreement import Agreement, agree

AS_IT_IS = np.eye(3)

IMPOSSIBLE = {
    "not a number": np.full((3, 3), np.nan),
    "infinite": np.full((3, 3), np.inf),
    "nothing": np.zeros((3, 3)),
    "a line": np.array([[1, 1, 0], [1, 1, 0], [0, 0, 1.0]]),
    "a point": np.array([[0, 0, 50], [0, 0, 50], [0, 0, 1.0]]),
    "smaller than a pixel": np.diag([1e-9, 1e-9, 1.0]),
    "folded": np.array([[1, 0, 0], [0, 1, 0], [-0.003, 0, 1.0]]),
    "a corner on the horizon": np.array([[1, 0, 0], [0, 1, 0], [-1 / 640, 0, 1.0]]),
    "a corner just before the horizon": np.array([[1, 0, 0], [0, 1, 0], [-1 / 640.0001, 0, 1.0]]),
    "behind the eye": np.diag([1.0, 1.0, -1.0]),
}

EXTREME = {
    "enormous": np.diag([1e9, 1e9, 1.0]),
    "a thread": np.diag([1e-3, 1e3, 1.0]),
    "an endless thread": np.diag([1e-6, 1e6, 1.0]),
    "beside the suspect": planes.similarity(1, 0, (1e4, 0)),
    "far from the suspect": planes.similarity(1, 0, (1e12, -1e12)),
}


def explained(
    asset: planes.U8, suspect: planes.U8, homography: planes.F64 = AS_IT_IS, *, inverted: bool = False
) -> float:
    """Compare as verification does."""
    found = agree(asset, suspect, homography, inverted=inverted)
    assert found is not None
    return found.explained(CORRELATION_MIN)


@pytest.mark.parametrize("homography", IMPOSSIBLE.values(), ids=IMPOSSIBLE.keys())
def test_an_impossible_placement_is_none(homography: planes.F64) -> None:
    """A plane cannot be folded, and nothing is compared on a point."""
    assert agree(planes.luma(1), planes.luma(1), homography) is None


@pytest.mark.parametrize("homography", EXTREME.values(), ids=EXTREME.keys())
def test_an_extreme_placement_explains_nothing(homography: planes.F64) -> None:
    """Even of the picture itself; shares stay shares."""
    found = agree(planes.luma(1), planes.luma(1), homography)

    assert found is None or found.explained(CORRELATION_MIN) == 0.0
    assert found is None or (0 <= found.seen <= 1 and 0 <= found.filled <= 1)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(-2, 2) | st.floats(allow_nan=True), min_size=8, max_size=8), st.sampled_from([1.0, 0.01]))
def test_any_homography_gives_shares_or_none(numbers: list[float], perspective: float) -> None:
    """Nine numbers from anywhere."""
    homography = np.array([*numbers, 1.0]).reshape(3, 3)
    homography[2, :2] *= perspective / 640

    found = agree(planes.luma(1, 160, 120), planes.luma(4, 160, 120), homography)

    if found is not None:
        assert 0 <= found.explained(CORRELATION_MIN) <= 1
        assert 0 <= found.seen <= 1
        assert 0 <= found.filled <= 1.001
        assert np.nanmax(np.abs(np.nan_to_num(found.correlation))) <= 1.001


@pytest.mark.parametrize("plane", planes.hostile().values(), ids=planes.hostile().keys())
def test_no_plane_is_too_strange(plane: planes.U8) -> None:
    """On either side, of itself and of a picture."""
    for asset, suspect in ((plane, plane), (plane, planes.luma(1)), (planes.luma(1), plane)):
        found = agree(asset, suspect, AS_IT_IS)

        assert found is None or 0 <= found.explained(CORRELATION_MIN) <= 1


@pytest.mark.parametrize("level", [0, 128, 255])
def test_a_flat_picture_explains_nothing(level: int) -> None:
    """Two of them are equal, which says nothing."""
    flat = np.full((480, 640), level, np.uint8)

    assert explained(flat, flat) == 0.0
    assert explained(planes.luma(1), flat) == 0.0
    assert explained(flat, planes.luma(1)) == 0.0


@pytest.mark.parametrize("seed", range(5))
def test_a_picture_explains_itself(seed: int) -> None:
    """All of it is seen, and it fills all."""
    found = agree(planes.luma(seed), planes.luma(seed), AS_IT_IS)

    assert found is not None
    assert found.explained(CORRELATION_MIN) == pytest.approx(1)
    assert found.seen == pytest.approx(1)
    assert found.filled == pytest.approx(1)


@pytest.mark.parametrize("seed", range(5))
def test_another_picture_is_not_explained(seed: int) -> None:
    """Some cells correlate by chance; far from enough do."""
    assert explained(planes.luma(seed), planes.luma(seed + 50)) < 0.7 * EXPLAINED_MIN


@pytest.mark.parametrize("seed", range(5))
def test_a_quarter_laid_over_leaves_enough(seed: int) -> None:
    """A sticker, a caption, a face hidden."""
    suspect = planes.luma(seed)
    suspect[:240, :320] = planes.luma(seed + 50)[:240, :320]

    assert explained(planes.luma(seed), suspect) >= EXPLAINED_MIN


@pytest.mark.parametrize("seed", range(5))
def test_a_shared_thing_is_not_enough(seed: int) -> None:
    """A printed coaster in two photographs: a quarter of either picture is the very same, in the very same place."""
    suspect = planes.luma(seed + 50)
    suspect[120:360, 160:480] = planes.luma(seed)[120:360, 160:480]

    assert explained(planes.luma(seed), suspect) < EXPLAINED_MIN


@pytest.mark.parametrize("inverted", [False, True])
@pytest.mark.parametrize("is_mirrored", [False, True])
@pytest.mark.parametrize("scale, degrees", [(0.6, 15), (0.35, -100), (1.0, 180)])
def test_a_placed_copy_is_explained(scale: float, degrees: float, is_mirrored: bool, inverted: bool) -> None:  # noqa: FBT001 - a table
    """Shrunk, turned, mirrored, inverted; how much of the suspect it fills is its area."""
    plane = planes.luma(2)
    around = planes.similarity(scale, degrees, (0, 0))
    around[:2, 2] = np.array([400, 400]) - around[:2, :2] @ np.array([320, 240])
    if is_mirrored:
        around = planes.mirror(800) @ around
    suspect = planes.warped(plane, around, 800, 800)
    suspect = 255 - suspect if inverted else suspect

    found = agree(plane, suspect, around, inverted=inverted)

    assert found is not None
    assert found.explained(CORRELATION_MIN) >= 0.95
    assert found.seen >= 0.95
    assert found.filled == pytest.approx(scale**2 * 640 * 480 / 640_000, rel=0.06)


def test_colours_must_be_said_to_be_inverted() -> None:
    """What is light in one picture is light in the other."""
    assert explained(planes.luma(2), 255 - planes.luma(2)) < 0.1
    assert explained(planes.luma(2), 255 - planes.luma(2), inverted=True) > 0.99


def test_a_crop_explains_what_it_shows() -> None:
    """And says how much that is."""
    plane = planes.luma(2)

    found = agree(plane, plane[120:480, 200:].copy(), planes.similarity(1, 0, (-200, -120)))

    assert found is not None
    assert found.explained(CORRELATION_MIN) >= 0.98
    assert found.seen == pytest.approx(440 * 360 / (640 * 480), rel=0.02)
    assert found.filled == pytest.approx(1, rel=0.01)
    assert np.isnan(found.correlation[0]).all()


def test_a_dulled_copy_is_explained() -> None:
    """Light and contrast are not compared."""
    assert explained(planes.luma(2), (planes.luma(2) * 0.4 + 90).astype(np.uint8)) >= 0.95


def test_a_wrong_place_is_not_explained() -> None:
    """A tenth of the width beside."""
    assert explained(planes.luma(1), planes.luma(1), planes.similarity(1, 0, (64, 30))) < EXPLAINED_MIN


def test_a_rectangle_is_judged_by_itself() -> None:
    """The frame holds the left half of a picture, and is explained; without it, half is another picture."""
    suspect = planes.luma(53)
    suspect[:, :320] = planes.luma(2)[:, :320]
    frame = np.array([[0, 0], [320, 0], [320, 480], [0, 480]], np.float32)

    alone, whole = (agree(planes.luma(2), suspect, AS_IT_IS, within=w) for w in (frame, None))

    assert alone is not None
    assert whole is not None
    assert alone.explained(CORRELATION_MIN) >= FRAME_EXPLAINED_MIN
    assert alone.seen == pytest.approx(0.5, rel=0.02)
    assert alone.filled == pytest.approx(1, rel=0.02)
    assert whole.explained(CORRELATION_MIN) < EXPLAINED_CLEAR


@pytest.mark.parametrize(
    "corners",
    [
        [(0, 0), (0, 0), (0, 0), (0, 0)],
        [(0, 0), (640, 0), (640, 0), (0, 0)],
        [(-5000, -5000), (-4000, -5000), (-4000, -4000), (-5000, -4000)],
        [(-1e6, -1e6), (1e6, -1e6), (1e6, 1e6), (-1e6, 1e6)],
        [(0, 0), (640, 480), (640, 0), (0, 480)],
    ],
    ids="point line outside beyond crossed".split(),
)
def test_no_rectangle_is_too_strange(corners: list[tuple[float, float]]) -> None:
    """Empty, outside, far larger than the suspect, crossed."""
    found = agree(planes.luma(1), planes.luma(1), AS_IT_IS, within=np.array(corners, np.float32))

    assert found is None or (0 <= found.explained(CORRELATION_MIN) <= 1 and np.isfinite(found.filled))


def test_nothing_in_view_explains_nothing() -> None:
    """No cell to speak of."""
    cells = np.full((2, 2), np.nan, np.float32)

    assert Agreement(0.0, 0.0, cells, np.ones((2, 2), np.float32)).explained(0.5) == 0.0


def test_planes_that_cannot_be_written_are_compared() -> None:
    """As numpy gives them from bytes."""
    plane = planes.luma(2)
    plane.flags.writeable = False

    assert explained(plane, plane[::-1][::-1]) == pytest.approx(1)
