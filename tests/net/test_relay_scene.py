"""The relay unmodified on an Internet of its own: IPv4 and IPv6, public and private, the ports of the web."""

from __future__ import annotations

from typing import Any

import pytest

from net.namespaces import OTHER_SITE, SITE, SITE_V6, run_isolated


@pytest.fixture(scope="module")
def found() -> Any:
    """Play the scene once."""
    return run_isolated("net.relay_scene", timeout_s=60)


@pytest.mark.parametrize(
    "target, status, peer",
    [
        ("both.example.org:443", 200, SITE),
        ("six.example.org:443", 200, SITE_V6),
        ("broken.example.org:443", 200, SITE_V6),
        (f"[{SITE_V6}]:443", 200, SITE_V6),
    ],
)
def test_what_is_named_and_public_is_reached(found: Any, target: str, status: int, peer: str) -> None:
    """Over IPv6 too, and at the next address where the first one accepts nobody."""
    host = target.rpartition(":")[0].strip("[]")

    assert (found["statuses"][target], found["peers"][f"{host} 443"]) == (status, peer)


@pytest.mark.parametrize("target", ["mixed.example.org:443", "mapped.example.org:443", "nat64.example.org:443"])
def test_one_denied_address_denies_a_host(found: Any, target: str) -> None:
    """Whatever the others are; an address that is named is no better."""
    assert found["statuses"][target] == 403
    assert found["statuses"]["10.0.0.1:443"] == 403
    assert found["statuses"]["both.example.org:8443"] == 403


def test_nothing_else_was_connected_to(found: Any) -> None:
    """Seen on the wire."""
    assert found["lost"] == 0
    assert {tuple(contact) for contact in found["contacts"]} == {
        ("tcp", SITE, 443),
        ("tcp", SITE_V6, 443),
        ("tcp", OTHER_SITE, 443),
    }
