"""The made forum: what it serves is read as what it holds, and what it was asked is written down."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from rempart.model.collected import Engine, PageKind, ReferenceKind, Wall
from targets.access_log import AccessLog, Request
from targets.asking import asked, read, read_all
from targets.board import File
from targets.forum import Forum
from targets.xenforo_pages import Look

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])


@pytest.fixture
def forum() -> Iterator[Forum]:
    """Serve three threads of 25 posts."""
    with Forum(threads=3, posts=25) as made:
        yield made


def test_the_list_of_threads_is_read(forum: Forum) -> None:
    """Every thread, the one that changed last first, with when."""
    forum.append_post(2, "new")

    found = read(forum.url())

    threads = forum.board.threads
    assert (found.engine, found.kind, found.engine_id) == (Engine.XENFORO, PageKind.FORUM, "42")
    assert [link.engine_id for link in found.links] == ["2", "3", "1"]
    assert [link.changed_at for link in found.links] == [threads[n].posts[-1].at for n in (2, 3, 1)]
    assert [link.url for link in found.links] == [forum.thread_url(n) for n in (2, 3, 1)]


def test_a_thread_is_read_page_by_page(forum: Forum) -> None:
    """Every post once, with what it attaches and without what it quotes."""
    pages = read_all(forum.thread_url(1))

    held = forum.board.threads[1].posts
    posts = [post for page in pages for post in page.posts]
    assert [len(page.posts) for page in pages] == [20, 5]
    assert [post.engine_id for post in posts] == [str(post.number) for post in held]
    assert [post.text for post in posts] == [post.text for post in held]
    assert [[one.engine_id for one in post.media] for post in posts] == [[str(n) for n in p.files] for p in held]
    assert pages[0].last_url == forum.thread_url(1, 2)
    assert any(post.quotes for post in held)


def test_an_attachment_is_what_was_given(forum: Forum) -> None:
    """Its bytes, under the address that the page says."""
    post = forum.append_post(1, "see", files=[File(name="leak.jpg", body=b"\xff\xd8 bytes")])

    [attached] = read(forum.thread_url(1, 2)).posts[-1].media

    assert (attached.kind, attached.name) == (ReferenceKind.ATTACHMENT, "leak.jpg")
    assert attached.url == forum.file_url(post.files[0])
    assert asked(attached.url)[2] == b"\xff\xd8 bytes"


def test_a_post_can_be_on_a_page_in_the_middle() -> None:
    """As if it had been there all the time."""
    with Forum(threads=1, posts=140) as forum:
        post = forum.put_post(1, 7, [File(name="leak.jpg", body=b"x")])

        assert read(forum.thread_url(1, 7)).posts[0].media[0].url == forum.file_url(post.files[0])


@pytest.mark.parametrize("page", ["page-9999", "latest"])
def test_a_page_beyond_the_last_leads_to_the_last(forum: Forum, page: str) -> None:
    """With 303, as XenForo does."""
    status, headers, _ = asked(forum.thread_url(1) + page)

    assert status == 303
    assert headers["location"] == urlsplit(forum.thread_url(1, 2)).path


def test_a_long_list_has_pages() -> None:
    """The second has what the first has not."""
    with Forum(threads=5, posts=1, look=Look(threads_per_page=3)) as forum:
        first = read(forum.url())
        second = read(first.next_url)

    assert len({link.engine_id for page in (first, second) for link in page.links}) == 5


@pytest.mark.parametrize(
    "path, engine", [("/sitemap.xml", Engine.SITEMAP), ("/forums/requests.42/index.rss", Engine.FEED)]
)
def test_feed_and_map_lead_to_the_threads(forum: Forum, path: str, engine: Engine) -> None:
    """Under the host's name that was asked."""
    found = read(forum.url(path))

    assert found.engine is engine
    assert {link.url for link in found.links} == {forum.thread_url(n) for n in (1, 2, 3)}
    assert all(link.changed_at or link.last_post_id for link in found.links)


def test_the_mirror_has_the_same_words_under_other_numbers(forum: Forum) -> None:
    """And grows by itself."""
    with forum.as_mirror() as mirror:
        [other] = [link.url for link in read(mirror.url()).links if link.engine_id == "500001"]
        mine, theirs = read(forum.thread_url(1)), read(other)
        mirror.append_post(500_001, "only there")

        assert [post.text for post in mine.posts] == [post.text for post in theirs.posts]
        assert not {post.engine_id for post in mine.posts} & {post.engine_id for post in theirs.posts}
        assert mine.section != theirs.section
        pictures = [asked(next(one.url for post in page.posts for one in post.media))[2] for page in (mine, theirs)]
        assert pictures[0] == pictures[1]
        assert len(forum.board.threads[1].posts) == 25


def test_who_is_not_let_in_sees_a_wall(forum: Forum) -> None:
    """403 and a form, on every page but robots.txt."""
    forum.close_to_guests()

    assert read(forum.url()).wall is Wall.LOGIN
    assert asked(forum.url("/robots.txt"))[0] == 200


def test_what_is_removed_is_gone(forum: Forum) -> None:
    """The path answers 410, others as before."""
    forum.remove(urlsplit(forum.file_url(1)).path)

    assert asked(forum.file_url(1))[0] == 410
    assert asked(forum.file_url(2))[0] == 200


def test_what_is_known_is_not_sent_again(forum: Forum) -> None:
    """Until it changes."""
    mark = asked(forum.thread_url(1, 2))[1]["etag"]

    assert asked(forum.thread_url(1, 2), If_None_Match=mark)[::2] == (304, b"")
    forum.append_post(1)
    assert asked(forum.thread_url(1, 2), If_None_Match=mark)[0] == 200


def test_everything_that_is_asked_is_written_down(forum: Forum) -> None:
    """In order, with status and headers, before the answer is sent."""
    asked(forum.url("/robots.txt"), User_Agent="Rempart/1")
    asked(forum.url("/nowhere"))

    assert [(one.path, one.status) for one in forum.log.requests] == [("/robots.txt", 200), ("/nowhere", 404)]
    assert forum.log.requests[0].agent == "Rempart/1"
    assert forum.log.shortest_pause_s() > 0


def test_the_same_seed_makes_the_same_forum() -> None:
    """And another seed another one."""
    with Forum(seed=1, threads=1, posts=3) as one, Forum(seed=1, threads=1, posts=3) as same, Forum(seed=2) as other:
        texts = [[post.text for post in forum.board.threads[1].posts[:3]] for forum in (one, same, other)]

    assert texts[0] == texts[1] != texts[2]


def test_a_log_is_read_as_it_was_written(tmp_path_factory: pytest.TempPathFactory, forum: Forum) -> None:
    """Even if its last line is half there."""
    asked(forum.url())
    path = tmp_path_factory.mktemp("log") / "access.jsonl"
    [request] = forum.log.requests
    path.write_text(f'{request.to_line()}\n{{"at": "20', encoding="utf-8")

    assert AccessLog.read(path).requests == [request]
    assert isinstance(request, Request)
