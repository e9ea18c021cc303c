"""Answers of registries: the examples of RFC 9083, and what a hostile server can send."""

from __future__ import annotations

import dataclasses
import datetime as dt
import ipaddress
import json
from typing import Any

import pytest

from net.rdap_answers import NOW, abuse, answer, card, domain, entity, network
from rempart.model.facts import AutnumRegistration, DomainRegistration, NetworkRegistration, NoFact, NoFactReason
from rempart.net.rdap_reading import BYTES_MOST, read_autnum, read_domain, read_network
from required import ROOT

VECTORS = ROOT / "tests" / "vectors" / "rdap"
ADDRESS = ipaddress.ip_address("1.2.3.4")


def vector(name: str) -> dict[str, Any]:
    tree: dict[str, Any] = json.loads((VECTORS / name).read_text(encoding="utf-8"))
    return tree


def test_the_domain_of_the_standard() -> None:
    """RFC 9083 §5.3: its name servers, status and dates; of Joe User nothing."""
    found = read_domain(answer(vector("domain.json")), "xn--fo-5ja.example")

    assert isinstance(found, DomainRegistration)
    assert found.nameservers == ("ns1.example.com", "ns2.example.com")
    assert found.status == ("locked", "transfer prohibited")
    assert found.created_at == dt.datetime(1991, 12, 31, 23, 59, 59, tzinfo=dt.UTC)
    assert found.expires_at == dt.datetime(2016, 12, 31, 23, 59, 59, tzinfo=dt.UTC)
    assert found.registrant_organisation == "Example"
    assert "joe" not in repr(found).lower()


def test_the_network_of_the_standard() -> None:
    """RFC 9083 §5.4."""
    found = read_network(answer(vector("ip-network.json")), ipaddress.ip_address("2001:db8::7"))

    assert isinstance(found, NetworkRegistration)
    assert (found.first, found.handle, found.name, found.country) == ("2001:db8::", "XXXX-RIR", "NET-RTR-1", "AU")
    assert found.holder == "Example"
    assert found.contacts == ()
    assert "joe" not in repr(found).lower()


def test_the_autonomous_system_of_the_standard() -> None:
    """RFC 9083 §5.5."""
    found = read_autnum(answer(vector("autnum.json")), 65_537)

    assert isinstance(found, AutnumRegistration)
    assert (found.handle, found.name, found.holder, found.country) == ("XXXX-RIR", "AS-RTR-1", "Example", "AU")


def test_each_fact_says_its_source_and_its_time() -> None:
    """So that evidence can."""
    found = read_domain(answer(domain()), "example.org")

    assert (found.source, found.at) == ("https://rdap.example.org/x", NOW)


def test_a_registrant_who_is_a_person_is_nowhere_in_a_registration() -> None:
    """Not in any field, whatever the registry shows."""
    found = read_domain(answer(domain()), "example.org")

    assert isinstance(found, DomainRegistration)
    assert "jane" not in repr(dataclasses.asdict(found)).lower()


def test_words_in_the_place_of_a_registrant_are_no_organisation() -> None:
    """Registries write them where they show nothing."""
    tree = domain(entities=[entity("registrant", vcard=card(("org", "REDACTED FOR PRIVACY")))])
    found = read_domain(answer(tree), "example.org")

    assert isinstance(found, DomainRegistration)
    assert found.registrant_organisation == ""


def test_what_is_not_shown_is_told() -> None:
    """RFC 9537, and the types of RFC 9083 §10.2.1."""
    tree = domain(redacted=[{"name": {"description": "Registrant Name"}}])
    tree["notices"] = [{"type": "result set truncated due to excessive load"}]
    found = read_domain(answer(tree), "example.org")

    assert isinstance(found, DomainRegistration)
    assert len(found.remarks) == 2


@pytest.mark.parametrize("name", ["example.net", "www.example.org", "", None, 5, ["example.org"], "example.org\nx"])
def test_an_answer_about_another_domain_is_none(name: object) -> None:
    """A server that answers for what was not asked has its contact believed by nobody."""
    found = read_domain(answer(domain(ldhName=name)), "example.org")

    assert isinstance(found, NoFact)
    assert found.reason is NoFactReason.ABOUT_ANOTHER


@pytest.mark.parametrize(
    "first,last,reason",
    [
        ("1.3.0.0", "1.3.255.255", NoFactReason.ABOUT_ANOTHER),
        ("1.2.255.255", "1.2.0.0", NoFactReason.ABOUT_ANOTHER),
        ("::", "ffff::", NoFactReason.NOT_READABLE),
        ("1.0.0.0", "ffff::", NoFactReason.NOT_READABLE),
        ("1.2.0.0", None, NoFactReason.NOT_READABLE),
        ("1.2.0.0/16", "1.2.255.255", NoFactReason.NOT_READABLE),
        (16908288, 16973823, NoFactReason.NOT_READABLE),
    ],
)
def test_an_answer_about_another_network_is_none(first: Any, last: Any, reason: NoFactReason) -> None:
    """The address that was asked about is in the network, or nothing is believed."""
    found = read_network(answer(network(first, last)), ADDRESS)

    assert isinstance(found, NoFact)
    assert found.reason is reason


@pytest.mark.parametrize("first,last", [(1, 2), ("65536", "65541"), (None, None), (65_541, 65_536)])
def test_an_answer_about_another_autonomous_system_is_none(first: object, last: object) -> None:
    """As with networks."""
    tree = vector("autnum.json") | {"startAutnum": first, "endAutnum": last}

    assert isinstance(read_autnum(answer(tree), 65_537), NoFact)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b'"domain"',
        b"\xff\xfe{\x00}\x00",
        b"{" * 100_000,
        b'{"entities":' * 50 + b"1" + b"}" * 50,
        b'{"a":' + b"9" * 400_000 + b"}",
        b'{"ldhName":"example.org","ldhName":"example.net"}',
        b'{"a":[' + b"1," * 30_000 + b"1]}",
        b" " * (BYTES_MOST + 1),
        b"<html>not found</html>",
    ],
    ids=lambda value: repr(value[:12]),
)
def test_bodies_that_are_no_answer(body: bytes) -> None:
    """Huge, deep, twice, not JSON: a reason each time, and nothing of the body in it."""
    found = read_domain(answer(body), "example.org")

    assert isinstance(found, NoFact)
    assert found.reason is NoFactReason.NOT_READABLE


@pytest.mark.parametrize("wrong", [None, 5, "x", [], {}, [5], [[]], [{"eventAction": 5}], {"ldhName": []}])
@pytest.mark.parametrize("field", ["status", "nameservers", "events", "entities", "notices", "remarks", "redacted"])
def test_any_field_may_be_of_a_wrong_type(field: str, wrong: object) -> None:
    """The rest is read all the same."""
    assert isinstance(read_domain(answer(domain() | {field: wrong}), "example.org"), DomainRegistration)


@pytest.mark.parametrize("numbers", [5, "65536", [None, "x", True, -1, 0, 2**32, {}], {"a": 1}])
def test_numbers_of_autonomous_systems_that_are_none(numbers: object) -> None:
    """They are left out."""
    found = read_network(answer(network(arin_originas0_originautnums=numbers)), ADDRESS)

    assert isinstance(found, NetworkRegistration)
    assert found.as_numbers == ()


def test_autonomous_systems_that_a_registry_names() -> None:
    """ARIN's extension, each once and not without end."""
    found = read_network(answer(network(arin_originas0_originautnums=[65_536, 65_536, *range(1, 500)])), ADDRESS)

    assert isinstance(found, NetworkRegistration)
    assert found.as_numbers[:2] == (65_536, 1)
    assert len(found.as_numbers) < 40


def test_links_in_a_circle_are_not_followed() -> None:
    """No link of an answer is: where it leads is not asked at all."""
    link = [{"rel": "related", "href": "https://rdap.example.org/x", "type": "application/rdap+json"}]
    found = read_network(answer(network(links=link, entities=[abuse("a@example.org") | {"links": link}])), ADDRESS)

    assert isinstance(found, NetworkRegistration)
