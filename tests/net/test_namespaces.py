"""The Internet of one scene: public addresses answer, and what leaves is seen."""

from __future__ import annotations

import pytest

from net.namespaces import ADDRESSES, MACHINE_RESOLVER, run_isolated
from net.wire import Contact, parse_packet


def test_public_addresses_are_ours_inside_and_whatever_leaves_is_seen() -> None:
    """A server answers at each address on port 443; a connection and a packet to the real Internet are counted."""
    found = run_isolated("net.namespaces_scene", {"port": 443}, timeout_s=30)

    assert found["reached"] == list(ADDRESSES)
    assert found["resolver"] == MACHINE_RESOLVER
    assert found["lost"] == 0
    contacts = {Contact(*contact) for contact in found["contacts"]}
    assert {Contact("tcp", address, 443) for address in ADDRESSES} <= contacts
    if found["uplink"]:
        assert {Contact("tcp", "198.41.0.4", 53), Contact("udp", "198.41.0.4", 3478)} <= contacts


def test_a_scene_that_fails_is_red_and_says_why() -> None:
    """Its trace is in the failure."""
    with pytest.raises(AssertionError, match="unexpected keyword"):
        run_isolated("net.namespaces_scene", {"wrong": 1}, timeout_s=30)


@pytest.mark.parametrize(
    "packet, contact",
    [
        (bytes([0x45, *[0] * 8, 17, *[0] * 6, 8, 8, 8, 8, 0, 1, 0x0D, 0x96]), Contact("udp", "8.8.8.8", 3478)),
        (bytes([0x45, *[0] * 8, 6, *[0] * 6, 8, 8, 8, 8, 0, 1, 0, 80, *[0] * 9, 2]), Contact("tcp", "8.8.8.8", 80)),
        (bytes([0x45, *[0] * 8, 6, *[0] * 6, 8, 8, 8, 8, 0, 1, 0, 80, *[0] * 9, 0x12]), None),
        (bytes([0x60, *[0] * 5, 17, 0, *[0] * 31, 1, 0, 1, 0, 53]), Contact("udp", "::1", 53)),
    ],
    ids=["udp", "a connection begins", "it is answered", "over IPv6"],
)
def test_a_packet_is_read(packet: bytes, contact: Contact | None) -> None:
    """Its protocol, destination and port; of TCP only the first packet counts."""
    ends = parse_packet(packet)

    assert (ends[1] if ends else None) == contact
