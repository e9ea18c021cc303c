"""The host that means harm: each way ends with a value or a reason in bounded time, and none reaches the canary."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest

from net.doors import SMALL, Door, Kind
from net.polite_site import NOW
from rempart.collect import FetchedPage, end_of, read_page
from rempart.errors import MediaError
from rempart.model.collected import LeftOut, ParsedPage, Wall
from rempart.model.web import FetchMode, NotFetched, NotFetchedReason
from rempart.net import FetchOutcome, Wanted
from targets.asking import asked, read
from targets.hostile import Hostile

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

#: Ways that are refused, and why; with which patience is the guard's own matter, and tested there.
REFUSED = {
    "/to-loopback": NotFetchedReason.PORT,
    "/to-decimal": NotFetchedReason.BAD_HOST,
    "/to-metadata": NotFetchedReason.DENIED_ADDRESS,
    "/to-file": NotFetchedReason.SCHEME,
    "/to-script": NotFetchedReason.SCHEME,
    "/to-self": NotFetchedReason.REDIRECT_LOOP,
    "/to-credentials": NotFetchedReason.CREDENTIALS,
    "/huge-headers": NotFetchedReason.HEADERS,
    "/half": NotFetchedReason.INCOMPLETE,
    "/bomb": NotFetchedReason.TOO_MANY_BYTES,
    "/unending": NotFetchedReason.TOO_MANY_BYTES,
    "/archive": NotFetchedReason.NOT_WHAT_IT_SAYS,
}


@pytest.fixture
def host() -> Iterator[Hostile]:
    """Serve, at noon."""
    with Hostile(clock=lambda: NOW) as made:
        yield made


def fetched(host: Hostile, path: str, wanted: Wanted | None = None) -> FetchOutcome:
    """Fetch as a watch would: the host may be reached, its neighbours not."""
    with Door(Kind.THREADS, ("127.0.0.1", host.port)) as door:
        return door.fetch(host.url(path), wanted or Wanted(limits=SMALL))


def parsed(host: Hostile, path: str) -> ParsedPage:
    """Ask and read, whatever it is."""
    return read(host.url(path))


@pytest.mark.parametrize("path, reason", REFUSED.items())
def test_what_means_harm_is_refused_with_its_reason(host: Hostile, path: str, reason: NotFetchedReason) -> None:
    """And what it leads to is not asked."""
    outcome = fetched(host, path)

    assert isinstance(outcome, NotFetched)
    assert outcome.reason is reason
    assert host.canary.connections == 0


def test_every_way_ends(host: Hostile) -> None:
    """With a value or a reason, within the limits of time; the page that is only slow as well."""
    quick = replace(SMALL, connect_s=2.0, idle_s=0.5, total_s=1.5)
    began = time.monotonic()

    for path in host.paths:
        fetched(host, path, Wanted(limits=quick))

    assert time.monotonic() - began < len(host.paths) * 4
    assert host.canary.connections == 0
    assert {request.path for request in host.log.requests} == set(host.paths)


@pytest.mark.parametrize(
    "path, status, after",
    [
        ("/busy", 429, "120"),
        ("/busy-until", 429, "Fri, 01 Jan 2100 00:00:00 GMT"),
        ("/busy-nonsense", 429, "soon"),
        ("/down", 503, "30"),
    ],
)
def test_who_is_busy_says_for_how_long(host: Hostile, path: str, status: int, after: str) -> None:
    """Or nonsense."""
    found, headers, _ = asked(host.url(path))

    assert (found, headers["retry-after"]) == (status, after)


@pytest.mark.parametrize("path, wall", [("/wall", Wall.LOGIN), ("/captcha", Wall.CAPTCHA)])
def test_walls_are_seen(host: Hostile, path: str, wall: Wall) -> None:
    """Both come with 403."""
    assert parsed(host, path).wall is wall


def test_an_endless_thread_always_has_a_next_page(host: Hostile) -> None:
    """Under another address each time, with a new post."""
    pages = [parsed(host, "/threads/pages.1/")]
    for _ in range(3):
        pages.append(read(pages[-1].next_url))

    assert [page.posts[0].engine_id for page in pages] == ["1", "2", "3", "4"]
    assert pages[-1].next_url == host.url("/threads/pages.1/page-5")


def test_an_endless_list_always_has_new_threads(host: Hostile) -> None:
    """Twenty a page."""
    first = parsed(host, "/forums/lists.1/")
    second = read(first.next_url)

    assert len({link.url for page in (first, second) for link in page.links}) == 40


def test_an_address_that_expires_says_so_and_does(host: Hostile) -> None:
    """There until its instant, then 410."""
    [picture] = parsed(host, "/threads/expiring.2/").posts[0].media
    before = asked(picture.url)[0]
    host.clock = lambda: NOW + dt.timedelta(minutes=10)

    assert end_of(picture.url) == (True, NOW + dt.timedelta(minutes=10))
    assert (picture.is_temporary, picture.expires_at) == (True, NOW + dt.timedelta(minutes=10))
    assert (before, asked(picture.url)[0]) == (200, 410)


def test_too_many_links_are_cut_and_said(host: Hostile) -> None:
    """A hundred thousand."""
    assert LeftOut.LINKS in parsed(host, "/links").left_out


@pytest.mark.parametrize("path", ["/bad-letters", "/false-letters", "/deep"])
def test_damaged_pages_end_with_a_value_or_a_reason(host: Hostile, path: str) -> None:
    """Letters that are none, and depth."""
    _, headers, body = asked(host.url(path))

    try:
        found = read_page(FetchedPage(url=host.url(path), body=body, media_type="text/html", charset="x-none"))
    except MediaError:
        return
    assert found.canonical_url == host.url(path)
    assert headers["content-length"] == str(len(body))


def test_a_false_picture_is_refused(host: Hostile) -> None:
    """A program that says it is a JPEG."""
    outcome = fetched(host, "/false-type", Wanted(mode=FetchMode.MEDIA, limits=SMALL))

    assert isinstance(outcome, NotFetched)
    assert outcome.reason is NotFetchedReason.NOT_WHAT_IT_SAYS
