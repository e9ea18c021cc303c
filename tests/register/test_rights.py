"""No picture is registered without the age statement, no intimate one without a right; nobody accepts her own."""

from __future__ import annotations

import itertools

import pytest

from rempart.errors import RefusedError
from rempart.model.asset import Depicts, GroundKind, Right, Sensitivity
from rempart.register import merge_rights, require_right


@pytest.mark.parametrize("sensitivity", Sensitivity)
def test_without_the_age_statement_nothing_is_registered(sensitivity: Sensitivity) -> None:
    """Whatever else is stated."""
    for depicts, ground in itertools.product([*Depicts, None], [*GroundKind, None]):
        with pytest.raises(RefusedError, match="18 or older") as refused:
            require_right(Right(depicts=depicts, ground=ground), sensitivity)

        assert refused.value.exit_code == 6
        for place in ("Take It Down", "3018", "Point de Contact"):
            assert place in refused.value.advice


def test_an_intimate_picture_needs_a_ground() -> None:
    """A premium one may go without, and its hits are then sealed."""
    right = Right(depicts=Depicts.SELF, adults_when_taken=True)

    require_right(right, Sensitivity.PREMIUM)
    with pytest.raises(RefusedError, match="by a right"):
        require_right(right, Sensitivity.INTIMATE)


def test_what_is_stated_for_these_pictures_counts_first() -> None:
    """And what is not stated is as their owner wrote it."""
    written = Right(depicts=Depicts.SELF, ground=GroundKind.OWN_WORK, adults_when_taken=True)

    merged = merge_rights(written, Right(ground=GroundKind.MANDATE))

    assert merged == Right(depicts=Depicts.SELF, ground=GroundKind.MANDATE, adults_when_taken=True)
    assert not merge_rights(Right(), Right()).adults_when_taken
