"""The line in which jobs wait: who gets which place, who is taken next, and whose lease has ended.

A job that is not due yet has no place. Once due it is given a turn, by start-time fair queueing (P. Goyal et al.,
1996): behind the jobs of its own lane, beside those of the other lanes that are served just now. From then on no
clock is looked at, so that one that is wrong keeps nothing waiting. Every statement here is answered by a partial index
(``store/models/work.py``), whose condition it repeats in literal words, as SQLite requires.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from typing import Final

from rempart.model.work import JobKind
from rempart.store.database import Database
from rempart.store.models import JobRow

#: How long a worker may be silent before its job is given to another one.
LEASE: Final = dt.timedelta(seconds=60)
#: No retry waits longer.
LONGEST_DELAY: Final = dt.timedelta(hours=1)
#: How many jobs one claim tidies at most, so that none is slow when ten thousand become due at one instant.
_BATCH: Final = 100
_ENDED: Final = "its worker ended, or was silent for too long, in the middle of it"
#: Which advisory lock of PostgreSQL makes counting and claiming one step, where kinds are limited.
_CLAIM_LOCK: Final = 0x52454D50

# Two workers that wait for each other's rows would deadlock: each passes over what the other one holds. The lists are
# MATERIALIZED because PostgreSQL may otherwise run a locking subquery more than once, and lock more than its limit.
_SKIP: Final = {"sqlite": "", "postgresql": "FOR UPDATE SKIP LOCKED"}
_LAST_TURNS: Final = """
SELECT (SELECT MAX(turn) FROM job WHERE attempts > 0 AND turn IS NOT NULL),
    (SELECT MAX(turn) FROM job WHERE lane = %s AND turn IS NOT NULL)
"""
# A retry that waits longer than any may was delayed under a clock that has since gone back.
_DUE: Final = """
SELECT * FROM (
    SELECT id, lane, attempts FROM job WHERE state = 'queued' AND turn IS NULL AND attempts = 0 AND due_at <= %s
    ORDER BY due_at LIMIT %s {skip}
) AS due
UNION ALL
SELECT * FROM (
    SELECT id, lane, attempts FROM job WHERE state = 'queued' AND turn IS NULL AND attempts > 0 AND due_at <= %s
    ORDER BY due_at LIMIT %s {skip}
) AS retry
UNION ALL
SELECT * FROM (
    SELECT id, lane, attempts FROM job WHERE state = 'queued' AND turn IS NULL AND attempts > 0 AND due_at > %s
    ORDER BY due_at LIMIT %s {skip}
) AS misdated
"""
_PLACE: Final = "UPDATE job SET turn = %s WHERE id = %s"
# A lease that ends later than any may was written under a clock that has since gone back.
_RECLAIM: Final = """
WITH ended AS MATERIALIZED (
    SELECT id FROM job WHERE state = 'queued' AND lease_until IS NOT NULL AND (lease_until <= %s OR lease_until > %s)
        AND kind IN ({kinds})
    LIMIT %s {skip}
)
UPDATE job SET lease_by = '', lease_token = '', lease_until = NULL, reason = %s,
    state = CASE WHEN attempts < max_attempts THEN 'queued' ELSE 'dead' END,
    finished_at = CASE WHEN attempts < max_attempts THEN NULL ELSE %s END
WHERE id IN (SELECT id FROM ended) RETURNING *
"""
_HELD: Final = """
SELECT kind, COUNT(*) FROM job WHERE state = 'queued' AND lease_until IS NOT NULL GROUP BY kind
"""
_FIRST_OF_KIND: Final = """
SELECT * FROM (
    SELECT id, turn FROM job
    WHERE state = 'queued' AND turn IS NOT NULL AND lease_until IS NULL AND kind = %s
    ORDER BY turn, id LIMIT %s {skip}
) AS first_{number}
"""
_TAKE: Final = """
WITH first AS MATERIALIZED ({firsts}),
picked AS MATERIALIZED (SELECT id FROM first ORDER BY turn, id LIMIT %s)
UPDATE job SET lease_by = %s, lease_token = %s, lease_until = %s, attempts = attempts + 1
WHERE id IN (SELECT id FROM picked) RETURNING *
"""
_NEXT_INSTANTS: Final = (
    "SELECT id, due_at FROM job WHERE state = 'queued' AND turn IS NULL AND attempts = 0 ORDER BY due_at LIMIT 1",
    "SELECT id, due_at FROM job WHERE state = 'queued' AND turn IS NULL AND attempts > 0 ORDER BY due_at LIMIT 1",
    "SELECT id, lease_until AS due_at FROM job WHERE state = 'queued' AND lease_until IS NOT NULL "
    "ORDER BY lease_until LIMIT 1",
)


class JobLine:
    """Who is next; each method is a part of its caller's transaction."""

    def __init__(self, database: Database, lease: dt.timedelta) -> None:
        """Work on an open database."""
        self._database = database
        self._lease = lease
        self._skip = _SKIP[database.vendor]

    def turn(self, lane: str, attempts: int = 0) -> int:
        """Return the place of a job that is due now.

        What is being served is beside it; its own lane is ahead of it, unless it was begun: it had its turn already.
        """
        [(served, own)] = self._database.execute(_LAST_TURNS, (lane,))
        front = int(served or 0)
        return front if own is None or attempts else max(front, int(own) + 1)

    def admit(self, now: dt.datetime) -> None:
        """Give a place to the jobs that have become due."""
        instant, late = self._stored(now), self._stored(now + LONGEST_DELAY)
        sql = _DUE.format(skip=self._skip)
        for job, lane, attempts in self._database.execute(sql, (instant, _BATCH, instant, _BATCH, late, _BATCH)):
            self._database.execute(_PLACE, (self.turn(lane, attempts), job))

    def reclaim(self, now: dt.datetime, kinds: Collection[JobKind]) -> list[JobRow]:
        """Take back the jobs whose lease has ended, and return them: in the line again, or dead."""
        if not kinds:
            return []
        beyond = self._stored(now + 2 * max(self._lease, LEASE))
        instant = self._stored(now)
        sql = _RECLAIM.format(skip=self._skip, kinds=", ".join(["%s"] * len(kinds)))
        return list(JobRow.objects.raw(sql, (instant, beyond, *kinds, _BATCH, _ENDED, instant)))

    def room(self, kinds: Mapping[JobKind, int], limits: Mapping[JobKind, int]) -> dict[JobKind, int]:
        """Return how many jobs of each kind may be taken without passing a limit; counting and taking are one step."""
        if not limits:
            return dict(kinds)
        if self._database.vendor == "postgresql":
            self._database.execute("SELECT pg_advisory_xact_lock(%s)", (_CLAIM_LOCK,))
        held = dict(self._database.execute(_HELD))
        return {
            kind: min(most, limits.get(kind, most + held.get(kind, 0)) - held.get(kind, 0))
            for kind, most in kinds.items()
        }

    def take(
        self, room: Mapping[JobKind, int], count: int, *, worker: str, token: str, now: dt.datetime
    ) -> list[JobRow]:
        """Lease the first jobs of these kinds, so many of each and ``count`` of all at most."""
        open_kinds = {kind: most for kind, most in room.items() if most > 0}
        if not open_kinds:
            return []
        firsts = [_FIRST_OF_KIND.format(skip=self._skip, number=number) for number in range(len(open_kinds))]
        sql = _TAKE.format(firsts=" UNION ALL ".join(firsts))
        wanted = [value for kind, most in open_kinds.items() for value in (str(kind), most)]
        until = self._stored(now + self._lease)
        taken = list(JobRow.objects.raw(sql, (*wanted, count, worker, token, until)))
        return sorted(taken, key=lambda row: (row.turn or 0, row.id))

    def next_instant(self) -> dt.datetime | None:
        """Return when the next job becomes due or the next lease ends; None if nothing waits for an instant."""
        rows = [row for sql in _NEXT_INSTANTS for row in JobRow.objects.raw(sql)]
        return min((row.due_at for row in rows), default=None)

    def _stored(self, instant: dt.datetime) -> object:
        return self._database.connection.ops.adapt_datetimefield_value(instant)
