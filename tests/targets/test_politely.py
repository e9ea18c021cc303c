"""Our polite client before real engines and before a host that means harm: the hosts' own logs are the judge."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import cast
from urllib.parse import urlsplit

import pytest

from net.doors import Kind
from net.polite_site import NOW, PoliteDoor, Site
from rempart.collect import FetchedPage, read_page
from rempart.model.courtesy import Blocked, BlockKind, Later, LaterReason
from rempart.model.web import FetchedMedia, FetchMode, NotModified, Page
from rempart.net import PoliteOutcome, Wanted
from targets.board import Board, File, picture
from targets.forum import Forum
from targets.hostile import Hostile
from targets.hostile_answers import RETRY_AFTER_S, ROBOTS
from targets.machina import MachinaSite

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
NAME = "talk.example"


@dataclass(frozen=True)
class _Named:
    """What the door must know of a site."""

    name: str
    port: int


@contextmanager
def watching(port: int) -> Iterator[PoliteDoor]:
    """Open a polite client that knows a target under a name of the web."""
    with PoliteDoor(Kind.THREADS, cast("Site", _Named(NAME, port))) as door:
        yield door


def read(page: PoliteOutcome) -> FetchedPage:
    """Return a page on its way to be parsed."""
    assert isinstance(page, Page)
    return FetchedPage(url=page.url, body=page.body, media_type=page.media_type, charset=page.charset)


def test_a_real_engine_is_asked_slowly_by_name_and_where_its_robots_lets_us(tmp_path: Path) -> None:
    """A list, a topic, a picture as memory: one robots.txt before them; a member's page is never asked for."""
    board = Board(seed=3)
    board.fill(threads=2, posts=2, picture_every=0)
    post = board.append(1, files=[File(name="p.jpg", body=picture(3))])
    with MachinaSite(tmp_path / "site", board) as site, watching(site.port) as door:
        forum = door.fetch(site.forum_url(name=NAME), wait_s=60)
        topic = door.fetch(site.thread_url(1, name=NAME), wait_s=60)
        [attached] = read_page(read(topic)).posts[-1].media
        media = door.fetch(attached.url, wait_s=60, wanted=Wanted(mode=FetchMode.MEDIA))
        member = door.fetch(site.url("/member/profile/1/", NAME), wait_s=60)
        asked = site.log.requests

    assert [link.engine_id for link in read_page(read(forum)).links] == ["1", "2"]
    assert attached.engine_id == str(post.files[0])
    assert isinstance(media, FetchedMedia)
    with media.memory as memory:
        assert memory.size_bytes == len(picture(3))
    assert isinstance(member, Blocked)
    assert member.kind is BlockKind.ROBOTS
    paths = [urlsplit(url).path for url in (site.forum_url(), site.thread_url(1), attached.url)]
    assert [one.path for one in asked] == ["/robots.txt", *paths]
    assert {one.headers["host"] for one in asked} == {f"{NAME}:{site.port}"}
    assert all(one.agent.startswith("Rempart/1 (+https://") for one in asked)
    assert not any("referer" in one.headers or "cookie" in one.headers for one in asked[:2])
    assert len(door.clock.waits) == 2


def test_what_did_not_change_is_not_sent_again() -> None:
    """The second answer has no body."""
    with Forum(threads=1, posts=3) as forum, watching(forum.port) as door:
        first = door.fetch(forum.url(name=NAME), wait_s=60)
        assert isinstance(first, Page)
        again = door.fetch(forum.url(name=NAME), wait_s=60, wanted=Wanted(validators=first.validators))

        assert isinstance(again, NotModified)
        assert [one.status for one in forum.log.requests] == [200, 200, 304]


def test_who_says_that_it_is_busy_is_left_in_peace() -> None:
    """For as long as it says, whatever else is asked of it."""
    with Hostile() as host, watching(host.port) as door:
        door.fetch(host.url("/busy", NAME), wait_s=60)
        later = door.fetch(host.url("/links", NAME), wait_s=60)

        assert isinstance(later, Later)
        assert later.why is LaterReason.BACK_OFF
        assert later.until >= NOW + dt.timedelta(seconds=RETRY_AFTER_S)
        assert [one.path for one in host.log.requests] == ["/robots.txt", "/busy"]


@pytest.mark.parametrize("name", ["refuses everything", "503", "500"])
def test_a_robots_txt_that_refuses_or_fails_keeps_us_out(name: str) -> None:
    """A fault of the server counts as a refusal (RFC 9309 §2.3.1.4)."""
    with Hostile(robots=ROBOTS[name]) as host, watching(host.port) as door:
        outcome = door.fetch(host.url("/links", NAME), wait_s=60)

        assert isinstance(outcome, Blocked | Later)
        assert [one.path for one in host.log.requests] == ["/robots.txt"]


@pytest.mark.parametrize("path, kind", [("/wall", BlockKind.LOGIN_WALL), ("/captcha", BlockKind.CHALLENGE)])
def test_a_wall_is_told_and_not_passed(path: str, kind: BlockKind) -> None:
    """Nothing is sent to its form."""
    with Hostile() as host, watching(host.port) as door:
        outcome = door.fetch(host.url(path, NAME), wait_s=60)

        assert isinstance(outcome, Blocked)
        assert outcome.kind is kind
        assert {one.method for one in host.log.requests} == {"GET"}
