"""Watches in processes of their own, for tests that kill them; the judge is the log of the server that was asked."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

from required import ROOT
from targets.access_log import AccessLog

LEASE_S = 2.0
#: From the claim to the instant at which the server read the request.
SLACK_S = 1.0


def begin(folder: Path, ports: Iterable[int], *how: str, lease_s: float = LEASE_S) -> subprocess.Popen[bytes]:
    """Start a watch of a workspace that asks these ports of this machine; ``how`` says where it kills itself."""
    asked = ",".join(str(port) for port in ports)
    command = [sys.executable, str(ROOT / "tests" / "watch_driver.py"), str(folder), str(lease_s), asked, *how]
    return subprocess.Popen(
        command, env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}, stdout=subprocess.DEVNULL
    )


def assert_once_per_lease(log: AccessLog, lease_s: float = LEASE_S) -> None:
    """Nothing was asked for while somebody had it."""
    asked = defaultdict(list)
    for request in log.requests:
        asked[request.path].append(request.at)
    pauses = [
        (after - before).total_seconds() for times in asked.values() for before, after in itertools.pairwise(times)
    ]
    assert not [pause_s for pause_s in pauses if pause_s < lease_s - SLACK_S]


def asked_again(log: AccessLog) -> int:
    """Return how many requests were not the first ones for their path; each process reads robots.txt for itself."""
    return sum(count - 1 for path, count in log.counts.items() if path != "/robots.txt")
