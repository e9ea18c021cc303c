"""What the sandbox costs: decode and fingerprint in workers, against threads of this process doing the same.

``python benchmarks/sandbox_cost.py CORPUS``: processor time per image, with one worker and with all processors, the
two sides alternating in one run, so that a busy machine disturbs both alike. Starting a worker is measured apart.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import cast

from measure import cpu_s_of, header, table
from rempart.app.wiring import warm_kernels
from rempart.config import Settings
from rempart.detect import TASK_NAME, fingerprint_task, parse_record
from rempart.hazmat import DecodeLimits, Pool, PoolSettings, Task
from rempart.model import Cleared, FingerprintedMedia, MediaFile, MediaItem, MinorGate, Unreadable

OPTIONS = {"frames": 1, "orientations": 8}


def in_sandbox(paths: list[Path], workers: int, cache: Path | None) -> tuple[float, float, float]:
    """Return processor time and wall time per image, and the processor time that the workers needed to start."""
    gate = MinorGate()
    items = cast("list[Cleared[MediaItem]]", [gate.check(MediaFile.named(p)) for p in paths])
    settings = PoolSettings(workers=workers, kernel_cache=cache)
    with Pool(task=Task(name=TASK_NAME, parse=parse_record), settings=settings) as pool:
        for _ in pool.run(items[: 4 * workers], OPTIONS):  # every worker is up and has touched its memory
            pass
        pids = [w.process.pid for w in pool._workers]
        start = sum(map(cpu_s_of, pids)) / len(pids)
        before, wall = time.process_time() + sum(map(cpu_s_of, pids)), time.perf_counter()
        outcomes = [o for _, o in pool.run(items, OPTIONS)]
        cpu = time.process_time() + sum(map(cpu_s_of, pids)) - before
        wall = time.perf_counter() - wall
    if any(isinstance(o, Unreadable) for o in outcomes):
        message = "a picture of the corpus could not be read: the figures would not be of equal work"
        raise SystemExit(message)
    return cpu / len(paths), wall / len(paths), start


def in_threads(paths: list[Path], threads: int) -> tuple[float, float]:
    """Return processor time and wall time per image, in this process."""
    limits = DecodeLimits()

    def one(path: Path) -> FingerprintedMedia:
        return parse_record(fingerprint_task.run(path.read_bytes(), limits, OPTIONS))

    before, wall = time.process_time(), time.perf_counter()
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(one, paths))
    return (time.process_time() - before) / len(paths), (time.perf_counter() - wall) / len(paths)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    paths = sorted(options.corpus.glob("*.jpg"))
    cache = warm_kernels(Settings())
    fingerprint_task.warm()
    header(f"Cost of the sandbox, {len(paths)} JPEGs ({(options.corpus / 'ORIGIN').read_text().strip()})")
    rows = []
    for workers in sorted({1, len(os.sched_getaffinity(0))}):
        pairs = [(in_sandbox(paths, workers, cache), in_threads(paths, workers)) for _ in range(options.rounds)]
        sandbox, threads = (statistics.median(p[k][0] for p in pairs) for k in (0, 1))
        walls = [statistics.median(p[k][1] for p in pairs) for k in (0, 1)]
        ratios = sorted(p[0][0] / p[1][0] for p in pairs)
        start = statistics.median(p[0][2] for p in pairs)
        rows.append(
            (
                workers,
                f"{sandbox * 1e3:.2f}",
                f"{threads * 1e3:.2f}",
                f"{statistics.median(ratios):.3f} ({ratios[0]:.3f} to {ratios[-1]:.3f})",
                f"{walls[0] * 1e3:.2f} / {walls[1] * 1e3:.2f}",
                f"{start:.2f}",
            )
        )
    columns = ("workers or threads", "sandbox, CPU ms per image", "threads, CPU ms per image")
    table((*columns, "ratio, median (range)", "wall ms, sandbox / threads", "start of a worker, CPU s"), rows)


if __name__ == "__main__":
    main()
