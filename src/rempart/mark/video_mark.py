"""One copy of a video for one recipient, frame by frame: the luma of decoded frames in, marked luma out.

The working unit is the Y plane of yuv420p: no colour is converted, Cb and Cr are left alone. Nothing here reads or
writes a container. What depends on the frame is done once for all recipients, and no more than three intervals of two
seconds are held::

    marker = VideoMarker(asset_key, width=1920, height=1080)
    copies = [marker.copy_for(book.code(index)) for index in recipients]
    for luma, cb, cr, time_s in decoded:               # in the order of their times
        frame = marker.prepare(luma, time_s, (cb, cr)) # or without colours
        for copy in copies:
            marked = copy.marked(frame)                # (H, W) uint8: encode it with cb and cr as they were
    marker.figures                                     # SSIM and PSNR of what was made, frames seen

``time_s`` is the frame's presentation time, from the video's first frame on; the reader is given the original's frames
with the same times. A frame whose luma and time are the same comes out the same.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from rempart.errors import MarkError
from rempart.kernels.enlarging import added, enlarged
from rempart.kernels.keyed_stream import KEY_BYTES
from rempart.kernels.spread_spectrum import AREA_LEAST_PX, SIDE_LEAST_PX, SYMBOLS, Layer
from rempart.kernels.video_layer import Moment, amplitude, laid_out, moment_of, pattern, pattern_layer, shape_of
from rempart.kernels.visibility import psnr_db, ssim

U8 = npt.NDArray[np.uint8]
I8 = npt.NDArray[np.int8]
F32 = npt.NDArray[np.float32]

#: The mark's name and version: what was marked with one is traced with the same.
VIDEO_MARK_VERSION: Final = "rempart-video-mark/1"
#: Of the luma of a marked frame; SSIM is held by the amplitudes themselves.
PSNR_LEAST_DB: Final = 42.0
_PEAK: Final = 255.0
_MARGIN: Final = 0.98
#: SSIM and PSNR are measured on the first copy of one frame in so many, in every third window each way.
_MEASURED_EVERY: Final = 25
_SSIM_STEP: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoFigures:
    """How much of the mark is to be seen, as measured on one frame of a second or so; luma only, before encoding."""

    frames: int
    """How many frames were prepared."""
    measured: int
    """How many of them were compared."""
    ssim: float
    """Mean SSIM; 1 if nothing was measured."""
    ssim_least: float
    """Of the worst frame."""
    psnr_db: float
    """Of the mean squared error over all frames compared; 99 if nothing was changed."""
    psnr_least_db: float
    """Of the worst frame."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedFrame:
    """What all copies of a frame share."""

    luma: U8
    """``(H, W) uint8``, as it was given."""
    moment: Moment
    """Which patterns it has."""
    amplitudes: F32
    """``(8 rows, 8 columns) float32``: grey levels, root mean square, of the canonical plane."""
    number: int
    """Of the frame, from 0 on."""


class VideoCopy:
    """One recipient's copy, while it is made."""

    def __init__(self, marker: VideoMarker, code: I8) -> None:
        """Take a code: see :meth:`VideoMarker.copy_for`."""
        self._marker = marker
        self._code = code
        self._patterns: dict[int, F32] = {}

    def marked(self, frame: PreparedFrame) -> U8:
        """Return a frame's luma with this copy's mark: ``(H, W) uint8``."""
        first, fading = frame.moment
        change = self._pattern(first) * np.float32(1.0 - fading)
        if fading > 0:
            change += self._pattern(first + 1) * np.float32(fading)
        change *= frame.amplitudes
        height, width = frame.luma.shape
        out = added(frame.luma[..., None], enlarged(change, height, width), 1.0)[..., 0]
        self._marker.measure(frame, out)
        return out

    @property
    def held_intervals(self) -> tuple[int, ...]:
        """Say of which intervals patterns are held."""
        return tuple(self._patterns)

    def _pattern(self, interval: int) -> F32:
        """Return an interval's pattern; those of intervals long past are dropped."""
        if interval not in self._patterns:
            self._patterns = {k: p for k, p in self._patterns.items() if abs(k - interval) <= 1}
            self._patterns[interval] = pattern(self._marker.layer(interval), interval, self._code)
        return self._patterns[interval]


class VideoMarker:
    """What all copies of a video share."""

    def __init__(self, asset_key: bytes, *, width: int, height: int, psnr_least_db: float = PSNR_LEAST_DB) -> None:
        """Begin a video.

        Args:
            asset_key: 32 secret bytes or more, of this video alone.
            width: Of its frames, in pixels.
            height: The same.
            psnr_least_db: The least PSNR of a frame's luma, in dB; SSIM is about 0.98 or more whatever it says.

        Raises:
            MarkError: the frames are too small, or the key is too short.
        """
        if min(height, width) < SIDE_LEAST_PX or height * width < AREA_LEAST_PX:
            message = f"the video is too small to carry a mark: {width} x {height} pixels"
            advice = f"It needs {SIDE_LEAST_PX} pixels each way and {AREA_LEAST_PX} in all, such as 192 x 128."
            raise MarkError(message, advice=advice)
        if len(asset_key) < KEY_BYTES:
            message = f"a key has {KEY_BYTES} bytes or more, not {len(asset_key)}"
            raise MarkError(message)
        self._key = asset_key
        self._shape = (height, width)
        self._blocks = shape_of(height, width)
        # Rounding adds a twelfth; the patterns of other codes differ by a little.
        self._most_rms = max(0.1, (_PEAK**2 / 10 ** (psnr_least_db / 10) - 1 / 12) ** 0.5) * _MARGIN
        self._layers: dict[int, Layer] = {}
        self._frames = 0
        self._measured: dict[int, tuple[float, float]] = {}

    def copy_for(self, recipient_code: I8) -> VideoCopy:
        """Begin one recipient's copy.

        Args:
            recipient_code: ``(20480,) int8`` of -1 and 1: ``Codebook.code(index)``.

        Raises:
            MarkError: the code is no such array.
        """
        code = np.asarray(recipient_code)
        if code.shape != (SYMBOLS,) or code.dtype != np.int8 or not (np.abs(code) == 1).all():
            message = f"a code is {SYMBOLS} signs of int8, not {code.shape} {code.dtype}"
            raise MarkError(message)
        return VideoCopy(self, code)

    def prepare(self, luma: U8, time_s: float, chroma: tuple[U8, U8] | None = None) -> PreparedFrame:
        """Do what all copies of a frame share.

        Args:
            luma: ``(H, W) uint8``.
            time_s: When it is shown, from the video's first frame on.
            chroma: Cb and Cr, ``(h, w) uint8`` each, usually of half the size: skin gets less of the mark.

        Raises:
            MarkError: the frame has another size than the video, or the time is none.
        """
        if luma.shape != self._shape or luma.dtype != np.uint8:
            message = f"a frame of this video is {self._shape} uint8, not {luma.shape} {luma.dtype}"
            raise MarkError(message)
        if not math.isfinite(time_s) or time_s < 0:
            message = f"a frame's time is 0 s or more, not {time_s}"
            raise MarkError(message)
        plane = np.require(luma, requirements=("C", "W"))
        allowed = amplitude(plane, *self._blocks, chroma)
        rms = float(np.sqrt(np.mean(np.square(allowed, dtype=np.float64))))
        allowed *= np.float32(min(1.0, self._most_rms / rms) if rms > 0 else 0.0)
        number, self._frames = self._frames, self._frames + 1
        return PreparedFrame(luma=plane, moment=moment_of(time_s), amplitudes=laid_out(allowed), number=number)

    def layer(self, interval: int) -> Layer:
        """Return an interval's chips; those of intervals long past are dropped."""
        if interval not in self._layers:
            self._layers = {k: layer for k, layer in self._layers.items() if abs(k - interval) <= 1}
            self._layers[interval] = pattern_layer(self._key, interval, *self._blocks)
        return self._layers[interval]

    @property
    def held_intervals(self) -> tuple[int, ...]:
        """Say of which intervals chips are held."""
        return tuple(self._layers)

    def measure(self, frame: PreparedFrame, marked: U8) -> None:
        """Compare one frame in so many with its first copy."""
        if frame.number % _MEASURED_EVERY == 0 and frame.number not in self._measured:
            self._measured[frame.number] = (ssim(frame.luma, marked, _SSIM_STEP), psnr_db(frame.luma, marked))

    @property
    def figures(self) -> VideoFigures:
        """Say how much of the mark is to be seen in what was made so far."""
        likeness = [one for one, _ in self._measured.values()]
        errors = [10 ** (-db / 10) for _, db in self._measured.values()]
        return VideoFigures(
            frames=self._frames,
            measured=len(likeness),
            ssim=sum(likeness) / len(likeness) if likeness else 1.0,
            ssim_least=min(likeness, default=1.0),
            psnr_db=_decibels(sum(errors) / len(errors)) if errors else 99.0,
            psnr_least_db=_decibels(max(errors, default=0.0)),
        )


def _decibels(error: float) -> float:
    """Return a squared error relative to that of the peak, in dB; at most 99."""
    return min(99.0, -10.0 * math.log10(error)) if error > 0 else 99.0
