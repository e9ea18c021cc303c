"""Redirects: each hop is judged as the first address was, and none leads where it could not have begun."""

from __future__ import annotations

import dataclasses
import ipaddress
from typing import Final

import pytest

from net.doors import SMALL, WANTED, Door, FakeResolver, Kind
from net.servers import Authority, RawServer, head, page, redirect, reply
from net.socket_watch import watched_sockets
from rempart.model.outcome import Stopped
from rempart.model.web import NotFetched, NotFetchedReason, Page

pytestmark = [pytest.mark.allow_hosts(["127.0.0.1", "::1"]), pytest.mark.usefixtures("nothing_left_open")]

R = NotFetchedReason
HOST: Final = "forum.example.org"
LOOPBACK: Final = ipaddress.ip_address("127.0.0.1")
PRIVATE: Final = ipaddress.ip_address("10.0.0.7")
#: A public address, which nothing here connects to.
PUBLIC: Final = ipaddress.ip_address("1.1.1.1")

NAMES: Final = {
    HOST: (LOOPBACK,),
    "inside.example.org": (PRIVATE,),
    "mixed.example.org": (PUBLIC, PRIVATE),
    "mixed6.example.org": (PUBLIC, ipaddress.ip_address("fe80::1")),
    "other.example.org": (LOOPBACK,),
}

#: Where it leads, why it is not followed there, and whether its name is resolved at all.
LEADS: Final[dict[str, tuple[str, NotFetchedReason, bool]]] = {
    "a private address": ("http://10.0.0.1/", R.DENIED_ADDRESS, False),
    "the secrets of clouds": ("http://169.254.169.254/latest/meta-data/", R.DENIED_ADDRESS, False),
    "this machine": ("http://127.0.0.1/", R.DENIED_ADDRESS, False),
    "this machine, over IPv6": ("http://[::1]/", R.DENIED_ADDRESS, False),
    "this machine, mapped": ("http://[::ffff:127.0.0.1]/", R.DENIED_ADDRESS, False),
    "this machine in one number": ("http://2130706433/", R.BAD_HOST, False),
    "this machine by its name": ("http://localhost/", R.BAD_HOST, False),
    "this machine in wide figures": ("http://%EF%BC%91%EF%BC%92%EF%BC%97.0.0.1/", R.BAD_HOST, False),
    "a private address by a name": ("http://inside.example.org/", R.DENIED_ADDRESS, True),
    "a name with one private address": ("http://mixed.example.org/", R.DENIED_ADDRESS, True),
    "a name with one private address of IPv6": ("http://mixed6.example.org/", R.DENIED_ADDRESS, True),
    "a name that is none": ("http://nothing.example.org/", R.NO_SUCH_HOST, True),
    "a file": ("file:///etc/passwd", R.SCHEME, False),
    "FTP": ("ftp://forum.example.org/", R.SCHEME, False),
    "a program": ("javascript:alert(1)", R.SCHEME, False),
    "data": ("data:text/html,hello", R.SCHEME, False),
    "gopher": ("gopher://127.0.0.1:70/_GET", R.SCHEME, False),
    "SSH": ("http://forum.example.org:22/", R.PORT, False),
    "port 0": ("http://forum.example.org:0/", R.PORT, False),
    "credentials": ("http://user:secret@forum.example.org/", R.CREDENTIALS, False),
    "credentials that look like a host": ("http://forum.example.org@127.0.0.1/", R.CREDENTIALS, False),
    "a protocol-relative private address": ("//10.0.0.1/", R.DENIED_ADDRESS, False),
    "a protocol-relative port": ("//forum.example.org:25/", R.PORT, False),
    "three slashes": ("///127.0.0.1/", R.BAD_REDIRECT, False),
    "a backslash": ("/\\127.0.0.1/", R.BAD_ADDRESS, False),
    "a tab within": ("/\t/127.0.0.1/", R.BAD_ADDRESS, False),
    "a space within": ("/a b", R.BAD_ADDRESS, False),
    "open brackets": ("http://[::1", R.BAD_REDIRECT, False),
    "9,000 characters": ("/" + "a" * 9_000, R.BAD_ADDRESS, False),
    "a scheme and three slashes": ("http:///other.example.org/", R.BAD_REDIRECT, False),
    # The gate reads 8,192 characters: of this, once it is encoded, it would not read the middle.
    "4,000 letters that are encoded": ("/" + "\xe9" * 4_000, R.BAD_ADDRESS, False),
}


@pytest.mark.parametrize("what", LEADS)
def test_a_redirect_is_judged_before_it_is_followed(kind: Kind, what: str) -> None:
    """The first answer is known; nothing was connected to after it."""
    location, reason, is_resolved = LEADS[what]
    resolver = FakeResolver(NAMES)
    with (
        RawServer(reply(redirect(location))) as server,
        Door(kind, (server.host, server.port), resolver=resolver) as door,
    ):
        outcome = door.fetch(server.url(host=HOST))

        assert isinstance(outcome, NotFetched), outcome
        assert outcome.reason is reason, outcome
        assert outcome.hops[0].status == 302
        assert server.connections == 1
        assert len(resolver.asked) == 1 + is_resolved
        assert "user:secret" not in outcome.in_words()


@pytest.mark.parametrize(
    "location",
    [
        "/lycee/15-ans/",
        "http://other.example.org/teen",
        "//other.example.org/?q=m1neure",
        "/x#teens",
        "http://teens.local/",
        "/" + "\xe9" * 2_000 + "/teen/" + "\xe9" * 2_000,
    ],
)
def test_a_redirect_to_a_stopped_address_is_not_followed(kind: Kind, location: str) -> None:
    """Nor is its host resolved: the gate judges every hop."""
    resolver = FakeResolver(NAMES)
    with (
        RawServer(reply(redirect(location))) as server,
        Door(kind, (server.host, server.port), resolver=resolver) as door,
    ):
        outcome = door.fetch(server.url(host=HOST))

        assert isinstance(outcome, Stopped)
        assert server.requests == 1
        assert resolver.asked == [HOST]


def test_a_redirect_in_a_circle_ends(kind: Kind) -> None:
    """At the first address that comes again."""
    with (
        RawServer(reply(redirect("/b"), redirect("/c"), redirect("/b"))) as server,
        Door(kind, (server.host, server.port)) as door,
    ):
        outcome = door.fetch(server.url("/a"))

        assert isinstance(outcome, NotFetched)
        assert outcome.reason is R.REDIRECT_LOOP
        assert server.requests == 3


@pytest.mark.parametrize("count, is_page", [(5, True), (6, False)])
def test_five_redirects_are_followed(kind: Kind, count: int, is_page: bool) -> None:  # noqa: FBT001 - a table
    """A sixth is not; each request is told."""
    answers = [redirect(f"/{number}") for number in range(count)]
    with RawServer(reply(*answers, page())) as server, Door(kind, (server.host, server.port)) as door:
        outcome = door.fetch(server.url("/start"))

        assert isinstance(outcome, Page) is is_page
        if isinstance(outcome, NotFetched):
            assert outcome.reason is R.REDIRECTS
        assert not isinstance(outcome, Stopped | Page) or len(getattr(outcome, "hops", ())) == 6
        assert server.requests == 6


def test_redirects_without_a_body_share_their_connection(kind: Kind) -> None:
    """And so does the page after them: one connection, once resolved."""
    resolver = FakeResolver(NAMES)
    with (
        RawServer(reply(redirect("/b"), redirect("/c"), page())) as server,
        Door(kind, (server.host, server.port), resolver=resolver) as door,
    ):
        outcome = door.fetch(server.url("/a", host=HOST))

        assert isinstance(outcome, Page)
        assert (server.connections, server.requests) == (1, 3)
        assert resolver.asked == [HOST]


def test_the_body_of_a_redirect_is_not_read(kind: Kind) -> None:
    """It may be endless; its connection is closed."""
    answer = head("302 Found", location="/b", content_type="text/html") + b"a" * 50_000
    with RawServer(reply(answer), reply(page())) as server, Door(kind, (server.host, server.port)) as door:
        outcome = door.fetch(server.url("/a"))

        assert isinstance(outcome, Page)
        assert outcome.wire_bytes < 15_000
        assert server.connections == 2


def test_a_redirect_never_leaves_tls(kind: Kind, authority: Authority) -> None:
    """What was asked in secret is not asked again in clear."""
    with (
        RawServer(reply(redirect(f"http://{HOST}/")), tls=authority.server(HOST)) as server,
        Door(kind, (server.host, server.port), resolver=FakeResolver(NAMES), tls=authority.client()) as door,
    ):
        outcome = door.fetch(server.url(host=HOST))

        assert isinstance(outcome, NotFetched)
        assert outcome.reason is R.DOWNGRADE
        assert outcome.hops[0].tls == "TLSv1.3"


def test_a_slow_chain_costs_one_time(kind: Kind) -> None:
    """The total is that of all hops together, and so are their bytes."""
    big = head("302 Found", location="/next", content_length="0", x=("a" * 9_000))
    limits = dataclasses.replace(SMALL, wire_bytes=20_000)
    answers = [big.replace(b"/next", f"/{number}".encode()) for number in range(4)]
    with RawServer(reply(*answers, page())) as server, Door(kind, (server.host, server.port)) as door:
        outcome = door.fetch(server.url("/a"), dataclasses.replace(WANTED, limits=limits))

        assert isinstance(outcome, NotFetched)
        assert outcome.reason is R.TOO_MANY_BYTES
        assert len(outcome.hops) == 3


@pytest.mark.parametrize(
    "header",
    [
        'attachment; filename="lycéenne 15 ans.jpg"',
        "attachment; filename*=utf-8''m%69neure.html",
        "attachment; filename*0=mine; filename*1=ure.html",
        "attachment; filename*=undefined''teen",
        "attachment; filename*" + "9" * 5_000 + "=teen",
        'inline; filename="x.html"; name=schoolgirl',
        'attachment; filename="=?utf-8?B?dGVlbg==?=.html"',
    ],
)
def test_a_stopped_file_name_stops_the_fetch(kind: Kind, header: str) -> None:
    """The name under which a host offers a file is judged before the file is."""
    with RawServer(reply(page(content_disposition=header))) as server, Door(kind, (server.host, server.port)) as door:
        outcome = door.fetch(server.url("/download"))

        assert isinstance(outcome, Stopped), outcome


@pytest.mark.parametrize(
    "header",
    [
        "attachment; filename*=idna''a..b",
        "attachment; filename*=%00''a",
        ";;;;",
        "=",
        "a; filename*=x'y'a; filename*0*=x'y'b",
    ],
)
def test_a_bad_file_name_is_no_error(kind: Kind, header: str) -> None:
    """The standard library fails on it; the fetch does not."""
    with RawServer(reply(page(content_disposition=header))) as server, Door(kind, (server.host, server.port)) as door:
        outcome = door.fetch(server.url("/download"))

        assert isinstance(outcome, Page), outcome


def test_a_denied_redirect_opens_no_socket(kind: Kind) -> None:
    """Seen by the interpreter's own audit: one connection, to the server of this test."""
    with (
        RawServer(reply(redirect("http://169.254.169.254/"))) as server,
        Door(kind, (server.host, server.port)) as door,
    ):
        with watched_sockets() as seen:
            door.fetch(server.url())

        # The server's own side of the connection is one of the two.
        assert seen.count("socket.connect") == 1
