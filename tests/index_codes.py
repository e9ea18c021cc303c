"""Codes for tests of index files, and which of them an index finds."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from rempart.detect.index import BinaryIndex

COUNT = 5000
FIRST_ID = 10


def some() -> npt.NDArray[np.uint8]:
    """Make 5,000 codes, always the same ones."""
    return np.random.default_rng(8).integers(0, 256, (COUNT, 32), dtype=np.uint8)


def index_of(codes: npt.NDArray[np.uint8]) -> BinaryIndex:
    """Learn them; their ids begin at 10."""
    return BinaryIndex.from_bits(codes, np.arange(COUNT) + FIRST_ID)


def found(index: BinaryIndex, codes: npt.NDArray[np.uint8], radius: int = 0) -> list[int]:
    """Return the ids that some codes find."""
    return [int(item) for item in index.search(codes, radius).item]
