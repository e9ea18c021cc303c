"""A process that changes an index file without end, so that a test can kill it: ``python index_worker.py FILE SEED``.

It prints each change before it makes it, and again once it is made.
"""

from __future__ import annotations

import sys

import numpy as np

from rempart.detect import index as index_module
from rempart.detect.index import BinaryIndex

ID_MAX = 60


def code_of(number: int) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """Return the ``(1, 32)`` code that stands for an id."""
    return np.random.default_rng(number).integers(0, 256, (1, 32), dtype=np.uint8)


def main() -> None:
    """Add what is not there and remove what is, two ids at a time."""
    index_module.LOG_MAX = 24  # so that the file is written anew often
    index = BinaryIndex.load(sys.argv[1])
    random = np.random.default_rng(int(sys.argv[2]))
    while True:
        ids = np.sort(random.choice(ID_MAX, 2, replace=False))
        codes = np.concatenate([code_of(int(k)) for k in ids])
        there = index.search(codes, 0).item
        if len(there) == 1:
            ids = there
        verb = "remove" if len(there) else "add"
        sys.stdout.write(f"begin {verb} {' '.join(map(str, ids))}\n")
        sys.stdout.flush()
        if verb == "add":
            index.add(codes, ids)
        else:
            index.remove(ids)
        sys.stdout.write(f"done {verb} {' '.join(map(str, ids))}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
