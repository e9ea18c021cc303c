"""Whole visits of channels and searches, on loopback servers that speak the documented formats: who is asked what."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import pytest

from channel_servers import ACCOUNT, BRAVE_KEY, DID, ChannelServer
from net.doors import SMALL, Door, Kind
from rempart.collect import ChannelAsk, FetchedPage, first_asks, follow, is_gone, new_cursor, position_of, read_page
from rempart.model.collected import ParsedPage
from rempart.model.sighting import PositionKnown
from rempart.model.source import Place, SourceKind
from rempart.model.web import Page
from rempart.net import Credential, Wanted

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

MASTODON = Place(kind=SourceKind.MASTODON, text="@site@social.example")
BLUESKY = Place(kind=SourceKind.BLUESKY, text="site.example")
QUERY = Place(kind=SourceKind.SEARCH, text="calendar 2027")
LEAK = "https://leaks.example/t/1"


@pytest.fixture
def server() -> Iterator[ChannelServer]:
    """Return a server with nothing on it yet."""
    with ChannelServer() as running:
        yield running


def pages_of(server: ChannelServer, ask: ChannelAsk, key: str = BRAVE_KEY) -> list[ParsedPage]:
    """Visit: ask, read, go on as the page says."""
    pages: list[ParsedPage] = []
    following: ChannelAsk | None = ask
    with Door(Kind.THREADS, ("127.0.0.1", server.port)) as door:
        while following:
            credential = Credential(header="X-Subscription-Token", value=key) if following.needs_key else None
            wanted = Wanted(limits=dataclasses.replace(SMALL), accept=following.accept, credential=credential)
            outcome = door.fetch(following.url, wanted)
            assert isinstance(outcome, Page)
            fetched = FetchedPage(
                url=outcome.url, body=outcome.body, media_type=outcome.media_type, status=outcome.status
            )
            pages.append(read_page(fetched))
            following = follow(pages[-1], following)
    return pages


def visit(server: ChannelServer, place: Place, cursor: str) -> tuple[list[str], str]:
    """Visit a channel; return the texts of its posts, and the new cursor."""
    (ask,) = first_asks(place, cursor, (), server.homes)
    pages = pages_of(server, ask)
    for page in pages:
        cursor = new_cursor(page, cursor)
    return [post.text for page in pages for post in page.posts], cursor


def test_every_status_is_read_once_over_all_pages(server: ChannelServer) -> None:
    """Look-up, three pages, an empty one; boosts are not asked for."""
    for number in range(90):
        server.post(f"post {number}", is_boost=number % 9 == 0)
    texts, cursor = visit(server, MASTODON, "")

    assert sorted(texts) == sorted(f"post {n}" for n in range(90) if n % 9)
    assert server.asked == ["/api/v1/accounts/lookup"] + [f"/api/v1/accounts/{ACCOUNT}/statuses"] * 3
    assert cursor.startswith(f"{ACCOUNT} ")


def test_a_second_visit_asks_once_for_what_is_newer(server: ChannelServer) -> None:
    """No look-up, no page that is known; nothing new costs one request."""
    server.post("old")
    _, cursor = visit(server, MASTODON, "")
    server.visits.clear()
    nothing, cursor = visit(server, MASTODON, cursor)
    server.post("new")
    texts, _ = visit(server, MASTODON, cursor)

    assert (nothing, texts) == ([], ["new"])
    assert server.asked == [f"/api/v1/accounts/{ACCOUNT}/statuses"] * 3


def test_a_feed_is_read_up_to_what_is_known(server: ChannelServer) -> None:
    """Reposts are other accounts'; a page that shows nothing new is the last."""
    for number in range(250):
        server.post(f"post {number}", picture=b"x", is_boost=number == 7)
    texts, cursor = visit(server, BLUESKY, "")
    server.visits.clear()
    server.post("new", picture=b"x")
    again, _ = visit(server, BLUESKY, cursor)

    assert len(texts) == len(set(texts)) == 249
    assert again[0] == "new"
    assert server.asked == ["/xrpc/app.bsky.feed.getAuthorFeed"] * 2
    assert "post 250" not in again


def test_posts_of_one_place_carry_no_name(server: ChannelServer) -> None:
    """The number of the account, and an address without its handle."""
    server.post("words", picture=b"x")
    for place in (MASTODON, BLUESKY):
        (ask,) = first_asks(place, "", (), server.homes)
        (post,) = [post for page in pages_of(server, ask) for post in page.posts]

        assert post.author_key in {ACCOUNT, DID}
        assert "site" not in post.url.partition("//")[2]


def test_one_message_of_telegram_is_one_request(server: ChannelServer) -> None:
    """And one that is gone is known as that, although it is answered with 200."""
    server.post("words", picture=b"x")
    shown, gone = (
        pages_of(server, first_asks(Place(kind=SourceKind.TELEGRAM, text=text), "", (), server.homes)[0])
        for text in ("https://t.me/site/0", "https://t.me/site/1")
    )

    assert [(post.text, len(post.media)) for post in shown[0].posts] == [("words", 1)]
    assert (is_gone(shown[0]), is_gone(gone[0])) == (False, True)
    assert server.asked == ["/site/0", "/site/1"]


def searched(server: ChannelServer, name: str, key: str = BRAVE_KEY) -> list[ParsedPage]:
    """Ask one provider."""
    (ask,) = (ask for ask in first_asks(QUERY, "", server.providers) if ask.provider.startswith(name))
    return pages_of(server, ask, key)


@pytest.mark.parametrize("name, asked", [("brave", 2), ("searxng", 3)])
def test_a_position_is_found_over_pages(server: ChannelServer, name: str, asked: int) -> None:
    """Brave's pages count on; SearXNG's do not say where they begin."""
    server.results = [f"https://r.example/{n}" for n in range(22)] + [LEAK]
    found = position_of(searched(server, name), LEAK)

    assert len(server.visits) == asked
    assert found == ((PositionKnown.KNOWN, 23) if name == "brave" else (PositionKnown.UNKNOWN, None))


@pytest.mark.parametrize("name", ["brave", "searxng"])
def test_what_is_on_the_first_page_has_its_place(server: ChannelServer, name: str) -> None:
    """As the provider orders it."""
    server.results = ["https://r.example/0", LEAK]

    assert position_of(searched(server, name), LEAK) == (PositionKnown.KNOWN, 2)


def test_an_engine_with_a_captcha_makes_positions_unknown(server: ChannelServer) -> None:
    """Shown or not: the others move up."""
    server.results = ["https://r.example/0", LEAK]
    server.silent = [["one", "Suspended: CAPTCHA"]]
    pages = searched(server, "searxng")

    assert position_of(pages, LEAK) == (PositionKnown.UNKNOWN, None)
    assert position_of(pages, "https://absent.example/") == (PositionKnown.UNKNOWN, None)


def test_an_instance_without_json_is_no_absence(server: ChannelServer) -> None:
    """As one that was just installed."""
    server.formats = ("html",)

    assert position_of(searched(server, "searxng"), LEAK) == (PositionKnown.UNKNOWN, None)


def test_a_wrong_key_is_no_absence(server: ChannelServer) -> None:
    """Brave says 422."""
    assert position_of(searched(server, "brave", "BSA-wrong"), LEAK) == (PositionKnown.UNKNOWN, None)


def test_the_key_goes_to_brave_alone_and_no_picture_to_anybody(server: ChannelServer) -> None:
    """Every request is a GET of words."""
    server.results = [LEAK]
    for name in ("brave", "searxng"):
        searched(server, name)

    told = {visit.path.partition("?")[0]: visit.headers.get("x-subscription-token") for visit in server.visits}
    assert told == {"/res/v1/web/search": BRAVE_KEY, "/search": None}
    assert all(BRAVE_KEY not in visit.path for visit in server.visits)
    assert all("content-length" not in visit.headers for visit in server.visits)
