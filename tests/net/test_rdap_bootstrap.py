"""Which server to ask: the registries that came with Rempart, refreshed ones, and damaged ones."""

from __future__ import annotations

import datetime as dt
import ipaddress
import json
import os
from pathlib import Path
from typing import Any

import pytest

from net.rdap_answers import NOW, bootstrap
from rempart.net.rdap_bootstrap import (
    BYTES_MOST,
    Bootstrap,
    BootstrapFile,
    NotWhole,
    Registry,
    Service,
    load_bootstrap,
    parse_bootstrap,
)


def content(publication: str = "2026-08-01T00:00:00Z", services: Any = None, **more: Any) -> bytes:
    """Return a DNS registry."""
    listed = [[["org"], ["https://rdap.example.org/"]]] if services is None else services
    return json.dumps({"version": "1.0", "publication": publication, "services": listed, **more}).encode()


def test_what_came_with_rempart_is_whole() -> None:
    """Each registry is there, has no fault, and can be asked over https alone."""
    found = load_bootstrap()

    assert found.remarks == ()
    assert set(found.files) == set(Registry)
    assert len(found.files[Registry.DNS].services) > 500
    assert all(url.startswith("https://") for f in found.files.values() for s in f.services for url in s.urls)


@pytest.mark.parametrize(
    "host,suffix,url",
    [
        ("forum.example.com", "com", "https://rdap.verisign.com/com/v1/"),
        ("FORUM.EXAMPLE.FR", "fr", "https://rdap.nic.fr/"),
        ("example.co.uk", "uk", "https://rdap.nominet.uk/uk/"),
    ],
)
def test_the_server_of_a_domain(host: str, suffix: str, url: str) -> None:
    """From the registries that are shipped."""
    assert load_bootstrap().of_domain(host) == (suffix, (url,))


@pytest.mark.parametrize("host", ["example.nowhere", "", ".", "a..b"])
def test_a_domain_that_no_registry_knows(host: str) -> None:
    """It has no server."""
    assert load_bootstrap().of_domain(host) == ("", ())


def test_the_longest_name_counts() -> None:
    """RFC 9224 §4: label by label, not letter by letter."""
    file = BootstrapFile(
        registry=Registry.DNS,
        publication=NOW,
        services=(
            Service(entries=("uk",), urls=("https://a.example.org/",)),
            Service(entries=("co.uk",), urls=("https://b.example.org/",)),
        ),
    )
    found = Bootstrap([file])

    assert found.of_domain("x.co.uk") == ("co.uk", ("https://b.example.org/",))
    assert found.of_domain("xco.uk") == ("uk", ("https://a.example.org/",))


def test_the_longest_prefix_counts() -> None:
    """RFC 9224 §5.1."""
    file = BootstrapFile(
        registry=Registry.IPV4,
        publication=NOW,
        services=(
            Service(entries=("1.0.0.0/8",), urls=("https://a.example.org/",)),
            Service(entries=("1.2.0.0/16",), urls=("https://b.example.org/",)),
        ),
    )

    assert Bootstrap([file]).of_address(ipaddress.ip_address("1.2.3.4")) == ("https://b.example.org/",)
    assert Bootstrap([file]).of_address(ipaddress.ip_address("2.2.3.4")) == ()


@pytest.mark.parametrize("number,is_known", [(65_535, False), (65_536, True), (65_541, True), (65_542, False)])
def test_the_range_of_a_number(number: int, is_known: bool) -> None:  # noqa: FBT001 - a column of the table
    """RFC 9224 §5.3: both ends are in it."""
    assert bool(bootstrap().of_autnum(number)) is is_known


def test_only_servers_over_https_are_kept() -> None:
    """A service without any is passed over; a slash is put where it is missing."""
    services = [
        [["org"], ["http://a.example.org/", "https://b.example.org/rdap"]],
        [["net"], ["http://a.example.org/"]],
        [["com"], ["https://a:b@example.org/", "https://example.org/?x=", "ftp://example.org/", 5, "https://x" * 200]],
    ]
    file = parse_bootstrap(Registry.DNS, content(services=services))

    assert isinstance(file, BootstrapFile)
    assert [(s.entries, s.urls) for s in file.services] == [(("org",), ("https://b.example.org/rdap/",))]


@pytest.mark.parametrize(
    "wrong",
    [
        b"",
        b"[]",
        b"\xff",
        b" " * (BYTES_MOST + 1),
        b"[" * 1_000_000,
        content(version="2.0"),
        content(publication="2026-08-01"),
        content(publication="2099-01-01T00:00:00Z"),
        content(services={}),
        content(services=[]),
        content(services=["org"]),
        content(services=[[["org"]]]),
        content(services=[[[], ["https://rdap.example.org/"]]]),
        content(services=[[[5], ["https://rdap.example.org/"]]]),
        content(services=[[["org/../x"], ["https://rdap.example.org/"]]]),
        content(services=[[["org"], ["http://rdap.example.org/"]]]),
    ],
    ids=lambda value: repr(value[-60:]),
)
def test_a_file_that_is_not_whole(wrong: bytes) -> None:
    """It is a value that says why."""
    found = parse_bootstrap(Registry.DNS, wrong, now=NOW)

    assert isinstance(found, NotWhole)
    assert found.detail


@pytest.mark.parametrize(
    "registry,entry",
    [
        (Registry.IPV4, "1.0.0.1/8"),
        (Registry.IPV4, "2001:db8::/32"),
        (Registry.IPV6, "1.0.0.0/8"),
        (Registry.ASN, "x"),
        (Registry.ASN, "1-2-3"),
        (Registry.ASN, "9" * 30),
    ],
)
def test_entries_of_another_registry(registry: Registry, entry: str) -> None:
    """A file under another one's name is not whole."""
    assert isinstance(parse_bootstrap(registry, content(services=[[[entry], ["https://a.example.org/"]]])), NotWhole)


def test_the_newest_file_is_used(tmp_path: Path) -> None:
    """A refreshed one that is newer than what came with Rempart."""
    (tmp_path / "dns.json").write_bytes(content(publication="2026-08-01T00:00:00Z"))

    found = load_bootstrap(tmp_path)

    assert found.of_domain("example.org") == ("org", ("https://rdap.example.org/",))
    assert set(found.files) == set(Registry)


def test_an_older_refreshed_file_is_not_used(tmp_path: Path) -> None:
    """After an upgrade of Rempart, what it brings is newer."""
    (tmp_path / "dns.json").write_bytes(content(publication="2020-01-01T00:00:00Z"))

    assert load_bootstrap(tmp_path).of_domain("example.com")[0] == "com"


@pytest.mark.parametrize("damage", [b"", b"\x00" * 50, b'{"version":"1.0"', b"x" * (BYTES_MOST + 5)])
def test_a_damaged_refreshed_file_is_passed_over(tmp_path: Path, damage: bytes) -> None:
    """With a remark; what came with Rempart is used."""
    (tmp_path / "dns.json").write_bytes(damage)

    found = load_bootstrap(tmp_path)

    assert found.of_domain("example.com")[0] == "com"
    assert len(found.remarks) == 1
    assert "dns.json" in found.remarks[0]


@pytest.mark.parametrize("kind", ["folder", "pipe", "link"])
def test_what_is_no_file_is_passed_over(tmp_path: Path, kind: str) -> None:
    """A pipe is not waited for, a link is not followed."""
    place = tmp_path / "asn.json"
    match kind:
        case "folder":
            place.mkdir()
        case "pipe":
            os.mkfifo(place)
        case _:
            place.symlink_to("/dev/zero")

    found = load_bootstrap(tmp_path)

    assert found.of_autnum(3_333)
    assert len(found.remarks) == 1


def test_a_publication_of_tomorrow_is_allowed() -> None:
    """Clocks differ a little."""
    soon = (NOW + dt.timedelta(hours=20)).isoformat()

    assert isinstance(parse_bootstrap(Registry.DNS, content(publication=soon), now=NOW), BootstrapFile)
