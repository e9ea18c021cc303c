"""Find what is public about a host: its names, its registration, its network, its certificates, and whom to write to.

1. The gate: an address that it stops ends here; nobody is asked anything.
2. The DNS.
3. The registry of the domain, and that of each network that the host has an address in (RDAP).
4. The certificates that it presents.

Whatever fails is a value in its place, and the other questions are asked all the same.
"""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from rempart.app.gating import make_gate
from rempart.app.outside import make_client
from rempart.clock import monotonic_s, utc_now
from rempart.config import Settings
from rempart.errors import FetchError, MisuseError
from rempart.model.facts import (
    AbuseContact,
    AutnumRegistration,
    BootstrapChange,
    DnsFacts,
    DomainRegistration,
    HostFacts,
    NetworkRegistration,
    NoFact,
    NoFactReason,
)
from rempart.model.outcome import Stopped
from rempart.model.web import Address, NotFetched, NotFetchedReason
from rempart.net import AddressPolicy, DnsResolver, Guard, NameServers, OnceResolver, Resolver, make_tls_context
from rempart.net.addresses import IPAddress
from rempart.net.dns_facts import DnsFactFinder
from rempart.net.rdap import RdapLookup
from rempart.net.rdap_bootstrap import Bootstrap, load_bootstrap
from rempart.net.rdap_entities import reachable
from rempart.net.rdap_refresh import refresh_bootstrap
from rempart.net.tls_facts import TlsFactFinder
from rempart.net.urls import WebUrl, parse_url

#: After it no further registry is asked.
TOTAL_S: Final = 90.0
#: A host has one network or two; content networks answer from one.
_NETWORKS_MOST: Final = 4
_AUTNUMS_MOST: Final = 2


class FactFinder:
    """Finds facts, each host with a client of its own."""

    def __init__(
        self,
        settings: Settings,
        *,
        servers: NameServers | None = None,
        policy: AddressPolicy | None = None,
        bootstrap: Bootstrap | None = None,
        total_s: float = TOTAL_S,
    ) -> None:
        """Prepare it.

        Args:
            settings: Name servers, trust, identity, gate.
            servers: Instead of the settings' name servers.
            policy: Instead of the one that every fetch has.
            bootstrap: Instead of what came with Rempart or was refreshed since.
            total_s: Seconds after which no further registry is asked.
        """
        self._settings = settings
        self._gate = make_gate(settings)
        self._servers = servers or NameServers(addresses=settings.net.nameservers)
        self._policy = policy
        self._bootstrap = bootstrap or load_bootstrap(bootstrap_folder())
        self._total_s = total_s

    @property
    def remarks(self) -> tuple[str, ...]:
        """Return what is wrong with the bootstrap files at hand."""
        return self._bootstrap.remarks

    def find(self, text: str) -> HostFacts | Stopped:
        """Find what is public about a host.

        Args:
            text: A host, or an address whose host is meant.

        Raises:
            MisuseError: it is neither.
            ConfigError: the certificates that the settings name cannot be read.
        """
        url, address = _read(text)
        cleared = self._gate.check(address)
        if isinstance(cleared, Stopped):
            return cleared
        resolver = OnceResolver(DnsResolver(self._servers))
        trust = make_tls_context(self._settings.net.authorities_file)  # it may be missing: nobody is asked then
        certificates = TlsFactFinder(Guard(resolver, self._policy), trust)
        at, until = utc_now(), monotonic_s() + self._total_s
        dns = DnsFactFinder(self._gate, self._servers).find(cleared)
        with make_client(self._settings, self._gate, resolver=resolver, policy=self._policy) as client:
            rdap = RdapLookup(client, self._gate, self._bootstrap)
            domain = (
                _not_asked("registration of a domain", "the host is an address") if url.ip else rdap.domain(url.host)
            )
            networks = tuple(_networks(rdap, _addresses(url, dns), until))
            autnums = tuple(_autnums(rdap, networks, until))
        tls = _late("certificates") if monotonic_s() >= until else certificates.find(cleared)
        return HostFacts(
            host=url.host,
            at=at,
            dns=dns,
            domain=domain,
            networks=networks,
            autnums=autnums,
            tls=tls,
            contacts=reachable([contact for one in (*networks, domain) for contact in _contacts(one)]),
        )


def refresh(
    settings: Settings, *, folder: Path | None = None, resolver: Resolver | None = None
) -> Iterator[BootstrapChange]:
    """Fetch IANA's bootstrap registries anew, and yield what came of each.

    Args:
        settings: Name servers, trust, identity, gate.
        folder: Where they are put; none is the user's data folder.
        resolver: Instead of the settings' name servers.

    Raises:
        ConfigError: the certificates that the settings name cannot be read.
    """
    gate = make_gate(settings)
    with make_client(settings, gate, resolver=resolver) as client:
        yield from refresh_bootstrap(client, gate, folder or bootstrap_folder())


def bootstrap_folder(environment: Mapping[str, str] | None = None) -> Path:
    """Return where refreshed bootstrap registries are: in the user's data folder, beside any workspace."""
    variables = os.environ if environment is None else environment
    base = variables.get("XDG_DATA_HOME", "")
    data = Path(base) if base.startswith("/") else Path(variables.get("HOME", "/")) / ".local" / "share"
    return data / "rempart-net" / "rdap"


def _read(text: str) -> tuple[WebUrl, Address]:
    """Read a host or an address, as the gate will judge it: every way in which it can be written."""
    try:
        is_ipv6 = ipaddress.ip_address(text).version == 6  # noqa: PLR2004 - the version
    except ValueError:
        is_ipv6 = False
    whole = text if "://" in text else f"https://[{text}]/" if is_ipv6 else f"https://{text}/"
    try:
        url = parse_url(whole)
    except FetchError as error:
        why = NotFetched(reason=NotFetchedReason(error.reason), detail=error.detail).in_words()
        raise MisuseError(why, advice="Name a host, such as www.example.org, or the address of a page.") from error
    return url, Address(url=whole, context=(str(url), url.shown_host))


def _addresses(url: WebUrl, dns: DnsFacts | NoFact) -> list[IPAddress]:
    if url.ip:
        return [url.ip]
    values = (*dns.values("A"), *dns.values("AAAA")) if isinstance(dns, DnsFacts) else ()
    # Name servers shuffle them: sorted, the same host gives the same facts in the same order.
    return sorted((ipaddress.ip_address(value) for value in values), key=lambda one: (one.version, int(one)))


def _networks(rdap: RdapLookup, addresses: list[IPAddress], until: float) -> Iterator[NetworkRegistration | NoFact]:
    """Ask about each network once, however many addresses of it the host has."""
    found: list[NetworkRegistration | NoFact] = []
    for address in addresses:
        if len(found) >= _NETWORKS_MOST:
            return
        if any(_holds(network, address) for network in found):
            continue
        found.append(_late(f"network of {address}") if monotonic_s() >= until else rdap.network(address))
        yield found[-1]


def _holds(network: NetworkRegistration | NoFact, address: IPAddress) -> bool:
    if isinstance(network, NoFact):
        return False
    first, last = ipaddress.ip_address(network.first), ipaddress.ip_address(network.last)
    return first.version == address.version and int(first) <= int(address) <= int(last)


def _autnums(
    rdap: RdapLookup, networks: tuple[NetworkRegistration | NoFact, ...], until: float
) -> Iterator[AutnumRegistration | NoFact]:
    """Ask about the autonomous systems that the networks name."""
    named = [n for one in networks if isinstance(one, NetworkRegistration) for n in one.as_numbers]
    for number in list(dict.fromkeys(named))[:_AUTNUMS_MOST]:
        yield _late(f"AS{number}") if monotonic_s() >= until else rdap.autnum(number)


def _contacts(one: DomainRegistration | NetworkRegistration | NoFact) -> tuple[AbuseContact, ...]:
    return () if isinstance(one, NoFact) else one.contacts


def _not_asked(what: str, detail: str) -> NoFact:
    return NoFact(what=what, reason=NoFactReason.NOT_ASKED, detail=detail, at=utc_now())


def _late(what: str) -> NoFact:
    return NoFact(what=what, reason=NoFactReason.TIME, detail="all questions together", at=utc_now())
