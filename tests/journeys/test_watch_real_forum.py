"""A leaked copy on page 7 of a thread of a real engine, and on its mirror: one watch finds both, and asks little."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest

import watch_scenes as scenes
from rempart.app.workspace import Workspace
from rempart.config import Settings
from targets.board import Board, File
from targets.engine_site import SHIFT, Setting
from targets.machina import MachinaSite

pytestmark = [pytest.mark.slow, pytest.mark.allow_hosts(["127.0.0.1"])]
#: A thread of 7 pages, behind four others.
LONG = 5
PLACE = 6 * 15 + 3


def board() -> Board:
    """Return four short threads and a long one, a leak on its page 7."""
    made = Board(seed=11)
    made.fill(threads=LONG - 1, posts=3, picture_every=3)
    made.open_thread("Calendar 2027, the whole set")
    for place in range(100):
        made.append(LONG, quotes=made.threads[LONG].posts[-1].number if place % 5 == 4 else None)
    made.put(LONG, PLACE, [File(name="page-7.jpg", body=scenes.leaked())])
    return made


@pytest.fixture
def looking(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Settings, Workspace]:
    """Make a workspace that looks for one picture, in no hurry to wait."""
    scenes.without_pace(monkeypatch)
    return scenes.workspace_with_leak(tmp_path)


def test_one_watch_finds_the_leak_on_the_site_and_on_its_mirror(
    looking: tuple[Settings, Workspace], tmp_path: Path
) -> None:
    """On the very page; each address once, robots.txt first, and nothing that it refuses."""
    settings, workspace = looking
    other = replace(Setting(), section="Archive", node=7, prefix="talk/")
    with MachinaSite(tmp_path / "site", board()) as site, site.as_mirror(tmp_path / "mirror", other) as mirror:
        urls = {"talk.example": site, "mirror.example": mirror}
        places = [one.forum_url(name=name) for name, one in urls.items()]
        way = scenes.outside(places)
        sources = [scenes.add(workspace, url) for url in places]
        scenes.watch(workspace, settings, way)

        matched = workspace.sightings.all(limit=100)
        assert {one.seen.source for one in matched} == {source.id for source in sources}
        numbers = {name: LONG + (0 if one is site else SHIFT) for name, one in urls.items()}
        pages = {one.thread_url(numbers[name], 7, name) for name, one in urls.items()}
        assert {one.seen.page_url for one in matched} == pages
        for one in urls.values():
            counts = one.log.counts
            assert one.log.paths[0] == "/robots.txt"
            assert not one.log.under("/member/", "/search/", "/talk/member/", "/talk/search/")
            assert {path: n for path, n in counts.items() if n > 1} == {}
            # robots.txt, one list, four threads of one page with a picture each, seven pages with one picture.
            assert len(one.log) == 1 + 1 + 4 * 2 + 7 + 1


def test_what_is_new_costs_a_list_a_page_and_a_picture(looking: tuple[Settings, Workspace], tmp_path: Path) -> None:
    """Where nothing is new, the list alone is asked for."""
    settings, workspace = looking
    with MachinaSite(tmp_path / "site", board()) as site:
        way = scenes.outside([site.forum_url(name="talk.example")])
        source = scenes.add(workspace, site.forum_url(name="talk.example"))
        scenes.watch(workspace, settings, way)
        begun = len(site.log)
        scenes.due_again(workspace, source)
        scenes.watch(workspace, settings, way)
        nothing_new = site.log.paths[begun:]
        post = site.append_post(LONG, files=[File(name="again.jpg", body=scenes.leaked())])
        scenes.due_again(workspace, source)
        scenes.watch(workspace, settings, way)
        something_new = site.log.paths[begun + len(nothing_new) :]

    paths = [urlsplit(url) for url in (site.forum_url(), site.thread_url(LONG, 7), site.file_url(post.files[0]))]
    listed, tail, picture = [f"{one.path}{f'?{one.query}' if one.query else ''}" for one in paths]
    assert nothing_new == [listed]
    assert something_new == [listed, tail, picture]
    assert len(workspace.sightings.all(limit=100)) == 2
