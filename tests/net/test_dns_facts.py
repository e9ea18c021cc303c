"""What the DNS says of a host, over loopback: each record with its source and time; what is not known is a value."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterator

import pytest

from net.doors import cleared
from net.socket_watch import watched_sockets
from net.stub_dns import Says
from net.zone_dns import TTL_S, ZoneDns
from rempart.clock import utc_now
from rempart.model.facts import DnsFacts, NoFact, NoFactReason
from rempart.model.gate import MinorGate
from rempart.model.web import Address
from rempart.net import NameServers
from rempart.net.dns_facts import DnsFactFinder

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
HOST = "forum.example.org"
URL = f"https://{HOST}/thread/1"


@pytest.fixture
def name_server() -> Iterator[ZoneDns]:
    """Know a forum, its zone and its mail."""
    with ZoneDns("example.org", "1.in-addr.arpa") as dns:
        dns.add_records(HOST, "A", "1.2.3.4")
        dns.add_records("example.org", "NS", "ns1.example.net.", "ns2.example.net.")
        dns.add_records("example.org", "MX", "10 mail.example.net.")
        dns.add_records("example.org", "TXT", '"v=spf1 -all"', '"site-verification=1"')
        dns.add_records("_dmarc.example.org", "TXT", '"v=DMARC1; p=reject"')
        dns.add_records("example.org", "CAA", '0 issue "ca.example.net"')
        dns.add_records("4.3.2.1.in-addr.arpa", "PTR", "host-4.example.net.")
        yield dns


def find(dns: ZoneDns, url: str = URL, *, total_s: float = 5.0, gate: MinorGate | None = None) -> DnsFacts:
    found = DnsFactFinder(gate or MinorGate(), dns.servers, total_s=total_s).find(cleared(url))
    assert isinstance(found, DnsFacts)
    return found


def missing(facts: DnsFacts) -> dict[str, NoFactReason]:
    return {one.what: one.reason for one in facts.missing}


def test_a_host_its_zone_and_its_addresses(name_server: ZoneDns) -> None:
    """All that is known of it."""
    found = find(name_server)

    assert (found.host, found.zone) == (HOST, "example.org")
    assert {(r.name, r.kind, r.value) for r in found.records} == {
        (HOST, "A", "1.2.3.4"),
        ("example.org", "SOA", "ns1.example.net. hostmaster.example.net. 1 7200 900 1209600 300"),
        ("example.org", "NS", "ns1.example.net."),
        ("example.org", "NS", "ns2.example.net."),
        ("example.org", "MX", "10 mail.example.net."),
        ("example.org", "TXT", '"v=spf1 -all"'),
        ("_dmarc.example.org", "TXT", '"v=DMARC1; p=reject"'),
        ("example.org", "CAA", '0 issue "ca.example.net"'),
        ("4.3.2.1.in-addr.arpa", "PTR", "host-4.example.net."),
    }
    assert missing(found) == {f"AAAA {HOST}": NoFactReason.NO_RECORDS}


def test_each_record_says_who_answered_and_when(name_server: ZoneDns) -> None:
    """And how long it may be kept."""
    before = utc_now()

    found = find(name_server)

    assert {(r.server, r.ttl_s) for r in found.records} == {("127.0.0.1", TTL_S)}
    assert all(before <= r.at <= utc_now() for r in found.records)
    assert {one.source for one in found.missing} == {"127.0.0.1"}


def test_other_texts_of_a_zone_are_not_kept(name_server: ZoneDns) -> None:
    """Only what concerns mail: the others name the services that somebody uses."""
    assert not [r for r in find(name_server).records if "verification" in r.value]


def test_names_that_lead_to_a_host_are_kept_in_their_order(name_server: ZoneDns) -> None:
    """And its own zone is found above it, not where it leads."""
    name_server.add_alias("www.example.org", "a.cdn.example.net")
    name_server.add_alias("a.cdn.example.net", "b.cdn.example.net")
    name_server.add_records("b.cdn.example.net", "A", "1.2.3.4")

    found = find(name_server, "https://www.example.org/")

    assert [(r.name, r.value) for r in found.records if r.kind == "CNAME"] == [
        ("www.example.org", "a.cdn.example.net."),
        ("a.cdn.example.net", "b.cdn.example.net."),
    ]
    assert found.values("A") == ("1.2.3.4",)
    assert found.zone == "example.org"


def test_a_host_that_is_gone_still_has_a_zone(name_server: ZoneDns) -> None:
    """A site that was taken down: "no such name" comes with its zone (RFC 2308 §2.1)."""
    found = find(name_server, "https://gone.example.org/")

    assert found.zone == "example.org"
    assert missing(found)["A gone.example.org"] is NoFactReason.NO_SUCH_NAME
    assert len(found.values("NS")) == 2


@pytest.mark.parametrize(
    "says,reason",
    [
        (Says.SERVFAIL, NoFactReason.SERVER_FAILED),
        (Says.REFUSED, NoFactReason.SERVER_FAILED),
        (Says.CNAME_LOOP, NoFactReason.SERVER_FAILED),
        (Says.GARBAGE, NoFactReason.SERVER_FAILED),
    ],
)
def test_one_bad_answer_is_a_value(name_server: ZoneDns, says: Says, reason: NoFactReason) -> None:
    """The other questions are asked all the same."""
    name_server.say("example.org", "MX", says)

    found = find(name_server, total_s=2.0)

    assert missing(found)["MX example.org"] in {reason, NoFactReason.TIME}
    assert len(found.values("NS")) == 2


def test_silence_ends_in_time(name_server: ZoneDns) -> None:
    """All questions together have a time; those that are left are not asked."""
    for kind in ("A", "AAAA", "SOA"):
        name_server.say(HOST, kind, Says.SILENCE)
    begun = time.monotonic()

    found = find(name_server, total_s=0.6)

    assert time.monotonic() - begun < 3
    assert set(missing(found).values()) == {NoFactReason.TIME}
    assert found.records == ()


def test_questions_are_counted(name_server: ZoneDns) -> None:
    """A host of many labels and addresses takes two dozen at most."""
    host = ".".join("a" * 50) + ".example.org"
    name_server.add_records(host, "A", *(f"1.2.3.{number}" for number in range(60)))

    find(name_server, f"https://{host}/")

    assert len(name_server.questions) <= 24


def test_records_of_one_answer_are_counted(name_server: ZoneDns) -> None:
    """A thousand name servers are a joke, or an attack."""
    name_server.add_records("example.org", "NS", *(f"ns{number}.example.net." for number in range(1_000)))

    assert len(find(name_server).values("NS")) == 64


def test_long_and_strange_values_are_cut_and_ascii(name_server: ZoneDns) -> None:
    """As zone files escape them."""
    long = " ".join(f'"{"x" * 250}"' for _ in range(20))
    name_server.add_records("example.org", "TXT", f'"v=spf1 \\027[2J\\233" {long}')

    [value] = [r.value for r in find(name_server).records if r.name == "example.org" and r.kind == "TXT"]

    assert len(value) == 1_024
    assert value.isascii()
    assert value.isprintable()


def test_private_addresses_have_no_name_to_ask_for(name_server: ZoneDns) -> None:
    """It is said, and nothing of the local network is asked."""
    name_server.add_records(HOST, "A", "10.0.0.1")

    found = find(name_server)

    assert missing(found)["PTR 10.0.0.1"] is NoFactReason.NOT_ASKED
    assert not [name for name, _ in name_server.questions if name.endswith("in-addr.arpa")]


def test_an_address_has_only_a_name(name_server: ZoneDns) -> None:
    """One question."""
    found = find(name_server, "http://1.2.3.4/")

    assert name_server.questions == [("4.3.2.1.in-addr.arpa", "PTR")]
    assert found.values("PTR") == ("host-4.example.net.",)


def test_a_registry_s_zone_is_not_the_host_s(name_server: ZoneDns) -> None:
    """Where only "org" answers, the zone is not known."""
    name_server._zones = ("org",)

    found = find(name_server, "https://nothing.example.org/")

    assert found.zone == "nothing.example.org"
    assert missing(found)["SOA nothing.example.org"] is NoFactReason.NO_SUCH_NAME


def test_a_name_that_the_gate_stops_is_not_asked(name_server: ZoneDns) -> None:
    """Names of our own making as well: here that of the address."""
    found = find(name_server, gate=MinorGate(["in-addr"]))

    assert missing(found)["PTR 4.3.2.1.in-addr.arpa"] is NoFactReason.STOPPED
    assert not [name for name, _ in name_server.questions if name.endswith("in-addr.arpa")]


def test_only_what_was_cleared_is_looked_up(name_server: ZoneDns) -> None:
    """An address that never passed the gate is a type error, and no socket is opened."""
    with watched_sockets() as seen, pytest.raises(TypeError):
        DnsFactFinder(MinorGate(), name_server.servers).find(Address(url=URL))  # type: ignore[arg-type]

    assert seen == []


@pytest.mark.parametrize("url", ["https://printer.local/", "ftp://example.org/", "nonsense"])
def test_what_is_no_address_is_a_value(name_server: ZoneDns, url: str) -> None:
    """Nothing is asked."""
    found = DnsFactFinder(MinorGate(), name_server.servers).find(cleared(url))

    assert isinstance(found, NoFact)
    assert found.reason is NoFactReason.NOT_ASKED
    assert name_server.questions == []


def test_a_name_server_that_does_not_listen() -> None:
    """A value for each question."""
    found = DnsFactFinder(MinorGate(), NameServers(addresses=("127.0.0.1",), port=1), total_s=0.5).find(cleared(URL))

    assert isinstance(found, DnsFacts)
    assert found.records == ()
    assert all(isinstance(one.at, dt.datetime) for one in found.missing)
