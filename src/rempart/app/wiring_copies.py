"""Join the rooms of marked copies: the pools that make them and read leaks. Apart, for it loads more libraries."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Final

from rempart.app.wiring import choose_kernel_cache, pool_settings_of, usable_processors
from rempart.attribute import LeakReading, read_task
from rempart.attribute.reading_record import READ_TASK, NotRead, parse_reading
from rempart.config import Settings
from rempart.detect.warming import stamp_name
from rempart.hazmat import Pool, PoolSettings, Task
from rempart.mark import mark_task
from rempart.mark.packing import MARK_TASK, OUTPUT_BYTES, Marked, NotMarked, parse_marked

#: Bytes a pixel: what a mark changes, what is enlarged, what is added up.
_PLANES: Final = 64


def warm_copy_kernels(settings: Settings) -> Path | None:
    """Compile what marks and reads once, unless that was done, and return the folder where it is kept.

    Raises:
        ConfigError: the folder that the settings name cannot be used.
    """
    folder = choose_kernel_cache(settings)
    stamp = folder / f"copies-{stamp_name()}" if folder is not None else None
    if stamp is not None and not stamp.exists():
        mark_task.warm()
        read_task.warm()
        stamp.touch(mode=0o600)
    return folder


def make_marking_pool(settings: Settings) -> Pool[Marked | NotMarked]:
    """Make the pool that makes copies; its items hold a picture and some codes."""
    workers = settings.hazmat.workers or usable_processors()
    limits = _with_planes(pool_settings_of(settings, warm_copy_kernels(settings), workers=workers, pictures_most=4))
    # Each worker has an output that it writes and one that is read.
    pool_settings = replace(limits, window_bytes=2 * workers * OUTPUT_BYTES)
    return Pool(task=Task(name=MARK_TASK, parse=parse_marked, output_bytes=OUTPUT_BYTES), settings=pool_settings)


def make_reading_pool(settings: Settings) -> Pool[LeakReading | NotRead]:
    """Make the pool that reads one leak and ends: what captured it knows of no other leak."""
    limits = _with_planes(pool_settings_of(settings, warm_copy_kernels(settings), pictures_most=4))
    return Pool(task=Task(name=READ_TASK, parse=parse_reading), settings=replace(limits, recycle_after=1))


def _with_planes(pool: PoolSettings) -> PoolSettings:
    """Allow the memory of planes of floating-point numbers as large as the picture."""
    limits = pool.limits
    memory = limits.memory_bytes + _PLANES * limits.max_pixels
    return replace(pool, limits=replace(limits, memory_bytes=memory))
