"""What was raised, and which doors took it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from rempart.app.workspace import Workspace
from rempart.model.alert import Alert, AlertDoor
from rempart.model.work import EventKind


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldAlert:
    """An alert, and who was told."""

    alert: Alert
    """Which."""
    doors: Mapping[AlertDoor, dt.datetime | None]
    """Where it goes, and when it was taken there; None where it was not yet."""
    refused: tuple[AlertDoor, ...]
    """Those that answered that no more are wanted there: it is not tried again."""

    @property
    def waiting(self) -> tuple[AlertDoor, ...]:
        """Return the doors where it is tried again."""
        return tuple(door for door, at in self.doors.items() if at is None and door not in self.refused)


def list_alerts(workspace: Workspace) -> list[ToldAlert]:
    """Return the alerts, the newest first."""
    return [_told(workspace, alert) for alert in workspace.alerts.all()]


def show_alert(workspace: Workspace, alert: str) -> ToldAlert:
    """Return one alert.

    Raises:
        NotFoundError: there is none, or its sighting is past its end.
    """
    return _told(workspace, workspace.alerts.get(alert))


def _told(workspace: Workspace, alert: Alert) -> ToldAlert:
    events = workspace.journal.events(alert.id)
    refused = {AlertDoor(str(e.detail["door"])) for e in events if e.kind is EventKind.ALERT_REFUSED}
    return ToldAlert(alert=alert, doors=workspace.alerts.doors(alert.id), refused=tuple(sorted(refused)))
