"""A threshold counts as met from its own value on."""

from __future__ import annotations

import math

import pytest

from rempart.detect.checks import Reason, Why, at_least


@pytest.mark.parametrize("value, is_met", [(0.62 - 1e-9, False), (0.62, True), (1.0, True), (math.nan, False)])
def test_a_check_says_what_was_asked_and_what_was_measured(value: float, *, is_met: bool) -> None:
    """On each side of the limit; what is no number meets none."""
    found = at_least(Why.EXPLAINED, value, 0.62, "EXPLAINED_MIN")

    assert found == Reason(why=Why.EXPLAINED, value=value, limit=0.62, name="EXPLAINED_MIN", is_met=is_met)
