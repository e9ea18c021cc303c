"""Pass on one http request and its answer: parsed on both sides and written anew, so that both sides read the same.

RFC 9112 §3.2.2: a proxy's client asks with an absolute address, and what is passed on has the path and the host of that
address, whatever the ``Host`` header said. One request a connection; no cache; nothing that names the proxy or its
client is added (RFC 9110 §7.6.3 asks for ``Via``: it would tell the host how it is looked at).
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterable
from typing import Final

import h11

from rempart.clock import monotonic_s
from rempart.errors import EgressError, FetchError
from rempart.model.egress import EgressEnd, EgressVerdict
from rempart.net.relay_socket import READ_BYTES, receive, send
from rempart.net.relay_traffic import Traffic
from rempart.net.urls import WebUrl, parse_url

_HEAD_READ_BYTES: Final = 4_096

Headers = list[tuple[bytes, bytes]]

#: RFC 9110 §7.6.1 and §11.7: for the next one only, never passed on.
_HOP_BY_HOP: Final = frozenset(
    b"connection keep-alive proxy-connection proxy-authenticate proxy-authorization proxy-authentication-info te "
    b"trailer transfer-encoding upgrade http2-settings".split()
)
#: What ``Connection`` may not take away: without these a request means something else.
_ALWAYS_KEPT: Final = frozenset(b"content-length host cookie authorization range content-type".split())
#: A tunnel has its own method; a trace would show the host's view of the request (RFC 9110 §9.3.8).
_METHODS: Final = frozenset("GET HEAD POST PUT PATCH DELETE OPTIONS".split())


def parse_request(request: h11.Request) -> WebUrl:
    """Return what a request to a proxy asks for.

    Raises:
        EgressError: it is not a plain request over http, or one that two programs could read differently.
        FetchError: its address is one that is never asked.
    """
    target = request.target.decode("ascii")
    if request.method.decode("ascii") not in _METHODS:
        raise EgressError(EgressVerdict.BAD_REQUEST, "this method is not passed on")
    if not target.lower().startswith("http://"):
        raise EgressError(EgressVerdict.BAD_REQUEST, "not an absolute address over http")
    url = parse_url(target)
    names = [name for name, _ in request.headers]
    if b"transfer-encoding" in names and (b"content-length" in names or request.http_version == b"1.0"):
        # RFC 9112 §6.1: two lengths are how a second request is smuggled.
        raise EgressError(EgressVerdict.BAD_REQUEST, "a request of two lengths")
    hosts = [value.decode("ascii", "replace") for name, value in request.headers if name == b"host"]
    if len(hosts) > 1 or (hosts and not _is_same_host(hosts[0], url)):
        raise EgressError(EgressVerdict.BAD_REQUEST, "its Host header is not the host of its address")
    return url


def _is_same_host(host: str, url: WebUrl) -> bool:
    try:
        named = parse_url(f"http://{host}/")
    except FetchError:
        return False
    return (named.host, named.port, named.target) == (url.host, url.port, "/")


def passed_on(headers: Iterable[tuple[bytes, bytes]]) -> Headers:
    """Return the headers that go further."""
    headers = list(headers)
    named = {
        token.strip().lower() for name, value in headers if name.lower() == b"connection" for token in value.split(b",")
    }
    dropped = (named - _ALWAYS_KEPT) | _HOP_BY_HOP
    return [(name, value) for name, value in headers if name.lower() not in dropped]


def request_onwards(request: h11.Request, url: WebUrl) -> h11.Request:
    """Write a request as its host reads it."""
    headers: Headers = [(b"Host", url.netloc.encode("ascii"))]
    headers += [(name, value) for name, value in passed_on(request.headers.raw_items()) if name.lower() != b"host"]
    if any(name == b"transfer-encoding" for name, _ in request.headers):
        headers.append((b"Transfer-Encoding", b"chunked"))
    headers.append((b"Connection", b"close"))
    return h11.Request(method=request.method, target=url.target.encode("ascii"), headers=headers)


class Exchange:
    """One request and its answer, between a child process and a host."""

    def __init__(self, client: socket.socket, parsed: h11.Connection, host: socket.socket, traffic: Traffic) -> None:
        """Begin where the head of the request was read.

        Args:
            client: The child process.
            parsed: Its side of the protocol, after the head of its request.
            host: The host, connected and checked.
            traffic: Counts, and knows the limits.
        """
        self._client, self._client_http = client, parsed
        self._host = host
        self._host_http = h11.Connection(h11.CLIENT, max_incomplete_event_size=traffic.limits.head_bytes)
        self._traffic = traffic
        self._moved_s = monotonic_s()
        self.has_answered = False
        self.has_child_left = False

    async def run(self, request: h11.Request, url: WebUrl) -> EgressEnd:
        """Pass on the request, its body, the answer and its body.

        Returns:
            What ended it; before an answer came, whoever calls may still give one.
        """
        asking = asyncio.create_task(self._ask(request, url))
        try:
            await self._answer()
        except EgressError:
            return EgressEnd.JOB_BYTES
        except TimeoutError:
            return EgressEnd.IDLE
        except (OSError, h11.ProtocolError):
            return EgressEnd.RESET
        finally:
            asking.cancel()
            await asyncio.gather(asking, return_exceptions=True)
        return EgressEnd.CLOSED

    async def _ask(self, request: h11.Request, url: WebUrl) -> None:
        """Send the request; what goes wrong shows in the answer, or in its absence."""
        try:
            await self._send_to_host(self._host_http.send(request_onwards(request, url)))
            while True:
                event = self._client_http.next_event()
                if event is h11.NEED_DATA:
                    self._client_http.receive_data(await self._receive_body())
                elif isinstance(event, h11.Data):
                    await self._send_to_host(self._host_http.send(h11.Data(data=event.data)))
                else:
                    break
            await self._send_to_host(self._host_http.send(h11.EndOfMessage()))
        except (OSError, h11.ProtocolError, EgressError):
            # A body that breaks off: the host must not take what came for the whole.
            self._host.shutdown(socket.SHUT_RDWR)

    async def _receive_body(self) -> bytes:
        self.has_child_left = True
        data = await self._receive(self._client)
        self.has_child_left = not data
        return data

    async def _answer(self) -> None:
        while True:
            event = self._host_http.next_event()
            if event is h11.NEED_DATA:
                # Only a head that is not whole is measured by the parser: it is given little at once.
                data = await self._receive(self._host, READ_BYTES if self.has_answered else _HEAD_READ_BYTES)
                if not self._traffic.count(len(data), is_down=True):
                    raise EgressError(EgressVerdict.LIMIT)
                self._host_http.receive_data(data)
                continue
            if isinstance(event, h11.Response | h11.InformationalResponse):
                await self._send_head(event)
            elif isinstance(event, h11.Data):
                await self._send_to_client(self._client_http.send(h11.Data(data=event.data)))
            elif isinstance(event, h11.EndOfMessage):
                await self._send_to_client(self._client_http.send(h11.EndOfMessage()))
                return
            else:
                message = "the host left"
                raise h11.RemoteProtocolError(message)

    async def _send_head(self, event: h11.Response | h11.InformationalResponse) -> None:
        headers = passed_on(event.headers.raw_items())
        if isinstance(event, h11.InformationalResponse):
            if event.status_code != 101:  # noqa: PLR2004 - it was not asked for: Upgrade is never passed on
                again = h11.InformationalResponse(status_code=event.status_code, headers=headers, reason=event.reason)
                await self._send_to_client(self._client_http.send(again))
            return
        if any(name == b"transfer-encoding" for name, _ in event.headers):
            headers = [(name, value) for name, value in headers if name.lower() != b"content-length"]
            headers.append((b"Transfer-Encoding", b"chunked"))
        headers.append((b"Connection", b"close"))
        self.has_answered = True
        answer = h11.Response(status_code=event.status_code, headers=headers, reason=event.reason)
        await self._send_to_client(self._client_http.send(answer))

    async def _receive(self, side: socket.socket, size: int = READ_BYTES) -> bytes:
        """Read, as long as anything moves on either side."""
        idle_s = self._traffic.limits.idle_s
        while True:
            begun_s = self._moved_s
            try:
                data = await receive(side, idle_s - max(0.0, monotonic_s() - begun_s), size)
            except TimeoutError:
                if self._moved_s == begun_s:
                    raise
                continue
            self._moved_s = monotonic_s()
            return data

    async def _send_to_host(self, data: bytes | None) -> None:
        if data:
            if not self._traffic.count(len(data), is_down=False):
                raise EgressError(EgressVerdict.LIMIT)
            await send(self._host, data, self._traffic.limits.idle_s)
            self._moved_s = monotonic_s()

    async def _send_to_client(self, data: bytes | None) -> None:
        if data:
            await send(self._client, data, self._traffic.limits.idle_s)
            self._moved_s = monotonic_s()
