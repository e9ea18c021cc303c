"""Reach the mail relay that the administrator named: resolved once, every address checked, then pinned.

A relay is often on this machine or in its network, where nothing else that Rempart asks may be. The administrator
vouches for the one host and port that she named, so its private addresses are allowed, one by one, after the name was
resolved. What is never a relay stays denied: link-local addresses (where clouds keep their secrets), multicast,
broadcast, no address at all, and the forms that hide an IPv4 address.
"""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import os
import socket
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from rempart.errors import ConfigError, FetchError, MailError
from rempart.model.mail import MailReason
from rempart.model.web import NotFetchedReason
from rempart.net.addresses import IPAddress, parse_address
from rempart.net.guard import Route
from rempart.net.policy import AddressPolicy
from rempart.net.resolving import Resolver
from rempart.net.urls import parse_host

_V4: Final = 4
_LOOPBACK: Final = tuple(ipaddress.ip_network(n) for n in ("127.0.0.0/8", "::1/128"))
#: RFC 1918, RFC 6598 (networks between a provider and its customers, and VPNs), RFC 4193.
_PRIVATE: Final = tuple(
    ipaddress.ip_network(n) for n in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7")
)


class RelaySecurity(StrEnum):
    """How the way to the relay is protected."""

    TLS = "tls"
    """From the first byte (RFC 8314 §3.3, usually port 465)."""
    STARTTLS = "starttls"
    """After the greeting; without it nothing more is said (usually port 587)."""
    NONE = "none"
    """Not at all: only to a relay of this machine."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Relay:
    """The one machine that takes our mails."""

    host: str
    """In its one form: a name, or an address."""
    port: int
    """Its port."""
    security: RelaySecurity
    """Never less than this."""
    user: str = ""
    """Who logs in; empty if nobody does."""
    domain: str
    """Who we say we are (EHLO): never this machine's own name."""

    def __post_init__(self) -> None:
        """Refuse to speak in the clear over a network.

        Raises:
            ConfigError: it would.
        """
        if self.security is RelaySecurity.NONE and not is_loopback(self.host):
            message = f"mail.security cannot be none for {self.host}: mails and passwords would be readable on the way"
            raise ConfigError(message, advice="Choose tls or starttls, or a relay at 127.0.0.1 or ::1.")


def parse_relay_host(text: str) -> str:
    """Read the name or the address of a relay, as the settings have it.

    Raises:
        ConfigError: it is none.
    """
    try:
        return parse_host(text.removeprefix("[").removesuffix("]"))
    except FetchError as error:
        message = f"mail.host cannot be {text!r}: {error.detail}"
        advice = "Write its full name in the DNS, or its address (127.0.0.1 for a relay of this machine)."
        raise ConfigError(message, advice=advice) from error


def is_loopback(host: str) -> bool:
    """Tell whether a host is an address of this machine."""
    address = parse_address(host)
    return address is not None and any(address in network for network in _LOOPBACK)


def vouch(addresses: Iterable[IPAddress], port: int) -> AddressPolicy:
    """Return the policy for a relay that leads to these addresses: those of private networks are allowed singly."""
    allowed = {(str(a), port) for a in addresses if any(a in network for network in (*_LOOPBACK, *_PRIVATE))}
    return AddressPolicy(ports=frozenset({port}), allowed=frozenset(allowed))


async def find_route(relay: Relay, resolver: Resolver, timeout_s: float) -> Route:
    """Find where a relay is.

    Raises:
        MailError: nowhere, or at an address that is never connected to.
    """
    try:
        address = parse_address(relay.host)
        addresses = (address,) if address else await resolver.resolve_async(relay.host, timeout_s)
        vouch(addresses, relay.port).check(addresses, relay.port)
    except FetchError as error:
        words = NotFetchedReason(error.reason).in_words()
        raise MailError(MailReason.NO_ROUTE, f"{words}: {error.detail}" if error.detail else words) from error
    return Route(host=relay.host, port=relay.port, addresses=addresses)


async def connect(route: Route, timeout_s: float) -> socket.socket:
    """Connect to the first address of a route that answers.

    Returns:
        The socket, not blocking; whoever called closes it.

    Raises:
        MailError: none does, each within its time.
    """
    failure = MailError(MailReason.CONNECT, route.host)
    for address in route.tried:
        try:
            return await _connect_one(route, address, timeout_s)
        except TimeoutError:
            failure = MailError(MailReason.CONNECT, f"{address} port {route.port}: {timeout_s:g} s")
        except OSError as error:
            # asyncio puts a sentence of its own in place of the system's.
            why = os.strerror(error.errno) if error.errno else "no connection"
            failure = MailError(MailReason.CONNECT, f"{address} port {route.port}: {why}")
    raise failure


async def _connect_one(route: Route, address: IPAddress, timeout_s: float) -> socket.socket:
    """Connect to one address, and make sure that it is the one."""
    family = socket.AF_INET if address.version == _V4 else socket.AF_INET6
    with contextlib.ExitStack() as stack:
        # NOTE: asyncio turns Nagle's algorithm off only where the protocol is named; the last dot would wait 40 ms.
        connected = stack.enter_context(socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP))
        connected.setblocking(False)  # noqa: FBT003 - the library's argument
        async with asyncio.timeout(timeout_s):
            await asyncio.get_running_loop().sock_connect(connected, (str(address), route.port))
        try:
            route.verify_peer(connected.getpeername(), address)
        except FetchError as error:
            raise MailError(MailReason.NO_ROUTE, error.detail) from error
        stack.pop_all()  # it is the caller's now
        return connected
