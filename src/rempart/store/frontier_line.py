"""Who is asked next: taking a row of the frontier, taking one back whose lease has ended, and when something is due.

Each statement is answered by a partial index (``store/models/watched.py``), whose condition it repeats in literal
words, as SQLite requires.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Any, Final

from rempart.model.frontier import NewFrontier, Urgency
from rempart.model.ids import SourceId, ThreadId
from rempart.model.source import SourceState
from rempart.store.batches import in_batches
from rempart.store.database import Database
from rempart.store.models import FrontierRow, SourceRow, ThreadRow

#: After how many attempts that failed, or in which the process ended, a row is given up. Our own measure.
ATTEMPTS_MOST: Final = 4
#: Rows that one claim gives up at most.
_BATCH: Final = 100

# Two processes that wait for each other's rows would deadlock: each passes over what the other one holds. The lists
# are MATERIALIZED because PostgreSQL may otherwise run a locking subquery more than once (store/line.py).
_SKIP: Final = {"sqlite": "", "postgresql": "FOR UPDATE OF f SKIP LOCKED"}
# A lease that ends later than any may was written under a clock that has since gone back.
_ENDED: Final = "(f.lease_until <= %s OR f.lease_until > %s)"
# A picture waits while pages that go before it wait, or are being read.
_FREE: Final = """(f.ask <> 'media' OR f.thread_id IS NULL OR NOT EXISTS (
            SELECT 1 FROM frontier p WHERE p.state = 'waiting' AND p.place = 1 AND p.thread_id = f.thread_id))"""
_GIVE_UP: Final = """
WITH ended AS MATERIALIZED (
    SELECT f.id FROM frontier f WHERE f.state = 'waiting' AND f.lease_until IS NOT NULL AND {ended}
        AND f.attempts >= %s
    LIMIT %s {skip}
)
UPDATE frontier SET state = 'failed', lease_by = '', lease_token = '', lease_until = NULL, context_sealed = NULL,
    is_wanted_again = {no}, changed_at = %s
WHERE id IN (SELECT id FROM ended)
"""
# What belongs to a source that ended is asked by nobody, even before retention deletes it.
_TAKE: Final = """
WITH first AS MATERIALIZED (
    SELECT f.id FROM frontier f
    WHERE f.state = 'waiting' AND f.due_at <= %s AND (f.lease_until IS NULL OR {ended})
        AND {source} {among} {peace} AND {free}
    ORDER BY f.place, f.url_ends_at, f.due_at, f.id LIMIT 1 {skip}
)
UPDATE frontier SET lease_by = %s, lease_token = %s, lease_until = %s, attempts = attempts + 1,
    is_wanted_again = {no}
WHERE id IN (SELECT id FROM first) RETURNING *
"""
_NEXT_DUE: Final = """
SELECT f.id, f.due_at FROM frontier f
WHERE f.state = 'waiting' AND f.lease_until IS NULL AND {source} {among} {peace} AND {free}
ORDER BY f.due_at LIMIT 1
"""
_NEXT_ENDED: Final = """
SELECT f.id, f.lease_until AS due_at FROM frontier f
WHERE f.state = 'waiting' AND f.lease_until IS NOT NULL AND {source} {among} ORDER BY f.lease_until LIMIT 1
"""


def place_in_line(new: NewFrontier) -> int:
    """Return what a line is ordered by: 0 for temporary media, 1 for pages that pictures wait for, then the rest."""
    if new.is_before_pictures:
        return 1
    return new.urgency if new.urgency is Urgency.ENDING else new.urgency + 1


def sooner(row: FrontierRow, new: NewFrontier) -> dict[str, Any]:
    """Return what changes of a row that waits: it never goes later than it did."""
    values: dict[str, Any] = {"urgency": new.urgency} if new.urgency < row.urgency else {}
    if (place := place_in_line(new)) < row.place:
        values |= {"place": place, "run": new.run, "thread_id": row.thread_id or new.thread}
    return values


class FrontierLine:
    """Who is next; each method is a part of its caller's transaction."""

    def __init__(self, database: Database, lease: dt.timedelta) -> None:
        """Work on an open database."""
        self._database = database
        self._lease = lease
        self._words = {
            "skip": _SKIP[database.vendor],
            "ended": _ENDED,
            "free": _FREE,
            "no": "0" if database.vendor == "sqlite" else "false",
            # The sign keeps SQLite from reading all rows of a source and sorting them, instead of the line's index
            # (sqlite.org/optoverview.html, "Disqualifying WHERE Clause Terms Using Unary +").
            "source": "+f.source_id" if database.vendor == "sqlite" else "f.source_id",
        }

    def give_up(self, now: dt.datetime) -> int:
        """Give up rows that were begun too often by processes that ended in the middle; return how many."""
        with self._database.connection.cursor() as cursor:
            ended = (self._stored(now), self._beyond(now))
            cursor.execute(_GIVE_UP.format(**self._words), (*ended, ATTEMPTS_MOST, _BATCH, self._stored(now)))
            return int(cursor.rowcount)

    def take(
        self, sources: Collection[SourceId], busy: Collection[bytes], *, worker: str, token: str, now: dt.datetime
    ) -> FrontierRow | None:
        """Lease the first row that is due, of these sources, of none of the hosts that are left in peace."""
        if not sources:
            return None
        among, peace, wanted = self._among(sources, busy)
        sql = _TAKE.format(**self._words, among=among, peace=peace)
        instant = self._stored(now)
        values = (instant, instant, self._beyond(now), *wanted, worker, token, self._stored(now + self._lease))
        return next(iter(FrontierRow.objects.raw(sql, values)), None)

    def next_instant(self, sources: Collection[SourceId], busy: Collection[bytes]) -> dt.datetime | None:
        """Return when the next row becomes due or the next lease ends; None if nothing waits for an instant."""
        if not sources:
            return None
        among, peace, wanted = self._among(sources, busy)
        rows = [
            *FrontierRow.objects.raw(_NEXT_DUE.format(**self._words, among=among, peace=peace), wanted),
            *FrontierRow.objects.raw(_NEXT_ENDED.format(**self._words, among=among), tuple(sources)),
        ]
        return min((row.due_at for row in rows), default=None)

    def _among(self, sources: Collection[SourceId], busy: Collection[bytes]) -> tuple[str, str, tuple[Any, ...]]:
        """Return the conditions on sources and hosts, and their values."""
        among = f"IN ({_marks(sources)})"
        peace = f"AND f.host_index NOT IN ({_marks(busy)})" if busy else ""
        return among, peace, (*sources, *busy)

    def _beyond(self, now: dt.datetime) -> Any:  # noqa: ANN401 - as below
        return self._stored(now + 2 * self._lease)

    def _stored(self, instant: dt.datetime) -> Any:  # noqa: ANN401 - as the driver takes it
        return self._database.connection.ops.adapt_datetimefield_value(instant)


def frozen_threads(threads: Collection[ThreadId]) -> set[str]:
    """Return which of some threads are frozen; part of the caller's transaction."""
    found: set[str] = set()
    for batch in in_batches(threads):
        found |= set(ThreadRow.objects.filter(id__in=batch, is_frozen=True).values_list("id", flat=True))
    return found


def watched_among(sources: Collection[SourceId] | None) -> list[SourceId]:
    """Return which sources are asked: all that are watched, or those of them that are named."""
    rows = SourceRow.objects.filter(state=SourceState.ACTIVE)
    if sources is not None:
        rows = rows.filter(id__in=list(sources))
    return [SourceId(source) for source in rows.values_list("id", flat=True)]


def _marks(values: Collection[object]) -> str:
    return ", ".join(["%s"] * len(values))
