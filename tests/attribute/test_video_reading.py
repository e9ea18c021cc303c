"""The copy that a leaked video was made from is accused, and no other: compressed, cut, mirrored, at another rate."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from moving import RATE, Frame, moving
from rempart.attribute import Codebook
from rempart.attribute.video_reading import VideoReading, conclude_video, read_video, trace_video
from rempart.errors import MarkError
from rempart.mark.video_mark import VideoMarker
from rempart.model import AttributionVerdict

U8 = npt.NDArray[np.uint8]
KEY, SEED = bytes(range(32)), bytes(range(1, 33))
BOOK = Codebook(SEED, 1000)
GUILTY = 412


@cache
def copy(recipient: int = GUILTY, key: bytes = KEY) -> tuple[Frame, ...]:
    """Return a recipient's copy."""
    marker = VideoMarker(key, width=320, height=192)
    made = marker.copy_for(BOOK.code(recipient))
    return tuple((made.marked(marker.prepare(*frame)), frame[1]) for frame in moving(3))


def again(frames: Sequence[Frame], quality: int = 60) -> list[Frame]:
    """Compress each frame, and read back."""
    done = []
    for luma, time_s in frames:
        coded = cv2.imencode(".jpg", luma, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
        done.append((np.asarray(cv2.imdecode(coded, cv2.IMREAD_GRAYSCALE), np.uint8), time_s))
    return done


def at(frames: Sequence[Frame], chosen: Sequence[int], rate: float = RATE) -> list[Frame]:
    """Show some frames one after the other."""
    return [(frames[k][0], n / rate) for n, k in enumerate(chosen)]


def each(frames: Sequence[Frame], done: Callable[[U8], U8]) -> list[Frame]:
    """Do the same to all frames."""
    return [(np.ascontiguousarray(done(luma)), time_s) for luma, time_s in frames]


def smaller(luma: U8) -> U8:
    """Shrink to two thirds."""
    return np.asarray(cv2.resize(luma, (212, 128), interpolation=cv2.INTER_AREA), np.uint8)


def filmed(frames: Sequence[Frame], corners: Sequence[tuple[float, float]], shake_px: float = 0.0) -> list[Frame]:
    """Film a screen whose corners are there, from the top left on, in pixels; the camera may shake."""
    here = np.array([(0, 0), (320, 0), (320, 192), (0, 192)], np.float32)
    done = []
    for luma, time_s in frames:
        swing = shake_px * np.array([np.sin(5 * time_s), np.sin(8 * time_s + 1)])
        place = cv2.getPerspectiveTransform(here, (np.array(corners) + swing).astype(np.float32))
        done.append((np.asarray(cv2.warpPerspective(luma, place, (320, 192), borderValue=60), np.uint8), time_s))
    return again(done)


FILLING, AROUND = [(-20, -10), (335, -5), (340, 202), (-12, 197)], [(30, 14), (285, 20), (292, 176), (22, 180)]

LEAKS: dict[str, Callable[[Sequence[Frame]], list[Frame]]] = {
    "as it is": list,
    "compressed": lambda c: again(c, 30),
    "3 s of it": lambda c: again(at(c, range(22, 46))),
    "frames dropped": lambda c: again(at(c, [k for k in range(64) if k % 5])),
    "at another rate": lambda c: again(at(c, [k * 8 // 11 for k in range(88)], 11)),
    "mirrored": lambda c: again(each(c, lambda f: f[:, ::-1])),
    "with bars": lambda c: again(each(c, lambda f: np.pad(f, ((32, 32), (0, 0)), constant_values=16))),
    "a part of the frame": lambda c: again(each(c, lambda f: f[12:172, 40:304])),
    "smaller": lambda c: again(each(c, smaller)),
    "a screen that fills the frame": lambda c: filmed(c, FILLING),
    "a screen and what is around it": lambda c: filmed(c, AROUND),
    "a screen, from a hand": lambda c: filmed(c, AROUND, 4.0),
}


@cache
def read(name: str) -> VideoReading:
    """Read a leak of the guilty copy."""
    leak = LEAKS[name](copy())
    return read_video(lambda: moving(3), lambda: leak, asset_key=KEY)


@pytest.mark.parametrize("name", LEAKS)
def test_the_copy_that_leaked_is_accused_and_no_other(name: str) -> None:
    """Whatever was done to it."""
    found = conclude_video([(read(name).said, BOOK)])

    assert [one.recipient for one in found.accused] == [GUILTY]
    assert 0 < found.accused[0].false_accusation_bound <= 1e-6
    assert found.tests == 2000
    assert found.code_version.startswith("rempart-video-mark/1")


def test_what_is_shown_is_told() -> None:
    """From when to when, and where in the frame."""
    found = read("3 s of it")

    assert found.shown_s == pytest.approx((22 / RATE, 45 / RATE), abs=1 / RATE)
    assert np.array(read("a part of the frame").said.region) == pytest.approx(
        np.array([(-40, -12), (280, -12), (280, 180), (-40, 180)]), abs=3.0
    )  # where the camera passes by 2 pixels a frame, a part and the moment before look alike


def test_no_innocent_population_scores_above_the_bound() -> None:
    """Of 200,000 codes that were never given out: the tail at z = 3 and 4 is under exp(-z^2 / 2)."""
    soft = read("compressed").said.soft
    innocents = Codebook(bytes([7] * 32), 200_000).correlations(soft) / np.sqrt(soft @ soft)

    for z in (3.0, 4.0):
        assert float(np.mean(innocents > z)) < np.exp(-0.5 * z * z)
    assert float(innocents.max()) < 6.5


def test_an_unmarked_video_accuses_nobody() -> None:
    """The mark would be seen if it was there."""
    leak = again(moving(3))

    found = trace_video(lambda: moving(3), lambda: leak, BOOK, asset_key=KEY)

    assert found.verdict is AttributionVerdict.NOBODY
    assert found.pilot_score < 5


def test_a_copy_under_another_key_accuses_nobody() -> None:
    """Or one made up to frame somebody."""
    leak = copy(GUILTY, bytes(32))

    found = trace_video(lambda: moving(3), lambda: leak, BOOK, asset_key=KEY)

    assert found.verdict in {AttributionVerdict.NOBODY, AttributionVerdict.TOO_LITTLE_LEFT}
    assert found.accused == ()
    assert found.pilot_score < 5


def test_another_video_is_not_registered() -> None:
    """Nothing is scored."""
    found = trace_video(lambda: moving(4), copy, BOOK, asset_key=KEY)

    assert found.verdict is AttributionVerdict.NOT_REGISTERED
    assert found.tested_recipients == 0


def test_both_of_two_who_average_their_copies_are_accused() -> None:
    """And nobody else."""
    pairs = zip(copy(), copy(90), strict=True)
    leak = again([(((a.astype(int) + b + 1) // 2).astype(np.uint8), t) for (a, t), (b, _) in pairs])

    found = trace_video(lambda: moving(3), lambda: leak, BOOK, asset_key=KEY)

    assert sorted(one.recipient for one in found.accused) == [90, GUILTY]


@pytest.mark.parametrize("frames", [[], [(np.zeros((4, 4), np.uint8), 0.0)], [(np.zeros((90, 160), np.uint8), 0.0)]])
def test_odd_videos_are_not_registered(frames: list[Frame]) -> None:
    """Never a crash."""
    found = trace_video(lambda: moving(3), lambda: frames, BOOK, asset_key=KEY)

    assert found.verdict is AttributionVerdict.NOT_REGISTERED


def test_what_is_no_frame_is_refused() -> None:
    """With what was wrong."""
    leak = [(np.zeros((90, 160), np.uint8), 0.0), (np.zeros((90, 161), np.uint8), 0.1)]

    with pytest.raises(MarkError, match="161"):
        read_video(lambda: moving(3), lambda: leak, asset_key=KEY)
    with pytest.raises(MarkError, match="32 bytes"):
        read_video(lambda: moving(3), copy, asset_key=b"short")
