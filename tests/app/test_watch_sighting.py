"""What a match leaves: a sighting, one alert, and inside open cases a redacted excerpt with a name made up for it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rempart import clock
from rempart.app.cases import close_case, open_case
from rempart.app.evidence_desk import EvidenceDesk
from rempart.model.asset import GroundKind
from rempart.model.evidence import Case
from targets.board import File
from targets.forum import Forum
from watch_scenes import Scene, leaked

pytestmark = pytest.mark.enable_socket

WORDS = "Look at this, call Zoë Planchard on 06 12 34 56 78 or zoe@planchard.example"
AUTHOR = 918273645


def desk_of(scene: Scene) -> EvidenceDesk:
    """Return where cases are opened."""
    return EvidenceDesk(scene.workspace, scene.settings, now=clock.utc_now)


def open_one(scene: Scene, text_read: str = "") -> Case:
    """Open a case for the picture's owner."""
    note = "signed on paper"
    return open_case(desk_of(scene), "nadia", ground=GroundKind.MANDATE, note=note, text_read=text_read)


def leak_of(forum: Forum) -> None:
    """Let somebody post the leak."""
    forum.append_post(1, WORDS, files=[File(name="view.jpg", body=leaked())])
    posts = forum.board.threads[1].posts
    posts[-1] = replace(posts[-1], author=AUTHOR)


def test_outside_a_case_nothing_of_a_post_is_kept(scene: Scene) -> None:
    """Where and when, and no more."""
    with Forum(threads=1, posts=1, picture_every=0) as forum:
        leak_of(forum)
        scene.add(forum.url())

        scene.watch(forum.url())

        [seen] = scene.seen()
        assert seen.seen.excerpts == ()
        assert open_one(scene, "fr").id not in str(seen)
        assert not scene.workspace.sightings.excerpts(scene.workspace.cases.all()[0].id)


def test_two_cases_give_one_author_two_names_and_mask_what_is_said(scene: Scene) -> None:
    """The excerpt says what is offered; nobody is named in it."""
    with Forum(threads=1, posts=1, picture_every=0) as forum:
        leak_of(forum)
        cases = open_one(scene, "fr"), open_one(scene)
        scene.add(forum.url())

        scene.watch(forum.url())

        first, second = (next(iter(scene.workspace.sightings.excerpts(case.id).values())) for case in cases)
        assert first.text == second.text
        assert "Look at this" in first.text
        assert not [word for word in ("Zo", "Planchard", "06 12", "@") if word in first.text]
        assert first.pseudonym.startswith("author-")
        assert first.pseudonym != second.pseudonym
        assert str(AUTHOR) not in first.pseudonym


def test_a_case_that_was_closed_keeps_nothing_new(scene: Scene) -> None:
    """Its ground has ended."""
    with Forum(threads=1, posts=1, picture_every=0) as forum:
        leak_of(forum)
        case = open_one(scene, "fr")
        close_case(desk_of(scene), case.id, why="settled")
        scene.add(forum.url())

        scene.watch(forum.url())

        assert len(scene.seen()) == 1
        assert not scene.workspace.sightings.excerpts(case.id)


def test_opening_a_case_asks_nobody_and_no_request_names_one(scene: Scene) -> None:
    """An observer of the forum learns nothing of a case: neither that there is one, nor which."""
    with Forum(threads=1, posts=2, picture_every=2) as forum:
        leak_of(forum)
        source = scene.add(forum.url())
        scene.watch(forum.url())
        plain = [(request.method, request.path, sorted(request.headers)) for request in forum.log.requests]
        forum.log.forget()

        case = open_one(scene, "fr")
        scene.watch(forum.url())

        assert len(forum.log) == 0
        forum.append_post(1, files=[File(name="b.jpg", body=leaked())])
        scene.again(source, forum.url())
        sent = [f"{request.path} {dict(request.headers)}" for request in forum.log.requests]
        assert sent
        assert not [text for text in sent if case.id in text or "nadia" in text.lower()]
        assert {tuple(names) for _, _, names in plain} >= {
            tuple(sorted(set(request.headers) - {"if-none-match", "if-modified-since"}))
            for request in forum.log.requests
        }


def test_the_same_place_seen_again_raises_no_second_alert(scene: Scene) -> None:
    """One alert, however many watches meet it."""
    with Forum(threads=1, posts=1, picture_every=0) as forum:
        leak_of(forum)
        source = scene.add(forum.url())
        scene.watch(forum.url())
        forum.append_post(1)

        scene.again(source, forum.url())

        assert len(scene.workspace.alerts.all()) == 1
        assert len(scene.seen()) == 1


def test_a_quoted_leak_counts_once(scene: Scene) -> None:
    """Whoever repeats a post shows the same file."""
    with Forum(threads=1, posts=1, picture_every=0) as forum:
        leak_of(forum)
        number = forum.board.threads[1].posts[-1].number
        for _ in range(3):
            forum.append_post(1, quotes=number)
        source = scene.add(forum.url())

        scene.watch(forum.url())

        assert len(scene.seen()) == 1
        assert scene.workspace.sources.get(source.id).tally.sightings == 1
