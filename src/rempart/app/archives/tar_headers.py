"""Parse the headers of tar: POSIX ustar, GNU's big numbers, pax records (POSIX.1-2001, GNU tar manual)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from rempart.errors import ArchiveError
from rempart.model import UnreadableReason

BLOCK: Final = 512
_NUMBER_MAX: Final = 2**63
_DIGITS_MAX: Final = 19


@dataclass(frozen=True, slots=True, kw_only=True)
class TarHeader:
    """One block that describes an entry."""

    name: str
    """As it is written, prefix included."""
    link: str
    """What a link leads to."""
    kind: bytes
    """One byte: ``0`` a file, ``5`` a folder, ``x`` pax records …"""
    size: int
    """Bytes that follow, padded to whole blocks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaxRecords:
    """What a pax header says of the entry after it, of what concerns us."""

    name: str | None
    """Instead of the header's."""
    link: str | None
    """Instead of the header's."""
    size: int | None
    """Instead of the header's."""
    is_sparse: bool
    """True if the entry is stored with holes, GNU's way."""


def has_valid_sum(block: bytes) -> bool:
    """Tell whether a block is a header of tar: its bytes, the sum's own read as blanks, add up to its sum."""
    if len(block) < BLOCK or not block[0]:
        return False
    told = _number(block[148:156])
    if told is None:
        return False
    others = block[:148] + b" " * 8 + block[156:]
    plain = sum(others)
    # Some old tars added signed bytes.
    return told in {plain, plain - 256 * sum(b > 127 for b in others)}  # noqa: PLR2004 - a byte's sign


def parse_header(block: bytes, position: int) -> TarHeader:
    """Read one header.

    Raises:
        ArchiveError: it is not one.
    """
    size = _number(block[124:136]) if has_valid_sum(block) else None
    if size is None:
        raise ArchiveError(UnreadableReason.DAMAGED, f"@{position}")
    name = _text(block[0:100])
    if block[257:263] == b"ustar\0" and block[345]:
        name = f"{_text(block[345:500])}/{name}"
    kind = block[156:157]
    if kind in {b"\0", b"0"} and name.endswith("/"):
        kind = b"5"  # tars before 1988 had no other sign of a folder
    return TarHeader(name=name, link=_text(block[157:257]), kind=kind, size=size)


def parse_pax(data: bytes, position: int) -> PaxRecords:
    r"""Read pax records, ``LENGTH KEY=VALUE\n`` each.

    Raises:
        ArchiveError: they are not well formed.
    """
    found: dict[bytes, bytes] = {}
    at = 0
    while at < len(data) and data[at]:
        digits, _, _ = data[at : at + _DIGITS_MAX].partition(b" ")
        length = _whole(digits)
        record = data[at + len(digits) + 1 : at + length]
        key, equals, value = record.partition(b"=")
        if len(record) != length - len(digits) - 1 or not equals or not value.endswith(b"\n"):
            raise ArchiveError(UnreadableReason.DAMAGED, f"@{position}")
        found[key] = value[:-1]
        at += length
    size = _whole(found[b"size"]) if b"size" in found else None
    if size is not None and size < 0:
        raise ArchiveError(UnreadableReason.DAMAGED, f"@{position}")
    name = found.get(b"path")
    link = found.get(b"linkpath")
    return PaxRecords(
        name=None if name is None else _text(name),
        link=None if link is None else _text(link),
        size=size,
        is_sparse=any(key.startswith(b"GNU.sparse.") for key in found),
    )


def _number(field: bytes) -> int | None:
    """Read a number: octal digits, or GNU's base 256 where the first bit is set; None if it is neither."""
    if field[0] & 0x80:
        value = int.from_bytes(bytes([field[0] & 0x7F]) + field[1:], "big")
        if field[0] == 0xFF or value >= _NUMBER_MAX:  # noqa: PLR2004 - the sign of a negative number
            return None
        return value
    digits = field.partition(b"\0")[0].strip(b" ")
    if not digits:
        return 0
    if digits.strip(b"01234567"):
        return None
    return int(digits, 8)


def _whole(digits: bytes) -> int:
    """Read a decimal number; -1 if it is not one."""
    return int(digits) if digits.isdigit() and len(digits) < _DIGITS_MAX else -1


def _text(field: bytes) -> str:
    """Read a name, which has whatever encoding its system had."""
    return field.partition(b"\0")[0].decode("utf-8", "surrogateescape")
