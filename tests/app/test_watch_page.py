"""A page becomes rows: temporary addresses first, walls told, posts remembered a while, circles walked once."""

from __future__ import annotations

import datetime as dt
import itertools
from dataclasses import replace

import pytest

from rempart.app.watch_page import LatelyRead, PostMemory
from rempart.model.collected import (
    Engine,
    MediaReference,
    PageKind,
    ParsedPage,
    ParsedPost,
    ReferenceKind,
)
from rempart.model.frontier import Ask, FrontierState, NewFrontier, Urgency
from rempart.model.source import Health
from targets.board import File
from targets.forum import Forum
from targets.hostile import Hostile
from targets.served import Answer
from watch_scenes import Scene, leaked

NOW = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)
PAGE = ParsedPage(engine=Engine.XENFORO, kind=PageKind.THREAD, canonical_url="https://forum.example/threads/x.1/")
PICTURE = MediaReference(kind=ReferenceKind.IMAGE, url="https://forum.example/1.jpg")


def asked_in(post: str) -> NewFrontier:
    """Make a picture of a post of the page above."""
    return NewFrontier(
        ask=Ask.MEDIA, url="u", key="k", depth=1, urgency=Urgency.MEDIA, post=post, page_url=PAGE.canonical_url
    )


def test_words_of_posts_with_pictures_are_remembered_a_while() -> None:
    """The latest ones; those of others never."""
    memory = PostMemory(most=2)
    posts = [ParsedPost(engine_id=str(n), text="words", media=(PICTURE,)) for n in range(3)]

    memory.add(PAGE, (*posts, ParsedPost(engine_id="9", text="words")))

    assert [memory.find(asked_in(post)) is not None for post in ("0", "1", "2", "9")] == [False, True, True, False]


def test_what_was_read_lately_is_forgotten_after_minutes() -> None:
    """The next visit reads it again."""
    lately = LatelyRead(dt.timedelta(minutes=4))

    lately.add(["a"], NOW)
    lately.add(["b"], NOW + dt.timedelta(minutes=3))
    lately.add(["a"], NOW + dt.timedelta(minutes=6))

    assert set(lately.urls) == {"a", "b"}
    lately.add(["c"], NOW + dt.timedelta(minutes=8))
    assert set(lately.urls) == {"a", "c"}


@pytest.mark.enable_socket
def test_temporary_addresses_are_asked_for_before_anything_else(scene: Scene) -> None:
    """The one that ends first before the others."""
    now = dt.datetime.now(dt.UTC)
    with Forum(threads=3, posts=2, picture_every=0) as forum:
        marks = []
        for minutes in (50, 10):
            path = f"/cdn/{minutes}.jpg?Expires={int((now + dt.timedelta(minutes=minutes)).timestamp())}&Signature=x"
            forum.overrides[path.partition("?")[0]] = Answer(body=leaked(), media_type="image/jpeg")
            marks.append(f'<img class="bbImage" src="{path.replace("&", "&amp;")}">')
        forum.append_post(3, markup="".join(marks), files=[File(name="view.jpg", body=leaked())])
        scene.add(forum.url())

        _, tally = scene.watch(forum.url())

        paths = [path.partition("?")[0] for path in forum.log.paths]
        assert paths[2].startswith("/threads/")
        assert paths[3:5] == ["/cdn/10.jpg", "/cdn/50.jpg"]
        assert paths[5].startswith("/attachments/")
        assert tally.new == 3
        assert {alert.priority for alert in scene.workspace.alerts.all()}


@pytest.mark.enable_socket
def test_a_link_that_has_expired_leaves_a_tombstone(scene: Scene) -> None:
    """And the page is read all the same."""
    signed, asked = dt.datetime.now(dt.UTC), itertools.count()
    with Hostile(clock=lambda: signed + dt.timedelta(hours=next(asked))) as host:
        source = scene.add(host.url("/threads/expiring.2/"))

        _, tally = scene.watch(host.url())

        assert (tally.pages, tally.gone) == (1, 1)
        assert scene.states(source)[FrontierState.GONE] == 1


@pytest.mark.enable_socket
def test_a_forum_that_closes_to_guests_is_told_and_read_again_when_it_opens(scene: Scene) -> None:
    """Rempart never logs in."""
    with Forum(threads=1, posts=2, picture_every=0) as forum:
        source = scene.add(forum.url())
        forum.close_to_guests()
        scene.watch(forum.url())
        assert scene.health(source) is Health.LOGIN_WALL
        assert not forum.log.under("/login", "/register")
        forum.close_to_guests(closed=False)
        forum.append_post(1, files=[File(name="view.jpg", body=leaked())])

        _, tally = scene.again(source, forum.url())

        assert scene.health(source) is Health.WELL
        assert tally.new == 1


@pytest.mark.enable_socket
def test_threads_that_were_closed_are_read_when_they_open_although_their_list_is_as_before(scene: Scene) -> None:
    """A wall of an hour loses no post."""
    with Forum(threads=2, posts=2, picture_every=0) as forum:
        forum.append_post(1, files=[File(name="view.jpg", body=leaked())])
        path = forum.thread_url(1).partition(str(forum.port))[2]
        forum.overrides[path] = Answer(status=403, body=b'<title>Wait</title><div class="cf-turnstile"></div>')
        source = scene.add(forum.url())
        scene.watch(forum.url())
        assert scene.states(source)[FrontierState.BLOCKED] == 1
        del forum.overrides[path]

        _, tally = scene.again(source, forum.url())

        assert tally.new == 1


@pytest.mark.enable_socket
def test_forums_that_lead_to_each_other_are_walked_once_a_visit(scene: Scene) -> None:
    """Without any mark of their version: each is asked for once."""
    with Hostile() as host:

        def shown(other: str) -> bytes:
            node = f'<div class="node-body"><h3 class="node-title"><a href="{other}">more</a></h3></div>'
            body = f'<!DOCTYPE html><html id="XF"><h1 class="p-title-value">Forums</h1>{node}'.encode()
            return b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)

        for one, other in (("a.1", "b.2"), ("b.2", "c.3"), ("c.3", "a.1")):
            answer = shown(f"/forums/{other}/")
            host._replies[f"/forums/{one}/"] = lambda visit, answer=answer: visit.send(answer)  # type: ignore[misc]
        little = scene.with_settings(watch__requests_per_visit=40)
        little.add(host.url("/forums/a.1/"), depth=5)

        little.watch(host.url())

        assert len(host.log) == 4


@pytest.mark.enable_socket
def test_locators_are_written_down_and_not_asked_for(scene: Scene) -> None:
    """A magnet link, an infohash, a content identifier: to be reported."""
    magnet = f"magnet:?xt=urn:btih:{'a1' * 20}&tr=http%3A%2F%2Ftracker.example%2Fannounce"
    with Forum(threads=1, posts=1, picture_every=0) as forum:
        forum.append_post(1, "ipfs://bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi", links=[magnet])
        source = scene.add(forum.url())

        scene.watch(forum.url())
        forum.append_post(1, links=[magnet])
        scene.again(source, forum.url())

        kinds = sorted(one.kind for one in scene.workspace.sightings.locators(source.id))
        assert kinds == [ReferenceKind.IPFS, ReferenceKind.MAGNET]
        assert "tracker.example" not in scene.names.asked


@pytest.mark.enable_socket
def test_a_page_of_letters_that_are_none_is_read(scene: Scene) -> None:
    """Invalid UTF-8 in a thread: its pictures are looked at."""
    with Forum(threads=1, posts=1, picture_every=0) as forum:
        post = forum.append_post(1, files=[File(name="view.jpg", body=leaked())])
        path = forum.thread_url(1).partition(str(forum.port))[2]
        page = forum._page(path, forum.url("/"))
        forum.overrides[path] = replace(
            page, body=page.body.replace(b"since a while", b"\xf0\x28\x8c\xbc \xed\xa0\x80")
        )
        scene.add(forum.url())

        _, tally = scene.watch(forum.url())

        assert tally.new == len(post.files) == 1
