"""Pages of one person, and searches in disguise, are told by their addresses alone."""

from __future__ import annotations

import pytest

from rempart.collect.person_pages import account_in, queries_in


@pytest.mark.parametrize(
    "url",
    [
        "https://forum.example/members/somebody.12/",
        "https://forum.example/board/members/somebody.12/",
        "https://forum.example/u/somebody",
        "https://forum.example/u/somebody.rss",
        "https://forum.example/user/7/",
        "https://forum.example/memberlist.php?mode=viewprofile&u=7",
        "https://forum.example/search/1/?c%5Busers%5D=somebody",
        "https://forum.example/search/1/?c[users]=somebody",
        "https://forum.example/author/somebody/feed/",
        "https://mastodon.example/@somebody",
        "https://mastodon.example/@somebody.rss",
        "https://mastodon.example/%40somebody",
        "https://x.com/somebody",
        "https://www.instagram.com/somebody/",
        "https://somebody.tumblr.com/",
        "https://reddit.com/user/somebody",
        "https://forum.example/index.php?members/somebody.12/",
        "https://forum.example/index.php?/profile/12-somebody/",
        "https://forum.example/index.php?action=profile;u=12",
        "https://archive.example/web/2026/https://x.com/somebody",
        "https://relay.example/?url=https%3A%2F%2Fx.com%2Fsomebody",
        "https://forum.example/?" + "a&" * 200 + "user=7",
    ],
)
def test_a_persons_page_is_recognised(url: str) -> None:
    """By the paths, parameters and hosts that engines give one account."""
    assert account_in(url)


@pytest.mark.parametrize(
    "url",
    [
        "https://forum.example/forums/demandes.42/",
        "https://forum.example/threads/members-only.3/page-2",
        "https://forum.example/viewtopic.php?f=3&t=5",
        "https://forum.example/u/",
        "https://forum.example/c/category/4",
        "https://x.com/search?q=calendar",
        "https://x.com/",
        "https://reddit.com/r/pictures/",
    ],
)
def test_a_place_is_none(url: str) -> None:
    """Sections, threads and first pages are places."""
    assert not account_in(url)


@pytest.mark.parametrize(
    "url, queries",
    [
        ("https://engine.example/search?q=a+b&lang=fr", ("a b",)),
        ("https://forum.example/search/1/?c[title_only]=1&Keywords=a%20b", ("a b",)),
        ("https://forum.example/?s=a&q=b", ("a", "b")),
        ("https://forum.example/?page=2", ()),
        ("https://forum.example/search/a-b/", ("a b",)),
        ("https://forum.example/tags/a+b?page=2", ("a b",)),
        ("https://forum.example/forums/search/", ()),
        ("https://forum.example/?q=", ()),
        ("https://forum.example/?" + "&".join(["q=x"] * 300), ()),
    ],
)
def test_a_search_in_disguise(url: str, queries: tuple[str, ...]) -> None:
    """What an address asks a search of is read as a query is."""
    assert queries_in(url) == queries
