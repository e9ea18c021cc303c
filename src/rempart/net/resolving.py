"""Find the addresses of a host, once and within a time, from the name servers of the machine or of the settings.

A resolver of our own (dnspython) rather than the system's ``getaddrinfo``: that one cannot be given up after a time,
and what it answered once it may not answer again.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import Final, Protocol, TypeVar

import anyio
import dns.asyncresolver
import dns.exception
import dns.name
import dns.resolver

from rempart.clock import monotonic_s
from rempart.errors import FetchError
from rempart.model.web import NotFetchedReason
from rempart.net.addresses import IPAddress

DNS_PORT: Final = 53
_RECORDS: Final = ("A", "AAAA")
ResolverT = TypeVar("ResolverT", dns.resolver.Resolver, dns.asyncresolver.Resolver)
#: More than any host of the web has; each is checked, and each may be tried.
_ADDRESSES_MOST: Final = 64


class Resolver(Protocol):
    """Whoever finds addresses."""

    def resolve(self, host: str, timeout_s: float) -> tuple[IPAddress, ...]:
        """Return every address of a host, IPv4 first.

        Raises:
            FetchError: it has none, or nobody answered in time.
        """

    async def resolve_async(self, host: str, timeout_s: float) -> tuple[IPAddress, ...]:
        """As :meth:`resolve`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NameServers:
    """Who is asked."""

    addresses: tuple[str, ...] = ()
    """IP addresses; empty, those of the machine (``/etc/resolv.conf``)."""
    port: int = DNS_PORT
    """Theirs."""


class DnsResolver:
    """Asks name servers for the A and AAAA records of a name, taken as whole: no search list is tried."""

    def __init__(self, servers: NameServers | None = None) -> None:
        """Choose the name servers; the machine's are read at the first question."""
        self._servers = servers or NameServers()

    def resolve(self, host: str, timeout_s: float) -> tuple[IPAddress, ...]:
        """Return every address of a host, IPv4 first.

        Raises:
            FetchError: it has none, or nobody answered in time.
        """
        until = monotonic_s() + timeout_s
        resolver = configure_resolver(self._servers, dns.resolver.Resolver(configure=False))
        found: list[IPAddress] = []
        for record in _RECORDS:
            try:
                answer = resolver.resolve(
                    dns.name.from_text(host),
                    record,
                    lifetime=_left_s(until, timeout_s),
                    search=False,
                    raise_on_no_answer=False,
                )
            except dns.exception.DNSException as error:
                raise _mapped(error, host, timeout_s) from error
            found += _addresses_of(answer)
        return _some(found, host)

    async def resolve_async(self, host: str, timeout_s: float) -> tuple[IPAddress, ...]:
        """As :meth:`resolve`."""
        until = monotonic_s() + timeout_s
        resolver = configure_resolver(self._servers, dns.asyncresolver.Resolver(configure=False))
        found: list[IPAddress] = []
        for record in _RECORDS:
            try:
                with anyio.fail_after(_left_s(until, timeout_s)):
                    answer = await resolver.resolve(
                        dns.name.from_text(host),
                        record,
                        lifetime=_left_s(until, timeout_s),
                        search=False,
                        raise_on_no_answer=False,
                    )
            except TimeoutError as error:
                raise FetchError(NotFetchedReason.RESOLVER_TIME, f"{host}: {timeout_s:g} s") from error
            except dns.exception.DNSException as error:
                raise _mapped(error, host, timeout_s) from error
            found += _addresses_of(answer)
        return _some(found, host)


def configure_resolver(servers: NameServers, resolver: ResolverT) -> ResolverT:
    """Give a resolver the name servers to ask.

    Raises:
        FetchError: those of the machine are to be asked, and it names none.
    """
    if servers.addresses:
        resolver.nameservers = list(servers.addresses)
        resolver.port = servers.port
        return resolver
    try:
        resolver.read_resolv_conf("/etc/resolv.conf")
    except (dns.exception.DNSException, OSError, ValueError) as error:
        raise FetchError(
            NotFetchedReason.RESOLVER, "/etc/resolv.conf names no name server that can be asked"
        ) from error
    return resolver


def _left_s(until: float, timeout_s: float) -> float:
    left = until - monotonic_s()
    if left <= 0:
        raise FetchError(NotFetchedReason.RESOLVER_TIME, f"{timeout_s:g} s")
    return left


def _mapped(error: dns.exception.DNSException, host: str, timeout_s: float) -> FetchError:
    """Say what a resolver's exception means."""
    if isinstance(error, dns.resolver.NXDOMAIN):
        return FetchError(NotFetchedReason.NO_SUCH_HOST, host)
    if isinstance(error, dns.exception.Timeout):
        return FetchError(NotFetchedReason.RESOLVER_TIME, f"{host}: {timeout_s:g} s")
    return FetchError(NotFetchedReason.RESOLVER, f"{host}: {type(error).__name__}")


def _addresses_of(answer: dns.resolver.Answer) -> list[IPAddress]:
    return [ipaddress.ip_address(record.address) for record in answer] if answer.rrset else []


def _some(found: list[IPAddress], host: str) -> tuple[IPAddress, ...]:
    if not found:
        raise FetchError(NotFetchedReason.NO_SUCH_HOST, f"{host} has no address")
    if len(found) > _ADDRESSES_MOST:
        raise FetchError(NotFetchedReason.RESOLVER, f"{host}: {len(found)} addresses > {_ADDRESSES_MOST}")
    return tuple(dict.fromkeys(found))


class OnceResolver:
    """Asks another resolver once for each host, and remembers what it said: what is shown is what is connected to."""

    def __init__(self, inner: Resolver) -> None:
        """Remember for one short job: a name may lead elsewhere later."""
        self._inner = inner
        self._known: dict[str, tuple[IPAddress, ...]] = {}

    def resolve(self, host: str, timeout_s: float) -> tuple[IPAddress, ...]:
        """Return every address of a host, as it was the first time.

        Raises:
            FetchError: it has none, or nobody answered in time.
        """
        if host not in self._known:
            self._known[host] = self._inner.resolve(host, timeout_s)
        return self._known[host]

    async def resolve_async(self, host: str, timeout_s: float) -> tuple[IPAddress, ...]:
        """As :meth:`resolve`."""
        if host not in self._known:
            self._known[host] = await self._inner.resolve_async(host, timeout_s)
        return self._known[host]
