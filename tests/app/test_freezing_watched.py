"""What may concern a minor is not asked for, here and on a mirror; it waits to be handed over."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import pytest

from rempart.app.watch_events import StoppedAt
from rempart.model.frontier import FrontierState
from rempart.model.referral import FlagSource
from rempart.model.source import Health
from stops import FLAGGED
from targets.board import File
from targets.forum import Forum
from targets.xenforo_pages import Look
from watch_scenes import Scene, leaked

pytestmark = pytest.mark.enable_socket

SMALL = Look(posts_per_page=4)
IMAGES = "images.example"


def picture_at(forum: Forum, name: str = "a.jpg") -> str:
    """Return the markup of a picture on another host, to which nothing may ever lead."""
    return f'<img src="{forum.url(f"/planted/{name}", IMAGES)}" alt="x" class="bbImage">'


def plant_title(forum: Forum) -> None:
    """Open a thread whose title is flagged."""
    forum.open_thread(f"Une {FLAGGED}")
    forum.append_post(max(forum.board.threads), markup=picture_at(forum))


def plant_text(forum: Forum) -> None:
    """Write a post that is flagged, beside pictures that are not."""
    forum.open_thread("Some boats", files=[File(name="one.jpg", body=leaked())])
    forum.append_post(max(forum.board.threads), f"une {FLAGGED} dans le port", markup=picture_at(forum))


def plant_name(forum: Forum) -> None:
    """Attach a file whose name is flagged."""
    forum.open_thread("Some boats", files=[File(name="fille 15 ans.jpg", body=leaked())])
    forum.append_post(max(forum.board.threads), markup=picture_at(forum))


@pytest.mark.parametrize(
    "plant, flag",
    [
        (plant_title, FlagSource.TITLE),
        (plant_text, FlagSource.TEXT),
        (plant_name, FlagSource.TEXT),  # the engine says the name beside the picture too
    ],
)
def test_nothing_of_a_flagged_thread_is_asked_for(
    scene: Scene, plant: Callable[[Forum], None], flag: FlagSource
) -> None:
    """None of its pictures, on its own host or another one, whose name is not even looked up."""
    with Forum(threads=0) as forum:
        plant(forum)
        url = forum.url(name="forum.example")
        scene.add(url)

        events, tally = scene.watch(url)

        assert {event.flag for event in events if isinstance(event, StoppedAt)} == {flag}
        assert not forum.log.under("/attachments/", "/planted/")
        assert IMAGES not in scene.names.asked
        assert (tally.media, tally.stopped) == (0, 1)


def test_a_flagged_title_leaves_the_other_threads(scene: Scene) -> None:
    """They are read, and what leaked there is found."""
    with Forum(threads=1, posts=2, picture_every=0) as forum:
        plant_title(forum)
        forum.append_post(1, files=[File(name="view.jpg", body=leaked())])
        source = scene.add(forum.url())

        _, tally = scene.watch(forum.url())

        assert (tally.new, tally.stopped) == (1, 1)
        assert scene.health(source) is Health.WELL
        assert not [path for path in forum.log.paths if "lyc" in path]


def test_a_flagged_section_stops_the_source(scene: Scene) -> None:
    """None of its threads is asked for."""
    with Forum(threads=2, posts=2, look=Look(section=f"Une {FLAGGED}")) as forum:
        url = forum.url(forum.look.forum_path.replace(forum.look.forum_path.split("/")[2], "x.42"))
        source = scene.add(url)

        scene.watch(url)

        assert scene.health(source) is Health.STOPPED
        assert scene.states(source) == {FrontierState.FROZEN: 1}
        assert not forum.log.under("/threads/", "/attachments/")


@pytest.mark.parametrize("listed", ["page", "host"])
def test_what_a_hotline_lists_is_not_looked_up(scene: Scene, listed: str) -> None:
    """The picture of a post whose address, or host, is on the list; its thread is frozen with it."""
    with Forum(threads=1, posts=1, picture_every=0) as forum:
        forum.append_post(1, markup=picture_at(forum))
        known = scene.workspace.folder.parent / "known"
        entry = forum.url("/planted/a.jpg", IMAGES) if listed == "page" else IMAGES
        known.write_text(f"{hashlib.sha256(entry.encode()).hexdigest()}\n")
        with_list = scene.with_settings(gate__known_urls_file=str(known))
        with_list.add(forum.url())

        events, _ = with_list.watch(forum.url())

        assert [event.flag for event in events if isinstance(event, StoppedAt)] == [FlagSource.KNOWN_LIST]
        assert IMAGES not in scene.names.asked
        assert not forum.log.under("/planted/", "/attachments/")


def test_a_flagged_address_is_not_asked_for_even_as_a_source(scene: Scene) -> None:
    """Not even its robots.txt."""
    with Forum(threads=1, posts=1) as forum:
        source = scene.add(forum.url("/threads/petite-fille.5/", "forum.example"))

        scene.watch(forum.url())

        assert len(forum.log) == 0
        assert not scene.names.asked
        assert scene.health(source) is Health.STOPPED


def test_pictures_of_earlier_pages_that_wait_are_frozen_with_their_thread(scene: Scene) -> None:
    """The last page is read first and flags the thread: nothing of the first one is asked for."""
    with Forum(threads=1, posts=6, picture_every=1, look=SMALL) as forum:
        forum.append_post(1, f"une {FLAGGED}")
        source = scene.add(forum.url())

        scene.watch(forum.url())

        pictures_of_the_last_page = [forum.file_url(n) for post in forum.board.threads[1].posts[4:] for n in post.files]
        asked = forum.log.paths
        assert not [url for url in pictures_of_the_last_page if url.partition(str(forum.port))[2] in asked]
        assert FrontierState.WAITING not in scene.states(source)
        assert scene.states(source)[FrontierState.FROZEN] >= 1


def test_what_was_stopped_is_stopped_on_its_mirror(scene: Scene) -> None:
    """Where the word itself was taken out of the thread."""
    with Forum(threads=1, posts=8, picture_every=0) as forum:
        forum.append_post(1, "last words", files=[File(name="view.jpg", body=leaked())])
        with forum.as_mirror() as mirror:
            forum.append_post(1, f"une {FLAGGED}")
            urls = forum.url(name="forum.example"), mirror.url(name="mirror.example")
            first, second = (scene.add(url) for url in urls)

            scene.watch(*urls, once=[first.id])
            events, tally = scene.watch(*urls, once=[second.id])

            assert [event.flag for event in events if isinstance(event, StoppedAt)] == [FlagSource.MIRROR]
            assert not mirror.log.under("/attachments/")
            assert not forum.log.under("/attachments/")
            assert tally.new == 0


def test_what_is_frozen_stays_frozen_at_the_next_visit(scene: Scene) -> None:
    """Even if the word is taken out, and the thread grows."""
    with Forum(threads=1, posts=2, picture_every=0) as forum:
        plant_text(forum)
        source = scene.add(forum.url())
        scene.watch(forum.url())
        thread = forum.board.threads[2]
        thread.posts[-1] = forum.append_post(2, "nothing of it")
        forum.log.forget()

        scene.again(source, forum.url())

        assert not forum.log.under(forum.thread_url(2).partition(str(forum.port))[2])
        assert not forum.log.under("/attachments/", "/planted/")


def test_the_clear_address_is_in_the_outbox_alone(scene: Scene) -> None:
    """A record says when, what flagged it and a keyed hash; the database's file holds no clear word."""
    with Forum(threads=0) as forum:
        plant_text(forum)
        url = forum.url(name="forum.example")
        source = scene.add(url)

        events, _ = scene.watch(url)

        [referral] = scene.workspace.referrals.all()
        assert referral.source == source.id
        assert referral.flag is FlagSource.TEXT
        assert len(referral.url_digest) == 32
        assert not referral.url
        opened = scene.workspace.referrals.get(referral.id, with_url=True)
        assert opened.url == forum.thread_url(1, name="forum.example")
        assert "forum.example" not in repr(events)
        assert FLAGGED not in repr(events)
        files = [path for path in scene.workspace.folder.rglob("*") if path.is_file()]
        planted = [FLAGGED.encode(), b"some-boats", b"forum.example", IMAGES.encode()]
        assert not [path for path in files for word in planted if word in path.read_bytes()]


def test_a_restart_does_not_thaw_anything(scene: Scene) -> None:
    """Marks are in the database, not in a process."""
    with Forum(threads=0) as forum:
        plant_text(forum)
        scene.add(forum.url())
        scene.watch(forum.url())
        forum.log.forget()
        source = scene.add(forum.thread_url(1))

        scene.watch(forum.url())

        assert len(forum.log) == 0
        assert scene.health(source) is Health.STOPPED
