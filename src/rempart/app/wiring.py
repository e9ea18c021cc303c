"""Join the rooms: the only place that knows which implementation serves which need."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

from rempart.app.archives import ArchiveLimits, ArchiveReader
from rempart.config import Settings
from rempart.detect import TASK_NAME, VERIFY_TASK, Verdict, parse_record, parse_verdicts
from rempart.detect.descriptor import DescribedMedia
from rempart.detect.learned import LearnedModel, learned_task
from rempart.detect.warming import make_warm
from rempart.errors import ConfigError
from rempart.hazmat import DecodeLimits, Pool, PoolSettings, Protection, Task
from rempart.kernels import compile as kernel_compile
from rempart.model import FingerprintedMedia, MinorGate

#: Closer looks of one worker.
_VISITS_OF_A_WORKER = 200


def make_archive_reader(settings: Settings, gate: MinorGate) -> ArchiveReader:
    """Make what opens archives, with the gate that judges their members."""
    archives = settings.archives
    limits = ArchiveLimits(
        max_members=archives.max_members,
        max_depth=archives.max_depth,
        max_ratio=archives.max_ratio,
        max_total_bytes=archives.max_total_bytes,
        max_member_bytes=settings.hazmat.max_bytes,
    )
    return ArchiveReader(gate, limits)


def make_pool(settings: Settings, *, workers: int = 0) -> Pool[FingerprintedMedia]:
    """Make the pool that fingerprints pictures, and prepare the compiled kernels that its workers load.

    Args:
        settings: The settings.
        workers: How many, where the work says it; 0, as the settings do.
    """
    workers = workers or settings.hazmat.workers or usable_processors()
    return Pool(
        task=Task(name=TASK_NAME, parse=parse_record),
        settings=pool_settings_of(settings, warm_kernels(settings), workers=workers),
    )


def make_verifying_pool(settings: Settings, *, pairs_most: int) -> Pool[tuple[Verdict | None, ...]]:
    """Make the pool that takes a closer look; its items hold a suspect and up to ``pairs_most`` assets."""
    like_one = pool_settings_of(settings, choose_kernel_cache(settings), pictures_most=1 + pairs_most)
    # It holds originals: whoever captured it would hold those of few suspects.
    pool_settings = replace(like_one, recycle_after=min(like_one.recycle_after, _VISITS_OF_A_WORKER))
    return Pool(task=Task(name=VERIFY_TASK, parse=parse_verdicts), settings=pool_settings)


def make_learned_pool(settings: Settings, model: LearnedModel) -> Pool[DescribedMedia]:
    """Make the pool that describes pictures with a model of the user's: one at a time, as they are answered for."""
    return Pool(task=learned_task(model), settings=pool_settings_of(settings, choose_kernel_cache(settings)))


def pool_settings_of(
    settings: Settings, kernel_cache: Path | None, *, workers: int = 1, pictures_most: int = 1
) -> PoolSettings:
    """Return what the settings say of a pool whose items hold up to so many pictures."""
    hazmat = settings.hazmat
    return PoolSettings(
        workers=workers,
        recycle_after=hazmat.recycle_after,
        limits=DecodeLimits(
            max_bytes=pictures_most * hazmat.max_bytes,
            max_pixels=hazmat.max_pixels,  # of each
            max_frames=hazmat.max_frames,
            cpu_s=pictures_most * hazmat.cpu_s,
            wall_s=pictures_most * hazmat.wall_s,
        ),
        require=frozenset(Protection(name) for name in hazmat.require),
        kernel_cache=kernel_cache,
    )


def choose_kernel_cache(settings: Settings) -> Path | None:
    """Return the folder where compiled kernels are kept; None if there is none.

    Raises:
        ConfigError: the folder that the settings name cannot be used.
    """
    wanted = settings.kernels.cache_dir
    folder = kernel_compile.use_cache_folder(wanted)
    if wanted is not None and folder is None:
        message = f"the kernel cache {wanted} cannot be used"
        advice = "It must be a folder that you own, that you can write, and that nobody else can write."
        raise ConfigError(message, advice=advice)
    return folder


def warm_kernels(settings: Settings) -> Path | None:
    """Compile every kernel once, unless that was done, and return the folder where they are kept.

    Raises:
        ConfigError: the folder that the settings name cannot be used.
    """
    folder = choose_kernel_cache(settings)
    make_warm(folder)
    return folder


def usable_processors() -> int:
    """Return how many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
