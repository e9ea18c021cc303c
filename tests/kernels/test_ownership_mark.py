"""The keyed tile of the owner's mark, and the bound on finding it where it is not."""

from __future__ import annotations

import hashlib
import math

import cv2
import numpy as np
import pytest

from patterns import pattern
from rempart.kernels import ownership_mark as mark
from rempart.kernels.luma import luma_plane

KEY = bytes(range(32))


def test_the_tile_is_the_same_on_every_machine() -> None:
    """A mark made years ago is looked for with the same tile."""
    digest = hashlib.sha256(mark.tile(KEY).astype("<f4").tobytes()).hexdigest()

    assert digest == "2ba9bd9e48be6d5822f70ab433d2164bafa403531f900fef947a8d519e8387f4"


def test_a_tile_is_of_unit_strength_without_a_mean() -> None:
    """What a picture is changed by is set by its visibility alone."""
    one = mark.tile(KEY)

    assert abs(float(one.mean())) < 0.01
    assert float(one.std()) == pytest.approx(1.0, abs=0.05)


def test_the_bound_counts_every_place_that_could_have_been_looked_at() -> None:
    """The search chooses with scores in view: the whole grid is paid for."""
    assert len(mark.SCALES) * len(mark.ANGLES) * 128 * 128 * 8 * 2 == mark.TESTS
    assert mark.false_alarm_bound(mark.score_for(1e-6)) == pytest.approx(1e-6)
    assert mark.false_alarm_bound(0.0) == 1.0


@pytest.mark.parametrize("seed", [1, 2])
def test_scores_of_random_keys_stay_under_the_bound(seed: int) -> None:
    """For any picture, the share of offsets that reach a score is at most exp(-score^2 / 2)."""
    rng = np.random.default_rng(seed)
    out = np.empty((128, 128), np.float32)
    spectrum = mark.folded(mark.residual(luma_plane(pattern(seed, 300, 400))), 0.9, 0.01, out)

    found = []
    for _ in range(40):
        signs = rng.choice(np.array([-1, 1], np.float32), (128, 128))
        chips = np.asarray(cv2.dft(signs, flags=cv2.DFT_COMPLEX_OUTPUT), np.float32)
        found.append(mark.correlated(spectrum, chips))
    scores = np.concatenate(found).ravel()

    assert float(scores.std()) == pytest.approx(1.0, abs=0.03)
    for least in (2.0, 3.0, 4.0):
        assert np.mean(scores >= least) <= math.exp(-least * least / 2)


def test_eight_ways_to_turn_are_all_different() -> None:
    """A copy may be turned by quarters and mirrored."""
    ways = {one.tobytes() for one in mark.turns(mark.tile(KEY))}

    assert len(ways) == mark.WAYS


@pytest.mark.parametrize("plane", [np.zeros((200, 300), np.uint8), np.full((64, 64), 255, np.uint8)])
def test_a_flat_plane_has_a_score_and_it_is_nothing(plane: np.ndarray) -> None:
    """Nothing divides by nothing."""
    found = mark.search(mark.residual(plane), KEY, mark.score_for(1e-6))

    assert math.isfinite(found.score)
    assert found.score < mark.score_for(1e-6)
