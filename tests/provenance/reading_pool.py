"""A pool that reads manifests, as the product makes it."""

from __future__ import annotations

from collections.abc import Iterable

from rempart.hazmat import Pool, PoolSettings, Task
from rempart.model import Cleared, MediaBytes, Unreadable
from rempart.model.gate import MinorGate
from rempart.model.provenance import ManifestReading
from rempart.provenance import TASK_NAME, parse


def read_in_sandbox(data: bytes, anchors: str = "") -> ManifestReading | Unreadable:
    """Read one file's manifest inside a worker."""
    [reading] = read_all([data], anchors)
    return reading


def read_all(files: Iterable[bytes], anchors: str = "") -> list[ManifestReading | Unreadable]:
    """Read the manifests of files inside workers, one after the other."""
    task = Task(name=TASK_NAME, parse=parse)
    cleared = [one for data in files if isinstance(one := MinorGate().check(MediaBytes(data=data, label="-")), Cleared)]
    with Pool(task=task, settings=PoolSettings(workers=1)) as pool:
        return [outcome for _, outcome in pool.run(cleared, {"anchors": anchors})]
