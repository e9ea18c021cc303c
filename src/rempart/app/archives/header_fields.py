"""Read the header of a WARC record or of an HTTP response, within limits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from rempart.app.archives.limits import HEADER_BYTES_MAX, HEADER_LINES_MAX
from rempart.app.archives.streams import ByteStream
from rempart.errors import ArchiveError
from rempart.model import UnreadableReason


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
    fields: dict[str, str] = {}
    lines: list[bytes] = []
    room = HEADER_BYTES_MAX
    while True:
        line = stream.line(room + 1)
        room -= len(line)
        if room < 0 or len(lines) > HEADER_LINES_MAX:
            detail = f"> {HEADER_BYTES_MAX}" if room < 0 else f"> {HEADER_LINES_MAX}"
            raise ArchiveError(UnreadableReason.DAMAGED, detail, of_member=True)
        if not line.strip(b"\r\n"):
            is_ended = bool(line)
            break
        if line[:1] in b" \t" and lines:
            lines[-1] += b" " + line.strip()
        else:
            lines.append(line.strip())
    is_consistent = True
    for line in lines:
        name, colon, value = line.decode("utf-8", "surrogateescape").partition(":")
        key, text = name.strip().lower(), value.strip()
        if colon and fields.setdefault(key, text) != text and key == "content-length":
            is_consistent = False
    return HeaderBlock(fields=fields, is_consistent=is_consistent, is_ended=is_ended)
