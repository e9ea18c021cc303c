"""Events and the access trace: rows are only added, and leave only after their end (triggers enforce both)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from rempart.model.ids import IdKind, new_id
from rempart.model.work import Access, AccessPurpose, Event, EventKind
from rempart.store.database import Database
from rempart.store.models import AccessRow, EventRow


class Journal:
    """What happened, and who looked at what."""

    def __init__(self, database: Database, *, access_days: int, events_days: int = 1_826) -> None:
        """Work on an open database.

        Args:
            database: Where to write.
            access_days: How long a line of the access trace is kept.
            events_days: How long an event is kept; the default is that of ``retention.events_days``, tested.
        """
        self._database = database
        self._access_days = access_days
        self._events_days = events_days

    def note(
        self,
        kind: EventKind,
        subject: str,
        *,
        actor: str,
        now: dt.datetime,
        detail: Mapping[str, str | int] | None = None,
    ) -> None:
        """Add an event; the detail holds identifiers, words of ours and counts only."""
        with self._database.transaction():
            EventRow.objects.create(
                id=new_id(IdKind.EVENT),
                at=now,
                actor=actor,
                kind=kind,
                subject=subject,
                detail=dict(detail or {}),
                expires_at=now + dt.timedelta(days=self._events_days),
            )

    def opened(self, purpose: AccessPurpose, subject: str, *, actor: str, now: dt.datetime, count: int = 1) -> None:
        """Add a line to the access trace: who opened what, why, and how many values."""
        with self._database.transaction():
            AccessRow.objects.create(
                id=new_id(IdKind.ACCESS),
                at=now,
                actor=actor,
                purpose=purpose,
                subject=subject,
                count=count,
                expires_at=now + dt.timedelta(days=self._access_days),
            )

    def events(self, subject: str | None = None) -> list[Event]:
        """Return the events of one subject, or the latest thousand, the oldest first."""
        rows = EventRow.objects.order_by("-at", "-id")
        with self._database.reading():
            found = list((rows.filter(subject=subject) if subject else rows)[:1_000])
        return [
            Event(at=r.at, actor=r.actor, kind=EventKind(r.kind), subject=r.subject, detail=r.detail)
            for r in reversed(found)
        ]

    def accesses(self, subject: str | None = None) -> list[Access]:
        """Return who opened one subject, or the latest thousand openings, the oldest first."""
        rows = AccessRow.objects.order_by("-at", "-id")
        with self._database.reading():
            found = list((rows.filter(subject=subject) if subject else rows)[:1_000])
        return [
            Access(at=r.at, actor=r.actor, purpose=AccessPurpose(r.purpose), subject=r.subject, count=r.count)
            for r in reversed(found)
        ]
