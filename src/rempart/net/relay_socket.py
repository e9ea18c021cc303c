"""Read and write one socket inside the relay's loop, each step within a time."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import socket
from typing import Final

from rempart.errors import EgressError
from rempart.model.egress import EgressVerdict
from rempart.net.addresses import IPAddress
from rempart.net.guard import Route
from rempart.net.relay_rules import RelayLimits

READ_BYTES: Final = 64 * 1024
#: What is still read of a child that was refused, so that it reads the answer before the connection breaks.
_LINGER_BYTES: Final = 2 * 1024 * 1024
_LINGER_S: Final = 1.0


async def receive(client: socket.socket, timeout_s: float, size: int = READ_BYTES) -> bytes:
    """Return what comes next; empty at the end.

    Raises:
        TimeoutError: nothing came in time.
        OSError: the connection broke.
    """
    async with asyncio.timeout(timeout_s):
        return await asyncio.get_running_loop().sock_recv(client, size)


async def send(client: socket.socket, data: bytes, timeout_s: float) -> None:
    """Send bytes, piece by piece: each piece has the time.

    Raises:
        TimeoutError: nothing was taken in time.
        OSError: the connection broke.
    """
    loop = asyncio.get_running_loop()
    for at in range(0, len(data), READ_BYTES):
        async with asyncio.timeout(timeout_s):
            await loop.sock_sendall(client, data[at : at + READ_BYTES])


async def connect(route: Route, limits: RelayLimits) -> tuple[socket.socket, IPAddress]:
    """Connect to the first address of a route that accepts, and make sure of it.

    Raises:
        EgressError: none did, or none in time.
        FetchError: the connection leads elsewhere.
    """
    failure = EgressError(EgressVerdict.UNREACHABLE, f"{route.host} has no address")
    for address in route.tried:
        try:
            return await _connect_one(route, address, limits.connect_s), address
        except TimeoutError:
            failure = EgressError(EgressVerdict.TOO_LATE, f"{address} port {route.port}: {limits.connect_s:g} s")
        except OSError:
            failure = EgressError(EgressVerdict.UNREACHABLE, f"{address} port {route.port}")
    raise failure


async def _connect_one(route: Route, address: IPAddress, timeout_s: float) -> socket.socket:
    family = socket.AF_INET if isinstance(address, ipaddress.IPv4Address) else socket.AF_INET6
    with contextlib.ExitStack() as until_checked:
        made = until_checked.enter_context(socket.socket(family, socket.SOCK_STREAM))
        made.setblocking(False)  # noqa: FBT003 - the library's interface
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        async with asyncio.timeout(timeout_s):
            await asyncio.get_running_loop().sock_connect(made, (str(address), route.port))
        route.verify_peer(made.getpeername(), address)
        until_checked.pop_all()
    return made


async def say_last(client: socket.socket, data: bytes) -> None:
    """Send a last answer, and give a child that still sends the time to read it; what breaks does not matter."""
    with contextlib.suppress(OSError):
        async with asyncio.timeout(_LINGER_S):
            await asyncio.get_running_loop().sock_sendall(client, data)
            client.shutdown(socket.SHUT_WR)
            left = _LINGER_BYTES
            while left > 0 and (got := await asyncio.get_running_loop().sock_recv(client, READ_BYTES)):
                left -= len(got)
