"""The sandboxed task that looks at a video before it is registered: runs inside a worker, but for :func:`parse_video`.

It reads the header and decodes the first seconds: enough to say that a mark can be made, without the minutes that the
whole would take. A video has no fingerprint yet: it is found again by its identical bytes only.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from rempart.model.fingerprint import FingerprintedMedia
from rempart.model.media import MediaKind, VideoFormat

if TYPE_CHECKING:
    from rempart.hazmat import DecodeLimits, Json, Options

#: For ``hazmat.Task``.
VIDEO_LOOK_TASK: Final = "rempart.register.video_task:run"
_FRAMES_LOOKED_AT: Final = 50
_SHA256_HEX: Final = 64
_MOST: Final = 1 << 31


def run(data: bytes, limits: DecodeLimits, options: Options) -> dict[str, Json]:
    """Look at a video.

    Args:
        data: The encoded video.
        limits: What it may cost.
        options: None.

    Raises:
        MediaError: it cannot be read, or is beyond a limit.
    """
    del options
    import hashlib  # noqa: PLC0415 - in a worker only, as the rest
    from itertools import islice  # noqa: PLC0415 - as above

    from rempart.hazmat.video import open_video  # noqa: PLC0415 - native decoders

    height = width = count = 0
    with open_video(memoryview(data), limits) as video:
        for frame in islice(video.frames(), _FRAMES_LOOKED_AT):
            height, width = frame.luma.shape
            count += 1
        return {
            "sha256": hashlib.sha256(data).hexdigest(),
            "format": str(video.format),
            "width": width,
            "height": height,
            "frames": max(count, video.stream.frames),
        }


def parse_video(record: Mapping[str, Json]) -> FingerprintedMedia:
    """Read a worker's record; it is not trusted.

    Raises:
        ValueError: it is none.
    """
    sha256 = str(record.get("sha256"))
    if len(sha256) != _SHA256_HEX or not all(c in "0123456789abcdef" for c in sha256):
        message = "a record's sha256 has 64 hexadecimal digits"
        raise ValueError(message)
    numbers = []
    for name in ("width", "height", "frames"):
        value = record.get(name)
        if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= _MOST:
            message = f"a record's {name} is a whole number over 0"
            raise ValueError(message)
        numbers.append(value)
    return FingerprintedMedia(
        sha256=sha256,
        kind=MediaKind.VIDEO,
        format=VideoFormat(str(record.get("format"))),
        width=numbers[0],
        height=numbers[1],
        frames=numbers[2],
        fingerprints=(),
    )


def warm() -> None:
    """Load every library: nothing can be imported once the worker is closed in."""
    from rempart.hazmat.interface import DecodeLimits as Limits  # noqa: PLC0415 - as above
    from rempart.hazmat.video_samples import samples  # noqa: PLC0415 - as above

    for sample in samples():
        run(sample, Limits(), {})
