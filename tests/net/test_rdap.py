"""Asking registries: which names are told to whom, what each answer means, over loopback too."""

from __future__ import annotations

import dataclasses
import ipaddress
import json
from collections.abc import Callable
from typing import Any

import pytest

from net.doors import SMALL, Door, FakeResolver, Kind
from net.rdap_answers import NOW, bootstrap, domain, network
from net.servers import Authority, RawServer, page, redirect, reply, then_silence
from rempart.model.facts import DomainRegistration, NetworkRegistration, NoFact, NoFactReason
from rempart.model.gate import Cleared, MinorGate
from rempart.model.web import Address, Hop, NotFetched, NotFetchedReason, Page, Validators
from rempart.net import rdap as module
from rempart.net.flow import FetchOutcome
from rempart.net.rdap import RdapLookup
from rempart.net.rdap_bootstrap import Bootstrap
from rempart.net.request import Wanted
from required import ROOT

BASE = "https://rdap.example.org/"
ADDRESS = ipaddress.ip_address("1.2.3.4")
LOOPBACK = ipaddress.ip_address("127.0.0.1")
loopback = pytest.mark.allow_hosts(["127.0.0.1"])


class FakeRegistry:
    """Knows some paths; says "not found" to any other, or a status of its own."""

    def __init__(self, known: dict[str, Any], status: int = 404, **headers: str) -> None:
        """Know some paths."""
        self._known = known
        self._status = status
        self._headers = tuple(headers.items())
        self.asked: list[str] = []
        self.wanted: list[Wanted] = []

    def fetch(self, cleared: Cleared[Address], wanted: Wanted | None = None) -> FetchOutcome:
        """Fetch one address."""
        assert wanted is not None
        url = cleared.item.url
        self.asked.append(url.removeprefix(BASE))
        self.wanted.append(wanted)
        found = self._known.get(url.removeprefix(BASE))
        if isinstance(found, NotFetched):
            return found
        headers = tuple((name.replace("_", "-"), value) for name, value in self._headers)
        return Page(
            url=url,
            status=self._status if found is None else 200,
            media_type="application/rdap+json",
            charset="",
            body=json.dumps(found).encode(),
            hops=(Hop(url=url, at=NOW, headers=headers),),
            validators=Validators(),
            wire_bytes=1,
        )


def lookup(registry: FakeRegistry, known: Bootstrap | None = None, gate: MinorGate | None = None) -> RdapLookup:
    return RdapLookup(registry, gate or MinorGate(), known or bootstrap())


def test_a_name_takes_one_question_and_tells_no_more_of_it() -> None:
    """What stands before the registered name may name a person: the registry does not learn it."""
    registry = FakeRegistry({"domain/example.org": domain()})

    found = lookup(registry).domain("jane.private.example.org")

    assert isinstance(found, DomainRegistration)
    assert registry.asked == ["domain/example.org"]


def test_a_name_below_a_suffix_of_two_labels() -> None:
    """The registry does not know the suffix itself: the next label is told."""
    registry = FakeRegistry({"domain/example.co.org": domain("example.co.org")})

    found = lookup(registry).domain("www.example.co.org")

    assert isinstance(found, DomainRegistration)
    assert found.domain == "example.co.org"
    assert registry.asked == ["domain/co.org", "domain/example.co.org"]


def test_a_suffix_that_the_registry_holds_itself_is_not_the_domain() -> None:
    """It has no registrar: the walk goes on below it."""
    registry = FakeRegistry(
        {"domain/co.org": domain("co.org", entities=[]), "domain/example.co.org": domain("example.co.org")}
    )

    found = lookup(registry).domain("example.co.org")

    assert isinstance(found, DomainRegistration)
    assert found.domain == "example.co.org"


def test_a_domain_whose_registry_names_no_registrar() -> None:
    """Nothing is registered below: it is the domain."""
    registry = FakeRegistry({"domain/example.org": domain(entities=[])})

    found = lookup(registry).domain("www.example.org")

    assert isinstance(found, DomainRegistration)
    assert (found.domain, found.registrar) == ("example.org", "")


def test_an_entry_of_two_labels_is_a_registry() -> None:
    """Questions begin one label below the entry of the bootstrap registry."""
    registry = FakeRegistry({"domain/a.co.example": domain("a.co.example")})

    lookup(registry).domain("www.a.co.example")

    assert registry.asked == ["domain/a.co.example"]


def test_questions_about_one_name_are_counted() -> None:
    """A name of sixty labels takes four."""
    registry = FakeRegistry({})

    found = lookup(registry).domain(".".join("a" * 60) + ".org")

    assert isinstance(found, NoFact)
    assert found.reason is NoFactReason.NOT_REGISTERED
    assert len(registry.asked) == 4


@pytest.mark.parametrize("status", [429, 503])
def test_a_registry_that_wants_rest_is_left_alone(status: int) -> None:
    """One question, and its Retry-After is told."""
    registry = FakeRegistry({}, status, retry_after="120\x1b")

    found = lookup(registry).domain("www.example.co.org")

    assert isinstance(found, NoFact)
    assert (found.reason, found.detail) == (NoFactReason.RATE_LIMITED, "again after 120")
    assert len(registry.asked) == 1


def test_a_registry_that_wants_rest_is_asked_nothing_else_either() -> None:
    """Not about the other networks of the same host, nor about its autonomous system."""
    registry = FakeRegistry({}, 429, retry_after="120")
    asking = lookup(registry)

    found = [asking.network(ipaddress.ip_address("1.2.3.4")), asking.network(ipaddress.ip_address("1.2.9.9"))]

    assert [one.reason for one in found if isinstance(one, NoFact)] == [NoFactReason.RATE_LIMITED] * 2
    assert len(registry.asked) == 1


@pytest.mark.parametrize("status", [400, 401, 403, 500, 501, 302])
def test_a_registry_that_fails(status: int) -> None:
    """A value with its status; no further question."""
    registry = FakeRegistry({}, status)

    found = lookup(registry).domain("www.example.org")

    assert isinstance(found, NoFact)
    assert (found.reason, found.detail) == (NoFactReason.SERVER_FAILED, str(status))
    assert len(registry.asked) == 1


def test_an_answer_that_cannot_be_had() -> None:
    """With the words of the fetch, and who was asked."""
    why = NotFetched(reason=NotFetchedReason.CONNECT_TIME, detail="5 s")
    found = lookup(FakeRegistry({"domain/example.org": why})).domain("example.org")

    assert isinstance(found, NoFact)
    assert (found.reason, found.source) == (NoFactReason.NOT_FETCHED, f"{BASE}domain/example.org")
    assert found.detail == why.in_words()


def test_an_error_page_that_is_no_text_is_an_answer_too() -> None:
    """The fetch gives its status alone."""
    why = NotFetched(reason=NotFetchedReason.STATUS, detail="404", status=404)
    found = lookup(FakeRegistry({"domain/example.org": why})).domain("example.org")

    assert isinstance(found, NoFact)
    assert found.reason is NoFactReason.NOT_REGISTERED


@pytest.mark.parametrize(
    "ask,reason",
    [
        (lambda rdap: rdap.domain("example.nowhere"), NoFactReason.NO_SERVER),
        (lambda rdap: rdap.domain("org"), NoFactReason.NOT_ASKED),
        (lambda rdap: rdap.domain("co.example"), NoFactReason.NOT_ASKED),
        (lambda rdap: rdap.domain("printer.local"), NoFactReason.NOT_ASKED),
        (lambda rdap: rdap.domain("a/../b.org"), NoFactReason.NOT_ASKED),
        (lambda rdap: rdap.domain("1.2.3.4"), NoFactReason.NO_SERVER),
        (lambda rdap: rdap.network(ipaddress.ip_address("9.9.9.9")), NoFactReason.NO_SERVER),
        (lambda rdap: rdap.network(ipaddress.ip_address("10.0.0.1")), NoFactReason.NOT_ASKED),
        (lambda rdap: rdap.network(ipaddress.ip_address("::ffff:10.0.0.1")), NoFactReason.NOT_ASKED),
        (lambda rdap: rdap.autnum(1), NoFactReason.NO_SERVER),
    ],
)
def test_what_nobody_is_asked_about(ask: Callable[[RdapLookup], Any], reason: NoFactReason) -> None:
    """Each is a value, and no question is sent."""
    registry = FakeRegistry({})

    found = ask(lookup(registry))

    assert isinstance(found, NoFact)
    assert found.reason is reason
    assert registry.asked == []


@pytest.mark.parametrize("host", ["lyceennes.org", "xn--lycen-dsa.org"])
def test_a_name_that_the_gate_stops_is_told_to_nobody(host: str) -> None:
    """Also where its letters are encoded."""
    registry = FakeRegistry({})

    found = lookup(registry, gate=MinorGate(["lyc\xe9en"])).domain(host)

    assert isinstance(found, NoFact)
    assert found.reason is NoFactReason.STOPPED
    assert registry.asked == []


def test_the_network_and_the_autonomous_system() -> None:
    """Their paths (RFC 9082 §3.1.1, §3.1.2)."""
    autnum = json.loads((ROOT / "tests/vectors/rdap/autnum.json").read_text(encoding="utf-8"))
    registry = FakeRegistry({"ip/1.2.3.4": network(), "autnum/65537": autnum})

    found = lookup(registry).network(ADDRESS)

    assert isinstance(found, NetworkRegistration)
    assert found.holder == "Example Hosting"
    assert not isinstance(lookup(registry).autnum(65_537), NoFact)


def test_it_asks_for_rdap_s_own_type_within_small_limits() -> None:
    """RFC 7480 §4.2: a registry that prefers pages would answer with one."""
    registry = FakeRegistry({})

    lookup(registry).domain("example.org")

    [wanted] = registry.wanted
    assert wanted.accept.startswith("application/rdap+json")
    assert wanted.allowance.wire_bytes <= 1_048_576
    assert wanted.allowance.total_s <= 30


def over_loopback(server: RawServer, authority: Authority) -> tuple[Door, RdapLookup]:
    """Return the guarded client, and a look-up whose registries are one server of loopback."""
    resolver = FakeResolver({"rdap.example.org": (LOOPBACK,)})
    door = Door(Kind.THREADS, (server.host, server.port), resolver=resolver, tls=authority.client())
    base = f"https://rdap.example.org:{server.port}/rdap/"
    return door, RdapLookup(door.threads_client, MinorGate(), bootstrap(base))


def body(tree: Any) -> bytes:
    return page(json.dumps(tree).encode(), content_type="application/rdap+json; charset=utf-8")


@loopback
def test_a_registry_on_loopback(authority: Authority) -> None:
    """The whole way: TLS, its type, its answer."""
    with RawServer(reply(body(domain())), tls=authority.server("rdap.example.org")) as server:
        door, rdap = over_loopback(server, authority)
        with door:
            found = rdap.domain("www.example.org")

    assert isinstance(found, DomainRegistration)
    assert found.source == f"https://rdap.example.org:{server.port}/rdap/domain/example.org"
    assert server.heads[0].startswith(b"GET /rdap/domain/example.org HTTP/1.1")
    assert b"application/rdap+json" in server.heads[0]


@loopback
@pytest.mark.parametrize(
    "script,reason",
    [
        (reply(redirect("http://169.254.169.254/latest/meta-data/")), NoFactReason.NOT_FETCHED),
        (reply(redirect("/rdap/domain/example.org")), NoFactReason.NOT_FETCHED),
        (reply(page(b"<html>", status="404 Not Found")), NoFactReason.NOT_REGISTERED),
        (reply(page(b"\x89PNG\r\n", status="404 Not Found", content_type="image/png")), NoFactReason.NOT_REGISTERED),
        (reply(page(b"slow down", status="429 Too Many Requests")), NoFactReason.RATE_LIMITED),
        (reply(page(b"{}" * 600_000, content_type="application/rdap+json")), NoFactReason.NOT_FETCHED),
        (reply(page(b"\x89PNG\r\n", content_type="image/png")), NoFactReason.NOT_FETCHED),
        (reply(page(b"<html>hello", content_type="text/html")), NoFactReason.NOT_READABLE),
        (reply(body(domain("example.net"))), NoFactReason.ABOUT_ANOTHER),
        (then_silence(b"HTTP"), None),
    ],
    ids="downgrade circle 404 404-picture 429 huge picture html other silence".split(),
)
def test_a_hostile_registry_on_loopback(
    authority: Authority, script: Any, reason: NoFactReason | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each answer is a value, within the limits."""
    quick = dataclasses.replace(SMALL, wire_bytes=524_288, decoded_bytes=524_288, idle_s=1.0)
    monkeypatch.setattr(module, "_WANTED", dataclasses.replace(module._WANTED, limits=quick))
    with RawServer(script, tls=authority.server("rdap.example.org")) as server:
        door, rdap = over_loopback(server, authority)
        with door:
            found = rdap.domain("example.org")

    assert isinstance(found, NoFact)
    assert found.reason is (reason or NoFactReason.NOT_FETCHED)


@loopback
def test_a_registry_with_a_wrong_certificate(authority: Authority) -> None:
    """It is asked nothing."""
    with RawServer(reply(body(domain())), tls=authority.server("other.example.org")) as server:
        door, rdap = over_loopback(server, authority)
        with door:
            found = rdap.domain("example.org")

    assert isinstance(found, NoFact)
    assert found.reason is NoFactReason.NOT_FETCHED
    assert server.requests == 0
