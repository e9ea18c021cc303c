"""Jobs per second and claim latency of four workers, against the naive loop and against bare commits.

``python benchmarks/jobs.py``. Each worker is a process. A job of Rempart is claimed under a lease in one transaction,
then finished with its effect (one event) in a second one. The naive loop does the same two commits with the plain
driver, without lease, lanes, retries or effect: SELECT and UPDATE, then UPDATE. "Bare commits" are single UPDATEs, one
per transaction, by the same four processes. All on the same file system, with every commit on the disk.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, TypeVar

from measure import header, table

sys.path.append(str(Path(__file__).resolve().parent.parent / "tests"))

import psycopg

from databases import PostgresServer, make_sqlite, server_programs
from rempart.app.worker import Effect, Worker
from rempart.model.ids import IdKind, new_id
from rempart.model.work import EventKind, Job, JobKind
from rempart.store import Database, DatabaseLocation, JobRepository, Journal, upgrade
from rempart.store.models import JobRow

T = TypeVar("T")
WORKERS = 4
LANES = 50
NOW = dt.datetime(2026, 11, 21, 12, tzinfo=dt.UTC)


class DurableServer(PostgresServer):
    """A server whose commits are on the disk, as in service."""

    def start(self) -> None:
        """Start it with fsync."""
        options = f"-c listen_addresses='' -c unix_socket_directories={self.folder} -c fsync=on"
        self._run("pg_ctl", "-D", self._data, "-w", "-l", str(self.folder / "log"), "-o", options, "start")


class TimedWorker(Worker):
    """A worker that notes how long each of its claims took."""

    claims_s: list[float]

    def _in_transaction(self, work: Callable[[], T]) -> T:
        begun_s = time.perf_counter()
        done = super()._in_transaction(work)
        if work == self._look:
            self.claims_s.append(time.perf_counter() - begun_s)
        return done


def rempart(url: str, share: int) -> list[float]:
    """Do a share of the jobs, and return how long each claim took."""
    database = Database(DatabaseLocation.parse(url))
    journal, left = Journal(database, access_days=1), share

    def work(job: Job, _: object) -> Effect:
        nonlocal left
        left -= 1
        if left == 0:
            worker.stop()
        return lambda: journal.note(EventKind.RETENTION_ENFORCED, job.id, actor="system", now=NOW)

    worker = TimedWorker(database, jobs=JobRepository(database), journal=journal, handlers=dict.fromkeys(JobKind, work))
    worker.claims_s = []
    tell_ready()
    worker.run(until_idle=True)
    return worker.claims_s


class Plain:
    """A connection of the plain driver."""

    def __init__(self, url: str) -> None:
        """Connect with the durability that Rempart has."""
        self._is_server = url.startswith("postgresql")
        self._connection: Any
        if self._is_server:
            self._connection = psycopg.connect(url, autocommit=True)
        else:
            self._connection = sqlite3.connect(url, timeout=20, isolation_level=None)
            self._connection.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON;")

    def do(self, sql: str, *values: int) -> Any:  # noqa: ANN401 - the drivers' own cursors
        """Run one statement, written for PostgreSQL."""
        if not self._is_server:
            sql = sql.replace("%s", "?").replace("FOR UPDATE", "").replace("BEGIN", "BEGIN IMMEDIATE")
        return self._connection.execute(sql, values)


def naive(url: str, share: int) -> list[float]:
    """Do a share of the jobs by SELECT and UPDATE, then UPDATE."""
    plain = Plain(url)
    claims_s: list[float] = []
    tell_ready()
    while len(claims_s) < share:
        begun_s = time.perf_counter()
        found = None
        while found is None:  # the first one was locked by another worker, and is taken now
            plain.do("BEGIN")
            found = plain.do("SELECT id FROM naive WHERE state = 0 ORDER BY id LIMIT 1 FOR UPDATE").fetchone()
            if found is not None:
                plain.do("UPDATE naive SET state = 1 WHERE id = %s", found[0])
            plain.do("COMMIT")
        claims_s.append(time.perf_counter() - begun_s)
        plain.do("UPDATE naive SET state = 2 WHERE id = %s", found[0])
    return claims_s


def bare(url: str, share: int) -> list[float]:
    """Commit a share of single updates, of a row that no one else touches."""
    plain = Plain(url)
    tell_ready()
    for _ in range(share):
        plain.do("UPDATE naive SET state = state + 1 WHERE id = %s", os.getpid() % 1_000)
    return []


def tell_ready() -> None:
    """Wait until all workers are there."""
    print("ready", flush=True)
    sys.stdin.readline()


def measure(side: str, url: str, count: int) -> tuple[float, list[float]]:
    """Run four workers and return how many jobs they did in a second, and their claims' seconds."""
    command = [sys.executable, __file__, "--side", side, "--url", url, "--jobs", str(count // WORKERS)]
    crew = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8")
        for _ in range(WORKERS)
    ]
    for member in crew:
        if member.stdout is None or not member.stdout.readline():
            raise SystemExit(1)
    begun_s = time.perf_counter()
    for member in crew:
        if member.stdin is not None:
            member.stdin.write("\n")
            member.stdin.flush()
    told = [json.loads(member.communicate()[0]) for member in crew]
    return count / (time.perf_counter() - begun_s), [claim for claims in told for claim in claims]


def fill(url: str, queued: int) -> None:
    """Make the jobs that wait, and the naive table beside them."""
    with closing(Database(DatabaseLocation.parse(url))) as database, database.transaction():
        for begin in range(0, queued, 5_000):
            JobRow.objects.bulk_create(
                JobRow(
                    id=new_id(IdKind.JOB),
                    kind=JobKind.RESEAL,
                    key=str(number),
                    lane=f"own_{number % LANES}",
                    turn=number // LANES,
                    payload={},
                    state="queued",
                    max_attempts=5,
                    due_at=NOW,
                    created_at=NOW,
                )
                for number in range(begin, min(begin + 5_000, queued))
            )
        database.execute("CREATE TABLE naive (id integer PRIMARY KEY, state integer NOT NULL)")
        database.execute("CREATE INDEX naive_waiting ON naive (id) WHERE state = 0")
        with database.connection.cursor() as cursor:
            cursor.executemany("INSERT INTO naive VALUES (%s, 0)", [(number,) for number in range(queued)])


@contextmanager
def places(folder: Path) -> Iterator[dict[str, Callable[[], str]]]:
    """Give what makes a database of each sort."""

    def sqlite() -> str:
        path = make_sqlite(folder)
        with closing(Database(DatabaseLocation.parse(path))) as database:
            upgrade(database)
        return path

    found: dict[str, Callable[[], str]] = {"SQLite": sqlite}
    programs = server_programs()
    server = DurableServer(programs) if programs else None
    if server is not None:
        found["PostgreSQL"] = server.make
    yield found
    if server is not None:
        server.end()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--jobs", type=int, default=2_000)
    parser.add_argument("--queued", type=int, nargs="*", default=[2_000, 100_000])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--side", choices=["rempart", "naive", "bare"], help=argparse.SUPPRESS)
    parser.add_argument("--url", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.side:
        print(json.dumps({"rempart": rempart, "naive": naive, "bare": bare}[options.side](options.url, options.jobs)))
        return
    rows = []
    with tempfile.TemporaryDirectory() as folder, places(Path(folder)) as makers:
        for name, make in makers.items():
            for queued in options.queued:
                measured: dict[str, list[tuple[float, list[float]]]] = {"bare": [], "naive": [], "rempart": []}
                for _ in range(options.rounds):
                    url = make()
                    fill(url, queued)
                    for side, found in measured.items():
                        if side == "naive":
                            reset(url)
                        found.append(measure(side, url, options.jobs))
                rows += lines(name, queued, measured)
    header(f"{options.jobs} jobs by {WORKERS} workers, median of {options.rounds} rounds")
    table(("", "waiting", "", "per second", "of naive", "claim p50 ms", "claim p99 ms"), rows)


def reset(url: str) -> None:
    """Forget what the bare commits did."""
    with closing(Database(DatabaseLocation.parse(url))) as database:
        database.execute("UPDATE naive SET state = 0 WHERE state <> 0")


def lines(name: str, queued: int, measured: dict[str, list[tuple[float, list[float]]]]) -> list[tuple[str, ...]]:
    """Put the figures of one database into words."""
    rates = {side: statistics.median(rate for rate, _ in rounds) for side, rounds in measured.items()}
    words = {"bare": "bare commits", "naive": "naive loop", "rempart": "rempart worker"}
    rows = []
    for side, rounds in measured.items():
        claims_s = sorted(claim for _, claims in rounds for claim in claims)
        shown = [f"{claims_s[int(len(claims_s) * part)] * 1e3:.1f}" if claims_s else "" for part in (0.5, 0.99)]
        rows.append(
            (name, f"{queued:,}", words[side], f"{rates[side]:.0f}", f"{rates[side] / rates['naive']:.2f} x", *shown)
        )
    return rows


if __name__ == "__main__":
    main()
