"""Who is served next, on both databases: fair between lanes, within limits, whatever clocks say, however many wait."""

from __future__ import annotations

import datetime as dt
import random
import re
import time
from collections import Counter
from typing import Any

import pytest

from rempart.errors import LeaseLostError
from rempart.model.work import Claim, JobKind, JobState
from rempart.store import Database, JobRepository

NOW = dt.datetime(2026, 11, 21, 12, tzinfo=dt.UTC)
SECOND = dt.timedelta(seconds=1)
HOUR = dt.timedelta(hours=1)
KIND = JobKind.RESEAL


@pytest.fixture
def jobs(database: Database) -> JobRepository:
    return JobRepository(database)


def add(jobs: JobRepository, lane: str, number: int, *, due_at: dt.datetime | None = None) -> str:
    return jobs.add(KIND, key=f"{lane}{number}", payload={"lane": lane}, now=NOW, lane=lane, due_at=due_at)


def add_many(database: Database, jobs: JobRepository, lane: str, count: int) -> None:
    with database.transaction():
        for number in range(count):
            add(jobs, lane, number)


def serve(jobs: JobRepository, now: dt.datetime = NOW) -> str:
    """Do the next job and return its lane."""
    [held] = jobs.claim("wrk_1", now=now)
    jobs.finish(held, now)
    return str(held.job.payload["lane"])


def test_three_jobs_do_not_wait_for_a_thousand(database: Database, jobs: JobRepository) -> None:
    """B comes when A has been served for a while: they take turns."""
    add_many(database, jobs, "A", 1_000)
    for _ in range(20):
        serve(jobs)

    add_many(database, jobs, "B", 3)

    assert Counter(serve(jobs) for _ in range(7))["B"] == 3


def test_a_lane_that_comes_back_each_time_starves_nobody(database: Database, jobs: JobRepository) -> None:
    """B adds its next job when the last one is done: it has half, not all (a bug of the first cut)."""
    add_many(database, jobs, "A", 40)
    served = []

    for number in range(40):
        add(jobs, "B", number)
        served.append(serve(jobs))

    assert 18 <= Counter(served)["A"] <= 22


def test_what_is_due_later_holds_no_place(database: Database, jobs: JobRepository) -> None:
    """Neither keeps its lane behind, nor lets later lanes pass in front (a bug of the first cut)."""
    for number in range(50):
        add(jobs, "A", 1_000 + number, due_at=NOW + HOUR)
    add_many(database, jobs, "B", 20)
    for _ in range(10):
        assert serve(jobs) == "B"
    add(jobs, "A", 1)
    add_many(database, jobs, "C", 5)

    served = [serve(jobs) for _ in range(6)]

    assert "A" in served[:4]
    assert Counter(served)["B"] >= 2


@pytest.mark.parametrize("seed", range(3))
def test_lanes_that_wait_are_served_alike(database: Database, jobs: JobRepository, seed: int) -> None:
    """Whatever comes when: between two lanes that have waited all along, the difference is one or two jobs."""
    rng = random.Random(seed)  # noqa: S311 - not a secret
    add_many(database, jobs, "A", 60)
    for _ in range(rng.randrange(10)):
        serve(jobs)
    add_many(database, jobs, "B", 60)
    served: Counter[str] = Counter()

    for number in range(60):
        if rng.random() < 0.3:
            add(jobs, rng.choice("CDE"), number)
        served[serve(jobs)] += 1
        assert abs(served["A"] - served["B"]) <= 2


def test_many_that_become_due_at_one_instant_are_all_served(database: Database, jobs: JobRepository) -> None:
    """More than one claim gives places to."""
    with database.transaction():
        for number in range(230):
            add(jobs, "A", number, due_at=NOW + HOUR)

    assert jobs.claim("wrk_1", now=NOW + HOUR - SECOND, count=300) == []
    assert jobs.next_instant() == NOW + HOUR
    taken = [held for _ in range(4) for held in jobs.claim("wrk_1", now=NOW + HOUR, count=300)]
    assert len({held.job.id for held in taken}) == 230


def test_what_is_tried_again_had_its_turn(database: Database, jobs: JobRepository) -> None:
    """It does not queue behind its own lane a second time."""
    add_many(database, jobs, "A", 10)
    [held] = jobs.claim("wrk_1", now=NOW)
    jobs.give_back(held, NOW, reason="x")
    assert serve(jobs) == "A"

    [again] = jobs.claim("wrk_1", now=NOW + 5 * SECOND)

    assert again.job.id == held.job.id


def test_limits_are_filled_and_not_passed(jobs: JobRepository) -> None:
    """A kind that is full lets the others pass; several at once are counted one by one."""
    for number in range(5):
        jobs.add(JobKind.RESEAL, key=f"r{number}", payload={}, now=NOW)
    for number in range(3):
        jobs.add(JobKind.ERASE_ASSETS, key=f"e{number}", payload={}, now=NOW)
    limits = {JobKind.RESEAL: 2}

    first = jobs.claim("wrk_1", now=NOW, count=4, limits=limits)
    second = jobs.claim("wrk_2", now=NOW, count=9, limits=limits)

    assert Counter(held.job.kind for held in [*first, *second]) == {JobKind.RESEAL: 2, JobKind.ERASE_ASSETS: 3}
    assert len(first) == 4
    jobs.finish(next(held for held in first if held.job.kind is JobKind.RESEAL), NOW)
    assert [held.job.kind for held in jobs.claim("wrk_2", now=NOW, count=9, limits=limits)] == [JobKind.RESEAL]
    assert jobs.claim("wrk_2", now=NOW, limits={JobKind.RESEAL: 0}) == []


def test_kinds_that_a_worker_does_not_know_are_left(database: Database, jobs: JobRepository) -> None:
    """Even one that a newer version added, held by a worker that ended."""
    job = add(jobs, "A", 1)
    newer = add(jobs, "A", 0)
    database.execute("UPDATE job SET kind = 'fly', lease_until = due_at WHERE id = %s", (newer,))

    assert jobs.claim("wrk_1", now=NOW, kinds=[JobKind.ERASE_ASSETS]) == []
    assert jobs.reclaim(NOW + HOUR) == []
    assert jobs.reclaim(NOW + HOUR, kinds=[]) == []
    assert jobs.claim("wrk_1", now=NOW, kinds=[]) == []
    assert [held.job.id for held in jobs.claim("wrk_1", now=NOW, count=9)] == [job]


def test_a_clock_that_was_ahead_keeps_nothing_waiting(jobs: JobRepository) -> None:
    """Three hours ahead, then set right: what was added, leased and delayed is served."""
    ahead = NOW + 3 * HOUR
    for number in range(3):
        jobs.add(KIND, key=f"{number}", payload={}, now=ahead)
    leased, failed = jobs.claim("wrk_1", now=ahead, count=2)
    jobs.give_back(failed, ahead, reason="x")

    jobs.reclaim(NOW)
    held = jobs.claim("wrk_2", now=NOW, count=9)

    assert len(held) == 3
    with pytest.raises(LeaseLostError):
        jobs.finish(leased, NOW)


def test_a_small_step_back_takes_no_lease(jobs: JobRepository) -> None:
    """A correction of a minute is no reason to do anything twice."""
    add(jobs, "A", 1)
    [held] = jobs.claim("wrk_1", now=NOW)

    assert jobs.reclaim(NOW - 59 * SECOND) == []
    assert jobs.claim("wrk_2", now=NOW - 59 * SECOND) == []
    jobs.finish(held, NOW - 59 * SECOND)


@pytest.mark.parametrize("seed", range(3))
def test_wild_clocks_do_everything_once(database: Database, jobs: JobRepository, seed: int) -> None:
    """Workers whose clocks differ and jump by hours, some of which vanish: each job is finished once, none is stuck."""
    rng = random.Random(seed)  # noqa: S311 - not a secret
    with database.transaction():
        for number in range(40):
            jobs.add(KIND, key=f"{number}", payload={}, now=NOW, max_attempts=10_000)
    held: list[Claim] = []
    finished: Counter[str] = Counter()
    jump = 0 * HOUR

    for step in range(1_500):
        jump = rng.uniform(-5, 5) * HOUR if rng.random() < 0.05 else jump
        now = NOW + step * 10 * SECOND + jump + rng.uniform(-60, 60) * SECOND
        jobs.reclaim(now)
        held += jobs.claim(f"wrk_{step % 4}", now=now)
        if not held or rng.random() < 0.2:  # this one vanishes, or is slow
            continue
        mine = held.pop(rng.randrange(-min(3, len(held)), 0))
        try:
            if rng.random() < 0.2:
                jobs.give_back(mine, now, reason="x")
            else:
                jobs.finish(mine, now)
                finished[mine.job.id] += 1
        except LeaseLostError:
            continue

    assert jobs.counts() == {JobState.DONE: 40}
    assert len(finished) == 40
    assert set(finished.values()) == {1}


def fill(database: Database, count: int) -> None:
    """Write as many jobs of each sort in one statement: waiting in line, done, and due next year."""
    numbers = (
        "SELECT n FROM generate_series(1, %s) AS n"
        if database.vendor == "postgresql"
        else "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < %s) SELECT n FROM c"
    )
    for sort, state, turn, due, attempts in (
        ("line", "queued", "n / 50", NOW, 0),
        ("done", "done", "n / 50", NOW, 1),
        ("later", "queued", "NULL", NOW + 365 * 24 * HOUR, 0),
    ):
        stored = database.connection.ops.adapt_datetimefield_value(due)
        sql = (
            "INSERT INTO job (id, kind, key, lane, turn, payload, state, attempts, max_attempts, due_at, lease_by,"  # noqa: S608 - ours
            " lease_token, reason, created_at)"
            f" SELECT '{sort}' || n, 'reseal', '{sort}' || n, 'own_' || (n %% 50), {turn}, '{{}}', '{state}',"
            f" {attempts}, 5, %s, '', '', '', %s FROM ({numbers}) AS numbers"
        )
        database.execute(sql, (stored, stored, count))


def assert_indexed(database: Database, sql: str, parameters: Any) -> None:
    """The few rows that are leased may be walked through, and the first of an index taken; nothing else is."""
    explain = "EXPLAIN" if database.vendor == "postgresql" else "EXPLAIN QUERY PLAN"
    plan = "\n".join(str(row[-1]) for row in database.execute(f"{explain} {sql}", parameters))
    for walk in ("Seq Scan on job", r"SCAN job(?! USING INDEX job_(leased|waiting|retry))", r"ANY\(lane\)"):
        assert not re.search(walk, plan), f"{sql}\n{plan}"


@pytest.mark.parametrize("analysed", [True, False])
def test_a_hundred_thousand_jobs_slow_nothing_down(database: Database, jobs: JobRepository, analysed: bool) -> None:  # noqa: FBT001 - a parameter
    """Every statement of a job's life is answered by an index, whatever the planner knows; a round is short."""
    fill(database, 100_000)
    if analysed or database.vendor == "postgresql":  # whose autovacuum does it
        database.execute("ANALYZE job")
    statements: list[tuple[str, Any]] = []

    def watch(execute: Any, sql: str, parameters: Any, many: bool, context: Any) -> Any:  # noqa: FBT001 - Django's
        statements.append((sql, parameters))
        return execute(sql, parameters, many, context)

    def live(number: int) -> None:
        jobs.add(KIND, key=f"new{number}", payload={}, now=NOW, lane="own_3")
        jobs.reclaim(NOW)
        [held, back] = jobs.claim("wrk_1", now=NOW, count=2, limits={KIND: 50})
        jobs.keep(held, NOW)
        jobs.finish(held, NOW)
        jobs.give_back(back, NOW, reason="x")
        jobs.next_instant()

    with database.connection.execute_wrapper(watch):
        live(0)
    times = []
    for number in range(1, 21):
        begun_s = time.perf_counter()
        live(number)
        times.append(time.perf_counter() - begun_s)

    for sql, parameters in statements:
        if sql.split()[0] in {"SELECT", "WITH", "UPDATE"} and "job" in sql:
            assert_indexed(database, sql, parameters)
    assert len(statements) > 8
    assert sorted(times)[10] < 0.1
