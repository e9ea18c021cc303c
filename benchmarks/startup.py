"""Time until the prompt is back: ``rempart --version`` and ``--help``, against the bare interpreter and pip.

``python benchmarks/startup.py``: medians of alternating runs.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
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


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=21)
    options = parser.parse_args()
    wall: dict[str, list[float]] = {name: [] for name in COMMANDS}
    cpu: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for _ in range(options.rounds):
        for name, command in COMMANDS.items():
            before, start = os.times(), time.perf_counter()
            subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
            wall[name].append(time.perf_counter() - start)
            after = os.times()
            cpu[name].append(sum(after[2:4]) - sum(before[2:4]))
    header("Start-up")
    rows = [(n, f"{statistics.median(wall[n]) * 1e3:.0f}", f"{statistics.mean(cpu[n]) * 1e3:.0f}") for n in COMMANDS]
    table(("", "wall ms", "CPU ms"), rows)


if __name__ == "__main__":
    main()
