"""A credential reaches the host that was asked, and nobody else: no redirect, no record, no message, no log."""

from __future__ import annotations

import dataclasses
import ipaddress
import logging
from typing import Final

import pytest

from net.doors import SMALL, Door, FakeResolver, Kind
from net.servers import Authority, RawServer, Visitor, page, redirect, reply
from rempart.model.web import NotFetched, Page
from rempart.net import Credential, Wanted
from rempart.net.credential import WITHHELD, Bearer
from rempart.net.urls import parse_url

pytestmark = [pytest.mark.allow_hosts(["127.0.0.1", "::1"]), pytest.mark.usefixtures("nothing_left_open")]

SECRET: Final = "BSA-not-a-real-key-0123456789"  # noqa: S105 - nobody's
KEY: Final = Credential(header="X-Subscription-Token", value=SECRET)
WANTED: Final = Wanted(limits=SMALL, credential=KEY)
LOOPBACK: Final = ipaddress.ip_address("127.0.0.1")


def told(server: RawServer) -> list[bool]:
    """Return for each request whether it carried the key."""
    return [SECRET.encode() in head for head in server.heads]


def test_the_host_that_is_asked_is_told(kind: Kind) -> None:
    """In its header, once."""
    with RawServer(reply(page(b"found"))) as server, Door(kind, (server.host, server.port)) as door:
        outcome = door.fetch(server.url(), WANTED)

    assert isinstance(outcome, Page)
    assert server.heads[0].count(f"\r\nX-Subscription-Token: {SECRET}".encode()) == 1


def test_a_redirect_to_another_origin_is_not_told(kind: Kind) -> None:
    """Another port of the same machine is another origin."""
    with (
        RawServer(reply(page(b"got you"))) as thief,
        RawServer(reply(redirect(thief.url()))) as server,
        Door(kind, (server.host, server.port), (thief.host, thief.port)) as door,
    ):
        outcome = door.fetch(server.url(), WANTED)

    assert isinstance(outcome, Page)
    assert (told(server), told(thief)) == ([True], [False])
    assert b"subscription" not in thief.heads[0].lower()


def test_who_was_led_away_and_back_is_not_told_again(kind: Kind) -> None:
    """The page that it is led back to was chosen by somebody else."""
    answers: list[bytes] = []

    def script(visitor: Visitor) -> None:
        while visitor.read_head():
            visitor.send(answers.pop(0))

    with RawServer(script) as server, RawServer(lambda visitor: away(visitor, server)) as thief:
        answers += [redirect(thief.url()), page(b"back")]
        with Door(kind, (server.host, server.port), (thief.host, thief.port)) as door:
            outcome = door.fetch(server.url(), WANTED)

    assert isinstance(outcome, Page)
    assert (told(server), told(thief)) == ([True, False], [False])


def away(visitor: Visitor, server: RawServer) -> None:
    """Lead back."""
    visitor.read_head()
    visitor.send(redirect(server.url("/echo")))


def test_a_redirect_within_the_host_is_told(kind: Kind) -> None:
    """It is still the service that was asked."""
    answers = [redirect("/moved"), page(b"found")]

    def script(visitor: Visitor) -> None:
        while visitor.read_head():
            visitor.send(answers.pop(0))

    with RawServer(script) as server, Door(kind, (server.host, server.port)) as door:
        door.fetch(server.url(), WANTED)

    assert told(server) == [True, True]


def test_over_tls_it_goes_to_a_name(kind: Kind) -> None:
    """And to no other name on the same machine."""
    authority = Authority()
    names = {"api.example.org": (LOOPBACK,), "evil.example.org": (LOOPBACK,)}
    script = reply(page(b"got you"))
    with RawServer(script, tls=authority.server("evil.example.org")) as thief:
        leads = reply(redirect(thief.url(host="evil.example.org")))
        with (
            RawServer(leads, tls=authority.server("api.example.org")) as server,
            Door(
                kind,
                (server.host, server.port),
                (thief.host, thief.port),
                resolver=FakeResolver(names),
                tls=authority.client(),
            ) as door,
        ):
            outcome = door.fetch(server.url(host="api.example.org"), WANTED)

    assert isinstance(outcome, Page)
    assert (told(server), told(thief)) == ([True], [False])


def test_a_name_without_tls_is_not_told(kind: Kind) -> None:
    """Whoever is on the way would read it."""
    resolver = FakeResolver({"api.example.org": (LOOPBACK,)})
    with (
        RawServer(reply(page(b"found"))) as server,
        Door(kind, (server.host, server.port), resolver=resolver) as door,
    ):
        door.fetch(server.url(host="api.example.org"), WANTED)

    assert told(server) == [False]


def test_nothing_that_is_kept_holds_it(kind: Kind, caplog: pytest.LogCaptureFixture) -> None:
    """Heads become evidence: also where the host says it back."""
    caplog.set_level(logging.DEBUG)
    echo = page(b"x", x_echo=SECRET, etag=f'"{SECRET}"')
    with RawServer(reply(echo)) as server, Door(kind, (server.host, server.port)) as door:
        outcome = door.fetch(server.url(), WANTED)

    assert isinstance(outcome, Page)
    assert WITHHELD.encode() in outcome.hops[0].sent
    for kept in (outcome.hops, outcome.validators, outcome, WANTED, caplog.text):
        assert SECRET not in repr(kept)
    for hop in outcome.hops:
        assert SECRET not in repr(dataclasses.astuple(hop))


def test_a_fetch_that_fails_does_not_tell_it(kind: Kind) -> None:
    """Whatever breaks, its message has no key."""
    with RawServer(lambda visitor: visitor.reset()) as server, Door(kind, (server.host, server.port)) as door:
        outcome = door.fetch(server.url(), WANTED)

    assert isinstance(outcome, NotFetched)
    assert SECRET not in repr(outcome) + str(dataclasses.asdict(outcome))


@pytest.mark.parametrize(
    "url, is_told",
    [
        ("https://api.example.org/x", True),
        ("https://api.example.org:443/y", True),
        ("https://api.example.org:8443/", False),
        ("https://sub.api.example.org/", False),
        ("https://api.example.org.evil.example/", False),
        ("http://api.example.org/", False),
        ("http://127.0.0.1/", False),
    ],
)
def test_an_origin_is_scheme_host_and_port(url: str, is_told: bool) -> None:  # noqa: FBT001 - a table
    """After ``https://api.example.org/`` was asked."""
    bearer = Bearer(KEY)

    assert bearer.credential_for(parse_url("https://api.example.org/")) == KEY
    assert (bearer.credential_for(parse_url(url)) == KEY) is is_told


@pytest.mark.parametrize("header", ["Host", "Cookie", "Content-Length", "User-Agent", "X-A\r\nHost", "X-", "", "X-a:b"])
def test_a_credential_is_no_header_of_http(header: str) -> None:
    """It could name another host, or another length."""
    with pytest.raises(ValueError, match="no header that a credential may have"):
        Credential(header=header, value="x")


@pytest.mark.parametrize("value", ["", " ", "a\r\nHost: evil.example", "a\0b", "é", "x" * 1_025, " a", "a\n"])
def test_a_value_is_one_line(value: str) -> None:
    """It is not in the message either."""
    with pytest.raises(ValueError, match="one line") as caught:
        Credential(header="Authorization", value=value)
    assert str(caught.value) == "a credential is one line of at most 1024 ASCII characters"
