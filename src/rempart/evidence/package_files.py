"""Build a folder whole or not at all: beside its place, for nobody else to read, down to the disk, then named."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final

from rempart.whole_file import LEFTOVERS, settle_folder

_CREATE: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_CHUNK: Final = 1 << 20
_FILE_MODE: Final = 0o600
_FOLDER_MODE: Final = 0o700


class NewFolder:
    """A folder that is being filled, and the SHA-256 of every file that was put into it."""

    def __init__(self, path: Path) -> None:
        """Begin an empty one.

        Args:
            path: Where it is filled; it is there already.
        """
        self.path = path
        self.digests: dict[str, bytes] = {}

    def add(self, name: str, content: bytes) -> None:
        """Put a file into it.

        Args:
            name: Its path below the folder.
            content: All of it.
        """
        with self.adding(name) as writer:
            writer.write(content)

    @contextlib.contextmanager
    def adding(self, name: str) -> Iterator[BinaryIO]:
        """Put a file into it, piece by piece; at the end it is on the disk."""
        path = self.path / name
        path.parent.mkdir(mode=_FOLDER_MODE, parents=True, exist_ok=True)
        descriptor = os.open(path, _CREATE, _FILE_MODE)
        with os.fdopen(descriptor, "wb") as file:
            hashing = _Hashing(file)
            yield hashing  # type: ignore[misc]  # what writes to it only writes and flushes
            file.flush()
            os.fsync(file.fileno())
        self.digests[name] = hashing.digest.digest()

    def copy(self, name: str, source: Path) -> None:
        """Put a copy of a regular file into it; a link is not followed.

        Raises:
            OSError: it cannot be read.
        """
        descriptor = os.open(source, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK)
        with os.fdopen(descriptor, "rb") as reader, self.adding(name) as writer:
            shutil.copyfileobj(reader, writer, _CHUNK)


class _Hashing:
    """What is written goes on to a file."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.digest = hashlib.sha256()

    def write(self, data: bytes) -> int:
        self.digest.update(data)
        return self._file.write(data)

    def flush(self) -> None:
        self._file.flush()


@contextlib.contextmanager
def new_folder(target: Path) -> Iterator[NewFolder]:
    """Fill a folder that gets its name at the end; on any error nothing is left.

    Args:
        target: Where it will be; nothing is there yet. What a killed program leaves beside it is named as
            ``whole_file.LEFTOVERS`` says.

    Raises:
        FileExistsError: something is there.
        OSError: it cannot be written.
    """
    if os.path.lexists(target):
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(target))
    part = target.parent / f".rempart-{secrets.token_hex(8)}.part"
    part.mkdir(mode=_FOLDER_MODE)
    try:
        yield NewFolder(part)
        for folder, _, _ in os.walk(part):
            settle_folder(Path(folder))
        os.rename(part, target)
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise
    settle_folder(target.parent)


def remove_unfinished(folder: Path) -> int:
    """Clear away what killed programs left in a folder, and return how much it was; nobody else may be building in it.

    Raises:
        OSError: it cannot be removed.
    """
    left = list(folder.glob(LEFTOVERS))
    for path in left:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()
    return len(left)
