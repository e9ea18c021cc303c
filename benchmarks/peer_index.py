"""One peer's exact radius search, in the judges' own environment; answers on standard output as JSON.

``PYTHON peer_index.py PEER FOLDER``: reads ``bank.npy`` and ``queries.npy``, writes the number of hits and the timings.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import faiss
import numpy as np

RADIUS_BITS = 31
SECONDS_MAX = 60.0  # a batch size stops after this


def resident() -> int:
    """Return the bytes that this process has in memory."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS")) * 1024


def flat(bank: Any) -> Callable[[Any], int]:  # noqa: ANN401 - arrays; this file is not typed against the judges' numpy
    """Compare everything."""
    index = faiss.IndexBinaryFlat(256)
    index.add(bank)
    return lambda queries: int(index.range_search(queries, RADIUS_BITS + 1)[0][-1])


def multi_hash(bank: Any, tables: int, bits: int, flips: int) -> Callable[[Any], int]:  # noqa: ANN401 - as above
    """Look keys up with flips: exact because tables * (flips + 1) > 31."""
    index = faiss.IndexBinaryMultiHash(256, tables, bits)
    index.nflip = flips
    index.add(bank)
    return lambda queries: int(index.range_search(queries, RADIUS_BITS + 1)[0][-1])


def threatexchange(bank: Any) -> Callable[[Any], int]:  # noqa: ANN401 - as above
    """Ask python-threatexchange, whose index takes one hexadecimal code at a time."""
    from threatexchange.signal_type.pdq.pdq_index import PDQIndex  # noqa: PLC0415 - slow, and for this peer only

    index = PDQIndex([(row.tobytes().hex(), k) for k, row in enumerate(bank)])
    return lambda queries: sum(len(index.query(row.tobytes().hex())) for row in queries)


PEERS: dict[str, Callable[[Any], Callable[[Any], int]]] = {
    "flat": flat,
    "multihash16": lambda bank: multi_hash(bank, 16, 16, 1),
    "multihash11": lambda bank: multi_hash(bank, 11, 23, 2),
    "threatexchange": threatexchange,
}


def main() -> None:
    """Build, measure each batch size, and print."""
    peer, folder = sys.argv[1], Path(sys.argv[2])
    faiss.omp_set_num_threads(1)
    bank, queries = np.load(folder / "bank.npy"), np.load(folder / "queries.npy")
    before, started = resident(), time.process_time()
    search = PEERS[peer](bank)
    told: dict[str, Any] = {
        "build_s": time.process_time() - started,
        "bytes_per_code": (resident() - before) / len(bank),
        "faiss": f"{faiss.__version__}, {faiss.get_compile_options().split()[-1]}",
        "us": {},
    }
    search(queries[:2])
    for batch in (1, 64, 4096):
        hits = done = 0
        started = time.process_time()
        for begin in range(0, 256 if batch == 1 else 4096, batch):
            some = queries[begin : begin + batch]
            hits, done = hits + search(some), done + len(some)
            if time.process_time() - started > SECONDS_MAX:
                break
        told["us"][str(batch)] = (time.process_time() - started) / done * 1e6
        told["hits"] = {**told.get("hits", {}), str(done): hits}
    sys.stdout.write(json.dumps(told))


if __name__ == "__main__":
    main()
