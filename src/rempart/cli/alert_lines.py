"""What ``rempart alert`` and ``rempart watch`` print of alerts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rempart.cli.printing import put, safe

if TYPE_CHECKING:
    from rempart.app.alert_listing import ToldAlert
    from rempart.model.alert import Alert, AlertDelivery, AlertDoor


def alert_line(alert: Alert) -> str:
    """Return the line that a watch prints when it raises an alert."""
    return f"ALERT  {alert.id}  {alert.priority}"


def told_record(told: ToldAlert) -> dict[str, object]:
    """Return the JSON line of an alert."""
    return {
        "v": 1,
        "alert": told.alert.id,
        "priority": str(told.alert.priority),
        "raised_at": told.alert.at.isoformat(timespec="seconds"),
        "sighting": told.alert.sighting,
        "doors": {str(door): at.isoformat(timespec="seconds") if at else None for door, at in told.doors.items()},
        "refused": [str(door) for door in told.refused],
    }


def print_told(told: ToldAlert) -> None:
    """Print one line."""
    alert = told.alert
    waits = f"  waits for: {', '.join(told.waiting)}" if told.waiting else ""
    refused = f"  refused by: {', '.join(told.refused)}" if told.refused else ""
    put(safe(f"{alert.id}  {alert.priority:6}  {alert.at:%Y-%m-%d %H:%M}  {alert.sighting}{waits}{refused}"))


def delivery_record(door: AlertDoor, delivery: AlertDelivery) -> dict[str, object]:
    """Return the JSON line of a trial."""
    return {"v": 1, "door": str(door), "outcome": str(delivery.state), "detail": delivery.why or None}


def print_delivery(door: AlertDoor, delivery: AlertDelivery) -> None:
    """Print one line."""
    why = f"  {' '.join(delivery.why.splitlines())}" if delivery.why else ""
    put(safe(f"{door:7}  {delivery.state}{why}"))
