"""Channels and searches in a whole watch: found, matched, asked for once, their positions kept."""

from __future__ import annotations

from pathlib import Path

import pytest

import watch_scenes as scenes
from channel_servers import ACCOUNT, SEARXNG_ROBOTS, ChannelServer
from net.servers import Authority
from rempart.app.workspace import Workspace
from rempart.config import Settings
from rempart.model.source import SourceKind
from targets.board import File
from targets.forum import Forum

pytestmark = [pytest.mark.allow_hosts(["127.0.0.1"]), pytest.mark.slow]

HOST = "social.example"


def changed(settings: Settings, **sections: dict[str, object]) -> Settings:
    """Return settings with others in some sections."""
    tree = settings.model_dump()
    for name, values in sections.items():
        tree[name] |= values
    return Settings.model_validate(tree)


@pytest.fixture
def at_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Settings, Workspace]:
    """Return a workspace that looks for one picture."""
    scenes.without_pace(monkeypatch)
    return scenes.workspace_with_leak(tmp_path)


def test_a_leak_of_an_account_is_found_and_its_posts_are_asked_for_once(
    at_work: tuple[Settings, Workspace], tmp_path: Path
) -> None:
    """Over TLS; the second visit begins after the newest post."""
    settings, workspace = at_work
    authority = Authority()
    authority.ca.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    settings = changed(settings, net={"authorities_file": tmp_path / "ca.pem"})
    with ChannelServer(host=HOST, tls=authority.server(HOST)) as server:
        for number in range(50):
            server.post(f"words {number}")
        server.post("look", picture=scenes.leaked())
        source = scenes.add(workspace, f"@site@{HOST}:{server.port}", kind=SourceKind.MASTODON)
        scenes.watch(workspace, settings, scenes.outside([server.url]))
        first = list(server.asked)
        server.visits.clear()
        scenes.due_again(workspace, source)
        scenes.watch(workspace, settings, scenes.outside([server.url]))

    statuses = f"/api/v1/accounts/{ACCOUNT}/statuses"
    [seen] = workspace.sightings.all()
    assert seen.seen.media_url == f"{server.url}/media/0.jpg"
    assert sorted(first) == sorted(
        ["/robots.txt", "/api/v1/accounts/lookup", statuses, statuses, statuses, "/media/0.jpg"]
    )
    assert server.asked == [statuses]
    assert "since_id=" in server.visits[0].path


def test_a_search_leads_to_a_leak_and_its_position_is_kept(at_work: tuple[Settings, Workspace]) -> None:
    """An instance of this network, whose robots.txt keeps crawlers from queries."""
    settings, workspace = at_work
    with ChannelServer(robots=SEARXNG_ROBOTS) as server, Forum(threads=1, posts=2, picture_every=0) as forum:
        forum.append_post(1, "look", files=(File(name="page.jpg", body=scenes.leaked()),))
        thread = forum.thread_url(1)
        server.results = ["https://nothing.example/", thread]
        settings = changed(settings, search={"providers": ("searxng",), "searxng_url": server.url})
        source = scenes.add(workspace, "calendar 2027", kind=SourceKind.SEARCH, depth=1)
        scenes.watch(workspace, settings, scenes.outside([server.url, forum.url()]))

    hits = {hit.url: hit.position for hit in workspace.sightings.hits(source.id)}
    assert hits[thread] == 2
    assert len(workspace.sightings.all()) == 1
    assert {visit.path.partition("&")[0] for visit in server.visits} == {"/robots.txt", "/search?q=calendar%202027"}
