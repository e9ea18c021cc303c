"""Read bytes in order, with bounded memory: what every archive format is parsed from.

A :class:`Readable` gives what it has, and nothing only at its end. A :class:`ByteStream` puts a small buffer over one:
peek, lines with a limit, positions; skipping seeks where the bytes below are :class:`Seekable`.
"""

from __future__ import annotations

import io
import os
from abc import ABC, abstractmethod
from typing import Final, Protocol

from rempart.app.archives.limits import Budget
from rempart.errors import ArchiveError
from rempart.model import UnreadableReason

CHUNK: Final = 64 * 1024


class Readable(Protocol):
    """Bytes in order."""

    def read(self, size: int, /) -> bytes:
        """Return at most ``size`` bytes, at least one; none at the end.

        Raises:
            ArchiveError: they cannot be read.
        """


class Seekable(ABC):
    """Bytes whose number is known, and that can be read from anywhere."""

    size: int
    """How many there are."""

    @abstractmethod
    def seek(self, position: int) -> None:
        """Go to a position, from the start."""

    @abstractmethod
    def read(self, size: int, /) -> bytes:
        """Return at most ``size`` bytes; none at the end.

        Raises:
            ArchiveError: the disk failed.
        """


class FileBytes(Seekable):
    """The bytes of an open file. It counts what is read, and is read with ``pread``: the position is ours alone."""

    def __init__(self, descriptor: int, budget: Budget) -> None:
        """Read from a descriptor that the caller keeps open."""
        self.size = os.fstat(descriptor).st_size
        self._descriptor = descriptor
        self._budget = budget
        self._position = 0

    def seek(self, position: int) -> None:
        """Go to a position, from the start."""
        self._position = position

    def read(self, size: int, /) -> bytes:
        """Return at most ``size`` bytes; none at the end.

        Raises:
            ArchiveError: the disk failed.
        """
        try:
            data = os.pread(self._descriptor, size, self._position)
        except OSError as error:
            raise ArchiveError(UnreadableReason.IO, error.strerror or "") from error
        self._position += len(data)
        self._budget.take(len(data))
        return data


class HeldBytes(Seekable):
    """Bytes in memory: an archive that must be read from its end, inside another one."""

    def __init__(self, data: bytes) -> None:
        """Hold them."""
        self.size = len(data)
        self._file = io.BytesIO(data)

    def seek(self, position: int) -> None:
        """Go to a position, from the start."""
        self._file.seek(position)

    def read(self, size: int, /) -> bytes:
        """Return at most ``size`` bytes; none at the end."""
        return self._file.read(size)


class ByteStream:
    """A small buffer over a readable; its position is that of the next byte."""

    def __init__(self, raw: Readable, *, position: int = 0) -> None:
        """Read from where the readable stands, which is ``position`` in it."""
        self.position = position
        self._raw = raw
        self._seekable = raw if isinstance(raw, Seekable) else None
        self._buffer = b""
        self._at = 0

    @property
    def is_stopped(self) -> bool:
        """True if the end that is met is not that of the whole: see ``gzip_stream``."""
        return False

    def read(self, size: int, /) -> bytes:
        """Return at most ``size`` bytes, at least one; none at the end."""
        if self._at == len(self._buffer) and not self._fill():
            return b""
        found = self._buffer[self._at : self._at + size]
        self.advance(len(found))
        return found

    def peek(self, size: int) -> bytes:
        """Return the next ``size`` bytes, fewer at the end, and stay before them."""
        while len(self._buffer) - self._at < size and self._fill():
            pass
        return self._buffer[self._at : self._at + size]

    def take(self, size: int) -> bytes:
        """Return exactly ``size`` bytes: a header's, a few KiB at most.

        Raises:
            ArchiveError: there are fewer.
        """
        found = self.peek(size)
        if len(found) < size:
            raise ArchiveError(UnreadableReason.TRUNCATED, f"@{self.position + len(found)}")
        self.advance(size)
        return found

    def line(self, limit: int) -> bytes:
        """Return the next line with its end; ``limit`` bytes of it if it is longer, what is left at the end."""
        while True:
            end = self._buffer.find(b"\n", self._at, self._at + limit)
            if end >= 0:
                found = self._buffer[self._at : end + 1]
                break
            if len(self._buffer) - self._at >= limit or not self._fill():
                found = self._buffer[self._at : self._at + limit]
                break
        self.advance(len(found))
        return found

    def skip(self, size: int) -> None:
        """Pass over ``size`` bytes, without reading them where the readable can seek.

        Raises:
            ArchiveError: there are fewer.
        """
        target = self.position + size
        held = min(size, len(self._buffer) - self._at)
        self.advance(held)
        if self.position < target and self._seekable:
            if target > self._seekable.size:
                raise ArchiveError(UnreadableReason.TRUNCATED, f"@{self._seekable.size}")
            self._seekable.seek(target)
            self._buffer, self._at, self.position = b"", 0, target
        while self.position < target:
            if not self.read(min(CHUNK, target - self.position)):
                raise ArchiveError(UnreadableReason.TRUNCATED, f"@{self.position}")

    def buffered(self, limit: int) -> bytes:
        """Return what is in the buffer, at most ``limit`` bytes, at least one; none at the end. Stay before it."""
        if self._at == len(self._buffer):
            self._fill()
        return self._buffer[self._at : self._at + limit]

    def advance(self, count: int) -> None:
        """Pass over bytes that are in the buffer."""
        self._at += count
        self.position += count

    def _fill(self) -> bool:
        """Read a chunk into the buffer; False at the end."""
        if self._seekable:  # others read from it too
            self._seekable.seek(self.position + len(self._buffer) - self._at)
        found = self._raw.read(CHUNK)
        self._buffer = self._buffer[self._at :] + found
        self._at = 0
        return bool(found)


class Part:
    """A number of bytes of a stream: a member's content. Its container passes over what was left of it."""

    def __init__(self, stream: ByteStream, size: int) -> None:
        """Read the next ``size`` bytes, and no further."""
        self.left = size
        self.is_cut = False
        self._stream = stream

    def read(self, size: int, /) -> bytes:
        """Return at most ``size`` bytes; none at the end.

        Raises:
            ArchiveError: the stream ends before the part does.
        """
        if not self.left:
            return b""
        self.is_cut = True  # until what was asked for is there: the stream itself may say why it is not
        found = self._stream.read(min(size, self.left))
        self.is_cut = not found
        if not found:
            detail = f"@{self._stream.position}"
            raise ArchiveError(UnreadableReason.TRUNCATED, detail, of_member=self._stream.is_stopped)
        self.left -= len(found)
        return found

    def leave(self) -> None:
        """Pass over what was not read.

        Raises:
            ArchiveError: the stream ends before the part does.
        """
        left, self.left = self.left, 0
        self._stream.skip(left)


def read_whole(stream: Readable, limit: int) -> bytes:
    """Return everything that is left, for a decoder or a format that must be read from its end.

    Raises:
        ArchiveError: it is longer than the limit.
    """
    held = io.BytesIO()
    while found := stream.read(CHUNK):
        held.write(found)
        if held.tell() > limit:
            raise ArchiveError(UnreadableReason.TOO_MANY_BYTES, f"> {limit}", of_member=True)
    return held.getvalue()
