"""The members of a zip: stored or deflated, each checked against what the directory said of it.

Other compressions are refused, because each is one more parser of hostile bytes in this process, and encrypted entries
are told as such. The name in an entry's own header is judged too, where it is another than the directory's.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from typing import Final

from rempart.app.archives.entries import Entry, name_parts, too_long
from rempart.app.archives.limits import Budget
from rempart.app.archives.streams import CHUNK, Seekable
from rempart.app.archives.zip_directory import (
    LOCAL_SIZE,
    ZipEntry,
    check_ranges,
    directory_entries,
    find_directory,
    read_at,
)
from rempart.errors import ArchiveError
from rempart.model import Place, Unreadable, UnreadableReason

_LOCAL: Final = struct.Struct("<4s5H3L2H")  # APPNOTE 4.3.7
_ENCRYPTED: Final = 0x2041  # bit 0; bit 6, strong encryption; bit 13, masked headers
_STORED, _DEFLATED = 0, 8
_RAW_WINDOW: Final = -15


class ZipArchive:
    """A zip whose directory was found, and checked."""

    def __init__(self, file: Seekable, budget: Budget) -> None:
        """Read the directory once.

        Raises:
            ArchiveError: the archive is damaged, cut short, or made to harm.
        """
        self._file = file
        self._budget = budget
        self._directory = find_directory(file)
        self.is_of_web = check_ranges(file, self._directory, budget)

    def entries(self, start: Place = ()) -> Iterator[Entry]:
        """Yield every member that is not a folder, from the one at ``start`` on; its place is its rank.

        Raises:
            ArchiveError: the directory is damaged, or there are too many entries.
        """
        first = int(start[0]) if start else 0
        for entry in directory_entries(self._file, self._directory):
            self._budget.count_member()
            if entry.index >= first and not entry.name.endswith((b"/", b"\\")):
                yield _entry(self._file, entry, self._budget)


def _entry(file: Seekable, found: ZipEntry, budget: Budget) -> Entry:
    name = _text(found.name)
    names = name_parts(name) + name_parts(_text(found.other_name))
    problem = too_long(name)
    if not problem:
        local_name = read_at(file, found.position + LOCAL_SIZE, len(found.name))
        if local_name != found.name:
            names += name_parts(_text(local_name))
        problem = _problem(found, budget)
    return Entry(
        name=name,
        names=names,
        place=(found.index,),
        open=lambda: ZipContent(file, found, budget),
        problem=problem,
    )


def _problem(found: ZipEntry, budget: Budget) -> Unreadable | None:
    """Say why an entry is not opened, by what the directory tells of it."""
    if found.flags & _ENCRYPTED:
        return Unreadable(reason=UnreadableReason.ENCRYPTED)
    if found.is_link():
        return Unreadable(reason=UnreadableReason.LINKED_MEMBER)
    if found.method not in {_STORED, _DEFLATED}:
        return Unreadable(reason=UnreadableReason.UNSUPPORTED, detail=f"zip {found.method}")
    if found.size == 0:
        return Unreadable(reason=UnreadableReason.EMPTY)
    if found.size > budget.limits.max_total_bytes:
        return Unreadable(reason=UnreadableReason.TOO_MANY_BYTES, detail=f"{found.size}")
    return None


class ZipContent:
    """The decompressed bytes of one entry; at their end, their number and their CRC are checked."""

    def __init__(self, file: Seekable, entry: ZipEntry, budget: Budget) -> None:
        """Read the entry's own header.

        Raises:
            ArchiveError: it is not there.
        """
        self._file = file
        self._entry = entry
        self._budget = budget
        header = read_at(file, entry.position, _LOCAL.size)
        if len(header) < _LOCAL.size or not header.startswith(b"PK\x03\x04"):
            raise _bad(entry)
        *_, name_size, extra_size = _LOCAL.unpack(header)
        self._position = entry.position + _LOCAL.size + name_size + extra_size
        self._left = entry.packed
        self._inflate = zlib.decompressobj(_RAW_WINDOW) if entry.method == _DEFLATED else None
        self._given = b""
        self._done = 0
        self._crc = 0

    def read(self, size: int, /) -> bytes:
        """Return at most ``size`` bytes; none at the end.

        Raises:
            ArchiveError: they are not what the directory said, or too many for what they were.
        """
        try:
            found = self._stored(size) if self._inflate is None else self._deflated(size)
        except zlib.error as error:
            raise _bad(self._entry) from error
        self._done += len(found)
        self._budget.check_member(self._done, self._entry.packed)
        self._budget.give(len(found))
        self._crc = zlib.crc32(found, self._crc)
        if self._done > self._entry.size or (not found and not self._is_whole()):
            raise _bad(self._entry)
        return found

    def _stored(self, size: int) -> bytes:
        return self._packed(size)

    def _deflated(self, size: int) -> bytes:
        inflate = self._inflate
        while inflate is not None and not inflate.eof:
            self._given = self._given or self._packed(CHUNK)
            if not self._given:
                break
            found = inflate.decompress(self._given, size)
            self._given = inflate.unconsumed_tail
            if found:
                return found
        return b""

    def _packed(self, size: int) -> bytes:
        """Return compressed bytes of this entry, and of no other."""
        self._file.seek(self._position)
        found = self._file.read(min(size, self._left))
        if self._left and not found:
            raise ArchiveError(UnreadableReason.TRUNCATED, f"@{self._position}", of_member=True)
        self._position += len(found)
        self._left -= len(found)
        return found

    def _is_whole(self) -> bool:
        return self._done == self._entry.size and self._crc == self._entry.crc


def _bad(entry: ZipEntry) -> ArchiveError:
    return ArchiveError(UnreadableReason.DAMAGED, f"@{entry.position}", of_member=True)


def _text(name: bytes) -> str:
    """Read a name: UTF-8, or bytes whose old code pages the gate tries (4.4.4 bit 11 says which; writers lie)."""
    return name.decode("utf-8", "surrogateescape")
