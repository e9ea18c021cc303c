"""The room's contract: every engine reads its own examples; whatever else comes in, a value or a reason comes out."""

from __future__ import annotations

import json
from typing import cast

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from collect.hostile import PAGES, mutated
from collect.plain import plainly_paged
from rempart.collect import ExamplePage, FetchedPage, canonical, parse_page, read_page
from rempart.collect.document import Document
from rempart.collect.examples import EXAMPLES
from rempart.collect.parsed import write_page
from rempart.errors import MediaError
from rempart.hazmat import Json
from rempart.model.collected import LOCATORS, Engine, LeftOut, MediaReference, PageKind, ParsedPage

#: How a thread of XenForo and one of phpBB begin.
_THREADS = (
    '<html id="XF"><article class="message" data-content="post-1"></article>',
    '<html><body id="phpbb"><div class="post" id="p1"></div>',
)


def all_media(page: ParsedPage) -> list[MediaReference]:
    """Return every reference of a page."""
    return [*page.media, *(one for post in page.posts for one in post.media)]


def checked(page: FetchedPage) -> ParsedPage | None:
    """Read a page and check what holds of every one; None where there is a reason instead."""
    try:
        found = read_page(page)
    except MediaError:
        return None
    told = cast("dict[str, Json]", json.loads(json.dumps(write_page(found))))
    assert parse_page(told) == found  # what the parent refuses never comes out: other schemes, too much of anything
    urls = [one.url for one in all_media(found) if one.kind not in LOCATORS]
    urls += [post.url for post in found.posts] + [one.url for one in found.results]
    for url in [*urls, *(link.url for link in found.links), found.next_url, found.last_url, found.canonical_url]:
        assert url == "" or url.startswith(("https://", "http://"))
        assert canonical(url) == url
    return found


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda e: e.name)
def test_an_example_gives_what_it_must(example: ExamplePage) -> None:
    """Every value of it, and no other; no name of an author anywhere in the record."""
    found = checked(example.page)

    assert found == example.expected
    assert "nobody" not in json.dumps(write_page(found))


def test_every_engine_has_an_example() -> None:
    """One that has none is not tested."""
    assert {example.expected.engine for example in EXAMPLES} == set(Engine)
    assert {example.expected.kind for example in EXAMPLES} == set(PageKind)


@pytest.mark.parametrize("name", PAGES)
def test_a_hostile_page_ends_with_a_value_or_a_reason(name: str) -> None:
    """Nothing else is raised, and what comes out is bounded."""
    checked(PAGES[name])


@pytest.mark.parametrize("number", range(400))
def test_a_damaged_page_ends_with_a_value_or_a_reason(number: int) -> None:
    """Examples with bytes exchanged, removed, doubled."""
    checked(mutated(number))


@settings(max_examples=150, deadline=None)
@given(
    st.binary(max_size=600), st.sampled_from(["text/html", "application/json", "text/plain", ""]), st.text(max_size=40)
)
def test_any_bytes_end_with_a_value_or_a_reason(body: bytes, media_type: str, url: str) -> None:
    """Also under any address."""
    checked(FetchedPage(url=url, body=body, media_type=media_type))


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                "<a href='",
                "//x.example/",
                "javascript:",
                "data:,",
                "?sid=1&",
                "'>",
                "<img src=",
                "<blockquote>",
                "</",
                "p>",
                "<article class=message data-content=post-1>",
                "<div class=bbWrapper>",
                "\u202e",
                "é",
                "&#0;",
                " ",
                "#",
                "%",
            ]
        ),
        max_size=60,
    )
)
def test_any_markup_ends_with_a_value(parts: list[str]) -> None:
    """Pieces of markup and addresses in any order."""
    assert (
        checked(FetchedPage(url="https://f.example/t/1", body=('<html id="XF">' + "".join(parts)).encode())) is not None
    )


@pytest.mark.parametrize(
    "name, what",
    [
        ("100,000 links", LeftOut.MEDIA),
        ("100,000 links of no engine", LeftOut.LINKS),
        ("3,000 posts", LeftOut.POSTS),
        ("a text of 5 MB", LeftOut.TEXT),
        ("20,000 spans", LeftOut.TEXT),
        ("a sitemap of 60,000 pages", LeftOut.LINKS),
        ("no address", LeftOut.ADDRESSES),
        ("Mastodon, 3,000 statuses", LeftOut.POSTS),
        ("Mastodon, a status of 5 MB", LeftOut.TEXT),
        ("Telegram, 20,000 pictures", LeftOut.MEDIA),
        ("SearXNG, 5,000 results", LeftOut.RESULTS),
        ("SearXNG, wrong types", LeftOut.ENGINES),
        ("SearXNG, results of another kind", LeftOut.ADDRESSES),
    ],
)
def test_what_is_cut_is_said(name: str, what: LeftOut) -> None:
    """A page that has more than is read says of what."""
    found = checked(PAGES[name])

    assert found is not None
    assert what in found.left_out


@pytest.mark.parametrize(
    "name",
    [
        "more tags than any page",
        "Mastodon, a status of a million tags",
        "a sitemap bomb",
        "a feed that defines entities",
    ],
)
def test_what_expands_is_refused_before_it_does(name: str) -> None:
    """With its reason."""
    with pytest.raises(MediaError) as caught:
        read_page(PAGES[name])

    assert caught.value.reason == "bomb"


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                *("<div class=pagination>", "</div>", "<ul class=pageNav-main>", "</ul>", "<li>", "</li>"),
                *("<li class=next>", "<li class=pageNav-page>", "<a class=dropdown-trigger href=/t>9</a>"),
                *("<a href=/p2>2</a>", "<a href=/p03>03</a>", "<a href=/p3>3</a>", "<a rel=next href=/n>n</a>", "<a>4"),
            ]
        ),
        max_size=30,
    ),
    st.sampled_from(_THREADS),
)
@example(["<ul class=pageNav-main>"] * 2 + ["<li class=pageNav-page>", "<a href=/p2>2</a>"], _THREADS[0])
def test_the_pages_of_a_thread_are_found_as_plainly(parts: list[str], start: str) -> None:
    """The next one and the last, whatever the bars hold that name them, and whatever stands in what."""
    page = FetchedPage(url="https://f.example/t", body=f"{start}{''.join(parts)}".encode(), media_type="text/html")
    found = read_page(page)

    assert (found.next_url, found.last_url) == plainly_paged(Document(page.body, url=page.url), found.engine)


def test_a_leak_that_is_quoted_counts_once() -> None:
    """Its text and its picture are those of the post that brought it, whoever quotes it in whatever depth."""
    leak = b'<a href="https://host.example/leak">leak</a>'
    quote = b'<blockquote class="bbCodeBlock--quote">' + b"<blockquote>" * 3 + leak + b"</blockquote>" * 4
    posts = b"".join(
        b'<article class="message" data-content="post-%d"><div class="bbWrapper">%b</div></article>' % (k, inside)
        for k, inside in enumerate((leak, quote + b"wow", quote + b"thanks"))
    )

    found = read_page(FetchedPage(url="https://f.example/threads/x.1/", body=b'<html id="XF">' + posts))

    assert [post.text for post in found.posts] == ["leak", "wow", "thanks"]
    assert [one.url for one in all_media(found)] == ["https://host.example/leak"]


def test_a_page_is_read_in_the_letters_that_it_says() -> None:
    """In its head, or in what the host says of it."""
    body = "<html><head><meta charset=windows-1251><title>Слово</title></head></html>".encode("cp1251")

    assert read_page(FetchedPage(url="https://f.example/", body=body)).title == "Слово"
    body = body.replace(b"<meta charset=windows-1251>", b"")
    assert read_page(FetchedPage(url="https://f.example/", body=body, charset="windows-1251")).title == "Слово"


def test_what_turns_or_hides_letters_is_dropped() -> None:
    """A word that is written with invisible signs in it is the word; nothing reverses a line of the console."""
    body = "<html><title>a\u200bb\u202ec\x1b[2J</title></html>".encode()

    assert read_page(FetchedPage(url="https://f.example/", body=body)).title == "abc[2J"


def test_a_page_that_has_a_login_form_and_content_is_no_wall() -> None:
    """Most forums have one in their head."""
    form = b'<form><input type="password"></form>'
    posts = b'<article class="message" data-content="post-1"><div class="bbWrapper">x</div></article>'
    found = read_page(FetchedPage(url="https://f.example/threads/x.1/", body=b'<html id="XF">' + form + posts))

    assert (found.kind, found.wall) == (PageKind.THREAD, "none")


@pytest.mark.parametrize("name", ["Mastodon, numbers that are paths", "Mastodon, an account that is a path"])
def test_a_number_that_is_a_path_is_no_number(name: str) -> None:
    """It would be written into the next address."""
    found = checked(PAGES[name])

    assert found is not None
    assert (found.engine, found.engine_id, found.posts, found.next_url) == (Engine.MASTODON, "", (), "")


@pytest.mark.parametrize(
    "before, after",
    [
        ("<slash:comments>3<", "<slash:comments>4<"),
        ("<description>&lt;p&gt;5 posts", "<description>&lt;p&gt;6 posts"),
    ],
)
def test_an_entry_that_grew_shows_it_though_its_date_stays(before: str, after: str) -> None:
    """Discourse and django-machina write when a thread began: that says nothing of what was added."""
    feed = (
        '<rss version="2.0" xmlns:slash="http://purl.org/rss/1.0/modules/slash/"><channel><title>F</title><item>'
        "<title>T</title><link>https://f.example/t/1</link><pubDate>Sun, 22 Nov 2026 11:07:00 +0100</pubDate>"
        "<slash:comments>3</slash:comments><description>&lt;p&gt;5 posts&lt;/p&gt;</description></item></channel></rss>"
    )

    [one] = read_page(FetchedPage(url="https://f.example/rss", body=feed.encode())).links
    [same] = read_page(FetchedPage(url="https://f.example/rss", body=feed.encode())).links
    [other] = read_page(FetchedPage(url="https://f.example/rss", body=feed.replace(before, after).encode())).links

    assert one.changed_at is other.changed_at is None
    assert one.last_post_id == same.last_post_id != other.last_post_id
