"""Copy bytes between a child process and a host, both ways, until one ends: no task per piece, and no piece unbounded.

Each side is a protocol of asyncio that writes what it receives to the other's transport at once; a side that does not
read makes the other one wait (back-pressure).
"""

from __future__ import annotations

import asyncio
import socket
from typing import Final, cast

from rempart.clock import monotonic_s
from rempart.model.egress import EgressEnd
from rempart.net.relay_attempt import Attempt
from rempart.net.relay_traffic import Traffic

#: Not yet taken by a side, from which on the other one is not read.
_WAITING_BYTES_MOST: Final = 256 * 1024
#: How often silence is measured within the time that it is allowed.
_LOOKS: Final = 4


class _Side(asyncio.Protocol):
    """One of the two ends."""

    def __init__(self, tunnel: _Tunnel, *, is_host: bool) -> None:
        self._tunnel = tunnel
        self._is_host = is_host
        self._early: list[bytes] = []
        self.other: _Side
        self.transport: asyncio.Transport | None = None
        self.has_ended = False
        self.is_lost = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)
        self.transport.set_write_buffer_limits(high=_WAITING_BYTES_MOST)
        for data in self._early:
            self.transport.write(data)
        self._early.clear()
        if self.other.is_lost:
            self.transport.close()

    def data_received(self, data: bytes) -> None:
        if self._tunnel.traffic.count(len(data), is_down=self._is_host):
            self.other.write(data)
        else:
            self._tunnel.end(EgressEnd.JOB_BYTES)

    def write(self, data: bytes) -> None:
        """Send bytes to this end, or keep them until it is there."""
        if self.transport is None:
            self._early.append(data)
        else:
            self.transport.write(data)

    def pause_writing(self) -> None:
        if self.other.transport is not None:
            self.other.transport.pause_reading()

    def resume_writing(self) -> None:
        if self.other.transport is not None and not self.other.transport.is_closing():
            self.other.transport.resume_reading()

    def eof_received(self) -> bool:
        self.has_ended = True
        other = self.other.transport
        if other is not None and not other.is_closing() and other.can_write_eof():
            other.write_eof()
        # A half that is closed leaves the other one open: answers still come.
        return not self.other.has_ended

    def connection_lost(self, exc: Exception | None) -> None:
        self.is_lost = True
        self._tunnel.lose(self, exc)

    @property
    def waiting_bytes(self) -> int:
        """Return how much this end has not taken yet."""
        return self.transport.get_write_buffer_size() if self.transport is not None else 0


class _Tunnel:
    """Both ends of one connection."""

    def __init__(self, traffic: Traffic) -> None:
        self.traffic = traffic
        self.client, self.host = _Side(self, is_host=False), _Side(self, is_host=True)
        self.client.other, self.host.other = self.host, self.client
        self.ended = asyncio.get_running_loop().create_future()
        self._why: EgressEnd | None = None

    @property
    def why(self) -> EgressEnd:
        """Return what ended it."""
        return self._why or EgressEnd.CLOSED

    def end(self, why: EgressEnd) -> None:
        """Cut both ends at once, and remember why."""
        is_over = self.client.is_lost or self.host.is_lost
        self._why = self._why or (EgressEnd.CLOSED if is_over and why is EgressEnd.JOB_END else why)
        self.cut()

    def cut(self) -> None:
        """Cut both ends at once."""
        for side in (self.client, self.host):
            if side.transport is not None:
                side.transport.abort()

    def lose(self, side: _Side, error: Exception | None) -> None:
        """Note that one end is gone; the other one is given what is on its way, and closed."""
        if error is not None:
            self._why = self._why or EgressEnd.RESET
        if side.other.is_lost:
            if not self.ended.done():
                self.ended.set_result(None)
        elif side.other.transport is not None:
            side.other.transport.close()

    def progress(self) -> tuple[int, ...]:
        """Return what changes as long as something moves."""
        traffic = self.traffic
        return (traffic.bytes_up, traffic.bytes_down, self.client.waiting_bytes, self.host.waiting_bytes)


async def copy_both_ways(
    client: socket.socket, host: socket.socket, opening: bytes, attempt: Attempt, until_s: float
) -> None:
    """Copy until both ends closed, or a limit is met; owns both sockets from then on.

    Args:
        client: The child process.
        host: The host, connected and checked.
        opening: What the child said already, not counted yet.
        attempt: Is told what ended it, also where this is cancelled; its traffic counts, and knows the limits.
        until_s: On the clock of ``monotonic_s``: when it ends whatever happens.
    """
    loop = asyncio.get_running_loop()
    tunnel = _Tunnel(attempt.traffic)
    try:
        await loop.create_connection(lambda: tunnel.host, sock=host)
        tunnel.client.data_received(opening)
        await loop.connect_accepted_socket(lambda: tunnel.client, sock=client)
        await _watch(tunnel, until_s)
    except asyncio.CancelledError:
        tunnel.end(EgressEnd.JOB_END)
        raise
    finally:
        tunnel.cut()
        attempt.end = tunnel.why


async def _watch(tunnel: _Tunnel, until_s: float) -> None:
    """Wait for the end of a tunnel, and bring it about when nothing moves for too long or the time is over."""
    idle_s = tunnel.traffic.limits.idle_s
    seen, moved_s = tunnel.progress(), monotonic_s()
    while not tunnel.ended.done():
        left_s = until_s - monotonic_s()
        if left_s <= 0:
            tunnel.end(EgressEnd.TOTAL_TIME)
        await asyncio.wait((tunnel.ended,), timeout=max(0.0, min(idle_s / _LOOKS, left_s)))
        if (now := tunnel.progress()) != seen:
            seen, moved_s = now, monotonic_s()
        elif monotonic_s() - moved_s >= idle_s:
            tunnel.end(EgressEnd.IDLE)
