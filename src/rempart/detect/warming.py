"""Every kernel of the matcher, compiled once: workers load them and can compile nothing once they are closed in."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Final

import llvmlite.binding
import numba

import rempart

#: Where kernels are: a file of these that changes makes everything cold.
_FOLDERS: Final = ("kernels", "detect")


def is_warm(folder: Path) -> bool:
    """Tell whether every kernel was compiled into a cache folder, so that nothing must be compiled now."""
    return (folder / stamp_name()).exists()


def make_warm(folder: Path | None) -> None:
    """Compile every kernel of a scan, unless the cache folder has them."""
    warm_once(folder, warm_all)


def warm_once(folder: Path | None, warm: Callable[[], None], kind: str = "") -> None:
    """Compile some kernels, unless the cache folder has them; without a folder, this process keeps them alone.

    Args:
        folder: Where compiled kernels are kept.
        warm: Compiles them.
        kind: Names their stamp, where they are not those of every scan.
    """
    stamp = folder / f"{kind}{stamp_name()}" if folder is not None else None
    if stamp is None or not stamp.exists():
        warm()
        if stamp is not None:
            stamp.touch(mode=0o600)


def warm_all() -> None:
    """Compile or load every kernel that a scan uses; loads OpenCV, which takes a tenth of a second."""
    from rempart.detect import frame_codes, frames  # noqa: PLC0415 - loaded where the cache is cold only
    from rempart.kernels import agreement, luma, pdq, pdq_fast  # noqa: PLC0415 - as above

    for module in (pdq, pdq_fast, luma, frames, frame_codes, agreement):
        module.warm()
    warm_search()


def warm_search() -> None:
    """Compile or load what the search uses, outside the sandbox."""
    from rempart.kernels import code_buckets, multi_index, votes  # noqa: PLC0415 - numba takes its time

    code_buckets.warm()
    multi_index.warm()
    votes.warm()


def warm_marks() -> None:
    """Compile or load what makes marks and reads them: a scan needs none of it."""
    from rempart.kernels import (  # noqa: PLC0415 - as above
        enlarging,
        ownership_mark,
        spread_spectrum,
        traitor_codes,
        visibility,
    )

    for module in (enlarging, ownership_mark, spread_spectrum, traitor_codes, visibility):
        module.warm()


def stamp_name() -> str:
    """Name the state of the sources, of the compiler and of the processor that kernels were compiled for."""
    root = Path(rempart.__file__).parent
    said = hashlib.sha256(f"{numba.__version__} {llvmlite.binding.get_host_cpu_name()} {root}".encode())
    for folder in _FOLDERS:
        for path in sorted((root / folder).glob("*.py")):
            info = path.stat()
            said.update(f"{path.name} {info.st_mtime_ns} {info.st_size}\n".encode())
    return f"warm-{said.hexdigest()[:32]}"
