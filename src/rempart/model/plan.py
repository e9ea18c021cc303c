"""A launch: a day, what is watched around it, and a cadence that tightens as it comes."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Final

from rempart.model.ids import AssetId, PlanId, SourceId, UserId

#: How often the sources of a plan are visited, from so many days before the launch (negative: after it); the last
#: line whose day has come counts. After the last day of all, each source has its own cadence again.
CADENCE: Final = (
    (14, dt.timedelta(hours=24)),
    (7, dt.timedelta(hours=6)),
    (2, dt.timedelta(hours=2)),
    (0, dt.timedelta(minutes=30)),
    (-2, dt.timedelta(hours=2)),
    (-7, dt.timedelta(hours=24)),
)
#: Days after the launch until which a plan holds.
DAYS_AFTER: Final = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class LaunchPlan:
    """What is watched around one launch."""

    id: PlanId
    """Random."""
    title: str = field(repr=False)
    """What is launched."""
    date: dt.date
    """When."""
    begins: dt.date
    """Since when it is watched."""
    by: UserId
    """Who made it, and answers for it."""
    queries: tuple[str, ...] = field(default=(), repr=False)
    """What search engines are asked."""
    sources: tuple[SourceId, ...] = ()
    """What is watched more often."""
    decoys: tuple[AssetId, ...] = ()
    """Copies that were handed to one channel each before the day."""
    ended_at: dt.datetime | None = None
    """When a person ended it before its last day; None if nobody did."""

    def every(self, now: dt.datetime) -> dt.timedelta | None:
        """Return how often its sources are visited at an instant; None if the plan says nothing then."""
        if self.ended_at is not None and self.ended_at <= now:
            return None
        day = now.date()
        if not self.begins <= day <= self.date + dt.timedelta(days=DAYS_AFTER):
            return None
        before = (self.date - day).days
        passed = [every for days, every in CADENCE if before <= days]
        return passed[-1] if passed else CADENCE[0][1]
