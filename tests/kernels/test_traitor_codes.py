"""Codes are fair bits from a seed; an innocent one's score stays under Hoeffding's bound, whatever the symbols are."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import pytest

from rempart.kernels.traitor_codes import (
    code_signs,
    correlations,
    exact_correlation,
    false_accusation_bound,
    packed_codes,
    threshold,
)

KEY = bytes(range(32))
F64 = npt.NDArray[np.float64]


def test_a_code_alone_is_the_code_among_all() -> None:
    """Made in any order, by any process."""
    every = np.unpackbits(packed_codes(KEY, 256, 0, 5), axis=1).astype(np.int8) * 2 - 1

    assert (code_signs(KEY, 256, 3) == every[3]).all()


def test_correlations_are_those_of_the_signs() -> None:
    """Looked up byte by byte, over several chunks, with a layer that is lost."""
    soft = np.random.default_rng(1).normal(size=8192)
    soft[4096:] = 0.0

    found = correlations(KEY, soft, 3000)

    for index in (0, 2047, 2048, 2999):
        assert found[index] == pytest.approx(soft @ code_signs(KEY, 8192, index), abs=1e-3)
        assert exact_correlation(KEY, soft, index) == pytest.approx(soft @ code_signs(KEY, 8192, index), abs=1e-9)


def test_nothing_read_correlates_with_nobody() -> None:
    """A leak that says nothing accuses nobody."""
    assert not correlations(KEY, np.zeros(256), 10).any()


def _even(rng: np.random.Generator) -> F64:
    return rng.normal(size=256)


def _spiky(rng: np.random.Generator) -> F64:
    return rng.normal(size=256) ** 9  # nearly all the weight on a few symbols


def _few(rng: np.random.Generator) -> F64:
    return np.where(np.arange(256) < 12, 1.0, 0.0) * rng.choice([-1.0, 1.0], 256)


def _copied(rng: np.random.Generator) -> F64:
    del rng
    return code_signs(KEY, 256, 10**9).astype(np.float64)  # of a guilty one who is not on the list


@pytest.mark.parametrize("made", [_even, _spiky, _few, _copied])
def test_innocent_scores_stay_under_the_bound(made: object) -> None:
    """Of 10 million innocents, a quarter for each kind of leak, no more pass a score than the bound says, with chance's margin."""
    assert callable(made)
    soft = made(np.random.default_rng(7))
    count = 2_500_000

    scores = correlations(KEY, soft, count) / np.linalg.norm(soft)

    for t in (1.0, 2.0, 3.0, 4.0, 5.0):
        most = count * math.exp(-t * t / 2)
        assert (scores > t).sum() <= most + 4 * math.sqrt(most) + 1
    assert scores.max() < threshold(count, 1e-3)


def test_the_threshold_and_the_bound_are_inverse() -> None:
    """A score at the threshold has just the bound that was asked for."""
    level = threshold(100_000, 1e-6)

    assert level == pytest.approx(7.1176, abs=1e-3)
    assert false_accusation_bound(level, 100_000) == pytest.approx(1e-6)


@pytest.mark.parametrize("z, bound", [(-9.0, 1.0), (0.0, 1.0), (1.0, 1.0), (10.0, 1000 * math.exp(-50)), (90.0, 2.0**-128)])
def test_a_bound_is_a_probability(z: float, bound: float) -> None:
    """Never above 1, a negative score bounds nothing, and a key could be guessed: it is never nothing."""
    assert false_accusation_bound(z, 1000) == pytest.approx(bound)
