"""Seal files of any size, a chunk at a time, so that none can be cut, moved, repeated or left out unseen.

STREAM (Hoang, Reyhanitabar, Rogaway, Vizár, CRYPTO 2015), as age does it: each chunk's nonce holds its number and
whether it is the last. A header gives the salt from which this stream's own key and nonce prefix are derived.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from rempart.errors import IntegrityError
from rempart.keys.workspace_key import KEY_BYTES, TAG_BYTES, derive

#: Clear bytes per chunk; every chunk but the last is full.
CHUNK_BYTES = 1024 * 1024
_MAGIC = b"REMPART-STREAM\x00\x01"
_SALT_BYTES = 16
#: What comes before the first chunk.
HEADER_BYTES = len(_MAGIC) + _SALT_BYTES
_PREFIX_BYTES = 7
_CHUNKS_MAX = 2**32


def seal_stream(key: bytes, reader: BinaryIO, writer: BinaryIO, *, context: str) -> None:
    """Seal everything that a reader gives.

    Args:
        key: 32 bytes.
        reader: Clear bytes.
        writer: Takes the sealed ones.
        context: The place; the stream opens nowhere else.
    """
    header = _MAGIC + os.urandom(_SALT_BYTES)
    box, prefix = _opened(key, header)
    _write_full(writer, header)
    for number, chunk, is_last in _chunks(reader, CHUNK_BYTES):
        nonce = _nonce(prefix, number, is_last=is_last)
        _write_full(writer, box.encrypt(nonce, chunk, header + context.encode()))


def unseal_stream(key: bytes, reader: BinaryIO, writer: BinaryIO, *, context: str) -> None:
    """Open what ``seal_stream`` wrote.

    NOTE: chunks are given on as they open. What was written must be thrown away when this raises: a stream that was
    cut is known as such at its end only.

    Raises:
        IntegrityError: it was changed, cut, put in another order, or sealed elsewhere.
    """
    header = _read_full(reader, HEADER_BYTES)
    if len(header) != HEADER_BYTES or not header.startswith(_MAGIC):
        message = "a sealed file does not begin as one of version 1"
        raise IntegrityError(message, advice="It was cut or changed: restore a backup.")
    box, prefix = _opened(key, header)
    for number, chunk, is_last in _chunks(reader, CHUNK_BYTES + TAG_BYTES):
        try:
            plain = box.decrypt(_nonce(prefix, number, is_last=is_last), chunk, header + context.encode())
        except InvalidTag:
            message = f"a sealed file does not open as {context} at chunk {number}"
            raise IntegrityError(message, advice="It was cut, changed or moved: restore a backup.") from None
        _write_full(writer, plain)


def _opened(key: bytes, header: bytes) -> tuple[AESGCM, bytes]:
    """Derive a stream's own key and nonce prefix."""
    material = derive(key, "rempart stream v1", size=KEY_BYTES + _PREFIX_BYTES, salt=header[len(_MAGIC) :])
    return AESGCM(material[:KEY_BYTES]), material[KEY_BYTES:]


def _nonce(prefix: bytes, number: int, *, is_last: bool) -> bytes:
    """Return a chunk's nonce: 7 bytes of the stream, its number, whether it is the last."""
    return prefix + number.to_bytes(4, "big") + bytes([is_last])


def _chunks(reader: BinaryIO, size: int) -> Iterator[tuple[int, bytes, bool]]:
    """Cut a reader in full chunks and a last one, which may be empty only when it is alone."""
    chunk = _read_full(reader, size)
    for number in range(_CHUNKS_MAX):
        following = _read_full(reader, size) if len(chunk) == size else b""
        yield number, chunk, not following
        if not following:
            return
        chunk = following
    message = f"a file of more than {_CHUNKS_MAX} chunks cannot be sealed"
    raise IntegrityError(message)


def _read_full(reader: BinaryIO, size: int) -> bytes:
    """Read so many bytes, or to the end: a pipe gives less at a time."""
    parts = []
    while size and (part := reader.read(size)):
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def _write_full(writer: BinaryIO, content: bytes) -> None:
    """Write everything: a pipe, or a file without a buffer, may take less at a time."""
    view = memoryview(content)
    while view:
        view = view[writer.write(view) :]
