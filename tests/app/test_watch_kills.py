"""Watches that are killed, at chosen places and at any: no post is lost, and nothing is asked for twice in its lease.

The judge is the log of the server that was asked.
"""

from __future__ import annotations

import random
import signal
import subprocess
import time
from pathlib import Path

import pytest

from databases import PostgresServer
from killed_watches import asked_again, assert_once_per_lease, begin
from rempart.model.frontier import FrontierState
from targets.board import File
from targets.forum import Forum
from targets.xenforo_pages import Look
from watch_scenes import Scene, leaked, workspace_with_leak

pytestmark = pytest.mark.enable_socket

PLACES = (
    ("before the fetch", 2),
    ("after the fetch", 3),
    ("after a picture", 2),
    ("in the transaction", 4),
    ("after the transaction", 3),
)
LOOK = Look(posts_per_page=4, threads_per_page=4)


def forum_of(seed: int) -> Forum:
    """Serve a small forum with a leak on the second page of a thread."""
    forum = Forum(seed=seed, threads=2, posts=6, picture_every=3, look=LOOK)
    forum.append_post(1, files=[File(name="view.jpg", body=leaked())])
    return forum


def assert_nothing_lost(forum: Forum) -> None:
    """Every page of every thread and every picture was asked for."""
    numbers = [number for thread in forum.board.threads.values() for post in thread.posts for number in post.files]
    wanted = {forum.file_url(number).partition(str(forum.port))[2] for number in numbers}
    wanted |= {forum.thread_url(n, page).partition(str(forum.port))[2] for n in forum.board.threads for page in (1, 2)}
    assert wanted <= set(forum.log.paths)


def test_killed_at_five_places_a_watch_loses_nothing_and_asks_for_nothing_twice(scene: Scene) -> None:
    """Before a request, behind it, over a picture, in the transaction of its effect, and just behind that."""
    with forum_of(3) as forum:
        source = scene.add(forum.url())
        for place, number in PLACES:
            killed = begin(scene.workspace.folder, [forum.port], place, str(number))
            assert killed.wait(60) == -signal.SIGKILL, place

        last = begin(scene.workspace.folder, [forum.port])

        assert last.wait(60) == 0
        assert_nothing_lost(forum)
        assert_once_per_lease(forum.log)
        # Asked for twice is at most what was in the air when a process was killed behind its fetch.
        assert asked_again(forum.log) <= len(PLACES)
        assert [seen.seen.media_url for seen in scene.seen()] == [forum.file_url(max(forum.board.files))]
        assert FrontierState.WAITING not in scene.states(source)
        assert scene.workspace.alerts.all()[1:] == []


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_two_watches_at_once_killed_at_any_time_share_the_work(
    database: str, scene: Scene, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """Each thing is asked for by one of them."""
    folder, at = scene.workspace.folder, random.Random(8)  # noqa: S311 - when to kill
    if database == "postgresql":
        server = request.getfixturevalue("postgres")
        assert isinstance(server, PostgresServer)
        scene.workspace.database.close()
        settings, workspace = workspace_with_leak(tmp_path / "pg", url=server.make("template0"))
        scene, folder = Scene(settings, workspace, scene.names), workspace.folder
    with forum_of(4) as one, forum_of(5) as other:
        forums, ports = (one, other), (one.port, other.port)
        running = list[subprocess.Popen[bytes]]()
        sources = [scene.add(forum.url()) for forum in forums]
        try:
            for _ in range(2):
                running = [begin(folder, ports), begin(folder, ports)]
                asked = len(one.log) + len(other.log)
                while len(one.log) + len(other.log) == asked and any(each.poll() is None for each in running):
                    time.sleep(0.01)
                time.sleep(at.uniform(0, 0.3))
                for each in running:
                    each.kill()
                    each.wait()
            running = [begin(folder, ports), begin(folder, ports)]
            assert [each.wait(100) for each in running] == [0, 0]
        finally:
            for each in running:
                each.kill()
                each.wait()
        for forum in forums:
            assert_nothing_lost(forum)
            assert_once_per_lease(forum.log)
        assert len(scene.seen()) == len(scene.workspace.alerts.all()) == 2
        assert all(FrontierState.WAITING not in scene.states(source) for source in sources)
    scene.workspace.database.close()
