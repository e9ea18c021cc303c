"""A leaked copy on page 7 of a thread of a real engine, and on its mirror: one watch finds both, and asks little.

Misago is in the slower set: only where scripts/targets misago was run, or REMPART_REQUIRE names it.
"""

from __future__ import annotations

import datetime as dt
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest

import watch_scenes as scenes
from databases import PostgresServer
from killed_watches import asked_again, assert_once_per_lease, begin
from rempart.app.workspace import Workspace
from rempart.config import Settings
from rempart.model.frontier import FrontierState
from targets.board import Board, File
from targets.engine_site import SHIFT, Setting, interpreter
from targets.machina import MachinaSite
from targets.misago import MisagoSite

pytestmark = [pytest.mark.slow, pytest.mark.allow_hosts(["127.0.0.1"])]
#: A thread of 7 pages, behind four others.
LONG = 5
PAGES = 7
PLACE = 6 * 15 + 3
#: Of a watch that is killed: longer than a first look at a picture takes a busy machine, which starts a sandbox for it.
LEASE_S = 5.0
#: robots.txt, one list, four threads of one page with a picture each, seven pages with one picture.
REQUESTS, PICTURES = 1 + 1 + 4 + PAGES, 5
Site = MachinaSite | MisagoSite


def board() -> Board:
    """Return four short threads and a long one, a leak on its page 7."""
    made = Board(seed=11)
    made.fill(threads=LONG - 1, posts=3, picture_every=3)
    made.open_thread("Calendar 2027, the whole set")
    for place in range(100):
        made.append(LONG, quotes=made.threads[LONG].posts[-1].number if place % 5 == 4 else None)
    made.put(LONG, PLACE, [File(name="page-7.jpg", body=scenes.leaked())])
    return made


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    """An engine that is watched."""

    start: Callable[[Path], Site]
    """Serves the board."""
    mirror: Setting | None
    """How its mirror is set up, if not as the engine's mirrors are."""
    per_picture: int
    """Requests that a picture takes."""
    refused: tuple[str, ...]
    """What its robots.txt refuses and its pages lead to."""


@pytest.fixture(params=["machina", "misago"])
def engine(request: pytest.FixtureRequest) -> Engine:
    """Return each engine that is built here."""
    interpreter(request.param)
    if request.param == "machina":
        other = replace(Setting(), section="Archive", node=7, prefix="talk/")
        refused = ("/member/", "/search/", "/talk/member/", "/talk/search/")
        return Engine(start=lambda at: MachinaSite(at, board()), mirror=other, per_picture=1, refused=refused)
    server = request.getfixturevalue("postgres")
    assert isinstance(server, PostgresServer)
    # Its own robots.txt; an attachment's address leads on to the file.
    return Engine(
        start=lambda at: MisagoSite.on(server, at, board()), mirror=None, per_picture=2, refused=("/api/", "/search/")
    )


@pytest.fixture
def looking(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Settings, Workspace]:
    """Make a workspace that looks for one picture, in no hurry to wait."""
    scenes.without_pace(monkeypatch)
    return scenes.workspace_with_leak(tmp_path)


def path_of(url: str) -> str:
    """Return what a log says of an address."""
    parts = urlsplit(url)
    return f"{parts.path}{f'?{parts.query}' if parts.query else ''}"


def test_one_watch_finds_the_leak_on_the_site_and_on_its_mirror(
    engine: Engine, looking: tuple[Settings, Workspace], tmp_path: Path
) -> None:
    """On the very page; each address once, robots.txt first, and nothing that it refuses."""
    settings, workspace = looking
    with engine.start(tmp_path / "site") as site, site.as_mirror(tmp_path / "mirror", engine.mirror) as mirror:
        urls = {"talk.example": site, "mirror.example": mirror}
        places = [one.forum_url(name=name) for name, one in urls.items()]
        way = scenes.outside(places)
        sources = [scenes.add(workspace, url) for url in places]
        scenes.watch(workspace, settings, way)

        matched = workspace.sightings.all(limit=100)
        assert {one.seen.source for one in matched} == {source.id for source in sources}
        numbers = {name: LONG + (0 if one is site else SHIFT) for name, one in urls.items()}
        pages = {one.thread_url(numbers[name], PAGES, name) for name, one in urls.items()}
        assert {one.seen.page_url for one in matched} == pages
        for one in urls.values():
            counts = one.log.counts
            assert one.log.paths[0] == "/robots.txt"
            assert not one.log.under(*engine.refused)
            assert {path: n for path, n in counts.items() if n > 1} == {}
            assert len(one.log) == REQUESTS + PICTURES * engine.per_picture


def test_what_is_new_costs_a_list_a_page_and_a_picture(
    engine: Engine, looking: tuple[Settings, Workspace], tmp_path: Path
) -> None:
    """Where nothing is new, the list alone is asked for."""
    settings, workspace = looking
    with engine.start(tmp_path / "site") as site:
        way = scenes.outside([site.forum_url(name="talk.example")])
        source = scenes.add(workspace, site.forum_url(name="talk.example"))
        scenes.watch(workspace, settings, way)
        begun = len(site.log)
        [first] = workspace.sightings.all(limit=100)
        scenes.due_again(workspace, source)
        scenes.watch(workspace, settings, way)
        nothing_new = site.log.paths[begun:]
        site.append_post(LONG, files=[File(name="again.jpg", body=scenes.leaked())])
        scenes.due_again(workspace, source)
        scenes.watch(workspace, settings, way)
        something_new = site.log.paths[begun + len(nothing_new) :]

    [again] = [one for one in workspace.sightings.all(limit=100) if one.id != first.id]
    assert nothing_new == [path_of(site.forum_url())]
    assert something_new[:3] == [
        path_of(url) for url in (site.forum_url(), site.thread_url(LONG, PAGES), again.seen.media_url)
    ]
    assert len(something_new) == 2 + engine.per_picture


def test_a_post_that_begins_a_page_costs_that_page_too(
    engine: Engine, looking: tuple[Settings, Workspace], tmp_path: Path
) -> None:
    """Of the pages before the last one that was read, none is asked for again."""
    settings, workspace = looking
    with engine.start(tmp_path / "site") as site:
        way = scenes.outside([site.forum_url(name="talk.example")])
        source = scenes.add(workspace, site.forum_url(name="talk.example"))
        scenes.watch(workspace, settings, way)
        begun = len(site.log)
        for _ in range(10):
            site.append_post(LONG)
        site.append_post(LONG, files=[File(name="again.jpg", body=scenes.leaked())])
        scenes.due_again(workspace, source)
        scenes.watch(workspace, settings, way)

    asked = site.log.paths[begun:]
    assert asked[:3] == [
        path_of(url) for url in (site.forum_url(), site.thread_url(LONG, PAGES), site.thread_url(LONG, PAGES + 1))
    ]
    assert len(asked) == 3 + engine.per_picture
    assert len(workspace.sightings.all(limit=100)) == 2


def test_a_removed_attachment_is_known_to_be_gone(
    engine: Engine, looking: tuple[Settings, Workspace], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether the engine answers 404 or, as Misago, with a picture of its own that says so."""
    settings, workspace = looking
    monkeypatch.setattr("rempart.app.watch_seeding._CHECK_AFTER", dt.timedelta())
    with engine.start(tmp_path / "site") as site:
        way = scenes.outside([site.forum_url(name="talk.example")])
        source = scenes.add(workspace, site.forum_url(name="talk.example"))
        scenes.watch(workspace, settings, way)
        [found] = workspace.sightings.all()
        scenes.due_again(workspace, source)
        scenes.watch(workspace, settings, way)
        [still] = workspace.sightings.all()
        site.remove_file(max(site.board.files))
        scenes.due_again(workspace, source)
        scenes.watch(workspace, settings, way)
        [gone] = workspace.sightings.all()

    assert found.gone_at is still.gone_at is None
    assert still.seen_again_at > found.seen_again_at
    assert gone.gone_at is not None
    assert gone.status == 404


def test_killed_three_times_watches_of_a_real_forum_lose_nothing(tmp_path: Path) -> None:
    """Behind a fetch, in a transaction, and at any time, beside one that goes on; the judge is the site's log."""
    _, workspace = scenes.workspace_with_leak(tmp_path)
    with MachinaSite(tmp_path / "site", board()) as site:
        source = scenes.add(workspace, site.forum_url())
        for how in (("after the fetch", "4"), ("in the transaction", "3")):
            killed = begin(workspace.folder, [site.port], *how, lease_s=LEASE_S)
            assert killed.wait(120) == -signal.SIGKILL, how
        assert FrontierState.WAITING in workspace.frontier.counts(source.id)

        assert kill_one_of_two(workspace.folder, site, requests=4).wait(120) == 0

        assert_once_per_lease(site.log, LEASE_S)
        pages = [site.thread_url(LONG, page) for page in range(1, PAGES + 1)]
        pages += [site.forum_url(), *(site.thread_url(short) for short in range(1, LONG))]
        wanted = {path_of(url) for url in (*pages, *(site.file_url(number) for number in site.board.files))}
        assert set(site.log.paths) - {"/robots.txt"} == wanted
        # Asked for twice is at most what was in the air when a process was killed.
        assert asked_again(site.log) <= 3
        assert [one.seen.page_url for one in workspace.sightings.all()] == [site.thread_url(LONG, PAGES)]
        assert len(workspace.alerts.all()) == 1
        assert FrontierState.WAITING not in workspace.frontier.counts(source.id)


def kill_one_of_two(folder: Path, site: Site, requests: int) -> subprocess.Popen[bytes]:
    """Begin two watches, kill one when the site was asked so many times more, and return the other one."""
    asked = len(site.log)
    running = [begin(folder, [site.port], lease_s=LEASE_S) for _ in range(2)]
    try:
        while len(site.log) < asked + requests and all(each.poll() is None for each in running):
            time.sleep(0.005)
    finally:
        running[0].kill()
    assert running[0].wait() == -signal.SIGKILL
    return running[1]
