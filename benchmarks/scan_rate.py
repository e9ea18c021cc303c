"""Pictures per second of ``rempart scan``, against a plain loop of Pillow and pdqhash over the same files.

``python benchmarks/scan_rate.py CORPUS`` (after scripts/judges). The command is timed whole, from its start to its
exit, sandbox and all; the loop is timed without its interpreter's start. Rounds alternate. The loop hashes each
picture once ("plain"), or eight times turned ("dihedral"), which is what the scan does.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from measure import header, table

ROOT = Path(__file__).resolve().parent.parent
JUDGE = ROOT / ".venv-judges" / "bin" / "python"


def scan(corpus: Path, assets: Path, workers: int) -> tuple[float, float]:
    """Return wall and processor seconds of one command."""
    command: list[str | Path] = [
        sys.executable,
        "-m",
        "rempart",
        "scan",
        corpus,
        "--assets",
        assets,
        "--json",
        "--workers",
        str(workers),
    ]
    before, wall = os.times(), time.perf_counter()
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
    wall = time.perf_counter() - wall
    after = os.times()
    summary = json.loads(done.stdout.splitlines()[-1])["summary"]
    if done.returncode != 1 or summary["unreadable"] > 1:  # the corpus's note is not a picture
        raise SystemExit(done.stderr)
    return wall, sum(after[2:4]) - sum(before[2:4])


def peer(mode: str, paths: list[Path]) -> tuple[float, float]:
    """Return wall and processor seconds of the loop."""
    command: list[str | Path] = [JUDGE, ROOT / "benchmarks" / "peer_pdq.py", mode, *paths]
    told = json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)
    return told["wall_s"], told["cpu_s"]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    paths = sorted(options.corpus.glob("*.jpg"))
    cores = len(os.sched_getaffinity(0))
    with tempfile.TemporaryDirectory() as folder:
        for path in paths[:20]:
            (Path(folder) / path.name).symlink_to(path.resolve())
        sides: dict[str, Callable[[], tuple[float, float]]] = {
            f"rempart scan, {cores} workers": lambda: scan(options.corpus, Path(folder), cores),
            "rempart scan, 1 worker": lambda: scan(options.corpus, Path(folder), 1),
            "Pillow + pdqhash, plain": lambda: peer("plain", paths),
            "Pillow + pdqhash, dihedral": lambda: peer("dihedral", paths),
        }
        times: dict[str, list[tuple[float, float]]] = {name: [] for name in sides}
        for _ in range(options.rounds):
            for name, side in sides.items():
                times[name].append(side())
    header(f"Scan of {len(paths)} JPEGs ({(options.corpus / 'ORIGIN').read_text().strip()})")
    base = statistics.median(wall for wall, _ in times["Pillow + pdqhash, plain"])
    rows = []
    for name, pairs in times.items():
        wall, cpu = (statistics.median(p[k] for p in pairs) for k in (0, 1))
        rows.append((name, f"{len(paths) / wall:.0f}", f"{cpu / len(paths) * 1e3:.1f}", f"{base / wall:.1f} x"))
    table(("", "pictures/s", "CPU ms per picture", "rate against the plain loop"), rows)


if __name__ == "__main__":
    main()
