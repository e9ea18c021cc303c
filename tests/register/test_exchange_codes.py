"""Codes that say something about one picture, and those that match every plain one."""

from __future__ import annotations

import numpy as np
import pytest

from feeds import code
from pictures import scene
from rempart.kernels import pdq
from rempart.model.exchange import FaultReason, FeedEntry, FeedState, Label
from rempart.register.exchange_codes import (
    ONES_MAX,
    ONES_MIN,
    QUALITY_MIN,
    make_entry,
    make_removal,
    parse_hex,
    weakness_of,
)


def with_ones(count: int) -> bytes:
    """Make a code with so many ones."""
    return ((1 << count) - 1).to_bytes(32)


@pytest.mark.parametrize(
    "ones, is_weak",
    [
        (0, True),
        (ONES_MIN - 1, True),
        (ONES_MIN, False),
        (128, False),
        (ONES_MAX, False),
        (ONES_MAX + 1, True),
        (256, True),
    ],
)
def test_a_code_whose_bits_are_nearly_all_alike_is_weak(ones: int, *, is_weak: bool) -> None:
    """On each side of both thresholds."""
    assert (weakness_of(with_ones(ones), None) is FaultReason.NEAR_CONSTANT) is is_weak


@pytest.mark.parametrize("quality, is_weak", [(0, True), (QUALITY_MIN - 1, True), (QUALITY_MIN, False), (100, False)])
def test_a_plain_picture_has_a_weak_code(quality: int, *, is_weak: bool) -> None:
    """On each side of PDQ's own threshold."""
    assert (weakness_of(code(1), quality) is FaultReason.LOW_QUALITY) is is_weak


def test_codes_of_pictures_have_as_many_ones_as_zeros() -> None:
    """What the thresholds rest on: a PDQ bit compares with the median."""
    for number in range(12):
        codes, _ = pdq.pdq_dihedral(np.ascontiguousarray(np.asarray(scene(number, 240, 180))))

        assert int(np.unpackbits(codes[0]).sum()) == 128


@pytest.mark.parametrize(
    "wrong", [None, 7, "", "0" * 63, "0" * 65, "g" * 64, "\u0660" * 64, " " + "0" * 63, ["0" * 64]]
)
def test_what_is_no_code_is_none(wrong: object) -> None:
    """Other digits of Unicode too."""
    assert parse_hex(wrong) is None
    assert make_entry(wrong) is FaultReason.NOT_A_CODE


def test_capitals_are_the_same_code() -> None:
    """Some tools write them."""
    assert parse_hex(code(1).hex().upper()) == code(1)


def test_a_weak_code_can_be_removed() -> None:
    """Somebody may have taken it before it was refused."""
    found = make_entry("0" * 64, state=FeedState.WITHDRAWN)

    assert isinstance(found, FeedEntry)
    assert (found.state, found.label) == (FeedState.WITHDRAWN, Label.WITHDRAWN)
    assert make_entry("0" * 64) is FaultReason.NEAR_CONSTANT


@pytest.mark.parametrize(
    "state, label, holds",
    [
        (FeedState.ACTIVE, Label.WITHDRAWN, FeedState.WITHDRAWN),
        (FeedState.ACTIVE, Label.CONTESTED, FeedState.CONTESTED),
        (FeedState.CONTESTED, Label.WITHDRAWN, FeedState.WITHDRAWN),
        (FeedState.DELETED, Label.REVIEWED, FeedState.DELETED),
        (FeedState.RECEIVED, Label.CONTESTED, FeedState.RECEIVED),
    ],
)
def test_of_two_words_the_one_that_allows_less_holds(state: FeedState, label: Label, holds: FeedState) -> None:
    """A line that contradicts itself must not keep a code alive."""
    found = make_entry(code(1).hex(), state=state, label=label)

    assert isinstance(found, FeedEntry)
    assert found.state is holds


def test_a_digest_cannot_be_listed() -> None:
    """It can only be removed, or put aside."""
    digest = "a" * 64

    assert make_removal(digest, state=FeedState.ACTIVE, label=Label.REVIEWED) is FaultReason.NOT_AN_ENTRY
    assert isinstance(make_removal(digest, state=FeedState.ACTIVE, label=Label.CONTESTED), FeedEntry)
    assert make_removal("x", state=FeedState.DELETED, label=Label.WITHDRAWN) is FaultReason.NOT_A_CODE
