"""``rempart watch``: what it prints of what happens, and what it answers."""

from __future__ import annotations

import datetime as dt
import errno
import io
import json
import os
import pty
import threading
from pathlib import Path

import pytest

from commands import rempart
from rempart import clock
from rempart.app.watch_events import HealthChanged, Sighted, SourceEnded, StoppedAt, WatchTally
from rempart.cli import drawn_line
from rempart.cli.watch_lines import WatchPrinter, exit_code, print_summary
from rempart.cli.watch_progress import in_words
from rempart.model import AssetId, Clue, ClueKind, Match, SignalType, SuspectId
from rempart.model.alert import Alert, AlertPriority
from rempart.model.ids import AlertId, SightingId
from rempart.model.referral import FlagSource
from rempart.model.source import Health
from workspaces import make, pictures, register

ALERT = Alert(id=AlertId("alr_1"), sighting=SightingId("sgt_1"), priority=AlertPriority.HIGH, at=clock.utc_now())
IDENTICAL = Clue(kind=ClueKind.SAME_BYTES, signal_type=SignalType.SHA256, distance_bits=0, weight=1.0)
URL = "https://forum.example/threads/lost.5/"


def sighted(asset: str, *, is_sealed: bool = False) -> Sighted:
    """Return something that matched."""
    match = Match(
        asset=AssetId(asset),
        suspect=SuspectId(f"{URL}picture.jpg"),
        clues=(IDENTICAL,),
        score=0.9,
        false_match_bound=None,
        region=None,
        width=10,
        height=10,
    )
    return Sighted(
        sighting=SightingId("sgt_1"),
        matches=() if is_sealed else (match,),
        page_url="" if is_sealed else URL,
        is_new=True,
        alert=ALERT,
    )


def test_a_match_is_shown_with_where_and_what(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The page, the picture's own name, the sighting, and how soon to look."""
    settings, workspace = make(tmp_path / "ws", is_shared=False)
    [asset] = register(settings, workspace, pictures(tmp_path / "shoot", 1))

    WatchPrinter(workspace, as_json=False).show(sighted(asset))

    told = capsys.readouterr().out
    assert f"match  0.90  new  {URL}  <-  picture-001.png" in told
    assert "sgt_1" in told
    assert "ALERT  alr_1  high" in told


@pytest.mark.parametrize("as_json", [False, True])
def test_a_sealed_match_has_no_place(tmp_path: Path, capsys: pytest.CaptureFixture[str], *, as_json: bool) -> None:
    """It is a sighting and an alert, for people and for programs."""
    _, workspace = make(tmp_path / "ws", is_shared=False)

    WatchPrinter(workspace, as_json=as_json).show(sighted("ast_1", is_sealed=True))

    told = capsys.readouterr()
    assert "sgt_1" in told.out
    assert "ast_1" not in told.out + told.err
    assert "forum.example" not in told.out + told.err
    if as_json:
        record = json.loads(told.out)
        assert (record["page"], record["assets"], record["alert"]) == (None, [], "alr_1")


def test_what_was_stopped_is_talk_without_an_address(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The rule, and what to do: results hold nothing of it."""
    _, workspace = make(tmp_path / "ws", is_shared=False)

    WatchPrinter(workspace, as_json=False).show(StoppedAt(flag=FlagSource.TITLE, rule="fr-word"))

    told = capsys.readouterr()
    assert told.out == ""
    assert "rempart referral list" in told.err


def test_how_a_source_goes_is_said_when_it_is_not_well(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A wall is talk for people; programs get every change."""
    from watched import new_source  # noqa: PLC0415 - with the workspace

    _, workspace = make(tmp_path / "ws", is_shared=False)
    source = workspace.sources.add(new_source(workspace.me.id), clock.utc_now())
    printer = WatchPrinter(workspace, as_json=False)

    printer.show(HealthChanged(source=source, health=Health.WELL, words=""))
    printer.show(HealthChanged(source=source, health=Health.LOGIN_WALL, words="a form to log in"))
    printer.show(SourceEnded(source=source, why="its day has come"))
    WatchPrinter(workspace, as_json=True).show(HealthChanged(source=source, health=Health.WELL, words=""))
    WatchPrinter(workspace, as_json=True).show(SourceEnded(source=source, why="its day has come"))

    told = capsys.readouterr()
    assert "it asks for an account: a form to log in" in told.err
    assert "its day has come" in told.err
    assert [json.loads(line) for line in told.out.splitlines()] == [
        {"v": 1, "event": "health", "source": source.id, "health": "well", "why": None},
        {"v": 1, "event": "ended", "source": source.id, "why": "its day has come"},
    ]


@pytest.mark.parametrize(
    "tally, code",
    [
        (WatchTally(), 0),
        (WatchTally(pages=3, stopped=1), 0),
        (WatchTally(new=1, matched=1, media=2), 1),
        (WatchTally(matched=1, media=1), 0),
        (WatchTally(stopped=2), 6),
        (WatchTally(new=1, interrupted=True), 130),
    ],
)
def test_what_it_answers(tally: WatchTally, code: int) -> None:
    """Found, nothing new, refused for safety, interrupted: in this order."""
    assert exit_code(tally) == code


def test_the_summary_says_everything(capsys: pytest.CaptureFixture[str]) -> None:
    """A count of nothing is left out for people, and there for programs."""
    tally = WatchTally(sources=1, requests=9, pages=4, posts=7, media=3, gone=2, interrupted=True)

    print_summary(tally, as_json=False)
    people = capsys.readouterr()
    print_summary(tally, as_json=True)
    programs = json.loads(capsys.readouterr().out)

    assert "9 requests: 4 pages, 7 new posts, 3 pictures compared" in people.out
    assert "2 gone" in people.err
    assert "videos" not in people.err
    assert "the next rempart watch goes on from here" in people.err
    assert (programs["event"], programs["videos"], programs["gone"]) == ("summary", 0, 2)


def test_nothing_to_look_for_is_said(tmp_path: Path) -> None:
    """A watch without pictures compares nothing: it does not begin."""
    make(tmp_path / "ws", is_shared=False)[1].database.close()

    done = rempart("--workspace", tmp_path / "ws", "watch", "--once")

    assert done.returncode == 2
    assert "rempart asset add" in done.stderr


def test_without_a_workspace_nothing_is_begun(tmp_path: Path) -> None:
    """Nobody is told to wait for what will not be done."""
    done = rempart("--workspace", tmp_path / "none", "watch", "--once")

    assert done.returncode == 3
    assert done.stderr.startswith("Error: there is no workspace")


def test_no_source_is_no_failure(tmp_path: Path) -> None:
    """It says what to do, and ends; a source that is not there is one."""
    settings, workspace = make(tmp_path / "ws", is_shared=False)
    register(settings, workspace, pictures(tmp_path / "shoot", 1))
    workspace.database.close()

    done = rempart("--workspace", tmp_path / "ws", "watch", "--once")
    other = rempart("--workspace", tmp_path / "ws", "watch", "--once", "--source", "src_0")

    assert done.returncode == 0, done.stderr
    assert "rempart source add" in done.stderr
    assert other.returncode == 2
    assert "no source" in other.stderr


class _Drawing:
    """Something that is drawn, which notes what is done to it."""

    def __init__(self) -> None:
        self.done: list[str] = []

    def start(self) -> None:
        self.done.append("start")

    def stop(self) -> None:
        self.done.append("stop")


def test_a_line_is_taken_away_while_something_is_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is brought up to date meanwhile, and ends with its command."""
    leader, follower = pty.openpty()
    try:
        with os.fdopen(follower, "w") as terminal:
            monkeypatch.setattr("sys.stderr", terminal)
            drawing, updated = _Drawing(), threading.Event()
            line = drawn_line.DrawnLine()
            line.start(lambda: drawing, updated.set)
            assert updated.wait(30)
            with line.paused():
                drawing.done.append("print")
            line.end()
    finally:
        os.close(leader)

    assert drawing.done == ["start", "stop", "print", "start", "stop"]


def test_nothing_is_drawn_where_nobody_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither is a thread begun."""
    monkeypatch.setattr("sys.stderr", io.StringIO())
    drawing, before = _Drawing(), threading.active_count()
    line = drawn_line.DrawnLine()

    line.start(lambda: drawing, lambda: None)
    with line.paused():
        line.end()

    assert drawing.done == []
    assert threading.active_count() == before


def test_a_source_that_is_due_is_far_away(tmp_path: Path) -> None:
    """What is not due is not visited: nothing is asked for, and nothing is waited for."""
    from watched import new_source  # noqa: PLC0415 - with the workspace

    settings, workspace = make(tmp_path / "ws", is_shared=False)
    register(settings, workspace, pictures(tmp_path / "shoot", 1))
    now = clock.utc_now()
    source = workspace.sources.add(new_source(workspace.me.id), now)
    assert workspace.sources.seeded(source.id, now + dt.timedelta(hours=6), now)
    workspace.database.close()

    done = rempart("--workspace", tmp_path / "ws", "watch", "--once")

    assert done.returncode == 0, done.stderr
    assert "0 sources visited, 0 requests" in done.stdout


def test_who_looks_sees_until_when_nothing_may_be_asked_for() -> None:
    """On one line of 80 columns, with the sign that turns before it."""
    tally = WatchTally(requests=22_000, pages=2_000, posts=45_000, media=20_000, matched=12)
    until = dt.datetime(2026, 11, 22, 15, 4, 12, tzinfo=dt.UTC)

    assert "waits until 15:04:12 UTC" in in_words(tally, until)
    assert "waits" not in in_words(tally, None)
    assert max(len(in_words(tally, at)) for at in (until, None)) <= 78


class _OfClosedTerminal:
    """Something that was drawn on a terminal that is gone."""

    def __init__(self) -> None:
        self.is_gone = False

    def start(self) -> None:
        self.stop()

    def stop(self) -> None:
        if self.is_gone:
            raise OSError(errno.EIO, os.strerror(errno.EIO))


def test_a_terminal_that_was_closed_is_no_bug(monkeypatch: pytest.MonkeyPatch) -> None:
    """The watch ended with a trace that nobody could read, and with 1: something matched."""
    leader, follower = pty.openpty()
    try:
        with os.fdopen(follower, "w") as terminal:
            monkeypatch.setattr("sys.stderr", terminal)
            drawing, line = _OfClosedTerminal(), drawn_line.DrawnLine()
            line.start(lambda: drawing, lambda: None)
            drawing.is_gone = True
            with line.paused():
                pass
            line.end()
    finally:
        os.close(leader)
