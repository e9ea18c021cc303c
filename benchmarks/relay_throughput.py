"""What the egress relay costs: streams and small requests through it, against a direct connection on loopback.

``python benchmarks/relay_throughput.py``: site, relay and child are three processes; the two ways alternate in one run,
so that a busy machine disturbs both alike. A direct connection on loopback is as quick as connections get: behind a
network the difference vanishes.
"""

from __future__ import annotations

import base64
import cProfile
import ipaddress
import multiprocessing
import os
import pstats
import socket
import statistics
import struct
import sys
import threading
import time
from collections.abc import Callable
from multiprocessing.connection import Connection

from measure import cpu_s_of, header, table
from rempart.errors import FetchError
from rempart.model.gate import MinorGate
from rempart.model.web import NotFetchedReason
from rempart.net import AddressPolicy, Guard
from rempart.net.addresses import IPAddress
from rempart.net.relay import EgressRelay
from rempart.net.relay_log import MemoryDecisions
from rempart.net.relay_rules import HostRule, RelayJob, RelayLimits

HOST = "site.example.org"
LOOPBACK = "127.0.0.1"
MEBI = 1024 * 1024
STREAMS = ((MEBI, 40), (100 * MEBI, 7))
REQUESTS = 200
SMALL = 1_024


class OneHost:
    """Knows one name: no name server is part of the figures."""

    def resolve(self, host: str, timeout_s: float) -> tuple[IPAddress, ...]:
        """Return the address."""
        del timeout_s
        if host != HOST:
            raise FetchError(NotFetchedReason.NO_SUCH_HOST, host)
        return (ipaddress.ip_address(LOOPBACK),)

    async def resolve_async(self, host: str, timeout_s: float) -> tuple[IPAddress, ...]:
        """As :meth:`resolve`."""
        return self.resolve(host, timeout_s)


def hello() -> bytes:
    """Return the shortest TLS hello that names the host."""
    name = HOST.encode()
    entry = b"\0" + struct.pack("!H", len(name)) + name
    listed = struct.pack("!H", len(entry)) + entry
    extension = struct.pack("!HH", 0, len(listed)) + listed
    body = b"\x03\x03" + bytes(32) + b"\0\0\x02\x13\x01\x01\0" + struct.pack("!H", len(extension)) + extension
    message = b"\x01" + len(body).to_bytes(3, "big") + body
    return b"\x16\x03\x01" + struct.pack("!H", len(message)) + message


HELLO = hello()


def serve(pipe: Connection) -> None:
    """Be the site: after a hello, each number that comes is answered by that many bytes."""
    listener = socket.create_server((LOOPBACK, 0), backlog=512)
    pipe.send(listener.getsockname()[1])
    block = bytes(MEBI)

    def answer(client: socket.socket) -> None:
        with client:
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            read_exactly(client, len(HELLO))
            while asked := read_exactly(client, 8):
                left = int.from_bytes(asked, "big")
                while left:
                    left -= client.send(block[: min(left, MEBI)])

    while True:
        client, _ = listener.accept()
        threading.Thread(target=answer, args=(client,), daemon=True).start()


def relay(pipe: Connection, port: int, *, is_profiled: bool) -> None:
    """Be the relay, until it is told to end."""
    job = RelayJob(hosts=frozenset({HostRule.parse(HOST)}), limits=RelayLimits(job_bytes=2**50))
    guard = Guard(OneHost(), AddressPolicy(allowed=frozenset({(LOOPBACK, port)})))
    profile = cProfile.Profile()
    if is_profiled:
        threading.setprofile(lambda *_: profile.enable())
    with EgressRelay(job, MinorGate(), guard, MemoryDecisions()).running() as proxy:
        pipe.send((proxy.port, proxy.user, proxy.secret))
        pipe.recv()
    if is_profiled:
        profile.disable()
        pstats.Stats(profile, stream=sys.stderr).sort_stats("tottime").print_stats(12)


def read_exactly(client: socket.socket, size: int) -> bytes:
    """Return so many bytes; nothing at the end."""
    got = b""
    while len(got) < size:
        data = client.recv(size - len(got))
        if not data:
            return b""
        got += data
    return got


def ask(client: socket.socket, size: int, buffer: bytearray) -> None:
    """Ask for so many bytes, and read them."""
    client.sendall(size.to_bytes(8, "big"))
    left = size
    while left:
        got = client.recv_into(buffer)
        if not got:
            message = "the connection broke: the figures would not be of equal work"
            raise SystemExit(message)
        left -= got


def open_direct(port: int) -> socket.socket:
    """Connect to the site."""
    client = socket.create_connection((LOOPBACK, port))
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    client.sendall(HELLO)
    return client


def open_relayed(port: int, proxy: tuple[int, str, str]) -> socket.socket:
    """Connect to the site through the relay."""
    client = socket.create_connection((LOOPBACK, proxy[0]))
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    known = base64.b64encode(f"{proxy[1]}:{proxy[2]}".encode()).decode()
    head = f"CONNECT {HOST}:{port} HTTP/1.1\r\nHost: {HOST}:{port}\r\nProxy-Authorization: Basic {known}\r\n\r\n"
    client.sendall(head.encode())
    if not client.recv(4096).startswith(b"HTTP/1.1 200 "):
        message = "the relay refused"
        raise SystemExit(message)
    client.sendall(HELLO)
    return client


Open = Callable[[], socket.socket]


def stream_s(connect: Open, size: int, buffer: bytearray) -> float:
    """Return the seconds of one stream on an open connection."""
    with connect() as client:
        ask(client, 1, buffer)
        begun = time.perf_counter()
        ask(client, size, buffer)
        return time.perf_counter() - begun


def fresh_s(connect: Open, buffer: bytearray) -> float:
    """Return the seconds of one small request on a connection of its own."""
    begun = time.perf_counter()
    with connect() as client:
        ask(client, SMALL, buffer)
        return time.perf_counter() - begun


def alternate(direct: Callable[[], float], relayed: Callable[[], float], times: int) -> tuple[list[float], list[float]]:
    """Do both in turn, some times, after one of each that does not count."""
    direct(), relayed()
    pairs = [(direct(), relayed()) for _ in range(times)]
    return [a for a, _ in pairs], [b for _, b in pairs]


def measure(direct: Open, relayed: Open, relay_pid: int) -> None:
    """Print the tables."""
    buffer = bytearray(4 * MEBI)
    rows: list[tuple[object, ...]] = []
    for size, times in STREAMS:
        before = cpu_s_of(relay_pid)
        a, b = alternate(lambda s=size: stream_s(direct, s, buffer), lambda s=size: stream_s(relayed, s, buffer), times)  # type: ignore[misc] # a default binds the size
        cost = (cpu_s_of(relay_pid) - before) / ((times + 1) * size / MEBI) * 1000
        x, y = statistics.median(a), statistics.median(b)
        speeds = [f"{size / MEBI / s:,.0f}" for s in (x, y)]
        rows.append((f"{size // MEBI} MiB", times, *speeds, f"{x / y:.2f}", f"{cost:.2f}"))
    table(("stream", "times", "direct, MiB/s", "relay, MiB/s", "relay / direct", "relay's processor, ms a MiB"), rows)
    rows = []
    with direct() as one, relayed() as other:

        def trip_s(client: socket.socket) -> float:
            begun = time.perf_counter()
            ask(client, SMALL, buffer)
            return time.perf_counter() - begun

        kept = alternate(lambda: trip_s(one), lambda: trip_s(other), REQUESTS)
    fresh = alternate(lambda: fresh_s(direct, buffer), lambda: fresh_s(relayed, buffer), REQUESTS)
    for what, (a, b) in (("on a connection of its own", fresh), ("on one that is kept", kept)):
        for name, at in (("p50", 0.5), ("p95", 0.95)):
            x, y = (sorted(s)[int(at * len(s))] * 1e6 for s in (a, b))
            rows.append((f"1 KiB {what}", name, f"{x:,.0f}", f"{y:,.0f}", f"{y / x:.1f}", f"{y - x:,.0f}"))
    print()
    table(("request", "of 200", "direct, µs", "relay, µs", "relay / direct", "added, µs"), rows)


def main() -> None:
    """Start the three, and measure; ``--profile`` prints where the relay spends its time."""
    forked = multiprocessing.get_context("fork")
    ours, theirs = forked.Pipe()
    site = forked.Process(target=serve, args=(theirs,), daemon=True)
    site.start()
    port = ours.recv()
    way, other = forked.Pipe()
    between = forked.Process(target=relay, args=(other, port), kwargs={"is_profiled": "--profile" in sys.argv})
    between.start()
    proxy = way.recv()
    header("The egress relay against a direct connection on loopback")
    try:
        measure(lambda: open_direct(port), lambda: open_relayed(port, proxy), between.pid or os.getpid())
    finally:
        way.send(None)
        between.join()
        site.terminate()


if __name__ == "__main__":
    main()
