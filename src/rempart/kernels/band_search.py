"""Search the tables of a multi-index: probe the buckets around each query, then compare the rows found there.

The work is cut into loops without unpredictable branches, each of which keeps many cache misses in flight: (1) read
the blocks that the probes fall in and keep those with something in an allowed cell, (2) turn cells into slots, (3) read
the slots, (4) read the codes and compare. Bands are the outer loop and queries the inner one, so that a batch finds a
band's blocks in the cache. A row is reported by the first band that could report it, so nothing remembers what was
already seen.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import combinations
from typing import Final

import numpy as np
import numpy.typing as npt

from rempart.kernels.band_plan import BAND_RADIUS_MAX, BandPlan, block_low_bits
from rempart.kernels.band_tables import BandTables, build_tables
from rempart.kernels.code_rows import WORDS, count_bits
from rempart.kernels.compile import kernel

_ROOM: Final = 8192  # slots in flight: what is kept of them stays in the first and second-level caches
_MOST_OF_BLOCK: Final = 48  # a block of 16 buckets has at most 3 slots each

U16 = npt.NDArray[np.uint16]
U32 = npt.NDArray[np.uint32]
I64 = npt.NDArray[np.int64]
U64 = npt.NDArray[np.uint64]


def _near_cells() -> npt.NDArray[np.uint64]:
    """Return ``(2, 32, 6) uint64``: which cells of a block lie within a radius of a low key, by kind of cell."""
    near = np.zeros((2, 32, BAND_RADIUS_MAX + 2), np.uint64)
    for cell_bits in (1, 2):
        cells = 1 << block_low_bits(cell_bits)
        full = (1 << cell_bits) - 1
        for low in range(cells):
            for radius in range(near.shape[2]):
                word = sum(full << (c * cell_bits) for c in range(cells) if (c ^ low).bit_count() <= radius)
                near[cell_bits - 1, low, radius] = word
    return near


_NEAR: Final = _near_cells()


@lru_cache(maxsize=128)
def _masks(bits: int, radius: int) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.int64]]:
    """Return the words of ``bits`` bits with at most ``radius`` ones, by weight, and how many there are up to each."""
    words: list[int] = []
    ends: list[int] = []
    for weight in range(radius + 1):
        words += sorted(sum(1 << bit for bit in chosen) for chosen in combinations(range(bits), weight))
        ends.append(len(words))
    return np.array(words, np.uint32), np.array(ends, np.int64)


@kernel
def key_of(words: U64, at: np.int64 | int, first: int, width: int) -> np.uint64:
    """Return ``width`` bits of row ``at``, from bit ``first`` on."""
    word, shift = first >> 6, np.uint64(first & 63)
    key = words[at, word] >> shift
    if (first & 63) + width > 64:
        key |= words[at, word + 1] << (np.uint64(64) - shift)
    mask: np.uint64 = (np.uint64(1) << np.uint64(width)) - np.uint64(1)
    return np.uint64(key & mask)


@kernel
def _is_first(rows: U64, row: np.int64, queries: U64, q: np.int64, starts: I64, radii: I64, band: int) -> bool:
    """Tell whether no earlier band reports this row too."""
    for k in range(band):
        if radii[k] >= 0:
            first, width = starts[k, 0], starts[k, 1]
            apart = count_bits(key_of(rows, row, first, width) ^ key_of(queries, q, first, width))
            if np.int64(apart) <= radii[k]:
                return False
    return True


@kernel
def _compare(
    rows: U64,
    queries: U64,
    row_of: U32,
    query_of: U32,
    count: np.int64 | int,
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
    for k in range(count):
        row, q = np.int64(row_of[k]), np.int64(query_of[k])
        distance = np.int64(
            count_bits(rows[row, 0] ^ queries[q, 0])
            + count_bits(rows[row, 1] ^ queries[q, 1])
            + count_bits(rows[row, 2] ^ queries[q, 2])
            + count_bits(rows[row, 3] ^ queries[q, 3])
        )
        if distance <= radius:
            is_dense = (dense[row >> 6] >> np.uint64(row & 63)) & np.uint64(1)
            if is_dense == 0 and _is_first(rows, row, queries, q, starts, radii, band):
                if hits < out_row.size:
                    out_query[hits], out_row[hits], out_distance[hits] = q, row, np.uint16(distance)
                hits += 1
    return hits


@kernel
def _split(slots: U32, slot_start: int, slot_of: I64, query_of: U32, count: int, list_of: I64, row_of: U32) -> np.int64:
    """Read ``count`` slots: rows go to the front of ``row_of`` with their ``query_of``, lists to ``list_of``.

    Returns how many rows there are; the other slots are lists, as ``query << 32 | entry``.
    """
    kept = listed = np.int64(0)
    for k in range(count):
        row = slots[slot_start + slot_of[k]]
        q = query_of[k]
        is_list = np.int64(row >> np.uint32(31))
        list_of[listed] = (np.int64(q) << 32) | (np.int64(row) & 0x7FFFFFFF)
        listed += is_list
        row_of[kept] = row
        query_of[kept] = q
        kept += 1 - is_list
    return kept


@kernel
def _probe(
    blocks: U64,
    block_start: int,
    key: np.uint64,
    cell_bits: int,
    near: U64,
    masks: U32,
    ends: I64,
    far: int,
    found: U64,
) -> np.int64:
    """Read the blocks around a key; write the words that have something in an allowed cell, and what is allowed.

    ``found`` is ``(2, K)``: words, then their allowed cells. ``ends`` are of this band; ``far`` is its radius.
    """
    low_bits = np.uint64(5) if cell_bits == 1 else np.uint64(4)
    low = np.int64(key & ((np.uint64(1) << low_bits) - np.uint64(1)))
    high = np.int64(key >> low_bits)
    count = np.int64(0)
    begin = ends[0]
    for weight in range(far + 1):
        allowed = near[cell_bits - 1, low, far - weight]
        end = ends[weight + 1]
        for k in range(begin, end):
            word = blocks[block_start + (high ^ np.int64(masks[k]))]
            found[0, count] = word
            found[1, count] = word & allowed
            count += np.int64((word & allowed) != 0)
        begin = end
    return count


@kernel
def _expand(
    word: np.uint64, inside: np.uint64, cell_bits: int, q: int, slot_of: I64, query_of: U32, at: np.int64
) -> np.int64:
    """Write the slots of the cells ``inside`` a block."""
    two = cell_bits == 2
    base = np.int64(word >> np.uint64(32))
    ones = word & np.uint64(0x55555555) if two else word & np.uint64(0xFFFFFFFF)
    twos = word & np.uint64(0xAAAAAAAA) if two else np.uint64(0)
    while inside != 0:
        cell = np.int64(count_bits((inside & (~inside + np.uint64(1))) - np.uint64(1)))
        if two:
            cell &= ~1
        below = (np.uint64(1) << np.uint64(cell)) - np.uint64(1)
        slot = base + np.int64(count_bits(ones & below)) + 2 * np.int64(count_bits(twos & below))
        size = np.int64((word >> np.uint64(cell)) & np.uint64(3)) if two else 1
        for _ in range(size):
            slot_of[at] = slot
            query_of[at] = np.uint32(q)
            slot += 1
            at += 1
        inside &= ~((np.uint64(3) if two else np.uint64(1)) << np.uint64(cell))
    return at


@kernel
def _compare_slots(
    rows: U64,
    queries: U64,
    slots: U32,
    lists: U32,
    slot_of: I64,
    query_of: U32,
    count: np.int64,
    list_of: I64,
    row_of: U32,
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
    """Compare the rows of ``count`` slots, then those of the lists among them, as many at a time as there is room."""
    kept = _split(slots, starts[band, 4], slot_of, query_of, count, list_of, row_of)
    hits = _compare(
        rows,
        queries,
        row_of,
        query_of,
        kept,
        radius,
        band,
        starts,
        radii,
        dense,
        out_query,
        out_row,
        out_distance,
        hits,
    )
    listed, kept = count - kept, np.int64(0)
    for k in range(listed):
        entry = starts[band, 5] + (list_of[k] & 0x7FFFFFFF)
        q = np.uint32(list_of[k] >> 32)
        size = np.int64(lists[entry])
        if kept + size > _ROOM:
            hits = _compare(
                rows, queries, row_of, query_of, kept, radius, band, starts, radii, dense,
                out_query, out_row, out_distance, hits,
            )  # fmt: skip
            kept = np.int64(0)
        for j in range(size):
            row_of[kept] = lists[entry + 1 + j]
            query_of[kept] = q
            kept += 1
    return _compare(
        rows,
        queries,
        row_of,
        query_of,
        kept,
        radius,
        band,
        starts,
        radii,
        dense,
        out_query,
        out_row,
        out_distance,
        hits,
    )


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
    queries: U64,
    radius: int,
    out_query: I64,
    out_row: I64,
    out_distance: U16,
) -> int:
    """Write up to ``out_row.size`` hits and return how many there are, written or not."""
    slot_of, list_of = np.empty(_ROOM, np.int64), np.empty(_ROOM, np.int64)
    row_of, query_of = np.empty(_ROOM, np.uint32), np.empty(_ROOM, np.uint32)
    found = np.empty((2, masks.size + 1), np.uint64)
    hits = 0
    for band in range(starts.shape[0]):
        far, first, width, cell_bits = radii[band], starts[band, 0], starts[band, 1], starts[band, 2]
        if far < 0:
            continue
        waiting = np.int64(0)
        for q in range(queries.shape[0]):
            key = key_of(queries, q, first, width)
            count = _probe(blocks, starts[band, 3], key, cell_bits, near, masks, ends[band], far, found)
            for k in range(count):
                waiting = _expand(found[0, k], found[1, k], cell_bits, q, slot_of, query_of, waiting)
                if waiting < _ROOM - _MOST_OF_BLOCK:
                    continue
                hits = _compare_slots(
                    rows, queries, slots, lists, slot_of, query_of, waiting, list_of, row_of,
                    radius, band, starts, radii, dense, out_query, out_row, out_distance, hits,
                )  # fmt: skip
                waiting = np.int64(0)
        if waiting:
            hits = _compare_slots(
                rows, queries, slots, lists, slot_of, query_of, waiting, list_of, row_of,
                radius, band, starts, radii, dense, out_query, out_row, out_distance, hits,
            )  # fmt: skip
    return hits


def search_tables(
    rows: npt.NDArray[np.uint64],
    tables: BandTables,
    radii: tuple[int, ...],
    queries: npt.NDArray[np.uint64],
    radius_bits: int,
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.uint16]]:
    """Return every pair of a query and a row, not marked dense, that differ by at most ``radius_bits``.

    Args:
        rows: ``(N, 4) uint64``, those the tables were built from.
        tables: From :func:`rempart.kernels.band_tables.build_tables`.
        radii: How far each band is searched; exact if Σ (r_i + 1) ≥ radius + 1.
        queries: ``(Q, 4) uint64``, reordered like the rows.
        radius_bits: 0..256, inclusive.

    Returns:
        query: ``(H,) int64``.
        row: ``(H,) int64``.
        distance_bits: ``(H,) uint16``.
    """
    masks, ends = _probe_masks(tuple(tables.starts[:, 1].tolist()), tuple(tables.starts[:, 2].tolist()), radii)
    far = np.array(radii, np.int64)
    room = 256 + 4 * len(queries)
    while True:
        query, row, distance = np.empty(room, np.int64), np.empty(room, np.int64), np.empty(room, np.uint16)
        hits = _search(
            rows, tables.dense, tables.blocks, tables.slots, tables.lists, tables.starts, far, masks, ends, _NEAR,
            queries, radius_bits, query, row, distance,
        )  # fmt: skip
        if hits <= room:
            return query[:hits], row[:hits], distance[:hits]
        room = int(hits)


@lru_cache(maxsize=64)
def _probe_masks(
    widths: tuple[int, ...], cells: tuple[int, ...], radii: tuple[int, ...]
) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.int64]]:
    """Return every band's masks of high key bits, shared between bands alike, and ``(bands, 6)`` where weights end."""
    parts: list[npt.NDArray[np.uint32]] = [np.zeros(1, np.uint32)]
    ends = np.zeros((len(widths), BAND_RADIUS_MAX + 2), np.int64)
    seen: dict[tuple[int, int], int] = {}
    total = 1
    for band, (width, cell_bits, radius) in enumerate(zip(widths, cells, radii, strict=True)):
        bits = width - block_low_bits(cell_bits)
        if radius < 0:
            continue
        words, upto = _masks(bits, radius)
        start = seen.setdefault((bits, radius), total)
        if start == total:
            parts.append(words)
            total += len(words)
        ends[band, 0] = start
        ends[band, 1 : radius + 2] = start + upto
    return np.concatenate(parts), ends


def warm() -> None:
    """Compile or load every kernel of this file."""
    for cell_bits in (1, 2):
        plan = BandPlan(widths=(8,), radii=(0,), cell_bits=(cell_bits,), radius_bits=0, cost_ns=0.0, bytes_per_code=0.0)
        rows = np.zeros((9, WORDS), np.uint64)
        search_tables(rows, build_tables(rows, plan, 64), (0,), rows[:1], 0)
