"""Read a package's zip as a stranger sent it: only the one form that ``zip_form`` describes, and nothing is extracted.

Headers, directory and end are made again from what was read, and must be the same bytes, one after the other from the
first byte to the last. So nothing can be hidden between or after entries, no entry overlaps another, none is
compressed, linked or encrypted, and no name is there twice or leads out of the package.
"""

from __future__ import annotations

import io
import itertools
import os
import zlib
from collections.abc import Mapping, Sequence
from typing import BinaryIO, Final, NoReturn

from rempart.errors import IntegrityError
from rempart.evidence.layout import DOSSIER_FILES_MOST
from rempart.evidence.sums import NAME
from rempart.evidence.zip_form import (
    CENTRAL_BYTES,
    END_ZIP64_BYTES,
    ZipEntry,
    directory_of,
    entry_of,
    render_central,
    render_end,
    render_local,
)

#: Of the directory: 40,000 files, with names as long as they may be.
_DIRECTORY_BYTES_MOST: Final = 24 * 1024 * 1024


class ZipReading:
    """A zip that is in its one form; its files' bytes are read when they are asked for."""

    def __init__(self, file: BinaryIO) -> None:
        """Read names, sizes and headers.

        Args:
            file: A file in which one can go to and fro; it stays the caller's to close.

        Raises:
            IntegrityError: it is not the one form of a zip.
            OSError: it cannot be read.
        """
        self._file = file
        try:
            entries = _entries(file)
        except ValueError:
            _refuse("it is no zip, or was cut short")
        _require_names([entry.name for entry in entries])
        self._entries = {entry.name: entry for entry in entries}

    def files(self) -> Mapping[str, int]:
        """Return the size of each file by its name, sorted."""
        return {entry.name: entry.size for entry in self._entries.values()}

    def open(self, name: str) -> BinaryIO:
        """Return a reader of a file's bytes, which are compared with their checksum at their end.

        Raises:
            KeyError: there is no such file.
        """
        return _Part(self._file, self._entries[name])  # type: ignore[return-value]  # it is only read


class _Part(io.RawIOBase):
    """The bytes of one entry."""

    def __init__(self, file: BinaryIO, entry: ZipEntry) -> None:
        self._file, self._entry = file, entry
        self._done, self._crc, self._start = 0, 0, entry.start

    def readable(self) -> bool:
        return True

    def read(self, size: int | None = -1) -> bytes:
        left = self._entry.size - self._done
        wanted = left if size is None or size < 0 else min(size, left)
        self._file.seek(self._start + self._done)
        data = self._file.read(wanted)
        if len(data) < wanted:
            _refuse("it became shorter while it was read")
        self._done += wanted
        self._crc = zlib.crc32(data, self._crc)
        if self._done == self._entry.size and self._crc != self._entry.crc:
            _refuse(f"{self._entry.name} has another checksum than the zip says")
        return data

    def readall(self) -> bytes:
        return self.read()

    def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]  # as RawIOBase calls it
        data = self.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)


def _entries(file: BinaryIO) -> list[ZipEntry]:
    """Return the entries, once every byte that is not theirs was compared.

    Raises:
        ValueError: it is no zip.
    """
    file_size = file.seek(0, os.SEEK_END)
    tail = _read(file, max(file_size - END_ZIP64_BYTES, 0), min(file_size, END_ZIP64_BYTES))
    count, start, size = directory_of(tail, file_size)
    if count > DOSSIER_FILES_MOST or size > _DIRECTORY_BYTES_MOST or size < count * CENTRAL_BYTES:
        _refuse(f"its directory has {count} files in {size} bytes")
    directory = _read(file, start, size)
    entries: list[ZipEntry] = []
    position = offset = 0
    for _ in range(count):
        entry = entry_of(directory, position, offset)
        central, local = render_central(entry), render_local(entry)
        if directory[position : position + len(central)] != central:
            _refuse("its directory is not in its one form")
        if offset + len(local) + entry.size > start or _read(file, offset, len(local)) != local:
            _refuse("a file in it is not where the directory says, or says something else of itself")
        entries.append(entry)
        position, offset = position + len(central), offset + len(local) + entry.size
    if position != size or offset != start or not tail.endswith(render_end(count, start, size)):
        _refuse("it has bytes that belong to no file")
    return entries


def _read(file: BinaryIO, start: int, size: int) -> bytes:
    file.seek(start)
    return file.read(size)


def _require_names(names: Sequence[str]) -> None:
    """Refuse names that are no package's, not sorted, there twice, or alike but for capitals."""
    if not all(NAME.fullmatch(name) for name in names):
        _refuse("a name in it is none of a package")
    if any(before >= after for before, after in itertools.pairwise(names)):
        _refuse("its names are not sorted, or one is there twice")
    folders = {name[:at] for name in names for at, sign in enumerate(name) if sign == "/"}
    if len({each.casefold() for each in (*names, *folders)}) != len(names) + len(folders):
        _refuse("two names in it are the same to some systems")


def _refuse(why: str) -> NoReturn:
    message = f"the zip is not one that Rempart makes: {why}"
    raise IntegrityError(message, advice="Ask for it again, or unpack it with care and verify the folder.")
