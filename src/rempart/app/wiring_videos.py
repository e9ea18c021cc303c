"""Join the rooms of videos: the pools that look at them, mark them and read leaks, and what one video may cost."""

from __future__ import annotations

import importlib.util
from dataclasses import replace
from pathlib import Path
from typing import Final

from rempart.app.wiring import pool_settings_of, usable_processors
from rempart.app.wiring_marks import warm_mark_kernels
from rempart.attribute import LeakReading
from rempart.attribute.reading_record import NotRead, parse_reading
from rempart.attribute.video_task import VIDEO_READ_TASK
from rempart.config import Settings
from rempart.detect.warming import warm_once
from rempart.errors import ConfigError
from rempart.hazmat import DecodeLimits, Pool, PoolSettings, Task
from rempart.mark.packing import NotMarked
from rempart.mark.video_packing import (
    VIDEO_BYTES_MOST,
    VIDEO_MARK_TASK,
    VIDEO_OUTPUT_BYTES,
    VideoMarked,
    parse_video_marked,
)
from rempart.model import FingerprintedMedia
from rempart.register.video_task import VIDEO_LOOK_TASK, parse_video

#: 4096 x 2160, the larger of the two sizes that are called 4K.
_PIXELS_MOST: Final = 8_847_360
#: Ten minutes at sixty frames a second.
_FRAMES_MOST: Final = 36_000
#: Of processor time. A frame of 1920 x 1080 takes 0.09 s for each copy (measured): ten minutes at thirty frames, half
#: an hour; the most that is taken here, four hours, and as much again for slower machines.
_MARKING_CPU_S: Final = 8 * 3_600
#: A leak is decoded three times, and so is its original: what it may cost whoever opens a hostile one.
_READING_CPU_S: Final = 2 * 3_600
#: Of the first two seconds, and of the digest of the whole.
_LOOKING_CPU_S: Final = 300
#: What is packed beside a video: keys and codes.
_BESIDE: Final = 1 << 20
#: Bytes a pixel: frames that decoders and encoders hold.
_HELD: Final = 300


def is_video_installed() -> bool:
    """Tell whether the extra for videos is installed; nothing of it is loaded."""
    return importlib.util.find_spec("av") is not None


def require_video() -> None:
    """Make sure that videos can be read.

    Raises:
        ConfigError: the extra is not installed.
    """
    if not is_video_installed():
        message = "videos need the extra 'video'"
        raise ConfigError(message, advice="Install it: scripts/setup video")


def make_video_looking_pool(settings: Settings) -> Pool[FingerprintedMedia]:
    """Make the pool that looks at videos which are registered.

    Raises:
        ConfigError: the extra is not installed.
    """
    require_video()
    return Pool(
        task=Task(name=VIDEO_LOOK_TASK, parse=parse_video),
        settings=_settings(settings, None, videos_most=1, cpu_s=_LOOKING_CPU_S),
    )


def make_video_marking_pool(settings: Settings) -> Pool[VideoMarked | NotMarked]:
    """Make the pool that makes copies of videos; its items hold a video and some codes.

    Raises:
        ConfigError: the extra is not installed.
    """
    require_video()
    workers = settings.hazmat.workers or usable_processors()
    pool = replace(_settings(settings, _warm(settings), videos_most=1, cpu_s=_MARKING_CPU_S), workers=workers)
    task = Task(name=VIDEO_MARK_TASK, parse=parse_video_marked, output_bytes=VIDEO_OUTPUT_BYTES)
    # One for each worker, and none that waits: an item and its copies may be a gigabyte.
    return Pool(task=task, settings=replace(pool, window_bytes=workers * VIDEO_OUTPUT_BYTES))


def make_video_reading_pool(settings: Settings) -> Pool[LeakReading | NotRead]:
    """Make the pool that reads one leak and ends: what captured it knows of no other leak.

    Raises:
        ConfigError: the extra is not installed.
    """
    require_video()
    pool = _settings(settings, _warm(settings), videos_most=2, cpu_s=_READING_CPU_S)
    return Pool(task=Task(name=VIDEO_READ_TASK, parse=parse_reading), settings=pool)


def _settings(settings: Settings, kernel_cache: Path | None, *, videos_most: int, cpu_s: int) -> PoolSettings:
    """Return what is allowed to a worker whose items hold up to so many videos; each worker does one, and ends."""
    most = videos_most * VIDEO_BYTES_MOST + _BESIDE
    limits = DecodeLimits(
        max_bytes=most,
        max_pixels=_PIXELS_MOST,
        max_frames=_FRAMES_MOST,
        cpu_s=cpu_s,
        wall_s=2 * cpu_s,
        # The item, and a copy of it without what it was packed with.
        memory_bytes=2 * most + _HELD * _PIXELS_MOST,
    )
    pool = pool_settings_of(settings, kernel_cache)
    return replace(pool, limits=limits, recycle_after=1)


def _warm(settings: Settings) -> Path | None:
    """Compile what marks videos, unless that was done, and return the folder where it is kept."""
    folder = warm_mark_kernels(settings)
    warm_once(folder, _warm_videos, "videos-")
    return folder


def _warm_videos() -> None:
    from rempart.attribute import video_task as reading  # noqa: PLC0415 - with the extra only
    from rempart.mark import video_task as marking  # noqa: PLC0415 - as above

    marking.warm()
    reading.warm()
