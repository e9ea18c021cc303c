"""What every benchmark shares: the machine's name, processor time of other processes, and one way to print a table."""

from __future__ import annotations

import datetime as dt
import os
import platform
from collections.abc import Sequence
from pathlib import Path


def machine() -> str:
    """Describe the machine in one line."""
    info = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    name = next((line.partition(":")[2].strip() for line in info.splitlines() if line.startswith("model name")), "?")
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    return f"{len(os.sched_getaffinity(0))} x {name}, {memory:.0f} GiB, Python {platform.python_version()}"


def header(title: str, seed: int | None = None) -> None:
    """Print what a reader needs to judge the figures."""
    now = dt.datetime.now(dt.UTC)
    print(f"\n## {title}\n\n{now:%Y-%m-%d %H:%M} UTC, {machine()}{f', seed {seed}' if seed is not None else ''}\n")


def table(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print a table in Markdown."""
    print(f"| {' | '.join(columns)} |")
    print(f"| {' | '.join('---' for _ in columns)} |")
    for row in rows:
        print(f"| {' | '.join(str(cell) for cell in row)} |", flush=True)


def cpu_s_of(pid: int) -> float:
    """Return the processor time that a running process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def peak_mib_of(pid: int) -> float:
    """Return the largest resident size that a running process has had."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    return next((int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")), 0) / 1024
