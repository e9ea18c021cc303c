"""The worker: takes jobs one at a time, does them, and writes that each is done in the transaction of its effect.

A job is done in four steps:

(1) it is claimed, under a lease; what other workers left behind is taken back first;
(2) its handler does what lies outside the database, and may be done twice: it repeats nothing that must not be;
(3) in one transaction, the job is finished and the handler's effect is run: both are kept, or neither;
(4) what failed goes back with a reason, to be tried later, or is given up with an event after its last attempt.

A claim takes one job: with several, a job that kills its worker would cost its neighbours their attempts as well.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import logging
import secrets
import signal
import traceback
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import FrameType
from typing import Final, TypeVar

from rempart import clock
from rempart.errors import DatabaseAwayError, LaterError, LeaseLostError, RempartError
from rempart.model.ids import JobId
from rempart.model.work import Claim, EventKind, Job, JobKind, JobState
from rempart.privacy import redact
from rempart.store import Database, JobRepository, Journal

logger = logging.getLogger(__name__)

T = TypeVar("T")
#: Extends the lease; a handler that may take longer than a few seconds calls it often, outside any transaction.
Keep = Callable[[], None]
#: What a job changes in the database. It may be run again after it was rolled back, and does nothing outside.
Effect = Callable[[], object]
#: Does one kind of job.
Handler = Callable[[Job, Keep], Effect | None]

#: Who is named in the events that a worker writes.
ACTOR: Final = "system"
#: The lease is written again after this part of it, however often a handler asks.
_KEEP_AFTER: Final = 1 / 4
_FIRST_PAUSE_S: Final = 0.05
_LONGEST_PAUSE_S: Final = 5.0
#: A request to stop is noticed this soon.
_SLICE_S: Final = 0.2


@dataclass(slots=True, kw_only=True)
class WorkerTally:
    """What a worker did so far."""

    done: int = 0
    """Jobs finished."""
    failed: int = 0
    """Attempts that failed."""
    dead: int = 0
    """Jobs given up."""
    lost: int = 0
    """Attempts undone because the lease had ended."""


class Worker:
    """One worker of one process."""

    def __init__(
        self,
        database: Database,
        *,
        jobs: JobRepository,
        journal: Journal,
        handlers: Mapping[JobKind, Handler],
        limits: Mapping[JobKind, int] | None = None,
        now: Callable[[], dt.datetime] | None = None,
    ) -> None:
        """Prepare; nothing is claimed yet.

        Args:
            database: Where the jobs are.
            jobs: The jobs.
            journal: Where a job that is given up is noted.
            handlers: What does each kind; jobs of other kinds are left to other workers.
            limits: How many jobs of a kind may be worked on at once; the same for every worker.
            now: The instant on which leases are judged; by default the database's.
        """
        #: Random: a name of a machine or of a person would stay in the database.
        self.name = f"wrk_{secrets.token_hex(4)}"
        self.tally = WorkerTally()
        self._database = database
        self._jobs = jobs
        self._journal = journal
        self._handlers = handlers
        self._limits = limits
        self._now = now or database.instant
        self._stopping = False
        self._patient = True
        #: Jobs of which one attempt was not counted, because the database went away in the middle of it.
        self._spared: set[JobId] = set()

    def stop(self) -> None:
        """Finish the current job, then return from :meth:`run`; for a signal's handler."""
        self._stopping = True

    def run(self, *, until_idle: bool = False) -> WorkerTally:
        """Work until stopped, or until nothing is due.

        Args:
            until_idle: Return once nothing can be taken; jobs that are due later are left for later.

        Raises:
            DatabaseAwayError: the database went away, and the patience ran out (``until_idle``) or a stop was asked.
        """
        self._patient = not until_idle
        pause_s = _FIRST_PAUSE_S
        while not self._stopping:
            found = self._in_transaction(self._look)
            self.tally.dead += found.dead
            if found.claim is not None:
                self._do(found.claim)
                pause_s = _FIRST_PAUSE_S
            elif until_idle:
                break
            else:
                self._wait(min(pause_s, found.idle_s))
                pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)
        return self.tally

    def _look(self) -> _Found:
        """(1) Take one job, after taking back what other workers left behind."""
        now, kinds = self._now(), tuple(self._handlers)
        dead = self._jobs.reclaim(now, kinds=kinds)
        for job in dead:
            self._note_dead(job, now)
        if claims := self._jobs.claim(self.name, now=now, kinds=kinds, limits=self._limits):
            return _Found(claim=claims[0], dead=len(dead))
        following = self._jobs.next_instant()
        idle_s = _LONGEST_PAUSE_S if following is None else max((following - now).total_seconds(), _FIRST_PAUSE_S)
        return _Found(dead=len(dead), idle_s=idle_s)

    def _do(self, claim: Claim) -> None:
        job = claim.job
        logger.debug("job %s (%s) begun, attempt %d of %d", job.id, job.kind, job.attempts, job.max_attempts)
        try:
            effect = self._handlers[job.kind](job, _Heartbeat(self._keep, claim, self._jobs.lease))  # (2)
            self._in_transaction(lambda: self._finish(claim, effect))
        except LeaseLostError:
            self.tally.lost += 1
            logger.warning("job %s (%s) was taken back: what was done of it is undone", job.id, job.kind)
        except KeyboardInterrupt:
            with contextlib.suppress(DatabaseAwayError):  # its lease ends by itself
                self._return(claim)
            raise
        except Exception as error:  # noqa: BLE001 - a failing job is recorded, and must not end the worker
            self._fail(claim, error)
        else:
            self.tally.done += 1
            self._spared.discard(job.id)

    def _finish(self, claim: Claim, effect: Effect | None) -> None:
        """(3) Finish first: the row is then ours until the commit, and a lost lease costs no effect."""
        self._jobs.finish(claim, self._now())
        if effect is not None:
            effect()

    def _fail(self, claim: Claim, error: Exception) -> None:
        """(4) Say why and give the job back; not counted where the database went away, once."""
        job, reason = claim.job, _reason(error)
        if isinstance(error, DatabaseAwayError) and job.id not in self._spared:
            self._spared.add(job.id)
            self._return(claim)
            return
        self._spared.discard(job.id)
        at_least = dt.timedelta(seconds=error.wait_s if isinstance(error, LaterError) else 0)
        logger.warning(
            "job %s (%s) failed, attempt %d of %d: %s", job.id, job.kind, job.attempts, job.max_attempts, reason
        )
        logger.debug("".join(traceback.format_tb(error.__traceback__)))
        try:
            state = self._in_transaction(lambda: self._give_back(claim, reason, at_least))
        except LeaseLostError:
            self.tally.lost += 1
            logger.warning("job %s (%s) was taken back before its failure was noted", job.id, job.kind)
        else:
            self.tally.failed += 1
            self.tally.dead += state is JobState.DEAD

    def _give_back(self, claim: Claim, reason: str, at_least: dt.timedelta) -> JobState:
        now = self._now()
        state = self._jobs.give_back(claim, now, reason=reason, at_least=at_least)
        if state is JobState.DEAD:
            self._note_dead(claim.job, now)
        return state

    def _note_dead(self, job: Job, now: dt.datetime) -> None:
        """Note that a person must look; in the transaction that gives it up."""
        self._journal.note(
            EventKind.JOB_DEAD, job.id, actor=ACTOR, now=now, detail={"kind": job.kind, "attempts": job.attempts}
        )
        logger.warning("job %s (%s) is given up after %d attempts", job.id, job.kind, job.attempts)

    def _return(self, claim: Claim) -> None:
        """Give a job back without counting its attempt."""
        try:
            self._in_transaction(lambda: self._jobs.release(claim))
        except LeaseLostError:
            logger.debug("job %s had been taken back", claim.job.id)

    def _keep(self, claim: Claim) -> None:
        self._in_transaction(lambda: self._jobs.keep(claim, self._now()))

    def _in_transaction(self, work: Callable[[], T]) -> T:
        """Do some work in one transaction; wait for a database that is away, until asked to stop."""
        return self._database.durably(work, is_over=(lambda: self._stopping) if self._patient else None)

    def _wait(self, pause_s: float) -> None:
        """Wait; a request to stop ends it."""
        end_s = clock.monotonic_s() + pause_s
        while not self._stopping and (left_s := end_s - clock.monotonic_s()) > 0:
            clock.sleep_s(min(left_s, _SLICE_S))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """What one look at the jobs gave."""

    claim: Claim | None = None
    """A job to do."""
    dead: int
    """Jobs that were given up: their workers ended in the middle of the last attempt."""
    idle_s: float = 0.0
    """If there is no job, how long until one is due or a lease ends."""


class _Heartbeat:
    """Extends one lease, not more often than is of use."""

    def __init__(self, keep: Callable[[Claim], None], claim: Claim, lease: dt.timedelta) -> None:
        self._keep = keep
        self._claim = claim
        self._every_s = lease.total_seconds() * _KEEP_AFTER
        self._last_s = clock.monotonic_s()

    def __call__(self) -> None:
        if clock.monotonic_s() - self._last_s >= self._every_s:
            self._keep(self._claim)
            self._last_s = clock.monotonic_s()


def _reason(error: Exception) -> str:
    """Say what went wrong; the words of errors that are not ours may hold content."""
    return redact(f"{type(error).__name__}: {error}") if isinstance(error, RempartError) else type(error).__name__


@contextlib.contextmanager
def stopped_by_signals(worker: Worker) -> Iterator[None]:
    """Let SIGTERM and the first SIGINT stop a worker after its current job, and a second SIGINT interrupt that too."""

    def ask(number: int, frame: FrameType | None) -> None:
        del frame
        if number == signal.SIGINT:
            signal.signal(signal.SIGINT, signal.default_int_handler)
        logger.info("asked to stop: the current job is finished first")
        worker.stop()

    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
