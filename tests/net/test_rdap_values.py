"""Single values of hostile answers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rempart.net.rdap_values import (
    parse_instant,
    read_country,
    read_email,
    read_host,
    read_phone,
    read_text,
    read_texts,
)


@pytest.mark.parametrize(
    "value",
    [
        None,
        7,
        ["abuse@example.org"],
        "",
        "abuse",
        "@example.org",
        "abuse@",
        "abuse@localhost",
        "abuse@example.test",
        "abuse@192.0.2.1",
        "abuse@[192.0.2.1]",
        "abuse@example.org\r\nBcc: all@example.net",
        "abuse@example.org\n",
        "abuse@exam\tple.org",
        "abuse@example.org, other@example.org",
        "abuse@example.org;other@example.org",
        "Abuse <abuse@example.org>",
        "<b>abuse@example.org</b>",
        '"a b"@example.org',
        "a..b@example.org",
        ".a@example.org",
        "a@b@example.org",
        "abus\N{CYRILLIC SMALL LETTER IE}@example.org",
        "abuse\N{RIGHT-TO-LEFT OVERRIDE}@example.org",
        "mailto:abuse@example.org?bcc=all@example.net",
        "a" * 65 + "@example.org",
        "a@" + "b" * 250 + ".org",
        "x" * 1_000_000 + "@example.org",
    ],
)
def test_what_is_not_one_plain_mailbox_is_none(value: object) -> None:
    """Whatever a mail program could read a second recipient or a header in."""
    assert read_email(value) == ""


@pytest.mark.parametrize(
    "value,email",
    [
        ("abuse@example.org", "abuse@example.org"),
        (" Abuse+Desk@EXAMPLE.org ", "Abuse+Desk@example.org"),
        ("mailto:abuse@example.org", "abuse@example.org"),
        ("abuse@b\N{LATIN SMALL LETTER U WITH DIAERESIS}cher.example", "abuse@xn--bcher-kva.example"),
    ],
)
def test_a_mailbox(value: str, email: str) -> None:
    """Its domain in ASCII and small letters."""
    assert read_email(value) == email


@given(st.text(max_size=80))
def test_any_mailbox_is_ascii_on_one_line_with_one_at_sign(value: str) -> None:
    """Whatever the text."""
    found = read_email(f"{value}@example.org") or read_email(value)

    assert found == "" or (found.isascii() and found.count("@") == 1 and not set(found) & set(' \r\n\t<>",;:'))


@pytest.mark.parametrize(
    "value,phone",
    [
        ("tel:+1-555-555-1234;ext=102", "+1-555-555-1234"),
        ("+33.100000000", "+33.100000000"),
        ("+33 1\r\n2", ""),
        ("call me", ""),
        (["+33"], ""),
        ("1" * 300, ""),
    ],
)
def test_a_telephone_number(value: object, phone: str) -> None:
    """Digits and signs; nothing else."""
    assert read_phone(value) == phone


@pytest.mark.parametrize(
    "value,text",
    [
        ("a\r\nb\x1b[2J", "a b [2J"),
        ("pay\N{RIGHT-TO-LEFT OVERRIDE}lap", "pay lap"),
        ("x" * 201, ""),
        (5, ""),
        ("\ud800", ""),
        ("Soci\N{LATIN SMALL LETTER E WITH ACUTE}t\N{LATIN SMALL LETTER E WITH ACUTE}", "Soci\xe9t\xe9"),
    ],
)
def test_a_text_is_one_line_that_hides_nothing(value: object, text: str) -> None:
    """Names from outside never act on whoever reads them."""
    assert read_text(value) == text


@pytest.mark.parametrize("value", ["NS1.Example.NET.", "ns1.example.net"])
def test_a_host(value: str) -> None:
    """Small letters, no last dot."""
    assert read_host(value) == "ns1.example.net"


@pytest.mark.parametrize("value", [None, "", ".", "192.0.2.1", "::1", "a b.org", "x" * 5_000, "-a.org"])
def test_what_is_no_host(value: object) -> None:
    """An address is none."""
    assert read_host(value) == ""


@pytest.mark.parametrize(
    "value,is_one",
    [
        ("2020-02-03T04:05:06Z", True),
        ("2020-02-03T04:05:06.123+02:00", True),
        ("2020-02-03T04:05:06", False),
        ("0001-01-01T00:00:00+23:59", False),
        ("9999-12-31T23:59:59-23:59", False),
        ("yesterday", False),
        (1_600_000_000, False),
        ("2" * 100_000, False),
    ],
)
def test_an_instant(value: object, is_one: bool) -> None:  # noqa: FBT001 - a column of the table
    """It names its zone, and fits the calendar."""
    assert (parse_instant(value) is not None) is is_one


@pytest.mark.parametrize("value,country", [("fr", "FR"), ("FRA", ""), ("F1", ""), (None, ""), ("\xdf", "")])
def test_a_country(value: object, country: str) -> None:
    """Two letters of ASCII."""
    assert read_country(value) == country


def test_lists_are_cut_and_what_is_no_text_is_left_out() -> None:
    """Each text once."""
    assert read_texts({"status": ["a", 1, "a", None, "b", *map(str, range(1_000))]}, "status")[:3] == ("a", "b", "0")
    assert len(read_texts({"status": list(map(str, range(1_000)))}, "status")) == 32
    assert read_texts({"status": "active"}, "status") == ()
