"""Certificates as bytes of others: read without native code, and never an exception."""

from __future__ import annotations

import datetime as dt
import ssl

import pytest
import trustme
from hypothesis import given, settings
from hypothesis import strategies as st

from rempart.model.facts import Certificate, CertificateProblem
from rempart.net.certificates import DER_BYTES_MOST, own_problems, read_certificate

CA = trustme.CA(organization_name="Example Authority")
LEAF = CA.issue_cert("www.example.org", "*.example.net", "192.0.2.1")
DER = ssl.PEM_cert_to_DER_cert(LEAF.cert_chain_pems[0].bytes().decode())
NOW = dt.datetime.now(dt.UTC)


def test_what_a_certificate_says() -> None:
    """Whose, by whom, for which hosts, from when to when; and its bytes as they came."""
    found = read_certificate(DER)

    assert found.names == ("www.example.org", "*.example.net", "192.0.2.1")
    assert "O=Example Authority" in found.issuer
    assert found.valid_from is not None
    assert found.valid_until is not None
    assert found.valid_from < NOW < found.valid_until
    assert int(found.serial, 16) > 0
    assert found.der == DER
    assert len(found.sha256) == 64


def changed(**more: object) -> Certificate:
    import dataclasses  # noqa: PLC0415 - one use

    return dataclasses.replace(read_certificate(DER), **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "host,fits",
    [
        ("www.example.org", True),
        ("a.example.net", True),
        ("192.0.2.1", True),
        ("example.net", False),
        ("a.b.example.net", False),
        ("192.0.2.2", False),
        ("www.example.org.example.com", False),
    ],
)
def test_for_which_hosts_it_is(host: str, fits: bool) -> None:  # noqa: FBT001 - a column of the table
    """RFC 9525 §6.3: a star stands for one whole label."""
    assert (own_problems(read_certificate(DER), host, NOW) == ()) is fits


@pytest.mark.parametrize("name", ["*.org", "*", "w*.example.org", "*.*.example.org", "www.*.org", ""])
def test_stars_that_mean_nothing(name: str) -> None:
    """They stand for no host."""
    leaf = changed(names=(name,))

    assert own_problems(leaf, "www.example.org", NOW) == (CertificateProblem.WRONG_HOST,)


def test_several_problems_at_once() -> None:
    """Each is told: OpenSSL stops at the first."""
    day = dt.timedelta(days=1)

    assert own_problems(changed(valid_until=NOW - day), "example.com", NOW) == (
        CertificateProblem.EXPIRED,
        CertificateProblem.WRONG_HOST,
    )
    assert own_problems(changed(valid_from=NOW + day), "www.example.org", NOW) == (CertificateProblem.NOT_YET_VALID,)


@pytest.mark.parametrize(
    "der",
    [
        b"",
        b"\x30",
        b"\x30\x84\xff\xff\xff\xff",
        b"\x30\x80" * 5_000,
        DER[:-1],
        DER + b"\x00",
        b"\x30" + DER[1:200],
        b"\x00" * (DER_BYTES_MOST + 1),
    ],
    ids=["nothing", "a tag", "a length of 4 GB", "lengths without end", "cut", "a byte more", "a third of it", "huge"],
)
def test_bytes_that_are_no_certificate(der: bytes) -> None:
    """An empty value with their digest."""
    found = read_certificate(der)

    assert (found.subject, found.names, found.valid_until) == ("", (), None)
    assert len(found.sha256) == 64
    assert own_problems(found, "www.example.org", NOW) == (CertificateProblem.NOT_READABLE,)


@given(st.lists(st.tuples(st.integers(0, len(DER) - 1), st.integers(0, 255)), min_size=1, max_size=6))
@settings(max_examples=300)
def test_any_damage_is_read_or_not(changes: list[tuple[int, int]]) -> None:
    """Without raising, and without a character that acts on a terminal."""
    der = bytearray(DER)
    for place, value in changes:
        der[place] = value

    found = read_certificate(bytes(der))

    assert (found.subject + found.issuer + "".join(found.names)).isprintable()


def test_names_are_counted() -> None:
    """Those that are not listed are not held against the host."""
    many = CA.issue_cert(*(f"h{number}.example.org" for number in range(300)))
    found = read_certificate(ssl.PEM_cert_to_DER_cert(many.cert_chain_pems[0].bytes().decode()))

    assert (len(found.names), found.names_left_out) == (100, 200)
    assert own_problems(found, "h299.example.org", NOW) == ()
