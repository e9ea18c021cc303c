"""Decide how a bank of codes is cut into bands, and how far each band is searched: the exactness rule and its cost.

Two codes at a distance of at most R bits agree within r_i bits in some band i as soon as Σ (r_i + 1) ≥ R + 1 (the
generalised pigeonhole of Norouzi, Punjani and Fleet, "Fast exact search in Hamming space with multi-index hashing",
2014, with bands of unequal width and radius as in Qin et al., "GPH", 2018). r_i = -1 leaves a band out.

The costs are in nanoseconds on the machine of benchmarks/RESULTS.md; only their proportions matter.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

CODE_BITS: Final = 256
#: Banks under this size, or whose tables would not pay, are scanned.
SCAN_MAX: Final = 4096
#: A band's table has at most 2^28 buckets: 64 MiB.
WIDTH_MAX: Final = 28
WIDTH_MIN: Final = 8
BAND_RADIUS_MAX: Final = 4
BANDS_MAX: Final = 32
#: More bits of a tag would reject nothing more.
TAG_BITS_MAX: Final = 16
#: Where a slot has room for fewer bits of a tag than this, eight more are kept in a byte beside it.
TAG_BITS_ENOUGH: Final = 9

_SCAN_NS: Final = 0.16  # one code of a blocked scan
_CODE_BYTES: Final = 32
_SLOT_BYTES: Final = 4
_LIST_NS: Final = 25.0
_MASKS_MAX: Final = 1 << 15  # of a band: beyond, the scan is quicker anyway


@dataclass(frozen=True, slots=True, kw_only=True)
class BandPlan:
    """The bands of a bank."""

    widths: tuple[int, ...]
    """Bits of each band, in the order of the reordered code; their sum is at most 256."""
    radii: tuple[int, ...]
    """How many bits each band may differ by, at the radius that the plan was made for."""
    cell_bits: tuple[int, ...]
    """1: a bucket's cell says whether it is empty; 2: it counts up to three rows."""
    radius_bits: int
    """The radius that the plan was made for."""
    cost_ns: float
    """Expected time of one query on uniform codes."""
    bytes_per_code: float
    """Expected memory: code, identifier and tables."""


def ball(bits: int, radius: int) -> int:
    """Return how many words of ``bits`` bits lie within ``radius`` of one: 1 + bits + bits (bits - 1) / 2 + …."""
    return sum(math.comb(bits, weight) for weight in range(radius + 1))


def block_low_bits(cell_bits: int) -> int:
    """Return how many low bits of a key choose the cell in a block of 32 bits."""
    return 5 if cell_bits == 1 else 4


def table_bytes(width: int, cell_bits: int) -> int:
    """Return the size of a band's blocks: 64 bits for 32 or 16 buckets."""
    return 8 << max(0, width - block_low_bits(cell_bits))


def _load_ns(size: int) -> float:
    """Return the cost of reading one block of a table of this size, many in flight."""
    if size <= 1 << 20:
        return 1.5
    return 2.5 if size <= 1 << 23 else 4.0


def tag_bits(count: int) -> int:
    """Return how many bits of a 32-bit slot the rows leave free."""
    return min(TAG_BITS_MAX, 31 - max(1, (count - 1).bit_length()))


def more_bits(count: int, width: int) -> int:
    """Return how many bits of the tag are in a byte beside the slot: key, tag and row are sorted as one word."""
    row_bits = max(1, (count - 1).bit_length())
    if tag_bits(count) >= TAG_BITS_ENOUGH:
        return 0
    return max(0, min(8, 64 - width - row_bits - tag_bits(count)))


@lru_cache(maxsize=4096)
def _pass_share(bits: int, most: int) -> float:
    """Return the share of tags like chance that differ by at most ``most`` bits."""
    return ball(bits, min(most, bits)) / 2.0**bits


@lru_cache(maxsize=1 << 16)
def band_cost_ns(count: int, width: int, cell_bits: int, radius: int) -> float:
    """Return the expected time that one query spends in one band whose next one is searched about as far."""
    if radius < 0:
        return 0.0
    high = max(0, width - block_low_bits(cell_bits))
    blocks = ball(high, min(radius, high))
    if blocks > _MASKS_MAX:
        return math.inf
    load = count / 2.0**width
    # A bucket with more rows than its cell counts costs one more miss.
    crowded = 1.0 - math.exp(-load) * (1 + load if cell_bits == 1 else 1 + load + load**2 / 2 + load**3 / 6)
    buckets = ball(width, min(radius, width))
    # Most candidates differ by the whole radius.
    passing = _pass_share(tag_bits(count) + more_bits(count, width), radius + 1)
    found = 6.0 * min(buckets * (1 - math.exp(-load)), blocks)
    slot, row = (5.0, 14.0) if count <= 1 << 20 else (7.0, 20.0)
    return (
        40.0
        + blocks * _load_ns(table_bytes(width, cell_bits))
        + found
        + buckets * load * (slot + passing * row)
        + buckets * crowded * _LIST_NS
    )


def _slot_bytes(count: int, width: int, cell_bits: int) -> float:
    """Return the expected bytes per code of a band: blocks, slots and lists, for a uniform bank."""
    load = count / 2.0**width
    most = 1 if cell_bits == 1 else 3
    poisson = [math.exp(-load) * load**k / math.factorial(k) for k in range(most + 1)]
    crowded = 1.0 - sum(poisson)
    listed = load - sum(k * p for k, p in enumerate(poisson))  # rows in crowded buckets, per bucket
    direct = sum(k * p for k, p in enumerate(poisson))
    slots = direct + crowded * most
    words = slots + (listed - crowded * (most - 1)) + crowded + slots / 3 * (more_bits(count, width) > 0)
    return _SLOT_BYTES * words / max(load, 1e-12) + table_bytes(width, cell_bits) / count


@lru_cache(maxsize=1 << 16)
def _best_cell(count: int, width: int, radius: int) -> tuple[float, float, int]:
    """Return the cost, the bytes per code and the cell size of the quicker kind of table."""
    return min((band_cost_ns(count, width, c, radius), _slot_bytes(count, width, c), c) for c in (1, 2))


def scan_cost_ns(count: int) -> float:
    """Return the expected time of one query of a blocked scan."""
    return 100.0 + _SCAN_NS * count


def _splits(bands: int, radius_bits: int) -> tuple[int, int]:
    """Return how many of the bands must be searched one bit further than the others, and how far the others are."""
    share, more = divmod(radius_bits + 1, bands)
    return more, share - 1


@lru_cache(maxsize=256)
def plan_bands(count: int, radius_bits: int, bytes_per_code: float) -> BandPlan | None:
    """Return the quickest bands that fit the memory, or None where a scan is quicker or nothing fits.

    Args:
        count: Codes in the bank.
        radius_bits: The radius that most queries will have.
        bytes_per_code: The most that codes, identifiers and tables may take.
    """
    best: BandPlan | None = None
    if count < SCAN_MAX or not 0 <= radius_bits <= CODE_BITS:
        return None
    limit = scan_cost_ns(count)
    for bands in range(2, BANDS_MAX + 1):
        far, radius = _splits(bands, radius_bits)
        if radius + (far > 0) > BAND_RADIUS_MAX or radius < 0:
            continue
        for wide in range(WIDTH_MIN, WIDTH_MAX + 1):
            rest = CODE_BITS - far * wide
            if rest < (bands - far) * WIDTH_MIN or (far == 0 and wide > WIDTH_MIN):
                break
            top = min(WIDTH_MAX, rest // (bands - far))
            for narrow in range(WIDTH_MIN, top + 1):
                widths = (wide,) * far + (narrow,) * (bands - far)
                radii = (radius + 1,) * far + (radius,) * (bands - far)
                found = _priced(count, widths, radii, radius_bits, far)
                if found.bytes_per_code <= bytes_per_code and found.cost_ns < limit:
                    best, limit = found, found.cost_ns
    return best


def _priced(count: int, widths: tuple[int, ...], radii: tuple[int, ...], radius_bits: int, far: int) -> BandPlan:
    """Return the plan of these bands with its cost; bands are alike before and after ``far``."""
    groups = [(widths[k], radii[k], size) for k, size in ((0, far), (-1, len(widths) - far)) if size]
    # Beside the code: its identifier, whether it is still there, and whether it is scanned.
    cost, size, cells = 0.0, _CODE_BYTES + 8.0 + 1.0 + 1 / 8, []
    for width, radius, times in groups:
        one = _best_cell(count, width, radius)
        cost, size = cost + times * one[0], size + times * one[1]
        cells += [one[2]] * times
    return BandPlan(
        widths=widths,
        radii=radii,
        cell_bits=tuple(cells),
        radius_bits=radius_bits,
        cost_ns=cost,
        bytes_per_code=size,
    )


@lru_cache(maxsize=4096)
def radii_for(plan: BandPlan, count: int, radius_bits: int) -> tuple[tuple[int, ...], float]:
    """Share a radius out between the bands of a plan at the least cost.

    Args:
        plan: The bands as they were built.
        count: Codes in the bank.
        radius_bits: 0..256, any radius, not only the one of the plan.

    Returns:
        The radius of each band (-1: left out), and the expected cost; infinite if no sharing is affordable.
    """
    need = radius_bits + 1
    best: dict[int, tuple[float, tuple[int, ...]]] = {0: (0.0, ())}
    for width, cell_bits in zip(plan.widths, plan.cell_bits, strict=True):
        following: dict[int, tuple[float, tuple[int, ...]]] = {}
        for covered, (cost, radii) in best.items():
            for radius in range(-1, min(BAND_RADIUS_MAX, width) + 1):
                reached = min(need, covered + radius + 1)
                total = cost + band_cost_ns(count, width, cell_bits, radius)
                if total < following.get(reached, (math.inf, ()))[0]:
                    following[reached] = (total, (*radii, radius))
        best = following
    cost, radii = best.get(need, (math.inf, ()))
    return (radii or (-1,) * len(plan.widths)), cost
