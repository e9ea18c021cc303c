"""A whole watch of a forum and of its mirror: the leak is found on both, politely; next time only what is new."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rempart import clock
from rempart.app.watch_events import HealthChanged, Sighted, SourceBegun, SourceEnded, WatchEvent
from rempart.app.watching import Watch
from rempart.errors import LeaseLostError, MisuseError
from rempart.model.frontier import FrontierItem, FrontierState
from rempart.model.sighting import SearchHit
from rempart.model.source import Health
from rempart.store import FrontierRepository
from targets.board import File
from targets.forum import Forum
from targets.xenforo_pages import Look
from watch_scenes import Scene, due_again, leaked, outside
from workspaces import make

pytestmark = pytest.mark.enable_socket

SMALL = Look(posts_per_page=4, threads_per_page=4)


def leak(name: str = "view.jpg") -> File:
    """Return the leak, attached."""
    return File(name=name, body=leaked())


def test_a_leak_on_page_7_and_on_the_mirror_are_both_reported_in_one_run(scene: Scene) -> None:
    """Cropped, smaller, recompressed; each page and picture is asked for once, and robots.txt is obeyed."""
    with Forum(threads=2, posts=28, picture_every=9, look=SMALL) as forum:
        forum.put_post(1, 7, [leak()])
        with forum.as_mirror() as mirror:
            urls = forum.url(name="forum.example"), mirror.url(name="mirror.example")
            sources = [scene.add(url) for url in urls]

            events, tally = scene.watch(*urls)

            logs = forum.log, mirror.log
    sighted = [event for event in events if isinstance(event, Sighted)]
    assert {event.page_url.split("/")[2].split(":")[0] for event in sighted} == {"forum.example", "mirror.example"}
    assert all(event.is_new and event.alert and len(event.matches) == 1 for event in sighted)
    assert {event.source.id for event in events if isinstance(event, SourceBegun)} == {one.id for one in sources}
    assert (tally.matched, tally.new, tally.stopped, tally.unreadable) == (2, 2, 0, 0)
    for log in logs:
        assert max(log.counts.values()) == 1
        assert not log.under("/members/", "/login/", "/register/")
        assert log.paths[0] == "/robots.txt"
        assert all(request.agent.startswith("Rempart/") for request in log.requests)
    assert tally.requests + len(logs) == sum(len(log) for log in logs)
    assert [scene.health(source) for source in sources] == [Health.WELL, Health.WELL]


def test_what_was_seen_names_the_page_and_the_post(scene: Scene) -> None:
    """Where a person finds it: on page 3 of the thread."""
    with Forum(threads=1, posts=12, picture_every=0, look=SMALL) as forum:
        post = forum.put_post(1, 3, [leak()])
        scene.add(forum.url())

        scene.watch(forum.url())

        [seen] = scene.seen()
        assert seen.seen.media_url == forum.file_url(post.files[0])
        assert "page-3" in seen.seen.page_url or f"post-{post.number}" in seen.seen.page_url
        assert seen.seen.post == str(post.number)
        assert seen.seen.posted_at == post.at
        assert seen.seen.media_type == "image/jpeg"


def test_a_source_that_an_earlier_watch_began_is_visited_too(scene: Scene) -> None:
    """What was cut goes on, and is counted as a visit: it was said that no source was."""
    with Forum(threads=1, posts=2, look=SMALL) as forum:
        scene.add(forum.url())
        scene.watch_until(SourceBegun, forum.url())

        _, tally = scene.watch(forum.url())

        assert (tally.sources, tally.posts) == (1, 2)


def test_nothing_new_costs_one_request(scene: Scene) -> None:
    """The list of threads says that it did not change."""
    with Forum(threads=3, posts=6, look=SMALL) as forum:
        source = scene.add(forum.url())
        scene.watch(forum.url())
        forum.log.forget()

        _, tally = scene.again(source, forum.url())

        assert [(request.path, request.status) for request in forum.log.requests] == [(forum.look.forum_path, 304)]
        assert (tally.unchanged, tally.pages) == (1, 0)


def test_a_new_post_costs_its_listing_its_page_and_its_picture(scene: Scene) -> None:
    """Each time, and for nothing that was there before."""
    with Forum(threads=5, posts=3, picture_every=2) as forum:
        source = scene.add(forum.url())
        scene.watch(forum.url())
        for number in (2, 4, 2):
            forum.log.forget()
            forum.append_post(number, files=[leak(f"again-{number}.jpg")])

            events, tally = scene.again(source, forum.url())

            assert len(forum.log) == 3
            assert (tally.posts, tally.media, tally.new) == (1, 1, 1)
            assert len([event for event in events if isinstance(event, Sighted)]) == 1


def test_posts_on_pages_that_did_not_exist_are_read(scene: Scene) -> None:
    """A thread that grows over its last page is followed to its new one."""
    with Forum(threads=1, posts=6, picture_every=0, look=SMALL) as forum:
        source = scene.add(forum.url())
        scene.watch(forum.url())
        for _ in range(9):
            forum.append_post(1)
        forum.append_post(1, files=[leak()])
        forum.log.forget()

        _, tally = scene.again(source, forum.url())

        assert (tally.posts, tally.new) == (10, 1)
        assert len(forum.log.under("/threads/")) == 3


def test_listings_are_read_while_they_show_something_new(scene: Scene) -> None:
    """A thread that was changed stands on the first page; the others are not asked for."""
    with Forum(threads=14, posts=2, picture_every=0, look=SMALL) as forum:
        source = scene.add(forum.url())
        scene.watch(forum.url())
        assert len(forum.log.under(forum.look.forum_path)) == 4
        forum.append_post(9)
        forum.log.forget()

        scene.again(source, forum.url())

        assert len(forum.log.under("/threads/")) == 1
        assert len(forum.log.under(forum.look.forum_path)) == 2


def test_a_post_that_was_edited_is_not_new_but_what_it_shows_now_is(scene: Scene) -> None:
    """A picture that is added to a known post goes unseen: its number is known, and its listing says nothing of it."""
    with Forum(threads=1, posts=3, picture_every=0, look=SMALL) as forum:
        source = scene.add(forum.url())
        scene.watch(forum.url())
        forum.put_post(1, 1, [leak()])
        forum.append_post(1)

        _, tally = scene.again(source, forum.url())

        assert tally.posts == 1


def test_a_thread_that_shrank_and_grew_again_loses_no_post(scene: Scene) -> None:
    """Posts of the last page are deleted, then others are written: the page of that number is read again."""
    with Forum(threads=1, posts=9, picture_every=0, look=SMALL) as forum:
        source = scene.add(forum.url())
        scene.watch(forum.url())
        del forum.board.threads[1].posts[6:]  # its third page is gone: the forum leads to the second one
        scene.again(source, forum.url())
        for _ in range(3):
            forum.append_post(1, files=[leak("back.jpg")])

        _, tally = scene.again(source, forum.url())

        assert tally.new == 3


@pytest.mark.parametrize("status", [404, 410])
def test_a_last_page_that_is_gone_is_looked_for_from_the_first_one(scene: Scene, status: int) -> None:
    """Within the same visit: what was written meanwhile is found."""
    with Forum(threads=1, posts=9, picture_every=0, look=SMALL) as forum:
        source = scene.add(forum.url())
        scene.watch(forum.url())
        posts = forum.board.threads[1].posts
        del posts[5:]
        forum.append_post(1, files=[leak()])
        forum.remove(forum.thread_url(1, 3).partition(str(forum.port))[2], status)

        _, tally = scene.again(source, forum.url())

        assert (tally.gone, tally.new) == (1, 1)
        assert len(scene.seen()) == 1


@pytest.mark.parametrize("status", [404, 410])
def test_a_picture_that_is_gone_leaves_a_tombstone(scene: Scene, status: int) -> None:
    """With its time; it is not asked for again."""
    with Forum(threads=1, posts=2, picture_every=2, look=SMALL) as forum:
        [number] = forum.board.files
        forum.remove(forum.file_url(number).partition(str(forum.port))[2], status)
        source = scene.add(forum.url())

        _, tally = scene.watch(forum.url())

        assert tally.gone == 1
        assert scene.states(source)[FrontierState.GONE] == 1


def test_a_source_that_is_gone_is_said_to_be(scene: Scene) -> None:
    """It may be what was asked for: its page is down."""
    with Forum(threads=1, posts=2) as forum:
        source = scene.add(forum.url())
        forum.remove(forum.look.forum_path)

        events, _ = scene.watch(forum.url())

        assert [event.health for event in events if isinstance(event, HealthChanged)] == [Health.GONE]
        assert scene.health(source) is Health.GONE


def test_one_visit_asks_for_no_more_than_its_budget_and_the_next_one_goes_on(scene: Scene) -> None:
    """Nothing is lost of what waits."""
    with Forum(threads=2, posts=12, picture_every=3, look=SMALL) as forum:
        forum.append_post(2, files=[leak()])
        most = 5
        small = scene.with_settings(watch__requests_per_visit=most)
        source = scene.add(forum.url())
        visits, found = 0, 0
        while (visits := visits + 1) < 9:
            forum.log.forget()
            _, tally = small.again(source, forum.url())
            assert len(forum.log) - len(forum.log.under("/robots.txt")) <= most
            found += tally.new
            if not small.states(source).get(FrontierState.WAITING):
                break

        assert found == 1
        assert 3 < visits < 9


def test_two_watches_together_ask_for_no_more_than_one_budget(scene: Scene) -> None:
    """It was counted by each process: together they asked for twice as much; and so did a watch that began anew."""
    most = 6
    small = scene.with_settings(watch__requests_per_visit=most)
    with Forum(threads=3, posts=12, picture_every=3, look=SMALL) as forum:
        source, way = small.add(forum.url()), outside([forum.url()], small.names)
        with (
            Watch(small.workspace, small.settings, outside=way) as one,
            Watch(small.workspace, small.settings, outside=way) as other,
        ):
            running = [one.events(once=True), other.events(once=True)]
            while running:
                running = [events for events in running if next(events, None) is not None]
        _, anew = small.watch(forum.url())

        assert one.tally.requests + other.tally.requests == most
        assert len(forum.log) - len(forum.log.under("/robots.txt")) == most
        assert anew.requests == 0
        assert small.workspace.sources.get(source.id).tally.requests == most
        _, following = small.again(source, forum.url())
        assert following.requests == most


def test_a_request_whose_effect_was_undone_was_made_all_the_same(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another process had the row for a moment: it is asked for again, and both requests count."""
    finish, do, torn = FrontierRepository.finish, Watch._do, list[FrontierItem]()

    def lost(self: FrontierRepository, item: FrontierItem, *given: Any, **values: Any) -> bool:
        if torn:
            return finish(self, item, *given, **values)
        torn.append(item)
        message = "another process has it"
        raise LeaseLostError(message)

    def given_back(self: Watch, item: FrontierItem) -> Iterator[WatchEvent]:
        yield from do(self, item)
        if torn == [item]:
            scene.workspace.frontier.release(item, clock.utc_now())
            torn.append(item)

    monkeypatch.setattr(FrontierRepository, "finish", lost)
    monkeypatch.setattr(Watch, "_do", given_back)
    with Forum(threads=1, posts=2, picture_every=0) as forum:
        source = scene.add(forum.url())

        scene.watch(forum.url())

        asked = len(forum.log) - len(forum.log.under("/robots.txt"))
        assert forum.log.counts[forum.look.forum_path] == 2
        assert scene.workspace.sources.get(source.id).tally.requests == asked
        assert scene.workspace.sources.asked() == {source.id: asked}


def test_a_source_that_was_ended_is_not_visited(scene: Scene) -> None:
    """Nothing of it is asked for."""
    with Forum(threads=1, posts=2) as forum:
        source = scene.add(forum.url())
        scene.workspace.sources.end(source.id, scene.workspace.database.instant())

        events, tally = scene.watch(forum.url())

        assert not events
        assert (tally.requests, len(forum.log)) == (0, 0)


def test_a_source_whose_day_has_come_ends(scene: Scene) -> None:
    """Its rows wait for nobody."""
    with Forum(threads=1, posts=2) as forum:
        source = scene.add(forum.url(), lasts=dt.timedelta(seconds=-1))

        events, tally = scene.watch(forum.url())

        assert [(event.source.id, event.why) for event in events if isinstance(event, SourceEnded)] == [
            (source.id, "its day has come")
        ]
        assert not [event for event in events if isinstance(event, SourceBegun)]
        assert (tally.requests, len(forum.log)) == (0, 0)
        assert scene.workspace.sources.all() == []


def test_what_may_not_be_watched_any_more_ends_in_the_middle_of_a_visit(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A first visit takes days: a consent withdrawn meanwhile counts within a minute, and nothing begins anew."""
    answers = iter(["", "", "the consent was withdrawn"])
    monkeypatch.setattr("rempart.app.watching._LOOK_EVERY_S", -1.0)
    monkeypatch.setattr("rempart.app.watch_seeding.still_allowed", lambda *_: next(answers, ""))
    with Forum(threads=3, posts=8) as forum:
        scene.add(forum.url())

        events, tally = scene.watch(forum.url())

    assert [event.why for event in events if isinstance(event, SourceEnded)] == ["the consent was withdrawn"]
    assert len([event for event in events if isinstance(event, SourceBegun)]) == 1
    assert tally.requests == 2


def test_only_what_was_named_is_visited(scene: Scene) -> None:
    """The other source stays due."""
    with Forum(threads=1, posts=2) as one, Forum(seed=5, threads=1, posts=2) as other:
        urls = one.url(name="one.example"), other.url(name="other.example")
        first, second = (scene.add(url) for url in urls)

        scene.watch(*urls, once=[first.id])

        assert len(one.log) > 1
        assert len(other.log) == 0
        assert scene.workspace.sources.get(second.id).health is Health.NEW


def test_a_workspace_that_looks_for_nothing_asks_for_nothing(tmp_path: Path) -> None:
    """It says so before anything is asked for."""
    settings, workspace = make(tmp_path / "ws")

    with workspace, pytest.raises(MisuseError, match="nothing is looked for"):
        Watch(workspace, settings, outside=outside([]))


def test_a_source_seeded_by_another_process_is_not_seeded_twice(scene: Scene) -> None:
    """Who came first visits it."""
    with Forum(threads=1, posts=2) as forum:
        source = scene.add(forum.url())
        now = scene.workspace.database.instant()
        due_again(scene.workspace, source)
        assert scene.workspace.sources.seeded(source.id, now + dt.timedelta(hours=6), now)

        events, _ = scene.watch(forum.url())

        assert not events
        assert len(forum.log) == 0


@pytest.mark.parametrize("days, kept", [(2, 1), (4, 0)])
def test_results_that_matched_nothing_go_with_the_next_watch(scene: Scene, days: int, kept: int) -> None:
    """After 72 hours, also where nobody runs the daily job."""
    with Forum(threads=1, posts=1) as forum:
        source = scene.add(forum.url())
        at = clock.utc_now() - dt.timedelta(days=days)
        hit = SearchHit(source=source.id, provider="brave", locale="fr", at=at, url="https://x.example/", position=1)
        scene.workspace.sightings.add_hits([hit])

        scene.watch(forum.url())

        assert len(scene.workspace.sightings.hits()) == kept
