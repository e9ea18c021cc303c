"""A video's copies are made frame by frame, look like it, and are the same bytes whenever they are made."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pytest

from moving import moving
from patterns import pattern
from rempart.errors import MarkError
from rempart.kernels.spread_spectrum import SYMBOLS
from rempart.kernels.traitor_codes import code_signs
from rempart.kernels.visibility import psnr_db, ssim
from rempart.mark.video_mark import VideoMarker

KEY = bytes(range(32))
CODE, OTHER = code_signs(KEY, SYMBOLS, 4127), code_signs(KEY, SYMBOLS, 4128)


def marker() -> VideoMarker:
    """Begin the video."""
    return VideoMarker(KEY, width=320, height=192)


def test_a_frame_depends_on_nothing_but_itself_its_time_the_key_and_the_code() -> None:
    """Whatever was marked before: a copy can be begun anywhere."""
    frames = moving(3)
    one, late = marker(), marker()
    copies = [one.copy_for(CODE), one.copy_for(OTHER)]

    all_frames = [[copy.marked(one.prepare(*frame)) for copy in copies] for frame in frames]

    alone = late.copy_for(CODE).marked(late.prepare(*frames[40]))
    assert (alone == all_frames[40][0]).all()
    assert (alone != all_frames[40][1]).any()


def test_marked_frames_look_like_their_originals() -> None:
    """In every frame, those measured and those not: SSIM 0.98 and PSNR 42 dB of luma."""
    video = marker()
    copy = video.copy_for(CODE)

    for frame in moving(3):
        marked = copy.marked(video.prepare(*frame))

        assert ssim(frame[0], marked) >= 0.98
        assert psnr_db(frame[0], marked) >= 42.0

    figures = video.figures
    assert figures.frames == 64
    assert figures.measured == 3
    assert 0.98 <= figures.ssim_least <= figures.ssim < 1
    assert 42.0 <= figures.psnr_least_db <= figures.psnr_db < 60


def test_nothing_flickers_where_a_pattern_ends() -> None:
    """At 25 frames a second, a standing picture changes by less from frame to frame than the mark is strong."""
    video, still = marker(), moving(3)[0][0]
    copy = video.copy_for(CODE)

    shown = [copy.marked(video.prepare(still, k / 25)).astype(int) for k in range(35, 56)]

    steps = [float(np.sqrt(np.mean((b - a) ** 2))) for a, b in pairwise(shown)]
    mark = float(np.sqrt(np.mean((shown[0] - still) ** 2)))
    assert max(steps) < 0.4 * mark


def test_plain_frames_are_left_alone() -> None:
    """A black frame stays black."""
    video = marker()
    black = np.full((192, 320), 16, np.uint8)

    assert (video.copy_for(CODE).marked(video.prepare(black, 3.0)) == black).all()
    assert video.figures.psnr_db == 99.0


def test_no_more_than_a_few_intervals_are_held() -> None:
    """An hour needs no more memory than a minute."""
    video, frame = marker(), pattern(3, 192, 320)[..., 0]
    copy = video.copy_for(CODE)

    for k in range(40):
        copy.marked(video.prepare(frame, 1.9 * k))

    assert len(video.held_intervals) <= 3
    assert len(copy.held_intervals) <= 3


def test_a_mark_can_be_weaker() -> None:
    """If a higher PSNR is asked for."""
    video = VideoMarker(KEY, width=320, height=192, psnr_least_db=48.0)
    luma = pattern(3, 192, 320)[..., 0]

    assert psnr_db(luma, video.copy_for(CODE).marked(video.prepare(luma, 0.5))) >= 48.0


@pytest.mark.parametrize("width, height", [(100, 100), (63, 900), (0, 0)])
def test_a_video_that_is_too_small_is_refused(width: int, height: int) -> None:
    """With its size."""
    with pytest.raises(MarkError, match=f"too small to carry a mark: {width} x {height}"):
        VideoMarker(KEY, width=width, height=height)


def test_a_short_key_is_refused() -> None:
    """A guessed key frames whom one likes."""
    with pytest.raises(MarkError, match="32 bytes"):
        VideoMarker(b"secret", width=320, height=192)


@pytest.mark.parametrize(
    "luma, time_s, words",
    [
        (np.zeros((192, 322), np.uint8), 0.0, r"not \(192, 322\)"),
        (np.zeros((192, 320), np.float32), 0.0, "float32"),
        (np.zeros((192, 320), np.uint8), -1.0, "0 s or more"),
        (np.zeros((192, 320), np.uint8), float("nan"), "nan"),
    ],
)
def test_what_is_no_frame_is_refused(luma: npt.NDArray[np.uint8], time_s: float, words: str) -> None:
    """With what was wrong."""
    with pytest.raises(MarkError, match=words):
        marker().prepare(luma, time_s)


@pytest.mark.parametrize("code", [np.ones(7, np.int8), np.zeros(SYMBOLS, np.int8), np.ones(SYMBOLS)])
def test_what_is_no_code_is_refused(code: npt.NDArray[np.int8]) -> None:
    """A copy that could not be traced is not made."""
    with pytest.raises(MarkError, match="a code is 20480 signs"):
        marker().copy_for(code)
