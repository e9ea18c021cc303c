"""Names are resolved once and within a time, whatever the name servers do."""

from __future__ import annotations

import asyncio
import ipaddress
import time
from collections.abc import Callable

import pytest

from net.doors import SLACK_S, Door, Kind
from net.servers import RawServer, page, redirect, reply
from net.stub_dns import Says, StubDns
from rempart.errors import FetchError
from rempart.model.web import NotFetched, NotFetchedReason, Page
from rempart.net import DnsResolver, NameServers
from rempart.net.addresses import IPAddress

pytestmark = [pytest.mark.allow_hosts(["127.0.0.1", "::1"]), pytest.mark.usefixtures("nothing_left_open")]

R = NotFetchedReason
HOST = "forum.example.org"
Resolve = Callable[[DnsResolver, str, float], tuple[IPAddress, ...]]


@pytest.fixture
def resolve(kind: Kind) -> Resolve:
    """Resolve as threads do, or as tasks do."""

    def run(resolver: DnsResolver, host: str, timeout_s: float) -> tuple[IPAddress, ...]:
        if kind is Kind.THREADS:
            return resolver.resolve(host, timeout_s)
        return asyncio.run(resolver.resolve_async(host, timeout_s))

    return run


def test_every_address_is_found(resolve: Resolve) -> None:
    """IPv4 first, by one question of each type."""
    with StubDns() as dns:
        dns.add(HOST, "1.1.1.1", "1.0.0.1", "2606:4700::1111")
        found = resolve(DnsResolver(dns.servers), HOST, 2.0)

    assert {str(address) for address in found} == {"1.1.1.1", "1.0.0.1", "2606:4700::1111"}
    assert [address.version for address in found] == [4, 4, 6]
    assert dns.questions == [(HOST, "A"), (HOST, "AAAA")]


def test_an_alias_is_followed_by_the_server(resolve: Resolve) -> None:
    """Its own name is not asked for."""
    with StubDns() as dns:
        dns.add_alias(HOST, "cdn.example.net")
        dns.add("cdn.example.net", "1.1.1.1")
        found = resolve(DnsResolver(dns.servers), HOST, 2.0)

    assert found == (ipaddress.ip_address("1.1.1.1"),)
    assert dns.asked("cdn.example.net") == []


def test_a_truncated_answer_is_had_over_tcp(resolve: Resolve) -> None:
    """RFC 7766 §5."""
    with StubDns() as dns:
        dns.add(HOST, "1.1.1.1")
        dns.truncate(HOST)
        found = resolve(DnsResolver(dns.servers), HOST, 2.0)

    assert found == (ipaddress.ip_address("1.1.1.1"),)
    assert dns.over_tcp == 2


@pytest.mark.parametrize(
    "says, reason",
    [
        (Says.NXDOMAIN, R.NO_SUCH_HOST),
        (Says.NOTHING, R.NO_SUCH_HOST),
        (Says.SERVFAIL, R.RESOLVER),
        (Says.REFUSED, R.RESOLVER),
        (Says.CNAME_LOOP, R.RESOLVER),
        (Says.GARBAGE, R.RESOLVER_TIME),
        (Says.WRONG_ID, R.RESOLVER_TIME),
        (Says.SILENCE, R.RESOLVER_TIME),
    ],
)
def test_a_bad_answer_gives_a_reason_in_time(resolve: Resolve, says: Says, reason: NotFetchedReason) -> None:
    """And never an address."""
    with StubDns() as dns:
        dns.add(HOST, says)
        begun_s = time.monotonic()
        with pytest.raises(FetchError) as caught:
            resolve(DnsResolver(dns.servers), HOST, 0.5)

    assert caught.value.reason is reason
    assert HOST in caught.value.detail
    assert time.monotonic() - begun_s < 0.5 + SLACK_S


def test_one_type_of_two_in_silence_is_no_answer(resolve: Resolve) -> None:
    """An address that was not seen cannot be checked: half an answer is none."""
    with StubDns() as dns:
        dns.add_turns(HOST, ("1.1.1.1",))
        dns.silence(HOST, "AAAA")
        with pytest.raises(FetchError) as caught:
            resolve(DnsResolver(dns.servers), HOST, 0.5)

    assert caught.value.reason is R.RESOLVER_TIME


def test_a_hundred_addresses_are_too_many(resolve: Resolve) -> None:
    """Each would be checked, and one be tried: no host of the web has so many."""
    with StubDns() as dns:
        dns.add(HOST, *(f"1.1.1.{number}" for number in range(100)))
        with pytest.raises(FetchError) as caught:
            resolve(DnsResolver(dns.servers), HOST, 2.0)

    assert caught.value.reason is R.RESOLVER
    assert "100 addresses" in caught.value.detail


def test_nobody_at_the_name_server_gives_a_reason(resolve: Resolve) -> None:
    """A port that refuses."""
    with StubDns() as dns:
        gone = NameServers(addresses=("127.0.0.1",), port=dns.port)

    with pytest.raises(FetchError) as caught:
        resolve(DnsResolver(gone), HOST, 0.5)

    assert caught.value.reason in {R.RESOLVER, R.RESOLVER_TIME}


@pytest.mark.parametrize("host", ["a" * 64 + ".example.org", ".".join(["a" * 60] * 5), "a..example.org"])
def test_a_name_that_cannot_be_asked_is_a_reason(resolve: Resolve, host: str) -> None:
    """The library's exception does not come out."""
    with StubDns() as dns, pytest.raises(FetchError):
        resolve(DnsResolver(dns.servers), host, 0.5)


def test_a_rebinding_name_is_resolved_once(kind: Kind) -> None:
    """The first answer is allowed, the second is not: the second is never heard, and the connection is kept."""
    with StubDns() as dns, RawServer(reply(redirect("/b"), page(), page())) as server:
        dns.add_turns(HOST, ("127.0.0.1",), ("10.0.0.1",))
        with Door(kind, ("127.0.0.1", server.port), resolver=DnsResolver(dns.servers)) as door:
            first = door.fetch(server.url("/a", host=HOST))
            second = door.fetch(server.url("/c", host=HOST))

            assert isinstance(first, Page)
            assert isinstance(second, Page)
            assert first.hops[0].peer == "127.0.0.1"
            assert dns.questions == [(HOST, "A"), (HOST, "AAAA")]
            assert server.connections == 1


def test_a_name_that_was_rebound_is_refused(kind: Kind) -> None:
    """A new connection is a new question, and its answer is checked as the first one was."""
    with StubDns() as dns, RawServer(reply(page(connection="close"))) as server:
        dns.add_turns(HOST, ("127.0.0.1",), ("169.254.169.254",))
        with Door(kind, ("127.0.0.1", server.port), resolver=DnsResolver(dns.servers)) as door:
            first = door.fetch(server.url("/a", host=HOST))
            second = door.fetch(server.url("/b", host=HOST))

            assert isinstance(first, Page)
            assert isinstance(second, NotFetched)
            assert second.reason is R.DENIED_ADDRESS
            assert server.connections == 1
