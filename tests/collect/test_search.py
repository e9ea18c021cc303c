"""Queries go out in words, to whom the settings name; a position that is not known is not called absent."""

from __future__ import annotations

import json
from dataclasses import fields, replace

import pytest

from rempart.collect import ChannelAsk, FetchedPage, follow, position_of, providers_of, read_page
from rempart.collect.search import SEARCH_PAGES_MOST, BraveSearch, SearxngSearch
from rempart.model.collected import Engine, LeftOut, PageKind, ParsedPage, SearchResult
from rempart.model.sighting import PositionKnown

URL = "https://leaks.example/t/1"
OTHER = "https://other.example/"
BRAVE = BraveSearch(locale="fr-FR")
SEARXNG = SearxngSearch(url="https://search.example/sub/", locale="fr-FR")


def answer(*results: SearchResult, left_out: tuple[LeftOut, ...] = (), next_url: str = "") -> ParsedPage:
    """Make a page of results."""
    return ParsedPage(
        engine=Engine.BRAVE,
        kind=PageKind.SEARCH,
        canonical_url="https://api.search.brave.com/res/v1/web/search?q=x",
        results=results,
        left_out=left_out,
        next_url=next_url,
    )


def result(url: str = OTHER, position: int | None = 1) -> SearchResult:
    """Make a result."""
    return SearchResult(url=url, position=position)


@pytest.mark.parametrize(
    "pages, expected",
    [
        ([answer(result(), result(URL, 2))], (PositionKnown.KNOWN, 2)),
        ([answer(result()), answer(result(URL, 21))], (PositionKnown.KNOWN, 21)),
        ([answer(result(URL, 7), result(URL, 3))], (PositionKnown.KNOWN, 3)),
        ([answer(result("http://leaks.example/t/1/", 2))], (PositionKnown.KNOWN, 2)),
        ([answer(result())], (PositionKnown.ABSENT, None)),
        ([answer()], (PositionKnown.ABSENT, None)),
        ([answer(result(URL, None))], (PositionKnown.UNKNOWN, None)),
        ([answer(result(), left_out=(LeftOut.ENGINES,))], (PositionKnown.UNKNOWN, None)),
        ([answer(result()), answer(left_out=(LeftOut.ENGINES,))], (PositionKnown.UNKNOWN, None)),
        ([answer(result(), left_out=(LeftOut.RESULTS,))], (PositionKnown.UNKNOWN, None)),
        ([replace(answer(), kind=PageKind.UNKNOWN)], (PositionKnown.UNKNOWN, None)),
        ([], (PositionKnown.UNKNOWN, None)),
    ],
)
def test_a_position_is_known_unknown_or_absent(
    pages: list[ParsedPage], expected: tuple[PositionKnown, int | None]
) -> None:
    """Absent only where everything was given and it is not among it."""
    assert position_of(pages, URL) == expected


def test_what_is_no_address_has_no_position() -> None:
    """It is not absent either: it was never looked for."""
    assert position_of([answer(result())], "javascript:x") == (PositionKnown.UNKNOWN, None)


@pytest.mark.parametrize(
    "body", [b"Too Many Requests", b"<html><form id=captcha>", b'{"error": "limited"}', b"[]", b""]
)
def test_an_answer_that_is_none_leaves_positions_unknown(body: bytes) -> None:
    """A limiter, a captcha, a form: a provider that did not answer shows nobody absent."""
    page = read_page(FetchedPage(url="https://search.example/search?q=x&format=json", body=body))

    assert position_of([page], URL) == (PositionKnown.UNKNOWN, None)


def test_brave_is_asked_with_a_key_in_no_address() -> None:
    """Results as they are, of one language and country."""
    ask = BRAVE.ask("Calendar 2027 & more?", 2)

    assert ask.url == (
        "https://api.search.brave.com/res/v1/web/search?q=Calendar%202027%20%26%20more%3F&count=20&offset=2"
        "&result_filter=web&safesearch=off&spellcheck=false&text_decorations=false&search_lang=fr&country=FR"
    )
    assert (ask.accept, ask.provider, ask.locale, ask.needs_key, ask.page) == (
        "application/json",
        "brave",
        "fr-FR",
        True,
        2,
    )


def test_searxng_is_asked_for_json_without_a_key() -> None:
    """Below the folder that it is in."""
    ask = SEARXNG.ask("a\nb", 1)

    assert ask.url == (
        "https://search.example/sub/search?q=a%20b&format=json&categories=general&safesearch=0&pageno=2&language=fr-FR"
    )
    assert (ask.provider, ask.needs_key, ask.is_service) == ("searxng:search.example", False, True)


def test_a_query_cannot_become_another_parameter() -> None:
    """Nor another address, however it is written."""
    for provider in (BRAVE, SEARXNG):
        url = provider.ask("x&format=html#y?z=../\x00", 0).url

        assert "&format=html" not in url
        assert url.startswith(("https://api.search.brave.com/res/v1/web/search?q=x%26", "https://search.example/sub/"))


@pytest.mark.parametrize("query", ["!!g calendar", "!images :fr <9 ?x calendar", "calendar !!wfr", "!!!!g  ! calendar"])
def test_a_query_gives_no_orders(query: str) -> None:
    """With two marks, SearXNG sends whoever asks, and the query, to a site that the settings do not name."""
    url = SEARXNG.ask(query, 0).url

    assert "calendar" in url
    assert not {"!", "%21", "%3A", "%3C", "%3F"} & {url[i : i + n] for i in range(len(url)) for n in (1, 3)}


@pytest.mark.parametrize(
    "title, read",
    [
        ("<strong>Calendar</strong> 2027", "Calendar 2027"),
        ("all &amp; more &#x27;x&#x27;", "all & more 'x'"),
        ("3<4 words that stay", "3<4 words that stay"),
        ("<script>words that stay", "<script>words that stay"),
        ("<!-- words that stay", "<!-- words that stay"),
    ],
)
def test_the_gate_sees_every_word_of_a_result(title: str, read: str) -> None:
    """Only what marks the words of the query is dropped."""
    rows = {"results": [{"url": URL, "title": title}]}
    body = json.dumps({"type": "search", "query": {}, "web": rows}).encode()

    assert [one.title for one in read_page(FetchedPage(url=BRAVE.url, body=body)).results] == [read]


def test_a_long_query_is_cut_where_providers_cut_it() -> None:
    """Brave takes 400 characters."""
    assert "q=" + "x" * 400 + "&" in BRAVE.ask("x" * 5_000, 0).url


def test_more_pages_are_asked_only_as_far_as_positions_matter() -> None:
    """And only of whom was asked: the key goes with it."""
    ask = BRAVE.ask("x", 0)
    page = answer(result(), next_url="https://api.search.brave.com/res/v1/web/search?q=x&offset=1")
    following = follow(page, ask)

    assert following
    assert (following.page, following.needs_key) == (1, True)
    assert follow(page, replace(ask, page=SEARCH_PAGES_MOST - 1)) is None
    assert follow(replace(page, next_url="https://evil.example/?offset=1"), ask) is None
    assert follow(replace(page, next_url="http://api.search.brave.com/?offset=1"), ask) is None


def test_providers_are_those_that_settings_name() -> None:
    """In their order; an instance without an address is none."""
    named = providers_of(["searxng", "brave", "searxng"], searxng_url="https://search.example", locale="fr-FR")

    assert [provider.name for provider in named] == ["searxng:search.example", "brave"]
    assert [p.name for p in providers_of(["searxng", "brave"], searxng_url="", locale="")] == ["brave"]
    assert providers_of([], searxng_url="https://search.example", locale="") == ()


def test_a_request_has_no_room_for_a_picture() -> None:
    """Nothing can be sent but an address: a search by picture would show her to a stranger."""
    assert {field.name for field in fields(ChannelAsk)} == {
        *("url", "accept", "provider", "locale", "needs_key", "is_service", "since", "page")
    }
