"""Read a video from hostile bytes, one frame at a time: runs inside a worker only.

FFmpeg is told what a file is, from its first bytes, and guesses nothing: no playlist, no script that names other files,
no protocol, no second file, no other thread. Limits hold before a frame is decoded, and for each that is.

An original is taken as it is or refused, since its copies must be as good. Of a leak, what can be read is read.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final, NoReturn, Self

import av
import av.error
import numpy as np
import numpy.typing as npt

from rempart.errors import MediaError
from rempart.hazmat.interface import DecodeLimits
from rempart.hazmat.video_formats import is_cut_short, sniff_video
from rempart.model.media import VideoFormat
from rempart.model.outcome import UnreadableReason

U8 = npt.NDArray[np.uint8]

#: Of one video; a longer one is cut into parts by whoever gives it out.
SECONDS_MOST: Final = 600
#: Of one file: pictures, sound, subtitles, data.
STREAMS_MOST: Final = 16
#: Demuxers by container: FFmpeg may use this one and no other.
_DEMUXERS: Final = {
    VideoFormat.MP4: "mp4",
    VideoFormat.MOV: "mov",
    VideoFormat.MATROSKA: "matroska",
    VideoFormat.WEBM: "matroska",
}
#: What FFmpeg may decode of the pictures.
_CODECS: Final = frozenset({"h264", "hevc", "vp8", "vp9", "libdav1d", "av1", "mpeg4", "mjpeg"})
#: Eight bits, a chroma sample for four of luma: what a mark is made in. The second one uses all 256 levels.
_PLAIN: Final = frozenset({"yuv420p", "yuvj420p"})
#: What ends the reading of a leak too.
_LIMITS: Final = frozenset({UnreadableReason.TOO_MANY_FRAMES, UnreadableReason.TOO_MANY_PIXELS, UnreadableReason.TIME})
_QUARTERS: Final = frozenset({0, 90, 180, 270})


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """One picture of a video, upright."""

    luma: U8
    """``(H, W) uint8``, writable, C-contiguous."""
    chroma: tuple[U8, U8]
    """Two planes ``(H/2, W/2) uint8``."""
    pts: int
    """When it is shown, in units of the video's time base."""
    time_s: float
    """The same in seconds, from the first frame on."""


class _Window:
    """A file over bytes that are there already: nothing is copied but what is asked for."""

    def __init__(self, data: memoryview) -> None:
        self._data = data
        self._at = 0

    def read(self, size: int = -1) -> bytes:
        end = len(self._data) if size < 0 else min(len(self._data), self._at + size)
        part = bytes(self._data[self._at : end])
        self._at = max(self._at, end)
        return part

    def seek(self, offset: int, whence: int = 0) -> int:
        at = (0, self._at, len(self._data))[whence] + offset
        if at < 0:
            message = "before the first byte"
            raise OSError(message)
        self._at = at
        return at

    def tell(self) -> int:
        return self._at


class Video:
    """An opened video: its header was read and is within the limits. Use it as a context."""

    def __init__(self, data: memoryview, limits: DecodeLimits, *, is_leak: bool = False) -> None:
        """Open it: see :func:`open_video`."""
        self.is_leak = is_leak
        """Whether what cannot be read of it is passed over."""
        found = sniff_video(bytes(data[:4096]))
        if found is None:
            raise MediaError(UnreadableReason.UNSUPPORTED)
        if not is_leak and is_cut_short(data, found):
            raise MediaError(UnreadableReason.TRUNCATED)
        self.format = found
        """Read from the first bytes."""
        self._limits = limits
        options = {"protocol_whitelist": "none", "format_whitelist": "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm"}
        try:
            self.container = av.open(
                _Window(data), "r", format=_DEMUXERS[found], container_options=options, io_open=_no_second_file
            )
        except (av.error.FFmpegError, ValueError, OSError) as error:
            raise MediaError(UnreadableReason.DAMAGED, "header") from error
        try:
            self._prepare()
        except BaseException:
            self.container.close()
            raise

    def _prepare(self) -> None:
        """Choose the pictures' stream, and set its decoder."""
        streams = self.container.streams
        if len(streams) > STREAMS_MOST:
            raise MediaError(UnreadableReason.TOO_MANY_FRAMES, f"{len(streams)} streams > {STREAMS_MOST}")
        covers = av.stream.Disposition.attached_pic | av.stream.Disposition.timed_thumbnails
        shown = [s for s in streams.video if not s.disposition & covers]
        if not shown:
            raise MediaError(UnreadableReason.UNSUPPORTED, "no video in it")
        self.stream = shown[0]
        """Of the pictures."""
        context: Any = self.stream.codec_context  # None where FFmpeg has no decoder, whatever its types say
        if context is None or context.name not in _CODECS:
            name = "unknown" if context is None else context.name
            raise MediaError(UnreadableReason.UNSUPPORTED, f"video codec {name}")
        _check_pixels(context.width, context.height, self._limits)
        duration = self.container.duration
        if duration is not None and duration > SECONDS_MOST * av.time_base:
            raise MediaError(UnreadableReason.TIME, f"{duration // av.time_base} s > {SECONDS_MOST}")
        if self.stream.frames > self._limits.max_frames:
            raise MediaError(UnreadableReason.TOO_MANY_FRAMES, f"{self.stream.frames} > {self._limits.max_frames}")
        context.thread_count = 1
        context.thread_type = "NONE"
        context.options = {"max_pixels": str(self._limits.max_pixels)}
        self.time_base: Fraction = self.stream.time_base or Fraction(1, 90_000)
        """Seconds of one unit of time."""
        self.audio = list(streams.audio)
        """Streams of sound."""

    def __enter__(self) -> Self:
        """Return it."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self.container.close()

    def packets(self) -> Iterator[Any]:
        """Yield what the pictures' stream and those of sound hold, in the file's order, and an empty one at the end.

        Raises:
            MediaError: it is damaged.
        """
        try:
            yield from self.container.demux(self.stream, *self.audio)
        except av.error.FFmpegError as error:
            if not self.is_leak:
                raise MediaError(UnreadableReason.DAMAGED) from error

    def frames(self) -> Iterator[Frame]:
        """Decode the pictures, one after the other, once.

        Raises:
            MediaError: it is damaged, or beyond a limit.
        """
        decoding = Decoding(self, self._limits)
        for packet in self.packets():
            if packet.stream.index == self.stream.index:
                yield from decoding.frames_of(packet)
        decoding.check_end()


class Decoding:
    """One pass over the pictures of a video: counts them, and holds them to the limits."""

    def __init__(self, video: Video, limits: DecodeLimits) -> None:
        """Begin."""
        self._video = video
        self._limits = limits
        self._first: int | None = None
        self._last: int | None = None
        self.count = 0
        """Frames so far."""
        self.size = (0, 0)
        """Height and width, upright."""

    def frames_of(self, packet: Any) -> Iterator[Frame]:  # noqa: ANN401 - av's packets are of a stream's type
        """Decode one packet of the pictures' stream; the empty one at the end gives what the decoder held back.

        Raises:
            MediaError: it is damaged, or beyond a limit.
        """
        try:
            decoded = self._video.stream.decode(packet if packet.size else None)
        except av.error.EOFError:
            return
        except av.error.FFmpegError as error:
            if self._video.is_leak:
                return
            raise MediaError(UnreadableReason.DAMAGED) from error
        for one in decoded:
            try:
                yield self._frame(one)
            except MediaError as error:
                if not self._video.is_leak or error.reason in _LIMITS:
                    raise

    def check_end(self) -> None:
        """Make sure that there was something.

        Raises:
            MediaError: no frame was decoded.
        """
        if not self.count:
            raise MediaError(UnreadableReason.DAMAGED, "no frame")

    def _frame(self, decoded: av.VideoFrame) -> Frame:
        """Take the planes of a decoded picture, upright, and its time."""
        _check_pixels(decoded.width, decoded.height, self._limits)
        name, turn = decoded.format.name, decoded.rotation % 360
        if self._video.is_leak:  # however it was made; where it lies is found by its content
            decoded, turn = decoded if name in _PLAIN else decoded.reformat(format="yuv420p", threads=1), 0
        elif decoded.is_corrupt:
            raise MediaError(UnreadableReason.DAMAGED, "frame")
        elif name not in _PLAIN:
            raise MediaError(UnreadableReason.UNSUPPORTED, f"samples {name}, not 8-bit 4:2:0")
        elif turn not in _QUARTERS or _is_mirrored(decoded):
            raise MediaError(UnreadableReason.UNSUPPORTED, f"turned by {turn} degrees, or mirrored")
        # FFmpeg turns counter-clockwise to show it (libavutil/display.h), and so does numpy.
        luma, u, v = (np.rot90(_plane(plane), turn // 90) for plane in decoded.planes)
        self._count(decoded, luma.shape)
        pts = self._last if self._last is not None else 0
        first = self._first if self._first is not None else 0
        seconds = float((pts - first) * self._video.time_base)
        if seconds > SECONDS_MOST:
            raise MediaError(UnreadableReason.TIME, f"{round(seconds)} s > {SECONDS_MOST}")
        return Frame(
            luma=np.require(luma.copy(), requirements=("C", "W")),
            chroma=(np.ascontiguousarray(u), np.ascontiguousarray(v)),
            pts=pts,
            time_s=seconds,
        )

    def _count(self, decoded: av.VideoFrame, size: tuple[int, ...]) -> None:
        """Count a frame, and make sure that it is as large as the others and comes after them."""
        if self.count >= self._limits.max_frames:
            raise MediaError(UnreadableReason.TOO_MANY_FRAMES, f"{self.count + 1} > {self._limits.max_frames}")
        if self.count and size != self.size:
            raise MediaError(UnreadableReason.UNSUPPORTED, "the size changes")
        if decoded.pts is None or (self._last is not None and decoded.pts <= self._last):
            raise MediaError(UnreadableReason.DAMAGED, "times")
        self.count += 1
        self.size = (size[0], size[1])
        self._last = decoded.pts
        self._first = decoded.pts if self._first is None else self._first


def open_video(data: memoryview, limits: DecodeLimits, *, is_leak: bool = False) -> Video:
    """Read the header of a video and check it against the limits.

    Args:
        data: The encoded video.
        limits: What it may cost.
        is_leak: Whether what cannot be read of it is passed over, and colours of any kind are taken.

    Raises:
        MediaError: not a container that is read here, damaged, too large or too long, or without a video.
    """
    return Video(data, limits, is_leak=is_leak)


def _no_second_file(*_: object) -> NoReturn:
    """Refuse what a file asks to have opened: it is complete, or it is nothing."""
    message = "a video opens no other file"
    raise OSError(message)


def _plane(plane: Any) -> U8:  # noqa: ANN401 - its type is not exported
    """Return a plane without what pads its lines."""
    samples = np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size)
    return samples[: plane.height, : plane.width]


def _is_mirrored(frame: av.VideoFrame) -> bool:
    """Tell whether a player shows the picture in a mirror: the matrix's determinant (libavutil/display.h)."""
    matrix: Any = frame.side_data.get("DISPLAYMATRIX")
    if matrix is None:
        return False
    a, b, _, c, d = (int(number) for number in np.frombuffer(matrix, np.int32, 5))
    return a * d < b * c


def _check_pixels(width: int, height: int, limits: DecodeLimits) -> None:
    if width * height > limits.max_pixels:
        raise MediaError(UnreadableReason.TOO_MANY_PIXELS, f"{width} x {height} > {limits.max_pixels}")
    if width < 1 or height < 1:
        raise MediaError(UnreadableReason.DAMAGED, "header")
