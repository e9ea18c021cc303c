"""A real engine, django-machina: what it serves is read as what it holds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from rempart.model.collected import Engine, PageKind, ReferenceKind, Wall
from targets.asking import asked, read, read_all
from targets.board import Board, File
from targets.engine_site import Setting
from targets.machina import MachinaSite

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
#: A thread of 7 pages, behind 21 others.
LONG = 22


def board() -> Board:
    """Return 21 short threads and a long one, a leak on its page 7."""
    made = Board(seed=5)
    made.fill(threads=LONG - 1, posts=3, picture_every=3)
    made.open_thread("Calendar 2027, the whole set")
    for place in range(100):
        made.append(LONG, quotes=made.threads[LONG].posts[-1].number if place % 5 == 4 else None)
    made.put(LONG, 6 * 15 + 3, [File(name="page (7).jpg", body=b"\xff\xd8" + bytes(3_000))])
    return made


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MachinaSite]:
    """Start one for all tests of this file: each adds to threads of its own."""
    with MachinaSite(tmp_path_factory.mktemp("machina") / "site", board()) as started:
        yield started


def test_the_index_leads_to_the_forum(site: MachinaSite) -> None:
    """And its category."""
    found = read(site.url("/"))

    assert (found.engine, found.kind) == (Engine.MACHINA, PageKind.FORUM)
    assert site.forum_url() in [link.url for link in found.links]


def test_every_topic_is_listed_with_its_newest_post(site: MachinaSite) -> None:
    """Over two pages, the one that changed last first."""
    pages = read_all(site.forum_url())

    links = [link for page in pages for link in page.links]
    threads = site.board.threads
    assert [page.title for page in pages] == ["Requests", "Requests"]
    assert {link.url for link in links} == {site.thread_url(number) for number in threads}
    assert {link.engine_id: link.last_post_id for link in links} == {
        str(number): str(thread.posts[-1].number) for number, thread in threads.items()
    }


def test_a_topic_is_read_page_by_page(site: MachinaSite) -> None:
    """Every post once, in order, without what it quotes; section and title for the gate."""
    pages = read_all(site.thread_url(LONG))

    held = site.board.threads[LONG].posts
    posts = [post for page in pages for post in page.posts]
    assert [(post.engine_id, post.text) for post in posts] == [(str(post.number), post.text) for post in held]
    assert [post.author_key for post in posts] == [str(post.author) for post in held]
    assert {(page.title, page.section) for page in pages} == {(site.board.threads[LONG].title, "Requests")}
    assert pages[0].last_url == pages[-1].canonical_url == site.thread_url(LONG, len(pages))
    assert any(post.quotes for post in held)


def test_the_leak_stands_on_page_7(site: MachinaSite) -> None:
    """With the number of its attachment, a name, and nearly its size; the bytes are those that were given."""
    [attached] = [one for post in read(site.thread_url(LONG, 7)).posts for one in post.media]

    [number] = site.board.threads[LONG].posts[6 * 15 + 3].files
    assert (attached.kind, attached.engine_id, attached.url) == (
        ReferenceKind.ATTACHMENT,
        str(number),
        site.file_url(number),
    )
    assert attached.name == "page_7.jpg"
    assert attached.size_bytes == pytest.approx(3_002, rel=0.1)
    assert asked(attached.url)[2] == site.board.files[number].body


def test_what_is_added_is_seen_where_it_stands(site: MachinaSite) -> None:
    """First in the list under a new number, last in its topic, with its picture and its link."""
    post = site.append_post(1, "new here", files=[File(name="a.jpg", body=b"\xff\xd8")], links=["https://h.example/a"])

    first = read(site.forum_url()).links[0]
    newest = read_all(site.thread_url(1))[-1].posts[-1]
    assert (first.engine_id, first.last_post_id) == ("1", str(post.number))
    assert (newest.engine_id, newest.text) == (str(post.number), "new here\nthere")
    assert [(one.kind, one.url) for one in newest.media] == [
        (ReferenceKind.LINK, "https://h.example/a"),
        (ReferenceKind.ATTACHMENT, site.file_url(post.files[0])),
    ]


def test_the_address_of_one_post_is_its_page(site: MachinaSite) -> None:
    """The same page has one address but for what the number of the page says."""
    found = read(f"{site.thread_url(LONG)}?post={site.board.threads[LONG].posts[-1].number}")

    assert str(site.board.threads[LONG].posts[-1].number) in [post.engine_id for post in found.posts]
    assert "post=" not in found.canonical_url


def test_the_feed_leads_to_the_topics(site: MachinaSite) -> None:
    """All of them."""
    found = read(site.feed_url())

    assert found.engine is Engine.FEED
    assert {link.url for link in found.links} == {site.thread_url(number) for number in site.board.threads}


def test_the_feed_shows_that_something_is_new(site: MachinaSite) -> None:
    """Its dates are those of the first posts, and never change: the sign of its entry does."""
    before = {link.url: link for link in read(site.feed_url()).links}
    site.append_post(2)

    after = {link.url: link for link in read(site.feed_url()).links}

    changed = site.thread_url(2)
    assert after[changed].changed_at == before[changed].changed_at
    assert [url for url in after if after[url].last_post_id != before[url].last_post_id] == [changed]


def test_what_is_removed_is_not_found(site: MachinaSite) -> None:
    """As after a takedown: the attachment answers 404, and the page shows it no more."""
    post = site.append_post(3, files=[File(name="b.jpg", body=b"\xff\xd8")])
    site.remove_file(post.files[0])

    assert asked(site.file_url(post.files[0]))[0] == 404
    assert read_all(site.thread_url(3))[-1].posts[-1].media == ()


def test_a_path_can_answer_otherwise(site: MachinaSite) -> None:
    """So that a test can say 429, or 410."""
    site.override("/busy", 429, {"Retry-After": "120"})

    status, headers, _ = asked(site.url("/busy"))

    assert (status, headers["retry-after"]) == (429, "120")


def test_it_writes_down_what_it_is_asked(site: MachinaSite) -> None:
    """With query, status and headers, once the answer is there."""
    asked(site.url("/robots.txt?x=1"), User_Agent="Rempart/1")

    newest = site.log.requests[-1]
    assert (newest.path, newest.status, newest.agent) == ("/robots.txt?x=1", 200, "Rempart/1")


def test_what_is_not_open_leads_to_a_form(site: MachinaSite) -> None:
    """Members' pages are not asked for by robots.txt; a post by a guest is no way in."""
    status, headers, _ = asked(f"{site.forum_url()}topic/create/")

    assert (status, headers["location"].partition("?")[0]) == (302, "/login/")
    assert read(site.forum_url()).wall is Wall.NONE
    assert b"Disallow: /member/" in asked(site.url("/robots.txt"))[2]


def test_the_mirror_holds_the_same_below_another_prefix(
    site: MachinaSite, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """The same words and bytes under other numbers."""
    other = replace(Setting(), section="Archive", node=7, prefix="talk/")
    with site.as_mirror(tmp_path_factory.mktemp("machina") / "mirror", other) as mirror:
        pages = read_all(mirror.thread_url(500_000 + LONG))
        listed = read(mirror.forum_url())
        [attached] = [one for post in pages[6].posts for one in post.media]

        assert listed.engine_id == "7"
        assert {link.engine_id for link in listed.links} <= {str(500_000 + number) for number in site.board.threads}
        assert [p.text for page in pages for p in page.posts] == [p.text for p in site.board.threads[LONG].posts]
        assert asked(attached.url)[2] == b"\xff\xd8" + bytes(3_000)
