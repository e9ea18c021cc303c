"""The multi-index finds exactly the pairs within the radius, from uniform codes to identical ones."""

from __future__ import annotations

import dataclasses

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rempart.kernels import band_search, band_tables
from rempart.kernels.band_plan import BandPlan, plan_bands, radii_for
from rempart.kernels.code_rows import BitOrder, choose_order
from rempart.kernels.multi_index import MultiIndex

Pairs = set[tuple[int, int, int]]

#: Bands as a bank of millions would have them, in small: unequal, of both kinds of cell, and across word borders.
SMALL = BandPlan(
    widths=(14, 13, 12, 12, *(11,) * 9),
    radii=(2, 2, 2, 2, 2, 2, *(1,) * 7),
    cell_bits=(1, 2, 1, 2, *(1, 2, 1, 2, 1, 2, 1, 2, 1)),
    radius_bits=31,
    cost_ns=0.0,
    bytes_per_code=0.0,
)


def codes_of(seed: int, kind: str, count: int) -> npt.NDArray[np.uint8]:
    """Return codes like chance, near one of a few centres, or of one centre."""
    random = np.random.default_rng(seed)
    rate = {"uniform": 0.5, "clustered": 0.05, "constant": 0.002}[kind]
    centres = random.integers(0, 256, (4 if kind == "clustered" else 1, 32), dtype=np.uint8)
    flips = np.packbits(random.random((count, 256)) < rate, axis=1)
    found: npt.NDArray[np.uint8] = centres[random.integers(0, len(centres), count)] ^ flips
    return found


def brute(codes: npt.NDArray[np.uint8], queries: npt.NDArray[np.uint8], radius: int) -> Pairs:
    """Compare everything."""
    distances = np.bitwise_count(queries[:, np.newaxis] ^ codes[np.newaxis]).sum(axis=2, dtype=np.int64)
    return {(int(q), int(r), int(distances[q, r])) for q, r in zip(*np.nonzero(distances <= radius), strict=True)}


@settings(max_examples=40, deadline=None)
@given(
    st.integers(0, 2**32),
    st.sampled_from(["uniform", "clustered", "constant"]),
    st.integers(1, 3000),
    st.integers(0, 40),
    st.sampled_from([1, 4, 64, 4096]),
    st.sampled_from([0, 8]),
)
def test_the_tables_equal_brute_force(seed: int, kind: str, count: int, radius: int, cap: int, extra: int) -> None:
    """With every cap, and tags split as in large banks: what is not reported is marked dense, nothing comes twice."""
    codes = codes_of(seed, kind, count + 4)
    order = BitOrder(choose_order(codes, 13))
    rows, queries = order.apply(codes[4:]), order.apply(codes[:4])
    with pytest.MonkeyPatch.context() as patch:
        if extra:
            patch.setattr(band_tables, "tag_bits", lambda _: 3)
            patch.setattr(band_tables, "more_bits", lambda *_: extra)
        tables = band_tables.build_tables(rows, SMALL, cap)
    radii, _ = radii_for(SMALL, count, radius)

    query, row, distance = band_search.search_tables(
        rows, tables, band_search.probes_of(tables, radii), queries, radius
    )

    found = list(zip(query.tolist(), row.tolist(), distance.tolist(), strict=True))
    dense = set(tables.dense_rows.tolist())
    assert len(found) == len(set(found))
    assert set(found) == {pair for pair in brute(codes[4:], codes[:4], radius) if pair[1] not in dense}


@pytest.mark.parametrize("kind", ["uniform", "clustered", "constant"])
@pytest.mark.parametrize("radius", [0, 12, 31, 64, 256])
def test_the_whole_equals_brute_force(kind: str, radius: int) -> None:
    """At a size where tables are built, whatever the radius asked for afterwards."""
    codes = codes_of(radius, kind, 40_000)
    order = BitOrder(choose_order(codes, 12))
    index = MultiIndex(order.apply(codes), radius_bits=31, bytes_per_code=140)

    found = index.find_within(order.apply(codes[:3]), radius)

    assert set(zip(*(c.tolist() for c in found), strict=True)) == brute(codes, codes[:3], radius)
    assert len(set(zip(*(c.tolist() for c in found[:2]), strict=True))) == len(found[0])


@given(st.integers(0, 256), st.integers(1, 10**8))
@settings(max_examples=60, deadline=None)
def test_a_radius_is_shared_out_so_that_nothing_can_be_missed(radius: int, count: int) -> None:
    """Σ (r_i + 1) ≥ R + 1, or the cost says that it cannot be done."""
    radii, cost = radii_for(SMALL, count, radius)

    assert cost == float("inf") or sum(r + 1 for r in radii) >= radius + 1


@pytest.mark.parametrize("count", [100_000, 1_000_000, 10_000_000, 50_000_000])
@pytest.mark.parametrize("budget", [90, 100, 125, 140])
def test_a_plan_keeps_to_its_memory_and_covers_its_radius(count: int, budget: int) -> None:
    """And its bands fit into the code."""
    plan = plan_bands(count, 31, budget)

    if plan is not None:
        assert plan.bytes_per_code <= budget
        assert sum(plan.widths) <= 256
        assert sum(r + 1 for r in plan.radii) >= 32


def test_more_memory_is_never_slower() -> None:
    """By the plan's own reckoning."""
    costs = [plan.cost_ns for budget in range(80, 200, 5) if (plan := plan_bands(10**6, 31, budget)) is not None]

    assert costs == sorted(costs, reverse=True)


def test_memory_is_what_the_plan_said() -> None:
    """Within a twentieth, on codes like chance."""
    codes = codes_of(3, "uniform", 200_000)
    order = BitOrder(choose_order(codes, 12))
    index = MultiIndex(order.apply(codes), radius_bits=31, bytes_per_code=140)

    assert index.plan is not None
    assert index.nbytes / len(codes) + 8 < index.plan.bytes_per_code * 1.05


def test_an_order_can_be_undone() -> None:
    """The codes that were given come back."""
    codes = codes_of(4, "clustered", 50)
    order = BitOrder(choose_order(codes, 11))

    assert np.array_equal(order.undo(order.apply(codes)), codes)


def test_refuses_an_order_that_is_none() -> None:
    """Every bit once."""
    with pytest.raises(ValueError, match="permutation"):
        BitOrder(np.zeros(256, np.int64))


def test_skewed_bits_are_shared_between_the_bands() -> None:
    """Constant bits side by side do not all fall into one band."""
    codes = codes_of(5, "uniform", 2000)
    codes[:, :6] = 0
    order = choose_order(codes, 12)

    share = [int((part < 48).sum()) for part in np.array_split(order, 12)]
    assert max(share) <= 5


def test_the_plan_is_a_plain_value() -> None:
    """Frozen, so that it can be a key."""
    assert hash(dataclasses.replace(SMALL)) == hash(SMALL)
