"""A worker in a process of its own, for tests that kill it: ``job_worker.py URL LEASE_S SEED [LIMIT]``.

The effect of each job is one event about it. One job in ten is slow.
"""

from __future__ import annotations

import datetime as dt
import random
import sys

from rempart import clock
from rempart.app.worker import Effect, Keep, Worker, stopped_by_signals
from rempart.model.work import EventKind, Job, JobKind
from rempart.store import Database, DatabaseLocation, JobRepository, Journal


def main(url: str, lease_s: str, seed: str, limit: str = "") -> None:
    """Work until asked to stop."""
    database = Database(DatabaseLocation.parse(url))
    journal = Journal(database, access_days=1)
    jobs = JobRepository(database, lease=dt.timedelta(seconds=float(lease_s)))
    rng = random.Random(int(seed))  # noqa: S311 - not a secret

    def work(job: Job, keep: Keep) -> Effect:
        if rng.random() < 0.1:
            clock.sleep_s(rng.uniform(0, 0.05))
            keep()
        now = clock.utc_now()
        return lambda: journal.note(EventKind.RETENTION_ENFORCED, job.id, actor="system", now=now)

    limits = {JobKind.RESEAL: int(limit)} if limit else None
    worker = Worker(database, jobs=jobs, journal=journal, handlers=dict.fromkeys(JobKind, work), limits=limits)
    with stopped_by_signals(worker):
        worker.run()


if __name__ == "__main__":
    main(*sys.argv[1:])
