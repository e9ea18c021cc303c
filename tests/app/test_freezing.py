"""Freezing: in one transaction, by every mark by which it may come back, without an address left behind."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

import workspaces
from archive_makers import warc_of
from made_threads import made_posts
from net.doors import FakeResolver
from rempart import clock
from rempart.app.evidence_pages import PageRecorder
from rempart.app.freezing import Freezing
from rempart.app.stopping import Flag, Stop
from rempart.app.workspace import Workspace
from rempart.app.workspace_scan import WorkspaceScan
from rempart.collect.following import media_key
from rempart.collect.mirrors import signature_of
from rempart.errors import LeaseLostError
from rempart.model import Stopped
from rempart.model.collected import MediaReference, PageKind, PageLink, ReferenceKind
from rempart.model.frontier import Ask, FrontierItem, FrontierState, NewFrontier, Urgency
from rempart.model.ids import SourceId, ThreadId
from rempart.model.referral import FlagSource
from stops import attachment, thread_page
from watch_scenes import workspace_with_leak
from watched import new_source

FLAG = Flag(source=FlagSource.TEXT, rule="fr-word")
URL = "https://forum.example/threads/lost.5/"


class Scene:
    """A workspace with a source."""

    def __init__(self, workspace: Workspace, stop: Stop) -> None:
        """Add the source."""
        self.workspace, self.stop, self.now = workspace, stop, clock.utc_now()
        new = new_source(workspace.me.id, "https://forum.example/forums/1/", until=self.now + dt.timedelta(days=30))
        self.source: SourceId = workspace.sources.add(new, self.now).id
        self.freezing = Freezing(workspace, stop)

    def wait(self, *news: NewFrontier) -> None:
        """Have something wait to be asked for."""
        self.workspace.frontier.add(self.source, news, self.now)

    def item(self) -> FrontierItem:
        """Claim what waits."""
        claimed = self.workspace.frontier.claim("w", self.now, busy_hosts=(), sources=[self.source])
        assert claimed is not None
        return claimed


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    """Make a workspace with a source."""
    settings, workspace = workspaces.make(tmp_path / "rempart")
    with workspace:
        yield Scene(workspace, Stop.of(workspace, settings))


def ask(
    url: str, *, thread: ThreadId | None = None, kind: Ask = Ask.PAGE, urgency: Urgency = Urgency.NEW
) -> NewFrontier:
    """Make something to ask for."""
    return NewFrontier(ask=kind, url=url, key=url, depth=1, urgency=urgency, thread=thread)


def test_a_thread_is_frozen_with_all_that_waits_of_it(scene: Scene) -> None:
    """Its pictures and its other pages; what belongs to another thread goes on."""
    thread = scene.workspace.threads.open(scene.source, URL, scene.now)
    scene.wait(ask(URL, thread=thread.id, urgency=Urgency.ROOT))
    item = scene.item()
    scene.wait(
        ask(f"{URL}page-2", thread=thread.id), ask("https://img.example/a.jpg", thread=thread.id, kind=Ask.MEDIA)
    )
    scene.wait(ask("https://forum.example/threads/other.6/"))

    scene.freezing.freeze_item(item, scene.source, FLAG, thread_page("x"), scene.now)

    counts = scene.workspace.frontier.counts(scene.source)
    assert (counts[FrontierState.FROZEN], counts[FrontierState.WAITING]) == (3, 1)
    assert scene.workspace.threads.get(thread.id).is_frozen


def test_a_page_is_known_again_by_all_that_it_shows(scene: Scene) -> None:
    """Its address, its title with its number, its attachments, its words."""
    scene.wait(ask(URL))
    posts = tuple(made_posts(1))
    page = dataclasses.replace(thread_page(), posts=(dataclasses.replace(posts[0], media=(attachment(),)), *posts[1:]))

    scene.freezing.freeze_item(scene.item(), scene.source, FLAG, page, scene.now)

    shown = dataclasses.replace(thread_page("x"), media=(attachment(),), canonical_url="https://forum.example/o/")
    again = [
        scene.stop.judge_address(ask(URL)),
        scene.stop.judge_page(dataclasses.replace(thread_page("x"), canonical_url="https://m.example/1/")).flag,
        scene.stop.judge_page(dataclasses.replace(shown, engine_id="9")).media[0][1],
        scene.stop.judge_page(
            dataclasses.replace(page, canonical_url="https://m.example/", engine_id="", title="")
        ).flag,
    ]
    assert [flag.source for flag in again if flag] == [FlagSource.MIRROR] * 4


def test_the_first_page_that_was_read_before_is_known_on_a_mirror(scene: Scene) -> None:
    """Though the flag was raised by a later one."""
    thread = scene.workspace.threads.open(scene.source, URL, scene.now)
    scene.workspace.threads.sign(thread.id, signature_of(made_posts(1)), b"")
    scene.wait(ask(f"{URL}page-7", thread=thread.id))

    scene.freezing.freeze_item(scene.item(), scene.source, FLAG, thread_page("few words"), scene.now)

    mirrored = dataclasses.replace(
        thread_page(url="https://m.example/"), posts=tuple(made_posts(1)), title="", engine_id=""
    )
    flag = scene.stop.judge_page(mirrored).flag
    assert flag is not None
    assert flag.rule == "frozen words"


def test_what_waits_of_a_mirror_that_was_read_first_is_stopped(scene: Scene) -> None:
    """Before it is asked for."""
    elsewhere = scene.workspace.threads.open(scene.source, "https://forum.example/threads/copy.9/", scene.now)
    scene.workspace.threads.sign(elsewhere.id, signature_of(made_posts(1)), b"")
    waiting = ask("https://forum.example/threads/copy.9/page-2", thread=elsewhere.id)
    before = scene.stop.judge_address(waiting)
    scene.wait(ask(URL))

    page = dataclasses.replace(thread_page(), posts=tuple(made_posts(1)))
    scene.freezing.freeze_item(scene.item(), scene.source, FLAG, page, scene.now)

    assert before is None
    assert scene.stop.judge_address(waiting) is not None


def test_one_link_of_a_listing_is_frozen_alone(scene: Scene) -> None:
    """With its thread, if that is known; the listing goes on."""
    link = PageLink(kind=PageKind.THREAD, url=URL, engine_id="5", title="x")
    thread = scene.workspace.threads.open(scene.source, URL, scene.now)
    scene.wait(ask(URL, thread=thread.id), ask("https://forum.example/forums/1/page-2"))

    scene.freezing.freeze_found(link, scene.source, FLAG, "forum.example", scene.now)

    counts = scene.workspace.frontier.counts(scene.source)
    assert (counts[FrontierState.FROZEN], counts[FrontierState.WAITING]) == (1, 1)
    assert scene.workspace.threads.get(thread.id).is_frozen


def test_an_attachment_alone_is_known_on_a_mirror(scene: Scene) -> None:
    """By its name and number."""
    scene.freezing.freeze_found(attachment(), scene.source, FLAG, "forum.example", scene.now)
    there = dataclasses.replace(thread_page("x", url="https://m.example/"), media=(attachment(host="m.example"),))

    [(_, flag)] = scene.stop.judge_page(there).media

    assert flag.source is FlagSource.MIRROR


def test_it_is_undone_with_the_callers_transaction(scene: Scene) -> None:
    """Whoever has the row after a lease was lost sees the same page, and stops it again."""

    def lose() -> None:
        with scene.workspace.database.transaction():
            scene.freezing.freeze_report(URL, FLAG, scene.now)
            message = "the lease was lost"
            raise LeaseLostError(message)

    with pytest.raises(LeaseLostError):
        lose()

    assert scene.workspace.referrals.all() == []
    assert scene.stop.judge_address(ask(URL)) is None


def test_the_same_thing_again_makes_one_record(scene: Scene) -> None:
    """However often it is met."""
    for _ in range(3):
        scene.freezing.freeze_report(URL, FLAG, scene.now, scene.source)

    [referral] = scene.workspace.referrals.all()
    assert (referral.flag, referral.rule, referral.source) == (FLAG.source, FLAG.rule, scene.source)


def test_the_same_attachment_that_waits_elsewhere_is_not_asked_for(scene: Scene) -> None:
    """Under another address, found in another thread before this one was flagged."""
    found = dataclasses.replace(attachment(), url="https://forum.example/data/attachments/0/7-small.jpg")
    waiting = NewFrontier(ask=Ask.MEDIA, url=found.url, key=media_key(found), depth=1, urgency=Urgency.MEDIA)
    before = scene.stop.judge_address(waiting)

    scene.freezing.freeze_found(attachment(), scene.source, FLAG, "forum.example", scene.now)

    assert before is None
    assert scene.stop.judge_address(waiting) is not None


def test_what_a_frozen_page_showed_before_is_not_asked_for(scene: Scene) -> None:
    """It changed between two visits; a picture of the first one still waits, or is due to be looked at again."""
    once = dataclasses.replace(ask("https://img.example/1.jpg", kind=Ask.MEDIA), page_url=URL)
    scene.wait(ask(URL))

    scene.freezing.freeze_item(scene.item(), scene.source, FLAG, thread_page("x"), scene.now)

    assert scene.stop.judge_address(once) is not None
    assert scene.stop.judge_address(dataclasses.replace(once, page_url="https://forum.example/other")) is None


def test_what_was_found_in_a_frozen_thread_is_not_asked_for_through_another_source(scene: Scene) -> None:
    """Too few words to be recognised by; the flag is on another page than the picture."""
    thread = scene.workspace.threads.open(scene.source, URL, scene.now)
    picture = ask("https://img.example/a.jpg", thread=thread.id, kind=Ask.MEDIA)
    scene.wait(picture, ask(f"{URL}page-2", thread=thread.id, urgency=Urgency.ROOT))
    item = scene.item()

    scene.freezing.freeze_item(item, scene.source, FLAG, thread_page("x", url=f"{URL}page-2"), scene.now)

    assert scene.stop.judge_address(ask(picture.url, kind=Ask.MEDIA)) is not None
    assert scene.stop.judge_address(ask(URL)) is not None
    shown = MediaReference(kind=ReferenceKind.IMAGE, url=picture.url)
    other = dataclasses.replace(thread_page("y", url="https://forum.example/o/", title="Other"), engine_id="9")
    posts = (dataclasses.replace(other.posts[0], media=(shown,)),)
    assert scene.stop.judge_page(dataclasses.replace(other, posts=posts)).flag is None  # no cascade over a banner


def test_nothing_is_added_to_a_thread_that_was_frozen_while_a_page_of_it_was_read(scene: Scene) -> None:
    """By another process."""
    thread = scene.workspace.threads.open(scene.source, URL, scene.now)
    scene.wait(ask(URL, thread=thread.id, urgency=Urgency.ROOT))
    scene.freezing.freeze_item(scene.item(), scene.source, FLAG, None, scene.now)

    scene.wait(ask("https://img.example/late.jpg", thread=thread.id, kind=Ask.MEDIA))

    assert scene.workspace.frontier.counts(scene.source) == {FrontierState.FROZEN: 1}
    late = scene.stop.judge_address(ask("https://img.example/late.jpg", thread=thread.id, kind=Ask.MEDIA))
    assert late is not None


def test_no_other_door_opens_what_was_frozen(tmp_path: Path) -> None:
    """A page that is recorded as evidence, an archive that is scanned: both ask the gate of the workspace."""
    settings, workspace = workspace_with_leak(tmp_path)
    archive = tmp_path / "seen.warc"
    archive.write_bytes(warc_of({URL: b"\xff\xd8\xff"}))
    names = FakeResolver()
    with workspace:
        Freezing(workspace, Stop.of(workspace, settings)).freeze_report(URL, FLAG, clock.utc_now())

        recorded = PageRecorder(settings, workspace, resolver=names).record(f"{URL}?utm_source=x")
        with WorkspaceScan(workspace, [archive], settings) as scan:
            list(scan.events())

    assert isinstance(recorded, Stopped)
    assert names.asked == []
    assert scan.summary().stopped == 1
