"""Join the rooms of the owner's mark and signature: pools that mark, look and read manifests. Apart: more libraries."""

from __future__ import annotations

from dataclasses import replace

from rempart.app.wiring import pool_settings_of
from rempart.app.wiring_marks import warm_mark_kernels, with_planes
from rempart.config import Settings
from rempart.hazmat import Pool, PoolSettings, Task
from rempart.mark.own_task import LOOK_TASK, OUTPUT_BYTES, OWN_TASK, NotOwned, Owned, parse_look, parse_owned
from rempart.model.ownership import OwnershipAnswer
from rempart.model.provenance import ManifestReading
from rempart.provenance import TASK_NAME, parse


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


def _roomy(settings: Settings) -> PoolSettings:
    return with_planes(pool_settings_of(settings, warm_mark_kernels(settings)))
