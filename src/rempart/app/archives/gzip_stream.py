"""Read gzip as a stream (RFC 1952), and know where in the file each of its members begins.

A ``.warc.gz`` has one member a record, which is what lets a reader go straight to one. :class:`GzipStream` can stop at
the end of a member after which a record begins: a record that lies about its length then loses itself only, and so
does one whose bytes are damaged.
"""

from __future__ import annotations

import zlib
from collections import deque
from typing import Final

from rempart.app.archives.limits import Budget
from rempart.app.archives.streams import CHUNK, ByteStream
from rempart.errors import ArchiveError
from rempart.model import UnreadableReason

#: zlib's sign for bytes without a header: this file reads gzip's own, for the name that it gives.
_RAW_WINDOW: Final = -15
_HAS_CRC, _HAS_EXTRA, _HAS_NAME, _HAS_COMMENT = 2, 4, 8, 16
_HEADER_TEXT_MAX: Final = 4096
_MAGIC: Final = b"\x1f\x8b\x08"
#: Compressed bytes given to zlib at once: it copies those that it leaves.
_INPUT: Final = 16 * 1024


class GzipStream(ByteStream):
    """The decompressed bytes of a gzip file, member after member."""

    def __init__(self, packed: ByteStream, budget: Budget, *, stop_before: bytes = b"") -> None:
        """Read from a stream that stands at a member's first byte.

        Args:
            packed: The compressed bytes.
            budget: What counts the bytes that come out.
            stop_before: End, until :meth:`go_on`, before a member that begins with these bytes; none never ends.
        """
        super().__init__(packed)
        self._packed = packed
        self._budget = budget
        self._stop_before = stop_before
        self.name = ""
        """The file's name before it was packed, once the first byte was asked for; empty if it is not told."""
        self._inflate: zlib._Decompress | None = None
        self._is_at_end = False
        self._crc = self._size = 0
        self._is_damaged = False
        self._member = packed.position
        self._waiting: bytes | None = None
        #: Where members begin, in the decompressed bytes and in the file; those well before the position are forgotten.
        self._starts: deque[tuple[int, int]] = deque()

    @property
    def is_stopped(self) -> bool:
        """True if a member that begins with ``stop_before`` comes after what is in the buffer, or damaged bytes do."""
        return self._waiting is not None or self._is_damaged

    def place(self) -> tuple[int, int]:
        """Return where the next byte is: its member's position in the file, and its own in that member."""
        if not self.is_stopped:
            self.peek(1)
        self._forget()
        decompressed, packed = self._starts[0] if self._starts else (self.position, self._packed.position)
        return packed, self.position - decompressed

    def go_on(self) -> bool:
        """Pass over what is left of the member, and go on with the one after it; False if there is none."""
        while not self.is_stopped and self.read(CHUNK):
            pass
        self.advance(len(self._buffer) - self._at)
        if self._is_damaged and not self._find_member():
            return False
        first, self._waiting = self._waiting, None
        if first is not None:
            self._append(first, is_new=True)
        return bool(self.peek(1))

    def _fill(self) -> bool:
        if self.is_stopped:
            return False
        try:
            found, is_new = self._piece()
        except ArchiveError as error:
            self._is_damaged = error.of_member
            raise
        if is_new and self._stop_before and self._starts and found.startswith(self._stop_before):
            self._waiting = found
            return False
        if found:
            self._append(found, is_new=is_new)
        return bool(found)

    def _piece(self) -> tuple[bytes, bool]:
        """Return some bytes of one member, none at the end of the file, and whether they are the member's first."""
        found, is_new = b"", False
        while True:
            if self._is_at_end and not found:  # what it gave was given before it is checked
                self._is_at_end, self._inflate = False, None
                self._check_end()
            if self._inflate is None:
                if found or not self._begin():
                    return found, is_new
                is_new = True
            found += b"" if self._is_at_end else self._step()
            if found and (self._is_at_end or not is_new or len(found) >= len(self._stop_before)):
                return found, is_new

    def _begin(self) -> bool:
        """Begin the next member; False if the file ends here.

        Raises:
            ArchiveError: what comes is no member.
        """
        while zeros := _zeros_ahead(self._packed):  # gzip and tape drives pad with them
            self._packed.advance(zeros)
        if not self._packed.peek(1):
            return False
        magic = self._packed.peek(len(_MAGIC))
        if magic != _MAGIC:
            if len(magic) < len(_MAGIC) and _MAGIC.startswith(magic):
                raise ArchiveError(UnreadableReason.TRUNCATED, f"@{self._packed.position}")
            raise self._damaged()
        self._member = self._packed.position
        self._read_header()
        self._inflate, self._crc, self._size = zlib.decompressobj(_RAW_WINDOW), 0, 0
        return True

    def _read_header(self) -> None:
        """Read a member's header (RFC 1952 §2.3.1)."""
        flags = self._packed.take(10)[3]
        if flags & _HAS_EXTRA:
            self._packed.skip(int.from_bytes(self._packed.take(2), "little"))
        for flag in (_HAS_NAME, _HAS_COMMENT):
            if flags & flag:
                text, end, _ = self._packed.peek(_HEADER_TEXT_MAX).partition(b"\0")
                if not end:
                    raise self._damaged()
                self._packed.advance(len(text) + 1)
                if flag == _HAS_NAME and not self._starts:
                    self.name = text.decode("utf-8", "surrogateescape")
        if flags & _HAS_CRC:
            self._packed.take(2)

    def _check_end(self) -> None:
        """Compare what came out of a member with what its end says (RFC 1952 §2.3.1).

        Raises:
            ArchiveError: it is not the same.
        """
        told = self._packed.take(8)
        if told != self._crc.to_bytes(4, "little") + (self._size & 0xFFFFFFFF).to_bytes(4, "little"):
            raise self._damaged()

    def _step(self) -> bytes:
        """Give zlib some bytes, and return what it makes of them.

        Raises:
            ArchiveError: the member is damaged or cut short, or the budget is spent.
        """
        inflate = self._inflate
        given = self._packed.buffered(_INPUT)
        if not given or inflate is None:
            raise ArchiveError(UnreadableReason.TRUNCATED, f"@{self._packed.position}")
        try:
            found = inflate.decompress(given, CHUNK)
        except zlib.error as error:
            raise self._damaged() from error
        # At the end zlib leaves the same bytes in both.
        self._packed.advance(len(given) - len(inflate.unused_data if inflate.eof else inflate.unconsumed_tail))
        self._crc = zlib.crc32(found, self._crc)
        self._size += len(found)
        self._is_at_end = inflate.eof
        self._budget.give(len(found))
        return found

    def _damaged(self) -> ArchiveError:
        # Where members are records, the next one can be looked for.
        return ArchiveError(UnreadableReason.DAMAGED, f"@{self._packed.position}", of_member=bool(self._stop_before))

    def _find_member(self) -> bool:
        """Look for the beginning of another member after damaged bytes; False if there is none."""
        self._packed.advance(min(1, len(self._packed.peek(1))))
        self._inflate, self._is_damaged, self._is_at_end = None, False, False
        while len(ahead := self._packed.peek(CHUNK)) >= len(_MAGIC):
            found = ahead.find(_MAGIC)
            self._packed.advance(found if found >= 0 else len(ahead) - len(_MAGIC) + 1)
            if found >= 0:
                return True
        self._packed.advance(len(ahead))
        return False

    def _append(self, found: bytes, *, is_new: bool) -> None:
        if is_new:
            self._forget()
            start = self.position + len(self._buffer) - self._at
            if self._starts and self._starts[-1][0] == start:
                self._starts.pop()  # an empty member
            self._starts.append((start, self._member))
        self._buffer = self._buffer[self._at :] + found
        self._at = 0

    def _forget(self) -> None:
        while len(self._starts) > 1 and self._starts[1][0] <= self.position:
            self._starts.popleft()


def _zeros_ahead(packed: ByteStream) -> int:
    ahead = packed.buffered(_INPUT)
    return len(ahead) - len(ahead.lstrip(b"\0"))
