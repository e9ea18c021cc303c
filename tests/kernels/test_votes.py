"""Pairs that tell of one placement are found among pairs by chance, however many and however strange they are."""

from __future__ import annotations

import time

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import planes
from rempart.kernels import votes
from rempart.kernels.votes import judge, similarity

F32 = npt.NDArray[np.float32]


def places(count: int, seed: int) -> F32:
    """Return x, y, size and angle of places in a plane of 640 by 480."""
    random = np.random.default_rng(seed)
    columns = (random.random(count) * 640, random.random(count) * 480)
    return np.column_stack([*columns, random.uniform(20, 120, count), random.uniform(0, 360, count)]).astype(np.float32)


def seen_at(asset: F32, scale: float, degrees: float, shift: tuple[float, float]) -> F32:
    """Return where a similarity puts places."""
    out = asset.copy()
    out[:, :2] = planes.sent(planes.similarity(scale, degrees, shift), asset[:, :2])
    out[:, 2] *= scale
    out[:, 3] = (asset[:, 3] + degrees) % 360
    return out


def ones(count: int) -> F32:
    """Return equal weights."""
    return np.ones(count, np.float32)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 3e38, -3e38, 0.0, -1.0, 1e-45])
def test_no_place_is_too_strange(value: float) -> None:
    """Sizes of nothing, directions of nowhere: at most all agree, and the weight is a number."""
    strange = np.full((6, 4), value, np.float32)

    for suspect, asset in ((strange, places(6, 1)), (places(6, 1), strange), (strange, strange)):
        agrees, total = judge(np.array([0, 6]), suspect, asset, ones(6))

        assert total[0] == agrees.sum()


@pytest.mark.parametrize("column", range(4))
def test_one_strange_place_does_not_silence_the_others(column: int) -> None:
    """A single number that is none."""
    asset = places(10, 1)
    suspect = seen_at(asset, 0.8, 10, (5, 5))
    suspect[3, column] = np.nan

    agrees, _ = judge(np.array([0, 10]), suspect, asset, ones(10))

    assert agrees.tolist() == [k != 3 for k in range(10)]


def test_no_pair_at_all() -> None:
    """No group, then a group of none."""
    nothing = np.zeros((0, 4), np.float32)

    assert judge(np.array([0]), nothing, nothing, ones(0))[1].shape == (0,)
    agrees, total = judge(np.array([0, 0, 0]), nothing, nothing, ones(0))
    assert agrees.shape == (0,)
    assert (total <= 0).all()


def test_a_pair_alone_agrees_with_itself() -> None:
    """That it takes two is for the caller to say."""
    agrees, total = judge(np.array([0, 1]), places(1, 1), places(1, 2), ones(1))

    assert agrees.tolist() == [True]
    assert total.tolist() == [1.0]


@pytest.mark.parametrize("group", [100_000, 400, 1000])
def test_a_repeated_pattern_does_not_take_for_ever(group: int) -> None:
    """A hundred thousand pairs of a fence with itself, in one group or in many."""
    suspect = np.tile(places(100, 1), (1000, 1))
    asset = np.repeat(places(100, 1), 1000, axis=0)
    started = time.process_time()

    agrees, total = judge(np.arange(0, 100_001, group), suspect, asset, ones(100_000))

    assert time.process_time() - started < 20
    assert len(agrees) == 100_000
    assert (total <= group).all()


@settings(max_examples=50, deadline=None)
@given(
    st.integers(0, 10_000),
    st.floats(0.2, 4),
    st.floats(0, 360),
    st.integers(5, 40),
    st.integers(0, 150),
)
def test_a_planted_placement_is_found_among_pairs_by_chance(
    seed: int, scale: float, degrees: float, planted: int, by_chance: int
) -> None:
    """All that was planted agrees; of the rest, next to nothing."""
    asset = places(planted + by_chance, seed)
    suspect = np.concatenate([seen_at(asset[:planted], scale, degrees, (40, -30)), places(by_chance, seed + 1)])
    order = np.random.default_rng(seed).permutation(len(asset))

    agrees, total = judge(np.array([0, len(asset)]), suspect[order], asset[order], ones(len(asset)))

    is_planted = order < planted
    if planted > 0.04 * by_chance + 4:
        assert agrees[is_planted].all()
        assert agrees[~is_planted].sum() <= 2 + 0.05 * by_chance
    assert total[0] == agrees.sum()


def test_noise_is_borne() -> None:
    """A point is found two pixels and a size beside."""
    random = np.random.default_rng(1)
    asset = places(30, 1)
    suspect = seen_at(asset, 0.7, 33, (10, 10))
    suspect += (random.normal(0, 1, (30, 4)) * [2, 2, 0, 5]).astype(np.float32)
    suspect[:, 2] *= random.uniform(0.85, 1.2, 30).astype(np.float32)

    agrees, _ = judge(np.array([0, 30]), suspect, asset, ones(30))

    assert agrees.mean() >= 0.9


@pytest.mark.parametrize(
    "column, value", [(0, 500), (1, -400), (2, 300), (3, 90)], ids="beside above larger turned".split()
)
def test_what_contradicts_does_not_agree(column: int, value: float) -> None:
    """A place elsewhere, of another size or direction."""
    asset = places(10, 1)
    suspect = asset.copy()
    suspect[4, column] += value

    agrees, total = judge(np.array([0, 10]), suspect, asset, ones(10))

    assert not agrees[4]
    assert total[0] == 9


def test_directions_go_round() -> None:
    """359 degrees is close to 1."""
    asset, suspect = places(5, 1), places(5, 1)
    asset[:, 3], suspect[:, 3] = [1, 359, 0, 360, 180], [359, 1, 360, 0, -180]

    assert judge(np.array([0, 5]), suspect, asset, ones(5))[0].all()


def test_weights_choose_between_two_placements() -> None:
    """Three places that few assets have outweigh four that all have."""
    asset = places(7, 1)
    suspect = np.concatenate([seen_at(asset[:3], 1, 0, (0, 0)), seen_at(asset[3:], 1, 180, (640, 480))])
    weight = np.array([1, 1, 1, 0.5, 0.5, 0.5, 0.5], np.float32)

    agrees, total = judge(np.array([0, 7]), suspect, asset, weight)

    assert agrees.tolist() == [True] * 3 + [False] * 4
    assert total[0] == 3


def test_groups_do_not_mix() -> None:
    """The pairs of one asset say nothing of another."""
    asset = places(10, 1)
    suspect = np.concatenate([seen_at(asset[:5], 1, 0, (0, 0)), seen_at(asset[5:], 0.3, 120, (200, 0))])

    agrees, total = judge(np.array([0, 5, 10]), suspect, asset, ones(10))

    assert agrees.all()
    assert total.tolist() == [5, 5]


@settings(deadline=None)
@given(
    st.integers(0, 10_000),
    st.floats(0.01, 100),
    st.floats(-360, 360),
    st.tuples(st.floats(-1e4, 1e4), st.floats(-1e4, 1e4)),
)
def test_a_similarity_is_recovered(seed: int, scale: float, degrees: float, shift: tuple[float, float]) -> None:
    """From two points on."""
    asset = places(2 + seed % 9, seed)[:, :2].astype(np.float64)
    truth = planes.similarity(scale, degrees, shift)

    found = similarity(asset.astype(np.float32), planes.sent(truth, asset).astype(np.float32))

    corners = np.array([[0, 0], [640, 0], [640, 480], [0, 480]], np.float64)
    spread = max(1.0, 640 / max(np.ptp(asset, axis=0).max(), 1e-9))
    error = abs(planes.sent(found, corners) - planes.sent(truth, corners)).max()
    assert error <= 1e-4 * (640 * scale + abs(np.array(shift)).max() + 1) * spread


def test_a_similarity_is_the_nearest() -> None:
    """Of points that were jolted, the jolts cancel."""
    asset = places(400, 1)[:, :2]
    truth = planes.similarity(0.5, 20, (30, 60))
    jolted = planes.sent(truth, asset) + np.random.default_rng(1).normal(0, 2, (400, 2))

    found = similarity(asset, jolted.astype(np.float32))

    assert np.allclose(found[:2, :2], truth[:2, :2], atol=0.005)
    assert np.allclose(found[:2, 2], truth[:2, 2], atol=1)


def test_points_that_are_one_are_only_shifted() -> None:
    """Neither scale nor turn can be told."""
    found = similarity(np.full((5, 2), 7, np.float32), np.full((5, 2), 9, np.float32))

    assert np.allclose(found, planes.similarity(1, 0, (2, 2)))


def test_it_can_be_warmed() -> None:
    """And compiles nothing for arrays that cannot be written, or of other types."""
    votes.warm()
    before = len(votes._judge.signatures)  # type: ignore[attr-defined]  # numba's dispatcher
    fixed = places(4, 1)
    fixed.flags.writeable = False

    judge(np.array([0, 4], np.int32), fixed, fixed[::1].astype(np.float64), np.ones(4))  # type: ignore[arg-type]  # on purpose

    assert len(votes._judge.signatures) == before  # type: ignore[attr-defined]  # as above
