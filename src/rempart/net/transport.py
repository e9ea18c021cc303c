"""httpx2 transports whose sockets are guarded: no proxy, no variable of the environment, HTTP/1.1 only.

HTTP/2 would multiplex fetches over one connection, and the bytes of one could not be told from another's.
"""

from __future__ import annotations

import logging
import math
import ssl
from collections.abc import AsyncIterable, AsyncIterator, Iterable, Iterator
from typing import Any, Final

import httpcore2
import httpx2

from rempart.errors import FetchError
from rempart.model.web import NotFetchedReason
from rempart.net.backend import AsyncGuardedBackend, GuardedBackend
from rempart.net.guard import Guard
from rempart.net.meter import current

#: A host is asked over one connection at a time; it is kept for the next question this long.
KEEP_ALIVE_S: Final = 30.0
_CONNECTIONS_MOST: Final = 64
# At its debug level the library writes hosts and headers, cookies included: nobody's log is to hold them.
logging.getLogger("httpcore2").setLevel(logging.WARNING)


class GuardedTransport(httpx2.BaseTransport):
    """For threads: each thread that uses it sets its own meter (``rempart.net.meter.current``)."""

    def __init__(self, guard: Guard, tls: ssl.SSLContext) -> None:
        """Make a pool of guarded connections."""
        self._pool = httpcore2.ConnectionPool(
            ssl_context=tls,
            max_connections=_CONNECTIONS_MOST,
            keepalive_expiry=KEEP_ALIVE_S,
            network_backend=GuardedBackend(guard),
        )

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send one request; the body of its answer is not read.

        Raises:
            FetchError: it cannot be had.
        """
        try:
            response = self._pool.handle_request(_plain(request))
        except _THEIRS as error:
            raise _ours(error) from error
        return httpx2.Response(
            status_code=response.status,
            headers=response.headers,
            stream=_Body(response),
            extensions=response.extensions,
        )

    def close(self) -> None:
        """Close every connection."""
        self._pool.close()


class AsyncGuardedTransport(httpx2.AsyncBaseTransport):
    """For tasks: as :class:`GuardedTransport`."""

    def __init__(self, guard: Guard, tls: ssl.SSLContext) -> None:
        """Make a pool of guarded connections."""
        self._pool = httpcore2.AsyncConnectionPool(
            ssl_context=tls,
            max_connections=_CONNECTIONS_MOST,
            keepalive_expiry=KEEP_ALIVE_S,
            network_backend=AsyncGuardedBackend(guard),
        )

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send one request; the body of its answer is not read.

        Raises:
            FetchError: it cannot be had.
        """
        try:
            response = await self._pool.handle_async_request(_plain(request))
        except _THEIRS as error:
            raise _ours(error) from error
        return httpx2.Response(
            status_code=response.status,
            headers=response.headers,
            stream=_AsyncBody(response),
            extensions=response.extensions,
        )

    async def aclose(self) -> None:
        """Close every connection."""
        await self._pool.aclose()


#: What the libraries raise where an answer cannot be had. (A context manager would cost 2 us a request.)
_THEIRS: Final = (
    httpcore2.ProtocolError,
    httpcore2.NetworkError,
    httpcore2.TimeoutException,
    httpx2.ProtocolError,
    httpx2.InvalidURL,
    OSError,
)


def _ours(error: Exception) -> FetchError:
    """Say in the words of this room what the libraries raised."""
    if isinstance(error, httpcore2.RemoteProtocolError | httpx2.RemoteProtocolError):
        return _why_not_http(str(error))
    if isinstance(error, httpcore2.ProtocolError | httpx2.ProtocolError | httpx2.InvalidURL):
        return FetchError(NotFetchedReason.BAD_ADDRESS, "it cannot be sent")
    if isinstance(error, httpcore2.PoolTimeout):
        return FetchError(NotFetchedReason.TOTAL_TIME, "no connection was free")
    return FetchError(NotFetchedReason.RESET)


def _why_not_http(message: str) -> FetchError:
    """Tell a broken answer from one that is not HTTP: the library says it in words only."""
    if "without sending complete" in message or "without sending a response" in message:
        reason = NotFetchedReason.RESET if "response" in message else NotFetchedReason.INCOMPLETE
        return FetchError(reason)
    if "Receive buffer too long" in message:
        return FetchError(NotFetchedReason.HEADERS)
    # After a colon the library shows what came: content, which is in no reason.
    return FetchError(NotFetchedReason.BAD_HTTP, message.partition(":")[0][:80])


def _plain(request: httpx2.Request) -> httpcore2.Request:
    url = request.url
    return httpcore2.Request(
        method=request.method,
        url=httpcore2.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
        headers=request.headers.raw,
        content=request.stream,
        extensions={"timeout": {"pool": current.get().left_s(math.inf)}},
    )


def _has_more(stream: Any) -> bool:  # noqa: ANN401 - inside the library, which shows this nowhere
    """Tell whether more came than the answer: it would be read as the answer to the next request of the connection."""
    data, _ = stream._stream._connection._h11_state.trailing_data  # noqa: SLF001 - as above; a test holds it
    return bool(data)


class _Body(httpx2.SyncByteStream):
    """The body of an answer, with our errors."""

    def __init__(self, response: httpcore2.Response) -> None:
        assert isinstance(response.stream, Iterable)  # noqa: S101 - the library's own check, for the type
        self._stream = response.stream
        self._connection = response.extensions["network_stream"]

    def __iter__(self) -> Iterator[bytes]:
        try:
            yield from self._stream
        except _THEIRS as error:
            raise _ours(error) from error

    def close(self) -> None:
        if _has_more(self._stream):
            self._connection.close()
        if hasattr(self._stream, "close"):
            self._stream.close()


class _AsyncBody(httpx2.AsyncByteStream):
    """As :class:`_Body`."""

    def __init__(self, response: httpcore2.Response) -> None:
        assert isinstance(response.stream, AsyncIterable)  # noqa: S101 - as above
        self._stream = response.stream
        self._connection = response.extensions["network_stream"]

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            async for part in self._stream:
                yield part
        except _THEIRS as error:
            raise _ours(error) from error

    async def aclose(self) -> None:
        if _has_more(self._stream):
            await self._connection.aclose()
        if hasattr(self._stream, "aclose"):
            await self._stream.aclose()
