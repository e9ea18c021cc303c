"""Time until the prompt is back: ``rempart --version`` and ``--help``, against the bare interpreter and pip.

``python benchmarks/startup.py``: medians of alternating runs.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from measure import header, table

BIN = Path(sys.executable).parent
COMMANDS = {
    "python -c pass": [sys.executable, "-c", "pass"],
    "rempart --version": [str(BIN / "rempart"), "--version"],
    "rempart --help": [str(BIN / "rempart"), "--help"],
    "pip --version": [sys.executable, "-m", "pip", "--version"],
}
#: A command that opens the database and the keys, and prints one line.
STORE = "rempart owner list"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=21)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        measure(options.rounds, os.path.join(folder, "workspace"))


def measure(rounds: int, workspace: str) -> None:
    """Run every command some times, in turn, and print the table."""
    rempart = [str(BIN / "rempart"), "--workspace", workspace]
    commands = {**COMMANDS, STORE: [*rempart, "owner", "list"]}
    for words in (["init"], ["owner", "add", "nadia"]):
        subprocess.run([*rempart, *words], capture_output=True, check=True)
    wall: dict[str, list[float]] = {name: [] for name in commands}
    cpu: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(rounds):
        for name, command in commands.items():
            before, start = os.times(), time.perf_counter()
            subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
            wall[name].append(time.perf_counter() - start)
            after = os.times()
            cpu[name].append(sum(after[2:4]) - sum(before[2:4]))
    header("Start-up")
    rows = [(n, f"{statistics.median(wall[n]) * 1e3:.0f}", f"{statistics.mean(cpu[n]) * 1e3:.0f}") for n in commands]
    table(("", "wall ms", "CPU ms"), rows)


if __name__ == "__main__":
    main()
