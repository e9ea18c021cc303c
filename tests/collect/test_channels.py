"""What is asked of a channel, and what never is: invitations, other hosts, what was read before, pages without end."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from rempart.collect import (
    FetchedPage,
    ask_of,
    canonical,
    first_asks,
    follow,
    health_of,
    is_gone,
    new_cursor,
    read_page,
    refusal_of,
)
from rempart.collect.channels import CHANNEL_PAGES_MOST
from rempart.collect.search import BraveSearch, SearxngSearch
from rempart.model.collected import Engine, PageKind, ParsedPage, ParsedPost, Wall
from rempart.model.source import Health, Place, SourceKind

AT = dt.datetime(2026, 11, 22, 11, 7, tzinfo=dt.UTC)
MASTODON = Place(kind=SourceKind.MASTODON, text="@site@social.example")
BLUESKY = Place(kind=SourceKind.BLUESKY, text="site.example")
TELEGRAM = Place(kind=SourceKind.TELEGRAM, text="https://t.me/site/77")
QUERY = Place(kind=SourceKind.SEARCH, text="Calendar  2027 & more")
STATUSES = "https://social.example/api/v1/accounts/23634/statuses?exclude_reblogs=true&limit=40"
FEED = "https://public.api.bsky.app/xrpc/app.bsky.feed.getAuthorFeed"


def channel(engine: Engine, url: str, *posts: ParsedPost, next_url: str = "", number: str = "") -> ParsedPage:
    """Make a page of a channel."""
    return ParsedPage(
        engine=engine, kind=PageKind.CHANNEL, canonical_url=url, engine_id=number, posts=posts, next_url=next_url
    )


def feed(*hours: int) -> ParsedPage:
    """Make a page of Bluesky with posts seen some hours before."""
    posts = [ParsedPost(engine_id=str(hour), posted_at=AT - dt.timedelta(hours=hour)) for hour in hours]
    return channel(Engine.BLUESKY, FEED, *posts, next_url=f"{FEED}?cursor=x")


@pytest.mark.parametrize(
    "text",
    [
        "https://t.me/+AbCdEf0123456789",
        "https://t.me/%2BAbCdEf0123456789",
        "t.me/joinchat/AAAAAE0123456789",
        "https://t.me/JoinChat/x",
        "https://telegram.me/addlist/x",
        "https://t.me/c/1234567890/77",
        "tg://resolve?domain=site&post=77",
        "https://t.me/boost/site",
    ],
)
def test_an_invitation_is_never_accepted(text: str) -> None:
    """Nor is a private group looked into: nothing is asked, and why is a value."""
    place = Place(kind=SourceKind.TELEGRAM, text=text)

    assert first_asks(place, "") == ()
    assert refusal_of(place) is Health.INVITE_ONLY


@pytest.mark.parametrize(
    "kind, text",
    [
        (SourceKind.TELEGRAM, "https://t.me/site"),
        (SourceKind.TELEGRAM, "https://t.me/s/site"),
        (SourceKind.TELEGRAM, "https://t.me.evil.example/site/77"),
        (SourceKind.TELEGRAM, "https://t.me@evil.example/site/77"),
        (SourceKind.TELEGRAM, "https://t.me/site/77/../../../x"),
        (SourceKind.MASTODON, "@site"),
        (SourceKind.MASTODON, "@si/te@social.example"),
        (SourceKind.MASTODON, "@site@social.example/@other"),
        (SourceKind.MASTODON, "@site@social.example@evil.example"),
        (SourceKind.MASTODON, "@a?acct=b@social.example"),
        (SourceKind.BLUESKY, "site"),
        (SourceKind.BLUESKY, "site.example&filter=x"),
        (SourceKind.BLUESKY, "https://bsky.app/profile/site.example"),
        (SourceKind.BLUESKY, ""),
    ],
)
def test_what_is_no_channel_is_not_asked(kind: SourceKind, text: str) -> None:
    """A whole channel of Telegram, another host, another form."""
    place = Place(kind=kind, text=text)

    assert first_asks(place, "") == ()
    assert refusal_of(place) is Health.REFUSED


@pytest.mark.parametrize(
    "place, cursor, url",
    [
        (MASTODON, "", "https://social.example/api/v1/accounts/lookup?acct=site"),
        (MASTODON, "23634 115", f"{STATUSES}&since_id=115"),
        (MASTODON, "23634 115&x=1", "https://social.example/api/v1/accounts/lookup?acct=site"),
        (BLUESKY, "", f"{FEED}?actor=site.example&filter=posts_with_media&limit=100"),
        (replace(BLUESKY, text="did:plc:z72i"), "", f"{FEED}?actor=did:plc:z72i&filter=posts_with_media&limit=100"),
        (TELEGRAM, "", "https://t.me/site/77?embed=1"),
        (replace(TELEGRAM, text="t.me/s/site/77"), "", "https://t.me/site/77?embed=1"),
        (replace(TELEGRAM, text="https://telegram.me/site/4/77?single"), "", "https://t.me/site/77?embed=1"),
    ],
)
def test_a_visit_begins_with_one_request(place: Place, cursor: str, url: str) -> None:
    """At a documented address, in its one form; a cursor that is none is not obeyed."""
    (ask,) = first_asks(place, cursor)

    assert (ask.url, canonical(ask.url), ask.needs_key, ask.is_service) == (url, url, False, False)
    assert refusal_of(place) is None


def test_an_account_that_was_looked_up_leads_to_its_statuses() -> None:
    """Of the server that answered; its number is all that is kept of it."""
    (ask,) = first_asks(MASTODON, "")
    found = follow(channel(Engine.MASTODON, ask.url, number="23634"), ask)

    assert found
    assert found.url == STATUSES
    assert follow(channel(Engine.MASTODON, ask.url), ask) is None


def test_statuses_are_read_from_the_newest_to_the_newest_known_one() -> None:
    """The server leaves out what is older than ``since_id``; the next visit begins after the newest."""
    (ask,) = first_asks(MASTODON, "23634 99")
    posts = [ParsedPost(engine_id=number) for number in ("101", "100")]
    page = channel(Engine.MASTODON, ask.url, *posts, next_url=f"{ask.url}&max_id=100", number="23634")

    assert new_cursor(page, "23634 99") == "23634 101"
    assert new_cursor(page, "23634 1000") == "23634 1000"
    assert new_cursor(page, "other 1000") == "23634 101"
    older = follow(page, ask)
    assert older
    assert (older.url, older.page, older.since) == (f"{ask.url}&max_id=100", 1, "99")


@pytest.mark.parametrize("hours, goes_on", [((1, 2), True), ((1, 9), True), ((5, 9), False), ((), False)])
def test_a_feed_is_read_while_it_shows_something_new(hours: tuple[int, ...], goes_on: bool) -> None:  # noqa: FBT001 - parametrized
    """Up to what was seen five hours ago."""
    (ask,) = first_asks(BLUESKY, new_cursor(feed(5)))

    assert (follow(feed(*hours), ask) is not None) is goes_on


def test_the_cursor_of_a_feed_never_goes_back() -> None:
    """Pages are read from the newest on; a post without a time does not count."""
    known = new_cursor(feed(1))

    assert new_cursor(feed(4), known) == known
    assert new_cursor(channel(Engine.BLUESKY, FEED), "") == ""
    assert new_cursor(channel(Engine.BLUESKY, FEED, ParsedPost(engine_id="1")), known) == known


def test_a_channel_without_end_ends() -> None:
    """A server may invent older posts for ever."""
    (ask,) = first_asks(BLUESKY, "")
    last = replace(ask, page=CHANNEL_PAGES_MOST - 1)

    assert follow(feed(1), replace(ask, page=CHANNEL_PAGES_MOST - 2)) is not None
    assert follow(feed(1), last) is None


def test_a_page_does_not_lead_to_another_host() -> None:
    """Whatever it says of its next one."""
    (ask,) = first_asks(BLUESKY, "")
    page = replace(feed(1), next_url="https://evil.example/xrpc/x")

    assert follow(page, ask) is None


def test_a_wall_ends_a_visit() -> None:
    """It is told, not passed."""
    (ask,) = first_asks(BLUESKY, "")

    assert follow(replace(feed(1), wall=Wall.LOGIN), ask) is None


def test_a_request_is_found_again_by_its_address() -> None:
    """A row of the frontier holds the address alone: the key goes to nobody else."""
    providers = (SearxngSearch(url="https://search.example"), BraveSearch(locale="fr-FR"))
    first = first_asks(QUERY, "", providers)[1]
    later = ask_of(QUERY, f"{first.url}&offset=2", "", providers, page=2)

    assert ask_of(QUERY, first.url, "", providers) == first
    assert later
    assert (later.provider, later.needs_key, later.page, later.locale) == ("brave", True, 2, "fr-FR")
    assert ask_of(QUERY, "https://evil.example/res/v1/web/search?q=x", "", providers) is None
    assert ask_of(QUERY, "https://api.search.brave.com/res/v1/images/search?q=x", "", providers) is None
    assert ask_of(QUERY, "https://search.example/stats", "", providers) is None
    assert ask_of(QUERY, "http://api.search.brave.com/res/v1/web/search?q=x", "", providers) is None
    statuses = ask_of(MASTODON, STATUSES.replace("social", "www.social"), "")
    assert statuses
    assert statuses.provider == "mastodon"
    assert ask_of(MASTODON, "https://evil.example/anything", "") is None


def test_a_message_that_is_gone_is_told_from_one_that_is_hidden() -> None:
    """Telegram answers 200 for both."""
    gone = channel(Engine.TELEGRAM, "https://t.me/site/77?embed=1")

    assert is_gone(gone)
    assert not is_gone(replace(gone, wall=Wall.LOGIN))
    assert not is_gone(replace(gone, posts=(ParsedPost(engine_id="77"),)))
    assert not is_gone(channel(Engine.MASTODON, STATUSES))


@pytest.mark.parametrize(
    "page, status, health",
    [
        (channel(Engine.MASTODON, STATUSES), 200, Health.WELL),
        (channel(Engine.MASTODON, STATUSES), 404, Health.GONE),
        (channel(Engine.MASTODON, STATUSES), 401, Health.LOGIN_WALL),
        (ParsedPage(engine=Engine.GENERIC, kind=PageKind.UNKNOWN, canonical_url=FEED), 400, Health.GONE),
        (ParsedPage(engine=Engine.GENERIC, kind=PageKind.UNKNOWN, canonical_url=STATUSES), 400, Health.NOT_READ),
        (ParsedPage(engine=Engine.GENERIC, kind=PageKind.UNKNOWN, canonical_url=STATUSES), 200, Health.NOT_READ),
        (replace(feed(1), wall=Wall.LOGIN), 200, Health.LOGIN_WALL),
        (channel(Engine.TELEGRAM, "https://t.me/site/77?embed=1"), 200, Health.GONE),
    ],
)
def test_how_a_request_went_is_a_value(page: ParsedPage, status: int, health: Health) -> None:
    """Gone, for those who are logged in, something else: each is told."""
    (ask,) = first_asks(BLUESKY, "")

    assert health_of(page, status, ask) is health


@pytest.mark.parametrize(
    "kind, status, health",
    [
        (PageKind.SEARCH, 200, Health.WELL),
        (PageKind.SEARCH, 422, Health.NOT_READ),
        (PageKind.UNKNOWN, 403, Health.NOT_READ),
        (PageKind.UNKNOWN, 404, Health.NOT_READ),
    ],
)
def test_a_provider_that_forbids_is_no_login_wall(kind: PageKind, status: int, health: Health) -> None:
    """A wrong key, an instance that gives no JSON: a setting to correct."""
    page = ParsedPage(engine=Engine.GENERIC, kind=kind, canonical_url="https://search.example/search?q=x")

    assert health_of(page, status, SearxngSearch(url="https://search.example").ask("x", 0)) is health


def test_a_page_that_looks_like_a_message_is_none() -> None:
    """It would be read as one post, and everything else on it would stay unseen."""
    body = (
        b'<html><body class="tgme_widget"><div class="tgme_widget_message" data-post="a/1">one</div>'
        b'<p>two <a href="/three">three</a></p></body></html>'
    )
    found = read_page(FetchedPage(url="https://leaks.example/t/1", body=body, media_type="text/html"))

    assert found.engine is Engine.GENERIC
    assert "two" in found.posts[0].text


def test_places_that_are_no_channels_have_no_requests_here() -> None:
    """They are asked as pages, or not at all; a query without a provider as well."""
    assert first_asks(Place(kind=SourceKind.PAGE, text="https://f.example/"), "") == ()
    assert refusal_of(Place(kind=SourceKind.PAGE, text="https://t.me/+x")) is None
    assert first_asks(QUERY, "") == ()
