"""What was raised, and which doors did not take it yet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rempart.app.workspace import Workspace
from rempart.model.alert import Alert, AlertDoor
from rempart.model.work import EventKind


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldAlert:
    """An alert, and who was told."""

    alert: Alert
    """Which."""
    waiting: tuple[AlertDoor, ...]
    """Doors that did not take it yet."""
    refused: tuple[AlertDoor, ...] = ()
    """Those of them that said that no more are wanted there."""


def list_alerts(workspace: Workspace) -> list[ToldAlert]:
    """Return the alerts, the newest first."""
    waiting = _waiting(workspace)
    return [ToldAlert(alert=alert, waiting=tuple(waiting.get(alert.id, ()))) for alert in workspace.alerts.all()]


def show_alert(workspace: Workspace, alert: str) -> ToldAlert:
    """Return one alert.

    Raises:
        NotFoundError: there is none, or its sighting is past its end.
    """
    found = workspace.alerts.get(alert)
    events = workspace.journal.events(found.id)
    refused = {AlertDoor(str(e.detail["door"])) for e in events if e.kind is EventKind.ALERT_REFUSED}
    waiting = tuple(_waiting(workspace).get(found.id, ()))
    return ToldAlert(alert=found, waiting=waiting, refused=tuple(door for door in waiting if door in refused))


def _waiting(workspace: Workspace) -> Mapping[str, Sequence[AlertDoor]]:
    waiting: dict[str, list[AlertDoor]] = {}
    for alert, door in workspace.alerts.unsent():
        waiting.setdefault(alert, []).append(door)
    return waiting
