"""Build the bucket tables of a multi-index: for each band, which rows have which key, in a few bits per bucket.

A band's table is an array of 64-bit blocks. The low half of a block holds the cells of 32 buckets of one bit (empty or
not) or of 16 buckets of two bits (0, 1, 2 or 3 rows and more); the high half is where the block's slots begin. A probe
therefore reads one word, tests up to 32 neighbouring buckets with one AND, and finds the slots of each by counting the
bits below. A slot is a row and, in the bits that the number of rows leaves free, a *tag*: the first bits of the row's
key in the next band, by which most candidates are rejected without reading their code. Where a bucket has more rows
than its cell can count, its last slot carries :data:`LISTED` and points to a list ``[count, row, row, …]``, tagged too.
In a large bank, where rows leave few bits, a cache line of slots is twelve slots and a byte more of tag for each.

Buckets over a cap get nothing: their rows are marked *dense* and are the caller's to scan. A bank with near-constant
codes (flat pictures, common borders) would otherwise spend its time in a few giant buckets.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from rempart.kernels import code_rows
from rempart.kernels.band_plan import BandPlan, block_low_bits, more_bits, tag_bits
from rempart.kernels.code_rows import aligned
from rempart.kernels.compile import kernel

#: Set in a slot that points to a list; rows therefore stay under 2^31.
LISTED: Final = 0x80000000
ROWS_MAX: Final = LISTED - 1
#: Slots of a cache line, where the line also has a byte more of tag for each.
LINE_SLOTS: Final = 12
#: A list fits into the room of the search.
CAP_MAX: Final = 4096

U32 = npt.NDArray[np.uint32]
U64 = npt.NDArray[np.uint64]
I64 = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class BandTables:
    """The tables of every band, one after the other, as the search kernel reads them."""

    blocks: npt.NDArray[np.uint64]
    """``(sum of blocks,) uint64``."""
    slots: npt.NDArray[np.uint32]
    """``(S,) uint32``."""
    lists: npt.NDArray[np.uint32]
    """``(L,) uint32``."""
    starts: npt.NDArray[np.int64]
    """``(bands, 7) int64``: first bit, width, bits of a cell, where blocks, slots and lists begin, and how many
    bits of the tags are in the bytes after the slots of each line (0: slots follow each other without such bytes)."""
    plan: BandPlan
    """The bands."""
    row_bits: int
    """Bits of a slot that are the row; the tag is above them."""
    tag_bits: int
    """Bits of a slot that are the tag."""

    dense: npt.NDArray[np.uint64]
    """``(N // 64 + 1,) uint64``: one bit a row, set if at least one table left the row out."""

    @property
    def dense_rows(self) -> npt.NDArray[np.int64]:
        """Return ``(D,) int64`` the rows marked dense, ascending."""
        return np.flatnonzero(np.unpackbits(self.dense.view(np.uint8), bitorder="little"))

    @property
    def nbytes(self) -> int:
        """Return the memory that the tables take."""
        return self.blocks.nbytes + self.slots.nbytes + self.lists.nbytes + self.dense.nbytes


@kernel
def _put(slots: U32, slot: int, value: np.uint32, tag: np.uint64, extra: int) -> int:
    """Write one slot, and the rest of its tag into the same cache line; return the next slot."""
    if extra == 0:
        slots[slot] = value
        return slot + 1
    line, place = slot // 12 * 16, slot % 12
    if place == 0:
        slots[line + 12], slots[line + 13], slots[line + 14], slots[line + 15] = 0, 0, 0, 0
    slots[line + place] = value
    slots[line + 12 + (place >> 2)] |= np.uint32(tag << np.uint64((place & 3) * 8))
    return slot + 1


@kernel
def _fill(
    pairs: U64,
    cell_bits: int,
    cap: int,
    row_bits: int,
    slot_bits: int,
    key_shift: int,
    blocks: U64,
    slots: U32,
    lists: U32,
    dense: U64,
) -> tuple[int, int]:
    """Write the blocks, slots and lists of one band from its sorted keys, and mark the rows of buckets over the cap.

    Returns how many slots and list entries were written.
    """
    most, low_bits = (1, np.uint64(5)) if cell_bits == 1 else (3, np.uint64(4))
    low_mask = (np.uint64(1) << low_bits) - np.uint64(1)
    row_mask = (np.uint64(1) << np.uint64(row_bits)) - np.uint64(1)
    slot_mask, slot_shift = (np.uint64(1) << np.uint64(slot_bits)) - np.uint64(1), np.uint64(slot_bits)
    more_mask = (np.uint64(1) << np.uint64(key_shift - slot_bits)) - np.uint64(1)
    shift, extra = np.uint64(key_shift), key_shift - slot_bits
    begin, count = 0, pairs.size
    slot = entry = 0
    block = 0
    word = np.uint64(0)
    while begin < count:
        key = pairs[begin] >> shift
        end = begin + 1
        while end < count and pairs[end] >> shift == key:
            end += 1
        size = end - begin
        while block < np.int64(key >> low_bits):
            blocks[block] = word
            block += 1
            word = np.uint64(slot) << np.uint64(32)
        if size > cap:
            for k in range(begin, end):
                row = pairs[k] & row_mask
                dense[row >> np.uint64(6)] |= np.uint64(1) << (row & np.uint64(63))
        else:
            direct = size if size <= most else most - 1
            for k in range(begin, begin + direct):
                tag = (pairs[k] >> slot_shift) & more_mask
                slot = _put(slots, slot, np.uint32(pairs[k] & slot_mask), tag, extra)
            if size > most:
                slot = _put(slots, slot, np.uint32(0x80000000 | entry), np.uint64(0), extra)
                lists[entry] = np.uint32(size - direct)
                entry += 1
                for k in range(begin + direct, end):
                    lists[entry] = np.uint32(pairs[k] & slot_mask)
                    entry += 1
            word |= np.uint64(min(size, most)) << ((key & low_mask) * np.uint64(cell_bits))
        begin = end
    while block < blocks.size:
        blocks[block] = word
        block += 1
        word = np.uint64(slot) << np.uint64(32)
    return slot, entry


def build_tables(rows: npt.NDArray[np.uint64], plan: BandPlan, cap: int) -> BandTables:
    """Build the tables of a bank.

    Args:
        rows: ``(N, 4) uint64`` reordered codes, N under 2^31.
        plan: The bands.
        cap: The most rows that a bucket may have, beyond eight times its band's average.

    Returns:
        What the search reads; rows marked dense are the caller's to scan.
    """
    count, bands = len(rows), len(plan.widths)
    row_bits = max(1, (count - 1).bit_length())
    dense, pairs = np.zeros(count // 64 + 1, np.uint64), np.empty(count, np.uint64)
    sizes = [1 << (w - block_low_bits(c)) for w, c in zip(plan.widths, plan.cell_bits, strict=True)]
    blocks = np.empty(sum(sizes), np.uint64)
    # The most there can be: memory that is never written is never taken.
    lists = np.empty(count * bands * 3 // 2 + 1, np.uint32)
    extra = [more_bits(count, width) for width in plan.widths]
    slots = aligned((count // LINE_SLOTS + 1) * 16 * bands, np.uint32)
    starts = np.zeros((bands + 1, 7), np.int64)
    for band, width in enumerate(plan.widths):
        after = (band + 1) % bands
        first, next_first = sum(plan.widths[:band]), sum(plan.widths[:after])
        tag = tag_bits(count) + extra[band]
        tag = min(tag, plan.widths[after])  # a tag has no bits of the band after the next
        slot_bits = row_bits + min(tag, tag_bits(count))
        code_rows.pair_keys(rows, first, width, next_first, tag, row_bits, pairs)
        pairs.sort()
        cap_here = min(CAP_MAX, cap + 8 * (count >> width))
        starts[band, :3] = first, width, plan.cell_bits[band]
        starts[band, 6] = row_bits + tag - slot_bits
        block, slot, entry = starts[band, 3:6].tolist()
        part = blocks[block : block + sizes[band]], slots[slot:], lists[entry:]
        used = _fill(pairs, plan.cell_bits[band], cap_here, row_bits, slot_bits, row_bits + tag, *part, dense)
        words = -(-used[0] // LINE_SLOTS) * 16 if starts[band, 6] else -(-used[0] // 16) * 16
        starts[band + 1, 3:6] = block + sizes[band], slot + words, entry + used[1]
    return BandTables(
        blocks=blocks,
        slots=slots[: starts[-1, 4]],
        lists=lists[: starts[-1, 5]],
        plan=plan,
        starts=np.ascontiguousarray(starts[:-1]),
        dense=dense,
        row_bits=row_bits,
        tag_bits=tag_bits(count),
    )


def warm() -> None:
    """Compile or load every kernel of this file."""
    for cell_bits in (1, 2):
        plan = BandPlan(widths=(8,), radii=(0,), cell_bits=(cell_bits,), radius_bits=0, cost_ns=0.0, bytes_per_code=0.0)
        build_tables(np.zeros((1, code_rows.WORDS), np.uint64), plan, 1)
