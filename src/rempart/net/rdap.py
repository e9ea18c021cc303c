"""Ask registries about a domain, an address or an autonomous system (RFC 9082), through the guarded client only.

Every question goes over https to a server of IANA's bootstrap registries; the gate judges each address that is made,
with the name in it; a server that asks to be asked less often is not asked again by the same look-up.
"""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Callable
from typing import Final, Protocol, TypeVar

from rempart.clock import utc_now
from rempart.errors import FetchError
from rempart.model.facts import AutnumRegistration, DomainRegistration, NetworkRegistration, NoFact, NoFactReason
from rempart.model.gate import Cleared, MinorGate
from rempart.model.outcome import Stopped
from rempart.model.web import Address, FetchMode, Hop, NotFetched, NotFetchedReason, Page
from rempart.net.addresses import IPAddress, denied
from rempart.net.flow import FetchOutcome
from rempart.net.interface import FetchLimits
from rempart.net.rdap_bootstrap import Bootstrap
from rempart.net.rdap_reading import BYTES_MOST, Answer, read_autnum, read_domain, read_network
from rempart.net.rdap_values import read_text
from rempart.net.request import Wanted
from rempart.net.urls import parse_host, parse_url

#: A registry answers in a second; one that takes longer is passed over, and the person sees that it was.
_WANTED: Final = Wanted(
    mode=FetchMode.TEXT,
    limits=FetchLimits(wire_bytes=BYTES_MOST, decoded_bytes=BYTES_MOST, total_s=20.0),
    # RFC 7480 §4.2: this type, and JSON for servers that know only that.
    accept="application/rdap+json, application/json;q=0.9",
)
#: Names asked for to find a registered domain: below a registry, suffixes such as "co.uk" have two labels or three.
_NAMES_ASKED_MOST: Final = 4
_OK: Final = 200
_RETRY_CHARACTERS_MOST: Final = 40

FactT = TypeVar("FactT", DomainRegistration, NetworkRegistration, AutnumRegistration)


class Fetcher(Protocol):
    """Whoever fetches: :class:`rempart.net.client.GuardedClient`."""

    def fetch(self, cleared: Cleared[Address], wanted: Wanted = ...) -> FetchOutcome:
        """Fetch one address; whatever the outside does is a value."""


class RdapLookup:
    """Asks for one job."""

    def __init__(
        self, client: Fetcher, gate: MinorGate, bootstrap: Bootstrap, *, clock: Callable[[], dt.datetime] = utc_now
    ) -> None:
        """Prepare it.

        Args:
            client: Fetches.
            gate: Judges each address that is made.
            bootstrap: Knows which server to ask.
            clock: The present instant.
        """
        self._client = client
        self._gate = gate
        self._bootstrap = bootstrap
        self._clock = clock
        self._resting: dict[str, str] = {}

    def domain(self, host: str) -> DomainRegistration | NoFact:
        """Find the registration of the domain that a host is in.

        The registry itself is asked where its domains begin: for the name with one label more than the entry of the
        bootstrap registry, then two more. No list of public suffixes is needed, which would be old or call home; most
        names take one question, and the labels in front, which may name a person, are not told. A name such as
        "co.uk" that a registry holds for itself has no registrar: the walk goes on below it, and the name is kept only
        if nothing is registered below.
        """
        what = f"registration of the domain of {host}"
        try:
            host = parse_host(host)
        except FetchError as error:
            return self._none(what, NoFactReason.NOT_ASKED, error.detail)
        suffix, servers = self._bootstrap.of_domain(host)
        if not servers:
            return self._none(what, NoFactReason.NO_SERVER, f".{host.rpartition('.')[2]}")
        if host == suffix:
            return self._none(what, NoFactReason.NOT_ASKED, "it is not below a registry's own name")
        return self._walk(what, host, len(suffix.split(".")), servers)

    def _walk(self, what: str, host: str, begin: int, servers: tuple[str, ...]) -> DomainRegistration | NoFact:
        """Ask for longer and longer names, until one has a registrar."""
        labels = host.split(".")
        best: DomainRegistration | None = None
        last: NoFact | None = None
        for count in range(begin + 1, min(len(labels), begin + _NAMES_ASKED_MOST) + 1):
            name = ".".join(labels[-count:])
            shown = parse_url(f"https://{name}/").shown_host
            read = functools.partial(read_domain, domain=name)
            found = self._ask(f"registration of {name}", (name, shown), f"domain/{name}", servers, read)
            if isinstance(found, DomainRegistration):
                best = found
                if found.registrar:
                    break
            elif last is None or last.reason is NoFactReason.NOT_REGISTERED:
                last = found
            # What is not "not registered" says nothing of longer names: another question would not be answered either.
            if isinstance(found, NoFact) and found.reason is not NoFactReason.NOT_REGISTERED:
                break
        return best or last or self._none(what, NoFactReason.NOT_REGISTERED)

    def network(self, address: IPAddress) -> NetworkRegistration | NoFact:
        """Find the registration of the network that an address is in."""
        what = f"network of {address}"
        if why := denied(address):
            return self._none(what, NoFactReason.NOT_ASKED, why.words)
        servers = self._bootstrap.of_address(address)
        read = functools.partial(read_network, address=address)
        return self._ask(what, (str(address),), f"ip/{address}", servers, read)

    def autnum(self, number: int) -> AutnumRegistration | NoFact:
        """Find the registration of an autonomous system."""
        servers = self._bootstrap.of_autnum(number)
        read = functools.partial(read_autnum, number=number)
        return self._ask(f"AS{number}", (f"AS{number}",), f"autnum/{number}", servers, read)

    def _ask(
        self,
        what: str,
        names: tuple[str, ...],
        path: str,
        servers: tuple[str, ...],
        read: Callable[[Answer], FactT | NoFact],
    ) -> FactT | NoFact:
        """Ask the first server (RFC 9224 §3: any of them will do), and read its answer."""
        if not servers:
            return self._none(what, NoFactReason.NO_SERVER)
        url = f"{servers[0]}{path}"
        if words := self._resting.get(parse_url(url).host):
            return self._none(what, NoFactReason.RATE_LIMITED, words)
        cleared = self._gate.check(Address(url=url, context=names))
        if isinstance(cleared, Stopped):
            return self._none(what, NoFactReason.STOPPED, cleared.rule)
        at = self._clock()
        outcome = self._client.fetch(cleared, _WANTED)
        if isinstance(outcome, Page) and outcome.status == _OK:
            return read(Answer(what=what, body=outcome.body, source=outcome.url, at=at))
        reason, detail = _why_nothing(outcome)
        if reason is NoFactReason.RATE_LIMITED:
            self._resting[parse_url(url).host] = detail or "said a moment ago"
        return NoFact(what=what, reason=reason, detail=detail, source=url, at=at)

    def _none(self, what: str, reason: NoFactReason, detail: str = "") -> NoFact:
        return NoFact(what=what, reason=reason, detail=detail, at=self._clock())


def _why_nothing(outcome: FetchOutcome) -> tuple[NoFactReason, str]:
    """Say what an answer without an object means (RFC 7480 §5)."""
    if isinstance(outcome, Stopped):
        return NoFactReason.STOPPED, outcome.rule
    if isinstance(outcome, NotFetched) and outcome.reason is not NotFetchedReason.STATUS:
        return NoFactReason.NOT_FETCHED, outcome.in_words()
    status = outcome.status if isinstance(outcome, Page | NotFetched) else 0
    hops = outcome.hops if isinstance(outcome, Page | NotFetched) else ()
    match status:
        case 404:
            return NoFactReason.NOT_REGISTERED, ""
        case 429 | 503:
            return NoFactReason.RATE_LIMITED, _retry_after(hops)
        case _:
            return NoFactReason.SERVER_FAILED, str(status or "no answer of its own")


def _retry_after(hops: tuple[Hop, ...]) -> str:
    """Return how long a server wants to be left alone, in its words (RFC 9110 §10.2.3)."""
    for name, value in hops[-1].headers if hops else ():
        if name == "retry-after":
            return f"again after {read_text(value, _RETRY_CHARACTERS_MOST)}"
    return ""
