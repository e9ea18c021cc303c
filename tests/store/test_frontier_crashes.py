"""Processes that are killed while they ask: no page is lost, none is asked for twice within a lease."""

from __future__ import annotations

import itertools
import subprocess
import sys
import time
from collections import defaultdict
from pathlib import Path

from frontier_asker import LEADING
from rempart.model.frontier import FrontierState
from rempart.store import Database
from required import ROOT
from watched import Watched, page

LEASE_S = 2.0
PAGES = 200
KILLS = 6
PATIENCE_S = 300.0


class Crew:
    """Four processes that ask, replaced when they are killed."""

    def __init__(self, url: str, log: Path) -> None:
        """Start them."""
        self._url, self._log, self._started = url, log, 0
        self._members: dict[str, subprocess.Popen[bytes]] = {}
        for _ in range(4):
            self._start()

    def _start(self) -> None:
        self._started += 1
        name = f"asker_{self._started}"
        command = [sys.executable, str(ROOT / "tests" / "frontier_asker.py"), self._url, str(LEASE_S), name]
        self._members[name] = subprocess.Popen([*command, str(self._log)])

    def lines(self) -> list[list[str]]:
        """Return who asked for what, and when."""
        return [line.split(" ", 2) for line in self._log.read_text().splitlines()] if self._log.exists() else []

    def kill_whoever_asks(self, after: int) -> None:
        """Kill whoever asked last, once there are so many lines, as ``kill -9`` does; start another one instead."""
        until_s = time.monotonic() + PATIENCE_S
        while len(lines := self.lines()) < after:
            assert time.monotonic() < until_s
            time.sleep(0.002)
        victim = self._members.pop(lines[-1][1], None)
        if victim is not None:
            victim.kill()
            victim.wait()
            self._start()

    def wait(self) -> list[int]:
        """Wait until all have ended, and return their exit codes."""
        return [member.wait(timeout=PATIENCE_S) for member in self._members.values()]

    def end(self) -> None:
        """Leave no process behind, whatever happened."""
        for member in self._members.values():
            member.kill()
            member.wait()


def test_processes_are_killed_again_and_again(database: Database, database_url: str, tmp_path: Path) -> None:
    """Each page has its effect exactly once; whoever asked was alone for a lease."""
    here = Watched(database)
    source = here.source().id
    here.frontier.add(source, [page(n) for n in range(PAGES)], database.instant())
    wanted = PAGES + 2 * len(range(0, LEADING, 10))

    crew = Crew(database_url, tmp_path / "access.log")
    try:
        for kill in range(KILLS):
            crew.kill_whoever_asks(30 * (kill + 1))
        codes = crew.wait()
    finally:
        crew.end()

    asked = defaultdict(list)
    for at_s, _, key in crew.lines():
        asked[key].append(float(at_s))
    assert codes == [0, 0, 0, 0]
    assert here.frontier.counts(source) == {FrontierState.DONE: wanted}
    assert here.sources.get(source).tally.pages == wanted
    assert len(asked) == wanted
    again = [times for times in asked.values() if len(times) > 1]
    assert len(again) <= KILLS
    assert all(b - a >= 0.9 * LEASE_S for times in again for a, b in itertools.pairwise(times))
