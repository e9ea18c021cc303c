"""With what a visit begins: a thread on its last page, a feed, a sitemap, a list of addresses."""

from __future__ import annotations

from pathlib import Path

import pytest

from rempart.app.watch_channel import ChannelFollowing
from rempart.app.watch_events import HealthChanged
from rempart.app.watch_seeding import Seeder
from rempart.model.frontier import Ask
from rempart.model.source import Health, SourceKind
from targets.board import File
from targets.forum import Forum
from targets.xenforo_pages import Look
from watch_scenes import Scene, leaked

pytestmark = pytest.mark.enable_socket

SMALL = Look(posts_per_page=4, threads_per_page=4)
LEAK = File(name="view.jpg", body=leaked())


def path_of(forum: Forum, url: str) -> str:
    """Return an address's path."""
    return url.partition(str(forum.port))[2]


def test_a_thread_as_a_source_is_read_and_then_asked_for_on_its_last_page(scene: Scene) -> None:
    """Its whole length once; afterwards what is new."""
    with Forum(threads=2, posts=9, picture_every=0, look=SMALL) as forum:
        source = scene.add(forum.thread_url(1), depth=0)
        scene.watch(forum.url())
        assert path_of(forum, forum.thread_url(1, 3)) in forum.log.paths
        assert len(forum.log.under("/threads/")) == 3
        for _ in range(4):
            forum.append_post(1, files=[LEAK])
        forum.log.forget()

        _, tally = scene.again(source, forum.url())

        assert forum.log.counts.keys() & {path_of(forum, forum.thread_url(1, page)) for page in (1, 2)} == set()
        assert len(forum.log.under("/threads/")) == 2
        assert tally.new == 4
        forum.log.forget()
        forum.append_post(1, files=[LEAK])
        assert scene.again(source, forum.url())[1].new == 1
        assert forum.log.paths[0] == path_of(forum, forum.thread_url(1, 4))


def test_a_feed_leads_to_threads_that_changed(scene: Scene) -> None:
    """Each is read; at the next visit only the one that has something new."""
    with Forum(threads=3, posts=2, picture_every=0) as forum:
        url = forum.url(f"{forum.look.forum_path}index.rss")
        source = scene.add(url, kind=SourceKind.FEED)
        scene.watch(url)
        assert len(forum.log.under("/threads/")) == 3
        forum.append_post(2, files=[LEAK])
        forum.log.forget()

        _, tally = scene.again(source, url)

        assert [request.path for request in forum.log.under("/threads/")] == [path_of(forum, forum.thread_url(2))]
        assert tally.new == 1


def test_a_sitemap_leads_to_pages_that_changed(scene: Scene) -> None:
    """By the day that it says."""
    with Forum(threads=3, posts=2, picture_every=0) as forum:
        url = forum.url("/sitemap.xml")
        source = scene.add(url, kind=SourceKind.SITEMAP)
        scene.watch(url)
        assert len(forum.log.under("/threads/")) == 3
        forum.append_post(2, files=[LEAK])
        forum.log.forget()

        _, tally = scene.again(source, url)

        assert [request.path for request in forum.log.under("/threads/")] == [path_of(forum, forum.thread_url(2))]
        assert tally.new == 1


def test_a_list_names_pages_and_pictures_of_any_host(scene: Scene, tmp_path: Path) -> None:
    """One address a line, with words about it; comments and what is no address are left out."""
    listed = tmp_path / "urls.txt"
    with Forum(threads=1, posts=1) as one, Forum(seed=3, threads=1, posts=1, picture_every=0) as other:
        post = one.append_post(1, files=[LEAK])
        other.append_post(1, files=[LEAK])
        picture = one.file_url(post.files[0], "one.example")
        page = other.thread_url(1, name="other.example")
        listed.write_text(f"# reported\n\n{picture}.jpg a copy\n{page} a thread\nnot an address\n", encoding="utf-8")
        one.overrides[f"{path_of(one, picture)}.jpg"] = one._file(post.files[0])
        source = scene.add(str(listed), kind=SourceKind.LIST, depth=0)

        _, tally = scene.watch(one.url(), other.url())

        assert tally.new == 2
        assert {request.path for request in one.log.requests} == {"/robots.txt", f"{path_of(one, picture)}.jpg"}
        assert scene.workspace.sources.get(source.id).tally.requests == 3


@pytest.mark.parametrize(
    "name, ask",
    [
        ("view.jpg.exe", Ask.PAGE),
        ("files?name=view.jpg", Ask.PAGE),
        ("view.JPE?exp=1", Ask.MEDIA),
        ("a.heif", Ask.MEDIA),
    ],
)
def test_a_line_that_names_a_picture_is_asked_for_as_one(scene: Scene, tmp_path: Path, name: str, ask: Ask) -> None:
    """Lists knew fewer endings than pages do: what they did not know was read as a page, and not compared."""
    listed = tmp_path / "urls.txt"
    listed.write_text(f"https://forum.example/{name}\n", encoding="utf-8")
    source = scene.add(str(listed), kind=SourceKind.LIST)
    workspace, now = scene.workspace, scene.workspace.database.instant()

    assert list(Seeder(workspace, ChannelFollowing(workspace, ())).seed([source], now))

    item = workspace.frontier.claim("one", now)
    assert item is not None
    assert item.new.ask is ask


def test_words_beside_an_address_are_judged(scene: Scene, tmp_path: Path) -> None:
    """As a reporter's are: nothing of it is asked for."""
    listed = tmp_path / "urls.txt"
    with Forum(threads=1, posts=1) as forum:
        listed.write_text(f"{forum.thread_url(1)} photos de lycéenne\n", encoding="utf-8")
        scene.add(str(listed), kind=SourceKind.LIST)

        _, tally = scene.watch(forum.url())

        assert (tally.stopped, len(forum.log)) == (1, 0)


@pytest.mark.parametrize("content", [None, b"x" * (32 * 1024 * 1024 + 1)], ids=["not there", "too large"])
def test_a_list_that_cannot_be_read_says_so(scene: Scene, tmp_path: Path, content: bytes | None) -> None:
    """The other sources are visited."""
    path = tmp_path / "urls.txt"
    if content is not None:
        path.write_bytes(content)
    source = scene.add(str(path), kind=SourceKind.LIST)
    with Forum(threads=1, posts=1) as forum:
        scene.add(forum.url())

        events, tally = scene.watch(forum.url())

    bad = [event for event in events if isinstance(event, HealthChanged) and event.source.id == source.id]
    assert [event.health for event in bad] == [Health.MISSING if content is None else Health.NOT_READ]
    assert tally.pages == 2


@pytest.mark.parametrize(
    "text, said",
    [
        ("", "the file has no line"),
        ("# nothing yet\n\n", "the file has no line"),
        ("forum.example/threads/5/\nftp://forum.example/\n", "2 of its 2 lines are no address"),
    ],
)
def test_a_list_without_an_address_is_said(scene: Scene, tmp_path: Path, text: str, said: str) -> None:
    """Lines were left out in silence, and the source stayed as if nobody had visited it."""
    listed = tmp_path / "urls.txt"
    listed.write_text(text)
    source = scene.add(str(listed), kind=SourceKind.LIST)

    events, _ = scene.watch("http://forum.example:80/")

    [change] = [event for event in events if isinstance(event, HealthChanged)]
    assert said in change.words
    assert scene.health(source) is Health.NOT_READ
