"""What the guard costs: its transport and a whole fetch against plain httpx2, over loopback with keep-alive.

``python benchmarks/guarded_fetch.py``: medians of requests that take turns, in a new order each round, so that whatever
else the machine does meets all of them; then the addresses that are never asked, and the sockets that this opened.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import dataclasses
import random
import socket
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import httpx2

from measure import header, table
from rempart.model.gate import Cleared, MinorGate
from rempart.model.outcome import Stopped
from rempart.model.web import Address, NotFetched, Page
from rempart.net import (
    AddressPolicy,
    AsyncGuardedClient,
    DnsResolver,
    FetchLimits,
    Guard,
    GuardedClient,
    Identity,
    NameServers,
    Wanted,
    make_tls_context,
)
from rempart.net.meter import Meter, current
from rempart.net.transport import AsyncGuardedTransport, GuardedTransport

sys.path.append(str(Path(__file__).parents[1] / "tests"))

from net.socket_watch import watched_sockets
from net.vectors import refused_addresses

LOOPBACK = "127.0.0.1"
SIZES = {"2 kB": 2_000, "50 kB": 50_000, "1 MB": 1_000_000}
SEED = 20261125
#: Requests of each that are not counted.
WARMING = 20
LIMITS = FetchLimits()
US = Identity(product="Rempart/1")
#: A server that does nothing but send what it made before: a process of its own, a thread per connection.
SERVER = """
import socket, sys, threading
def answer(size):
    body = (b"word " * (size // 5 + 1))[:size]
    return b"HTTP/1.1 200 OK\\r\\ncontent-type: text/html\\r\\ncontent-length: %d\\r\\n\\r\\n" % size + body
answers = {size.encode(): answer(int(size)) for size in sys.argv[1:]}
def serve(connection):
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    data = b""
    while piece := connection.recv(65536):
        data += piece
        if data.endswith(b"\\r\\n\\r\\n"):
            connection.sendall(answers[data.split(b" ", 2)[1][1:]])
            data = b""
listener = socket.create_server(("127.0.0.1", 0))
print(listener.getsockname()[1], flush=True)
while True:
    threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()
"""
Do = Callable[[], int]
DoAsync = Callable[[], Awaitable[int]]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=400)
    options = parser.parse_args()
    with running_server() as port:
        rows = []
        for name, size in SIZES.items():
            rounds = options.rounds if size < 1_000_000 else options.rounds // 4
            url = f"http://{LOOPBACK}:{port}/{size}"
            rows += [[name, *row] for row in threads_rows(url, port, size, rounds)]
            rows += [[name, *row] for row in asyncio.run(tasks_rows(url, port, size, rounds))]
    header("Overhead of the guard, loopback, keep-alive", SEED)
    table(["page", "client", "what", "httpx2, us at p50", "guarded, us at p50", "ratio"], rows)
    header("Addresses that are never asked")
    table(["reason", "addresses", "sockets opened", "name servers asked"], vector_rows())


@contextlib.contextmanager
def running_server() -> Iterator[int]:
    """Run the server, and give its port."""
    arguments = [sys.executable, "-c", SERVER, *map(str, SIZES.values())]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, encoding="ascii") as server:
        try:
            yield int(server.stdout.readline() if server.stdout else "")
        finally:
            server.kill()


def guard_for(port: int) -> Guard:
    """Return a guard that allows the server of this benchmark."""
    return Guard(DnsResolver(), AddressPolicy(allowed=frozenset({(LOOPBACK, port)})))


def cleared(url: str) -> Cleared[Address]:
    """Have the gate clear an address."""
    judged = MinorGate().check(Address(url=url))
    if isinstance(judged, Stopped):
        raise SystemExit(judged.in_words())
    return judged


def metered() -> Meter:
    """Count as a fetch does."""
    meter = Meter(LIMITS)
    current.set(meter)
    meter.begin_head()
    return meter


def accept(meter: Meter) -> None:
    """Read on in large pieces, as a fetch does of a type that was asked for."""
    meter.end_head()
    meter.accept_body()


def threads_rows(url: str, port: int, size: int, rounds: int) -> list[list[str]]:
    """Compare for threads."""
    tls = make_tls_context()
    plain, guarded = httpx2.HTTPTransport(verify=tls, trust_env=False), GuardedTransport(guard_for(port), tls)
    client, door = httpx2.Client(trust_env=False, verify=tls), GuardedClient(MinorGate(), guard_for(port), US, tls)
    asked, wanted = cleared(url), Wanted(limits=LIMITS)

    def plain_once() -> int:
        return len(plain.handle_request(httpx2.Request("GET", url)).read())

    def guarded_once() -> int:
        meter = metered()
        response = guarded.handle_request(httpx2.Request("GET", url))
        accept(meter)
        return len(response.read())

    def client_once() -> int:
        return len(client.get(url).content)

    def door_once() -> int:
        page = door.fetch(asked, wanted)
        return len(page.body) if isinstance(page, Page) else 0

    medians = in_turn([plain_once, guarded_once, client_once, door_once], size, rounds)
    plain.close()
    guarded.close()
    client.close()
    door.close()
    return rows_of("threads", medians)


async def tasks_rows(url: str, port: int, size: int, rounds: int) -> list[list[str]]:
    """Compare for tasks."""
    tls = make_tls_context()
    plain, guarded = httpx2.AsyncHTTPTransport(verify=tls, trust_env=False), AsyncGuardedTransport(guard_for(port), tls)
    client = httpx2.AsyncClient(trust_env=False, verify=tls)
    door = AsyncGuardedClient(MinorGate(), guard_for(port), US, tls)
    asked, wanted = cleared(url), Wanted(limits=LIMITS)

    async def plain_once() -> int:
        return len(await (await plain.handle_async_request(httpx2.Request("GET", url))).aread())

    async def guarded_once() -> int:
        meter = metered()
        response = await guarded.handle_async_request(httpx2.Request("GET", url))
        accept(meter)
        return len(await response.aread())

    async def client_once() -> int:
        return len((await client.get(url)).content)

    async def door_once() -> int:
        page = await door.fetch(asked, wanted)
        return len(page.body) if isinstance(page, Page) else 0

    medians = await in_turn_async([plain_once, guarded_once, client_once, door_once], size, rounds)
    await plain.aclose()
    await guarded.aclose()
    await client.aclose()
    await door.aclose()
    return rows_of("tasks", medians)


def in_turn(works: list[Do], size: int, rounds: int) -> list[float]:
    """Return the median time of each, in seconds."""
    times: list[list[float]] = [[] for _ in works]
    for index in turns(len(works), rounds):
        begun_s = time.perf_counter()
        read = works[index]()
        times[index].append(time.perf_counter() - begun_s)
        require(read == size, read)
    return [statistics.median(seen[WARMING:]) for seen in times]


async def in_turn_async(works: list[DoAsync], size: int, rounds: int) -> list[float]:
    """As :func:`in_turn`."""
    times: list[list[float]] = [[] for _ in works]
    for index in turns(len(works), rounds):
        begun_s = time.perf_counter()
        read = await works[index]()
        times[index].append(time.perf_counter() - begun_s)
        require(read == size, read)
    return [statistics.median(seen[WARMING:]) for seen in times]


def turns(count: int, rounds: int) -> Iterator[int]:
    """Give each its turn in every round, in a new order: what the last one left in memory is the next one's luck."""
    order = list(range(count))
    shuffler = random.Random(SEED)
    for _ in range(rounds + WARMING):
        shuffler.shuffle(order)
        yield from order


def require(is_right: bool, found: object) -> None:  # noqa: FBT001 - as an assertion
    """End the benchmark where it would measure something else."""
    if not is_right:
        message = f"not what was to be measured: {found}"
        raise SystemExit(message)


def rows_of(client: str, medians: list[float]) -> list[list[str]]:
    """Return the lines of a table."""
    plain, guarded, get, fetch = medians
    return [
        [client, "transport", f"{plain * 1e6:.0f}", f"{guarded * 1e6:.0f}", f"{guarded / plain:.2f}"],
        [client, "whole fetch", f"{get * 1e6:.0f}", f"{fetch * 1e6:.0f}", f"{fetch / get:.2f}"],
    ]


def vector_rows() -> list[list[str]]:
    """Ask for every address of the table; the canary is a name server that would be seen if it were asked."""
    reasons: Counter[str] = Counter()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as canary:
        canary.bind((LOOPBACK, 0))
        canary.setblocking(False)  # noqa: FBT003 - the library's interface
        resolver = DnsResolver(NameServers(addresses=(LOOPBACK,), port=canary.getsockname()[1]))
        limits = dataclasses.replace(LIMITS, resolve_s=1.0)
        door = GuardedClient(MinorGate(), Guard(resolver), US, make_tls_context())
        with door, watched_sockets() as seen:
            for url, reason, _ in refused_addresses():
                outcome = door.fetch(cleared(url), Wanted(limits=limits))
                require(isinstance(outcome, NotFetched) and outcome.reason == reason, (url, outcome))
                reasons[reason] += 1
        asked = 0
        with contextlib.suppress(BlockingIOError):
            while canary.recv(512):
                asked += 1
    total = sum(reasons.values())
    lines = [[reason, str(count), "", ""] for reason, count in reasons.most_common()]
    return [*lines, ["all", str(total), str(len(seen)), str(asked)]]


if __name__ == "__main__":
    main()
