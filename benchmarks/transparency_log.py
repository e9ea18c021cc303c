"""What the log costs as it grows: adding an entry, signing, proving, in SQLite, against rebuilding the whole tree.

``python benchmarks/transparency_log.py FOLDER [--most 1000000]``: the folder is where the database is made; its disk
decides what a commit costs. Entries are added in batches up to each size, then each figure is the median of 30 single
operations there; the naive way reads every leaf and computes the tree from its definition, once.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from measure import header, table
from rempart.app.log_nodes import StoredNodes
from rempart.app.transparency_log import TransparencyLog
from rempart.app.workspace import Workspace, make_workspace, open_workspace
from rempart.config import Settings, load_settings
from rempart.evidence.leaves import leaf_data
from rempart.evidence.merkle import EMPTY_ROOT, Frontier, inclusion_proof, interior_hash, leaf_hash
from rempart.model.log import LogEntryKind, NewLogEntry
from rempart.store import Database, LogRepository

SEED = 7
SIZES = (1_000, 10_000, 100_000, 1_000_000)
BATCH = 10_000
TURNS = 30
NOW = dt.datetime(2026, 11, 22, tzinfo=dt.UTC)
ITEM = "evd_" + "1" * 32


def grow(rows: LogRepository, database: Database, frontier: Frontier, size: int) -> Frontier:
    """Add leaves up to a size, as ``append`` does, less what opens them."""
    nodes = StoredNodes(rows)
    while frontier.size < size:
        count = min(BATCH, size - frontier.size)
        first, leaves, made = frontier.size, [], []
        for _ in range(count):
            committed = os.urandom(32)
            leaves.append((frontier.size, committed))
            frontier, new = frontier.grown(leaf_hash(leaf_data(committed)))
            made += [one for one in new if one[0].level]
        with database.transaction():
            rows.write_alone()
            same(rows.size(), first)
            rows.add(leaves, made)
        same(Frontier.load(nodes, frontier.size), frontier)
    return frontier


def same(found: object, expected: object) -> None:
    """End where a figure would be of something wrong."""
    if found != expected:
        message = "the log is not what was put into it"
        raise SystemExit(message)


def median_ms(action: Callable[[int], object]) -> float:
    """Return the median of several turns."""
    taken = []
    for turn in range(TURNS):
        since = time.perf_counter()
        action(turn)
        taken.append(1e3 * (time.perf_counter() - since))
    return statistics.median(taken)


def naive_root(hashes: list[bytes]) -> bytes:
    """Compute a tree's root from all its leaves, level by level (RFC 9162 §2.1.1)."""
    if not hashes:
        return EMPTY_ROOT
    while len(hashes) > 1:
        odd = hashes[-1:] if len(hashes) % 2 else []
        hashes = [interior_hash(a, b) for a, b in zip(hashes[::2], hashes[1::2], strict=False)] + odd
    return hashes[0]


def row(workspace: Workspace, settings: Settings, size: int, added_s: float) -> tuple[object, ...]:
    """Measure at one size."""
    log, random = TransparencyLog(workspace, settings), np.random.default_rng(SEED)
    kind = LogEntryKind.ADDITION
    since = time.perf_counter()
    root = naive_root([leaf_hash(leaf_data(one)) for one in workspace.log.all_commitments()])
    naive_s = time.perf_counter() - since
    same(root, log.checkpoint(NOW).checkpoint.root)
    append_reads, reads = [], list[int]()

    def append(turn: int) -> None:
        log.nodes.reads = 0
        log.append([NewLogEntry(owner=ITEM, event=f"{size} {turn}", kind=kind, content=b"x")], NOW)
        append_reads.append(log.nodes.reads)

    appended = median_ms(append)
    sign = median_ms(lambda _: log.checkpoint(NOW))

    def prove(_: int) -> None:
        log.nodes.reads = 0
        inclusion_proof(log.nodes, int(random.integers(size)), size)
        reads.append(log.nodes.reads)

    proof = median_ms(prove)
    whole = median_ms(lambda _: log.prove(int(random.integers(size)), NOW))
    length = len(log.prove(size // 2, NOW).proof)
    ms = (f"{one:.1f}" for one in (appended, sign, proof, whole))
    return f"{size:,}", *ms, max(append_reads), max(reads), length, f"{naive_s:.2f}", f"{added_s:.0f}"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--most", type=int, default=SIZES[-1])
    given = parser.parse_args()
    header("The transparency log as it grows", SEED)
    found = []
    with TemporaryDirectory(dir=given.folder) as folder:
        flags = {"workspace.folder": f"{folder}/ws", "workspace.user": "oscar"}
        settings = load_settings(environment={}, flags=flags).settings
        make_workspace(settings)
        with open_workspace(settings) as workspace:
            workspace.keyring.make_item_key(ITEM)
            for size in (size for size in SIZES if size <= given.most):
                since = time.perf_counter()
                frontier = Frontier.load(StoredNodes(workspace.log), workspace.log.size())
                grow(workspace.log, workspace.database, frontier, size)
                found.append(row(workspace, settings, size, time.perf_counter() - since))
    columns = (
        *("entries", "append, ms", "sign, ms", "read a proof, ms", "prove, ms"),
        *("nodes read to append, at most", "nodes read to prove, at most", "bytes of a proof"),
        *("rebuild the tree, s", "filled in, s"),
    )
    table(columns, found)


if __name__ == "__main__":
    main()
