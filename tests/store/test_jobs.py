"""The life of a job, on both databases: added once, leased, finished with its effect, tried again, given up."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable

import pytest

from rempart.errors import LeaseLostError, NotFoundError
from rempart.model.work import Claim, EventKind, JobKind, JobState
from rempart.store import Database, JobRepository, Journal

NOW = dt.datetime(2026, 11, 21, 12, tzinfo=dt.UTC)
MINUTE = dt.timedelta(minutes=1)
KIND = JobKind.RESEAL


@pytest.fixture
def jobs(database: Database) -> JobRepository:
    return JobRepository(database, lease=MINUTE)


def add(jobs: JobRepository, key: str = "one", *, max_attempts: int = 5) -> str:
    return jobs.add(KIND, key=key, payload={"count": 3}, now=NOW, max_attempts=max_attempts)


def claim(jobs: JobRepository, now: dt.datetime = NOW, worker: str = "wrk_1") -> Claim:
    [found] = jobs.claim(worker, now=now)
    return found


def in_threads(work: Callable[[int], None], database: Database, count: int = 4) -> None:
    """Do the same thing at the same time, each time on a connection of its own."""
    barrier, errors = threading.Barrier(count), list[BaseException]()

    def run(number: int) -> None:
        try:
            barrier.wait(30)
            work(number)
        except BaseException as error:  # noqa: BLE001 - told to the test
            errors.append(error)
        finally:
            database.close()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert errors == []


def test_a_job_is_claimed_once_and_finished(jobs: JobRepository) -> None:
    """Who has it is seen; it does not come back."""
    job = add(jobs)

    held = claim(jobs)

    assert held.job.id == job
    assert held.job.payload == {"count": 3}
    assert (held.job.attempts, held.job.lease_by, held.job.lease_until) == (1, "wrk_1", NOW + MINUTE)
    assert jobs.claim("wrk_2", now=NOW) == []
    jobs.finish(held, NOW)
    assert jobs.get(job).state is JobState.DONE
    assert jobs.claim("wrk_2", now=NOW + 9 * MINUTE) == []
    assert jobs.counts() == {JobState.DONE: 1}


def test_a_key_is_one_job(jobs: JobRepository) -> None:
    """Added again, it is the same one, done or not."""
    job = add(jobs)

    assert jobs.add(JobKind.ERASE_ASSETS, key="one", payload={}, now=NOW + MINUTE, lane="own_2") == job
    jobs.finish(claim(jobs), NOW)
    assert add(jobs) == job
    assert jobs.claim("wrk_1", now=NOW) == []
    assert jobs.get(job).kind is KIND


def test_the_same_key_added_by_several_at_once_is_one_job(database: Database, jobs: JobRepository) -> None:
    """No error for those who come second, in a transaction of theirs or not."""
    seen: list[set[str]] = [set() for _ in range(4)]

    def work(number: int) -> None:
        for key in range(25):
            with database.transaction():
                seen[number].add(jobs.add(KIND, key=f"{key}", payload={}, now=NOW))

    in_threads(work, database)

    assert len(seen[0]) == 25
    assert all(ids == seen[0] for ids in seen)


def test_a_job_is_never_claimed_by_two(database: Database, jobs: JobRepository) -> None:
    """Four claim at once; each job goes to one of them."""
    for key in range(60):
        add(jobs, f"{key}")
    taken: list[str] = []

    def work(number: int) -> None:
        for _ in range(15):
            taken.extend(held.job.id for held in jobs.claim(f"wrk_{number}", now=NOW, count=2))

    in_threads(work, database)

    assert len(taken) == len(set(taken)) == 60


def test_a_job_and_its_effect_are_one(database: Database, jobs: JobRepository) -> None:
    """What is undone is undone for both."""
    journal = Journal(database, access_days=1)
    job = add(jobs)
    held = claim(jobs)

    def fail() -> None:
        with database.transaction():
            jobs.finish(held, NOW)
            journal.note(EventKind.KEYS_ROTATED, job, actor="system", now=NOW)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()

    assert jobs.get(job).state is JobState.QUEUED
    assert journal.events(job) == []
    jobs.finish(held, NOW)


def test_whoever_was_taken_for_dead_has_lost_the_job(jobs: JobRepository) -> None:
    """Even if the other one has not ended it, and even if he bears the same name."""
    add(jobs)
    first = claim(jobs)
    later = NOW + MINUTE

    assert jobs.reclaim(later - dt.timedelta(microseconds=1)) == []
    assert jobs.claim("wrk_1", now=later) == []
    assert jobs.reclaim(later) == []
    second = claim(jobs, later)

    assert second.job.attempts == 2
    assert "silent for too long" in second.job.reason
    with pytest.raises(LeaseLostError, match=first.job.id):
        jobs.finish(first, later)
    with pytest.raises(LeaseLostError):
        jobs.keep(first, later)
    with pytest.raises(LeaseLostError):
        jobs.release(first)
    with pytest.raises(LeaseLostError):
        jobs.give_back(first, later, reason="x")
    jobs.finish(second, later)
    with pytest.raises(LeaseLostError):
        jobs.finish(second, later)
    assert jobs.get(first.job.id).reason == ""


def test_a_lease_that_is_kept_does_not_end(jobs: JobRepository) -> None:
    """Its holder says that it is alive."""
    add(jobs)
    held = claim(jobs)

    jobs.keep(held, NOW + MINUTE / 2)

    assert jobs.next_instant() == NOW + 1.5 * MINUTE
    jobs.reclaim(NOW + MINUTE)
    assert jobs.claim("wrk_2", now=NOW + MINUTE) == []
    jobs.finish(held, NOW + MINUTE)


def test_a_released_job_lost_nothing(jobs: JobRepository) -> None:
    """Neither its attempt nor its place."""
    first = add(jobs)
    add(jobs, "two")

    jobs.release(claim(jobs))

    again = claim(jobs)
    assert again.job.id == first
    assert again.job.attempts == 1


def test_a_failed_job_waits_longer_each_time_and_is_given_up(jobs: JobRepository) -> None:
    """5, 10, 20, 40 seconds; then a person must look."""
    job = add(jobs)
    now, waits = NOW, []

    for _ in range(4):
        assert jobs.give_back(claim(jobs, now), now, reason="TimeoutError") is JobState.QUEUED
        due = jobs.next_instant()
        assert due is not None
        assert jobs.claim("wrk_1", now=due - dt.timedelta(microseconds=1)) == []
        waits.append((due - now).total_seconds())
        now = due
    end = jobs.give_back(claim(jobs, now), now, reason="y" * 1_000)

    assert waits == [5, 10, 20, 40]
    assert end is JobState.DEAD
    assert jobs.get(job).state is JobState.DEAD
    assert jobs.get(job).reason == "y" * 500
    assert jobs.next_instant() is None
    assert jobs.claim("wrk_1", now=now + 9_999 * MINUTE) == []


@pytest.mark.parametrize("delay", [None, dt.timedelta(days=3)])
def test_no_retry_waits_more_than_an_hour(jobs: JobRepository, delay: dt.timedelta | None) -> None:
    """Whatever the number of attempts, and whatever was asked."""
    add(jobs, max_attempts=90)
    now = NOW
    for _ in range(30):
        jobs.give_back(claim(jobs, now), now, reason="x", delay=delay)
        now += dt.timedelta(hours=1)

    assert claim(jobs, now).job.attempts == 31


def test_a_job_that_kills_its_worker_is_given_up(jobs: JobRepository) -> None:
    """It says so; its neighbour is done."""
    poison, now, dead = add(jobs), NOW, list[str]()
    add(jobs, "neighbour")

    for _ in range(20):
        dead += [job.id for job in jobs.reclaim(now)]
        for held in jobs.claim("wrk_1", now=now):
            if held.job.id != poison:
                jobs.finish(held, now)
        now += MINUTE

    assert dead == [poison]
    assert jobs.get(poison).attempts == 5
    assert jobs.get(poison).state is JobState.DEAD
    assert "its worker ended" in jobs.get(poison).reason
    assert jobs.counts() == {JobState.DONE: 1, JobState.DEAD: 1}


def test_a_job_given_up_can_be_tried_again(jobs: JobRepository) -> None:
    """From the first attempt on, at once; others cannot."""
    job = add(jobs, max_attempts=1)
    with pytest.raises(NotFoundError, match="was not given up"):
        jobs.retry(job, NOW)
    jobs.give_back(claim(jobs), NOW, reason="x")

    assert jobs.retry(job, NOW + 9 * MINUTE).state is JobState.QUEUED

    held = claim(jobs, NOW)
    assert (held.job.id, held.job.attempts) == (job, 1)
    jobs.finish(held, NOW)
    with pytest.raises(NotFoundError, match="no job 'job_x'"):
        jobs.retry("job_x", NOW)


def test_jobs_are_listed_in_the_same_order_on_both_databases(jobs: JobRepository) -> None:
    """As they are served, then those that wait for their hour, then those that ended."""
    ended = add(jobs, "0")
    jobs.finish(claim(jobs), NOW)
    first, second = add(jobs, "1"), add(jobs, "2")
    later = jobs.add(KIND, key="3", payload={}, now=NOW, due_at=NOW + MINUTE)

    assert [job.id for job in jobs.all()] == [first, second, later, ended]
    assert [job.id for job in jobs.all(JobState.DONE)] == [ended]
    assert [job.id for job in jobs.all(limit=1)] == [first]
