"""What comes out of the sandbox where videos are marked: copies, in shelves of one size, and figures.

What goes in is packed as a picture is (:mod:`rempart.mark.packing`), with the video for a picture.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from rempart.mark.packing import NotMarked, parse_marked
from rempart.mark.video_mark import VIDEO_MARK_VERSION
from rempart.model.media import VideoFormat

if TYPE_CHECKING:
    from rempart.hazmat import Json

#: The task that marks videos, for ``hazmat.Task``.
VIDEO_MARK_TASK: Final = "rempart.mark.video_task:run"
#: Of one video, encoded; and of all copies of one visit.
VIDEO_BYTES_MOST: Final = 512 * 1024 * 1024
VIDEO_OUTPUT_BYTES: Final = VIDEO_BYTES_MOST
#: Copies of one visit: decoding, and finding where a mark may hide, cost about as much as encoding one copy.
COPIES_AT_ONCE: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoMarked:
    """What one visit made."""

    sizes: tuple[int, ...]
    """Bytes of each copy, for the first of the codes that were given."""
    shelf_bytes: int
    """How far apart the copies begin in the output."""
    width: int
    """In pixels, upright."""
    height: int
    """The same."""
    format: VideoFormat
    """The container of the video and of its copies."""
    frames: int
    """How many there are."""
    ssim: float
    """Mean luma SSIM of a copy and the video, before it is encoded again."""
    psnr_db: float
    """The same in dB."""

    @property
    def is_owned(self) -> bool:
        """Tell that copies of videos do not carry their owner's mark."""
        return False

    @property
    def mark_version(self) -> str:
        """Return the name and version of the copies' mark."""
        return VIDEO_MARK_VERSION

    @property
    def places(self) -> tuple[tuple[int, int], ...]:
        """Return where each copy begins in the output, and its bytes."""
        return tuple((number * self.shelf_bytes, size) for number, size in enumerate(self.sizes))


def parse_video_marked(record: dict[str, Json]) -> VideoMarked | NotMarked:
    """Read a worker's record; it is not trusted.

    Raises:
        ValueError: it is none.
    """
    if "why" in record:
        found = parse_marked(record)
        if isinstance(found, NotMarked):
            return found
    sizes, shelf = record.get("sizes"), _whole(record, "shelf_bytes", VIDEO_OUTPUT_BYTES)
    if not isinstance(sizes, list) or not 1 <= len(sizes) <= COPIES_AT_ONCE or len(sizes) * shelf > VIDEO_OUTPUT_BYTES:
        message = "a visit makes some copies, and no more than there is room for"
        raise ValueError(message)
    return VideoMarked(
        sizes=tuple(_whole({"size": size}, "size", shelf) for size in sizes),
        shelf_bytes=shelf,
        width=_whole(record, "width", 1 << 16),
        height=_whole(record, "height", 1 << 16),
        format=VideoFormat(str(record.get("format"))),
        frames=_whole(record, "frames", 1 << 31),
        ssim=_share(record, "ssim", 1.0),
        psnr_db=_share(record, "psnr_db", 100.0),
    )


def _whole(record: dict[str, Json], name: str, most: int) -> int:
    value = record.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= most:
        message = f"a record's {name} is a whole number from 1 to {most}"
        raise ValueError(message)
    return value


def _share(record: dict[str, Json], name: str, most: float) -> float:
    value = record.get(name)
    if (
        not isinstance(value, int | float)
        or isinstance(value, bool)
        or not math.isfinite(value)
        or not 0 <= value <= most
    ):
        message = f"a record's {name} is a number from 0 to {most}"
        raise ValueError(message)
    return float(value)
