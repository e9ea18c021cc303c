"""Read the directory at the end of a zip as a stream, after its counts and its entries' ranges were checked.

Own reader rather than ``zipfile``: that one makes an object of each entry before the first is read, and lets entries
overlap. Refused here, before anything is decompressed: entries of which two share bytes of the file (D. Fifield, "A
better zip bomb", WOOT 2019, https://www.bamsoftware.com/hacks/zipbomb/), a directory that does not hold what it claims.
References are to PKWARE's APPNOTE.TXT 6.3.10.
"""

from __future__ import annotations

import stat
import struct
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from rempart.app.archives.limits import Budget
from rempart.app.archives.streams import ByteStream, Seekable
from rempart.errors import ArchiveError
from rempart.model import UnreadableReason

_END: Final = struct.Struct("<4s4H2LH")  # 4.3.16
_END64_LOCATOR: Final = struct.Struct("<4sLQL")  # 4.3.15
_END64: Final = struct.Struct("<4sQ2H2L4Q")  # 4.3.14
_CENTRAL: Final = struct.Struct("<4s6H3L5H2L")  # 4.3.12
_COMMENT_MAX: Final = 0xFFFF
_UNIX: Final = 3
#: Entries that are not in the order of the file must be sorted, in memory, 16 bytes each.
_UNORDERED_MAX: Final = 1_000_000
_IN_EXTRA: Final = 0xFFFFFFFF  # 4.4.8: the true value is in the zip64 extra field
_ZIP64: Final = 0x0001
_UNICODE_PATH: Final = 0x7075  # 4.6.9


@dataclass(frozen=True, slots=True, kw_only=True)
class Directory:
    """Where the list of entries is."""

    position: int
    """In the file."""
    size: int
    """Its bytes."""
    count: int
    """Its entries."""
    base: int
    """What must be added to every position that it tells: bytes before the archive's first one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ZipEntry:
    """What the directory says of an entry."""

    index: int
    """Its rank."""
    name: bytes
    """As it is written."""
    other_name: bytes
    """Written a second time, in Unicode, where it differs; empty otherwise."""
    flags: int
    """General purpose bits (4.4.4)."""
    method: int
    """Of compression (4.4.5)."""
    crc: int
    """CRC-32 of the decompressed bytes."""
    packed: int
    """Bytes in the file."""
    size: int
    """Bytes once decompressed."""
    position: int
    """Of its own header."""
    mode: int
    """Unix's type and permissions; 0 if another system wrote it."""

    def is_link(self) -> bool:
        """Tell whether its content is a path to something else."""
        return stat.S_ISLNK(self.mode)


def find_directory(file: Seekable) -> Directory:
    """Find the end of a zip, and what it says of its directory.

    Raises:
        ArchiveError: there is no end, or it says what cannot be.
    """
    tail_at = max(0, file.size - _END.size - _COMMENT_MAX)
    tail = read_at(file, tail_at, file.size - tail_at)
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) - at < _END.size:
        raise ArchiveError(UnreadableReason.TRUNCATED, f"@{file.size}")
    _, disk, first_disk, here, count, size, position, _ = _END.unpack_from(tail, at)
    end = tail_at + at
    locator_at = end - _END64_LOCATOR.size
    locator = read_at(file, locator_at, _END64_LOCATOR.size) if locator_at >= 0 else b""
    if locator.startswith(b"PK\x06\x07"):
        end, (disk, first_disk, here, count, size, position) = _find_end64(file, locator, locator_at)
    if disk or first_disk or here != count:
        raise ArchiveError(UnreadableReason.UNSUPPORTED, f"{count} != {here}")  # an archive on several disks
    base = end - size - position
    if base < 0 or size < count * _CENTRAL.size:
        raise ArchiveError(UnreadableReason.DAMAGED, f"{count} / {size} @{position}")
    return Directory(position=end - size, size=size, count=count, base=base)


def _find_end64(file: Seekable, locator: bytes, before: int) -> tuple[int, tuple[int, int, int, int, int, int]]:
    """Read the end that has room for large numbers; it stands just before its locator, or where that says."""
    _, _, told, _ = _END64_LOCATOR.unpack(locator)
    for position in (before - _END64.size, told):
        record = read_at(file, position, _END64.size) if 0 <= position <= before - _END64.size else b""
        if record.startswith(b"PK\x06\x06"):
            _, _, _, _, disk, first_disk, here, count, size, at = _END64.unpack(record)
            return position, (disk, first_disk, here, count, size, at)
    raise ArchiveError(UnreadableReason.DAMAGED, f"@{before}")


def directory_entries(file: Seekable, directory: Directory) -> Iterator[ZipEntry]:
    """Yield the entries in the order of the directory, one at a time.

    Raises:
        ArchiveError: the directory does not hold what it claims.
    """
    file.seek(directory.position)
    stream = ByteStream(file, position=directory.position)
    end = directory.position + directory.size
    for index in range(directory.count):
        fields = _CENTRAL.unpack(stream.take(_CENTRAL.size))
        signature, made_by, _, flags, method, _, _, crc, packed, size = fields[:10]
        name_size, extra_size, comment_size, _, _, attributes, position = fields[10:]
        if signature != b"PK\x01\x02" or stream.position + name_size + extra_size + comment_size > end:
            raise ArchiveError(UnreadableReason.DAMAGED, f"@{stream.position}")
        name, extra = stream.take(name_size), stream.take(extra_size)
        stream.skip(comment_size)
        size, packed, position = _large(extra, size, packed, position)
        yield ZipEntry(
            index=index,
            name=name,
            other_name=_unicode_name(extra, name),
            flags=flags,
            method=method,
            crc=crc,
            packed=packed,
            size=size,
            position=position + directory.base,
            mode=attributes >> 16 if made_by >> 8 == _UNIX else 0,
        )


def check_ranges(file: Seekable, directory: Directory, budget: Budget) -> bool:
    """Read the directory once to see that there are not too many entries, and that no two share bytes of the file.

    Returns:
        True for a web archive: a WACZ, whose entries are its records and what describes them.

    Raises:
        ArchiveError: there are, or two do, or one is not before the directory.
    """
    if directory.count > budget.limits.max_members:
        detail = f"{directory.count} > {budget.limits.max_members}"
        raise ArchiveError(UnreadableReason.TOO_MANY_MEMBERS, detail)
    starts, ends = array("Q"), array("Q")
    reached, is_ordered, web = 0, True, set[bool]()
    for entry in directory_entries(file, directory):
        end = entry.position + LOCAL_SIZE + len(entry.name) + entry.packed
        if end > directory.position:
            raise ArchiveError(UnreadableReason.DAMAGED, f"{end} > {directory.position}")
        if entry.name == b"datapackage.json" or entry.name.startswith(b"archive/"):
            web.add(entry.name == b"datapackage.json")  # WACZ 1.1.1, §3
        is_ordered = is_ordered and entry.position >= reached
        reached = max(reached, end)
        if directory.count <= _UNORDERED_MAX:
            starts.append(entry.position)
            ends.append(end)
    if not is_ordered:
        _check_unordered(directory, starts, ends)
    return len(web) == len({True, False})


def _check_unordered(directory: Directory, starts: array[int], ends: array[int]) -> None:
    """Look for entries that share bytes where the directory is in another order than the file.

    Raises:
        ArchiveError: two do, or there are too many to sort.
    """
    if directory.count > _UNORDERED_MAX:
        raise ArchiveError(UnreadableReason.TOO_MANY_MEMBERS, f"{directory.count} > {_UNORDERED_MAX}")
    reached = 0
    for k in sorted(range(len(starts)), key=starts.__getitem__):
        if starts[k] < reached:
            raise ArchiveError(UnreadableReason.BOMB, f"{starts[k]} < {reached}")  # they overlap
        reached = ends[k]


#: An entry's own header, without its name and extra field (4.3.7).
LOCAL_SIZE: Final = 30


def read_at(file: Seekable, position: int, size: int) -> bytes:
    """Return ``size`` bytes from a position, fewer at the end; an end or a header's, a few KiB at most."""
    file.seek(position)
    found = b""
    while len(found) < size and (part := file.read(size - len(found))):
        found += part
    return found


def _large(extra: bytes, size: int, packed: int, position: int) -> tuple[int, int, int]:
    """Take from the zip64 extra field the values that do not fit in 32 bits (4.5.3).

    Raises:
        ArchiveError: they are not there.
    """
    values = [size, packed, position]
    if _IN_EXTRA in values:
        field = _extra_field(extra, _ZIP64)
        at = 0
        for k in range(3):
            if values[k] == _IN_EXTRA:
                if at + 8 > len(field):
                    raise ArchiveError(UnreadableReason.DAMAGED, "zip64")
                values[k] = int.from_bytes(field[at : at + 8], "little")
                at += 8
    return values[0], values[1], values[2]


def _unicode_name(extra: bytes, name: bytes) -> bytes:
    field = _extra_field(extra, _UNICODE_PATH)[5:]
    return field if field != name else b""


def _extra_field(extra: bytes, wanted: int) -> bytes:
    """Return the content of one extra field (4.5.1), empty if there is none."""
    at = 0
    while at + 4 <= len(extra):
        kind, size = struct.unpack_from("<2H", extra, at)
        if kind == wanted:
            return extra[at + 4 : at + 4 + size]
        at += 4 + size
    return b""
