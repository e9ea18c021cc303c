"""Jobs as rows with leases: claimed by one statement, finished in the transaction of their effect.

A claim draws a new token, and finishing needs that token: a worker that was taken for dead, and was not, finds its
effect rolled back instead of done twice. The order in which jobs are served is in :mod:`rempart.store.line`.
"""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Collection, Mapping
from typing import Final

from django.db.models import Count, F

from rempart.errors import LeaseLostError, NotFoundError
from rempart.model.ids import IdKind, JobId, is_id, new_id
from rempart.model.work import Claim, Job, JobKind, JobState, Payload
from rempart.store.database import Database
from rempart.store.line import LEASE, LONGEST_DELAY, JobLine
from rempart.store.models import JobRow

MAX_ATTEMPTS: Final = 5
#: The first retry waits this long, each next one twice as long.
_FIRST_DELAY: Final = dt.timedelta(seconds=5)
_REASON_LIMIT: Final = 500


class JobRepository:
    """Work that must not be lost."""

    def __init__(self, database: Database, *, lease: dt.timedelta = LEASE) -> None:
        """Work on an open database; all workers of one database use the same lease."""
        self._database = database
        self._line = JobLine(database, lease)
        self.lease = lease

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
        """Add a job, unless there is one of this key; part of the caller's transaction if there is one.

        Args:
            kind: What to do.
            key: Idempotency key; it counts as long as the row is there, so also after the job is done.
            payload: On what; identifiers and counts.
            now: The present instant.
            lane: Whose it is: jobs of one lane do not keep those of another one waiting.
            due_at: Not before; at once if None.
            max_attempts: After how many it is given up.
        """
        with self._database.transaction():
            row = JobRow(
                id=new_id(IdKind.JOB),
                kind=kind,
                key=key,
                lane=lane,
                turn=self._line.turn(lane) if due_at is None or due_at <= now else None,
                payload=dict(payload),
                state=JobState.QUEUED,
                max_attempts=max_attempts,
                due_at=due_at or now,
                created_at=now,
            )
            JobRow.objects.bulk_create([row], ignore_conflicts=True)  # another process may add the same one just now
            return JobId(JobRow.objects.values_list("id", flat=True).get(key=key))

    def reclaim(self, now: dt.datetime, *, kinds: Collection[JobKind] = tuple(JobKind)) -> list[Job]:
        """Take back jobs whose lease has ended, and return those that are given up: it was their last attempt.

        A worker does this before each claim, in one transaction with what it notes of those given up.
        """
        with self._database.reading():
            return [_job(row) for row in self._line.reclaim(now, kinds) if row.state == JobState.DEAD]

    def claim(
        self,
        worker: str,
        *,
        now: dt.datetime,
        count: int = 1,
        kinds: Collection[JobKind] = tuple(JobKind),
        limits: Mapping[JobKind, int] | None = None,
    ) -> list[Claim]:
        """Take up to ``count`` jobs that are due, in fair order.

        An attempt of each begins now: a worker that takes many at once and dies costs each of them one.

        Args:
            worker: Who takes them; shown to people.
            now: The instant on which leases are judged (:meth:`Database.instant`).
            count: How many at most.
            kinds: Which kinds this worker knows.
            limits: How many jobs of a kind may be held at once, by all workers together; the same for all of them.
        """
        token = secrets.token_hex(16)
        with self._database.transaction():
            self._line.admit(now)
            room = self._line.room(dict.fromkeys(kinds, count), limits or {})
            rows = self._line.take(room, count, worker=worker, token=token, now=now)
        return [Claim(job=_job(row), token=token) for row in rows]

    def keep(self, claim: Claim, now: dt.datetime) -> None:
        """Stay the holder of a job for another lease.

        Raises:
            LeaseLostError: another worker has it.
        """
        self._change(claim, lease_until=now + self.lease)

    def finish(self, claim: Claim, now: dt.datetime) -> None:
        """Note that a job is done; called in the transaction of its effect.

        Raises:
            LeaseLostError: another worker has it; the caller's transaction must not be kept.
        """
        self._change(claim, state=JobState.DONE, finished_at=now, **_NO_LEASE, reason="")

    def give_back(
        self,
        claim: Claim,
        now: dt.datetime,
        *,
        reason: str,
        delay: dt.timedelta | None = None,
        at_least: dt.timedelta = dt.timedelta(),
    ) -> JobState:
        """Note why an attempt failed: tried again later, or given up after the last one.

        Args:
            claim: What this worker holds.
            now: The present instant.
            reason: Why it failed; no content.
            delay: When to try again; by default longer after each attempt. An hour at most.
            at_least: When to try again at the earliest.

        Raises:
            LeaseLostError: another worker has it.
        """
        job = claim.job
        wait = min(max(_delay(job.attempts) if delay is None else delay, at_least), LONGEST_DELAY)
        reason = reason[:_REASON_LIMIT]
        if job.attempts >= job.max_attempts:
            self._change(claim, state=JobState.DEAD, finished_at=now, reason=reason, **_NO_LEASE)
            return JobState.DEAD
        self._change(claim, turn=None, due_at=now + wait, reason=reason, **_NO_LEASE)
        return JobState.QUEUED

    def release(self, claim: Claim) -> None:
        """Give a job back untouched, its attempt not counted: the worker was asked to stop.

        Raises:
            LeaseLostError: another worker has it.
        """
        self._change(claim, attempts=claim.job.attempts - 1, **_NO_LEASE)

    def retry(self, job: str, now: dt.datetime) -> Job:
        """Let a job that was given up be tried again, from the first attempt on.

        Raises:
            NotFoundError: there is no such job, or it was not given up.
        """
        self.get(job)
        with self._database.transaction():
            rows = JobRow.objects.filter(id=job, state=JobState.DEAD)
            turn = self._line.turn(lane="", attempts=1)
            if not rows.update(state=JobState.QUEUED, attempts=0, turn=turn, due_at=now, finished_at=None):
                message = f"the job {job} was not given up"
                raise NotFoundError(message, advice="Only dead jobs are tried again: rempart job list --state dead")
        return self.get(job)

    def settle(self, key: str, now: dt.datetime) -> None:
        """Note that the job of a key is done, unless a worker has it: whoever added it did it at once."""
        with self._database.transaction():
            rows = JobRow.objects.filter(key=key, state=JobState.QUEUED, lease_by="")
            rows.update(state=JobState.DONE, finished_at=now, reason="")

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
        order = (F("finished_at").asc(nulls_first=True), F("turn").asc(nulls_last=True), "due_at", "id")
        rows = JobRow.objects.order_by(*order)
        with self._database.reading():
            return [_job(row) for row in (rows.filter(state=state) if state else rows)[:limit]]

    def counts(self) -> dict[JobState, int]:
        """Return how many jobs are in each state."""
        with self._database.reading():
            rows = JobRow.objects.values_list("state").annotate(Count("id"))
            return {JobState(state): count for state, count in rows}

    def next_instant(self) -> dt.datetime | None:
        """Return when the next job becomes due or the next lease ends; None if nothing waits for an instant."""
        with self._database.reading():
            return self._line.next_instant()

    def _change(self, claim: Claim, **values: object) -> None:
        """Change the row if the claim still holds: one statement, so that no transaction of its own is needed."""
        rows = JobRow.objects.filter(id=claim.job.id, state=JobState.QUEUED, lease_token=claim.token)
        with self._database.reading():
            changed = rows.update(**values)
        if not changed:
            message = f"the job {claim.job.id} was given to another worker"
            raise LeaseLostError(message, advice="Nothing was done twice: what this worker did of it is undone.")


_NO_LEASE: Final = {"lease_by": "", "lease_token": "", "lease_until": None}


def _delay(attempts: int) -> dt.timedelta:
    """Return how long to wait after so many attempts: 5, 10, 20… seconds."""
    return _FIRST_DELAY * (1 << min(attempts - 1, 16))


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
