"""Workers that are killed, frozen or cut off from the database: each job's effect happens exactly once all the same."""

from __future__ import annotations

import contextlib
import datetime as dt
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator

from databases import PostgresServer, server_programs
from rempart.model.work import JobKind, JobState
from rempart.store import Database, DatabaseLocation, JobRepository
from required import ROOT, skip_or_fail

NOW = dt.datetime(2026, 11, 21, 12, tzinfo=dt.UTC)
LEASE_S = 1.0


class Crew:
    """Some worker processes, replaced when they are killed."""

    def __init__(self, url: str, size: int, seed: int, limit: str = "") -> None:
        """Start them."""
        self._url = url
        self._seed = seed
        self._limit = limit
        self._started = 0
        self._members = [self._start() for _ in range(size)]

    def _start(self) -> subprocess.Popen[bytes]:
        self._started += 1
        command = [sys.executable, str(ROOT / "tests" / "job_worker.py"), self._url, str(LEASE_S)]
        return subprocess.Popen([*command, str(self._seed + self._started), *([self._limit] if self._limit else [])])

    def kill(self, number: int) -> None:
        """Kill one as ``kill -9`` does, and start another one in its place."""
        self._members[number].kill()
        self._members[number].wait()
        self._members[number] = self._start()

    def freeze(self, number: int) -> None:
        """Stop the clock of one for longer than its lease, as a laptop that sleeps."""
        self._members[number].send_signal(signal.SIGSTOP)
        time.sleep(1.5 * LEASE_S)
        self._members[number].send_signal(signal.SIGCONT)

    def dismiss(self) -> list[int]:
        """Ask all to stop, and return their exit codes."""
        for member in self._members:
            member.terminate()
        return [member.wait(timeout=60) for member in self._members]

    def end(self) -> None:
        """Leave no process behind, whatever happened."""
        for member in self._members:
            member.kill()
            member.wait()


@contextlib.contextmanager
def crew(url: str, size: int, seed: int, limit: str = "") -> Iterator[Crew]:
    working = Crew(url, size, seed, limit)
    try:
        yield working
    finally:
        working.end()


def add_jobs(database: Database, count: int, kind: JobKind = JobKind.ENFORCE_RETENTION) -> JobRepository:
    """Add jobs in three lanes."""
    jobs = JobRepository(database)
    with database.transaction():
        for number in range(count):
            lane = f"own_{number % 3}"
            jobs.add(kind, key=f"{number}", payload={"number": number}, now=NOW, lane=lane, max_attempts=40)
    return jobs


def effects(database: Database) -> Counter[str]:
    """Return how often each job's effect happened."""
    rows = database.execute("SELECT subject, COUNT(*) FROM event WHERE kind = 'retention_enforced' GROUP BY subject")
    return Counter({str(subject): int(count) for subject, count in rows})


def wait_for(done: Callable[[], bool], timeout_s: float = 120) -> None:
    end_s = time.monotonic() + timeout_s
    while not done():
        assert time.monotonic() < end_s, "the workers do not come to an end"
        time.sleep(0.1)


def test_kill_9_at_any_moment_loses_nothing_and_does_nothing_twice(database_url: str) -> None:
    """Four workers, a thousand jobs; killed and frozen at random moments, and replaced, until one was interrupted."""
    rng = random.Random(20_261_121)  # noqa: S311 - not a secret
    database = Database(DatabaseLocation.parse(database_url))
    jobs = add_jobs(database, 1_000)

    def interrupted() -> int:
        return int(database.execute("SELECT COUNT(*) FROM job WHERE attempts > 1")[0][0])

    with crew(database_url, 4, seed=7) as working:
        wait_for(lambda: jobs.counts().get(JobState.DONE, 0) > 0)
        for blow in range(100):
            time.sleep(rng.uniform(0, 0.3))
            (working.freeze if blow % 7 == 6 else working.kill)(rng.randrange(4))
            if blow >= 13 and interrupted():
                break
        wait_for(lambda: jobs.counts() == {JobState.DONE: 1_000})
        codes = working.dismiss()

    counts, again = effects(database), interrupted()
    database.close()
    assert codes == [0, 0, 0, 0]
    assert len(counts) == 1_000
    assert set(counts.values()) == {1}
    assert again > 0, "no job was interrupted: this test shows nothing"


def test_a_limit_is_never_passed_by_several_processes(database_url: str) -> None:
    """What is held is counted and taken in one step."""
    database = Database(DatabaseLocation.parse(database_url))
    jobs = add_jobs(database, 150, JobKind.RESEAL)
    most, seen = 0, 0

    with crew(database_url, 4, seed=70, limit="2") as working:
        end_s = time.monotonic() + 60
        while jobs.counts() != {JobState.DONE: 150} and time.monotonic() < end_s:
            [(held,)] = database.execute("SELECT COUNT(*) FROM job WHERE lease_until IS NOT NULL")
            most, seen = max(most, held), seen + 1
        codes = working.dismiss()

    counts = effects(database)
    database.close()
    assert codes == [0, 0, 0, 0]
    assert set(counts.values()) == {1}
    assert len(counts) == 150
    assert most <= 2
    assert seen > 10


def test_a_server_that_is_cut_off_and_comes_back_is_waited_for() -> None:
    """PostgreSQL stopped as by a power cut, twice: no attempt is lost for it, no effect is lost or doubled."""
    programs = server_programs()
    if programs is None:
        skip_or_fail("postgresql", "its server programs are not installed")
        return
    server = PostgresServer(programs)
    try:
        url = server.make()
        database = Database(DatabaseLocation.parse(url))
        jobs = add_jobs(database, 600)
        with crew(url, 2, seed=700) as working:
            for done in (100, 300):
                wait_for(lambda done=done: jobs.counts().get(JobState.DONE, 0) > done)  # type: ignore[misc]  # B023
                database.close()
                server.stop()
                time.sleep(0.5)
                server.start()
            wait_for(lambda: jobs.counts() == {JobState.DONE: 600})
            codes = working.dismiss()
        counts = effects(database)
        attempts = max(job.attempts for job in jobs.all())
        database.close()
    finally:
        server.end()

    assert codes == [0, 0]
    assert len(counts) == 600
    assert set(counts.values()) == {1}
    assert attempts <= 3, "an outage is no failure of a job: only an answer that was lost costs an attempt"
