"""A process that asks, for tests that kill it: ``frontier_asker.py URL LEASE_S NAME LOG``.

What it claims it writes to the log (as the target's access log would have it), then finishes in one transaction with
its effect: one more page counted of the source, and on every tenth page two more to ask for.
"""

from __future__ import annotations

import datetime as dt
import os
import sys
from functools import partial

from fakes import FakeSealer
from rempart import clock
from rempart.errors import DatabaseAwayError, LeaseLostError
from rempart.model.frontier import FrontierItem, FrontierState
from rempart.store import Database, DatabaseLocation, FrontierRepository, SourceRepository
from watched import KEEP, KEEP_ENDED, SITE, page

#: How long an answer takes.
FETCH_S = 0.02
#: Up to which number pages lead to more.
LEADING = 200


def main(url: str, lease_s: str, name: str, log: str) -> None:
    """Ask until nothing waits any more."""
    database, sealer = Database(DatabaseLocation.parse(url)), FakeSealer()
    lease = dt.timedelta(seconds=float(lease_s))
    frontier = FrontierRepository(database, sealer, keep=KEEP, lease=lease)
    sources = SourceRepository(database, sealer, keep=KEEP, keep_ended=KEEP_ENDED)
    lines = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    def finish(item: FrontierItem) -> None:
        number = int(item.new.url.rstrip("/").rpartition("/")[2])
        sources.lock(item.source)
        if number % 10 == 0 and number < LEADING:
            more = [1_000 * (number + 1) + extra for extra in (1, 2)]
            frontier.add(item.source, [page(url=f"{SITE}/more/{n}") for n in more], database.instant())
        sources.count(item.source, pages=1)
        frontier.finish(item, FrontierState.DONE, database.instant())

    while True:
        try:
            item = database.durably(lambda: frontier.claim(name, database.instant()))
            if item is None:
                if frontier.next_instant() is None:
                    return
                clock.sleep_s(0.05)
                continue
            os.write(lines, f"{clock.monotonic_s()} {name} {item.new.key}\n".encode())
            clock.sleep_s(FETCH_S)
            database.durably(partial(finish, item))
        except (LeaseLostError, DatabaseAwayError):
            continue


if __name__ == "__main__":
    main(*sys.argv[1:])
