"""The records of a WARC that may hold a picture, from any stream (ISO 28500:2017, WARC 0.17 to 1.1).

Own reader rather than ``warcio``, which puts no limit on the lines of a header; the tests compare the two. Considered:
``response``, ``resource`` and ``conversion``; the other types describe, ask or refer, and are passed over. A record's
address is judged before its block is opened: HTTP's header is a part of the block.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from rempart.app.archives.entries import Entry, too_long
from rempart.app.archives.gzip_stream import GzipStream
from rempart.app.archives.header_fields import HeaderBlock, read_fields
from rempart.app.archives.http_payload import may_be_picture, unwrap
from rempart.app.archives.limits import HEADER_BYTES_MAX, Budget
from rempart.app.archives.streams import CHUNK, ByteStream, HeldBytes, Part, Readable
from rempart.errors import ArchiveError
from rempart.model import Place, Unreadable, UnreadableReason

#: How every record begins, and so how the next one is found after damage.
WARC_MARK: Final = b"WARC/"
_CONSIDERED: Final = {"response", "resource", "conversion"}
_LENGTH_DIGITS: Final = 18
_SNIFFED: Final = 512


def warc_entries(stream: ByteStream, budget: Budget, start: Place = ()) -> Iterator[Entry]:
    """Yield every record that may hold a picture, from the one at ``start`` on.

    A record's place is its position; in a gzip stream, its member's in the file and its own in that member.

    Args:
        stream: The WARC, at its first byte; a gzip stream at the first byte of the member that ``start`` names.
        budget: What counts records and bytes.
        start: Where to begin.

    Raises:
        ArchiveError: the archive is damaged or cut short and nothing more can be found, or has too many records.
    """
    if start:
        stream.skip(int(start[-1]))
    while (place := _next_place(stream)) is not None:
        budget.count_member()
        try:
            fields, length = _header(stream)
        except ArchiveError as error:
            if not error.of_member:
                raise
            yield _damaged(place, error)
            _find_record(stream)
            continue
        part = Part(stream, length)
        if fields.get("warc-type", "").lower() in _CONSIDERED:
            yield _entry(fields, part, place, budget)
        yield from _leave(stream, part, place)


def _next_place(stream: ByteStream) -> Place | None:
    """Go to the next record, and return its place; None at the end of the archive."""
    while True:
        try:
            while blank := _blank_ahead(stream):
                stream.advance(blank)
            if stream.peek(1):
                return _place(stream)
        except ArchiveError as error:
            if not error.of_member:
                raise
            return _place(stream)  # where no header can be read: it is told, and the next record looked for
        if not (isinstance(stream, GzipStream) and stream.is_stopped):
            return None
        stream.go_on()


def _place(stream: ByteStream) -> Place:
    return stream.place() if isinstance(stream, GzipStream) else (stream.position,)


def _blank_ahead(stream: ByteStream) -> int:
    """Count the line ends that come next: two after a record, more or fewer from some writers."""
    ahead = stream.buffered(CHUNK)
    return len(ahead) - len(ahead.lstrip(b"\r\n"))


def _header(stream: ByteStream) -> tuple[Mapping[str, str], int]:
    """Read a record's header, and return its fields and the length of its block.

    Raises:
        ArchiveError: it is not one, or the length is not clear.
    """
    position = stream.position
    if stream.peek(len(WARC_MARK)) != WARC_MARK:
        raise ArchiveError(UnreadableReason.DAMAGED, f"@{position}", of_member=True)
    stream.line(HEADER_BYTES_MAX)
    header = read_fields(stream)
    if not header.is_ended:
        raise ArchiveError(UnreadableReason.TRUNCATED, f"@{stream.position}", of_member=stream.is_stopped)
    return header.fields, _length(header, position)


def _length(header: HeaderBlock, position: int) -> int:
    digits = header.fields.get("content-length", "")
    if not header.is_consistent or not digits.isascii() or not digits.isdigit() or len(digits) > _LENGTH_DIGITS:
        raise ArchiveError(UnreadableReason.DAMAGED, f"@{position}", of_member=True)
    return int(digits)


def _find_record(stream: ByteStream) -> None:
    """Pass over what is no record, up to the next one or to the end of the gzip member."""
    try:
        while (ahead := stream.peek(CHUNK)) and not ahead.startswith(WARC_MARK):
            found = ahead.find(WARC_MARK)
            at_most = max(1, len(ahead) - len(WARC_MARK) + 1)  # it may begin at the end of what was seen
            stream.advance(found if found >= 0 else at_most)
    except ArchiveError as error:
        if not error.of_member:
            raise


def _leave(stream: ByteStream, part: Part, place: Place) -> Iterator[Entry]:
    """Pass over what was not read of a block; yields what was found wrong in doing so."""
    told_already = part.is_cut
    try:
        part.leave()
    except ArchiveError as error:
        if not (error.of_member or stream.is_stopped):
            raise
        if not told_already:
            yield _damaged(place, error)


def _damaged(place: Place, error: ArchiveError) -> Entry:
    problem = Unreadable(reason=UnreadableReason(error.reason), detail=error.detail)
    return Entry(name="", names=(), place=place, open=lambda: HeldBytes(b""), problem=problem)


def _entry(fields: Mapping[str, str], part: Part, place: Place, budget: Budget) -> Entry:
    # WARC 1.0 wrote the address between < and >, as some writers still do.
    address = fields.get("warc-target-uri", "") or fields.get("warc-record-id", "")
    if address.startswith("<") and address.endswith(">"):
        address = address[1:-1]
    record = _Record(fields, part, budget)
    return Entry(
        name=address,
        names=(address,),
        place=place,
        open=record.open,
        later_names=record.names,
        problem=too_long(address),
        is_address=True,
    )


class _Record:
    """The block of a record: HTTP's header, if it has one, then the payload."""

    def __init__(self, fields: Mapping[str, str], part: Part, budget: Budget) -> None:
        self._type = fields.get("warc-type", "").lower()
        self._block = ByteStream(part)
        self._budget = budget
        self._http: Mapping[str, str] = {}

    def names(self) -> tuple[str, ...]:
        """Read HTTP's header, and return the file name that it gives."""
        if self._type == "response" and self._block.peek(5) == b"HTTP/":
            self._block.line(HEADER_BYTES_MAX)
            self._http = read_fields(self._block).fields
        disposition = self._http.get("content-disposition", "")
        return (disposition,) if "name" in disposition.lower() else ()

    def open(self) -> Readable:
        """Return the payload; nothing where its bytes cannot tell and its header says that it is no picture."""
        try:
            payload = unwrap(self._block, self._http, self._budget)
            payload.peek(_SNIFFED)
        except ArchiveError as error:
            if error.of_member and not may_be_picture(self._http):
                return HeldBytes(b"")
            raise
        return payload
