"""Peak memory of a scan at 500 and at 50,000 files: it must not grow with the pile.

``python benchmarks/memory.py``: small pictures made in code, linked as often as needed; the command and its workers are
watched, the largest resident size of each is taken.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from measure import header, peak_mib_of, table

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "demo"))

from leaks import encoded
from pictures import scene

SEED = 20_261_121


def pile(folder: Path, count: int) -> Path:
    """Make a folder of ``count`` files, a thousand a sub-folder, of fifty pictures."""
    originals = folder / "originals"
    originals.mkdir(exist_ok=True)
    for k in range(50):
        (originals / f"{k}.jpg").write_bytes(encoded(scene(SEED + k, 320, 240), quality=80))
    place = folder / f"pile-{count}"
    for k in range(count):
        parent = place / f"{k // 1000:03d}"
        parent.mkdir(parents=True, exist_ok=True)
        os.link(originals / f"{k % 50}.jpg", parent / f"{k:06d}.jpg")
    return place


def watched(place: Path, assets: Path) -> tuple[float, float, float]:
    """Scan, and return the peaks of the command and of its largest worker in MiB, and the seconds it took."""
    rempart: list[str | Path] = [sys.executable, "-m", "rempart", "scan", place, "--assets", assets]
    command = [*rempart, "--json", "--radius-bits", "0"]
    start = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        parent = worker = 0.0
        while process.poll() is None:
            try:
                parent = max(parent, peak_mib_of(process.pid))
                children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text(encoding="ascii").split()
                for child in children:
                    worker = max(worker, peak_mib_of(int(child)))
            except OSError:  # it ended meanwhile
                pass
            time.sleep(0.2)
    return parent, worker, time.perf_counter() - start


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--counts", type=int, nargs="+", default=[500, 50_000])
    options = parser.parse_args()
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for count in options.counts:
            place = pile(Path(folder), count)
            parent, worker, seconds = watched(place, Path(folder) / "originals" / "0.jpg")
            rows.append((f"{count:,}", f"{parent:.0f}", f"{worker:.0f}", f"{seconds:.1f}"))
    header("Peak memory of a scan", SEED)
    table(("files", "command, MiB", "largest worker, MiB", "seconds"), rows)


if __name__ == "__main__":
    main()
