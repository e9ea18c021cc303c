"""The address policy for one machine that the administrator named: its private addresses too, and no others.

A sister association's witness may be on this machine, in its network or in a VPN, where nothing else that Rempart asks
may be. As for the mail relay (:mod:`rempart.net.mail_route`), what is vouched for is one host and one port.
"""

from __future__ import annotations

from rempart.net.mail_route import vouch
from rempart.net.policy import AddressPolicy
from rempart.net.resolving import Resolver
from rempart.net.urls import parse_url


def vouched_policy(url: str, resolver: Resolver, timeout_s: float) -> AddressPolicy:
    """Return the policy under which this address alone may be asked.

    Raises:
        FetchError: it is none, leads nowhere, or to what is never connected to.
    """
    parsed = parse_url(url)
    addresses = (parsed.ip,) if parsed.ip else resolver.resolve(parsed.host, timeout_s)
    policy = vouch(addresses, parsed.port)
    policy.check(addresses, parsed.port)
    return policy
