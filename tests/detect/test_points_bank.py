"""Places of a suspect vote for assets, and for where they lie in it."""

from __future__ import annotations

import time

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import planes
from rempart.detect.ensemble import POINT_RADIUS_BITS
from rempart.detect.points import points_of
from rempart.detect.points_bank import PointsBank, Vote, arrays_of
from rempart.detect.versions import ORB_VERSION, TILE_VERSION
from rempart.kernels.variants import INVERTED, MIRRORED, VARIANTS
from rempart.model import CodedPoints

CORNERS = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], np.float64)


def made(
    points: npt.ArrayLike, codes: npt.ArrayLike, *, width: int = 640, height: int = 480, version: str = ORB_VERSION
) -> CodedPoints:
    """Write places by hand: ``(N, 4)``, and codes ``(V, N, 32)`` or ``(N, 32)``."""
    return CodedPoints(
        version=version,
        width=width,
        height=height,
        points=np.asarray(points, "<f4").tobytes(),
        codes=np.asarray(codes, np.uint8).tobytes(),
    )


def random_codes(count: int, seed: int) -> npt.NDArray[np.uint8]:
    """Return codes that are far from each other."""
    return np.random.default_rng(seed).integers(0, 256, (count, 32), dtype=np.uint8)


def random_places(count: int, seed: int) -> npt.NDArray[np.float32]:
    """Return places in a plane of 640 by 480."""
    random = np.random.default_rng(seed)
    columns = (random.random(count) * 640, random.random(count) * 480, random.uniform(30, 90, count))
    return np.column_stack([*columns, random.uniform(0, 360, count)]).astype(np.float32)


def empty() -> PointsBank:
    """Make a bank of points."""
    return PointsBank(version=ORB_VERSION, radius_bits=POINT_RADIUS_BITS, mirror_turn=180.0, inverted_turn=180.0)


@pytest.fixture(scope="module")
def bank() -> PointsBank:
    """Know the points of six scenes."""
    filled = empty()
    for seed in range(6):
        filled.add(seed, points_of(planes.luma(seed), 300, is_suspect=False))
    return filled


def vote_of(bank: PointsBank, suspect: planes.U8) -> Vote:
    """Return the first vote of a suspect."""
    return bank.vote(points_of(suspect, 500, is_suspect=True), most=3)[0]


def test_places_of_another_version_are_refused() -> None:
    """They would be compared with what they are not."""
    bank = empty()

    with pytest.raises(ValueError, match="orb/1 are compared here, not pdq-tile/1"):
        bank.add(1, made(np.zeros((1, 4)), np.zeros((1, 32)), version=TILE_VERSION))

    assert len(bank) == 0


def test_nothing_is_found_where_nothing_is(bank: PointsBank) -> None:
    """Empty banks, flat assets, flat suspects."""
    nothing = made(np.zeros((0, 4)), np.zeros((0, 32)))
    flat = empty()
    flat.add(1, nothing)

    assert empty().vote(made(random_places(5, 1), random_codes(5, 1)), most=3) == []
    assert flat.vote(made(random_places(5, 1), random_codes(5, 1)), most=3) == []
    assert bank.vote(nothing, most=3) == []
    assert len(flat) == 0


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.floats(width=32, allow_nan=False, allow_infinity=False), min_size=24, max_size=24),
    st.integers(1, 1 << 31),
)
def test_any_finite_place_is_borne(numbers: list[float], width: int) -> None:
    """A record's places are finite, and nothing more is known of them; poses come out finite."""
    places, codes = np.array(numbers, np.float32).reshape(6, 4), random_codes(6, 1)
    bank = empty()
    bank.add(1, made(places, codes))
    bank.add(2, made(random_places(6, 1), codes))

    for suspect in (random_places(6, 1), places):
        for vote in bank.vote(made(suspect, np.stack([codes] * 4), width=width, height=1), most=3):
            assert np.isfinite(vote.pose).all()
            assert 0 < vote.weight <= vote.count <= 6


def test_a_repeated_pattern_does_not_take_for_ever() -> None:
    """Two hundred thousand pairs of one code, of a fence and of a hundred pictures of fences."""
    same = np.tile(random_codes(1, 1), (300, 1))
    bank = empty()
    for number in range(2):
        bank.add(number, made(random_places(300, number), same))
    started = time.process_time()

    votes = bank.vote(made(random_places(500, 7), np.tile(same[0], (1, 500, 1))), most=3)

    assert time.process_time() - started < 20
    assert all(v.count < 100 for v in votes)


def test_a_copy_s_pose_is_found(bank: PointsBank) -> None:
    """Turned, shrunk, and in the midst of something else."""
    truth = planes.similarity(0.7, 20, (180, 30))
    suspect = planes.luma(9)
    drawn = planes.warped(planes.luma(4), truth, 480, 640)
    inside = planes.warped(np.full((480, 640), 255, np.uint8), truth, 480, 640) == 255
    suspect[inside] = drawn[inside]

    vote = vote_of(bank, suspect)

    assert (vote.asset, vote.variant) == (4, 0)
    assert vote.weight >= 5
    expected = planes.sent(truth, CORNERS * [640, 480]) / [640, 480]
    assert abs(planes.sent(vote.pose, CORNERS) - expected).max() < 0.08


@pytest.mark.parametrize("variant", range(VARIANTS))
@pytest.mark.parametrize("seed", range(6))
def test_mirrored_and_inverted_copies_are_found_and_said_to_be_so(bank: PointsBank, seed: int, variant: int) -> None:
    """Hundreds of its points agree, and the pose puts the asset's corners where they are."""
    suspect = planes.luma(seed)
    suspect = np.ascontiguousarray(suspect[:, ::-1]) if variant & MIRRORED else suspect
    suspect = 255 - suspect if variant & INVERTED else suspect

    vote = vote_of(bank, suspect)

    assert (vote.asset, vote.variant) == (seed, variant)
    assert vote.count >= 120
    expected = CORNERS * [-1, 1] + [1, 0] if variant & MIRRORED else CORNERS
    assert abs(planes.sent(vote.pose, CORNERS) - expected).max() < 0.03


def test_only_the_variants_that_are_asked_for_are_looked_up(bank: PointsBank) -> None:
    """A cheap look first."""
    suspect = points_of(255 - planes.luma(4), 500, is_suspect=True)

    assert bank.vote(suspect, most=3, variants=range(1)) == []
    [vote] = bank.vote(suspect, most=1, variants=range(INVERTED, INVERTED + 1))
    assert (vote.asset, vote.variant) == (4, INVERTED)


def test_another_picture_has_no_votes_to_speak_of(bank: PointsBank) -> None:
    """A few pairs agree by chance at times; of a copy's, hundreds do."""
    for seed in (20, 21, 22, 23):
        votes = bank.vote(points_of(planes.luma(seed), 500, is_suspect=True), most=3)

        assert all(v.weight < 8 for v in votes)


def test_what_many_assets_share_counts_less() -> None:
    """A logo in every picture: each of them has less than one that has four places to itself."""
    logo, logo_codes = random_places(12, 1), random_codes(12, 1)
    bank = empty()
    for number in range(40):
        bank.add(number, made(logo, logo_codes))
    own, own_codes = random_places(8, 2), random_codes(8, 2)
    bank.add(99, made(own, own_codes))

    votes = bank.vote(made(np.concatenate([logo, own]), np.concatenate([logo_codes, own_codes])), most=3)

    assert votes[0].asset == 99
    assert votes[0].weight == 8
    assert votes[1].count == 12
    assert votes[1].weight < 4


def test_no_more_assets_than_asked_for_each_once_the_best_first() -> None:
    """Though the first has pairs under several variants."""
    codes = random_codes(30, 1)
    bank = empty()
    for number, count in enumerate((10, 30, 20)):
        bank.add(number, made(random_places(30, 1)[:count], codes[:count]))
    suspect = made(random_places(30, 1), np.stack([codes] * 4))

    assert [v.asset for v in bank.vote(suspect, most=3)] == [1, 2, 0]
    assert [v.asset for v in bank.vote(suspect, most=1)] == [1]


def test_what_is_added_between_two_votes_votes() -> None:
    """Thousands of places too: the tables grow."""
    bank = empty()
    for number in range(30):
        bank.add(number, made(random_places(200, number), random_codes(200, number)))
        suspect = made(random_places(200, number), random_codes(200, number))

        assert [v.asset for v in bank.vote(suspect, most=2)] == [number]
    assert len(bank) == 6000
    assert bank.vote(made(random_places(200, 0), random_codes(200, 0)), most=1)[0].asset == 0


def test_arrays_come_back_as_they_were_written() -> None:
    """Four numbers a place, a code for each variant."""
    points, codes = random_places(7, 1), np.stack([random_codes(7, k) for k in range(4)])

    read = arrays_of(made(points, codes))

    assert np.array_equal(read[0], points)
    assert np.array_equal(read[1], codes)
