"""Undo what HTTP did to a response on its way: chunks, gzip, deflate (RFC 9110 §8.4, RFC 9112 §6 and §7.1).

Archives hold responses as they came, or with their wrapping undone and the headers left as they were: each step looks
at the bytes and does nothing where they do not begin as the header says.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from typing import Final

from rempart.app.archives.limits import Budget
from rempart.app.archives.streams import CHUNK, ByteStream, Readable
from rempart.errors import ArchiveError
from rempart.hazmat.formats import sniff
from rempart.model import UnreadableReason

#: More than one is legal and never seen.
_CODINGS_MAX: Final = 4
_CHUNK_LINE_MAX: Final = 4096
_SNIFFED: Final = 512
_HEX: Final = frozenset(b"0123456789abcdefABCDEF")
_EITHER_WINDOW, _RAW_WINDOW, _ZLIB_METHOD = 47, -15, 8
#: What a header must declare for undecodable bytes to be told as a picture that could not be read.
_MAY_BE_PICTURE: Final = ("image/", "application/octet-stream", "binary/")


def unwrap(stream: ByteStream, fields: Mapping[str, str], budget: Budget) -> ByteStream:
    """Return the payload of a response whose header was read.

    Raises:
        ArchiveError: it is compressed in a way that is not undone here.
    """
    if "chunked" in fields.get("transfer-encoding", "").lower():
        stream = ByteStream(Dechunked(stream)) if _chunk_size(stream.peek(_CHUNK_LINE_MAX)) is not None else stream
    codings = [c.strip().lower() for c in fields.get("content-encoding", "").split(",") if c.strip()]
    if len(codings) > _CODINGS_MAX:
        raise ArchiveError(UnreadableReason.UNSUPPORTED, f"{len(codings)} > {_CODINGS_MAX}", of_member=True)
    for coding in reversed(codings):
        if coding == "identity" or sniff(stream.peek(_SNIFFED)):
            continue
        if coding in {"gzip", "x-gzip", "deflate"}:
            stream = _inflated(stream, budget)
        else:
            raise ArchiveError(UnreadableReason.UNSUPPORTED, _word(coding), of_member=True)
    return stream


def may_be_picture(fields: Mapping[str, str]) -> bool:
    """Tell whether the header leaves it open that the payload is a picture: used where its bytes cannot tell."""
    declared = fields.get("content-type", "").strip().lower()
    return not declared or declared.startswith(_MAY_BE_PICTURE)


def _word(coding: str) -> str:
    return "".join(c for c in coding if c.isascii() and c.isalnum())[:16]


def _inflated(stream: ByteStream, budget: Budget) -> ByteStream:
    """Decompress if the bytes begin as gzip or zlib; a deflate without zlib's header is tried where neither does."""
    first = stream.peek(2)
    is_zlib = len(first) == 2 and first[0] & 0x0F == _ZLIB_METHOD and int.from_bytes(first, "big") % 31 == 0  # noqa: PLR2004 - RFC 1950 §2.2
    if first == b"\x1f\x8b" or is_zlib:
        return ByteStream(Inflated(stream, budget, _EITHER_WINDOW))
    try:
        zlib.decompressobj(_RAW_WINDOW).decompress(stream.peek(CHUNK), CHUNK)
    except zlib.error:
        return stream  # undone already, and no picture
    return ByteStream(Inflated(stream, budget, _RAW_WINDOW))


class Inflated:
    """A payload that comes out of gzip or deflate."""

    def __init__(self, stream: ByteStream, budget: Budget, window: int) -> None:
        """Decompress a stream; ``window`` is zlib's sign for the format."""
        self._stream = stream
        self._budget = budget
        self._inflate = zlib.decompressobj(window)
        self._given = 0
        self._is_done = False

    def read(self, size: int, /) -> bytes:
        """Return at most ``size`` bytes; none at the end.

        Raises:
            ArchiveError: they are damaged or cut short, or too many for what they were.
        """
        while not self._is_done:
            given = self._stream.buffered(CHUNK)
            if not given:
                raise ArchiveError(UnreadableReason.TRUNCATED, of_member=True)
            try:
                found = self._inflate.decompress(given, size)
            except zlib.error as error:
                raise ArchiveError(UnreadableReason.DAMAGED, "zlib", of_member=True) from error
            self._is_done = self._inflate.eof
            left = self._inflate.unused_data if self._is_done else self._inflate.unconsumed_tail
            self._stream.advance(len(given) - len(left))
            self._given += len(found)
            self._budget.check_member(self._given, self._stream.position)
            self._budget.give(len(found))
            if found:
                return found
        return b""


class Dechunked:
    """A payload without the sizes between its chunks; what comes after the last one is passed over."""

    def __init__(self, stream: Readable) -> None:
        """Read a stream that stands at the first chunk's size."""
        self._stream = stream if isinstance(stream, ByteStream) else ByteStream(stream)
        self._left = 0
        self._is_first = True
        self._is_done = False

    def read(self, size: int, /) -> bytes:
        """Return at most ``size`` bytes; none at the end.

        Raises:
            ArchiveError: a chunk is not as long as it says, or what follows is no chunk.
        """
        if not self._left and not self._is_done:
            self._next()
        if self._is_done:
            return b""
        found = self._stream.read(min(size, self._left))
        if not found:
            raise ArchiveError(UnreadableReason.TRUNCATED, of_member=True)
        self._left -= len(found)
        return found

    def _next(self) -> None:
        if not self._is_first and self._stream.line(2).strip(b"\r\n"):
            raise ArchiveError(UnreadableReason.DAMAGED, "chunk", of_member=True)
        self._is_first = False
        line = self._stream.line(_CHUNK_LINE_MAX)
        count = _chunk_size(line)
        if count is None:
            reason = UnreadableReason.DAMAGED if line else UnreadableReason.TRUNCATED
            raise ArchiveError(reason, "chunk", of_member=True)
        self._left, self._is_done = count, count == 0


def _chunk_size(line: bytes) -> int | None:
    """Return the size that a line begins with; None if it is not a chunk's line."""
    digits = line.partition(b"\n")[0].partition(b";")[0].strip()
    if b"\n" not in line or not digits or len(digits) > 15 or not _HEX.issuperset(digits):  # noqa: PLR2004 - below 2**60
        return None
    return int(digits, 16)
