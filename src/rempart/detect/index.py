"""An exact index of 256-bit codes: everything within a radius, as quick as the memory allowed for it permits.

>>> import numpy as np
>>> from rempart.detect.index import BinaryIndex
>>> bits = np.random.default_rng(1).integers(0, 256, (1000, 32), dtype=np.uint8)
>>> index = BinaryIndex.from_bits(bits, np.arange(1000) + 7)
>>> query = bits[:1].copy()
>>> query[0, 0] ^= 0b11
>>> index.search(query)
Hits(query=array([0]), item=array([7]), distance_bits=array([2], dtype=uint16))
"""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import numpy as np
import numpy.typing as npt

from rempart.detect.index_parts import Hits, IndexStats, Part, joined
from rempart.kernels.code_rows import CODE_BITS, BitOrder, choose_order, require_codes
from rempart.kernels.multi_index import MultiIndex

#: PDQ's README (facebook/ThreatExchange): two codes of one picture differ by at most 31 bits of 256.
RADIUS_BITS: Final = 31
#: Memory allowed by default: where the curve of benchmarks/RESULTS.md flattens.
BYTES_PER_CODE: Final = 125.0
#: This many added codes are scanned before they get tables of their own.
WAITING_MAX: Final = 8192

_BANDS: Final = 12  # the usual number: how many hands the bits are dealt to
_BATCH: Final = 4096  # queries a kernel call
_WAITING_SHARE: Final = 4


class BinaryIndex:
    """Codes that can be searched, added and removed, from several threads."""

    def __init__(
        self, order: BitOrder, base: Part, *, radius_bits: int = RADIUS_BITS, bytes_per_code: float = BYTES_PER_CODE
    ) -> None:
        """Wrap a part already built; :meth:`from_bits` is the usual way."""
        self._order = order
        self._radius_bits = radius_bits
        self._bytes_per_code = bytes_per_code
        self._lock = threading.RLock()
        #: The base, then what was added since: one part with tables, and one that is scanned. Replaced as a whole.
        self._parts: tuple[Part, ...] = (base,)

    @classmethod
    def from_bits(
        cls,
        bits: npt.NDArray[np.uint8],
        ids: npt.NDArray[np.int64],
        *,
        radius_bits: int = RADIUS_BITS,
        bytes_per_code: float = BYTES_PER_CODE,
    ) -> BinaryIndex:
        """Build an index in memory.

        Args:
            bits: ``(N, 32) uint8`` codes.
            ids: ``(N,) int64``, no two alike.
            radius_bits: The radius that most searches will have; all others are exact too.
            bytes_per_code: Memory allowed per code (codes and identifiers included).

        Raises:
            ValueError: a wrong shape or type, or an id given twice.
        """
        _require_radius(radius_bits)
        bits, ids = require_codes(bits), _require_ids(ids, len(bits))
        order = BitOrder(choose_order(bits, _BANDS))
        index = MultiIndex(order.apply(bits), radius_bits=radius_bits, bytes_per_code=bytes_per_code)
        return cls(order, Part(ids, index), radius_bits=radius_bits, bytes_per_code=bytes_per_code)

    def __len__(self) -> int:
        """Return how many codes can be found."""
        return sum(len(p.ids) - p.removed for p in self._parts)

    @property
    def stats(self) -> IndexStats:
        """Describe the index."""
        parts = self._parts
        plan = parts[0].index.plan
        return IndexStats(
            codes=len(self),
            removed=sum(p.removed for p in parts),
            waiting=sum(len(p.ids) for p in parts[1:] if p.index.plan is None),
            dense=sum(p.index.dense_count for p in parts),
            bands=plan.widths if plan else (),
            memory_bytes=sum(p.nbytes for p in parts),
        )

    def search(self, queries: npt.NDArray[np.uint8], radius_bits: int = RADIUS_BITS, threads: int = 1) -> Hits:
        """Return every code within a radius of each query. Exact.

        Args:
            queries: ``(Q, 32) uint8``.
            radius_bits: 0..256, inclusive.
            threads: Threads among which the queries are shared.

        Returns:
            The hits, sorted by query, distance and item.

        Raises:
            ValueError: a wrong shape, type or radius.
        """
        _require_radius(radius_bits)
        rows = self._order.apply(queries)
        size = min(_BATCH, max(1, -(-len(rows) // max(1, threads))))
        starts = range(0, len(rows), size)
        parts = self._parts

        def one(start: int) -> Hits:
            found = [part.find(rows[start : start + size], radius_bits) for part in parts if len(part.ids)]
            return _sorted(found, start)

        if threads <= 1 or len(starts) <= 1:
            return _end_to_end([one(start) for start in starts])
        with ThreadPoolExecutor(threads) as pool:
            return _end_to_end(list(pool.map(one, starts)))

    def knn(self, queries: npt.NDArray[np.uint8], k: int, threads: int = 1) -> Hits:
        """Return the ``k`` nearest codes of each query, or all of them where there are fewer. Exact.

        The radius grows until enough is found. Among codes at the same distance the smallest ids are kept.

        Raises:
            ValueError: a wrong shape or type, or ``k`` under 1.
        """
        queries = require_codes(queries)
        if k < 1:
            message = f"the nearest codes are 1 or more, not {k}"
            raise ValueError(message)
        asked = np.arange(len(queries))
        done: list[Hits] = []
        for radius_bits in (*range(15, CODE_BITS // 2, 16), CODE_BITS):
            found = self.search(queries[asked], radius_bits, threads)
            counts = np.bincount(found.query, minlength=len(asked))
            rank = np.arange(len(found.query)) - (np.cumsum(counts) - counts)[found.query]
            is_full = (counts >= k) | (radius_bits == CODE_BITS)
            kept = (rank < k) & is_full[found.query]
            done.append(Hits(asked[found.query[kept]], found.item[kept], found.distance_bits[kept]))
            asked = asked[~is_full]
            if not len(asked):
                break
        return _sorted(done, 0)

    def add(self, bits: npt.NDArray[np.uint8], ids: npt.NDArray[np.int64]) -> None:
        """Add codes; the next search finds them.

        Raises:
            ValueError: a wrong shape or type, or an id that is given twice or already there.
        """
        bits = require_codes(bits)
        ids = _require_ids(ids, len(bits))
        with self._lock:
            known = np.sort(ids)
            for part in self._parts:
                there = part.rows_of(known)
                if len(there):
                    message = f"id {part.ids[there[0]]} is already in the index"
                    raise ValueError(message)
            self._append(Part(ids, self._scanned(self._order.apply(bits))))

    def remove(self, ids: npt.NDArray[np.int64]) -> int:
        """Remove codes and overwrite them; unknown ids are ignored. Returns how many were there.

        Raises:
            ValueError: a wrong shape or type.
        """
        wanted = np.unique(_require_vector(ids))
        with self._lock:
            count = 0
            for part in self._parts:
                rows = part.rows_of(wanted)
                part.erase(rows)
                count += len(rows)
            return count

    def _scanned(self, rows: npt.NDArray[np.uint64]) -> MultiIndex:
        return MultiIndex(rows, radius_bits=self._radius_bits, bytes_per_code=0.0)

    def _append(self, more: Part) -> None:
        """Join what was added: scanned until it is many, then with tables of its own, then one with the base.

        Each level is rebuilt when what waits is a quarter of it, so that a code is moved a bounded number of times.
        """
        base, *rest = self._parts
        tabled = [p for p in rest if p.index.plan is not None]
        waiting = joined([*(p for p in rest if p.index.plan is None), more], radius_bits=0, bytes_per_code=0.0)
        if len(waiting.ids) > max(WAITING_MAX, sum(len(p.ids) for p in tabled) // _WAITING_SHARE):
            tabled = [self._tabled([*tabled, waiting])]
            if len(tabled[0].ids) > len(base.ids) // _WAITING_SHARE:
                base, tabled = self._tabled([base, *tabled]), []
            self._parts = (base, *tabled)
        else:
            self._parts = (base, *tabled, waiting)

    def _tabled(self, parts: list[Part]) -> Part:
        return joined(parts, radius_bits=self._radius_bits, bytes_per_code=self._bytes_per_code)


def _sorted(found: list[Hits], start: int) -> Hits:
    """Return hits as one, sorted, their queries counted from ``start``."""
    query, item, distance = (found[0] if len(found) == 1 else _end_to_end(found)) if found else _end_to_end([])
    if len(query) > 1:
        by = np.lexsort((item, distance, query))
        query, item, distance = query[by], item[by], distance[by]
    return Hits(query + start if start else query, item, distance)


def _end_to_end(found: list[Hits]) -> Hits:
    """Return lists of hits one after the other."""
    if len(found) == 1:
        return found[0]
    empty = Hits(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.uint16))
    return Hits(*(np.concatenate(column) for column in zip(empty, *found, strict=True)))


def _require_radius(radius_bits: int) -> None:
    if not 0 <= radius_bits <= CODE_BITS:
        message = f"a radius is 0 to {CODE_BITS} bits, not {radius_bits}"
        raise ValueError(message)


def _require_vector(ids: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    if ids.ndim != 1 or ids.dtype != np.int64:
        message = f"ids are an (N,) int64 array, not {ids.shape} {ids.dtype}"
        raise ValueError(message)
    return ids


def _require_ids(ids: npt.NDArray[np.int64], count: int) -> npt.NDArray[np.int64]:
    """Return a copy of the ids, checked: as many as codes, and no two alike."""
    ids = _require_vector(ids).copy()
    if len(ids) != count:
        message = f"{count} codes need as many ids, not {len(ids)}"
        raise ValueError(message)
    ordered = ids if bool(np.all(ids[1:] > ids[:-1])) else np.sort(ids)
    twice = np.flatnonzero(ordered[1:] == ordered[:-1])
    if len(twice):
        message = f"id {ordered[twice[0]]} is given twice"
        raise ValueError(message)
    return ids
