"""Search the tables of a multi-index: probe the buckets around each query, then compare the rows found there.

The work is cut into loops without unpredictable branches, each of which keeps many cache misses in flight: (1) read
the blocks that the probes fall in, (2) keep those with something in an allowed cell, (3) turn cells into slots,
(4) read the slots and reject by their tags, (5) read the codes that are left and compare. Bands are the outer loop and
queries the inner one, so that a batch finds a band's blocks in the cache.

The tags rest on the cycle lemma ("Pigeonring", Qin and Xiao, VLDB 2018). Write d_i for the distance in band i. From
Σ d_i ≤ R < Σ (r_i + 1) follows not only d_i ≤ r_i for some i, but also, for one such i,
d_i + d_(i+1) ≤ r_i + r_(i+1) + 1, the bands taken as a ring. A band therefore reports only rows that satisfy both; and
a row is reported by the first band that could, so nothing remembers what was already seen.
"""

from __future__ import annotations

import threading
from typing import Final

import numpy as np
import numpy.typing as npt

from rempart.kernels.band_plan import BandPlan
from rempart.kernels.band_probe import (
    NEAR_CELLS,
    Probes,
    expand_ones,
    expand_twos,
    keep_blocks,
    probe_masks,
    read_blocks,
    read_list,
    read_more,
    read_slots,
)
from rempart.kernels.band_tables import BandTables, build_tables
from rempart.kernels.code_rows import WORDS, count_bits, key_of
from rempart.kernels.compile import kernel

_ROOM: Final = 8192  # slots in flight: what is kept of them stays in the first and second-level caches
_ABREAST: Final = 512  # codes read before they are compared
_MOST_OF_BLOCK: Final = 51  # a block of 16 buckets has at most 3 slots each, and 3 more are written past the last

U16 = npt.NDArray[np.uint16]
U32 = npt.NDArray[np.uint32]
I64 = npt.NDArray[np.int64]
U64 = npt.NDArray[np.uint64]


@kernel
def _reports(rows: U64, row: int, queries: U64, q: int, starts: I64, radii: I64, band: int) -> bool:
    """Tell whether a band reports this row: near enough in this band, and with the next one."""
    if radii[band] < 0:
        return False
    apart = count_bits(
        key_of(rows, row, starts[band, 0], starts[band, 1]) ^ key_of(queries, q, starts[band, 0], starts[band, 1])
    )
    if np.int64(apart) > radii[band]:
        return False
    after = (band + 1) % starts.shape[0]
    apart += count_bits(
        key_of(rows, row, starts[after, 0], starts[after, 1]) ^ key_of(queries, q, starts[after, 0], starts[after, 1])
    )
    return bool(np.int64(apart) <= radii[band] + radii[after] + 1)


@kernel
def _compare(
    rows: U64,
    queries: U64,
    row_of: U32,
    query_of: U32,
    apart: U32,
    columns: U64,
    count: int,
    radius: int,
    band: int,
    starts: I64,
    radii: I64,
    dense: U64,
    out_query: I64,
    out_row: I64,
    out_distance: U16,
    hits: int,
) -> int:
    """Measure ``count`` candidates and write those within the radius; return how many hits there are by now."""
    for begin in range(0, count, _ABREAST):
        some = np.uint64(min(_ABREAST, count - begin))
        at = np.uint64(begin)
        for k in range(some):  # nothing but loads: measured 1.6 times quicker than loading and counting at once
            row = np.uint64(row_of[at + k])
            columns[0, k] = rows[row, 0]
            columns[1, k] = rows[row, 1]
            columns[2, k] = rows[row, 2]
            columns[3, k] = rows[row, 3]
        for k in range(some):
            q = np.uint64(query_of[at + k])
            apart[at + k] = np.uint32(
                count_bits(columns[0, k] ^ queries[q, 0])
                + count_bits(columns[1, k] ^ queries[q, 1])
                + count_bits(columns[2, k] ^ queries[q, 2])
                + count_bits(columns[3, k] ^ queries[q, 3])
            )
    for k in range(count):
        if apart[k] > radius:
            continue
        near, asked = int(row_of[k]), int(query_of[k])
        if (dense[near >> 6] >> np.uint64(near & 63)) & np.uint64(1):
            continue
        if not _reports(rows, near, queries, asked, starts, radii, band):
            continue
        is_first = True
        for earlier in range(band):
            is_first &= not _reports(rows, near, queries, asked, starts, radii, earlier)
        if is_first:
            if hits < out_row.size:
                out_query[hits], out_row[hits], out_distance[hits] = asked, near, np.uint16(apart[k])
            hits += 1
    return hits


@kernel
def _finish(
    rows: U64,
    queries: U64,
    slots: U32,
    lists: U32,
    narrow: U32,
    wide: U64,
    count: int,
    tags: U64,
    row_bits: int,
    tag_bits: int,
    radius: int,
    band: int,
    starts: I64,
    radii: I64,
    dense: U64,
    out_query: I64,
    out_row: I64,
    out_distance: U16,
    hits: int,
) -> int:
    """Read ``count`` slots and the lists behind them, and compare what their tags let pass."""
    slot_of, query_of, values, row_of = narrow[0], narrow[1], narrow[2], narrow[3]
    listed, columns = wide[0], wide[1:5]
    extra = starts[band, 6]
    kept, list_count = read_slots(
        slots, starts[band, 4], slot_of, query_of, count, tags, row_bits, tag_bits, extra, values, listed, row_of
    )
    kept = read_more(slots, starts[band, 4], slot_of, query_of, kept, tags, tag_bits, extra, row_of)
    for k in range(list_count):  # a loop of its own, so that the misses overlap
        slot_of[k] = lists[starts[band, 5] + np.int64(listed[k] & np.uint64(0x7FFFFFFF))]
    for k in range(list_count):
        entry = starts[band, 5] + np.int64(listed[k] & np.uint64(0x7FFFFFFF))
        if kept + np.int64(slot_of[k]) >= _ROOM:
            hits = _compare(
                rows, queries, row_of, query_of, values, columns, kept, radius, band, starts, radii, dense,
                out_query, out_row, out_distance, hits,
            )  # fmt: skip
            kept = 0
        packed = np.uint32(listed[k] >> np.uint64(32))
        kept = read_list(lists, entry, packed, tags, row_bits, tag_bits, row_of, query_of, kept)
    return _compare(
        rows, queries, row_of, query_of, values, columns, kept, radius, band, starts, radii, dense,
        out_query, out_row, out_distance, hits,
    )  # fmt: skip


@kernel
def _search(
    rows: U64,
    dense: U64,
    blocks: U64,
    slots: U32,
    lists: U32,
    starts: I64,
    radii: I64,
    masks: U32,
    ends: I64,
    near: U64,
    row_bits: int,
    tag_bits: int,
    queries: U64,
    radius: int,
    narrow: U32,
    wide: U64,
    out_query: I64,
    out_row: I64,
    out_distance: U16,
) -> int:
    """Write up to ``out_row.size`` hits and return how many there are, written or not."""
    slot_of, query_of = narrow[0], narrow[1]
    words, found = wide[5], wide[6]
    tags = np.empty(queries.shape[0], np.uint64)
    hits = 0
    for band in range(starts.shape[0]):
        far, first, width, cell_bits = radii[band], starts[band, 0], starts[band, 1], starts[band, 2]
        if far < 0:
            continue
        after = (band + 1) % starts.shape[0]
        low_bits = np.uint64(5 if cell_bits == 1 else 4)
        begin = ends[band, 0]
        for q in range(queries.shape[0]):
            tags[q] = key_of(queries, q, starts[after, 0], starts[after, 1])
        waiting = 0
        for q in range(queries.shape[0]):
            key = key_of(queries, q, first, width)
            low = key & ((np.uint64(1) << low_bits) - np.uint64(1))
            read_blocks(blocks, starts[band, 3], key >> low_bits, masks, begin, ends[band, far + 1], words)
            for weight in range(far + 1):
                allowed = near[cell_bits - 1, np.int64(low), far - weight]
                count = keep_blocks(words, ends[band, weight] - begin, ends[band, weight + 1] - begin, allowed, found)
                packed = (q << 8) + far + radii[after] + 1 - weight
                done = 0
                while done < count:
                    some = min(count - done, (_ROOM - waiting) // _MOST_OF_BLOCK)
                    part = found[done : done + some]
                    if cell_bits == 1:
                        waiting = expand_ones(part, some, allowed, low, packed, slot_of, query_of, waiting)
                    else:
                        waiting = expand_twos(part, some, allowed, low, packed, slot_of, query_of, waiting)
                    done += some
                    if waiting > _ROOM - 16 * _MOST_OF_BLOCK:
                        hits = _finish(
                            rows, queries, slots, lists, narrow, wide, waiting, tags, row_bits, tag_bits,
                            radius, band, starts, radii, dense, out_query, out_row, out_distance, hits,
                        )  # fmt: skip
                        waiting = 0
        if waiting:
            hits = _finish(
                rows, queries, slots, lists, narrow, wide, waiting, tags, row_bits, tag_bits,
                radius, band, starts, radii, dense, out_query, out_row, out_distance, hits,
            )  # fmt: skip
    return hits


_LOCAL: Final = threading.local()


def _scratch(words: int) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.uint64]]:
    """Return this thread's room for ``words`` blocks and for the slots in flight, made once.

    Made anew for each search, it would be given back to the system and faulted in again, page by page.
    """
    room = getattr(_LOCAL, "room", None)
    if room is None or room[1].shape[1] < words:
        room = np.empty((4, _ROOM), np.uint32), np.empty((7, max(_ROOM, words)), np.uint64)
        _LOCAL.room = room
    return room


def probes_of(tables: BandTables, radii: tuple[int, ...]) -> Probes:
    """Return what is read around each key when each band is searched this far."""
    return probe_masks(tables.plan.widths, tables.plan.cell_bits, radii)


def search_tables(
    rows: npt.NDArray[np.uint64],
    tables: BandTables,
    probes: Probes,
    queries: npt.NDArray[np.uint64],
    radius_bits: int,
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.uint16]]:
    """Return every pair of a query and a row, not marked dense, that differ by at most ``radius_bits``.

    Args:
        rows: ``(N, 4) uint64``, those the tables were built from.
        tables: From :func:`rempart.kernels.band_tables.build_tables`.
        probes: From :func:`probes_of`, for the radii of the bands; exact if Σ (r_i + 1) ≥ radius + 1.
        queries: ``(Q, 4) uint64``, reordered like the rows.
        radius_bits: 0..256, inclusive.

    Returns:
        query: ``(H,) int64``.
        row: ``(H,) int64``.
        distance_bits: ``(H,) uint16``.
    """
    masks, ends, far = probes
    narrow, wide = _scratch(len(masks))
    room = 256 + 4 * len(queries)
    while True:
        query, row, distance = np.empty(room, np.int64), np.empty(room, np.int64), np.empty(room, np.uint16)
        hits = _search(
            rows, tables.dense, tables.blocks, tables.slots, tables.lists, tables.starts, far, masks, ends,
            NEAR_CELLS, tables.row_bits, tables.tag_bits, queries, radius_bits, narrow, wide, query, row, distance,
        )  # fmt: skip
        if hits <= room:
            return query[:hits], row[:hits], distance[:hits]
        room = int(hits)


def warm() -> None:
    """Compile or load every kernel of this file."""
    for cell_bits in (1, 2):
        plan = BandPlan(widths=(8,), radii=(0,), cell_bits=(cell_bits,), radius_bits=0, cost_ns=0.0, bytes_per_code=0.0)
        rows = np.zeros((9, WORDS), np.uint64)
        tables = build_tables(rows, plan, 64)
        search_tables(rows, tables, probes_of(tables, plan.radii), rows[:1], 0)
