"""What a command builds beside its place, before it gets its name; and what a killed one left of that.

Such a folder or file is named after the process that makes it: ``.name-1234``. One whose process is gone is removed by
the next command that builds something there.
"""

from __future__ import annotations

import logging
import os
import re
import shutil
from pathlib import Path

logger = logging.getLogger(__name__)


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


def _is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
