"""Jobs as rows with leases: claimed by one statement, finished in the transaction of their effect.

A claim is an UPDATE that takes what is due and not leased (``FOR UPDATE SKIP LOCKED`` on PostgreSQL). It draws a new
token: finishing needs that token, so a worker that was taken for dead, and was not, finds its effect rolled back
instead of done twice. Jobs of many lanes are served in turn (start-time fair queueing, P. Goyal et al., 1996).
"""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Mapping
from typing import Final

from django.db import IntegrityError as NotUniqueError
from django.db.models import Count, Max, Min

from rempart.errors import LeaseLostError, NotFoundError
from rempart.model.ids import IdKind, JobId, is_id, new_id
from rempart.model.work import Claim, Job, JobKind, JobState, Payload
from rempart.store.database import Database
from rempart.store.models import JobRow

#: How long a worker may be silent before its job is given to another one.
LEASE: Final = dt.timedelta(seconds=60)
MAX_ATTEMPTS: Final = 5
#: The first retry waits this long, each next one twice as long.
_FIRST_DELAY: Final = dt.timedelta(seconds=5)
_REASON_LIMIT: Final = 500
#: Which advisory lock of PostgreSQL makes counting and claiming one step, where kinds are limited.
_CLAIM_LOCK: Final = 0x52454D50

# A lease that ends later than any lease could was written under a clock that has since gone back.
_FREE: Final = "(lease_until IS NULL OR lease_until <= %s OR lease_until > %s)"
_CLAIM: Final = f"""
UPDATE job SET lease_by = %s, lease_token = %s, lease_until = %s, attempts = attempts + 1
WHERE id IN (
    SELECT id FROM job
    WHERE state = 'queued' AND due_at <= %s AND attempts < max_attempts AND {_FREE} {{kinds}}
    ORDER BY turn, due_at, id LIMIT %s {{locking}}
) AND state = 'queued' AND {_FREE}
"""  # noqa: S608 - constants of this file
_BURY: Final = f"""
UPDATE job SET state = 'dead', lease_by = '', lease_token = '', lease_until = NULL, finished_at = %s,
    reason = CASE WHEN reason = '' THEN 'its worker ended in the middle of it' ELSE reason END
WHERE state = 'queued' AND attempts >= max_attempts AND {_FREE}
"""  # noqa: S608 - as above


class JobRepository:
    """Work that must not be lost."""

    def __init__(self, database: Database, *, lease: dt.timedelta = LEASE) -> None:
        """Work on an open database."""
        self._database = database
        self._lease = lease

    def add(
        self,
        kind: JobKind,
        *,
        key: str,
        payload: Payload,
        now: dt.datetime,
        lane: str = "",
        due_at: dt.datetime | None = None,
        max_attempts: int = MAX_ATTEMPTS,
    ) -> JobId:
        """Add a job, unless there is one of this key; part of the caller's transaction if there is one."""
        try:
            with self._database.transaction():
                known = JobRow.objects.filter(key=key).values_list("id", flat=True).first()
                if known is not None:
                    return JobId(known)
                job = JobId(new_id(IdKind.JOB))
                JobRow.objects.create(
                    id=job,
                    kind=kind,
                    key=key,
                    lane=lane,
                    turn=self._next_turn(lane),
                    payload=dict(payload),
                    state=JobState.QUEUED,
                    max_attempts=max_attempts,
                    due_at=due_at or now,
                    created_at=now,
                )
        except NotUniqueError:  # another process added it just now
            return JobId(JobRow.objects.values_list("id", flat=True).get(key=key))
        return job

    def claim(
        self,
        worker: str,
        *,
        now: dt.datetime,
        count: int = 1,
        limits: Mapping[JobKind, int] | None = None,
    ) -> list[Claim]:
        """Take up to ``count`` jobs that are due, in fair order.

        Args:
            worker: Who takes them; shown to people.
            now: The instant on which leases are judged (:meth:`Database.instant`).
            count: How many at most.
            limits: How many jobs of a kind may be worked on at once, by all workers together.
        """
        token = secrets.token_hex(16)
        instant, beyond, until = (self._instant(t) for t in (now, now + 2 * self._lease, now + self._lease))
        with self._database.transaction():
            if limits and self._database.vendor == "postgresql":
                self._database.execute("SELECT pg_advisory_xact_lock(%s)", (_CLAIM_LOCK,))
            self._database.execute(_BURY, (instant, instant, beyond))
            full, count = self._full_kinds(limits or {}, now, count)
            sql = _CLAIM.format(
                kinds=f"AND kind NOT IN ({', '.join(['%s'] * len(full))})" if full else "",
                locking="FOR UPDATE SKIP LOCKED" if self._database.vendor == "postgresql" else "",
            )
            free = (instant, beyond)
            self._database.execute(sql, (worker, token, until, instant, *free, *full, count, *free))
            rows = JobRow.objects.filter(lease_token=token).order_by("turn", "due_at", "id")
            return [Claim(job=_job(row), token=token) for row in rows]

    def keep(self, claim: Claim, now: dt.datetime) -> None:
        """Stay the holder of a job for another lease.

        Raises:
            LeaseLostError: another worker has it.
        """
        with self._database.transaction():
            self._change(claim, lease_until=now + self._lease)

    def finish(self, claim: Claim, now: dt.datetime) -> None:
        """Note that a job is done; called in the transaction of its effect.

        Raises:
            LeaseLostError: another worker has it; the caller's transaction must not be kept.
        """
        with self._database.transaction():
            self._change(claim, state=JobState.DONE, finished_at=now, **_NO_LEASE, reason="")

    def give_back(self, claim: Claim, now: dt.datetime, *, reason: str, delay: dt.timedelta | None = None) -> JobState:
        """Note why an attempt failed: tried again later, or given up after the last one.

        Raises:
            LeaseLostError: another worker has it.
        """
        job = claim.job
        state = JobState.DEAD if job.attempts >= job.max_attempts else JobState.QUEUED
        wait = delay if delay is not None else _FIRST_DELAY * 2 ** (job.attempts - 1)
        finished = now if state is JobState.DEAD else None
        with self._database.transaction():
            self._change(
                claim, state=state, due_at=now + wait, reason=reason[:_REASON_LIMIT], finished_at=finished, **_NO_LEASE
            )
        return state

    def release(self, claim: Claim) -> None:
        """Give a job back untouched, its attempt not counted: the worker was asked to stop.

        Raises:
            LeaseLostError: another worker has it.
        """
        with self._database.transaction():
            self._change(claim, attempts=claim.job.attempts - 1, **_NO_LEASE)

    def retry(self, job: str, now: dt.datetime) -> Job:
        """Let a job that was given up be tried again, from the first attempt on.

        Raises:
            NotFoundError: there is no such job, or it was not given up.
        """
        self.get(job)
        with self._database.transaction():
            rows = JobRow.objects.filter(id=job, state=JobState.DEAD)
            if not rows.update(state=JobState.QUEUED, attempts=0, due_at=now, finished_at=None, **_NO_LEASE):
                message = f"the job {job} was not given up"
                raise NotFoundError(message, advice="Only dead jobs are tried again: rempart job list --state dead")
        return self.get(job)

    def get(self, job: str) -> Job:
        """Return one job.

        Raises:
            NotFoundError: there is none of this identifier.
        """
        row = None
        if is_id(job, IdKind.JOB):
            with self._database.reading():
                row = JobRow.objects.filter(id=job).first()
        if row is None:
            message = f"there is no job {job!r}"
            raise NotFoundError(message, advice="List them with: rempart job list")
        return _job(row)

    def all(self, state: JobState | None = None, limit: int = 1_000) -> list[Job]:
        """Return jobs in the order in which they are served, finished ones last."""
        rows = JobRow.objects.order_by("finished_at", "turn", "due_at", "id")
        with self._database.reading():
            return [_job(row) for row in (rows.filter(state=state) if state else rows)[:limit]]

    def counts(self) -> dict[JobState, int]:
        """Return how many jobs are in each state."""
        with self._database.reading():
            rows = JobRow.objects.values_list("state").annotate(Count("id"))
            return {JobState(state): count for state, count in rows}

    def next_due(self) -> dt.datetime | None:
        """Return when the next waiting job is due, or None if none waits."""
        with self._database.reading():
            found = JobRow.objects.filter(state=JobState.QUEUED).aggregate(Min("due_at"))["due_at__min"]
        return found if isinstance(found, dt.datetime) else None

    def _next_turn(self, lane: str) -> int:
        """Give a lane its next place: behind its own jobs, beside the first ones of the others."""
        waiting = JobRow.objects.filter(state=JobState.QUEUED)
        front = waiting.aggregate(Min("turn"))["turn__min"] or 0
        own = waiting.filter(lane=lane).aggregate(Max("turn"))["turn__max"]
        return int(front) if own is None else max(int(front), int(own) + 1)

    def _full_kinds(self, limits: Mapping[JobKind, int], now: dt.datetime, count: int) -> tuple[list[str], int]:
        """Return the kinds of which no more may begin, and how many jobs may be taken without passing a limit."""
        if not limits:
            return [], count
        running = JobRow.objects.filter(state=JobState.QUEUED, kind__in=list(limits), lease_until__gt=now)
        busy = dict(running.values_list("kind").annotate(Count("id")))
        left = {kind: most - busy.get(str(kind), 0) for kind, most in limits.items()}
        full = [str(kind) for kind, free in left.items() if free <= 0]
        open_limits = [free for free in left.values() if free > 0]
        return full, min([count, *open_limits])

    def _change(self, claim: Claim, **values: object) -> None:
        rows = JobRow.objects.filter(id=claim.job.id, state=JobState.QUEUED, lease_token=claim.token)
        if not rows.update(**values):
            message = f"the job {claim.job.id} was given to another worker"
            raise LeaseLostError(message, advice="Nothing was done twice: what this worker did of it is undone.")

    def _instant(self, instant: dt.datetime) -> object:
        return self._database.connection.ops.adapt_datetimefield_value(instant)


_NO_LEASE: Final = {"lease_by": "", "lease_token": "", "lease_until": None}


def _job(row: JobRow) -> Job:
    return Job(
        id=JobId(row.id),
        kind=JobKind(row.kind),
        key=row.key,
        payload=row.payload,
        state=JobState(row.state),
        attempts=row.attempts,
        max_attempts=row.max_attempts,
        due_at=row.due_at,
        lease_by=row.lease_by,
        lease_until=row.lease_until,
        reason=row.reason,
    )
