"""One denied address refuses a host; what a caller vouches for is one address and one port."""

from __future__ import annotations

import ipaddress

import pytest

from rempart.errors import FetchError
from rempart.model.web import NotFetchedReason
from rempart.net import AddressPolicy

R = NotFetchedReason
PUBLIC = ipaddress.ip_address("1.1.1.1")
PUBLIC6 = ipaddress.ip_address("2606:4700::1111")
LOOPBACK = ipaddress.ip_address("127.0.0.1")
PRIVATE = ipaddress.ip_address("10.0.0.1")
ONE = AddressPolicy(allowed=frozenset({("127.0.0.1", 8080)}))


@pytest.mark.parametrize("port", [80, 443])
def test_public_addresses_on_ports_of_the_web_pass(port: int) -> None:
    """Both versions."""
    AddressPolicy().check_port(port)
    AddressPolicy().check([PUBLIC, PUBLIC6], port)


@pytest.mark.parametrize("port", [0, 1, 22, 25, 79, 81, 442, 444, 6379, 8080, 65_535])
def test_other_ports_are_refused_before_anything_is_asked(port: int) -> None:
    """Some of them would take a request for a command."""
    with pytest.raises(FetchError) as caught:
        AddressPolicy().check_port(port)

    assert caught.value.reason is R.PORT


@pytest.mark.parametrize("addresses", [[PRIVATE], [PUBLIC, PRIVATE], [PRIVATE, PUBLIC6], [PUBLIC, PUBLIC6, LOOPBACK]])
def test_one_denied_address_refuses_a_host(addresses: list[ipaddress.IPv4Address]) -> None:
    """Wherever it stands: which of them is connected to is chance."""
    with pytest.raises(FetchError) as caught:
        AddressPolicy().check(addresses, 443)

    assert caught.value.reason is R.DENIED_ADDRESS


def test_an_allowed_address_passes_on_its_port_only() -> None:
    """Not on those of the web, and no other address on it."""
    ONE.check_port(8080)
    ONE.check([LOOPBACK], 8080)

    for address, port, reason in (
        (LOOPBACK, 80, R.DENIED_ADDRESS),
        (PRIVATE, 8080, R.DENIED_ADDRESS),
        (PUBLIC, 8080, R.PORT),
    ):
        with pytest.raises(FetchError) as caught:
            ONE.check([address], port)
        assert caught.value.reason is reason


def test_nothing_is_allowed_by_default() -> None:
    """There is no switch to be forgotten."""
    assert AddressPolicy().allowed == frozenset()
