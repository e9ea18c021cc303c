"""What every pool of marks has: kernels that are compiled once, and memory for planes as large as the picture."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Final

from rempart.app.wiring import choose_kernel_cache
from rempart.attribute import read_task
from rempart.config import Settings
from rempart.detect.warming import warm_marks, warm_once
from rempart.hazmat import PoolSettings
from rempart.mark import mark_task, own_task

#: Bytes a pixel: what a mark changes, what is enlarged, what is added up.
_PLANES: Final = 64


def warm_mark_kernels(settings: Settings) -> Path | None:
    """Compile what marks, looks and reads, unless that was done, and return the folder where it is kept.

    Raises:
        ConfigError: the folder that the settings name cannot be used.
    """
    folder = choose_kernel_cache(settings)
    warm_once(folder, _warm, "marks-")
    return folder


def with_planes(pool: PoolSettings) -> PoolSettings:
    """Allow the memory of planes of floating-point numbers as large as the picture."""
    limits = pool.limits
    memory = limits.memory_bytes + _PLANES * limits.max_pixels
    return replace(pool, limits=replace(limits, memory_bytes=memory))


def _warm() -> None:
    """Compile the kernels, then do each task once, with all that it loads."""
    warm_marks()
    mark_task.warm()
    read_task.warm()
    own_task.warm()
