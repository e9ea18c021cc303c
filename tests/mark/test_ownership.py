"""The owner's mark: found again after what leakers do, never where it is not, not to be seen."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image, ImageOps

from pictures import scene
from rempart.errors import MarkError
from rempart.kernels.luma import luma_plane
from rempart.kernels.visibility import psnr_db, ssim
from rempart.mark.ownership import FALSE_ALARMS, OWNERSHIP_VERSION, embed, look
from rempart.model.ownership import OURS_NOT_WHO

U8 = npt.NDArray[np.uint8]
KEY = bytes(range(32))
OTHER = bytes(range(1, 33))


@pytest.fixture(scope="module")
def picture() -> U8:
    return np.asarray(scene(4, 960, 720), np.uint8)


@pytest.fixture(scope="module")
def marked(picture: U8) -> U8:
    return embed(picture, owner_key=KEY)


def _jpeg(image: Image.Image, quality: int) -> Image.Image:
    data = io.BytesIO()
    image.save(data, "JPEG", quality=quality)
    return Image.open(data)


ALTERED: dict[str, Callable[[Image.Image], Image.Image]] = {
    "nothing": lambda i: i,
    "JPEG 50": lambda i: _jpeg(i, 50),
    "a crop to 40 %": lambda i: i.crop((170, 60, 777, 516)),
    "half": lambda i: i.resize((480, 360), Image.Resampling.LANCZOS),
    "twice": lambda i: i.resize((1920, 1440), Image.Resampling.BICUBIC),
    "mirrored": ImageOps.mirror,
    "a quarter turn": lambda i: i.transpose(Image.Transpose.ROTATE_90),
    "turned by 1.5 degrees": lambda i: i.rotate(1.5, Image.Resampling.BICUBIC).crop((20, 20, 940, 700)),
    "negative": ImageOps.invert,
}


@pytest.mark.parametrize("name", list(ALTERED))
def test_the_mark_is_found_after(name: str, marked: U8) -> None:
    """Without the original, and with a bound on being wrong."""
    leak = np.asarray(ALTERED[name](Image.fromarray(marked)).convert("RGB"), np.uint8)

    answer = look(leak, owner_key=KEY)

    assert answer.found
    assert answer.false_alarm_bound <= FALSE_ALARMS
    assert answer.code_version == OWNERSHIP_VERSION


def test_another_owners_key_finds_nothing(marked: U8) -> None:
    """The mark is hers alone."""
    answer = look(marked, owner_key=OTHER)

    assert not answer.found
    assert answer.false_alarm_bound > FALSE_ALARMS


@pytest.mark.parametrize("seed", [4, 5, 6])
def test_a_picture_without_the_mark_is_not_taken_for_marked(seed: int) -> None:
    """Not the original either."""
    answer = look(np.asarray(scene(seed, 640, 480), np.uint8), owner_key=KEY)

    assert not answer.found
    assert answer.region == ()


def test_the_mark_is_not_to_be_seen(picture: U8, marked: U8) -> None:
    """It leaves room for a recipient's mark on top."""
    assert ssim(luma_plane(picture), luma_plane(marked)) >= 0.991
    assert psnr_db(picture, marked) >= 45.9


def test_a_marked_picture_is_the_same_bytes_each_time(picture: U8, marked: U8) -> None:
    """Copies are made again from the original instead of being stored."""
    assert np.array_equal(embed(picture, owner_key=KEY), marked)
    assert (
        hashlib.sha256(embed(_ramp(), owner_key=KEY).tobytes()).hexdigest()
        == "3d618c0a2b0c9d30bde32ab8b80ff7302aaa0163eb3f75f96e5f61fa18adb5aa"
    )


def test_the_region_is_the_part_that_shows_the_mark(marked: U8) -> None:
    """Not the frame around it."""
    screen = np.full((900, 990, 3), 20, np.uint8)
    screen[140:860, 15:975] = marked

    answer = look(screen, owner_key=KEY)

    assert answer.found
    (left, top), _, (right, bottom), _ = answer.region
    assert abs(left - 15) < 60
    assert abs(top - 140) < 60
    assert abs(right - 975) < 60
    assert abs(bottom - 860) < 60


def test_a_mirrored_picture_is_said_to_be_one(marked: U8) -> None:
    """What was done to it is part of the answer."""
    assert look(np.ascontiguousarray(marked[:, ::-1]), owner_key=KEY).mirrored
    assert not look(marked, owner_key=KEY).mirrored


def test_the_answer_says_what_it_does_not_prove(marked: U8) -> None:
    """That it is ours, never that somebody leaked it."""
    assert look(marked, owner_key=KEY).caution == OURS_NOT_WHO


@pytest.mark.parametrize(
    "image, key, says",
    [
        (np.zeros((200, 300, 3), np.uint8), KEY, "too small"),
        (np.full((400, 600, 3), 128, np.uint8), KEY, "flat"),
        (np.zeros((400, 600), np.uint8), KEY, "array"),
        (np.zeros((400, 600, 4), np.uint8), KEY, "array"),
        (np.zeros((400, 600, 3), np.float32), KEY, "array"),
        (np.zeros((400, 600, 3), np.uint8), b"short", "32 bytes"),
    ],
)
def test_what_cannot_be_marked_is_refused_with_a_sentence(image: U8, key: bytes, says: str) -> None:
    """Nothing is marked by half."""
    with pytest.raises(MarkError, match=says):
        embed(image, owner_key=key)


def test_a_strip_is_refused() -> None:
    """Not one tile is left in it."""
    with pytest.raises(MarkError, match="too small"):
        look(np.zeros((40, 900, 3), np.uint8), owner_key=KEY)


def _ramp() -> U8:
    """Return a picture of whole numbers alone."""
    y, x = np.mgrid[0:400, 0:512]
    grain = (x * 7919 + y * 104729) % 97 // 3
    return np.stack([x // 3 + grain, y // 3 + 30 + grain, (x + y) // 5 + grain], axis=2).astype(np.uint8)
