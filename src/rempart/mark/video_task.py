"""The sandboxed task that makes copies of one video for some recipients: runs inside a worker."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rempart.errors import MarkError

if TYPE_CHECKING:
    from rempart.hazmat import DecodeLimits, Json, Options
    from rempart.hazmat.video import Frame, Video
    from rempart.hazmat.video_encoding import VideoWriter
    from rempart.mark.packing import Parcel
    from rempart.mark.video_mark import VideoCopy, VideoMarker

#: Pixels of the frames that are encoded side by side: each encoder holds some dozens of them.
_PIXELS_AT_ONCE = 9_000_000


def run(data: bytes, limits: DecodeLimits, options: Options, output: memoryview) -> dict[str, Json]:
    """Make some copies, at least one, side by side: each frame is decoded once for all of them.

    Args:
        data: What :func:`rempart.mark.packing.pack` made, with a video for a picture.
        limits: What the video may cost.
        options: ``psnr_cdb``, the least PSNR in hundredths of a dB.
        output: Where the copies go, in shelves of one size.

    Returns:
        The figures of :class:`rempart.mark.video_packing.VideoMarked`; or ``why`` there is no copy.

    Raises:
        MediaError: the video cannot be read.
        ValueError: the container is damaged.
    """
    from rempart.hazmat.video import open_video  # noqa: PLC0415 - native libraries: in a worker only
    from rempart.hazmat.video_encoding import RoomError  # noqa: PLC0415 - as above
    from rempart.mark.packing import unpack  # noqa: PLC0415 - as above
    from rempart.mark.video_packing import COPIES_AT_ONCE  # noqa: PLC0415 - as above

    parcel = unpack(data)
    psnr_db = int(options["psnr_cdb"]) / 100
    with open_video(memoryview(parcel.picture), limits) as video:
        pixels = video.stream.codec_context.width * video.stream.codec_context.height
    for count in (min(len(parcel.codes), COPIES_AT_ONCE, max(1, _PIXELS_AT_ONCE // pixels)), 1):
        try:
            return _Visit(parcel, count, psnr_db, output).made(limits)
        except RoomError:  # alone, a copy has all the room
            continue
        except MarkError as error:
            return {"why": error.diagnostics().replace("\n", " ")}
    return {"why": f"a copy has more than {len(output)} bytes: there is no room for it"}


class _Visit:
    """Some copies that are made side by side."""

    def __init__(self, parcel: Parcel, count: int, psnr_db: float, output: memoryview) -> None:
        self._parcel = parcel
        self._count = count
        self._psnr_db = psnr_db
        self._output = output
        self._shelf = len(output) // count
        self._held: list[Any] = []
        self._marker: VideoMarker | None = None
        self._copies: list[tuple[VideoCopy, VideoWriter]] = []

    def made(self, limits: DecodeLimits) -> dict[str, Json]:
        """Do it."""
        from rempart.hazmat.video import Decoding, open_video  # noqa: PLC0415 - as above

        with open_video(memoryview(self._parcel.picture), limits) as video:
            decoding = Decoding(video, limits)
            for packet in video.packets():
                if packet.stream.index == video.stream.index:
                    for frame in decoding.frames_of(packet):
                        self._take(video, frame)
                elif self._copies:
                    self._copy(packet)
                else:
                    self._held.append(packet)
            decoding.check_end()
            sizes: list[Json] = [writer.end() for _, writer in self._copies]
            height, width = decoding.size
        if self._marker is None:  # there was a frame
            raise AssertionError
        figures = self._marker.figures
        return {
            "sizes": sizes,
            "shelf_bytes": self._shelf,
            "width": width,
            "height": height,
            "format": str(video.format),
            "frames": decoding.count,
            "ssim": max(0.0, min(1.0, float(figures.ssim))),
            "psnr_db": max(0.0, min(99.0, float(figures.psnr_db))),
        }

    def _begin(self, video: Video, first: Frame) -> VideoMarker:
        """Prepare the copies, once the first frame is known."""
        from rempart.hazmat.video_encoding import VideoWriter, style_of_video  # noqa: PLC0415 - as above
        from rempart.mark.video_mark import VideoMarker  # noqa: PLC0415 - as above

        height, width = first.luma.shape
        marker = VideoMarker(self._parcel.asset_key, width=width, height=height, psnr_least_db=self._psnr_db)
        style = style_of_video(video, first)
        for number, code in enumerate(self._parcel.codes[: self._count]):
            room = self._output[number * self._shelf : (number + 1) * self._shelf]
            self._copies.append((marker.copy_for(code), VideoWriter(style, video.audio, room)))
        return marker

    def _take(self, video: Video, frame: Frame) -> None:
        """Mark one frame for each copy."""
        if self._marker is None:
            self._marker = self._begin(video, frame)
            for packet in self._held:
                self._copy(packet)
            self._held.clear()
        prepared = self._marker.prepare(frame.luma, frame.time_s, frame.chroma)
        for copy, writer in self._copies:
            writer.add(copy.marked(prepared), frame)

    def _copy(self, packet: Any) -> None:  # noqa: ANN401 - av's packets are of a stream's type
        for _, writer in self._copies:
            writer.copy(packet)


def warm() -> None:
    """Load every library, codec and kernel of a marking: nothing can be imported once the worker is closed in."""
    import numpy as np  # noqa: PLC0415 - as above

    from rempart.hazmat.interface import DecodeLimits as Limits  # noqa: PLC0415 - as above
    from rempart.hazmat.video_samples import samples  # noqa: PLC0415 - as above
    from rempart.kernels.spread_spectrum import SYMBOLS  # noqa: PLC0415 - as above
    from rempart.mark.packing import pack  # noqa: PLC0415 - as above

    room = memoryview(bytearray(1 << 22))
    for sample in samples():
        run(pack(sample, bytes(32), [np.ones(SYMBOLS, np.int8)]), Limits(), {"psnr_cdb": 4200}, room)
