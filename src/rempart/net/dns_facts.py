"""What the DNS says of a host: each record with its time to live, the name server that answered, and the instant.

1. The host's addresses, and the names that lead to them (CNAME).
2. The zone that it is in, from the SOA record (RFC 2308 §3: where a name has none, the answer names the zone's).
3. What the zone says of itself: name servers, mail servers, SPF, DMARC; and who may certify the host (CAA).
4. The names of its addresses (PTR).

Only the configured name servers are asked, each name of our own making passes the gate first, and all questions
together have a number and a time.
"""

from __future__ import annotations

import datetime as dt
import ipaddress
from collections.abc import Iterable
from typing import Final

import dns.exception
import dns.message
import dns.name
import dns.rdata
import dns.rdatatype
import dns.resolver
import dns.reversename
import dns.rrset

from rempart.clock import monotonic_s, utc_now
from rempart.errors import FetchError
from rempart.model.facts import DnsFacts, DnsRecord, NoFact, NoFactReason
from rempart.model.gate import Cleared, MinorGate
from rempart.model.outcome import Stopped
from rempart.model.web import Address
from rempart.net.addresses import IPAddress, denied
from rempart.net.client import require_cleared
from rempart.net.resolving import NameServers, configure_resolver
from rempart.net.urls import parse_url

#: For all questions about one host.
TOTAL_S: Final = 20.0
#: For one of them.
QUESTION_S: Final = 5.0
_QUESTIONS_MOST: Final = 24
#: Of one answer; more than any host of the web has.
_RECORDS_MOST: Final = 64
_ALIASES_MOST: Final = 16
_VALUE_CHARACTERS_MOST: Final = 1_024
_NAMED_ADDRESSES_MOST: Final = 8
#: A zone of the web has two labels at least: what is above is a registry's.
_ZONE_LABELS_LEAST: Final = 2
#: RFC 8659 §3 climbs to the root; a registry's own record says nothing of this host's holder.
_CAA_NAMES_MOST: Final = 4
_ZONES_ASKED_MOST: Final = 4
#: RFC 7208 §4.5, RFC 7489 §6.3.
_SPF: Final = '"v=spf1'
_DMARC: Final = '"v=dmarc1'


class DnsFactFinder:
    """Asks name servers about hosts."""

    def __init__(self, gate: MinorGate, servers: NameServers | None = None, *, total_s: float = TOTAL_S) -> None:
        """Prepare it.

        Args:
            gate: Judges names of our own making.
            servers: Who is asked; none are those of the machine.
            total_s: Seconds for all questions about one host.
        """
        self._gate = gate
        self._servers = servers or NameServers()
        self._total_s = total_s

    def find(self, cleared: Cleared[Address]) -> DnsFacts | NoFact:
        """Ask about the host of an address that the gate let pass; whatever comes is a value."""
        require_cleared(cleared)
        try:
            url = parse_url(cleared.item.url)
            asking = _Asking(self._gate, self._servers, self._total_s)
        except FetchError as error:
            return NoFact(what="records", reason=NoFactReason.NOT_ASKED, detail=error.detail, at=utc_now())
        if url.ip:
            asking.name_of(url.ip)
            return asking.facts(url.host, url.host)
        addresses = asking.addresses(url.host)
        zone = asking.zone(url.host)
        asking.about_zone(zone)
        asking.certifiers(url.host, zone)
        for address in addresses[:_NAMED_ADDRESSES_MOST]:
            asking.name_of(address)
        return asking.facts(url.host, zone)


class _Asking:
    """The questions about one host."""

    def __init__(self, gate: MinorGate, servers: NameServers, total_s: float) -> None:
        self._gate = gate
        self._resolver = configure_resolver(servers, dns.resolver.Resolver(configure=False))
        self._until = monotonic_s() + total_s
        self._asked = 0
        self._records: dict[tuple[str, str, str], DnsRecord] = {}
        self._missing: list[NoFact] = []
        #: What came with "no such name": it names the zone (RFC 2308 §2.1).
        self._denials: dict[str, dns.message.Message] = {}

    def facts(self, host: str, zone: str) -> DnsFacts:
        """Return what was found."""
        return DnsFacts(host=host, zone=zone, records=tuple(self._records.values()), missing=tuple(self._missing))

    def addresses(self, host: str) -> tuple[IPAddress, ...]:
        """Ask for the addresses of a host; the names that lead to them come with them."""
        found = [record for kind in ("A", "AAAA") for record in self._note(host, kind)]
        return tuple(ipaddress.ip_address(record.value) for record in found)

    def zone(self, host: str) -> str:
        """Return the name of the zone that a host is in, or the host if that is not known.

        An alias is answered with the SOA of the zone that it leads to (RFC 2308 §2.1): then the names above are asked.
        """
        labels = host.split(".")
        failure: NoFact | None = None
        for start in range(max(1, min(len(labels) - _ZONE_LABELS_LEAST + 1, _ZONES_ASKED_MOST))):
            name = ".".join(labels[start:])
            answer = self._ask(name, "SOA")
            if isinstance(answer, NoFact):
                failure = failure or answer
            response = self._denials.get(name) if isinstance(answer, NoFact) else answer.response
            for rrset in (*response.answer, *response.authority) if response else ():
                zone = _plain(rrset.name)
                is_above = host == zone or host.endswith(f".{zone}")
                if rrset.rdtype == dns.rdatatype.SOA and is_above and zone.count(".") + 1 >= _ZONE_LABELS_LEAST:
                    self._keep(rrset, self._server_of(answer), utc_now())
                    return zone
        self._missing.append(failure or self._none(f"SOA {host}", NoFactReason.NO_RECORDS))
        return host

    def about_zone(self, zone: str) -> None:
        """Ask what a zone says of itself."""
        self._note(zone, "NS")
        self._note(zone, "MX")
        self._note(zone, "TXT", beginning=_SPF)
        self._note(f"_dmarc.{zone}", "TXT", beginning=_DMARC)

    def certifiers(self, host: str, zone: str) -> None:
        """Ask who may certify a host: the nearest record, up to the zone's own (RFC 8659 §3)."""
        labels = host.split(".")
        names = [".".join(labels[start:]) for start in range(len(labels) - zone.count("."))]
        for name in [*names[: _CAA_NAMES_MOST - 1], *names[_CAA_NAMES_MOST - 1 :][-1:]]:
            if self._note(name, "CAA", is_told=name == zone):
                return

    def name_of(self, address: IPAddress) -> None:
        """Ask for the name of an address; that of a private one is nobody's business."""
        what = f"PTR {address}"
        if why := denied(address):
            self._missing.append(NoFact(what=what, reason=NoFactReason.NOT_ASKED, detail=why.words, at=utc_now()))
            return
        self._note(_plain(dns.reversename.from_address(str(address))), "PTR", what=what)

    def _note(
        self, name: str, kind: str, *, beginning: str = "", what: str = "", is_told: bool = True
    ) -> list[DnsRecord]:
        """Ask one question, and keep what it is answered.

        Args:
            name: About which name.
            kind: Of which records.
            beginning: Keep only values that begin so, whatever their case.
            what: What to call the question where nothing is known.
            is_told: Say so where nothing is known.

        Returns:
            The records of this kind.
        """
        answer = self._ask(name, kind)
        found: list[DnsRecord] = []
        if not isinstance(answer, NoFact):
            at = utc_now()
            # Only the chain from the name that was asked: what else an answer holds was not asked for.
            for rrset in (*answer.chaining_result.cnames[:_ALIASES_MOST], answer.rrset):
                kept = self._keep(rrset, self._server_of(answer), at, beginning=beginning) if rrset else ()
                found += [record for record in kept if record.kind == kind]
            answer = self._none(what or f"{kind} {name}", NoFactReason.NO_RECORDS)
        if not found and is_told:
            self._missing.append(answer)
        return found

    def _ask(self, name: str, kind: str) -> dns.resolver.Answer | NoFact:
        """Ask one question, if the gate lets its name pass and there is time left."""
        what = f"{kind} {name}"
        judged = self._gate.check(Address(url=name))
        if isinstance(judged, Stopped):
            return self._none(what, NoFactReason.STOPPED, judged.rule)
        left_s = self._until - monotonic_s()
        if left_s <= 0 or self._asked >= _QUESTIONS_MOST:
            return self._none(what, NoFactReason.TIME, "all questions together")
        self._asked += 1
        try:
            return self._resolver.resolve(
                dns.name.from_text(name),
                kind,
                lifetime=min(QUESTION_S, left_s),
                search=False,
                raise_on_no_answer=False,
            )
        except dns.resolver.NXDOMAIN as error:
            for asked, response in (error.kwargs.get("responses") or {}).items():
                self._denials[_plain(asked)] = response
            return self._none(what, NoFactReason.NO_SUCH_NAME)
        except dns.exception.Timeout:
            return self._none(what, NoFactReason.TIME)
        except dns.exception.DNSException as error:
            return self._none(what, NoFactReason.SERVER_FAILED, type(error).__name__)

    def _keep(
        self, rrset: dns.rrset.RRset, server: str, at: dt.datetime, *, beginning: str = ""
    ) -> Iterable[DnsRecord]:
        """Keep the records of one set; each once, whichever question brought it."""
        kept = []
        for rdata in list(rrset)[:_RECORDS_MOST]:
            value = _value(rdata)
            if not value.lower().startswith(beginning) and rrset.rdtype == dns.rdatatype.TXT:
                continue
            kind = dns.rdatatype.to_text(rrset.rdtype)
            record = DnsRecord(
                name=_plain(rrset.name), kind=kind, value=value, ttl_s=int(rrset.ttl), server=server, at=at
            )
            kept.append(self._records.setdefault((record.name, kind, value), record))
        return kept

    def _server_of(self, answer: dns.resolver.Answer | NoFact) -> str:
        """Return who answered."""
        if isinstance(answer, NoFact):
            return answer.source
        return answer.nameserver or ""

    def _none(self, what: str, reason: NoFactReason, detail: str = "") -> NoFact:
        servers = ", ".join(str(server) for server in self._resolver.nameservers)
        is_asked = reason not in {NoFactReason.STOPPED, NoFactReason.NOT_ASKED}
        return NoFact(what=what, reason=reason, detail=detail, source=servers if is_asked else "", at=utc_now())


def _plain(name: dns.name.Name) -> str:
    return name.to_text(omit_final_dot=True).lower()


def _value(rdata: dns.rdata.Rdata) -> str:
    """Return a record as zone files write it, names whole and without compression, on one line."""
    return rdata.to_text()[:_VALUE_CHARACTERS_MOST]
