"""Decide where a host leads before anything connects to it: resolved once, every address checked, then pinned."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import Final

from rempart.errors import FetchError
from rempart.model.web import NotFetchedReason
from rempart.net.addresses import IPAddress, parse_address
from rempart.net.policy import AddressPolicy
from rempart.net.resolving import Resolver
from rempart.net.urls import parse_host

#: Addresses of one host that are tried, in the resolver's order.
_TRIED_MOST: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """Where a host leads: only these addresses may be connected to."""

    host: str
    """In its one form."""
    port: int
    """Checked."""
    addresses: tuple[IPAddress, ...]
    """All that the host has, every one checked."""

    @property
    def tried(self) -> tuple[IPAddress, ...]:
        """Return the addresses to try, the first one first."""
        return self.addresses[:_TRIED_MOST]

    def verify_peer(self, peer: object, expected: IPAddress) -> None:
        """Make sure that a connection leads to the address that was checked, before anything is sent over it.

        Args:
            peer: What ``getpeername`` says: a tuple that begins with the address and the port.
            expected: The address that was connected to.

        Raises:
            FetchError: it leads elsewhere, or nowhere any more.
        """
        if peer is None:
            raise FetchError(NotFetchedReason.RESET, self.host)
        if not isinstance(peer, tuple) or len(peer) < len(("address", "port")):
            raise FetchError(NotFetchedReason.PEER_CHANGED, self.host)
        if ipaddress.ip_address(peer[0]) != expected or peer[1] != self.port:
            raise FetchError(NotFetchedReason.PEER_CHANGED, f"{peer[0]} port {peer[1]}")


class Guard:
    """Finds routes, under one policy."""

    def __init__(self, resolver: Resolver, policy: AddressPolicy | None = None) -> None:
        """Guard with a resolver and a policy; without one, only public addresses on the ports of the web."""
        self._resolver = resolver
        self._policy = policy or AddressPolicy()

    def route(self, host: str, port: int, timeout_s: float) -> Route:
        """Find where a host leads.

        Raises:
            FetchError: it leads nowhere, or to an address that is never connected to.
        """
        host, literal = self._begin(host, port)
        addresses = literal or self._resolver.resolve(host, timeout_s)
        return self._end(host, port, addresses)

    async def route_async(self, host: str, port: int, timeout_s: float) -> Route:
        """As :meth:`route`."""
        host, literal = self._begin(host, port)
        addresses = literal or await self._resolver.resolve_async(host, timeout_s)
        return self._end(host, port, addresses)

    def _begin(self, host: str, port: int) -> tuple[str, tuple[IPAddress, ...]]:
        """Check all that can be checked before a name server is asked."""
        self._policy.check_port(port)
        host = parse_host(host)
        address = parse_address(host)
        literal = (address,) if address else ()
        self._policy.check(literal, port)
        return host, literal

    def _end(self, host: str, port: int, addresses: tuple[IPAddress, ...]) -> Route:
        self._policy.check(addresses, port)
        return Route(host=host, port=port, addresses=addresses)
