"""Read the header of a WARC record or of an HTTP response, within limits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from rempart.app.archives.limits import HEADER_BYTES_MAX, HEADER_LINES_MAX
from rempart.app.archives.streams import ByteStream
from rempart.errors import ArchiveError
from rempart.model import UnreadableReason

_USUAL_BYTES: Final = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class HeaderBlock:
    """Fields of a header, WARC's or HTTP's."""

    fields: Mapping[str, str]
    """By name in small letters; the first of those that come twice."""
    is_consistent: bool
    """False if the field that tells the length came twice, with two values."""
    is_ended: bool
    """False if the stream ended before the empty line."""


def read_fields(stream: ByteStream) -> HeaderBlock:
    """Read the lines of a header up to the empty one; one that begins with a blank goes on with the one before.

    Raises:
        ArchiveError: there are too many lines or bytes.
    """
    lines, is_ended = _usual_lines(stream) or _lines(stream)
    fields: dict[str, str] = {}
    is_consistent = True
    for line in lines:
        name, colon, value = line.partition(":")
        key, text = name.strip().lower(), value.strip()
        if colon and fields.setdefault(key, text) != text and key == "content-length":
            is_consistent = False
    return HeaderBlock(fields=fields, is_consistent=is_consistent, is_ended=is_ended)


def _usual_lines(stream: ByteStream) -> tuple[list[str], bool] | None:
    """Return the lines of a header as nearly all are: short, none folded, each ended by CR LF; None for another."""
    head = stream.buffered(_USUAL_BYTES)
    end = head.find(b"\n\r\n")
    if end < 0 or head.find(b"\n\n", 0, end + 1) >= 0 or head[:1] in b" \t\r\n":
        return None
    if head.find(b"\n ", 0, end) >= 0 or head.find(b"\n\t", 0, end) >= 0:
        return None
    lines = head[:end].decode("utf-8", "surrogateescape").split("\n")
    if len(lines) > HEADER_LINES_MAX:
        return None
    stream.advance(end + 3)
    return lines, True


def _lines(stream: ByteStream) -> tuple[list[str], bool]:
    """Return the lines of a header, folded ones joined, and whether an empty one came after them.

    Raises:
        ArchiveError: there are too many lines or bytes.
    """
    lines: list[str] = []
    room = HEADER_BYTES_MAX
    while True:
        line = stream.line(room + 1)
        room -= len(line)
        if room < 0 or len(lines) > HEADER_LINES_MAX:
            detail = f"> {HEADER_BYTES_MAX}" if room < 0 else f"> {HEADER_LINES_MAX}"
            raise ArchiveError(UnreadableReason.DAMAGED, detail, of_member=True)
        text = line.strip()
        if not text and not line.strip(b"\r\n"):
            return lines, bool(line)
        if line[:1] in b" \t" and lines:
            lines[-1] += " " + text.decode("utf-8", "surrogateescape")
        else:
            lines.append(text.decode("utf-8", "surrogateescape"))
