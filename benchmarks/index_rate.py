"""Exact radius search against FAISS and python-threatexchange, on the same codes, in one run, one thread.

``python benchmarks/index_rate.py --judges PYTHON [--counts 100000 1000000]``, where PYTHON is one that has
``faiss-cpu`` and ``threatexchange``. Half of the queries lie within 40 bits of a code of the bank, half are like
chance; every hit is counted on both sides and the counts must agree. Prints a table per size, in which more and more
memory is allowed, then banks with 1 % of near-constant codes.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from measure import header, table
from rempart.detect.index import BinaryIndex
from rempart.kernels import multi_index

SEED = 20261122
QUERIES = 4096
BATCHES = (1, 64, 4096)
BUDGETS = (80, 90, 95, 100, 110, 125, 140, 170)
PEERS = ("flat", "multihash16", "multihash11", "threatexchange")
#: Too slow to be run at this size: the index alone takes tens of minutes to build.
LEFT_OUT = {("threatexchange", 10_000_000)}

Codes = npt.NDArray[np.uint8]


def near(codes: Codes, flips: npt.NDArray[np.int64], random: np.random.Generator) -> Codes:
    """Return codes with as many bits flipped as asked for."""
    chosen = random.random((len(codes), 256)).argsort(axis=1).argsort(axis=1) < flips[:, np.newaxis]
    changed: Codes = codes ^ np.packbits(chosen, axis=1)
    return changed


def made(count: int, random: np.random.Generator, *, constant: float = 0.0) -> tuple[Codes, Codes]:
    """Return a bank, of which a share is near one code, and queries in random order."""
    bank = random.integers(0, 256, (count, 32), dtype=np.uint8)
    few = int(count * constant)
    bank[:few] = near(np.zeros((few, 32), np.uint8), random.integers(0, 24, few), random)
    planted = bank[random.integers(0, count, QUERIES // 2)]
    queries = [near(planted, random.integers(0, 41, len(planted)), random)]
    queries.append(random.integers(0, 256, (QUERIES - len(planted), 32), dtype=np.uint8))
    return bank, random.permutation(np.concatenate(queries))


def batches_us(search: Callable[[Codes], int], queries: Codes) -> tuple[dict[int, float], dict[int, int]]:
    """Return microseconds of processor time per query by batch size, and the hits by number of queries."""
    search(queries[:64])
    spent, hits = {}, {}
    for batch in BATCHES:
        asked = 256 if batch == 1 else QUERIES
        started = time.process_time()
        found = sum(search(queries[begin : begin + batch]) for begin in range(0, asked, batch))
        spent[batch] = (time.process_time() - started) / asked * 1e6
        hits[asked] = found
    return spent, hits


def sorts_s(count: int, bands: int, random: np.random.Generator) -> tuple[float, float]:
    """Return the time to sort as many keys as there are bands: with their rows in one word, and by ``argsort``."""
    keys = random.integers(0, 1 << 23, count, dtype=np.uint64)
    pairs = (keys << np.uint64(32)) | np.arange(count, dtype=np.uint64)
    started = time.process_time()
    np.sort(pairs)
    halfway = time.process_time()
    np.argsort(keys.astype(np.uint32))
    return (halfway - started) * bands, (time.process_time() - halfway) * bands


def ask_peer(python: Path, peer: str, folder: Path) -> dict[str, Any]:
    """Run a peer in its own environment."""
    script = Path(__file__).with_name("peer_index.py")
    command: list[str | Path] = [python, script, peer, folder]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    told: dict[str, Any] = json.loads(
        subprocess.run(command, stdout=subprocess.PIPE, check=True, env=environment).stdout
    )
    return told


def agree(found: dict[int, int], hits: dict[int, int]) -> None:
    """Stop if the numbers of hits of as many queries differ from those found before."""
    if any(found.setdefault(asked, number) != number for asked, number in hits.items()):
        message = f"the numbers of hits differ: {found} and {hits}"
        raise SystemExit(message)


def compare(count: int, python: Path) -> None:
    """Print the table of one size, and the curve."""
    random = np.random.default_rng(SEED)
    bank, queries = made(count, random)
    rows: list[tuple[str, str, str, dict[int, float]]] = []
    found: dict[int, int] = {}
    release = ""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        np.save(folder / "bank.npy", bank)
        np.save(folder / "queries.npy", queries)
        for peer in PEERS:
            if (peer, count) in LEFT_OUT:
                continue
            told = ask_peer(python, peer, folder)
            spent = {int(batch): us for batch, us in told["us"].items()}
            rows.append((peer, f"{told['bytes_per_code']:.0f}", f"{told['build_s']:.2f}", spent))
            agree(found, {int(asked): hits for asked, hits in told["hits"].items()})
            release = told["faiss"]
    best = {batch: min(row[3][batch] for row in rows) for batch in BATCHES}
    builds = []
    for budget in BUDGETS:
        started = time.process_time()
        index = BinaryIndex.from_bits(bank, np.arange(count), bytes_per_code=budget)
        built_s = time.process_time() - started
        spent, hits = batches_us(lambda some, index=index: len(index.search(some).item), queries)  # type: ignore[misc] # bound now
        agree(found, hits)
        builds.append((built_s, len(index.stats.bands)))
        rows.append(
            (f"rempart, {budget} B allowed", f"{index.stats.memory_bytes / count:.0f}", f"{built_s:.2f}", spent)
        )
    header(f"Exact radius search, {count:,} codes, radius 31, CPU µs a query (faiss {release})", SEED)
    columns = (
        "",
        "bytes a code",
        "build, CPU s",
        *(f"batch {b}" for b in BATCHES),
        *(f"x best peer, {b}" for b in BATCHES),
    )
    table(
        columns,
        [(*r[:3], *(f"{r[3][b]:.1f}" for b in BATCHES), *(f"{best[b] / r[3][b]:.1f}" for b in BATCHES)) for r in rows],
    )
    built_s, bands = builds[BUDGETS.index(125)]
    sort_s, argsort_s = sorts_s(count, bands, random)
    print(f"\nBuild at 125 B: {built_s:.2f} s. Sorting its {bands} keys: {sort_s:.2f} s with the row in the same word,")
    print(f"{argsort_s:.2f} s by argsort.")


def skewed(count: int) -> None:
    """Print what near-constant codes cost, query by query."""
    rows = []
    for share in (0.0, 0.01):
        random = np.random.default_rng(SEED)
        bank, queries = made(count, random, constant=share)
        index = BinaryIndex.from_bits(bank, np.arange(count))
        index.search(queries[:64])
        edge = near(np.zeros((512, 32), np.uint8), random.integers(40, 61, 512), random)
        for label, asked in (("as above", queries), ("40 to 60 bits off the constant code", edge)):
            spent, hits = [], 0
            for query in asked[:2000]:
                started = time.process_time_ns()
                hits += len(index.search(query[np.newaxis]).item)
                spent.append((time.process_time_ns() - started) / 1e3)
            p50, p99, p100 = np.percentile(spent, [50, 99, 100])
            rows.append(
                (
                    f"{share:.0%}",
                    label,
                    index.stats.dense,
                    f"{hits / len(spent):.1f}",
                    f"{p50:.0f}",
                    f"{p99:.0f}",
                    f"{p100:.0f}",
                )
            )
    header(f"Near-constant codes in a bank of {count:,}: one query at a time, CPU µs", SEED)
    table(("near-constant", "queries", "codes scanned", "hits a query", "p50", "p99", "worst"), rows)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--judges", type=Path, required=True)
    parser.add_argument("--counts", type=int, nargs="+", default=[100_000, 1_000_000, 10_000_000])
    options = parser.parse_args()
    multi_index.warm()
    for count in options.counts:
        compare(count, options.judges)
    for count in options.counts:
        skewed(count)


if __name__ == "__main__":
    main()
