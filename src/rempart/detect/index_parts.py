"""What a binary index is made of: sets of codes with their identifiers, each searched by one multi-index."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from rempart.kernels.code_rows import aligned_rows
from rempart.kernels.multi_index import MultiIndex

#: Up to this many ids are each looked for; more are looked for together.
_FEW: Final = 16

I64 = npt.NDArray[np.int64]


class Hits(NamedTuple):
    """What a search found, sorted by query, distance and item."""

    query: npt.NDArray[np.int64]
    """``(H,)`` rows of the queries."""
    item: npt.NDArray[np.int64]
    """``(H,)`` the ids given with the codes."""
    distance_bits: npt.NDArray[np.uint16]
    """``(H,)`` 0..256."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexStats:
    """What an index holds, and what it takes."""

    codes: int
    """Codes that can be found."""
    removed: int
    """Codes that were removed and whose place is not yet freed."""
    waiting: int
    """Codes added since the tables were built; they are scanned."""
    dense: int
    """Codes too like each other for tables; they are scanned."""
    bands: tuple[int, ...]
    """Bits of each band of the largest table; empty where all is scanned."""
    memory_bytes: int
    """Codes, identifiers and tables."""


class Part:
    """Codes that came together, their ids, and which are still there."""

    def __init__(self, ids: I64, index: MultiIndex, alive: npt.NDArray[np.bool_] | None = None) -> None:
        """Keep them.

        Args:
            ids: ``(N,) int64``, in the order of the index's rows.
            index: The codes.
            alive: ``(N,) bool``; all by default.
        """
        self.ids = ids
        self.index = index
        self.alive = np.ones(len(ids), np.bool_) if alive is None else alive
        self.removed = int(len(ids) - np.count_nonzero(self.alive))
        self._ascending = bool(np.all(ids[1:] > ids[:-1]))

    def rows_of(self, wanted: I64) -> I64:
        """Return the rows, still there, whose id is among ``wanted`` (sorted)."""
        if self._ascending:
            at = np.searchsorted(self.ids, wanted)
            inside = at < len(self.ids)
            rows = at[inside][self.ids[at[inside]] == wanted[inside]]
        elif len(wanted) <= _FEW:
            rows = np.concatenate([np.flatnonzero(self.ids == one) for one in wanted] or [np.empty(0, np.int64)])
        else:
            rows = np.flatnonzero(np.isin(self.ids, wanted))
        there: I64 = rows[self.alive[rows]].astype(np.int64)
        return there

    def erase(self, rows: I64) -> None:
        """Make codes unfindable and overwrite them."""
        self.alive[rows] = False
        self.removed += len(rows)
        for row in rows.tolist():
            self.index.erase(row)

    def find(self, queries: npt.NDArray[np.uint64], radius_bits: int) -> Hits:
        """Return hits in no order."""
        query, row, distance = self.index.find_within(queries, radius_bits)
        if self.removed:
            there = self.alive[row]
            query, row, distance = query[there], row[there], distance[there]
        return Hits(query, self.ids[row], distance)

    @property
    def nbytes(self) -> int:
        """Return the memory of this part."""
        return self.index.nbytes + self.ids.nbytes + self.alive.nbytes


def joined(parts: list[Part], *, radius_bits: int, bytes_per_code: float) -> Part:
    """Return one part with what is still there in several."""
    rows = aligned_rows(sum(len(p.ids) - p.removed for p in parts))
    np.concatenate([p.index.rows[p.alive] for p in parts], out=rows)
    ids = np.concatenate([p.ids[p.alive] for p in parts])
    return Part(ids, MultiIndex(rows, radius_bits=radius_bits, bytes_per_code=bytes_per_code))
