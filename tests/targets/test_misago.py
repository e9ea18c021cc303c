"""A real engine with an interface for programs, Misago on PostgreSQL: what it serves is read as what it holds.

In the slower set: only where scripts/targets misago was run, or REMPART_REQUIRE names it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
from protego import Protego

from databases import PostgresServer
from rempart.model.collected import Engine, PageKind, ParsedPage, ParsedPost, ReferenceKind
from targets.asking import asked, read, read_all
from targets.board import Board, File, picture
from targets.engine_site import interpreter
from targets.misago import MisagoSite

pytestmark = [pytest.mark.slow, pytest.mark.allow_hosts(["127.0.0.1"])]
#: A thread of 7 pages, behind 21 others.
LONG = 22


def board() -> Board:
    """Return 21 short threads and a long one, a leak on its page 7."""
    made = Board(seed=6)
    made.fill(threads=LONG - 1, posts=2, picture_every=2)
    made.open_thread("Calendar 2027, the whole set")
    for place in range(100):
        made.append(LONG, quotes=made.threads[LONG].posts[-1].number if place % 5 == 4 else None)
    made.put(LONG, 6 * 15 + 3, [File(name="page-7.jpg", body=picture(999))])
    return made


@pytest.fixture(scope="module")
def site(postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[MisagoSite]:
    """Start one for all tests of this file: each adds to threads of its own."""
    with MisagoSite.on(postgres, tmp_path_factory.mktemp("misago") / "site", board()) as started:
        yield started


@pytest.fixture(autouse=True, scope="module")
def is_built() -> None:
    """Skip everything before a server of PostgreSQL is started."""
    interpreter("misago")


def posts_of(pages: list[ParsedPage]) -> list[ParsedPost]:
    """Return every post once: the last one of a page stands again on the next."""
    return list({post.engine_id: post for page in pages for post in page.posts}.values())


def test_its_own_robots_lets_pages_be_read_and_no_interface(site: MisagoSite) -> None:
    """Why pages are read, and not what is made for programs."""
    robots = Protego.parse(asked(site.url("/robots.txt"))[2].decode())

    assert robots.can_fetch(site.thread_url(LONG), "Rempart")
    assert not robots.can_fetch(site.api_url(LONG), "Rempart")


def test_every_thread_is_listed_with_its_newest_post(site: MisagoSite) -> None:
    """Over two pages, with when; the category's name is there for the gate."""
    pages = read_all(site.forum_url())

    links = {link.engine_id: link for page in pages for link in page.links}
    held = {str(number): thread.posts[-1] for number, thread in site.board.threads.items()}
    assert {(page.engine, page.kind, page.title) for page in pages} == {(Engine.MISAGO, PageKind.FORUM, "Requests")}
    assert {number: link.last_post_id for number, link in links.items()} == {n: str(p.number) for n, p in held.items()}
    assert {number: link.changed_at for number, link in links.items()} == {n: p.at for n, p in held.items()}
    assert links[str(LONG)].url == site.thread_url(LONG)


def test_the_index_leads_to_the_category(site: MisagoSite) -> None:
    """Beside all threads."""
    assert site.forum_url() in [link.url for link in read(site.url("/")).links if link.kind is PageKind.FORUM]


def test_a_thread_is_read_page_by_page(site: MisagoSite) -> None:
    """Every post, in order, with when, without what it quotes; section and title for the gate."""
    pages = read_all(site.thread_url(LONG))

    held = site.board.threads[LONG].posts
    posts = posts_of(pages)
    assert [(post.engine_id, post.text) for post in posts] == [(str(post.number), post.text) for post in held]
    assert [post.posted_at for post in posts] == [post.at for post in held]
    assert {(page.title, page.section) for page in pages} == {(site.board.threads[LONG].title, "Requests")}
    assert pages[0].last_url == pages[-1].canonical_url == site.thread_url(LONG, len(pages))
    assert len(pages) == 7
    assert any(post.quotes for post in held)


def test_the_interface_says_what_the_pages_say(site: MisagoSite) -> None:
    """For a site whose robots.txt lets it be used."""
    told, shown = read(site.api_url(LONG, 7)), read(site.thread_url(LONG, 7))

    assert (told.posts, told.title, told.section, told.engine_id) == (
        shown.posts,
        shown.title,
        shown.section,
        shown.engine_id,
    )


def test_the_leak_stands_on_page_7(site: MisagoSite) -> None:
    """With its number, name and size; its address leads on to the file, whose bytes are those that were given."""
    [attached] = [one for post in read(site.thread_url(LONG, 7)).posts for one in post.media]
    status, headers, _ = asked(attached.url)

    [number] = site.board.threads[LONG].posts[6 * 15 + 3].files
    body = site.board.files[number].body
    assert (attached.kind, attached.engine_id, attached.name, attached.size_bytes) == (
        ReferenceKind.ATTACHMENT,
        str(number),
        "page-7.jpg",
        len(body),
    )
    assert status == 302
    assert asked(site.url(headers["location"]))[2] == body


def test_what_is_added_is_seen_where_it_stands(site: MisagoSite) -> None:
    """First in the list under a new number and instant, last in its thread."""
    post = site.append_post(1, "new here", files=[File(name="a.jpg", body=picture(4))], links=["https://h.example/a"])

    first = read(site.forum_url()).links[0]
    newest = read_all(site.thread_url(1))[-1].posts[-1]
    assert (first.engine_id, first.last_post_id, first.changed_at) == ("1", str(post.number), post.at)
    assert (newest.engine_id, newest.text) == (str(post.number), "new here\nthere")
    assert {(one.kind, one.name or one.url) for one in newest.media} == {
        (ReferenceKind.LINK, "https://h.example/a"),
        (ReferenceKind.ATTACHMENT, "a.jpg"),
    }


def test_what_is_removed_is_no_longer_shown_and_its_address_shows_another_picture(site: MisagoSite) -> None:
    """It answers neither 404 nor 410 but leads to a picture of its own that says so: nobody can tell by the status."""
    post = site.append_post(2, files=[File(name="b.jpg", body=picture(5))])
    url = read_all(site.thread_url(2))[-1].posts[-1].media[0].url
    site.remove_file(post.files[0])

    status, headers, _ = asked(url)

    assert read_all(site.thread_url(2))[-1].posts[-1].media == ()
    assert (status, headers["location"]) == (302, "/static/misago/img/attachment-404.png")
    assert asked(site.url(headers["location"]))[0] == 200


def test_the_mirror_holds_the_same_under_other_numbers(
    site: MisagoSite, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """In a database of its own."""
    with site.as_mirror(tmp_path_factory.mktemp("misago") / "mirror") as mirror:
        pages = read_all(mirror.thread_url(500_000 + LONG))

        assert [post.text for post in posts_of(pages)] == [post.text for post in site.board.threads[LONG].posts]
        assert {page.section for page in pages} == {"Archive"}
        assert min(int(post.engine_id) for post in posts_of(pages)) > 500_000


def test_instants_are_utc(site: MisagoSite) -> None:
    """As everywhere."""
    assert {post.posted_at.tzinfo for post in read(site.thread_url(3)).posts if post.posted_at} == {dt.UTC}
