"""Pairs that are not the same picture: each is made, alike each time, and no pair is a picture and its copy."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from negatives import RELATED, families

FAMILIES = families()


def difference(one: Image.Image, other: Image.Image) -> float:
    """Return the mean absolute difference of two pictures at 128 x 128, in samples of 0..255."""
    small = [np.asarray(picture.resize((128, 128)), np.float64) for picture in (one, other)]
    return float(np.abs(small[0] - small[1]).mean())


@pytest.mark.parametrize("name", FAMILIES)
def test_a_pair_is_two_pictures_and_always_the_same_two(name: str) -> None:
    """One seed gives one pair, and its halves differ by more than compression does."""
    one, other = FAMILIES[name](2)
    again, _ = FAMILIES[name](2)

    assert one.mode == other.mode == "RGB"
    assert min(*one.size, *other.size) >= 256
    assert np.array_equal(np.asarray(one), np.asarray(again))
    assert difference(one, other) > 1.0


def test_pictures_can_be_given() -> None:
    """Photographs stand in for what is made in code."""
    asked: list[int] = []

    def source(number: int) -> Image.Image:
        asked.append(number)
        return Image.new("RGB", (320, 240), (number % 251, 90, 60))

    families(source)["phone_screens"](1)

    assert len(set(asked)) == 2


def test_kinds_that_share_a_whole_picture_are_named() -> None:
    """There a clue is right."""
    assert set(FAMILIES) > RELATED
