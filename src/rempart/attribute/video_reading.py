"""From a leaked video to the copies it was made from: aligned in time, laid onto its original, read by intervals.

:func:`read_video` does all that needs pixels and nothing that needs codes; what it says is a ``LeakReading``, as a
picture's is, for :func:`conclude_video`. (1) Small planes of all frames tell which part of the original's frames the
leak shows, and when; (2) a few pairs of frames tell where exactly; (3) what the frames of each interval add to their
original is summed and read, and the intervals' symbols are added up; (4) if the mark's pilots lie elsewhere in those
sums, the leak is laid there, aligned and read anew; (5) if a hand held the camera, each frame is laid anew. No
choice is made with scores in view: the place, the time, the mirror and the weights come from pixels and the key.

Videos are given as functions that begin them anew: each is gone through three to five times, and never held.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final, NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from rempart.attribute.codebook import Codebook
from rempart.attribute.tracing import NOT_REGISTERED, PILOT_LEAST, LeakReading, conclude
from rempart.attribute.video_finding import Found, find, moved, steadied
from rempart.attribute.video_points import placed_by_points
from rempart.errors import MarkError
from rempart.kernels.frame_sums import FrameOnto, IntervalSum
from rempart.kernels.keyed_stream import KEY_BYTES
from rempart.kernels.mark_reading import Reading
from rempart.kernels.pilot_search import PilotSearch
from rempart.kernels.registration import corners_in_leak
from rempart.kernels.spread_spectrum import SYMBOLS
from rempart.kernels.video_layer import amplitude, block_of, moment_of, pattern_layer, shape_of
from rempart.model.attribution import Attribution

U8 = npt.NDArray[np.uint8]
F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]

Frames = Callable[[], Iterable[tuple[U8, float]]]
"""Begins a video anew: luma ``(H, W) uint8`` and time in seconds of each frame, in order."""

VIDEO_CODE_VERSION: Final = "rempart-video-mark/1 fair-bits/1 video-reading/1"
#: Of leaks made from marked copies, all that were measured keep more than this of the pilots, of so many intervals
#: (benchmarks/video_survival.py).
VIDEO_PILOT_KEPT_LEAST: Final = 0.02
_WHOLE_INTERVALS: Final = 6
#: Frames that are read, at most, spread over all that are found: more say little more.
_FRAMES_MOST: Final = 1500
#: A frame in which less of a pattern is there says nothing of it.
_SHARE_LEAST: Final = 0.3
#: Frames of the original that one of the leak is compared with, before and after the one that is expected.
_REACH: Final = 2
#: Pilots elsewhere are worth a second reading if they are so many deviations clear, which is chance once in a thousand,
#: and so many times as clear as where the leak was laid; how often.
_MOVE_CLEAR: Final = 5.0
_MOVE_MORE: Final = 1.15
_MOVES_MOST: Final = 2


class VideoReading(NamedTuple):
    """What a leaked video says of the symbols, and what of the original it shows."""

    said: LeakReading
    """For ``conclude``, with the codebook; all zero if it is not registered."""
    frames: int
    """How many frames were read."""
    intervals: int
    """Of how many intervals."""
    shown_s: tuple[float, float]
    """From when to when, in the original's time."""
    speed: float
    """Seconds of the original that one of the leak shows."""


#: What is said of another video.
VIDEO_NOT_REGISTERED: Final = VideoReading(NOT_REGISTERED, 0, 0, (0.0, 0.0), 1.0)


def trace_video(original: Frames, leak: Frames, codebook: Codebook, *, asset_key: bytes) -> Attribution:
    """Tell which copies of a video a leak was made from.

    Args:
        original: The video as it was marked, with the times it was marked with.
        leak: Any video.
        codebook: The codes of the copies.
        asset_key: The key of the video.

    Raises:
        MarkError: the key is too short, or a frame is no luma plane.
    """
    return conclude_video([(read_video(original, leak, asset_key=asset_key).said, codebook)])


def conclude_video(said: Sequence[tuple[LeakReading, Codebook]]) -> Attribution:
    """Score what some leaked videos say against their codes, and accuse: all that needs codes, and no pixels.

    Args:
        said: What each leak says, and the codes of its copies; all given out to the same recipients.
    """
    return conclude(said, code_version=VIDEO_CODE_VERSION, pilot_kept_least=VIDEO_PILOT_KEPT_LEAST)


def read_video(original: Frames, leak: Frames, *, asset_key: bytes) -> VideoReading:
    """Align a leak, lay it onto its original, and read its intervals.

    Args:
        original: The video as it was marked, with the times it was marked with.
        leak: Any video.
        asset_key: The key of the video.

    Raises:
        MarkError: the key is too short, or a frame is no luma plane.
    """
    if len(asset_key) < KEY_BYTES:
        message = f"a key has {KEY_BYTES} bytes or more, not {len(asset_key)}"
        raise MarkError(message)
    found = find(original, leak)  # (1), (2)
    if found is None:
        return VIDEO_NOT_REGISTERED
    reading, place = _best(original, leak, found, asset_key)
    if found.shaken and reading.said.pilot < PILOT_LEAST:
        other, elsewhere = _best(original, leak, steadied(found), asset_key)  # (5)
        if other.said.pilot > reading.said.pilot:
            reading, place = other, elsewhere
    if place is not None and reading.said.pilot < _MOVE_CLEAR:
        # There is a mark with this key, and it is not read well: that is no sign that nobody's copy is there.
        reading = reading._replace(said=reading.said._replace(pilot=_MOVE_CLEAR))
    return reading


def _best(original: Frames, leak: Frames, found: Found, key: bytes) -> tuple[VideoReading, F64 | None]:
    """Read a leak where it was found, and where it belongs rather; return a better place, if there is one still."""
    reading, place = _read(original, leak, found, key)  # (3)
    for _ in range(_MOVES_MOST):
        elsewhere = moved(found, place) if place is not None else None  # (4)
        if elsewhere is None:
            break
        other, further = _read(original, leak, elsewhere, key)
        if other.said.pilot <= reading.said.pilot:
            break
        reading, place, found = other, further, elsewhere
    return reading, place


def _read(original: Frames, leak: Frames, found: Found, key: bytes) -> tuple[VideoReading, F64 | None]:
    """Read a leak where it was found; return, too, the homography of a place where it belongs rather."""
    sums = _Sums(key, found)
    for here, there, time_s in _pairs(original, leak, found, sums.onto):
        sums.add(here, there, time_s)
    return sums.reading(), sums.better_place()


def _pairs(original: Frames, leak: Frames, found: Found, onto: FrameOnto) -> Iterator[tuple[_Held, F32, float]]:
    """Yield each chosen frame of the leak, and the frame of the original that it is most like."""
    frames = found.aligned.frames
    chosen = set(np.flatnonzero(frames >= 0)[:: max(1, int((frames >= 0).sum()) // _FRAMES_MOST)].tolist())
    ahead = enumerate(original())
    held: deque[_Held] = deque()
    last = np.eye(3)
    for number, (luma, _) in enumerate(leak()):
        if number not in chosen:
            continue
        wanted = int(frames[number])
        while held and held[0].number < wanted - _REACH:
            held.popleft()
        while not held or held[-1].number < wanted + _REACH:
            index, (plane, time_s) = next(ahead, (-1, (luma, 0.0)))
            if index < 0:
                break
            if index >= wanted - _REACH:
                held.append(_Held(index, plane, time_s, onto))
        if not held:
            continue
        there = onto.leak(luma)
        if found.steadied:
            here = min(held, key=lambda frame: abs(frame.number - wanted))
            shake = onto.shaken(here.plane, there, last)
            last = np.eye(3) if shake is None else shake
            if shake is not None:
                yield here, onto.leak(luma, shake), here.time_s
        else:
            detail = onto.detail(there)
            here = max(held, key=lambda frame: float(np.vdot(frame.detail, detail)))
            yield here, there, here.time_s


class _Held:
    """A frame of the original, while frames of the leak may show it."""

    __slots__ = ("detail", "luma", "number", "plane", "time_s")

    def __init__(self, number: int, luma: U8, time_s: float, onto: FrameOnto) -> None:
        self.number = number
        self.luma = luma
        self.time_s = time_s
        self.plane = onto.original(luma)
        self.detail = onto.detail(self.plane)


class _Sums:
    """The sums of all intervals, each read when the leak has passed it."""

    def __init__(self, key: bytes, found: Found) -> None:
        self._key = key
        self._found = found
        self._blocks = shape_of(*found.original_shape)
        self.onto = FrameOnto(found.homography, found.original_shape, found.leak_shape, *self._blocks)
        self._open: dict[int, IntervalSum] = {}
        self._search = PilotSearch(*self._blocks)
        self._soft: F64 = np.zeros(SYMBOLS)
        self._readings: list[tuple[float, float, float]] = []
        self._frames = 0
        self._times_s: list[float] = []

    def add(self, here: _Held, there: F32, time_s: float) -> None:
        """Add a frame to the intervals whose patterns it has."""
        interval, fading = moment_of(time_s)
        for passed in [k for k in self._open if k < interval]:
            self._close(passed)
        amplitudes = amplitude(np.require(here.luma, requirements=("C", "W")), *self._blocks)
        for number, share in ((interval, 1.0 - fading), (interval + 1, fading)):
            if share >= _SHARE_LEAST:
                if number not in self._open:
                    layer = pattern_layer(self._key, number, *self._blocks)
                    self._open[number] = IntervalSum(layer, self.onto.seen)
                self._open[number].add(here.plane, there, amplitudes, share)
        self._frames += 1
        self._times_s = [*self._times_s[:1], time_s]

    def better_place(self) -> F64 | None:
        """Return the homography of a place where pilots are clearer, and clear; None if there is none."""
        best = self._search.best()
        if best is None or best.clear < _MOVE_CLEAR or best.clear < best.as_laid * _MOVE_MORE:
            return None
        return self.onto.moved(best.change)

    def _close(self, interval: int) -> None:
        """Read an interval's sum."""
        closed = self._open.pop(interval)
        closed.look_in(self._search)
        read: Reading = closed.reading()
        self._soft[block_of(interval)] += read.soft
        self._readings.append((float(read.expected.sum()), read.pilot, read.pilot_whole))

    def reading(self) -> VideoReading:
        """Read what is left, and add everything up."""
        for interval in list(self._open):
            self._close(interval)
        if not self._frames:
            return VIDEO_NOT_REGISTERED
        expected, pilots, whole = (np.array(column) for column in zip(*self._readings, strict=True))
        total = float(np.sqrt(np.sum(whole**2)))
        height, width = self._found.original_shape
        corners = corners_in_leak(self._found.homography, height, width)
        said = LeakReading(
            soft=self._soft,
            expected=float(expected.sum()),
            pilot=float(np.sum(pilots * whole)) / total if total > 0 else 0.0,
            # However long the leak: what is laid wrongly all the time is no surer to be seen for it.
            pilot_whole=total * min(1.0, _WHOLE_INTERVALS / len(self._readings)) ** 0.5,
            quality=min(1.0, max(0.0, self._found.quality)),
            region=tuple((float(x), float(y)) for x, y in corners),
        )
        shown = (self._times_s[0], self._times_s[-1])
        return VideoReading(said, self._frames, len(self._readings), shown, self._found.aligned.speed)


def warm() -> None:
    """Compile or load every kernel of a video's reading."""
    random = np.random.default_rng(1)
    few = random.integers(0, 255, (24, 40), dtype=np.uint8)
    frame: U8 = np.asarray(cv2.resize(few, (320, 192), interpolation=cv2.INTER_CUBIC), np.uint8)
    still = [(frame, k / 10) for k in range(4)]
    read_video(lambda: still, lambda: still, asset_key=bytes(KEY_BYTES))
    placed_by_points(lambda: still, lambda: still, (4, 4), (frame.shape, frame.shape))
    rows, columns = shape_of(*frame.shape)
    onto = FrameOnto(np.eye(3), frame.shape, frame.shape, rows, columns)
    onto.shaken(onto.original(frame), onto.original(frame), np.eye(3))
