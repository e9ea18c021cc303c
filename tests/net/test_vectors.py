"""Addresses that pass other guards: each is refused, and neither a socket nor a name server hears of it."""

from __future__ import annotations

import pytest

from net.doors import SMALL, Door, Kind, cleared
from net.socket_watch import watched_sockets
from net.stub_dns import StubDns
from net.vectors import refused_addresses
from rempart.model.web import NotFetched
from rempart.net import DnsResolver, Wanted

pytestmark = pytest.mark.allow_hosts(["127.0.0.1", "::1"])

VECTORS = refused_addresses()


def test_the_table_is_long_enough() -> None:
    """Thirty are asked for, and none comes twice."""
    assert len(VECTORS) >= 30
    assert len({url for url, _, _ in VECTORS}) == len(VECTORS)


@pytest.mark.parametrize("url, reason, what", VECTORS, ids=[what for _, _, what in VECTORS])
def test_an_address_of_the_table_is_refused(kind: Kind, url: str, reason: str, what: str) -> None:
    """No socket of the Internet is made, and nothing is resolved."""
    del what
    with StubDns() as dns, Door(kind, resolver=DnsResolver(dns.servers)) as door, watched_sockets() as seen:
        outcome = door.fetch(cleared(url), Wanted(limits=SMALL))

        assert isinstance(outcome, NotFetched)
        assert outcome.reason == reason, outcome
        assert outcome.in_words()
        assert seen == []
        assert dns.questions == []
