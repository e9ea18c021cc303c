"""Decompress a body in bounded pieces: gzip and deflate, which are what we ask for; anything else is refused.

Brotli and zstd are not asked for: each is one more native parser of hostile bytes in this process, where zlib is
needed anyway.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import Final

from rempart.errors import FetchError
from rempart.model.web import FetchMode, NotFetchedReason

_PIECE_BYTES: Final = 262_144
#: What may come compressed.
COMPRESSED: Final = frozenset({FetchMode.TEXT, FetchMode.ROBOTS})
_GZIP: Final = frozenset({"gzip", "x-gzip"})
_GZIP_WINDOW: Final = 16 + zlib.MAX_WBITS
#: The low half of a zlib header's first byte (RFC 1950 §2.2): some hosts send a bare deflate stream instead.
_DEFLATE_METHOD: Final = 8


class Decoder:
    """Decompresses one body."""

    def __init__(self, mode: FetchMode, content_encoding: str) -> None:
        """Choose how.

        Args:
            mode: What was asked for: media are taken as they are.
            content_encoding: The header; empty if there is none.

        Raises:
            FetchError: it is in an encoding that was not asked for, or in several.
        """
        name = content_encoding.strip().lower()
        self._is_plain = name in {"", "identity"}
        self._name = name
        self._inflater: zlib._Decompress | None = None
        if not self._is_plain and (mode not in COMPRESSED or name not in _GZIP | {"deflate"}):
            raise FetchError(NotFetchedReason.ENCODING, name[:40])

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Yield what some bytes hold, 256 KiB at a time.

        Raises:
            FetchError: they are damaged.
        """
        if self._is_plain:
            yield data
            return
        while data:
            inflater = self._inflater = self._inflater or self._begin(data)
            try:
                piece = inflater.decompress(data, _PIECE_BYTES)
            except zlib.error as error:
                raise FetchError(NotFetchedReason.ENCODING, f"{self._name}: damaged") from error
            if piece:
                yield piece
            if inflater.eof:
                # RFC 1952 §2.2: a file may be several members; what follows a deflate stream is nothing.
                data = inflater.unused_data if self._name in _GZIP else b""
                self._inflater = None if data else inflater
            else:
                data = inflater.unconsumed_tail

    def finish(self) -> None:
        """Make sure that the body was whole.

        Raises:
            FetchError: it ended in the middle.
        """
        if self._inflater is not None and not self._inflater.eof:
            raise FetchError(NotFetchedReason.INCOMPLETE, self._name)

    def _begin(self, data: bytes) -> zlib._Decompress:
        if self._name in _GZIP:
            return zlib.decompressobj(_GZIP_WINDOW)
        return zlib.decompressobj(zlib.MAX_WBITS if data[0] & 0x0F == _DEFLATE_METHOD else -zlib.MAX_WBITS)
