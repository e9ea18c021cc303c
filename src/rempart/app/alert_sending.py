"""Take alerts to their doors: a job each, tried again under the same reference until it is taken there.

A process that is killed between the taking and the noting sends it again: at least once, and whoever takes it knows it
by its reference (the Message-ID, ``webhook-id``, ``alert`` in a line). One mail tells of every alert that waits for it:
the jobs of the others find them told.
"""

from __future__ import annotations

import datetime as dt
import functools
import secrets
from collections.abc import Mapping, Sequence
from typing import Final

from rempart import clock
from rempart.app.alert_doors import AlertDoors
from rempart.app.alerts import doors_of
from rempart.app.worker import ACTOR, Effect, Keep, Worker, WorkerTally
from rempart.app.workspace import Workspace
from rempart.config import Settings
from rempart.errors import ConfigError, LaterError, NotFoundError, OutputError
from rempart.model.alert import Alert, AlertDelivery, AlertDoor, AlertPriority, DeliveryState
from rempart.model.ids import AlertId, IdKind, SightingId, new_id
from rempart.model.work import EventKind, Job, JobKind
from rempart.net import Resolver

_SECRET_BYTES: Final = 32
#: Where the key that hides references in Message-IDs follows from.
_MAIL_CONTEXT: Final = "alert.mail"
#: Alerts of one mail; the next ones are in the next mail.
_IN_A_MAIL_MOST: Final = 100
#: A door that failed is not tried with another alert for this long: each try may take half a minute.
REST_S: Final = 60.0
_GRAVEST_FIRST: Final = tuple(AlertPriority)
#: One at a time, by all workers together: two would mail the same alerts.
LIMITS: Final[Mapping[JobKind, int]] = {JobKind.SEND_ALERT: 1}


def send_due(workspace: Workspace, settings: Settings) -> WorkerTally:
    """Take what is due to its doors, and return; what fails is due again later."""
    worker = Worker(
        workspace.database,
        jobs=workspace.jobs,
        journal=workspace.journal,
        handlers={JobKind.SEND_ALERT: AlertSender(workspace, settings).send},
        limits=LIMITS,
    )
    return worker.run(until_idle=True)


class AlertSender:
    """Takes alerts to their doors, for one worker."""

    def __init__(
        self,
        workspace: Workspace,
        settings: Settings,
        *,
        environment: Mapping[str, str] | None = None,
        resolver: Resolver | None = None,
    ) -> None:
        """Prepare; nothing is opened or asked yet.

        Args:
            workspace: Where the alerts are.
            settings: Where they go.
            environment: The process's variables, where systemd keeps secrets; its own by default.
            resolver: Instead of the settings' name servers.
        """
        self._workspace = workspace
        self._settings = settings
        self._environment = environment
        self._resolver = resolver
        self._rests_until_s: dict[AlertDoor, float] = {}
        self._refused: dict[AlertDoor, AlertDelivery] = {}

    def send(self, job: Job, keep: Keep) -> Effect | None:
        """Take one alert to one door; what became of it is noted in the transaction that finishes the job.

        Raises:
            LaterError: the door did not take it, or not another one just now.
            ConfigError: its settings cannot be taken.
            OutputError: the file of lines cannot be written.
        """
        keep()
        door = AlertDoor(str(job.payload["door"]))
        alerts = self._waiting(str(job.payload["alert"]), door)
        if not alerts:
            return None
        delivery = self._refused.get(door) or self._deliver(door, alerts)
        if delivery.state is DeliveryState.REFUSED:
            self._refused[door] = delivery  # the others are not even asked about, by this worker
        return lambda: self._note(delivery, door, alerts)

    @functools.cached_property
    def _doors(self) -> AlertDoors:
        secret = self._workspace.keyring.index(_MAIL_CONTEXT, context=_MAIL_CONTEXT)
        return AlertDoors(self._settings, mail_secret=secret, environment=self._environment, resolver=self._resolver)

    def _deliver(self, door: AlertDoor, alerts: Sequence[Alert]) -> AlertDelivery:
        """Take alerts to a door that is not at rest.

        Raises:
            LaterError: it is, or did not take them.
        """
        self._refuse_at_rest(door)
        # Until it is known to be well: what is raised here counts as a failure too.
        self._rests_until_s[door] = clock.monotonic_s() + REST_S
        delivery = self._doors.deliver(door, alerts)
        if delivery.state is DeliveryState.FAILED:
            if delivery.wait_s:
                self._let_rest(door, alerts, delivery.wait_s)
            message = f"the alert was not taken by {door}: {delivery.why}"
            raise LaterError(message, wait_s=max(REST_S, delivery.wait_s))
        del self._rests_until_s[door]
        return delivery

    def _refuse_at_rest(self, door: AlertDoor) -> None:
        """Leave a door in peace that failed lately, or asked for it: of whichever worker, with whichever alert.

        Raises:
            LaterError: it is at rest.
        """
        if (left_s := self._rests_until_s.get(door, 0.0) - clock.monotonic_s()) > 0:
            message = f"the alert was not taken to {door}, which failed less than {REST_S:.0f} s ago"
            raise LaterError(message, wait_s=left_s)
        now = self._workspace.database.instant()
        until = self._workspace.database.durably(lambda: self._workspace.alerts.rests_until(door, now))
        if until is not None:
            message = f"the alert was not taken to {door}, which asked to be left in peace"
            raise LaterError(message, wait_s=(until - now).total_seconds())

    def _let_rest(self, door: AlertDoor, alerts: Sequence[Alert], wait_s: float) -> None:
        """Write until when a door asked to be left in peace, before this attempt is given back."""
        workspace, told = self._workspace, [alert.id for alert in alerts]
        until = workspace.database.instant() + dt.timedelta(seconds=wait_s)
        workspace.database.durably(lambda: workspace.alerts.rest(told, door, until))

    def _waiting(self, reference: str, door: AlertDoor) -> Sequence[Alert]:
        """Return the alert of a job, with those that one mail tells beside it; none if it is told, or past its end."""
        book = self._workspace.alerts
        try:
            mine = book.get(reference)
        except NotFoundError:
            return ()  # so is its sighting, and what there was to tell
        if book.doors(mine.id).get(door, mine.at) is not None:
            return ()
        waiting = {mine.id: mine}
        if door is AlertDoor.MAIL:
            waiting |= {alert.id: alert for alert, _ in book.unsent(door, limit=_IN_A_MAIL_MOST - 1)}
        return sorted(waiting.values(), key=lambda alert: (_GRAVEST_FIRST.index(alert.priority), alert.at, alert.id))

    def _note(self, delivery: AlertDelivery, door: AlertDoor, alerts: Sequence[Alert]) -> None:
        now = clock.utc_now()
        for alert in alerts:
            if delivery.state is DeliveryState.TAKEN:
                self._workspace.alerts.sent(alert.id, door, now)
            else:
                detail = {"door": str(door)}
                self._workspace.journal.note(EventKind.ALERT_REFUSED, alert.id, actor=ACTOR, now=now, detail=detail)


def try_doors(
    settings: Settings, *, environment: Mapping[str, str] | None = None, resolver: Resolver | None = None
) -> dict[AlertDoor, AlertDelivery]:
    """Take an alert that says that it is a trial to every door of the settings.

    Returns:
        What became of it at each; one that cannot be used does not keep the others from being tried.

    Raises:
        ConfigError: there is no door.
    """
    if not (open_doors := doors_of(settings)):
        message = "no alert leaves: neither alerts.lines_file, alerts.mail_to nor alerts.webhook_url is set"
        raise ConfigError(message, advice="Set one of them, or look yourself: rempart alert list")
    alert = Alert(
        id=AlertId(new_id(IdKind.ALERT)), sighting=SightingId(""), priority=AlertPriority.NORMAL, at=clock.utc_now()
    )
    secret = secrets.token_bytes(_SECRET_BYTES)
    doors = AlertDoors(settings, mail_secret=secret, environment=environment, resolver=resolver, is_trial=True)
    return {door: _tried(doors, door, alert) for door in open_doors}


def _tried(doors: AlertDoors, door: AlertDoor, alert: Alert) -> AlertDelivery:
    """Take a trial to a door, or say what to correct."""
    try:
        return doors.deliver(door, [alert])
    except (ConfigError, OutputError) as error:
        return AlertDelivery(state=DeliveryState.FAILED, why=error.diagnostics())
