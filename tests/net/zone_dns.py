"""A stub name server that knows whole zones: any kind of record, and the SOA that comes with "nothing" (RFC 2308)."""

from __future__ import annotations

import dns.message
import dns.rcode
import dns.rrset

from net.stub_dns import Says, StubDns

SOA = "ns1.example.net. hostmaster.example.net. 1 7200 900 1209600 300"
TTL_S = 60


class ZoneDns(StubDns):
    """Knows records; a name without any does not exist, and its zone is named all the same."""

    def __init__(self, *zones: str) -> None:
        """Be asked about some zones."""
        super().__init__()
        self._zones = zones
        self._records: dict[tuple[str, str], list[str]] = {}
        self._says: dict[tuple[str, str], Says] = {}

    def add_records(self, name: str, kind: str, *texts: str) -> None:
        """Give a name records, as zone files write them."""
        self._records[name, kind] = list(texts)

    def say(self, name: str, kind: str, answer: Says) -> None:
        """Answer badly for one kind of records of a name."""
        self._says[name, kind] = answer

    def _fill(self, response: dns.message.Message, name: str, kind: str) -> bytes | None:
        if says := self._says.get((name, kind)):
            self._names[name], self._used = [says], {}
            return super()._fill(response, name, kind)
        if texts := self._records.get((name, kind)):
            response.answer.append(dns.rrset.from_text(f"{name}.", TTL_S, "IN", kind, *texts))
        else:
            zone = next((z for z in self._zones if name == z or name.endswith(f".{z}")), "")
            if zone and kind == "SOA" and name == zone:
                response.answer.append(dns.rrset.from_text(f"{zone}.", TTL_S, "IN", "SOA", SOA))
            elif zone:
                response.authority.append(dns.rrset.from_text(f"{zone}.", TTL_S, "IN", "SOA", SOA))
            if not any(known == name or known.endswith(f".{name}") for known, _ in self._records) and name != zone:
                response.set_rcode(dns.rcode.NXDOMAIN)
        return response.to_wire(max_size=65_535)
