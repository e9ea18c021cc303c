"""Both guarded clients behind one face, so that every hostile server meets the two of them."""

from __future__ import annotations

import asyncio
import os
import ssl
from collections.abc import Iterable, Mapping
from dataclasses import replace
from enum import StrEnum
from types import TracebackType
from typing import Any, Final, Self

from rempart.errors import FetchError
from rempart.model.gate import Cleared, MinorGate
from rempart.model.web import Address, NotFetchedReason
from rempart.net import (
    AddressPolicy,
    AsyncGuardedClient,
    FetchLimits,
    FetchOutcome,
    Guard,
    GuardedClient,
    Identity,
    Resolver,
    Wanted,
)
from rempart.net.addresses import IPAddress

#: Few bytes, and enough time for a busy machine.
SMALL: Final = FetchLimits(
    wire_bytes=300_000,
    decoded_bytes=300_000,
    header_bytes=16_384,
    resolve_s=5.0,
    connect_s=5.0,
    idle_s=5.0,
    total_s=10.0,
)
WANTED: Final = Wanted(limits=SMALL)
#: What a busy machine may add to a limit.
SLACK_S: Final = 4.0
_SHORT_S: Final = 0.4
US: Final = Identity(product="Rempart/1", contact="https://desk.example.org/")


def hurried(limits: FetchLimits, reason: NotFetchedReason) -> FetchLimits:
    """Shorten the one time that a test expects to run out, so that no other can run out before it."""
    match reason:
        case NotFetchedReason.IDLE:
            return replace(limits, idle_s=_SHORT_S)
        case NotFetchedReason.TOTAL_TIME:
            return replace(limits, total_s=3 * _SHORT_S)
        case NotFetchedReason.CONNECT_TIME:
            return replace(limits, connect_s=2 * _SHORT_S)
        case _:
            return limits


class Kind(StrEnum):
    """Which client."""

    THREADS = "threads"
    TASKS = "tasks"


class FakeResolver:
    """Knows a few names, and counts what it is asked."""

    def __init__(self, names: Mapping[str, Iterable[IPAddress]] | None = None) -> None:
        """Know some names."""
        self._names = {name: tuple(addresses) for name, addresses in (names or {}).items()}
        self.asked: list[str] = []

    def resolve(self, host: str, timeout_s: float) -> tuple[IPAddress, ...]:
        """Return what it was told."""
        del timeout_s
        self.asked.append(host)
        if host not in self._names:
            raise FetchError(NotFetchedReason.NO_SUCH_HOST, host)
        return self._names[host]

    async def resolve_async(self, host: str, timeout_s: float) -> tuple[IPAddress, ...]:
        """As :meth:`resolve`."""
        return self.resolve(host, timeout_s)


def cleared(url: str, *context: str) -> Cleared[Address]:
    """Have the gate clear an address."""
    judged = MinorGate().check(Address(url=url, context=context))
    assert isinstance(judged, Cleared)
    return judged


class Door:
    """A client of one kind, and what it may reach."""

    def __init__(
        self,
        kind: Kind,
        *allowed: tuple[str, int],
        resolver: Resolver | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        """Open a client that may reach some addresses and ports of loopback.

        Args:
            kind: For threads or for tasks.
            allowed: Single addresses and ports.
            resolver: Who finds addresses; by default nobody does.
            tls: Whom to trust; by default nobody.
        """
        guard = Guard(resolver or FakeResolver(), AddressPolicy(allowed=frozenset(allowed)))
        trust = tls or ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self.kind = kind
        self._runner = asyncio.Runner() if kind is Kind.TASKS else None
        self._client = GuardedClient(MinorGate(), guard, US, trust)
        self._async_client = AsyncGuardedClient(MinorGate(), guard, US, trust)

    def fetch(self, url: str | Cleared[Address], wanted: Wanted = WANTED) -> FetchOutcome:
        """Fetch, and make sure that no connection is left in use."""
        asked = cleared(url) if isinstance(url, str) else url
        if self._runner:
            outcome = self._runner.run(self._async_client.fetch(asked, wanted))
            self._runner.run(asyncio.sleep(0))  # a transport closes in the next turn of the loop
        else:
            outcome = self._client.fetch(asked, wanted)
        assert self.in_use == 0
        return outcome

    def run(self, work: Any) -> Any:
        """Run a coroutine in the loop of this door."""
        assert self._runner
        return self._runner.run(work)

    @property
    def tasks_client(self) -> AsyncGuardedClient:
        """Return the client for tasks."""
        return self._async_client

    @property
    def threads_client(self) -> GuardedClient:
        """Return the client for threads."""
        return self._client

    @property
    def _pool(self) -> Any:
        client: Any = self._async_client if self._runner else self._client
        return client._transport._pool

    @property
    def in_use(self) -> int:
        """Return how many connections are neither idle nor closed, and how many requests still wait."""
        return sum(not c.is_idle() for c in self._pool._connections) + len(self._pool._requests)

    @property
    def kept(self) -> int:
        """Return how many connections are kept for the next request."""
        return len(self._pool._connections)

    def close(self) -> None:
        """Close the client."""
        self._client.close()
        if self._runner:
            self._runner.run(self._async_client.aclose())
            self._runner.close()

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        self.close()


def descriptors() -> set[str]:
    """Return what this process has open, by what it is: sockets, pipes, memory, files."""
    found = set()
    for name in os.listdir("/proc/self/fd"):
        try:
            target = os.readlink(f"/proc/self/fd/{name}")
        except FileNotFoundError:  # the one that lists them
            continue
        if target.startswith(("socket:", "/memfd:")):
            found.add(target)
    return found
