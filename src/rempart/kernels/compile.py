"""Compile kernels with numba, and keep the machine code in a folder that only this user can write.

Numba's cache is made of pickles, so whoever can write the folder can run code in our process: a folder that
belongs to somebody else, or that others can write, is never used. Where no folder is writable, a private
temporary one serves for the life of the process (its children load from it too).

The folder is the user's own by default; :func:`use_cache_folder` names another one, before the first call.
"""

from __future__ import annotations

import atexit
import os
import shutil
import stat
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, TypeVar, cast

import numba
from numba.core.caching import UserProvidedCacheLocator

F = TypeVar("F", bound=Callable[..., Any])

_TEMPORARY: Final = "rempart-kernels-"

#: Dispatchers made so far, so that a test or a sandboxed worker can ask what was loaded and what was compiled.
_DISPATCHERS: Final[list[Any]] = []


class _CacheState:
    """Where compiled kernels are kept by this process; one instance, private to this file."""

    folder: Path | None = None
    chosen: bool = False
    read_only: bool = False


def use_cache_folder(folder: Path | None, *, read_only: bool = False) -> Path | None:
    """Decide where compiled kernels are kept, before the first one is called.

    Args:
        folder: The folder to use, or None to look for one (:func:`find_cache_folder`).
        read_only: Load from the folder and never write it, as a sandboxed worker must; None then means no folder.

    Returns:
        The folder in use; None if nothing can be kept.
    """
    if read_only:
        chosen = folder if folder is not None and is_private(folder) else None
    else:
        chosen = cache_folder() if folder is None else _prepared(folder)
    if _CacheState.chosen and (chosen, read_only) == (_CacheState.folder, _CacheState.read_only):
        return chosen
    _CacheState.folder, _CacheState.chosen, _CacheState.read_only = chosen, True, read_only
    for dispatcher in _DISPATCHERS:
        _enable_cache(dispatcher)
    return chosen


def cache_folder() -> Path | None:
    """Return the folder in use, choosing it now if needed; None means that nothing is kept."""
    if not _CacheState.chosen:
        _CacheState.folder = find_cache_folder()
        _CacheState.chosen = True
    return _CacheState.folder


def find_cache_folder() -> Path | None:
    """Return the user's cache folder, else a temporary one removed at exit, else None."""
    home = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    prepared = _prepared(Path(home) / "rempart" / "kernels") if os.path.isabs(home) else None
    if prepared is not None:
        return prepared
    try:
        temporary = Path(tempfile.mkdtemp(prefix=_TEMPORARY))
    except OSError:
        return None
    atexit.register(shutil.rmtree, temporary, ignore_errors=True)
    return temporary


def is_private(folder: Path) -> bool:
    """Tell whether the folder belongs to this user and nobody else can write it."""
    try:
        info = folder.lstat()
    except OSError:
        return False
    mine = info.st_uid == os.geteuid() and stat.S_ISDIR(info.st_mode)
    return mine and not info.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


def _prepared(folder: Path) -> Path | None:
    """Create the folder with mode 0700 and return it, or None if it cannot be written safely."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not is_private(folder):
            return None
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except OSError:
        return None


def kernel(function: F) -> F:
    """Compile a function of arrays: single-threaded, without the GIL, kept in the cache folder.

    Arithmetic is IEEE 754 as written (no fast-math: PDQ is bit-exact with its reference), and division by zero
    gives inf or nan as numpy does, because a check on each division would keep the loop from being vectorised.
    """
    dispatcher = numba.njit(nogil=True, error_model="numpy")(function)
    _DISPATCHERS.append(dispatcher)
    cache_folder()  # chosen now, if nobody did before
    _enable_cache(dispatcher)
    return cast("F", dispatcher)


def _enable_cache(dispatcher: Any) -> None:  # noqa: ANN401 - numba publishes no type for its dispatchers
    """Attach the folder in use to one kernel; what it compiled before is compiled again, into that folder."""
    if _CacheState.folder is None:
        return
    locator = f"{__name__}._ReadOnlyLocator" if _CacheState.read_only else "UserProvidedCacheLocator"
    # Without the second setting, numba would fall back on the source's own folder.
    vars(numba.config).update(CACHE_DIR=str(_CacheState.folder), CACHE_LOCATOR_CLASSES=locator)
    dispatcher.enable_caching()
    if _CacheState.read_only:
        _forbid_writing(dispatcher)
    elif dispatcher.signatures:
        dispatcher.recompile()


class _ReadOnlyLocator(UserProvidedCacheLocator):
    """Finds cached kernels without creating their folder or writing a test file into it."""

    def ensure_cache_path(self) -> None:
        """Do nothing: a folder that is missing holds nothing to load."""


def _forbid_writing(dispatcher: Any) -> None:  # noqa: ANN401 - numba publishes no type for its dispatchers
    """Make the dispatcher load from its cache and never save to it (numba has no public switch)."""
    dispatcher._cache.save_overload = _discard  # noqa: SLF001 - pinned by the lock and by a test


def _discard(*_: object) -> None:
    """Do nothing, in the place of numba's ``save_overload(signature, data)``."""


def is_kept() -> bool:
    """Tell whether compiled kernels outlive this process."""
    folder = cache_folder()
    return folder is not None and not folder.name.startswith(_TEMPORARY)


def compiled_here() -> int:
    """Count the specialisations that this process had to compile because the cache did not hold them."""
    return sum(sum(d.stats.cache_misses.values()) for d in _DISPATCHERS)
