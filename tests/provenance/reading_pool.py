"""A pool that reads manifests, as the product makes it."""

from __future__ import annotations

from rempart.hazmat import Pool, PoolSettings, Task
from rempart.model import Cleared, MediaBytes, Unreadable
from rempart.model.gate import MinorGate
from rempart.model.provenance import ManifestReading
from rempart.provenance import TASK_NAME, parse


def read_in_sandbox(data: bytes, anchors: str = "") -> ManifestReading | Unreadable:
    """Read one file's manifest inside a worker."""
    task = Task(name=TASK_NAME, parse=parse)
    cleared = MinorGate().check(MediaBytes(data=data, label="-"))
    assert isinstance(cleared, Cleared)
    with Pool(task=task, settings=PoolSettings(workers=1)) as pool:
        return next(iter(pool.run([cleared], {"anchors": anchors})))[1]
