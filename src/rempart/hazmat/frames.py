"""Messages between the pool and a worker: a length, then JSON, and sometimes a file descriptor. Never pickle."""

from __future__ import annotations

import json
import socket
import struct
from typing import Final, NamedTuple, cast

from rempart.hazmat.interface import Json

_HEADER: Final = struct.Struct("<I")
#: A record is fingerprints and sizes; more than this from a worker is not a record.
FRAME_LIMIT_BYTES: Final = 1024 * 1024


class Received(NamedTuple):
    """One message, and the descriptors that came with it."""

    message: dict[str, Json]
    descriptor: int | None
    """Of what is to be read."""
    output: int | None
    """Of what may be written."""


def send_frame(
    sock: socket.socket, message: dict[str, Json], descriptor: int | None = None, output: int | None = None
) -> None:
    """Send one message, a descriptor with it, and one more of what may be written.

    Raises:
        OSError: the other side is gone.
    """
    body = json.dumps(message).encode("ascii")
    data = memoryview(_HEADER.pack(len(body)) + body)
    if descriptor is not None:
        sent = socket.send_fds(sock, [data], [descriptor] if output is None else [descriptor, output])
        data = data[sent:]
    sock.sendall(data)


def receive_frame(sock: socket.socket) -> Received | None:
    """Wait for one message and the descriptors that came with it; None when the other side is gone.

    Raises:
        ValueError: the message is too long or is not JSON.
    """
    header, descriptors, _, _ = socket.recv_fds(sock, _HEADER.size, 2)
    while header and len(header) < _HEADER.size:
        header += sock.recv(_HEADER.size - len(header))
    if not header:
        return None
    length = _checked_length(header)
    body = bytearray()
    while len(body) < length:
        part = sock.recv(length - len(body))
        if not part:
            return None
        body += part
    first, second = (*descriptors, None, None)[:2]
    return Received(_decoded(bytes(body)), first, second)


class FrameReader:
    """Collect messages from bytes that arrive in any pieces."""

    def __init__(self) -> None:
        """Start with nothing."""
        self._buffer = bytearray()

    def feed(self, data: bytes) -> list[dict[str, Json]]:
        """Take some bytes and return the messages that are now whole.

        Raises:
            ValueError: a message is too long or is not JSON.
        """
        self._buffer += data
        messages = []
        while len(self._buffer) >= _HEADER.size:
            end = _HEADER.size + _checked_length(bytes(self._buffer[: _HEADER.size]))
            if len(self._buffer) < end:
                break
            messages.append(_decoded(bytes(self._buffer[_HEADER.size : end])))
            del self._buffer[:end]
        return messages


def _checked_length(header: bytes) -> int:
    length = int(_HEADER.unpack(header)[0])
    if length > FRAME_LIMIT_BYTES:
        message = f"a message of {length} bytes is over the limit of {FRAME_LIMIT_BYTES}"
        raise ValueError(message)
    return length


def _decoded(body: bytes) -> dict[str, Json]:
    try:
        message = json.loads(body)
    except RecursionError as error:
        nested = "a message is nested too deeply"
        raise ValueError(nested) from error
    if not isinstance(message, dict):
        shape = f"a message is an object, not {type(message).__name__}"
        raise ValueError(shape)  # noqa: TRY004 - one kind of failure for the caller: the message is wrong
    return cast("dict[str, Json]", message)
