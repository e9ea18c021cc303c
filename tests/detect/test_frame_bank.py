"""Whole-frame codes: the closest of each asset, turned and inverted too."""

from __future__ import annotations

import numpy as np
import pytest

from rempart.detect.frame_bank import FrameBank
from rempart.model import Fingerprint, Orientation, SignalType

CODES = np.random.default_rng(5).integers(0, 256, (50, 32), dtype=np.uint8)


def flipped(code: np.ndarray[tuple[int], np.dtype[np.uint8]], bits: int) -> bytes:
    """Return a code with its first bits changed."""
    change = np.zeros(256, np.uint8)
    change[:bits] = 1
    return (code ^ np.packbits(change)).tobytes()


def code(bits: bytes, orientation: Orientation = Orientation.ORIGINAL) -> Fingerprint:
    """Make a suspect's code."""
    return Fingerprint(signal_type=SignalType.PDQ, version="pdq/1", bits=bits, quality=90, orientation=orientation)


@pytest.fixture
def bank() -> FrameBank:
    """Know fifty assets."""
    made = FrameBank(radius_bits=31)
    for number, row in enumerate(CODES):
        made.add(number, row.tobytes())
    return made


def test_nothing_is_found_where_nothing_is() -> None:
    """Neither an empty bank nor a suspect without a code is an error."""
    empty = FrameBank(radius_bits=31)

    assert empty.search([code(CODES[0].tobytes())]) == []
    assert empty.search([]) == []


def test_a_suspect_without_codes_is_like_nothing(bank: FrameBank) -> None:
    """It was too plain."""
    assert bank.search([]) == []


@pytest.mark.parametrize("bits, expected", [(0, 1), (31, 1), (32, 0)])
@pytest.mark.parametrize("is_inverted", [False, True])
def test_the_radius_has_two_sides(bank: FrameBank, bits: int, expected: int, is_inverted: bool) -> None:  # noqa: FBT001 - a table
    """31 bits apart is a hit, 32 is not; inverted colours are inverted bits."""
    asked = flipped(CODES[7], bits)
    asked = bytes(255 - b for b in asked) if is_inverted else asked

    hits = bank.search([code(asked)])

    assert [(h.asset, h.distance_bits, h.is_inverted) for h in hits] == [(7, bits, is_inverted)] * expected


def test_each_asset_answers_once_by_its_closest_code(bank: FrameBank) -> None:
    """Whatever the turn; the closest asset comes first."""
    codes = [
        code(flipped(CODES[3], 20)),
        code(flipped(CODES[3], 2), Orientation.FLIPX),
        code(flipped(CODES[9], 1), Orientation.ROTATE90),
    ]

    hits = bank.search(codes)

    assert [(h.asset, h.distance_bits, h.code.orientation) for h in hits] == [
        (9, 1, Orientation.ROTATE90),
        (3, 2, Orientation.FLIPX),
    ]


def test_of_equals_the_plain_one_speaks(bank: FrameBank) -> None:
    """The first code, in its own colours: a picture that is its own mirror image is not said to be mirrored."""
    same = CODES[3].tobytes()

    [hit] = bank.search([code(same), code(same, Orientation.FLIPY)])

    assert hit.code.orientation is Orientation.ORIGINAL
    assert not hit.is_inverted


def test_two_assets_of_one_code_are_both_found(bank: FrameBank) -> None:
    """By their numbers."""
    bank.add(77, CODES[3].tobytes())

    assert [h.asset for h in bank.search([code(CODES[3].tobytes())])] == [3, 77]


def test_what_is_added_between_two_searches_is_found(bank: FrameBank) -> None:
    """And what was there before still is."""
    new = np.random.default_rng(6).integers(0, 256, 32, dtype=np.uint8).tobytes()
    assert bank.search([code(new)]) == []

    bank.add(500, new)

    assert [h.asset for h in bank.search([code(new)])] == [500]
    assert [h.asset for h in bank.search([code(CODES[49].tobytes())])] == [49]
