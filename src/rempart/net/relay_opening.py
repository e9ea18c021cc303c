"""Read the first bytes inside a tunnel, in clear, without ending TLS: is it the host that was asked for?

A tunnel to one host whose TLS hello names another is how a page, or a program, reaches what was not allowed through a
server that serves both (domain fronting). What is not TLS may only be the beginning of a WebSocket to that very host.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import h11

from rempart.errors import EgressError, FetchError
from rempart.model.egress import EgressVerdict
from rempart.net.urls import WebUrl, parse_host, parse_url

_HANDSHAKE: Final = 22  # RFC 8446 §5.1, ContentType
_CLIENT_HELLO: Final = 1  # RFC 8446 §4, HandshakeType
_TLS_MAJOR: Final = 3
_RECORD_HEAD_BYTES: Final = 5
_RECORD_BYTES_MOST: Final = 2**14
_MESSAGE_HEAD_BYTES: Final = 4
_SERVER_NAME: Final = 0  # RFC 6066 §3
_ENCRYPTED_HELLO: Final = 0xFE0D  # RFC 9849
_HOST_NAME: Final = 0  # RFC 6066 §3, NameType
_VERSION_AND_RANDOM_BYTES: Final = 34


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """What the first bytes say."""

    remarks: tuple[str, ...] = ()
    """What a person should know of them, in English."""
    websocket: WebUrl | None = None
    """The address of a WebSocket in clear, which the gate judges; None for TLS."""


def read_opening(data: bytes, url: WebUrl, most_bytes: int) -> Opening | None:
    """Judge the first bytes of a tunnel.

    Args:
        data: All that came until now; at least one byte.
        url: The address of the host that the tunnel was asked for.
        most_bytes: More than that is not waited for.

    Returns:
        What they say; None if more must come to tell.

    Raises:
        EgressError: they mean another host, or are neither TLS nor the beginning of a WebSocket.
    """
    try:
        found = _read_tls(data, url) if data[0] == _HANDSHAKE else _read_websocket(data, url, most_bytes)
    except (IndexError, UnicodeDecodeError) as error:
        raise EgressError(EgressVerdict.BAD_REQUEST, "a TLS hello that cannot be read") from error
    if found is None and len(data) >= most_bytes:
        raise EgressError(EgressVerdict.BAD_REQUEST, f"the first bytes inside are no hello within {most_bytes} bytes")
    return found


def _read_tls(data: bytes, url: WebUrl) -> Opening | None:
    message = _assemble(data)
    if message is None:
        return None
    names, is_encrypted = _read_hello(message)
    remarks = []
    if is_encrypted:
        # Chromium offers it always, as grease (RFC 9849 §6.2); behind a proxy it knows no key to use it with.
        remarks.append("its TLS hello offers an encrypted one (ECH)")
    if not names:
        remarks.append("its TLS hello names no server")
    if len(names) > 1 or any(_plain_host(name) != url.host for name in names):
        raise EgressError(EgressVerdict.OTHER_HOST_INSIDE, f"TLS for {', '.join(names)[:80]}")
    return Opening(remarks=tuple(remarks))


def _assemble(data: bytes) -> bytes | None:
    """Join the records that hold the first handshake message; None while it is not whole."""
    message = b""
    at = 0
    while len(data) >= at + _RECORD_HEAD_BYTES:
        kind, major = data[at], data[at + 1]
        size = int.from_bytes(data[at + 3 : at + 5], "big")
        if kind != _HANDSHAKE or major != _TLS_MAJOR or not 0 < size <= _RECORD_BYTES_MOST:
            raise EgressError(EgressVerdict.BAD_REQUEST, "a TLS record that cannot be read")
        at += _RECORD_HEAD_BYTES
        message += data[at : at + size]
        at += size
        if message and message[0] != _CLIENT_HELLO:
            raise EgressError(EgressVerdict.BAD_REQUEST, "TLS that does not begin with a hello")
        if len(message) >= _MESSAGE_HEAD_BYTES:
            whole = _MESSAGE_HEAD_BYTES + int.from_bytes(message[1:4], "big")
            if len(message) >= whole:
                return message[_MESSAGE_HEAD_BYTES:whole]
    return None


class _Reader:
    """Takes fields off a message; IndexError where it is too short."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def take(self, size: int) -> bytes:
        if self._at + size > len(self._data):
            raise IndexError
        self._at += size
        return self._data[self._at - size : self._at]

    def number(self, size: int) -> int:
        return int.from_bytes(self.take(size), "big")

    def vector(self, size_of_length: int) -> _Reader:
        return _Reader(self.take(self.number(size_of_length)))

    def __bool__(self) -> bool:
        return self._at < len(self._data)


def _read_hello(message: bytes) -> tuple[list[str], bool]:
    """Return the names of a ClientHello (RFC 8446 §4.1.2), and whether it offers an encrypted one."""
    hello = _Reader(message)
    hello.take(_VERSION_AND_RANDOM_BYTES)
    for size_of_length in (1, 2, 1):  # session, cipher suites, compressions
        hello.vector(size_of_length)
    names: list[str] = []
    is_encrypted = False
    extensions = hello.vector(2) if hello else _Reader(b"")
    while extensions:
        kind, content = extensions.number(2), extensions.vector(2)
        is_encrypted |= kind == _ENCRYPTED_HELLO
        if kind == _SERVER_NAME:
            entries = content.vector(2)
            while entries:
                if entries.number(1) != _HOST_NAME:
                    raise IndexError
                entry = entries.vector(2)
                names.append(entry._data.decode("ascii"))  # noqa: SLF001 - of this file
    return names, is_encrypted


def _plain_host(name: str) -> str:
    try:
        return parse_host(name)
    except FetchError:
        return ""


def _read_websocket(data: bytes, url: WebUrl, most_bytes: int) -> Opening | None:
    """Read the request that opens a WebSocket in clear (RFC 6455 §4.1)."""
    connection = h11.Connection(h11.SERVER, max_incomplete_event_size=most_bytes)
    try:
        connection.receive_data(data)
        request = connection.next_event()
    except h11.RemoteProtocolError as error:
        raise EgressError(EgressVerdict.BAD_REQUEST, "neither TLS nor HTTP inside a tunnel") from error
    if request is h11.NEED_DATA:
        return None
    if not isinstance(request, h11.Request) or not _opens_websocket(request):
        raise EgressError(EgressVerdict.BAD_REQUEST, "neither TLS nor a WebSocket inside a tunnel")
    hosts = [value for name, value in request.headers if name == b"host"]
    try:
        inside = parse_url(f"http://{hosts[0].decode('ascii')}{request.target.decode('ascii')}") if hosts else None
    except (FetchError, UnicodeDecodeError) as error:
        raise EgressError(EgressVerdict.BAD_REQUEST, "a WebSocket to what is not an address") from error
    if inside is None or len(hosts) > 1 or (inside.host, inside.port) != (url.host, url.port):
        raise EgressError(EgressVerdict.OTHER_HOST_INSIDE, f"a WebSocket to {inside.netloc[:80] if inside else 'none'}")
    return Opening(websocket=inside, remarks=("a WebSocket in clear",))


def _opens_websocket(request: h11.Request) -> bool:
    named = {name: value.lower() for name, value in request.headers}
    tokens = {token.strip() for token in named.get(b"connection", b"").split(b",")}
    is_asked = named.get(b"upgrade") == b"websocket" and b"upgrade" in tokens
    return request.method == b"GET" and request.target.startswith(b"/") and is_asked
