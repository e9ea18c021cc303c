"""A small HTTP server for one question: C2SP tlog-witness, ``POST /add-checkpoint``. Everything else is refused.

One request a connection, bounded in bytes, in time and in how many are open; what is answered is decided by whoever
started it, one request after another. TLS is the reverse proxy's: what is exchanged is signed, and no secret.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import re
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

import h11

from rempart.errors import MisuseError, RempartError, UnavailableError
from rempart.net.addresses import parse_address

logger = logging.getLogger(__name__)

_PATH: Final = b"/add-checkpoint"
_HEAD_BYTES_MAX: Final = 8_192
_READ_BYTES: Final = 64 * 1024
_BACKLOG: Final = 32
_PORT_MAX: Final = 65_535


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What is answered to one request."""

    status: int
    """How it went, in HTTP's numbers."""
    media_type: str
    """What the body is."""
    body: bytes
    """The body."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerLimits:
    """What one who asks may cost."""

    request_bytes: int
    """Of the body."""
    total_s: float = 10.0
    """From the connection to the last byte."""
    connections: int = 16
    """Open at once; more are closed."""


#: What decides: it is given the body, and may raise a RempartError, which is told as "not now".
Decide = Callable[[bytes], Answered]


class WitnessServer:
    """Listens on one address."""

    def __init__(self, decide: Decide, limits: ServerLimits) -> None:
        """Prepare to serve."""
        self._decide = decide
        self._limits = limits
        self._open = 0
        self._one_at_a_time = asyncio.Lock()

    def run(self, host: str, port: int, started: Callable[[int], None]) -> None:
        """Serve until somebody interrupts; as :meth:`serve`, in a loop of its own."""
        with contextlib.suppress(KeyboardInterrupt):
            asyncio.run(self.serve(host, port, started))

    async def serve(self, host: str, port: int, started: Callable[[int], None]) -> None:
        """Serve until this task is cancelled.

        Args:
            host: An address of this machine.
            port: Its port; 0 takes a free one.
            started: Is told the port.

        Raises:
            UnavailableError: the address cannot be listened on.
        """
        try:
            server = await asyncio.start_server(
                self._talk, host, port, limit=_HEAD_BYTES_MAX, backlog=_BACKLOG, reuse_address=True
            )
        except OSError as error:
            message = f"the witness cannot listen on {host} port {port}: {error.strerror}"
            raise UnavailableError(message, advice="Is another one running there? Name another port.") from error
        async with server:
            started(server.sockets[0].getsockname()[1])
            await server.serve_forever()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open += 1
        try:
            if self._open <= self._limits.connections:
                async with asyncio.timeout(self._limits.total_s):
                    await self._answer(reader, writer)
        except (TimeoutError, OSError, h11.ProtocolError):
            logger.debug("witness: a connection broke, or was too slow")
        finally:
            self._open -= 1
            with contextlib.suppress(OSError):
                writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = h11.Connection(h11.SERVER, max_incomplete_event_size=_HEAD_BYTES_MAX)
        try:
            answered = await self._decided(connection, reader)
        except h11.RemoteProtocolError as error:
            answered = refusal(HTTPStatus(error.error_status_hint))
        head = [
            ("Content-Type", answered.media_type),
            ("Content-Length", str(len(answered.body))),
            ("Connection", "close"),
        ]
        response = h11.Response(status_code=answered.status, headers=head)
        for event in (response, h11.Data(data=answered.body), h11.EndOfMessage()):
            data = connection.send(event)
            writer.write(data or b"")
        await writer.drain()
        writer.write_eof()
        # What it still sends is read within the time, so that it reads the answer before the connection breaks.
        while await reader.read(_READ_BYTES):
            pass

    async def _decided(self, connection: h11.Connection, reader: asyncio.StreamReader) -> Answered:
        """Read one request, and let it be decided."""
        request = await _next(connection, reader)
        if not isinstance(request, h11.Request) or request.target != _PATH or request.method != b"POST":
            return refusal(HTTPStatus.NOT_FOUND)
        body = bytearray()
        while isinstance(event := await _next(connection, reader), h11.Data):
            body += event.data
            if len(body) > self._limits.request_bytes:
                return refusal(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        if not isinstance(event, h11.EndOfMessage):
            return refusal(HTTPStatus.BAD_REQUEST)
        async with self._one_at_a_time:
            try:
                return await asyncio.to_thread(self._decide, bytes(body))
            except RempartError as error:
                logger.error("witness: %s", type(error).__name__)  # noqa: TRY400 - a message could hold a place
                return refusal(HTTPStatus.SERVICE_UNAVAILABLE)


def refusal(status: HTTPStatus) -> Answered:
    """Return an answer that says what is wrong and nothing else."""
    return Answered(status=status, media_type="text/plain; charset=utf-8", body=f"{status.phrase}\n".encode())


def parse_listen(text: str) -> tuple[str, int]:
    """Read ``127.0.0.1:8080`` or ``[::1]:8080``.

    Raises:
        MisuseError: it is no address and port.
    """
    host, _, port = text.rpartition(":")
    address = parse_address(host.removeprefix("[").removesuffix("]"))
    number = int(port) if re.fullmatch(r"[0-9]{1,5}", port, re.ASCII) else _PORT_MAX + 1
    if address is None or number > _PORT_MAX:
        message = f"{text!r} is no address to listen on"
        raise MisuseError(message, advice="Write an address and a port: 127.0.0.1:8080")
    return str(address), number


async def _next(connection: h11.Connection, reader: asyncio.StreamReader) -> h11.Event | None:
    """Return the next event of a request; None if nothing more of it can come."""
    while (event := connection.next_event()) is h11.NEED_DATA:
        connection.receive_data(await reader.read(_READ_BYTES))
    return event if isinstance(event, h11.Event) else None
