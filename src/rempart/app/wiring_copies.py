"""Join the rooms of marked copies: the pools that make them and read leaks. Apart, for it loads more libraries."""

from __future__ import annotations

from dataclasses import replace

from rempart.app.wiring import pool_settings_of, usable_processors
from rempart.app.wiring_marks import warm_mark_kernels, with_planes
from rempart.attribute import LeakReading
from rempart.attribute.reading_record import READ_TASK, NotRead, parse_reading
from rempart.config import Settings
from rempart.hazmat import Pool, Task
from rempart.mark.packing import MARK_TASK, OUTPUT_BYTES, Marked, NotMarked, parse_marked


def make_marking_pool(settings: Settings) -> Pool[Marked | NotMarked]:
    """Make the pool that makes copies; its items hold a picture and some codes.

    A worker ends with its item: a picture that captured one could else put one recipient's code into another's copies
    of the pictures that follow, and whoever leaked would not be who is accused. A new one costs as much as some ten
    copies, of up to 48.
    """
    workers = settings.hazmat.workers or usable_processors()
    limits = with_planes(pool_settings_of(settings, warm_mark_kernels(settings), workers=workers, pictures_most=4))
    # Each worker has an output that it writes and one that is read.
    pool_settings = replace(limits, window_bytes=2 * workers * OUTPUT_BYTES, recycle_after=1)
    return Pool(task=Task(name=MARK_TASK, parse=parse_marked, output_bytes=OUTPUT_BYTES), settings=pool_settings)


def make_reading_pool(settings: Settings) -> Pool[LeakReading | NotRead]:
    """Make the pool that reads one leak and ends: what captured it knows of no other leak."""
    limits = with_planes(pool_settings_of(settings, warm_mark_kernels(settings), pictures_most=4))
    return Pool(task=Task(name=READ_TASK, parse=parse_reading), settings=replace(limits, recycle_after=1))
