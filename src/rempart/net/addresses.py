"""Which addresses are never connected to: an explicit list, because the standard library's ``is_global`` has gaps.

Python 3.11 calls global, for example, multicast, 6to4 and NAT64 addresses that hold a private one, ``fec0::1`` and
``192.88.99.1``. The list is that of IANA's special-purpose registries (RFC 6890) with what other registries and old
RFCs add. Addresses that hold an IPv4 address are denied whatever it is, and named by it.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import Final

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address

_DENIED_V4: Final = (
    ("0.0.0.0/8", "this network"),
    ("10.0.0.0/8", "private"),
    ("100.64.0.0/10", "shared by a provider's customers"),
    ("127.0.0.0/8", "this machine"),
    # Given to hosts, and yet what every machine of Azure asks for its settings and their keys.
    ("168.63.129.16/32", "Azure's own, where it keeps its machines' secrets"),
    ("169.254.0.0/16", "link-local, where clouds keep their secrets"),
    ("172.16.0.0/12", "private"),
    ("192.0.0.0/24", "protocol assignments"),
    ("192.0.2.0/24", "documentation"),
    ("192.31.196.0/24", "AS112"),
    ("192.52.193.0/24", "multicast tunnels"),
    ("192.88.99.0/24", "6to4 relays"),
    ("192.168.0.0/16", "private"),
    ("192.175.48.0/24", "AS112"),
    ("198.18.0.0/15", "benchmarking"),
    ("198.51.100.0/24", "documentation"),
    ("203.0.113.0/24", "documentation"),
    ("224.0.0.0/4", "multicast"),
    ("255.255.255.255/32", "broadcast"),
    ("240.0.0.0/4", "reserved"),
)

# Of IPv6 only 2000::/3 was ever given to hosts of the Internet (IANA, IPv6 address space); these are what is not
# theirs inside it, and the names of what lies outside.
_DENIED_V6: Final = (
    ("::/128", "no address"),
    ("::1/128", "this machine"),
    ("64:ff9b:1::/48", "NAT64 of a local network"),
    ("100::/64", "discarded"),
    ("100:0:0:1::/64", "dummy"),
    ("2001::/23", "protocol assignments"),
    ("2001:db8::/32", "documentation"),
    ("2620:4f:8000::/48", "AS112"),
    ("3fff::/20", "documentation"),
    ("5f00::/16", "segment routing"),
    ("fc00::/7", "private"),
    ("fe80::/10", "link-local"),
    ("fec0::/10", "site-local"),
    ("ff00::/8", "multicast"),
)
_GLOBAL_V6: Final = ipaddress.IPv6Network("2000::/3")

#: Prefixes of addresses that hold an IPv4 address, and how many bits from the right it is.
_HOLDING_V4: Final = (
    ("::ffff:0:0/96", 0, "IPv4-mapped"),
    ("::ffff:0:0:0/96", 0, "IPv4-translated"),
    ("64:ff9b::/96", 0, "NAT64"),
    ("64:ff9b:1::/48", 0, "NAT64 of a local network"),
    ("2002::/16", 80, "6to4"),
    ("2001::/32", 0, "Teredo"),
    ("::/96", 0, "IPv4-compatible"),
)

_V4: Final = tuple((ipaddress.IPv4Network(network), words) for network, words in _DENIED_V4)
_V6: Final = tuple((ipaddress.IPv6Network(network), words) for network, words in _DENIED_V6)
_HOLDING: Final = tuple((ipaddress.IPv6Network(network), shift, words) for network, shift, words in _HOLDING_V4)
_TEREDO: Final = ipaddress.IPv6Network("2001::/32")
_ALL_V4: Final = 0xFFFFFFFF


@dataclass(frozen=True, slots=True, kw_only=True)
class Denied:
    """Why an address is never connected to."""

    network: str
    """The entry of the list, in CIDR form."""
    words: str
    """What that network is."""


def parse_address(host: str) -> IPAddress | None:
    """Return the address that a host is, in its usual form; None if it is a name."""
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def embedded_v4(address: ipaddress.IPv6Address) -> tuple[str, ipaddress.IPv4Address] | None:
    """Return the IPv4 address that an IPv6 address holds and by which convention; None if it holds none."""
    if int(address) in {0, 1}:
        return None
    for network, shift, words in _HOLDING:
        if address in network:
            held = (int(address) >> shift) & _ALL_V4
            # RFC 4380 §4: the client's address is obfuscated by exclusive or.
            return words, ipaddress.IPv4Address(held ^ _ALL_V4 if network == _TEREDO else held)
    return None


def denied(address: IPAddress) -> Denied | None:
    """Say why an address is never connected to; None if it may be."""
    if isinstance(address, ipaddress.IPv4Address):
        return next((Denied(network=str(network), words=words) for network, words in _V4 if address in network), None)
    if address.scope_id is not None:
        return Denied(network="%", words="of one interface of this machine")
    if held := embedded_v4(address):
        convention, inner = held
        why = denied(inner)
        words = f"{convention}, holding {inner}" + (f" ({why.words})" if why else "")
        return Denied(network=next(str(n) for n, _, _ in _HOLDING if address in n), words=words)
    for network, words in _V6:
        if address in network:
            return Denied(network=str(network), words=words)
    return None if address in _GLOBAL_V6 else Denied(network="not 2000::/3", words="never given to a host")
