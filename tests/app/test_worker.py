"""One worker, on both databases: what it does of a job that succeeds, fails, takes long, or loses its database."""

from __future__ import annotations

import datetime as dt
import itertools
import logging
import os
import platform
import re
import signal
from collections.abc import Callable, Mapping

import pytest

from rempart.app.worker import Effect, Handler, Keep, Worker, stopped_by_signals
from rempart.errors import DatabaseAwayError, LaterError, UnavailableError
from rempart.model.work import Claim, Event, EventKind, Job, JobKind, JobState
from rempart.store import Database, JobRepository, Journal

NOW = dt.datetime(2026, 11, 21, 12, tzinfo=dt.UTC)
SECOND = dt.timedelta(seconds=1)


class Bench:
    """A worker, its jobs and its clock."""

    def __init__(self, database: Database) -> None:
        """Start at noon."""
        self.now = NOW
        self.jobs = JobRepository(database)
        self.journal = Journal(database, access_days=1)
        self._database = database

    def add(self, key: str = "one", kind: JobKind = JobKind.RESEAL, max_attempts: int = 5) -> str:
        """Add a job."""
        return self.jobs.add(kind, key=key, payload={}, now=self.now, max_attempts=max_attempts)

    def worker(
        self, handlers: Handler | Mapping[JobKind, Handler], limits: Mapping[JobKind, int] | None = None
    ) -> Worker:
        """Make a worker whose clock is this one."""
        if not isinstance(handlers, Mapping):
            handlers = {JobKind.RESEAL: handlers}
        return Worker(
            self._database,
            jobs=self.jobs,
            journal=self.journal,
            handlers=handlers,
            limits=limits,
            now=lambda: self.now,
        )

    def effect(self, job: Job) -> Effect:
        """Return an effect that can be seen."""
        return lambda: self.journal.note(EventKind.KEYS_ROTATED, job.id, actor="system", now=self.now)

    def events(self, job: str) -> list[Event]:
        """Return what happened to a job."""
        return self.journal.events(job)


@pytest.fixture
def bench(database: Database) -> Bench:
    return Bench(database)


def test_each_job_is_done_with_its_effect(bench: Bench) -> None:
    """Or with none, if its handler has nothing to write."""
    first, second = bench.add(), bench.add("two", JobKind.ERASE_ASSETS)
    worker = bench.worker({JobKind.RESEAL: lambda job, _: bench.effect(job), JobKind.ERASE_ASSETS: lambda _j, _k: None})

    tally = worker.run(until_idle=True)

    assert (tally.done, tally.failed, tally.dead, tally.lost) == (2, 0, 0, 0)
    assert bench.jobs.counts() == {JobState.DONE: 2}
    assert [event.kind for event in bench.events(first)] == [EventKind.KEYS_ROTATED]
    assert bench.events(second) == []


def test_an_effect_that_fails_leaves_nothing(bench: Bench) -> None:
    """Neither of itself nor of the end of the job: it is tried again, and the reason holds no content."""
    job = bench.add()

    def work(held: Job, _: Keep) -> Effect:
        def effect() -> None:
            bench.effect(held)()
            if held.attempts == 1:
                message = "the content of something private"
                raise ValueError(message)

        return effect

    worker = bench.worker(work)
    worker.run(until_idle=True)

    assert bench.events(job) == []
    assert bench.jobs.get(job).reason == "ValueError"
    bench.now += 5 * SECOND
    assert worker.run(until_idle=True).done == 1
    assert len(bench.events(job)) == 1


def test_a_job_that_always_fails_is_given_up_with_an_event(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    """Later each time; what our own errors say is kept; the others are done meanwhile."""
    job, neighbour = bench.add(), bench.add("two")

    def work(held: Job, _: Keep) -> None:
        if held.id == job:
            message = "the mail server does not answer"
            raise UnavailableError(message)

    worker = bench.worker(work)
    with caplog.at_level(logging.WARNING):
        for _ in range(6):
            worker.run(until_idle=True)
            bench.now += 60 * SECOND

    assert (worker.tally.done, worker.tally.failed, worker.tally.dead) == (1, 5, 1)
    assert bench.jobs.get(neighbour).state is JobState.DONE
    assert bench.jobs.get(job).state is JobState.DEAD
    assert bench.jobs.get(job).reason == "UnavailableError: the mail server does not answer"
    [event] = bench.events(job)
    assert (event.kind, event.actor, event.detail) == (EventKind.JOB_DEAD, "system", {"kind": "reseal", "attempts": 5})
    assert f"job {job} (reseal) is given up after 5 attempts" in caplog.text


def test_what_is_left_in_peace_is_not_needed_before(bench: Bench) -> None:
    """Longer than the first retry would wait; an attempt is counted all the same."""
    job = bench.add()

    def work(held: Job, _: Keep) -> None:
        if held.attempts == 1:
            message = "the receiver does not answer"
            raise LaterError(message, wait_s=60)

    worker = bench.worker(work)
    worker.run(until_idle=True)
    bench.now += 59 * SECOND
    too_early = worker.run(until_idle=True).done
    bench.now += SECOND

    assert too_early == 0
    assert worker.run(until_idle=True).done == 1
    assert bench.jobs.get(job).attempts == 2


def test_a_job_that_killed_its_last_worker_is_given_up_with_an_event(bench: Bench) -> None:
    """Found by whoever claims next."""
    job = bench.add(max_attempts=1)
    bench.jobs.claim("wrk_dead", now=NOW)
    bench.now += 60 * SECOND

    tally = bench.worker(lambda _j, _k: None).run(until_idle=True)

    assert (tally.done, tally.dead) == (0, 1)
    assert [event.kind for event in bench.events(job)] == [EventKind.JOB_DEAD]
    assert "its worker ended" in bench.jobs.get(job).reason


def test_a_worker_that_lost_its_lease_goes_on(bench: Bench) -> None:
    """What it did of that job is undone; the one who has it now is not disturbed."""
    job = bench.add()
    bench.add("two")

    def work(held: Job, keep: Keep) -> Effect:
        if held.id == job:
            bench.now += 61 * SECOND
            bench.jobs.reclaim(bench.now)
            assert bench.jobs.claim("wrk_other", now=bench.now)
        keep()
        return bench.effect(held)

    tally = bench.worker(work).run(until_idle=True)

    assert (tally.done, tally.lost, tally.failed) == (1, 1, 0)
    assert bench.events(job) == []
    assert bench.jobs.get(job).lease_by == "wrk_other"


def test_a_handler_that_says_it_is_alive_keeps_its_job(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """However often it says so, the lease is written four times per lease."""
    bench.add()
    kept: list[dt.datetime] = []
    keep_lease, passed_s = bench.jobs.keep, 0.0

    def count_and_keep(claim: Claim, now: dt.datetime) -> None:
        kept.append(now)
        keep_lease(claim, now)

    monkeypatch.setattr(bench.jobs, "keep", count_and_keep)
    monkeypatch.setattr("rempart.clock.monotonic_s", lambda: passed_s)

    def work(_: Job, keep: Keep) -> None:
        nonlocal passed_s
        for _second in range(300):
            passed_s += 1
            bench.now += SECOND
            keep()
            bench.jobs.reclaim(bench.now)

    tally = bench.worker(work).run(until_idle=True)

    assert (tally.done, tally.lost) == (1, 0)
    assert len(kept) == 300 / 15


@pytest.mark.parametrize("in_effect", [False, True])
def test_a_database_that_goes_away_costs_no_attempt(bench: Bench, in_effect: bool) -> None:  # noqa: FBT001 - a parameter
    """The job is done when it is back; but what always says so is counted from the second time on."""
    job = bench.add()
    times = 0

    def fail() -> None:
        nonlocal times
        times += 1
        if times == 1:
            message = "the database does not answer"
            raise DatabaseAwayError(message)

    def work(_: Job, _keep: Keep) -> Effect | None:
        return fail if in_effect else fail()  # type: ignore[func-returns-value]  # None is the effect

    tally = bench.worker(work).run(until_idle=True)

    assert (tally.done, tally.failed) == (1, 0)
    assert times == 2
    assert bench.jobs.get(job).attempts == 1


def test_a_handler_that_always_finds_the_database_away_is_counted(bench: Bench) -> None:
    """While the worker finds it there: nothing goes round for ever."""
    job = bench.add()

    def work(_: Job, _keep: Keep) -> None:
        message = "the database does not answer"
        raise DatabaseAwayError(message)

    worker = bench.worker(work)
    for _ in range(5):
        worker.run(until_idle=True)
        bench.now += 60 * SECOND

    assert bench.jobs.get(job).state is JobState.DEAD


def test_a_mistake_is_no_absence(bench: Bench, database: Database) -> None:
    """SQLite says of a missing table what it says of a lock: waiting would not help (a bug of the first cut)."""
    job = bench.add()

    tally = bench.worker(lambda _j, _k: lambda: database.execute("SELECT * FROM no_table")).run(until_idle=True)

    assert tally.failed == 1
    assert bench.jobs.get(job).reason in {"OperationalError", "ProgrammingError"}


def test_a_worker_that_is_asked_to_stop_finishes_its_job(bench: Bench) -> None:
    """And begins no other."""
    first, second = bench.add(), bench.add("two")

    def work(_: Job, _keep: Keep) -> None:
        os.kill(os.getpid(), signal.SIGTERM)

    worker = bench.worker(work)
    with stopped_by_signals(worker):
        tally = worker.run()

    assert tally.done == 1
    assert bench.jobs.get(first).state is JobState.DONE
    assert bench.jobs.get(second).attempts == 0
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


def test_a_second_interruption_is_obeyed_at_once(bench: Bench) -> None:
    """The job goes back, and its attempt is not counted."""
    job = bench.add()

    def work(_: Job, _keep: Keep) -> None:
        os.kill(os.getpid(), signal.SIGINT)
        os.kill(os.getpid(), signal.SIGINT)

    worker = bench.worker(work)
    with pytest.raises(KeyboardInterrupt), stopped_by_signals(worker):
        worker.run()

    found = bench.jobs.get(job)
    assert (found.state, found.attempts, found.lease_by) == (JobState.QUEUED, 0, "")


def test_an_idle_worker_waits_longer_and_longer_but_not_past_what_is_due(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Five seconds at most; a job that becomes due ends it."""
    bench.jobs.add(JobKind.RESEAL, key="later", payload={}, now=NOW, due_at=NOW + 22 * SECOND)
    passed_s, looks = 0.0, list[float]()
    monkeypatch.setattr("rempart.clock.monotonic_s", lambda: passed_s)

    def sleep(seconds: float) -> None:
        nonlocal passed_s
        passed_s += seconds
        bench.now += dt.timedelta(seconds=seconds)

    claim = bench.jobs.claim

    def look(*arguments: object, **options: object) -> object:
        looks.append(passed_s)
        return claim(*arguments, **options)  # type: ignore[arg-type]  # passed on

    monkeypatch.setattr("rempart.clock.sleep_s", sleep)
    monkeypatch.setattr(bench.jobs, "claim", look)
    done_at_s = list[float]()

    def work(_: Job, _keep: Keep) -> None:
        done_at_s.append(passed_s)
        worker.stop()

    worker = bench.worker(work)
    worker.run()

    pauses = [after - before for before, after in itertools.pairwise(looks)]
    assert max(pauses) == pytest.approx(5)
    assert pauses[:4] == pytest.approx([0.05, 0.1, 0.2, 0.4])
    assert done_at_s == [pytest.approx(22, abs=0.06)]


def test_limits_and_kinds_are_those_of_the_worker(bench: Bench) -> None:
    """What it has no handler for, or may not begin now, is left."""
    bench.add("a", JobKind.ERASE_ASSETS)
    held = bench.add("b")
    waiting = bench.add("c")
    done: list[str] = []

    def work(job: Job, _: Keep) -> None:
        done.append(job.id)
        if job.id == held:
            inner = bench.worker(work, {JobKind.RESEAL: 1})
            inner.run(until_idle=True)
            assert done == [held]

    bench.worker(work, {JobKind.RESEAL: 1}).run(until_idle=True)

    assert done == [held, waiting]


def test_the_name_of_a_worker_says_nothing(bench: Bench) -> None:
    """No machine, no person; two differ."""
    names: list[str] = []

    def make() -> Callable[[Job, Keep], None]:
        return lambda job, _: names.append(job.lease_by)

    for key in "ab":
        bench.add(key)
        bench.worker(make()).run(until_idle=True)

    assert all(re.fullmatch(r"wrk_[0-9a-f]{8}", name) for name in names)
    assert len(set(names)) == 2
    assert platform.node() not in "".join(names)
