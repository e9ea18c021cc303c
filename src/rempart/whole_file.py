"""Write a file whole or not at all: who looks sees what was there, or all of what comes; never a half.

What is written goes into a file beside the target, down to the disk, and gets the target's name at the end. A program
that is killed in between leaves at most such a file: ``.rempart-….part``. Errors are the system's own (``OSError``):
who calls knows what to say about them.
"""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final

#: What killed programs may leave, to be looked for with ``Path.glob``. Short, and without the target's name: that one
#: may be as long as the disk allows, or private.
LEFTOVERS: Final = ".rempart-*.part"
_CREATE: Final = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
#: What file systems without a second name for one file say: FAT (a stick), some shares.
_NO_LINKS: Final = frozenset({errno.EPERM, errno.ENOTSUP, errno.ENOSYS, errno.EMLINK})


def write_new(path: Path, content: bytes, *, mode: int = 0o600, settle: bool = True) -> None:
    """Write a file where there is none; nothing is ever written over.

    Args:
        path: Where; its folder exists.
        content: All of it.
        mode: Its permissions.
        settle: False leaves it to the caller to call :func:`settle_folder` once for many files.

    Raises:
        FileExistsError: something is there, even a link that leads nowhere.
        OSError: it cannot be written; nothing is left.
    """
    if os.path.lexists(path):  # before the work; that it is so at the end is made sure of below
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path))
    with _part(path.parent, content, mode) as part:
        _name_new(part, path)
    if settle:
        settle_folder(path.parent)


@contextlib.contextmanager
def writing_new(path: Path, *, mode: int = 0o600) -> Iterator[BinaryIO]:
    """Write a file where there is none, piece by piece; it gets its name once all of it is on the disk.

    Args:
        path: Where; its folder exists.
        mode: Its permissions.

    Yields:
        A file that can be read, written and gone back in.

    Raises:
        FileExistsError: something is there, even a link that leads nowhere.
        OSError: it cannot be written; nothing is left.
    """
    if os.path.lexists(path):
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path))
    with _filling(path.parent, mode) as (part, file):
        yield file
        file.flush()
        os.fsync(file.fileno())
        _name_new(part, path)
    settle_folder(path.parent)


def replace(path: Path, content: bytes, *, mode: int = 0o600) -> None:
    """Write a file in place of the one that is there, if there is one.

    Args:
        path: Where; its folder exists. A link is replaced, not followed.
        content: All of it.
        mode: Its permissions, whatever those of the old one are.

    Raises:
        OSError: it cannot be written; what was there is as it was.
    """
    with _part(path.parent, content, mode) as part:
        os.replace(part, path)
    settle_folder(path.parent)


def settle_folder(folder: Path) -> None:
    """Make the names in a folder survive a power cut.

    Raises:
        OSError: the disk does not let us.
    """
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def _part(folder: Path, content: bytes, mode: int) -> Iterator[Path]:
    """Write content beside its target, down to the disk; whatever happens, this name is gone at the end."""
    with _filling(folder, mode) as (part, file):
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
        yield part


@contextlib.contextmanager
def _filling(folder: Path, mode: int) -> Iterator[tuple[Path, BinaryIO]]:
    """Open a file beside its target; whatever happens, this name is gone at the end."""
    part = folder / f".rempart-{secrets.token_hex(8)}.part"
    descriptor = os.open(part, _CREATE, mode)
    try:
        with os.fdopen(descriptor, "w+b") as file:
            yield part, file
    finally:
        with contextlib.suppress(OSError):  # it took its place, or the disk went away: that is told already
            os.unlink(part)


def _name_new(part: Path, path: Path) -> None:
    """Give a written file a name that nothing has: unlike a rename, a second name is refused where a file is."""
    try:
        os.link(part, path, follow_symlinks=False)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        _take_name(part, path)


def _take_name(part: Path, path: Path) -> None:
    """Do it where a file has one name only: take the name with an empty file, which only a kill here leaves."""
    os.close(os.open(path, _CREATE, 0o600))
    try:
        os.replace(part, path)
    except OSError:
        os.unlink(path)
        raise
