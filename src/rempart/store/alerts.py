"""Alerts: one for a sighting, and for each door whether it went out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Final

from django.db.models import Max

from rempart.errors import NotFoundError
from rempart.model.alert import Alert, AlertDoor, AlertPriority
from rempart.model.ids import AlertId, IdKind, SightingId, is_id, new_id
from rempart.store.database import Database
from rempart.store.models import AlertDoorRow, AlertRow

#: No door is left in peace for longer.
REST_MOST: Final = dt.timedelta(days=1)


class AlertRepository:
    """The alerts of one workspace."""

    def __init__(self, database: Database) -> None:
        """Work on an open database."""
        self._database = database

    def raise_(
        self, sighting: SightingId, priority: AlertPriority, doors: Collection[AlertDoor], now: dt.datetime
    ) -> Alert:
        """Tell of a sighting, once: the second time gives the first alert, as it is.

        Args:
            sighting: Of what.
            priority: How soon somebody should look.
            doors: Where it goes.
            now: When.
        """
        with self._database.transaction():
            row = AlertRow(id=new_id(IdKind.ALERT), sighting_id=sighting, priority=priority, at=now)
            AlertRow.objects.bulk_create([row], ignore_conflicts=True)  # another process may tell of it just now
            kept = AlertRow.objects.get(sighting_id=sighting)
            if kept.id == row.id:
                AlertDoorRow.objects.bulk_create([AlertDoorRow(alert_id=row.id, door=door) for door in set(doors)])
        return _alert(kept)

    def get(self, alert: str) -> Alert:
        """Return an alert.

        Raises:
            NotFoundError: there is none of this identifier, or what it told of is past its end.
        """
        row = None
        if is_id(alert, IdKind.ALERT):
            with self._database.reading():
                row = AlertRow.objects.filter(id=alert).first()
        if row is None:
            message = f"there is no alert {alert!r}"
            raise NotFoundError(message, advice="List them with: rempart alert list")
        return _alert(row)

    def all(self, limit: int = 1_000) -> list[Alert]:
        """Return alerts, the latest first."""
        with self._database.reading():
            return [_alert(row) for row in AlertRow.objects.order_by("-at", "-id")[:limit]]

    def doors(self, alert: AlertId) -> dict[AlertDoor, dt.datetime | None]:
        """Return where an alert goes, and when it went; None where it did not yet."""
        with self._database.reading():
            rows = AlertDoorRow.objects.filter(alert_id=alert).order_by("door").values_list("door", "sent_at")
            return {AlertDoor(door): sent_at for door, sent_at in rows}

    def sent(self, alert: AlertId, door: AlertDoor, now: dt.datetime) -> bool:
        """Note that an alert went out by a door; tell whether that was not known. The first instant counts."""
        with self._database.transaction():
            rows = AlertDoorRow.objects.filter(alert_id=alert, door=door, sent_at=None)
            return bool(rows.update(sent_at=now))

    def rest(self, alerts: Collection[AlertId], door: AlertDoor, until: dt.datetime) -> None:
        """Note that a door, which did not take some alerts, asked to be left in peace until an instant."""
        with self._database.transaction():
            AlertDoorRow.objects.filter(alert_id__in=list(alerts), door=door).update(rests_until=until)

    def rests_until(self, door: AlertDoor, now: dt.datetime) -> dt.datetime | None:
        """Return until when a door is left in peace, whichever alert it did not take; None if it may be asked.

        What is further away than any rest was written under a clock that has since gone back.
        """
        with self._database.reading():
            rows = AlertDoorRow.objects.filter(
                door=door, sent_at=None, rests_until__gt=now, rests_until__lte=now + REST_MOST
            )
            until: dt.datetime | None = rows.aggregate(until=Max("rests_until"))["until"]
        return until

    def unsent(self, door: AlertDoor | None = None, limit: int = 1_000) -> list[tuple[Alert, AlertDoor]]:
        """Return what did not go out yet, the oldest first.

        Args:
            door: By which door; by any if None.
            limit: How many at most.
        """
        rows = AlertDoorRow.objects.select_related("alert").filter(sent_at=None).order_by("alert__at", "alert", "door")
        with self._database.reading():
            found = list((rows.filter(door=door) if door else rows)[:limit])
        return [(_alert(row.alert), AlertDoor(row.door)) for row in found]


def _alert(row: AlertRow) -> Alert:
    return Alert(
        id=AlertId(row.id),
        sighting=SightingId(row.sighting_id),
        priority=AlertPriority(row.priority),
        at=row.at,
    )
