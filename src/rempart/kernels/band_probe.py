"""The inner loops of a search in bucket tables: from a key to the rows around it whose tags are near enough.

Each is a loop without unpredictable branches over plain arrays, so that many cache misses are in flight at once.
:mod:`rempart.kernels.band_search` puts them together.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import combinations
from typing import Final

import numpy as np
import numpy.typing as npt

from rempart.kernels.band_plan import BAND_RADIUS_MAX, block_low_bits
from rempart.kernels.code_rows import count_bits
from rempart.kernels.compile import kernel

U32 = npt.NDArray[np.uint32]
I64 = npt.NDArray[np.int64]
U64 = npt.NDArray[np.uint64]

#: Masks of high key bits, where those of each band and weight end, and how far each band is searched.
Probes = tuple[npt.NDArray[np.uint32], npt.NDArray[np.int64], npt.NDArray[np.int64]]


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


NEAR_CELLS: Final = _near_cells()


@lru_cache(maxsize=128)
def _masks(bits: int, radius: int) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.int64]]:
    """Return the words of ``bits`` bits with at most ``radius`` ones, by weight, and how many there are up to each."""
    words: list[int] = []
    ends: list[int] = []
    for weight in range(radius + 1):
        words += sorted(sum(1 << bit for bit in chosen) for chosen in combinations(range(bits), weight))
        ends.append(len(words))
    return np.array(words, np.uint32), np.array(ends, np.int64)


@lru_cache(maxsize=64)
def probe_masks(widths: tuple[int, ...], cells: tuple[int, ...], radii: tuple[int, ...]) -> Probes:
    """Return every band's masks of high key bits, ``(bands, 6)`` where each weight's end, and the radii as an array.

    Bands alike share their masks.
    """
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
    return np.concatenate(parts), ends, np.array(radii, np.int64)


@kernel
def read_blocks(blocks: U64, block_start: int, high: np.uint64, masks: U32, begin: int, end: int, words: U64) -> None:
    """Read the blocks around a key: a loop of nothing but loads, which becomes gather instructions."""
    base = np.uint64(block_start)
    first = np.uint64(begin)
    for k in range(np.uint64(end - begin)):
        words[k] = blocks[base + (high ^ np.uint64(masks[first + k]))]


@kernel
def keep_blocks(words: U64, begin: int, end: int, allowed: np.uint64, found: U64) -> int:
    """Move the blocks with something in an allowed cell to the front; return how many there are."""
    count = np.uint64(0)
    for k in range(np.uint64(begin), np.uint64(end)):
        word = words[k]
        found[count] = word
        count += np.uint64((word & allowed) != np.uint64(0))
    return int(count)


@kernel
def expand_ones(
    found: U64, count: int, allowed: np.uint64, low: np.uint64, query: int, slot_of: U32, query_of: U32, at: int
) -> int:
    """Write the slots of allowed one-bit cells; ``query`` carries the query's number and what its tag may differ by."""
    put = np.uint64(at)
    for k in range(np.uint64(count)):
        word = found[k]
        inside = word & allowed
        base = word >> np.uint64(32)
        while inside:
            cell = count_bits((inside & (~inside + np.uint64(1))) - np.uint64(1))
            below = (np.uint64(1) << cell) - np.uint64(1)
            slot_of[put] = np.uint32(base + count_bits(word & below))
            query_of[put] = np.uint32(np.uint64(query) - count_bits(cell ^ low))
            put += np.uint64(1)
            inside &= inside - np.uint64(1)
    return int(put)


@kernel
def expand_twos(
    found: U64, count: int, allowed: np.uint64, low: np.uint64, query: int, slot_of: U32, query_of: U32, at: int
) -> int:
    """Write the slots of allowed two-bit cells, as :func:`expand_ones` does."""
    put = np.uint64(at)
    for k in range(np.uint64(count)):
        word = found[k]
        inside = word & allowed
        base = word >> np.uint64(32)
        while inside:
            cell = count_bits((inside & (~inside + np.uint64(1))) - np.uint64(1)) & np.uint64(62)
            below = word & ((np.uint64(1) << cell) - np.uint64(1))
            slot = base + count_bits(below) + count_bits(below & np.uint64(0xAAAAAAAA))
            size = (word >> cell) & np.uint64(3)
            for k2 in range(np.uint64(3)):  # always three writes: the last ones are overwritten
                slot_of[put + k2] = np.uint32(slot + k2)
                query_of[put + k2] = np.uint32(np.uint64(query) - count_bits((cell >> np.uint64(1)) ^ low))
            put += size
            inside &= ~(np.uint64(3) << cell)
    return int(put)


@kernel
def read_slots(
    slots: U32,
    slot_start: int,
    slot_of: U32,
    query_of: U32,
    count: int,
    tags: U64,
    row_bits: int,
    tag_bits: int,
    extra: int,
    values: U32,
    listed: U64,
    row_of: U32,
) -> tuple[int, int]:
    """Read ``count`` slots; keep the rows whose tag is near enough in ``row_of``, and put lists aside.

    Returns how many rows are kept, with their slots and packed queries in front, and how many lists.
    """
    base = np.uint64(slot_start)
    if extra:
        for k in range(np.uint64(count)):
            slot = np.uint64(slot_of[k])
            values[k] = slots[base + slot + slot // np.uint64(12) * np.uint64(4)]
    else:
        for k in range(np.uint64(count)):
            values[k] = slots[base + np.uint64(slot_of[k])]
    row_mask = (np.uint32(1) << np.uint32(row_bits)) - np.uint32(1)
    tag_mask = (np.uint32(1) << np.uint32(tag_bits)) - np.uint32(1)
    kept, lists = np.uint64(0), np.uint64(0)
    for k in range(np.uint64(count)):
        value, packed, at = values[k], query_of[k], slot_of[k]
        is_list = np.uint64(value >> np.uint32(31))
        listed[lists] = (np.uint64(packed) << np.uint64(32)) | np.uint64(value & np.uint32(0x7FFFFFFF))
        lists += is_list
        tag = (value >> np.uint32(row_bits)) ^ np.uint32(tags[packed >> np.uint32(8)])
        apart = count_bits(np.uint64(tag & tag_mask))
        row_of[kept] = value & row_mask
        slot_of[kept] = at
        query_of[kept] = np.uint32(np.uint64(packed) - apart)  # what the rest of the tag may still differ by
        kept += np.uint64(apart <= np.uint64(packed & np.uint32(255))) & (np.uint64(1) - is_list)
    return int(kept), int(lists)


@kernel
def read_more(
    slots: U32,
    slot_start: int,
    slot_of: U32,
    query_of: U32,
    count: int,
    tags: U64,
    skip: int,
    bits: int,
    row_of: U32,
) -> int:
    """Keep the rows that the byte beside their slot does not reject either; ``query_of`` becomes the query alone."""
    base, first = np.uint64(slot_start), np.uint64(skip)
    mask = (np.uint64(1) << np.uint64(bits)) - np.uint64(1)
    kept = np.uint64(0)
    for k in range(np.uint64(count)):
        packed = query_of[k]
        q = packed >> np.uint32(8)
        apart = np.uint64(0)
        if bits:  # in the line that was just read
            line, place = np.uint64(slot_of[k]) // np.uint64(12), np.uint64(slot_of[k]) % np.uint64(12)
            word = np.uint64(slots[base + line * np.uint64(16) + np.uint64(12) + (place >> np.uint64(2))])
            byte = word >> ((place & np.uint64(3)) * np.uint64(8))
            apart = count_bits((byte ^ (tags[q] >> first)) & mask)
        row_of[kept] = row_of[k]
        query_of[kept] = q
        kept += np.uint64(apart <= np.uint64(packed & np.uint32(255)))
    return int(kept)


@kernel
def read_list(
    lists: U32,
    entry: int,
    packed: np.uint32,
    tags: U64,
    row_bits: int,
    tag_bits: int,
    row_of: U32,
    query_of: U32,
    at: int,
) -> int:
    """Add the rows of a list whose tag is near enough."""
    row_mask = (np.uint32(1) << np.uint32(row_bits)) - np.uint32(1)
    tag_mask = (np.uint32(1) << np.uint32(tag_bits)) - np.uint32(1)
    q = packed >> np.uint32(8)
    put = np.uint64(at)
    for j in range(lists[entry]):
        value = lists[entry + 1 + j]
        row_of[put] = value & row_mask
        query_of[put] = q
        apart = count_bits(np.uint64(((value >> np.uint32(row_bits)) ^ np.uint32(tags[q])) & tag_mask))
        put += np.uint64(apart <= np.uint64(packed & np.uint32(255)))
    return int(put)
