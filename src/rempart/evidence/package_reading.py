"""Read a package wherever it is, a folder or a zip, without putting anything on the disk; links are never followed."""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import BinaryIO, Final, Protocol

from rempart.errors import IntegrityError, NotFoundError
from rempart.evidence.layout import DOSSIER_FILES_MOST
from rempart.evidence.zip_reading import ZipReading

_CHUNK: Final = 1 << 20
#: Folders below folders that are looked into: items/evd_…/proofs is three.
_DEPTH_MOST: Final = 5


class PackageFiles(Protocol):
    """The files of a package."""

    def files(self) -> Mapping[str, int]:
        """Return the size of each file by its name, sorted."""

    def folders(self) -> frozenset[str]:
        """Return the folders that there are, where folders are things of their own."""

    def open(self, name: str) -> BinaryIO:
        """Return a reader of one of them."""


class FolderFiles:
    """A package in a folder."""

    def __init__(self, folder: Path) -> None:
        """List what there is.

        Raises:
            IntegrityError: there is something that is neither a folder nor a file, or too much.
            OSError: it cannot be read.
        """
        self._folder = folder
        self._files: dict[str, int] = {}
        self._folders: set[str] = set()
        self._list("", 0)
        self._files = dict(sorted(self._files.items()))

    def _list(self, prefix: str, depth: int) -> None:
        with os.scandir(self._folder / prefix) as found:
            for entry in found:
                name = prefix + entry.name
                if entry.is_dir(follow_symlinks=False) and depth < _DEPTH_MOST:
                    self._folders.add(name)
                    self._list(name + "/", depth + 1)
                elif entry.is_file(follow_symlinks=False):
                    self._files[name] = entry.stat(follow_symlinks=False).st_size
                else:
                    message = f"the package holds something that is neither a folder nor a file: {name[:200]!a}"
                    raise IntegrityError(message)
                if len(self._files) + len(self._folders) > 2 * DOSSIER_FILES_MOST:
                    message = f"the package holds more than {DOSSIER_FILES_MOST} files"
                    raise IntegrityError(message)

    def files(self) -> Mapping[str, int]:
        """Return the size of each file by its name, sorted."""
        return self._files

    def folders(self) -> frozenset[str]:
        """Return the folders."""
        return frozenset(self._folders)

    def open(self, name: str) -> BinaryIO:
        """Return a reader.

        Raises:
            IntegrityError: it is no file any more.
            OSError: it cannot be read.
        """
        # O_NONBLOCK: a pipe that took its place would wait for a writer.
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
        reader = os.fdopen(os.open(self._folder / name, flags), "rb", buffering=0)
        if not stat.S_ISREG(os.fstat(reader.fileno()).st_mode):
            reader.close()
            message = f"{name} is no file any more"
            raise IntegrityError(message)
        return reader


class ZipFiles:
    """A package in a zip."""

    def __init__(self, file: BinaryIO) -> None:
        """Read its headers.

        Args:
            file: It stays the caller's to close.

        Raises:
            IntegrityError: it is not in its one form.
            OSError: it cannot be read.
        """
        self._zip = ZipReading(file)

    def files(self) -> Mapping[str, int]:
        """Return the size of each file by its name, sorted."""
        return self._zip.files()

    def folders(self) -> frozenset[str]:
        """Return none: a zip of ours has no folders."""
        return frozenset()

    def open(self, name: str) -> BinaryIO:
        """Return a reader; its last read raises ``IntegrityError`` if the checksum is wrong."""
        return self._zip.open(name)


@contextlib.contextmanager
def opened_package(source: Path) -> Iterator[PackageFiles]:
    """Open a folder or a zip.

    Raises:
        NotFoundError: there is neither.
        IntegrityError: it is a zip of another form, or holds something that is no file.
        OSError: it cannot be read.
    """
    if source.is_dir():
        yield FolderFiles(source)
        return
    if not source.is_file():
        message = f"there is no package and no dossier at {source}"
        raise NotFoundError(message)
    with source.open("rb") as file:
        yield ZipFiles(file)


def read_whole(package: PackageFiles, name: str, bytes_most: int) -> bytes:
    """Return all bytes of a small file.

    Raises:
        IntegrityError: it is larger, or is not read as it was listed.
        OSError: it cannot be read.
    """
    with package.open(name) as reader:
        raw = reader.read(bytes_most + 1)
    if len(raw) > bytes_most:
        message = f"{name} has more than {bytes_most} bytes"
        raise IntegrityError(message)
    return raw


def digest_of(package: PackageFiles, name: str) -> bytes:
    """Return a file's SHA-256, read piece by piece.

    Raises:
        IntegrityError: it is not read as it was listed.
        OSError: it cannot be read.
    """
    hashing = hashlib.sha256()
    with package.open(name) as reader:
        while chunk := reader.read(_CHUNK):
            hashing.update(chunk)
    return hashing.digest()
