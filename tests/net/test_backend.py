"""The sockets of the library, guarded: only what was checked is connected to, and a stream knows where it leads."""

from __future__ import annotations

import asyncio
import ipaddress
from typing import Any

import httpcore2
import pytest

from net.doors import SMALL, FakeResolver, Kind
from net.servers import RawServer, then_silence
from net.socket_watch import watched_sockets
from rempart.errors import FetchError
from rempart.model.web import NotFetchedReason
from rempart.net import AddressPolicy, Guard, Route
from rempart.net.backend import PEER, ROUTE, AsyncGuardedBackend, GuardedBackend
from rempart.net.meter import Meter, current

pytestmark = [pytest.mark.allow_hosts(["127.0.0.1"]), pytest.mark.usefixtures("nothing_left_open")]

R = NotFetchedReason
HOST = "forum.example.org"
LOOPBACK = ipaddress.ip_address("127.0.0.1")


class Stranger(httpcore2.NetworkStream):
    """A connection that leads elsewhere than it was asked to, or nowhere any more."""

    def __init__(self, peer: object) -> None:
        self.peer = peer
        self.is_closed = False

    def get_extra_info(self, info: str) -> Any:
        """Say who answered."""
        del info
        if isinstance(self.peer, OSError):
            raise self.peer
        return self.peer

    def close(self) -> None:
        """Note it."""
        self.is_closed = True

    async def aclose(self) -> None:
        """Note it."""
        self.is_closed = True


class Turned:
    """What stands where the library connects: it gives a stranger."""

    def __init__(self, stranger: Stranger) -> None:
        self.stranger = stranger

    def connect_tcp(self, *_: object) -> Stranger:
        """Give it."""
        return self.stranger


class TurnedAsync(Turned):
    """As :class:`Turned`, for tasks."""

    async def connect_tcp(self, *_: object) -> Stranger:  # type: ignore[override] # the async twin
        """Give it."""
        return self.stranger


def connect(kind: Kind, guard: Guard, host: str, port: int, stranger: Stranger | None = None) -> Any:
    """Connect as threads or tasks do, and close what came; return what the stream said of itself."""
    current.set(Meter(SMALL))
    if kind is Kind.THREADS:
        backend = GuardedBackend(guard)
        if stranger:
            backend._inner = Turned(stranger)  # type: ignore[assignment] # a fake
        stream = backend.connect_tcp(host, port)
        stream.close()
        return stream.get_extra_info(ROUTE), stream.get_extra_info(PEER), stream.get_extra_info("is_readable")

    async def run() -> Any:
        backend = AsyncGuardedBackend(guard)
        if stranger:
            backend._inner = TurnedAsync(stranger)  # type: ignore[assignment] # a fake
        stream = await backend.connect_tcp(host, port)
        await stream.aclose()
        return stream.get_extra_info(ROUTE), stream.get_extra_info(PEER), stream.get_extra_info("is_readable")

    return asyncio.run(run())


def guard(port: int) -> Guard:
    """Allow one port of loopback."""
    return Guard(FakeResolver({HOST: [LOOPBACK]}), AddressPolicy(allowed=frozenset({("127.0.0.1", port)})))


def test_a_stream_knows_its_route_and_its_peer(kind: Kind) -> None:
    """And once closed it is never used again."""
    with RawServer(then_silence()) as server:
        route, peer, is_readable = connect(kind, guard(server.port), HOST, server.port)

    assert route == Route(host=HOST, port=server.port, addresses=(LOOPBACK,))
    assert peer == LOOPBACK
    assert is_readable is True


@pytest.mark.parametrize(
    "peer, raised",
    [
        (("10.0.0.1", 8080), "peer_changed"),
        (("127.0.0.1", 22), "peer_changed"),
        (None, "reset"),
        (OSError(107, "not connected"), "not connected"),
    ],
)
def test_a_connection_that_leads_elsewhere_is_closed(kind: Kind, peer: object, raised: str) -> None:
    """Before a byte is sent over it."""
    stranger = Stranger(peer)

    with pytest.raises((FetchError, OSError), match=raised):
        connect(kind, guard(8080), HOST, 8080, stranger)

    assert stranger.is_closed


def test_a_denied_address_makes_no_socket(kind: Kind) -> None:
    """The guard comes first."""
    inside = Guard(FakeResolver({HOST: [ipaddress.ip_address("10.0.0.1")]}))

    with watched_sockets() as seen, pytest.raises(FetchError, match="denied_address"):
        connect(kind, inside, HOST, 443)

    assert seen == []


def test_a_socket_in_a_file_is_refused() -> None:
    """Nothing of the outside is one."""
    with pytest.raises(FetchError):
        GuardedBackend(guard(80)).connect_unix_socket("/run/docker.sock")
    with pytest.raises(FetchError):
        asyncio.run(AsyncGuardedBackend(guard(80)).connect_unix_socket("/run/docker.sock"))
