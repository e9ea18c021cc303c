"""The sockets of httpcore2, guarded: a host is resolved and checked here, and what is connected to is what was checked.

Two twins, for threads and for tasks; each wraps the library's own backend and gives it an address, never a name.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterable
from typing import Any

import httpcore2
from anyio.streams.tls import TLSStream

from rempart.errors import FetchError
from rempart.model.web import NotFetchedReason
from rempart.net.addresses import IPAddress
from rempart.net.guard import Guard, Route
from rempart.net.meter import current
from rempart.net.tls import why_no_tls

#: What a stream says of itself to whoever asks: its route, its address.
ROUTE = "rempart.route"
PEER = "rempart.peer"

_SocketOptions = Iterable[httpcore2.SOCKET_OPTION] | None


class GuardedBackend(httpcore2.NetworkBackend):
    """Connects for threads."""

    def __init__(self, guard: Guard) -> None:
        """Connect where a guard allows it."""
        self._guard = guard
        self._inner = httpcore2.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: _SocketOptions = None,
    ) -> httpcore2.NetworkStream:
        """Resolve, check, connect, check again.

        Raises:
            FetchError: at any of these steps.
        """
        meter = current.get()
        limits = meter.limits
        route = self._guard.route(host, port, meter.left_s(limits.resolve_s))
        failure = FetchError(NotFetchedReason.CONNECT, host)
        for address in route.tried:
            try:
                stream = self._inner.connect_tcp(
                    str(address), port, meter.left_s(limits.connect_s), local_address, socket_options
                )
            except httpcore2.ConnectTimeout:
                failure = meter.why_timeout(NotFetchedReason.CONNECT_TIME, limits.connect_s)
            except httpcore2.ConnectError:
                failure = FetchError(NotFetchedReason.CONNECT, f"{address} port {port}")
            else:
                try:
                    route.verify_peer(stream.get_extra_info("server_addr"), address)
                except (FetchError, OSError):
                    stream.close()
                    raise
                return _Stream(stream, route, address)
        raise failure

    def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: _SocketOptions = None
    ) -> httpcore2.NetworkStream:
        """Refuse: nothing of the outside is a file.

        Raises:
            FetchError: always.
        """
        raise FetchError(NotFetchedReason.SCHEME, "a socket in a file")


class _Stream(httpcore2.NetworkStream):
    """A connection that counts."""

    def __init__(self, inner: httpcore2.NetworkStream, route: Route, peer: IPAddress) -> None:
        self._inner = inner
        self._route = route
        self._peer = peer
        self._is_closed = False
        self._socket: socket.socket = inner.get_extra_info("socket")

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        meter = current.get()
        wait_s = meter.left_s(meter.limits.idle_s)
        try:
            # As the library's own stream does, without the context manager that maps its errors: ours are mapped above.
            self._socket.settimeout(wait_s)
            data = self._socket.recv(meter.read_size(max_bytes))
        except TimeoutError as error:
            raise meter.why_timeout(NotFetchedReason.IDLE, meter.limits.idle_s) from error
        meter.take(len(data))
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        meter = current.get()
        try:
            self._inner.write(buffer, meter.left_s(meter.limits.idle_s))
        except httpcore2.WriteTimeout as error:
            raise meter.why_timeout(NotFetchedReason.IDLE, meter.limits.idle_s) from error

    def close(self) -> None:
        self._is_closed = True
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.NetworkStream:
        meter = current.get()
        try:
            secure = self._inner.start_tls(ssl_context, server_hostname, meter.left_s(meter.limits.connect_s))
        except httpcore2.ConnectTimeout as error:
            raise meter.why_timeout(NotFetchedReason.CONNECT_TIME, meter.limits.connect_s) from error
        except httpcore2.ConnectError as error:
            raise why_no_tls(error, self._route.host) from error
        return _Stream(secure, self._route, self._peer)

    def get_extra_info(self, info: str) -> Any:  # noqa: ANN401 - the library's interface
        if info == ROUTE:
            return self._route
        if info == PEER:
            return self._peer
        # The pool asks before it uses a connection again: what can be read then is an end, or an answer to no question.
        if info == "is_readable" and (self._is_closed or _holds_more(self._inner)):
            return True
        return self._inner.get_extra_info(info)


def _holds_more(stream: httpcore2.NetworkStream) -> bool:
    """Tell whether TLS decrypted more than was read: the system does not see that."""
    secure = stream.get_extra_info("socket")
    return isinstance(secure, ssl.SSLSocket) and secure.pending() > 0


class AsyncGuardedBackend(httpcore2.AsyncNetworkBackend):
    """Connects for tasks."""

    def __init__(self, guard: Guard) -> None:
        """Connect where a guard allows it."""
        self._guard = guard
        self._inner = httpcore2.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: _SocketOptions = None,
    ) -> httpcore2.AsyncNetworkStream:
        """Resolve, check, connect, check again.

        Raises:
            FetchError: at any of these steps.
        """
        meter = current.get()
        limits = meter.limits
        route = await self._guard.route_async(host, port, meter.left_s(limits.resolve_s))
        failure = FetchError(NotFetchedReason.CONNECT, host)
        for address in route.tried:
            try:
                stream = await self._inner.connect_tcp(
                    str(address), port, meter.left_s(limits.connect_s), local_address, socket_options
                )
            except httpcore2.ConnectTimeout:
                failure = meter.why_timeout(NotFetchedReason.CONNECT_TIME, limits.connect_s)
            except httpcore2.ConnectError:
                failure = FetchError(NotFetchedReason.CONNECT, f"{address} port {port}")
            else:
                try:
                    route.verify_peer(stream.get_extra_info("server_addr"), address)
                except (FetchError, OSError):
                    await stream.aclose()
                    raise
                return _AsyncStream(stream, route, address)
        raise failure

    async def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,
        socket_options: _SocketOptions = None,
    ) -> httpcore2.AsyncNetworkStream:
        """Refuse: nothing of the outside is a file.

        Raises:
            FetchError: always.
        """
        raise FetchError(NotFetchedReason.SCHEME, "a socket in a file")

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await self._inner.sleep(seconds)


class _AsyncStream(httpcore2.AsyncNetworkStream):
    """A connection that counts."""

    def __init__(self, inner: httpcore2.AsyncNetworkStream, route: Route, peer: IPAddress) -> None:
        self._inner = inner
        self._route = route
        self._peer = peer
        self._is_closed = False
        self._left = b""

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        meter = current.get()
        wait_s = meter.left_s(meter.limits.idle_s)
        try:
            # asyncio takes up to 256 KiB from the system, whatever is asked for: handed on as the meter allows.
            self._left = self._left or await self._inner.read(max_bytes, wait_s)
        except httpcore2.ReadTimeout as error:
            raise meter.why_timeout(NotFetchedReason.IDLE, meter.limits.idle_s) from error
        size = meter.read_size(max_bytes)
        data, self._left = self._left[:size], self._left[size:]
        meter.take(len(data))
        return data

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        meter = current.get()
        try:
            await self._inner.write(buffer, meter.left_s(meter.limits.idle_s))
        except httpcore2.WriteTimeout as error:
            raise meter.why_timeout(NotFetchedReason.IDLE, meter.limits.idle_s) from error

    async def aclose(self) -> None:
        self._is_closed = True
        await self._inner.aclose()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        meter = current.get()
        try:
            secure = await self._inner.start_tls(ssl_context, server_hostname, meter.left_s(meter.limits.connect_s))
        except httpcore2.ConnectTimeout as error:
            raise meter.why_timeout(NotFetchedReason.CONNECT_TIME, meter.limits.connect_s) from error
        except (httpcore2.ConnectError, OSError) as error:
            raise why_no_tls(error, self._route.host) from error
        return _AsyncStream(secure, self._route, self._peer)

    def get_extra_info(self, info: str) -> Any:  # noqa: ANN401 - the library's interface
        if info == ROUTE:
            return self._route
        if info == PEER:
            return self._peer
        if info == "is_readable" and (self._is_closed or self._left or _holds_more_async(self._inner)):
            return True
        return self._inner.get_extra_info(info)


def _holds_more_async(stream: Any) -> bool:  # noqa: ANN401 - inside the libraries, which show this nowhere
    """Tell whether asyncio took more from the system than was read, or TLS decrypted more; a test holds the names."""
    inner = stream._stream  # noqa: SLF001 - as above
    if isinstance(inner, TLSStream):
        if inner._ssl_object.pending() or inner._read_bio.pending:  # noqa: SLF001 - as above
            return True
        inner = inner.transport_stream
    return bool(inner._protocol.read_queue)  # noqa: SLF001 - as above
