"""Locators: read by their form, kept in one form, without who else shares the content."""

from __future__ import annotations

import pytest

from rempart.collect.locators import find_locators, parse_ipfs, parse_magnet

HASH = "c12fe1c06bba254a9dc9f519b335aa7c1367a88a"
CID = "bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi"


@pytest.mark.parametrize("topic", [HASH, HASH.upper(), "YEX6DQDLXISUVHOJ6UM3GNNKPQJWPKEK"])
def test_a_magnet_link_has_one_form(topic: str) -> None:
    """Hexadecimal or base 32; its trackers and peers are not kept."""
    found = parse_magnet(f"magnet:?xt=urn:btih:{topic}&dn=a%20name&xl=12&tr=udp://t.example&x.pe=192.0.2.1:5")

    assert found is not None
    assert (found.url, found.engine_id) == (f"magnet:?xt=urn:btih:{HASH}", HASH)
    assert (found.name, found.size_bytes) == ("a name", 12)


@pytest.mark.parametrize(
    "text", ["magnet:?dn=x", "magnet:?xt=urn:btih:12", "magnet:", "http://x/", "magnet:?" + "a=1&" * 99]
)
def test_no_magnet_link(text: str) -> None:
    """One that names no content leads nowhere."""
    assert parse_magnet(text) is None


@pytest.mark.parametrize(
    "text", [f"ipfs://{CID}", f"https://gw.example/ipfs/{CID}/a.jpg", f"https://{CID}.ipfs.gw.example/a"]
)
def test_an_ipfs_address_has_one_form(text: str) -> None:
    """Whichever gateway shows it."""
    found = parse_ipfs(text)

    assert found is not None
    assert found.url == f"ipfs://{CID}"


def test_locators_in_a_text() -> None:
    """What is called an infohash is one; forty digits are not; the same content counts once."""
    text = f"magnet:?xt=urn:btih:{HASH}&dn=x infohash: {HASH} Info Hash = {'ab' * 20} commit {'cd' * 20} /ipfs/{CID}"

    assert [(one.kind, one.engine_id) for one in find_locators(text)] == [
        ("magnet", HASH),
        ("infohash", "ab" * 20),
        ("ipfs", CID),
    ]
