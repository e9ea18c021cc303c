"""What a command builds beside its place, before it gets its name; and what a killed one left of that.

Such a folder or file is named after the process that makes it: ``.name-1234``. One whose process is gone is removed by
the next command that builds something there.
"""

from __future__ import annotations

import contextlib
import fcntl
import logging
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Final

logger = logging.getLogger(__name__)

#: Name of the lock that registrations share: keys and originals are made before the assets that they belong to.
REGISTERING: Final = "registering.lock"


def unfinished_path(place: Path) -> Path:
    """Return where something is built before it gets its name."""
    return place.with_name(f".{place.name}-{os.getpid()}")


def sweep_unfinished(place: Path) -> int:
    """Remove what killed commands left beside a place; return how many."""
    pattern, swept = re.compile(rf"\.{re.escape(place.name)}-([0-9]+)"), 0
    if not place.parent.is_dir():
        return 0
    for path in place.parent.iterdir():
        found = pattern.fullmatch(path.name)
        if found and not _is_running(int(found[1])):
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink(missing_ok=True)
            swept += 1
    if swept:
        logger.info("%d unfinished things of commands that were killed were removed", swept)
    return swept


@contextlib.contextmanager
def shared_at(lock: Path) -> Iterator[None]:
    """Hold a lock together with others who do the same; released by the system if the process is killed."""
    with _open_lock(lock) as descriptor:
        fcntl.flock(descriptor, fcntl.LOCK_SH)
        yield


@contextlib.contextmanager
def alone_at(lock: Path) -> Iterator[bool]:
    """Hold a lock alone, or tell at once that others hold it."""
    with _open_lock(lock) as descriptor:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


@contextlib.contextmanager
def _open_lock(lock: Path) -> Iterator[int]:
    descriptor = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
