"""The one form of a package's zip: every byte that is not a file's follows from names, sizes and checksums.

After APPNOTE 6.3, §4.3: entries are stored, in order, with the format's first day as their time and the rights of a
regular file; no flags, no comment, no data descriptor, no extra field but ZIP64's, which is there where a size or an
offset does not fit into 32 bits, and nowhere else. The writer writes this, and the reader accepts nothing else.
"""

from __future__ import annotations

import struct
from typing import Final, NamedTuple

#: What a field of 32 bits says when the number is in the ZIP64 field.
FULL: Final = 0xFFFFFFFF
#: APPNOTE §4.4.3: 2.0, or 4.5 with ZIP64.
_VERSION: Final = 20
_VERSION_ZIP64: Final = 45
_UNIX: Final = 3
#: A regular file that its owner writes and everybody reads.
_MODE: Final = 0o100644
#: The first day that a zip can tell, 1 January 1980, at midnight.
_DATE: Final = (1 << 5) | 1
_LOCAL: Final = struct.Struct("<4s5H3I2H")
_CENTRAL: Final = struct.Struct("<4s4B4H3I5H2I")
_END: Final = struct.Struct("<4s4H2IH")
_END_ZIP64: Final = struct.Struct("<4sQ2H2I4Q")
_LOCATOR: Final = struct.Struct("<4sIQI")
CENTRAL_BYTES: Final = _CENTRAL.size
END_BYTES: Final = _END.size
END_ZIP64_BYTES: Final = _END_ZIP64.size + _LOCATOR.size + _END.size


class ZipEntry(NamedTuple):
    """One file of a zip."""

    name: str
    """ASCII."""
    size: int
    """In bytes."""
    crc: int
    """CRC-32 of its bytes."""
    offset: int
    """Where its header begins."""

    @property
    def start(self) -> int:
        """Return where its bytes begin."""
        return self.offset + len(render_local(self))


def render_local(entry: ZipEntry) -> bytes:
    """Return the header that is before a file's bytes."""
    extra = _zip64([entry.size, entry.size] if entry.size >= FULL else [])
    size, name = min(entry.size, FULL), entry.name.encode("ascii")
    version = _VERSION_ZIP64 if extra else _VERSION
    head = _LOCAL.pack(b"PK\3\4", version, 0, 0, 0, _DATE, entry.crc, size, size, len(name), len(extra))
    return head + name + extra


def render_central(entry: ZipEntry) -> bytes:
    """Return what the directory says of a file."""
    wide = [entry.size, entry.size] if entry.size >= FULL else []
    extra = _zip64(wide + ([entry.offset] if entry.offset >= FULL else []))
    size, name = min(entry.size, FULL), entry.name.encode("ascii")
    version = _VERSION_ZIP64 if extra else _VERSION
    lengths = (len(name), len(extra), 0, 0, 0)
    head = _CENTRAL.pack(
        *(b"PK\1\2", version, _UNIX, version, 0),
        *(0, 0, 0, _DATE),
        *(entry.crc, size, size),
        *lengths,
        *(_MODE << 16, min(entry.offset, FULL)),
    )
    return head + name + extra


def render_end(count: int, start: int, size: int) -> bytes:
    """Return what is after the directory.

    Args:
        count: Files in it; fewer than 65,535.
        start: Where it begins.
        size: Its length in bytes.
    """
    wide = b""
    if start >= FULL or size >= FULL:
        rest = _END_ZIP64.size - 12  # APPNOTE §4.3.14.1: without its first two fields
        wide = _END_ZIP64.pack(b"PK\6\6", rest, _VERSION_ZIP64, _VERSION_ZIP64, 0, 0, count, count, size, start)
        wide += _LOCATOR.pack(b"PK\6\7", 0, start + size, 1)
    return wide + _END.pack(b"PK\5\6", 0, 0, count, count, min(size, FULL), min(start, FULL), 0)


def directory_of(tail: bytes, file_size: int) -> tuple[int, int, int]:
    """Return how many files a directory says it has, where it begins, and its length; nothing of it is believed.

    Args:
        tail: The last bytes of a zip, ``END_ZIP64_BYTES`` of them or all.
        file_size: Of the zip, in bytes.

    Raises:
        ValueError: they are no end of a directory.
    """
    if len(tail) < END_BYTES:
        raise ValueError(len(tail))
    _, _, _, _, count, size, start, _ = _END.unpack(tail[-END_BYTES:])
    end = END_BYTES
    if FULL in {start, size}:
        if len(tail) < END_ZIP64_BYTES:
            raise ValueError(len(tail))
        size, start = _END_ZIP64.unpack_from(tail, len(tail) - END_ZIP64_BYTES)[-2:]
        end = END_ZIP64_BYTES
    if start + size + end != file_size:
        raise ValueError(start)
    return count, start, size


def entry_of(directory: bytes, position: int, offset: int) -> ZipEntry:
    """Return what the directory says of its next file; all but name, size and checksum is to be compared.

    Args:
        directory: All of it.
        position: Where the file's part begins in it.
        offset: Where the file's header must be.

    Raises:
        ValueError: there is none.
    """
    if len(directory) - position < CENTRAL_BYTES:
        raise ValueError(position)
    fields = _CENTRAL.unpack_from(directory, position)
    crc, size, name_length, extra_length = fields[9], fields[11], fields[12], fields[13]
    name_end = position + CENTRAL_BYTES + name_length
    if size == FULL:
        extra = directory[name_end : name_end + extra_length]
        size = int.from_bytes(extra[4:12], "little")
    name = directory[position + CENTRAL_BYTES : name_end].decode("ascii")
    return ZipEntry(name=name, size=size, crc=crc, offset=offset)


def _zip64(numbers: list[int]) -> bytes:
    return struct.pack(f"<2H{len(numbers)}Q", 1, 8 * len(numbers), *numbers) if numbers else b""
