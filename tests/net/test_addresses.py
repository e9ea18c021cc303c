"""Every entry of the deny list at both its edges, every address that holds another, and the gaps of ``is_global``."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rempart.net.addresses import _DENIED_V4, _DENIED_V6, IPAddress, denied, embedded_v4

V4 = [network for network, _ in _DENIED_V4]
V6 = [network for network, _ in _DENIED_V6]
PUBLIC = [
    "1.1.1.1",
    "9.255.255.255",
    "11.0.0.0",
    "100.63.255.255",
    "100.128.0.0",
    "126.255.255.255",
    "128.0.0.0",
    "169.253.255.255",
    "169.255.0.0",
    "172.15.255.255",
    "172.32.0.0",
    "191.255.255.255",
    "192.0.1.0",
    "192.167.255.255",
    "192.169.0.0",
    "198.17.255.255",
    "198.20.0.0",
    "223.255.255.255",
    "2606:4700:4700::1111",
    "2001:200::",
    "2001:db7:ffff::1",
    "2001:db9::1",
    "2003::1",
    "2620:4f:7fff::1",
    "3ffe::1",
]


def address(text: str) -> IPAddress:
    """Read an address."""
    return ipaddress.ip_address(text)


@pytest.mark.parametrize("network", V4 + V6)
def test_a_network_of_the_list_is_denied_at_both_edges(network: str) -> None:
    """Its first address and its last one."""
    whole = ipaddress.ip_network(network)

    assert denied(whole[0])
    assert denied(whole[-1])


@pytest.mark.parametrize("text", PUBLIC)
def test_what_lies_beside_the_list_is_public(text: str) -> None:
    """A network too wide would refuse real hosts."""
    assert denied(address(text)) is None


@pytest.mark.parametrize(
    "text",
    [
        "224.0.0.1",
        "239.255.255.255",
        "192.0.0.8",
        "192.0.0.9",
        "192.0.0.10",
        "168.63.129.16",
        "192.88.99.1",
        "192.31.196.1",
        "64:ff9b::7f00:1",
        "64:ff9b:1::1",
        "2002:7f00:1::",
        "fec0::1",
        "ff02::1",
        "ff0e::1",
        "::127.0.0.1",
        "::ffff:0:127.0.0.1",
        "5f00::1",
        "4000::1",
        "fe00::1",
    ],
)
def test_what_is_global_forgets_is_denied(text: str) -> None:
    """Some of these are global to Python 3.11, and each of them leads into a local network somewhere."""
    assert denied(address(text))


@pytest.mark.parametrize(
    "text, convention, inner",
    [
        ("::ffff:10.0.0.1", "IPv4-mapped", "10.0.0.1"),
        ("::ffff:0:10.0.0.1", "IPv4-translated", "10.0.0.1"),
        ("64:ff9b::10.0.0.1", "NAT64", "10.0.0.1"),
        ("64:ff9b:1::10.0.0.1", "NAT64 of a local network", "10.0.0.1"),
        ("64:ff9b:1:ffff:ffff:ffff:10.0.0.1", "NAT64 of a local network", "10.0.0.1"),
        ("2002:a00:1::", "6to4", "10.0.0.1"),
        ("2002:a00:1:ffff:ffff:ffff:ffff:ffff", "6to4", "10.0.0.1"),
        ("2001:0:4136:e378:8000:63bf:f5ff:fffe", "Teredo", "10.0.0.1"),
        ("::10.0.0.1", "IPv4-compatible", "10.0.0.1"),
        ("::ffff:1.1.1.1", "IPv4-mapped", "1.1.1.1"),
        ("2002:101:101::1", "6to4", "1.1.1.1"),
    ],
)
def test_an_address_that_holds_another_is_denied_and_named_by_it(text: str, convention: str, inner: str) -> None:
    """Also where the inner one is public: hosts of the web have no such address."""
    folded = ipaddress.IPv6Address(text)
    why = denied(folded)

    assert embedded_v4(folded) == (convention, ipaddress.IPv4Address(inner))
    assert why is not None
    assert f"holding {inner}" in why.words


@pytest.mark.parametrize("text", ["::", "::1", "2606:4700::1", "fe80::a00:1", "2001:db8::a00:1"])
def test_an_address_that_holds_none_says_so(text: str) -> None:
    """Its last bits are its own."""
    assert embedded_v4(ipaddress.IPv6Address(text)) is None


@pytest.mark.parametrize("text", ["fe80::1%eth0", "2606:4700::1%1"])
def test_a_scope_is_of_one_machine(text: str) -> None:
    """RFC 4007 §6: it means nothing to another one."""
    assert denied(ipaddress.IPv6Address(text))


@given(st.ip_addresses(v=4))
def test_private_to_python_is_denied_here(found: ipaddress.IPv4Address) -> None:
    """The list is never narrower than the standard library's."""
    if not found.is_global or found.is_multicast or found.is_reserved:
        assert denied(found)


@given(st.ip_addresses(v=6))
def test_only_what_was_given_to_hosts_passes(found: ipaddress.IPv6Address) -> None:
    """2000::/3, and what is global in it."""
    if denied(found) is None:
        assert found in ipaddress.ip_network("2000::/3")
        assert found.is_global


@given(st.ip_addresses(v=4))
def test_folding_never_opens_what_is_closed(inner: ipaddress.IPv4Address) -> None:
    """Whatever IPv4 address is held."""
    for prefix in ("::ffff:0:0", "::ffff:0:0:0", "64:ff9b::", "64:ff9b:1::", "::"):
        assert denied(ipaddress.IPv6Address(int(ipaddress.IPv6Address(prefix)) | int(inner)))
    assert denied(ipaddress.IPv6Address((0x2002 << 112) | (int(inner) << 80)))
