"""Alerts leave by every door at least once, under one reference, and nothing of what was found leaves with them."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import logging
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest

from alert_scenes import PLANTED, AlertScene
from net.servers import head
from relays import CLOSE, ScriptedRelay
from rempart import clock
from rempart.app.alert_sending import REST_S, send_due, try_doors
from rempart.app.handlers import LIMITS
from rempart.app.worker import WorkerTally
from rempart.config import Settings
from rempart.errors import ConfigError
from rempart.model.alert import Alert, AlertDoor, DeliveryState
from rempart.model.asset import Depicts, Sensitivity
from rempart.model.work import EventKind, JobKind, JobState
from required import ROOT
from webhook_receivers import WRITTEN, WebhookReceiver
from workspaces import settings_for

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

BUSY = head("503 Service Unavailable", content_length="0")
GONE = head("410 Gone", content_length="0")
TAKEN = head("204 No Content")


class Desk:
    """A workspace, and the doors by which its alerts leave."""

    def __init__(self, folder: Path) -> None:
        """Make the workspace; no door is open yet."""
        self.folder = folder
        self.lines = folder / "alerts.jsonl"
        self.secret = folder / "secret"
        self.secret.write_text(f"{WRITTEN}\n")
        self.secret.chmod(0o600)
        self.scene = AlertScene(folder / "workspace")
        self.workspace = self.scene.workspace

    def opened(self, receiver: WebhookReceiver | None = None, relay_port: int = 0, *, lines: bool = False) -> Settings:
        """Open some doors."""
        doors: dict[str, object] = {"report__language": "en"}
        if lines:
            doors["alerts__lines_file"] = str(self.lines)
        if receiver:
            doors |= {"alerts__webhook_url": receiver.url, "alerts__webhook_secret_file": str(self.secret)}
        if relay_port:
            doors |= {"mail__host": "127.0.0.1", "mail__port": relay_port, "mail__security": "none"}
            doors |= {"mail__from_address": "notices@example.org", "alerts__mail_to": "desk@example.org"}
        self.scene.settings = settings_for(self.folder / "workspace", **doors)
        return self.scene.settings

    def see(self, **asset: object) -> Alert:
        """See a new picture; return its alert."""
        alert = self.scene.see(self.scene.asset(**asset))  # type: ignore[arg-type]  # of the scene's own
        assert alert is not None
        return alert

    def send(self, *, later: bool = False) -> WorkerTally:
        """Send what is due; ``later``, as if an hour had passed."""
        if later:
            self.workspace.database.execute(
                "UPDATE job SET due_at = %s WHERE state = 'queued'", ("2026-01-01 00:00:00",)
            )
        return send_due(self.workspace, self.scene.settings)

    def with_relay(self, relay: ScriptedRelay, work: Callable[[int], object]) -> None:
        """Do some work while a relay serves."""

        async def whole() -> None:
            async with relay.serving() as port:
                await asyncio.to_thread(work, port)

        asyncio.run(whole())

    @property
    def states(self) -> list[JobState]:
        """Return where the jobs stand."""
        return [job.state for job in self.workspace.jobs.all()]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """Make a workspace."""
    desk = Desk(tmp_path)
    with desk.workspace:
        yield desk


def text_of(mail: bytes) -> str:
    """Return the text of a mail, decoded by a reader that is not ours."""
    return str(message_from_bytes(mail.removesuffix(b".\r\n"), policy=default).get_content())


def test_every_door_is_told_and_nothing_of_what_was_found_leaves(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    """Not an address, a name, a title, an identifier of a sighting or an asset: in bytes, jobs, events and log."""
    caplog.set_level(logging.DEBUG)
    relay, alerts = ScriptedRelay(), list[Alert]()

    def work(port: int) -> None:
        with WebhookReceiver() as receiver:
            desk.opened(receiver, port, lines=True)
            alerts.append(desk.see(sensitivity=Sensitivity.INTIMATE))
            tally = desk.send()
            assert (tally.done, tally.failed) == (3, 0)
            sent.append(receiver.sent)
            assert receiver.verify(0)

    sent = list[bytes]()
    desk.with_relay(relay, work)

    [alert] = alerts
    left = [*sent, relay.mail, b"\n".join(relay.heard), desk.lines.read_bytes()]
    for each in left[:2] + left[3:]:
        assert alert.id.encode() in each or each is left[2]
    jobs = " ".join(f"{job.payload} {job.reason}" for job in desk.workspace.jobs.all())
    events = " ".join(str(event) for event in desk.workspace.journal.events(alert.id))
    everything = b"\n".join([*left, text_of(relay.mail).encode(), jobs.encode(), events.encode(), caplog.text.encode()])
    for planted in (*PLANTED, alert.sighting):
        assert planted.encode() not in everything, planted
    assert json.loads(desk.lines.read_text()) == {
        "v": 1,
        "alert": alert.id,
        "priority": "urgent",
        "raised_at": alert.at.isoformat(timespec="seconds"),
    }
    assert desk.send().done == 0


def test_a_door_that_fails_is_tried_again_under_the_same_reference(desk: Desk) -> None:
    """With the same body, signed anew; the other door does not wait for it."""
    with WebhookReceiver(BUSY, TAKEN) as receiver:
        desk.opened(receiver, lines=True)
        alert = desk.see()
        first = desk.send()
        written = desk.lines.read_bytes()
        again = desk.send(later=True)

        assert (first.done, first.failed) == (1, 1)
        assert (again.done, again.failed) == (1, 0)
        assert [headers["webhook-id"] for headers, _ in receiver.posts] == [alert.id, alert.id]
        assert receiver.posts[0][1] == receiver.posts[1][1]
        assert receiver.verify(1)
    assert desk.lines.read_bytes() == written
    assert desk.states == [JobState.DONE, JobState.DONE]


def test_a_door_that_failed_rests(desk: Desk) -> None:
    """A hundred alerts would ask a receiver that is down a hundred times, half a minute each."""
    with WebhookReceiver(BUSY) as receiver:
        desk.opened(receiver, lines=True)
        for _ in range(3):
            desk.see()

        tally = desk.send()

        assert (tally.done, tally.failed) == (3, 3)
        assert len(receiver.posts) == 1
    reasons = sorted(job.reason for job in desk.workspace.jobs.all(JobState.QUEUED))
    assert "it answered 503" in reasons[0]
    assert all("less than 60 s ago" in reason for reason in reasons[1:])
    asked_at = min(job.due_at for job in desk.workspace.jobs.all(JobState.QUEUED))
    assert asked_at - desk.workspace.database.instant() > dt.timedelta(seconds=REST_S / 2)


def test_a_receiver_that_asks_for_patience_is_not_asked_before(desk: Desk) -> None:
    """Not by another process, nor with another alert; in the end it takes them all, under their references."""
    busy = head("429 Too Many Requests", retry_after="7200", content_length="0")
    with WebhookReceiver(busy, TAKEN) as receiver:
        desk.opened(receiver, lines=True)
        alerts = [desk.see()]
        assert desk.send().failed == 1
        alerts.append(desk.see())

        soon = desk.send(later=True)

        assert len(receiver.posts) == 1
        assert (soon.done, soon.failed) == (1, 2)
        reasons = {job.reason for job in desk.workspace.jobs.all(JobState.QUEUED)}
        assert any("webhook, which asked to be left in peace" in reason for reason in reasons)
        desk.workspace.database.execute("UPDATE alert_door SET rests_until = %s", ("2026-01-01 00:00:00",))
        assert desk.send(later=True).done == 2
        assert sorted(headers["webhook-id"] for headers, _ in receiver.posts[1:]) == sorted(one.id for one in alerts)
    assert set(desk.states) == {JobState.DONE}


def test_a_receiver_that_wants_no_more_is_not_asked_again(desk: Desk) -> None:
    """410: that is noted, and by this worker it is not asked about the others either."""
    with WebhookReceiver(GONE) as receiver:
        desk.opened(receiver)
        alerts = [desk.see(), desk.see()]
        tally = desk.send()
        again = desk.send(later=True)

        assert (tally.done, tally.failed, again.done) == (2, 0, 0)
        assert len(receiver.posts) == 1
    for alert in alerts:
        kinds = [event.kind for event in desk.workspace.journal.events(alert.id)]
        assert kinds == [EventKind.ALERT_RAISED, EventKind.ALERT_REFUSED]


def test_one_mail_tells_of_all_that_wait(desk: Desk) -> None:
    """The gravest first; the jobs of the others find them told."""
    relay, alerts = ScriptedRelay(), list[Alert]()

    def work(port: int) -> None:
        desk.opened(relay_port=port)
        alerts.extend([desk.see(depicts=Depicts.NOBODY), desk.see(), desk.see(sensitivity=Sensitivity.INTIMATE)])
        assert desk.send().done == 3

    desk.with_relay(relay, work)

    text = text_of(relay.mail)
    assert relay.verbs.count("DATA") == 1
    assert sorted(alerts, key=lambda alert: text.index(alert.id)) == alerts[::-1]
    assert message_from_bytes(relay.mail)["Subject"] == "Rempart: an alert"


def test_a_mail_whose_answer_was_lost_is_sent_again_as_the_same(desk: Desk) -> None:
    """The relay may have taken it: whoever reads it knows it by its Message-ID."""
    first, second = ScriptedRelay({".": CLOSE}), ScriptedRelay()

    def begin(port: int) -> None:
        desk.opened(relay_port=port)
        desk.see()
        assert desk.send().failed == 1

    def go_on(port: int) -> None:
        desk.opened(relay_port=port)
        assert desk.send(later=True).done == 1

    desk.with_relay(first, begin)
    desk.with_relay(second, go_on)

    assert first.mail
    assert second.mail == first.mail


@pytest.mark.parametrize("script", [{"RCPT": b"550 5.1.1 desk@example.org is unknown\r\n"}, {"greeting": CLOSE}])
def test_why_a_mail_did_not_leave_names_no_address(desk: Desk, script: dict[str, bytes]) -> None:
    """What a relay says may hold one: jobs are shown to others."""

    def work(port: int) -> None:
        desk.opened(relay_port=port)
        desk.see()
        assert desk.send().failed == 1

    desk.with_relay(ScriptedRelay(script), work)

    [job] = desk.workspace.jobs.all()
    assert job.state is JobState.QUEUED
    assert "the relay" in job.reason
    assert "desk@" not in job.reason


def test_a_door_that_is_not_set_here_keeps_its_alert(desk: Desk) -> None:
    """Another process that found something has the setting: it is not lost for that."""
    desk.opened(lines=True)
    desk.see()
    desk.opened()

    first = desk.send()
    [job] = desk.workspace.jobs.all()
    desk.opened(lines=True)
    second = desk.send(later=True)

    assert (first.failed, second.done) == (1, 1)
    assert "alerts.lines_file" in job.reason
    assert len(desk.lines.read_text().splitlines()) == 1


@pytest.mark.parametrize("moment, times", [("before", 1), ("after", 2)])
@pytest.mark.parametrize("door", ["lines", "webhook"])
def test_kill_9_loses_no_alert_and_sends_it_again_as_the_same(desk: Desk, door: str, moment: str, times: int) -> None:
    """Before it leaves it leaves once; between the taking and the noting, twice under one reference."""
    with WebhookReceiver() as receiver:
        desk.opened(receiver if door == "webhook" else None, lines=door == "lines")
        alert = desk.see()
        given = [str(desk.lines), "", ""] if door == "lines" else ["", receiver.url, str(desk.secret)]
        command = [sys.executable, str(ROOT / "tests" / "alert_killer.py"), str(desk.folder / "workspace")]
        killed = subprocess.run([*command, *given, moment], check=False, timeout=120)
        with desk.workspace.database.transaction():
            dead = desk.workspace.jobs.reclaim(clock.utc_now() + dt.timedelta(seconds=61))
        desk.send()
        desk.send(later=True)

        lines = desk.lines.read_text().splitlines() if door == "lines" else []
        references = [json.loads(line)["alert"] for line in lines]
        references += [headers["webhook-id"] for headers, _ in receiver.posts]
    assert killed.returncode == -signal.SIGKILL
    assert dead == []
    assert references == [alert.id] * times
    assert desk.states == [JobState.DONE]


def test_no_two_workers_send_at_once() -> None:
    """They would mail the same alerts."""
    assert LIMITS[JobKind.SEND_ALERT] == 1


def test_a_trial_goes_to_every_door_and_says_so(desk: Desk) -> None:
    """One that cannot be used does not keep the others from being tried; nothing is stored."""
    with WebhookReceiver(BUSY) as receiver:
        settings = desk.opened(receiver, lines=True)
        found = try_doors(settings, environment={})
        [(_, body)] = receiver.posts
    desk.lines.unlink()
    desk.lines.mkdir()
    broken = try_doors(desk.opened(lines=True), environment={})

    assert {door: delivery.state for door, delivery in found.items()} == {
        AlertDoor.LINES: DeliveryState.TAKEN,
        AlertDoor.WEBHOOK: DeliveryState.FAILED,
    }
    assert json.loads(body)["trial"] is True
    assert broken[AlertDoor.LINES].state is DeliveryState.FAILED
    assert "alerts.lines_file" in broken[AlertDoor.LINES].why
    assert desk.workspace.jobs.all() == []


def test_nothing_is_tried_where_no_door_is_set() -> None:
    """The sentence names the settings."""
    with pytest.raises(ConfigError, match=r"alerts\.mail_to"):
        try_doors(Settings())


def test_an_alert_whose_sighting_is_past_its_end_is_not_sent(desk: Desk) -> None:
    """There is nothing to see any more: its job ends, and the door is not opened."""
    desk.opened(lines=True)
    alert = desk.see()
    for table, column in (("alert_door", "alert_id"), ("alert", "id")):
        desk.workspace.database.execute(f"DELETE FROM {table} WHERE {column} = %s", (alert.id,))  # noqa: S608 - ours

    assert desk.send().done == 1
    assert not desk.lines.exists()
