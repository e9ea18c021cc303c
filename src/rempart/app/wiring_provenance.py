"""Join the rooms of the owner's mark and signature: pools that mark, look and read manifests. Apart: more libraries."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Final

from rempart.app.wiring import choose_kernel_cache, pool_settings_of
from rempart.config import Settings
from rempart.detect.warming import stamp_name
from rempart.hazmat import Pool, PoolSettings, Task
from rempart.mark import own_task
from rempart.mark.own_task import LOOK_TASK, OUTPUT_BYTES, OWN_TASK, NotOwned, Owned, parse_look, parse_owned
from rempart.model.ownership import OwnershipAnswer
from rempart.model.provenance import ManifestReading
from rempart.provenance import TASK_NAME, parse

#: Bytes a pixel: what the mark changes, at the picture's size, and what it is made of.
_PLANES: Final = 64


def make_owning_pool(settings: Settings) -> Pool[Owned | NotOwned]:
    """Make the pool that puts the owner's mark into pictures of hers."""
    pool = replace(_roomy(settings), window_bytes=2 * OUTPUT_BYTES)
    return Pool(task=Task(name=OWN_TASK, parse=parse_owned, output_bytes=OUTPUT_BYTES), settings=pool)


def make_looking_pool(settings: Settings) -> Pool[OwnershipAnswer | NotOwned]:
    """Make the pool that looks for the owner's mark in one picture and ends: what captured it sees no other."""
    return Pool(task=Task(name=LOOK_TASK, parse=parse_look), settings=replace(_roomy(settings), recycle_after=1))


def make_manifest_pool(settings: Settings) -> Pool[ManifestReading]:
    """Make the pool that reads manifests."""
    return Pool(task=Task(name=TASK_NAME, parse=parse), settings=pool_settings_of(settings, None))


def _warm(settings: Settings) -> Path | None:
    """Compile what marking and looking need, once, and return the folder where compiled kernels are kept."""
    folder = choose_kernel_cache(settings)
    stamp = folder / f"own-{stamp_name()}" if folder else None
    if stamp is None or not stamp.exists():
        own_task.warm()
        if stamp is not None:
            stamp.touch(mode=0o600)
    return folder


def _roomy(settings: Settings) -> PoolSettings:
    """Allow the memory of planes of floating-point numbers as large as the picture."""
    pool = pool_settings_of(settings, _warm(settings))
    memory = pool.limits.memory_bytes + _PLANES * pool.limits.max_pixels
    return replace(pool, limits=replace(pool.limits, memory_bytes=memory))
