"""Run the command line as a user does, in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import log_watch

REMPART = [sys.executable, "-m", "rempart"]


def _without_requirements() -> dict[str, str]:
    """Return this process's variables, less the one that CI sets for the tests: no setting of the product."""
    return {name: value for name, value in os.environ.items() if name != "REMPART_REQUIRE"}


def rempart(
    *arguments: str | Path, env: dict[str, str] | None = None, data: bytes = b"", under: Sequence[str] = ()
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end; it logs everything, where the suite watches, unless a test says otherwise.

    Args:
        arguments: Of ``rempart``.
        env: Variables beside this process's.
        data: Standard input.
        under: A program that runs it, with its arguments.
    """
    done = subprocess.run(
        [*under, *REMPART, *arguments],
        input=data,
        capture_output=True,
        check=False,
        timeout=240,
        env={**log_watch.environment(), **_without_requirements(), **(env or {})},
    )
    out, err = (stream.decode("utf-8", "surrogateescape") for stream in (done.stdout, done.stderr))
    return subprocess.CompletedProcess(done.args, done.returncode, out, err)
