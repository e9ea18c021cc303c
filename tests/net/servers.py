"""A server on loopback that says whatever a test scripts, byte by byte: each connection is a thread of its own.

with RawServer(reply(b"hello")) as server:
    ...  # http://127.0.0.1:{server.port}/
    assert server.connections == 1
"""

from __future__ import annotations

import contextlib
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Iterable
from types import TracebackType
from typing import Final, Self

import trustme

LOOPBACK: Final = "127.0.0.1"
#: Nobody waits longer for a test's client.
_PATIENCE_S: Final = 10.0
_HEAD_END: Final = b"\r\n\r\n"


class Visitor:
    """One connection, from the server's side."""

    def __init__(self, connection: socket.socket, server: RawServer) -> None:
        """Talk to whoever connected."""
        self._socket = connection
        self._server = server
        self._left = b""

    def read_head(self) -> bytes:
        """Read a request up to the empty line; nothing if the client has gone."""
        while _HEAD_END not in self._left:
            data = self._socket.recv(65_536)
            if not data:
                return b""
            self._left += data
        head, _, self._left = self._left.partition(_HEAD_END)
        self._server.heads.append(head)
        return head

    def read(self, size: int) -> bytes:
        """Read so many bytes after the head; fewer if the client has gone."""
        while len(self._left) < size and (data := self._socket.recv(65_536)):
            self._left += data
        body, self._left = self._left[:size], self._left[size:]
        return body

    def send(self, data: bytes) -> None:
        """Send at once."""
        self._socket.sendall(data)

    def peek(self) -> None:
        """Wait for the first byte, and leave it there."""
        self._socket.recv(1, socket.MSG_PEEK)

    def drip(self, pieces: Iterable[bytes], pause_s: float) -> None:
        """Send piece by piece, with a pause after each, until the client has gone or the server ends."""
        for piece in pieces:
            self._socket.sendall(piece)
            if self._server.ending.wait(pause_s):
                return

    def wait(self) -> None:
        """Say nothing more, until the client has gone or the server ends."""
        self._socket.settimeout(0.02)
        while not self._server.ending.is_set():
            try:
                if not self._socket.recv(65_536):
                    return
            except TimeoutError:
                continue

    def reset(self) -> None:
        """Break the connection: the client sees RST, not an end."""
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._socket.close()

    def secure(self, context: ssl.SSLContext) -> None:
        """Speak TLS from now on."""
        self._socket = context.wrap_socket(self._socket, server_side=True)

    def close(self) -> None:
        """End the connection."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()


Script = Callable[[Visitor], None]


class RawServer:
    """Answers the first connection by the first script, and so on; the last script answers all that follow."""

    def __init__(
        self, *scripts: Script, tls: ssl.SSLContext | None = None, host: str = LOOPBACK, port: int = 0
    ) -> None:
        """Listen.

        Args:
            scripts: What happens on each connection in turn.
            tls: Speak TLS from the first byte.
            host: 127.0.0.1 or ::1; any address in a namespace that has it.
            port: By default one that the system chooses.
        """
        self._scripts = scripts
        self._tls = tls
        self._listener = socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
        self.host = host
        self.port: int = self._listener.getsockname()[1]
        #: How many connections were accepted.
        self.connections = 0
        #: Each request's head, as it came.
        self.heads: list[bytes] = []
        #: What went wrong on our side: clients that go away are expected, others show a mistake in a test.
        self.troubles: list[str] = []
        self.ending = threading.Event()
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    @property
    def requests(self) -> int:
        """Return how many requests came."""
        return len(self.heads)

    def url(self, path: str = "/", host: str = "") -> str:
        """Return an address of this server."""
        scheme = "https" if self._tls else "http"
        own = f"[{self.host}]" if ":" in self.host else self.host
        return f"{scheme}://{host or own}:{self.port}{path}"

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:  # it was closed
                return
            connection.settimeout(_PATIENCE_S)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            script = self._scripts[min(self.connections, len(self._scripts) - 1)]
            self.connections += 1
            thread = threading.Thread(target=self._serve, args=(connection, script), daemon=True)
            thread.start()
            self._threads.append(thread)  # whoever waits for the end finds it begun

    def _serve(self, connection: socket.socket, script: Script) -> None:
        visitor = Visitor(connection, self)
        try:
            if self._tls:
                visitor.secure(self._tls)
            script(visitor)
        except OSError as error:
            self.troubles.append(type(error).__name__)
        finally:
            visitor.close()
            connection.close()

    def wait_for_end(self, patience_s: float = 5.0) -> bool:
        """Tell whether every client has gone, after some patience."""
        until = time.monotonic() + patience_s
        for thread in self._threads[1:]:
            thread.join(max(0.0, until - time.monotonic()))
        return not any(thread.is_alive() for thread in self._threads[1:])

    def close(self) -> None:
        """End every connection."""
        self.ending.set()
        with contextlib.suppress(OSError):  # it was closed before
            self._listener.shutdown(socket.SHUT_RDWR)  # wakes whoever accepts
        for thread in self._threads:
            thread.join(_PATIENCE_S)
        self._listener.close()

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        self.close()


def head(status: str = "200 OK", **headers: str) -> bytes:
    """Return the head of an answer; ``content_type="text/html"`` is the header ``content-type: text/html``."""
    lines = [f"HTTP/1.1 {status}", *(f"{name.replace('_', '-')}: {value}" for name, value in headers.items())]
    return "\r\n".join(lines).encode("latin-1") + _HEAD_END


def page(body: bytes = b"<p>hello</p>", status: str = "200 OK", **headers: str) -> bytes:
    """Return a whole answer: a page of its length, unless the headers say otherwise."""
    return head(status, **{"content_type": "text/html", "content_length": str(len(body)), **headers}) + body


def redirect(location: str, status: str = "302 Found") -> bytes:
    """Return an answer that leads elsewhere."""
    return head(status, location=location, content_length="0")


def reply(*answers: bytes) -> Script:
    """Answer each request of a connection in turn, then end it; the last answer is repeated."""

    def script(visitor: Visitor) -> None:
        for answer in answers:
            if not visitor.read_head():
                return
            visitor.send(answer)
        while visitor.read_head():
            visitor.send(answers[-1])

    return script


def once(*pieces: bytes, pause_s: float = 0.0) -> Script:
    """Answer one request, piece by piece, then end the connection."""

    def script(visitor: Visitor) -> None:
        if visitor.read_head():
            visitor.drip(pieces, pause_s)

    return script


def then_silence(data: bytes = b"") -> Script:
    """Answer one request with some bytes, and leave the connection open."""

    def script(visitor: Visitor) -> None:
        visitor.read_head()
        visitor.send(data)
        visitor.wait()

    return script


def then_reset(data: bytes = b"") -> Script:
    """Answer one request with some bytes, and break the connection."""

    def script(visitor: Visitor) -> None:
        visitor.read_head()
        visitor.send(data)
        time.sleep(0.05)  # what was sent arrives first
        visitor.reset()

    return script


def endless(beginning: bytes, piece: bytes, pause_s: float = 0.0) -> Script:
    """Answer one request, and go on until the client has had enough."""

    def script(visitor: Visitor) -> None:
        visitor.read_head()
        visitor.send(beginning)
        while not visitor._server.ending.wait(pause_s):
            visitor.send(piece)

    return script


class Authority:
    """Certificates of a test: an authority of its own, and servers' contexts under it."""

    def __init__(self) -> None:
        """Make the authority."""
        self.ca = trustme.CA()

    def server(self, *names: str) -> ssl.SSLContext:
        """Return a server's context for some names or addresses."""
        return self.context(self.ca.issue_cert(*names))

    @staticmethod
    def context(certificate: trustme.LeafCert) -> ssl.SSLContext:
        """Return a server's context for a certificate."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        certificate.configure_cert(context)
        return context

    def client(self) -> ssl.SSLContext:
        """Return a client's context that trusts this authority and no other."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        self.ca.configure_trust(context)
        return context
