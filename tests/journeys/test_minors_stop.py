"""What may concern a minor is never asked for: servers that are canaries count no request, the resolver no question."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from rempart.app.referrals import hand_over, list_referrals, show_referral
from rempart.app.rotation import rotate
from rempart.app.workspace import Workspace
from rempart.config import Settings
from rempart.model.frontier import FrontierState
from rempart.model.referral import FlagSource, Hotline
from rempart.model.source import Source
from targets.board import File
from targets.forum import Forum
from targets.served import Answer, Served
from watch_scenes import LoopbackNames, add, leaked, outside, watch, without_pace, workspace_with_leak

pytestmark = [pytest.mark.enable_socket, pytest.mark.slow]

#: A word of the gate's rules, as the forum's readers would write it.
FLAGGED = "une lyceenne de 16 ans"
HOST, MIRROR, CANARY = "forum.example", "mirror.example", "canary.example"
PLAIN = "the harbour is quiet and the boats are painted blue since the spring of that year near the old timber mill"


@dataclass
class Scene:
    """A forum, a mirror to be, a canary, and a workspace that watches."""

    settings: Settings
    workspace: Workspace
    forum: Forum
    canary: Served
    names: LoopbackNames

    def watch(self, *others: Forum, known: Path | None = None) -> None:
        """Watch once."""
        given = self.settings
        if known:
            gate = given.gate.model_copy(update={"known_urls_file": known})
            given = given.model_copy(update={"gate": gate})
        urls = [self.forum.url(name=HOST), self.canary.url(name=CANARY), *(f.url(name=MIRROR) for f in others)]
        watch(self.workspace, given, outside(urls, self.names))

    def add(self, forum: Forum | None = None, name: str = HOST) -> Source:
        """Watch a forum."""
        return add(self.workspace, (forum or self.forum).url(name=name))

    def shown(self, text: str = "", name: str = "a.jpg") -> str:
        """Return markup that shows a picture of the canary's."""
        return f'<img src="{self.canary.url(f"/{name}", name=CANARY)}">{text}'

    def asked(self, forum: Forum | None = None) -> list[str]:
        """Return what a forum was asked, without its robots.txt."""
        return [r.path for r in (forum or self.forum).log.requests if r.path != "/robots.txt"]


@pytest.fixture
def scene(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Scene]:
    """Make an empty forum and a workspace."""
    without_pace(monkeypatch)
    settings, workspace = workspace_with_leak(tmp_path)
    canary = Served(lambda _: Answer(body=leaked(), media_type="image/jpeg"))
    with workspace, Forum(threads=0, posts=0) as forum:
        yield Scene(settings, workspace, forum, canary, LoopbackNames())
    canary.close()


def leak_file(name: str = "leak.jpg") -> File:
    """Return a leak to be attached."""
    return File(name=name, body=leaked())


def test_the_canary_sings_where_nothing_is_flagged(scene: Scene) -> None:
    """Or the tests below would show nothing: its picture is asked for, and found to be the leak."""
    thread = scene.forum.open_thread("Quiet boats", PLAIN)
    scene.forum.append_post(thread.number, PLAIN, files=[leak_file()], markup=scene.shown())
    scene.add()

    scene.watch()

    assert len(scene.canary.log.requests) >= 1
    assert CANARY in scene.names.asked
    assert len(scene.workspace.sightings.all(100)) == 2
    assert scene.workspace.referrals.all() == []


def test_a_flagged_title_on_a_listing_is_never_followed(scene: Scene) -> None:
    """Neither its pages nor its pictures; the other thread is read."""
    bad = scene.forum.open_thread(FLAGGED, PLAIN, files=[leak_file()])
    good = scene.forum.open_thread("Quiet boats", PLAIN)
    scene.add()

    scene.watch()

    assert not [path for path in scene.asked() if f".{bad.number}/" in path and "threads" in path]
    assert not [path for path in scene.asked() if "attachments" in path]
    assert [path for path in scene.asked() if f".{good.number}/" in path]
    assert [r.flag for r in scene.workspace.referrals.all()] in ([FlagSource.ADDRESS], [FlagSource.TITLE])


@pytest.mark.parametrize("where", ["text", "long text", "file name"])
def test_a_flagged_post_freezes_its_thread(scene: Scene, where: str) -> None:
    """Its page was read: nothing that it shows is asked for, of this host or of another, and no name is looked up."""
    thread = scene.forum.open_thread("Quiet boats", PLAIN)
    scene.forum.append_post(thread.number, PLAIN, files=[leak_file()], markup=scene.shown())
    text = {"text": FLAGGED, "long text": f"{PLAIN * 90} {FLAGGED} {PLAIN * 90}"}.get(where, PLAIN)
    scene.forum.append_post(thread.number, text, files=[leak_file("15 ans.jpg" if where == "file name" else "b.jpg")])
    source = scene.add()

    scene.watch()
    scene.watch()

    assert not [path for path in scene.asked() if "attachments" in path]
    assert scene.canary.log.requests == []
    assert CANARY not in scene.names.asked
    assert scene.workspace.sightings.all(100) == []
    assert scene.workspace.frontier.counts(source.id)[FrontierState.FROZEN] == 1
    [referral] = list_referrals(scene.workspace)
    assert show_referral(scene.workspace, referral.id, with_address=True).url == scene.forum.thread_url(
        thread.number, name=HOST
    )


def test_a_word_on_page_7_stops_the_pictures_of_page_1(scene: Scene) -> None:
    """They wait until the thread was read, here and on other hosts, where a turn may come at any time."""
    thread = scene.forum.open_thread("Quiet boats", PLAIN, files=[leak_file()])
    scene.forum.append_post(thread.number, PLAIN, files=[leak_file("b.jpg")], markup=scene.shown())
    for _ in range(6 * scene.forum.look.posts_per_page):
        scene.forum.append_post(thread.number, PLAIN)
    scene.forum.append_post(thread.number, FLAGGED)
    source = scene.add()

    scene.watch()

    assert [path for path in scene.asked() if "page-7" in path]
    assert not [path for path in scene.asked() if "attachments" in path]
    assert scene.canary.log.requests == []
    assert CANARY not in scene.names.asked
    assert set(scene.workspace.frontier.counts(source.id)) <= {FrontierState.FROZEN, FrontierState.DONE}


def test_nothing_of_a_stopped_thread_is_on_the_disk_in_the_clear(scene: Scene) -> None:
    """Its words, its address and its pictures."""
    thread = scene.forum.open_thread("Quiet boats", f"planted-word {FLAGGED}", files=[leak_file("planted-file.jpg")])
    scene.add()

    scene.watch()

    planted = [b"planted-word", b"planted-file", f"quiet-boats.{thread.number}".encode(), leaked()[:64], b"lyceenne"]
    files = [path.read_bytes() for path in scene.workspace.folder.rglob("*") if path.is_file()]
    assert not [word for word in planted for content in files if word in content]
    assert len(scene.workspace.referrals.all()) == 1


def test_a_mirror_of_a_stopped_thread_is_stopped_on_its_first_page(scene: Scene) -> None:
    """The flagged words are on the second page there, which nobody reads: the first one is recognised."""
    thread = scene.forum.open_thread("Quiet boats", PLAIN)
    for _ in range(24):
        scene.forum.append_post(thread.number)
    scene.forum.append_post(thread.number, FLAGGED)
    scene.forum.put_post(thread.number, 1, [leak_file()], PLAIN)
    scene.add()
    scene.watch()
    with scene.forum.as_mirror() as mirror:
        scene.add(mirror, MIRROR)

        scene.watch(mirror)

        there = scene.asked(mirror)
    assert len([path for path in there if "threads" in path]) == 1
    assert not [path for path in there if "attachments" in path]
    assert FlagSource.MIRROR in {referral.flag for referral in scene.workspace.referrals.all()}


@pytest.mark.parametrize("entry", ["http://{host}:{port}/a.jpg", "{host}"], ids=["an address", "a host"])
def test_what_a_hotline_knows_is_never_asked_for(scene: Scene, tmp_path: Path, entry: str) -> None:
    """Whatever shows it."""
    known = tmp_path / "known"
    listed = entry.format(host=CANARY, port=scene.canary.port)
    known.write_text(hashlib.sha256(listed.encode()).hexdigest(), encoding="utf-8")
    thread = scene.forum.open_thread("Quiet boats", PLAIN)
    scene.forum.append_post(thread.number, PLAIN, markup=scene.shown())
    scene.add()

    scene.watch(known=known)

    assert scene.canary.log.requests == []
    assert CANARY not in scene.names.asked
    assert FlagSource.KNOWN_LIST in {referral.flag for referral in scene.workspace.referrals.all()}


@pytest.mark.parametrize("path", ["/une-lyceenne.jpg", "/a.jpg"], ids=["a flagged name", "a known host"])
def test_a_redirect_leads_nowhere_that_may_not_be_asked(scene: Scene, tmp_path: Path, path: str) -> None:
    """The gate judges every hop."""
    known = tmp_path / "known"
    known.write_text(hashlib.sha256(CANARY.encode()).hexdigest(), encoding="utf-8")
    thread = scene.forum.open_thread("Quiet boats", PLAIN, files=[leak_file()])
    [number] = thread.posts[0].files
    here = scene.forum.file_url(number).partition(str(scene.forum.port))[2]
    target = scene.canary.url(path, name=CANARY)
    scene.forum.overrides[here] = Answer(status=302, headers={"Location": target})
    scene.add()

    scene.watch(known=known if path == "/a.jpg" else None)

    assert here in scene.asked()
    assert scene.canary.log.requests == []
    assert CANARY not in scene.names.asked
    assert scene.workspace.referrals.all()


def test_a_stop_stays_after_the_hand_over_and_a_rotation(scene: Scene) -> None:
    """Its address is gone, the keys are others: it is known again all the same."""
    thread = scene.forum.open_thread("Quiet boats", FLAGGED, files=[leak_file()])
    source = scene.add()
    scene.watch()
    [referral] = scene.workspace.referrals.all()
    hand_over(scene.workspace, referral.id, to=Hotline.PHAROS, receipt="1")
    rotate(scene.workspace)
    scene.forum.log.forget()
    scene.forum.append_post(thread.number, PLAIN, files=[leak_file()])
    scene.workspace.sources.make_due(source.id, scene.workspace.database.instant())

    scene.watch()

    assert scene.asked()
    assert not [path for path in scene.asked() if "threads" in path or "attachments" in path]
    assert len(scene.workspace.referrals.all()) == 1
