"""The servers of these tests do what they say: what is proved with them rests on it."""

from __future__ import annotations

import socket

import pytest

from net.doors import Door, Kind
from net.servers import Authority, RawServer, page, redirect, reply
from net.socket_watch import watched_sockets
from net.stub_dns import Says, StubDns
from rempart.errors import FetchError
from rempart.model.web import Page
from rempart.net import DnsResolver

pytestmark = [pytest.mark.allow_hosts(["127.0.0.1", "::1"]), pytest.mark.usefixtures("nothing_left_open")]


def test_a_page_is_served_to_both_clients(kind: Kind) -> None:
    """Over one connection that is kept."""
    with RawServer(reply(page(b"one"), page(b"two"))) as server, Door(kind, (server.host, server.port)) as door:
        first, second = door.fetch(server.url("/1")), door.fetch(server.url("/2"))

        assert isinstance(first, Page)
        assert isinstance(second, Page)
        assert (first.body, second.body) == (b"one", b"two")
        assert (server.connections, server.requests, door.kept) == (1, 2, 1)


def test_tls_and_names_from_the_stub(kind: Kind, authority: Authority) -> None:
    """The name is resolved by the stub, and the certificate is for that name."""
    tls = authority.server("forum.example.org")
    with StubDns() as dns, RawServer(reply(redirect("/b"), page()), tls=tls) as server:
        dns.add("forum.example.org", "127.0.0.1")
        with Door(kind, ("127.0.0.1", server.port), resolver=DnsResolver(dns.servers), tls=authority.client()) as door:
            found = door.fetch(server.url(host="forum.example.org"))

        assert isinstance(found, Page), found
        assert [hop.tls for hop in found.hops] == ["TLSv1.3"] * 2
        assert dns.asked("forum.example.org")[:2] == ["A", "AAAA"]


def test_the_stub_counts_questions() -> None:
    """Those of names that it does not know too."""
    with StubDns() as dns:
        dns.add("silent.example.org", Says.SILENCE)
        with pytest.raises(FetchError, match="no_such_host"):
            DnsResolver(dns.servers).resolve("none.example.org", 2)

    assert dns.questions == [("none.example.org", "A")]


def test_sockets_are_seen() -> None:
    """A hook of the interpreter sees what a test may forget to count."""
    with watched_sockets() as seen:
        socket.socket(socket.AF_INET).close()

    assert seen == ["socket.__new__"]
