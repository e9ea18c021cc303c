"""Clear media: sandboxed, bounded tasks, in memory only. The work goes to the pixels, never the pixels to the work.

A pool runs one named task on items that passed the gate, in disposable processes that see no file and no network::

    with Pool(task=FINGERPRINT, settings=PoolSettings(workers=2)) as pool:
        for item, outcome in pool.run(cleared_items, options={"frames": 1}):
            ...  # outcome is the task's record, or Unreadable(reason)

This package imports no numpy: a worker enters its namespaces before numpy starts threads.
"""

from rempart.hazmat.interface import DecodeLimits, Json, Options, PinnedFile, Task, TaskFunction, WritingFunction
from rempart.hazmat.pool import Pool, PoolSettings
from rempart.hazmat.sandbox import Protection, ProtectionState

__all__ = [
    "DecodeLimits",
    "Json",
    "Options",
    "PinnedFile",
    "Pool",
    "PoolSettings",
    "Protection",
    "ProtectionState",
    "Task",
    "TaskFunction",
    "WritingFunction",
]
