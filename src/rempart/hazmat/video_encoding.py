"""Encode the copy of a video as its original was: container, times and sound kept. Runs inside a worker only.

Pictures are encoded again (H.264, or VP9 where the container is WebM), sound is copied as it is, bit for bit. Left out
is what may name a place, a device or a person, or hold a picture without a mark: all metadata, subtitles, data,
chapters, attachments, covers. A copy says of itself that it is personal. The same frames give the same bytes: one
thread, no date.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

import av
import av.error
import numpy as np

from rempart.errors import MarkError
from rempart.hazmat.video import U8, Frame, Video
from rempart.model.media import VideoFormat

#: x264's scale, where 18 is hard to tell from the original, and 23 its default.
_CRF: Final = "19"
_X264: Final = {
    "crf": _CRF,
    "preset": "medium",
    # With mbtree, runs over the same frames differ (x264 165, one in six to all of them); without, none of 25 did.
    "x264-params": "threads=1:lookahead-threads=1:sliced-threads=0:sync-lookahead=0:mbtree=0:cpu-independent=1",
    "flags": "+bitexact",
}
#: libvpx's own scale: about as fine.
_VP9: Final = {"crf": "24", "b": "0", "deadline": "good", "cpu-used": "4", "row-mt": "0", "flags": "+bitexact"}
_MUXERS: Final = {
    VideoFormat.MP4: "mp4",
    VideoFormat.MOV: "mov",
    VideoFormat.MATROSKA: "matroska",
    VideoFormat.WEBM: "webm",
}
#: What the copy of a recipient says of itself.
PERSONAL: Final = "Personal copy, marked for its recipient. Copie personnelle, marquee."


class RoomError(Exception):
    """There is not enough room for a copy."""


class _Shelf:
    """A file in memory of a fixed size."""

    def __init__(self, room: memoryview) -> None:
        self._room = room
        self._at = 0
        self.size = 0
        self.is_full = False

    def write(self, data: bytes) -> int:
        end = self._at + len(data)
        if end > len(self._room):
            self.is_full = True
            message = "no room"
            raise OSError(message)
        self._room[self._at : end] = data
        self._at = end
        self.size = max(self.size, end)
        return len(data)

    def seek(self, offset: int, whence: int = 0) -> int:
        self._at = (0, self._at, self.size)[whence] + offset
        return self._at

    def tell(self) -> int:
        return self._at


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoStyle:
    """How the copies of a video are encoded, from its header and its first frame."""

    format: VideoFormat
    """As the video."""
    width: int
    """In pixels, upright."""
    height: int
    """The same."""
    time_base: Fraction
    """Seconds of one unit of time."""
    rate: Fraction
    """Frames a second, where they come regularly: for the encoder's decisions, not for times."""
    aspect: Fraction | None
    """A pixel's width over its height."""
    colours: tuple[int, int, int, int]
    """Range, primaries, transfer, matrix: numbers of ITU-T H.273, and of FFmpeg for the range."""


def style_of_video(video: Video, first: Frame) -> VideoStyle:
    """Find out how the copies of a video are to be encoded.

    Raises:
        MarkError: copies of such a video cannot be made: an odd size, sound that cannot be copied.
    """
    height, width = first.luma.shape
    if height % 2 or width % 2:
        message = f"the video is {width} x {height} pixels: an odd number cannot be encoded again; scale it first"
        raise MarkError(message)
    if any(sound.codec_context is None for sound in video.audio):
        message = "the video's sound is of a kind that cannot be copied: convert it to AAC or Opus first"
        raise MarkError(message)
    context, stream = video.stream.codec_context, video.stream
    aspect = stream.sample_aspect_ratio
    is_turned = (height, width) != (context.height, context.width)
    return VideoStyle(
        format=video.format,
        width=width,
        height=height,
        time_base=video.time_base,
        rate=stream.average_rate or Fraction(25),
        aspect=1 / aspect if aspect and is_turned else aspect,
        colours=(context.color_range, context.color_primaries, context.color_trc, context.colorspace),
    )


class VideoWriter:
    """One copy while it is made."""

    def __init__(self, style: VideoStyle, sounds: list[Any], room: memoryview) -> None:
        """Begin a copy.

        Args:
            style: Of its video.
            sounds: The video's streams of sound.
            room: Where its bytes go.

        Raises:
            MarkError: the container cannot hold the sound.
        """
        self._shelf = _Shelf(room)
        self._style = style
        options = {"fflags": "+bitexact"}
        if style.format in {VideoFormat.MP4, VideoFormat.MOV}:
            options["video_track_timescale"] = str(style.time_base.denominator)
        self._out = av.open(self._shelf, "w", format=_MUXERS[style.format], container_options=options)
        self._out.metadata["comment"] = PERSONAL
        is_webm = style.format is VideoFormat.WEBM
        if is_webm:
            self._pictures = self._out.add_stream("libvpx-vp9", options=dict(_VP9))
        else:
            self._pictures = self._out.add_stream("libx264", options=dict(_X264))
        self._set(self._pictures)
        try:
            self._sounds = {sound.index: self._out.add_stream_from_template(sound) for sound in sounds}
        except (ValueError, av.error.FFmpegError) as error:
            message = "the video's sound is of a kind that cannot be copied: convert it to AAC or Opus first"
            raise MarkError(message) from error

    def _set(self, stream: av.VideoStream) -> None:
        """Tell the encoder what it encodes."""
        style = self._style
        stream.width, stream.height = style.width, style.height
        stream.pix_fmt = "yuv420p"
        stream.time_base = style.time_base
        context = stream.codec_context
        context.time_base = style.time_base
        context.framerate = style.rate
        context.thread_count = 1
        context.color_range, context.color_primaries, context.color_trc, context.colorspace = style.colours
        if style.aspect:
            context.sample_aspect_ratio = style.aspect

    def add(self, luma: U8, frame: Frame) -> None:
        """Encode one frame.

        Args:
            luma: ``(H, W) uint8``: what it shows instead of its own.
            frame: Its colours and its time.

        Raises:
            RoomError: there is not enough room.
        """
        planes = np.concatenate([luma.ravel(), frame.chroma[0].ravel(), frame.chroma[1].ravel()])
        shown = av.VideoFrame.from_ndarray(planes.reshape(-1, luma.shape[1]), format="yuv420p")
        shown.pts, shown.time_base = frame.pts, self._style.time_base
        # As the encoder was told, or it is converted.
        shown.color_range, shown.color_primaries, shown.color_trc, shown.colorspace = self._style.colours
        self._mux(self._pictures.encode(shown))

    def copy(self, sound: Any) -> None:  # noqa: ANN401 - av's packets are of a stream's type
        """Take a packet of sound as it is.

        Raises:
            RoomError: there is not enough room.
        """
        if sound.dts is None and sound.pts is None:
            return  # the empty one at the end
        at, sound.stream = sound.stream, self._sounds[sound.stream.index]
        try:
            self._mux([sound])
        finally:
            sound.stream = at  # the next copy takes it too

    def end(self) -> int:
        """Finish, and return how many bytes the copy has.

        Raises:
            RoomError: there is not enough room.
        """
        self._mux(self._pictures.encode(None))
        try:
            self._out.close()
        except (OSError, av.error.FFmpegError) as error:
            raise RoomError from error
        if self._shelf.is_full:
            raise RoomError
        return self._shelf.size

    def _mux(self, packets: list[Any]) -> None:
        try:
            for packet in packets:
                self._out.mux_one(packet)
        except (OSError, av.error.FFmpegError) as error:
            if self._shelf.is_full:
                raise RoomError from error
            raise
