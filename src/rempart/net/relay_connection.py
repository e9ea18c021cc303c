"""Serve one connection of a child process to the relay, from its first byte to the decision that is written.

1. The head of its request is read, within a size and a time.
2. It must hold the secret of the job.
3. What it asks for is read in its one form; the gate judges it, and a rule of the job must name its host.
4. Only then is its host resolved; every address is checked; one is connected to, and the peer is verified.
5. Of a tunnel the first bytes are read: they must mean the same host.
6. Bytes are passed on, counted, until an end or a limit.
7. Whatever happened, one decision is written.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import hmac
import socket
from dataclasses import dataclass
from typing import Final

import h11

from rempart.clock import monotonic_s
from rempart.errors import EgressError, FetchError
from rempart.model.egress import EgressEnd, EgressVerdict
from rempart.model.gate import MinorGate
from rempart.model.web import NotFetchedReason
from rempart.net.addresses import IPAddress
from rempart.net.guard import Guard
from rempart.net.relay_attempt import Attempt
from rempart.net.relay_http import Exchange, parse_request
from rempart.net.relay_opening import Opening, read_opening
from rempart.net.relay_rules import Named, RelayJob, judge, parse_authority
from rempart.net.relay_socket import connect, receive, say_last
from rempart.net.relay_traffic import JobTraffic
from rempart.net.relay_tunnel import copy_both_ways
from rempart.net.urls import WebUrl

USER: Final = "rempart"
_ESTABLISHED: Final = b"HTTP/1.1 200 Connection established\r\n\r\n"
_READ_BYTES: Final = 4_096

_STATUS: Final = {
    EgressVerdict.NO_REQUEST: (408, "Request Timeout"),
    EgressVerdict.BAD_REQUEST: (400, "Bad Request"),
    EgressVerdict.NO_SECRET: (407, "Proxy Authentication Required"),
    EgressVerdict.NO_SUCH_HOST: (502, "Bad Gateway"),
    EgressVerdict.UNREACHABLE: (502, "Bad Gateway"),
    EgressVerdict.TOO_LATE: (504, "Gateway Timeout"),
    EgressVerdict.LIMIT: (503, "Service Unavailable"),
    EgressVerdict.CLOSING: (503, "Service Unavailable"),
}
_FORBIDDEN: Final = (403, "Forbidden")
_VERDICTS: Final = {
    NotFetchedReason.DENIED_ADDRESS: EgressVerdict.DENIED_ADDRESS,
    NotFetchedReason.PORT: EgressVerdict.DENIED_ADDRESS,
    NotFetchedReason.PEER_CHANGED: EgressVerdict.DENIED_ADDRESS,
    NotFetchedReason.NO_SUCH_HOST: EgressVerdict.NO_SUCH_HOST,
    NotFetchedReason.RESOLVER: EgressVerdict.UNREACHABLE,
    NotFetchedReason.RESOLVER_TIME: EgressVerdict.TOO_LATE,
}
#: What is decided of a request over http that got no answer, by what ended it.
_UNANSWERED: Final = {EgressEnd.IDLE: EgressVerdict.TOO_LATE, EgressEnd.JOB_BYTES: EgressVerdict.LIMIT}


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What the connections of one job share."""

    job: RelayJob
    """What may be reached."""
    gate: MinorGate
    """Judges each host and address."""
    guard: Guard
    """Decides where connections may go."""
    secret: str
    """Known to the child process of this job alone."""
    traffic: JobTraffic
    """What the job has cost."""


class Connection:
    """One connection of the child process."""

    def __init__(self, desk: Desk, client: socket.socket, attempt: Attempt) -> None:
        """Serve a socket, which the caller closes, and note in an attempt what comes of it."""
        self._desk = desk
        self._client = client
        self._attempt = attempt
        self._limits = desk.job.limits
        self._until_s = monotonic_s() + self._limits.connection_s
        self._http = h11.Connection(h11.SERVER, max_incomplete_event_size=self._limits.head_bytes)
        self._is_answered = False

    async def serve(self) -> None:
        """Do the steps; whatever the child or the host does ends in the attempt."""
        try:
            async with asyncio.timeout(self._limits.connection_s) as whole:
                await self._serve()
        except EgressError as error:
            await self._refuse(EgressVerdict(error.verdict), error.detail, error.rule)
        except FetchError as error:
            verdict = _VERDICTS.get(NotFetchedReason(error.reason), EgressVerdict.BAD_REQUEST)
            await self._refuse(verdict, error.detail)
        except TimeoutError:
            verdict = EgressVerdict.TOO_LATE if whole.expired() else EgressVerdict.UNREACHABLE
            await self._end_early(EgressEnd.TOTAL_TIME, verdict)
        except OSError:
            await self._end_early(EgressEnd.RESET, EgressVerdict.NO_REQUEST)

    async def _serve(self) -> None:
        request = await self._read_head()
        attempt = self._attempt
        attempt.method = request.method.decode("ascii")
        is_tunnel = request.method == b"CONNECT"
        attempt.asked = request.target.decode("ascii")
        # What was asked is noted also of those who do not know the secret.
        url = _read(request, is_tunnel=is_tunnel, attempt=attempt)
        self._check_secret(request)
        attempt.is_known = True
        if isinstance(url, EgressError | FetchError):
            raise url
        if self._desk.traffic.is_spent:
            raise EgressError(EgressVerdict.LIMIT, f"> {self._limits.job_bytes} bytes")
        named = judge(self._desk.job, self._desk.gate, url)
        attempt.rule = named.rule
        host, address = await self._connect(named)
        with host:
            attempt.peer = str(address)
            if is_tunnel:
                await self._tunnel(host, named)
            else:
                await self._exchange(host, named, request)

    async def _read_head(self) -> h11.Request:
        """Read the head of the request, within its size and its time (a slow one is cut: it holds a place)."""
        has_come = False
        try:
            async with asyncio.timeout(self._limits.header_s):
                while True:
                    event = self._http.next_event()
                    if isinstance(event, h11.Request):
                        return _of_known_version(event)
                    if event is not h11.NEED_DATA:
                        break
                    data = await receive(self._client, self._limits.header_s, _READ_BYTES)
                    has_come = has_come or bool(data)
                    self._http.receive_data(data)
        except TimeoutError as error:
            raise EgressError(EgressVerdict.NO_REQUEST, f"{self._limits.header_s:g} s") from error
        except h11.RemoteProtocolError as error:
            self._attempt.status = error.error_status_hint
            verdict = EgressVerdict.BAD_REQUEST if has_come else EgressVerdict.NO_REQUEST
            raise EgressError(verdict, "not a request of HTTP/1.1") from error
        raise EgressError(EgressVerdict.NO_REQUEST, "it left")

    def _check_secret(self, request: h11.Request) -> None:
        given = [value for name, value in request.headers if name == b"proxy-authorization"]
        if len(given) != 1 or not _is_secret(given[0], self._desk.secret):
            raise EgressError(EgressVerdict.NO_SECRET, "a wrong one" if given else "none")

    async def _connect(self, named: Named) -> tuple[socket.socket, IPAddress]:
        route = await self._desk.guard.route_async(named.url.host, named.url.port, self._limits.resolve_s)
        self._attempt.addresses = tuple(str(address) for address in route.addresses)
        return await connect(route, self._limits)

    async def _tunnel(self, host: socket.socket, named: Named) -> None:
        await asyncio.get_running_loop().sock_sendall(self._client, _ESTABLISHED)
        self._is_answered = True
        data = await self._read_opening(named)
        if data:
            self._attempt.allow()
            await copy_both_ways(self._client, host, data, self._attempt, self._until_s)

    async def _read_opening(self, named: Named) -> bytes:
        """Return the first bytes inside, once they mean the host that was asked for; empty if none came."""
        data = bytes(self._http.trailing_data[0])
        try:
            async with asyncio.timeout(self._limits.header_s):
                while True:
                    if data and (opening := read_opening(data, named.url, self._limits.head_bytes)):
                        self._note(opening)
                        return data
                    more = await receive(self._client, self._limits.header_s, _READ_BYTES)
                    if not more:
                        break
                    data += more
        except TimeoutError as error:
            raise EgressError(EgressVerdict.NO_REQUEST, f"{self._limits.header_s:g} s inside the tunnel") from error
        if data:
            raise EgressError(EgressVerdict.BAD_REQUEST, "the first bytes inside are no whole hello")
        # A browser connects ahead of need, and lets go: nothing was sent.
        self._attempt.allow()
        self._attempt.end = EgressEnd.CLOSED
        self._attempt.remarks += ("nothing was sent through it",)
        return b""

    def _note(self, opening: Opening) -> None:
        self._attempt.remarks += opening.remarks
        if opening.websocket is not None:
            judge(self._desk.job, self._desk.gate, opening.websocket)

    async def _exchange(self, host: socket.socket, named: Named, request: h11.Request) -> None:
        exchange = Exchange(self._client, self._http, host, self._attempt.traffic)
        self._attempt.allow()
        try:
            self._attempt.end = await exchange.run(request, named.url)
        finally:
            self._is_answered = exchange.has_answered
        if not exchange.has_answered and not exchange.has_child_left:
            verdict = _UNANSWERED.get(self._attempt.end, EgressVerdict.UNREACHABLE)
            await self._refuse(verdict, "it gave no answer")

    async def _refuse(self, verdict: EgressVerdict, detail: str, rule: str = "") -> None:
        self._attempt.refuse(verdict, detail, rule)
        if not self._is_answered:
            await say_last(self._client, refusal(verdict, self._attempt.status))

    async def _end_early(self, end: EgressEnd, verdict: EgressVerdict) -> None:
        """Note what ended it from outside: once it was allowed, or before."""
        if self._attempt.is_allowed or self._attempt.peer:
            self._attempt.allow()
            self._attempt.end = end
        else:
            await self._refuse(verdict, str(end))


def _of_known_version(request: h11.Request) -> h11.Request:
    """Refuse what the parser lets pass: ``HTTP/0.9`` and ``HTTP/2.0`` are other protocols (RFC 9112 §2.3)."""
    if request.http_version not in {b"1.0", b"1.1"}:
        raise EgressError(EgressVerdict.BAD_REQUEST, "not a request of HTTP/1.1")
    return request


def _read(request: h11.Request, *, is_tunnel: bool, attempt: Attempt) -> WebUrl | EgressError | FetchError:
    """Return what is asked for, or why it is not to be read."""
    try:
        url = parse_authority(request.target.decode("ascii")) if is_tunnel else parse_request(request)
    except (EgressError, FetchError) as error:
        return error
    attempt.url = url
    return url


def _is_secret(header: bytes, secret: str) -> bool:
    """Tell whether a header holds the secret (RFC 7617), in a time that does not depend on it."""
    scheme, _, given = header.partition(b" ")
    try:
        said = base64.b64decode(given.strip(), validate=True)
    except binascii.Error:
        return False
    return scheme.lower() == b"basic" and hmac.compare_digest(said, f"{USER}:{secret}".encode())


def refusal(verdict: EgressVerdict, status: int | None = None) -> bytes:
    """Write an answer that says no, and nothing that a page could learn from."""
    code, reason = _STATUS.get(verdict, _FORBIDDEN)
    if status == 431:  # noqa: PLR2004 - RFC 6585 §5
        code, reason = status, "Request Header Fields Too Large"
    ask = 'Proxy-Authenticate: Basic realm="rempart"\r\n' if verdict is EgressVerdict.NO_SECRET else ""
    text = f"{reason}\n"
    return (
        f"HTTP/1.1 {code} {reason}\r\n{ask}Content-Type: text/plain\r\nContent-Length: {len(text)}\r\n"
        f"Cache-Control: no-store\r\nConnection: close\r\n\r\n{text}"
    ).encode("ascii")
