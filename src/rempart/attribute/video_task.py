"""The sandboxed task that reads a leaked video against its original: runs inside a worker, without any code."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rempart.errors import MarkError, MediaError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import numpy as np
    import numpy.typing as npt

    from rempart.hazmat import DecodeLimits, Json, Options

#: For ``hazmat.Task``.
VIDEO_READ_TASK: Final = "rempart.attribute.video_task:run"


class _OriginalError(Exception):
    """The original cannot be read."""


def run(data: bytes, limits: DecodeLimits, options: Options) -> dict[str, Json]:
    """Read one leak.

    Args:
        data: What :func:`rempart.attribute.reading_record.pack` made, with videos for pictures.
        limits: What each video may cost.
        options: None.

    Returns:
        The record of a reading; or ``why`` the original cannot be compared with.

    Raises:
        MediaError: the leak cannot be read.
        ValueError: the container is damaged.
    """
    del options
    from rempart.attribute.reading_record import unpack, write_reading  # noqa: PLC0415 - native libraries: in a worker
    from rempart.attribute.video_reading import read_video  # noqa: PLC0415 - as above

    brought = unpack(data)
    original = _frames(brought.original, limits, is_leak=False)
    try:
        reading = read_video(original, _frames(brought.leak, limits, is_leak=True), asset_key=brought.asset_key)
        return write_reading(reading.said)
    except _OriginalError as error:
        return {"why": f"the original cannot be read: {error}"}
    except MarkError as error:
        return {"why": str(error)}


def _frames(
    data: bytes, limits: DecodeLimits, *, is_leak: bool
) -> Callable[[], Iterator[tuple[npt.NDArray[np.uint8], float]]]:
    """Return what begins a video anew."""
    from rempart.hazmat.video import open_video  # noqa: PLC0415 - as above

    def begin() -> Iterator[tuple[npt.NDArray[np.uint8], float]]:
        try:
            with open_video(memoryview(data), limits, is_leak=is_leak) as video:
                for frame in video.frames():
                    yield frame.luma, frame.time_s
        except MediaError as error:
            if is_leak:
                raise
            raise _OriginalError(str(error.reason)) from error

    return begin


def warm() -> None:
    """Load every library and kernel of a reading."""
    from rempart.attribute import video_reading  # noqa: PLC0415 - as above
    from rempart.attribute.reading_record import pack  # noqa: PLC0415 - as above
    from rempart.hazmat.interface import DecodeLimits as Limits  # noqa: PLC0415 - as above
    from rempart.hazmat.video_samples import samples  # noqa: PLC0415 - as above

    video_reading.warm()
    for sample in samples():
        run(pack(sample, sample, bytes(32)), Limits(), {})
