"""Take alerts to their doors: a job each, tried again under the same reference until it is taken there.

A process that is killed between the taking and the noting sends it again: at least once, and whoever takes it knows it
by its reference (the Message-ID, ``webhook-id``, ``alert`` in a line).
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping

from rempart import clock
from rempart.app.alert_doors import AlertDoors
from rempart.app.alerts import AlertBook, doors_of
from rempart.app.worker import ACTOR, Effect, Keep, Worker, WorkerTally
from rempart.app.workspace import Workspace
from rempart.config import Settings
from rempart.errors import ConfigError, NotFoundError, UnavailableError
from rempart.model.alert import Alert, AlertDelivery, AlertDoor, AlertPriority, DeliveryState
from rempart.model.ids import AlertId, IdKind, SightingId, new_id
from rempart.model.work import EventKind, Job, JobKind
from rempart.net import Resolver

_SECRET_BYTES = 32
#: Where the key that hides references in Message-IDs follows from.
_MAIL_CONTEXT = "alert.mail"


def send_due(workspace: Workspace, settings: Settings) -> WorkerTally:
    """Take what is due to its doors, and return; what fails is due again later."""
    worker = Worker(
        workspace.database,
        jobs=workspace.jobs,
        journal=workspace.journal,
        handlers={JobKind.SEND_ALERT: lambda job, keep: send_alert(workspace, settings, job, keep)},
    )
    return worker.run(until_idle=True)


def send_alert(
    workspace: Workspace,
    settings: Settings,
    job: Job,
    keep: Keep,
    *,
    environment: Mapping[str, str] | None = None,
    resolver: Resolver | None = None,
) -> Effect | None:
    """Take one alert to one door; what became of it is noted in the transaction that finishes the job.

    Raises:
        UnavailableError: the door did not take it.
        ConfigError: its settings cannot be taken.
        OutputError: the file of lines cannot be written.
    """
    keep()
    book: AlertBook = workspace.alerts  # type: ignore[attr-defined]  # until the store has it
    try:
        alert = book.get(str(job.payload["alert"]))
    except NotFoundError:
        return None  # its sighting is past its end, and so is what there was to tell
    door = AlertDoor(str(job.payload["door"]))
    secret = workspace.keyring.index(_MAIL_CONTEXT, context=_MAIL_CONTEXT)
    doors = AlertDoors(settings, mail_secret=secret, environment=environment, resolver=resolver)
    delivery = doors.deliver(door, alert)
    match delivery.state:
        case DeliveryState.TAKEN:
            return lambda: book.sent(alert.id, door, clock.utc_now())
        case DeliveryState.REFUSED:
            return lambda: _note_refused(workspace, alert, door)
        case DeliveryState.FAILED:
            message = f"the alert was not taken by {door}: {delivery.why}"
            raise UnavailableError(message, advice="It is tried again by itself, for three days.")


def try_doors(
    settings: Settings, *, environment: Mapping[str, str] | None = None, resolver: Resolver | None = None
) -> dict[AlertDoor, AlertDelivery]:
    """Take an alert that says that it is a trial to every door of the settings.

    Raises:
        ConfigError: there is no door, or a setting of one cannot be taken.
        OutputError: the file of lines cannot be written.
    """
    if not (open_doors := doors_of(settings)):
        message = "no alert leaves: neither alerts.lines_file, alerts.mail_to nor alerts.webhook_url is set"
        raise ConfigError(message, advice="Set one of them, or look yourself: rempart alert list")
    alert = Alert(
        id=AlertId(new_id(IdKind.ALERT)), sighting=SightingId(""), priority=AlertPriority.NORMAL, at=clock.utc_now()
    )
    secret = secrets.token_bytes(_SECRET_BYTES)
    doors = AlertDoors(settings, mail_secret=secret, environment=environment, resolver=resolver, is_trial=True)
    return {door: doors.deliver(door, alert) for door in open_doors}


def _note_refused(workspace: Workspace, alert: Alert, door: AlertDoor) -> None:
    now = clock.utc_now()
    workspace.journal.note(EventKind.ALERT_REFUSED, alert.id, actor=ACTOR, now=now, detail={"door": str(door)})
