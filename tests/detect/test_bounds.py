"""A bound says what was measured, and no more."""

from __future__ import annotations

import pytest

from rempart.detect.bounds import CONFIDENCE, TRIALS, Trials, bound_of
from rempart.model import ClueKind


@pytest.mark.parametrize("kind", TRIALS)
def test_none_of_so_many_pairs_gives_three_in_so_many(kind: ClueKind) -> None:
    """The rule of three, and the exact probability that it stands for."""
    bound, pairs = bound_of(kind), TRIALS[kind].pairs

    assert bound is not None
    assert bound == pytest.approx(3 / pairs, rel=0.01)
    assert (1 - bound) ** pairs == pytest.approx(1 - CONFIDENCE)


@pytest.mark.parametrize("kind", [ClueKind.SAME_BYTES, ClueKind.SAME_THING, ClueKind.LEARNED])
def test_what_was_not_measured_has_none(kind: ClueKind) -> None:
    """Identical bytes need no measurement; a shared thing and a model decide nothing."""
    assert bound_of(kind) is None


def test_a_false_match_is_not_forgotten() -> None:
    """The formula is of none; with one, it would say too little."""
    with pytest.raises(ValueError, match="1 false matches"):
        _ = Trials(100, 1, "").bound
