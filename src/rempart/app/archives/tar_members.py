"""The members of a tar, in order, from any stream: plain, or what comes out of gzip.

Own reader rather than ``tarfile``: that one holds the whole of a pax header, a long name and a sparse map, whatever
their sizes. Records that apply to the whole archive (``git archive`` writes its commit there) are passed over, so
that reading may begin anywhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from rempart.app.archives.entries import Entry, name_parts, too_long
from rempart.app.archives.limits import HEADER_BYTES_MAX, Budget
from rempart.app.archives.streams import ByteStream, Part
from rempart.app.archives.tar_headers import BLOCK, TarHeader, parse_header, parse_pax
from rempart.errors import ArchiveError
from rempart.model import Place, Unreadable, UnreadableReason

_FILES: Final = frozenset({b"\0", b"0", b"7"})
_LINKS: Final = {b"1", b"2"}
_FOLDERS: Final = {b"5", b"D"}
#: Descriptions of the next entry: pax records (Sun's are the same), GNU's long name and long link.
_PAX: Final = {b"x", b"X"}
_LONG_NAME, _LONG_LINK, _GLOBAL, _SPARSE, _LABEL = b"L", b"K", b"g", b"S", b"V"
#: Descriptions before one entry; writers make three at most.
_DESCRIPTIONS_MAX: Final = 16


@dataclass(slots=True, kw_only=True)
class _Described:
    """An entry with what the headers before it say of it."""

    name: str | None = None
    link: str | None = None
    size: int | None = None
    is_sparse: bool = False
    problem: Unreadable | None = None


def tar_entries(stream: ByteStream, budget: Budget, start: Place = ()) -> Iterator[Entry]:
    """Yield every member that is not a folder, from the one at ``start`` on.

    A member's place is the position of its first header.

    Raises:
        ArchiveError: the archive is damaged or cut short, or has too many entries.
    """
    if start:
        stream.skip(int(start[0]))
    while True:
        position = stream.position
        found = _next_header(stream)
        if found is None:
            return
        budget.count_member()
        header, described = found
        part = Part(stream, header.size if described.size is None else described.size)
        padding = -part.left % BLOCK
        if header.kind not in _FOLDERS and header.kind != _LABEL:
            yield _entry(header, described, part, position)
        part.leave()
        stream.skip(padding)


def _entry(header: TarHeader, described: _Described, part: Part, position: int) -> Entry:
    name = header.name if described.name is None else described.name
    link = header.link if described.link is None else described.link
    names = name_parts(name)
    problem = described.problem or too_long(name)
    if header.kind in _LINKS:
        names += name_parts(link)  # as for links in a folder: what one leads to is judged with it
        problem = problem or Unreadable(reason=UnreadableReason.LINKED_MEMBER)
    elif header.kind == _SPARSE or described.is_sparse:
        problem = problem or Unreadable(reason=UnreadableReason.UNSUPPORTED, detail="sparse")
    elif header.kind not in _FILES:
        problem = problem or Unreadable(reason=UnreadableReason.NOT_A_FILE)
    return Entry(name=name, names=names, place=(position,), open=lambda: part, problem=problem)


def _next_header(stream: ByteStream) -> tuple[TarHeader, _Described] | None:
    """Read the headers of one entry; None at the end of the archive.

    Raises:
        ArchiveError: they are damaged or cut short.
    """
    described = _Described()
    for _ in range(_DESCRIPTIONS_MAX):
        position = stream.position
        block = stream.peek(BLOCK)
        if not block.strip(b"\0"):
            if len(block) == BLOCK:
                return None  # a block of zeros
            raise ArchiveError(UnreadableReason.TRUNCATED, f"@{position}")
        header = parse_header(stream.take(BLOCK), position)
        if header.kind in _PAX | {_LONG_NAME, _LONG_LINK, _GLOBAL}:
            _describe(described, header, stream)
        else:
            if header.kind in _LINKS:
                # A hard link tells the size of what it leads to, and has no bytes of its own.
                described.size = 0
            return header, described
    raise ArchiveError(UnreadableReason.DAMAGED, f"@{stream.position}")


def _describe(described: _Described, header: TarHeader, stream: ByteStream) -> None:
    """Read what a header says of the entry after it; too much of it is passed over, and makes the entry unreadable."""
    position = stream.position
    padded = header.size + -header.size % BLOCK
    if header.kind == _GLOBAL:
        stream.skip(padded)
    elif header.size > HEADER_BYTES_MAX:
        stream.skip(padded)
        detail = f"{header.size} > {HEADER_BYTES_MAX}"
        described.problem = Unreadable(reason=UnreadableReason.NAME_TOO_LONG, detail=detail)
    else:
        data = stream.take(padded)[: header.size]
        if header.kind in _PAX:
            records = parse_pax(data, position)
            described.name = described.name if records.name is None else records.name
            described.link = described.link if records.link is None else records.link
            described.size = described.size if records.size is None else records.size
            described.is_sparse |= records.is_sparse
        else:
            text = data.partition(b"\0")[0].decode("utf-8", "surrogateescape")
            if header.kind == _LONG_NAME:
                described.name = text
            else:
                described.link = text
