"""A route is found once, and only the addresses that were checked may answer."""

from __future__ import annotations

import asyncio
import ipaddress

import pytest

from net.doors import FakeResolver, Kind
from rempart.errors import FetchError
from rempart.model.web import NotFetchedReason
from rempart.net import AddressPolicy, Guard, Route

R = NotFetchedReason
PUBLIC = ipaddress.ip_address("1.1.1.1")
MANY = tuple(ipaddress.ip_address(f"1.1.1.{number}") for number in range(9))
NAMES = {"forum.example.org": MANY, "inside.example.org": (PUBLIC, ipaddress.ip_address("10.0.0.1"))}


def route(kind: Kind, resolver: FakeResolver, host: str, port: int = 443) -> Route:
    """Find a route as threads or tasks do."""
    guard = Guard(resolver, AddressPolicy())
    if kind is Kind.THREADS:
        return guard.route(host, port, 1.0)
    return asyncio.run(guard.route_async(host, port, 1.0))


def test_a_name_is_resolved_once_in_its_one_form(kind: Kind) -> None:
    """All its addresses are kept, and four of them are tried."""
    resolver = FakeResolver(NAMES)

    found = route(kind, resolver, "Forum.Example.ORG")

    assert resolver.asked == ["forum.example.org"]
    assert found.addresses == MANY
    assert found.tried == MANY[:4]


@pytest.mark.parametrize("host", ["1.1.1.1", "2606:4700::1111"])
def test_an_address_is_not_resolved(kind: Kind, host: str) -> None:
    """It is what it is."""
    resolver = FakeResolver()

    assert route(kind, resolver, host).addresses == (ipaddress.ip_address(host),)
    assert resolver.asked == []


@pytest.mark.parametrize(
    "host, port, reason, asked",
    [
        ("inside.example.org", 443, R.DENIED_ADDRESS, 1),
        ("none.example.org", 443, R.NO_SUCH_HOST, 1),
        ("forum.example.org", 22, R.PORT, 0),
        ("127.0.0.1", 443, R.DENIED_ADDRESS, 0),
        ("2130706433", 443, R.BAD_HOST, 0),
        ("localhost", 443, R.BAD_HOST, 0),
        ("fe80::1%eth0", 443, R.DENIED_ADDRESS, 0),
    ],
)
def test_no_route_is_found_where_none_may_be(kind: Kind, host: str, port: int, reason: R, asked: int) -> None:
    """What can be refused without a name server is."""
    resolver = FakeResolver(NAMES)

    with pytest.raises(FetchError) as caught:
        route(kind, resolver, host, port)

    assert caught.value.reason is reason
    assert len(resolver.asked) == asked


ROUTE = Route(host="forum.example.org", port=443, addresses=(PUBLIC,))


def test_the_peer_that_was_checked_may_answer() -> None:
    """IPv6 peers come with a flow and a scope."""
    ROUTE.verify_peer(("1.1.1.1", 443), PUBLIC)
    ROUTE.verify_peer(("2606:4700::1", 443, 0, 0), ipaddress.ip_address("2606:4700:0::1"))


@pytest.mark.parametrize(
    "peer, reason",
    [
        (("1.1.1.2", 443), R.PEER_CHANGED),
        (("1.1.1.1", 80), R.PEER_CHANGED),
        (("127.0.0.1", 443), R.PEER_CHANGED),
        ("/run/socket", R.PEER_CHANGED),
        ((), R.PEER_CHANGED),
        (None, R.RESET),
    ],
)
def test_another_peer_is_refused(peer: object, reason: NotFetchedReason) -> None:
    """Before anything is sent; one that has gone already is no change."""
    with pytest.raises(FetchError) as caught:
        ROUTE.verify_peer(peer, PUBLIC)

    assert caught.value.reason is reason
