"""A copy is the same bytes whenever it is made, looks like its original, and is refused where no mark can be."""

from __future__ import annotations

import hashlib

import numpy as np
import numpy.typing as npt
import pytest

from patterns import pattern
from rempart.errors import MarkError
from rempart.kernels.luma import luma_plane
from rempart.kernels.spread_spectrum import SYMBOLS
from rempart.kernels.traitor_codes import code_signs
from rempart.kernels.visibility import psnr_db, ssim
from rempart.mark import embed, prepare

U8 = npt.NDArray[np.uint8]
KEY = bytes(range(32))
CODE = code_signs(KEY, SYMBOLS, 4127)
OTHER = code_signs(KEY, SYMBOLS, 4128)


def smooth(height: int, width: int) -> U8:
    """Return a picture of slopes and a little grain, in whole numbers."""
    y, x = np.mgrid[0:height, 0:width]
    rounded = [(x * 200 // width), (y * 150 // height) + 50, ((x + y) * 120 // (width + height)) + 60]
    grain = pattern(11, height, width).astype(np.int64) // 16
    return np.clip(np.stack(rounded, axis=2) + grain, 0, 255).astype(np.uint8)


def test_a_copy_is_pinned() -> None:
    """On every machine, with every version of numpy and OpenCV: a copy need not be kept."""
    copy = embed(pattern(4, 240, 320), asset_key=KEY, recipient_code=CODE)

    assert (
        hashlib.sha256(copy.tobytes()).hexdigest() == "cd678950f1f9a02ce6de511f0bc4604788adbbc94369fd3e366da0026bb36e40"
    )


def test_preparing_once_or_each_time_gives_the_same_copy() -> None:
    """And twice the same recipient is the same bytes."""
    picture = pattern(4, 240, 320)
    prepared = prepare(picture, asset_key=KEY)

    first, again = prepared.copy_for(CODE), prepared.copy_for(CODE)

    assert (first == again).all()
    assert (first == embed(picture, asset_key=KEY, recipient_code=CODE)).all()
    assert (first != prepared.copy_for(OTHER)).any()


@pytest.mark.parametrize("made", [pattern(8, 640, 960), smooth(640, 960)], ids=["textured", "smooth"])
def test_copies_look_like_their_original(made: U8) -> None:
    """SSIM of luma 0.98 and PSNR 42 dB, of codes that the strength was not chosen with."""
    prepared = prepare(made, asset_key=KEY)

    for code in (CODE, OTHER):
        copy = prepared.copy_for(code)

        assert ssim(luma_plane(made), luma_plane(copy)) >= 0.98
        assert psnr_db(made, copy) >= 42.0


def test_a_higher_psnr_can_be_asked_for() -> None:
    """Weaker, and no less a copy."""
    made = pattern(8, 320, 480)

    copy = prepare(made, asset_key=KEY, psnr_least_db=46.0).copy_for(CODE)

    assert 46.0 <= psnr_db(made, copy) < 47.0


def test_the_image_itself_is_left_alone() -> None:
    """Even a read-only one is marked."""
    made = pattern(8, 192, 256)
    made.setflags(write=False)

    assert (embed(made, asset_key=KEY, recipient_code=CODE) != made).any()


@pytest.mark.parametrize(
    "picture, words",
    [
        (pattern(1, 63, 900), "too small to carry a mark: 900 x 63"),
        (pattern(1, 120, 160), "too small"),
        (np.full((400, 400, 3), 90, np.uint8), "flat"),
        (np.zeros((5, 400, 400, 3), np.uint8), r"not \(5, 400, 400, 3\) uint8"),
        (np.zeros((400, 400), np.uint8), "not"),
        (np.zeros((400, 400, 4), np.uint8), "not"),
        (np.zeros((400, 400, 3), np.float32), "float32"),
    ],
    ids=["strip", "tiny", "flat", "animated", "grey", "alpha", "floats"],
)
def test_what_can_carry_no_mark_is_refused(picture: npt.NDArray[np.generic], words: str) -> None:
    """One sentence with the figure that was wrong."""
    with pytest.raises(MarkError, match=words):
        prepare(picture, asset_key=KEY)  # type: ignore[arg-type]  # the wrong kinds are the point


@pytest.mark.parametrize(
    "code", [np.ones(7, np.int8), np.zeros(SYMBOLS, np.int8), np.ones(SYMBOLS), np.full(SYMBOLS, 3, np.int8)]
)
def test_what_is_no_code_is_refused(code: npt.NDArray[np.generic]) -> None:
    """A copy that could not be traced is not made."""
    with pytest.raises(MarkError, match="a code is 20480 signs"):
        prepare(pattern(4, 192, 256), asset_key=KEY).copy_for(code)  # type: ignore[arg-type]  # as above


def test_a_short_key_is_refused() -> None:
    """A guessed key frames whom one likes."""
    with pytest.raises(MarkError, match="32 bytes"):
        prepare(pattern(4, 192, 256), asset_key=b"secret")
