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

import contextlib
import os
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import numpy as np
import numpy.typing as npt

from rempart.detect import index_layout as layout
from rempart.detect.index_file import IndexFile
from rempart.detect.index_parts import Hits, IndexStats, Part, joined
from rempart.detect.index_writing import write_index
from rempart.kernels.code_rows import CODE_BITS, BitOrder, choose_order, require_codes
from rempart.kernels.multi_index import MultiIndex

#: PDQ's README (facebook/ThreatExchange): two codes of one picture differ by at most 31 bits of 256.
RADIUS_BITS: Final = 31
#: Memory allowed by default: where the curve of benchmarks/RESULTS.md flattens.
BYTES_PER_CODE: Final = 125.0
#: This many added codes are scanned before they get tables of their own.
WAITING_MAX = 8192

_BANDS: Final = 12  # the usual number: how many hands the bits are dealt to
_BATCH: Final = 4096  # queries a kernel call
_WAITING_SHARE: Final = 4
#: A file is written anew when its log has this many records, or an eighth of its rows.
LOG_MAX = 4096
_LOG_SHARE: Final = 8


class BinaryIndex:
    """Codes that can be searched, added and removed, from several threads; if loaded, by several processes.

    Codes of parts and local descriptors redraw a picture: index them in memory, and never :meth:`save` them.
    """

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
        self._file: IndexFile | None = None

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

    @classmethod
    def load(cls, path: str | os.PathLike[str], *, bytes_per_code: float = BYTES_PER_CODE) -> BinaryIndex:
        """Read a file that :meth:`save` wrote, check it and build its tables.

        What any process then adds to or removes from the file is found, or not, by the next search of every process.

        Raises:
            IntegrityError: it is no index, of a newer version, or damaged.
            OSError: it cannot be opened for reading and writing.
        """
        file = IndexFile(path)
        alive = np.ones(len(file.ids), np.bool_)
        alive[file.removed] = False
        radius_bits = file.header.radius_bits
        index = MultiIndex(file.rows, radius_bits=radius_bits, bytes_per_code=bytes_per_code)
        base = Part(file.ids, index, alive)
        loaded = cls(BitOrder(file.header.order), base, radius_bits=radius_bits, bytes_per_code=bytes_per_code)
        loaded._file = file
        ids, rows = file.added(file.log)
        if len(ids):
            loaded._append(Part(ids, loaded._scanned(rows)))
        return loaded

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write a file of its own, readable by this user only, complete or not at all. Whole-frame codes only.

        A file already at the path is replaced; if it is the one that this index was loaded from, nothing that another
        process adds meanwhile is lost.
        """
        with self._lock:
            if self._file is not None and os.path.abspath(path) == self._file.path:
                with self._writing():
                    self._write(path)
            else:
                self._follow()
                self._write(path)

    def _write(self, path: str | os.PathLike[str]) -> None:
        whole = joined(list(self._parts), radius_bits=0, bytes_per_code=0.0)
        own = self._file if self._file and os.path.abspath(path) == self._file.path else None
        fd = own.descriptor if own else None  # locked: see save
        write_index(path, whole.index.rows, whole.ids, self._order.order, self._radius_bits, locked_fd=fd)

    def close(self) -> None:
        """Let go of the file, if there is one; the index stays usable as it is, in memory."""
        with self._lock:
            if self._file:
                self._file.close()
                self._file = None

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
        self._follow()
        order, parts = self._snapshot()
        rows = order.apply(queries)
        size = min(_BATCH, max(1, -(-len(rows) // max(1, threads))))
        starts = range(0, len(rows), size)

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
        with self._lock, self._writing():
            known = np.sort(ids)
            for part in self._parts:
                there = part.rows_of(known)
                if len(there):
                    message = f"id {part.ids[there[0]]} is already in the index"
                    raise ValueError(message)
            rows = self._order.apply(bits)
            if self._file and len(ids):
                words = np.zeros((len(ids), 7), np.uint64)
                words[:, 0], words[:, 2], words[:, 3:] = layout.ADD, ids.view(np.uint64), rows
                self._file.append(words)
            self._append(Part(ids, self._scanned(rows)))

    def remove(self, ids: npt.NDArray[np.int64]) -> int:
        """Remove codes and overwrite them; unknown ids are ignored. Returns how many were there.

        Raises:
            ValueError: a wrong shape or type.
        """
        wanted = np.unique(_require_vector(ids))
        with self._lock, self._writing():
            if self._file:
                self._file.remove(wanted)
            return self._forget(wanted)

    def _forget(self, wanted: npt.NDArray[np.int64]) -> int:
        """Make sorted ids unfindable here."""
        count = 0
        for part in self._parts:
            rows = part.rows_of(wanted)
            part.erase(rows)
            count += len(rows)
        return count

    def _snapshot(self) -> tuple[BitOrder, tuple[Part, ...]]:
        with self._lock:
            return self._order, self._parts

    def _follow(self) -> None:
        """Take over what other processes committed."""
        if self._file is None:
            return
        with self._lock:  # another thread may be closing the file, in _reopen
            self._reopen()
            if self._file.has_changed():
                with self._file.locked(shared=True):
                    self._take_over()

    def _take_over(self) -> None:
        """Apply new records, under the file's lock."""
        if self._file and self._file.has_changed():
            gone, ids, rows = self._file.follow()
            self._forget(np.unique(gone))
            if len(ids):
                self._append(Part(ids, self._scanned(rows)))

    def _reopen(self) -> None:
        """Open the file that took this one's place, if one did."""
        while self._file and not self._file.is_current():
            fresh = BinaryIndex.load(self._file.path, bytes_per_code=self._bytes_per_code)
            self._file.close()
            self._order, self._parts = fresh._snapshot()  # noqa: SLF001 - of this class
            self._file = fresh._file  # noqa: SLF001 - as above

    @contextlib.contextmanager
    def _writing(self) -> Iterator[None]:
        """Hold the lock of the file that is at the path now, all taken over; afterwards write it anew if it is time."""
        while self._file:
            self._reopen()
            with self._file.locked():
                if not self._file.is_current():
                    continue
                self._take_over()
                yield
                if self._file.is_current() and len(self._file.log) > max(LOG_MAX, len(self._file.ids) // _LOG_SHARE):
                    self._write(self._file.path)
                return
        yield

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
