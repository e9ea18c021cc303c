"""Buckets find nearly every code within the radius, nothing beyond it, and nothing twice."""

from __future__ import annotations

import time

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rempart.kernels import code_buckets
from rempart.kernels.code_buckets import _BAND_BITS, BANDS, build, near
from rempart.kernels.code_rows import plain_order

U8 = npt.NDArray[np.uint8]


def codes_of(count: int, seed: int = 1) -> U8:
    """Return codes that are far from each other."""
    return np.random.default_rng(seed).integers(0, 256, (count, 32), dtype=np.uint8)


def changed(codes: U8, bits: int, seed: int = 2) -> U8:
    """Change that many bits of each code."""
    random = np.random.default_rng(seed)
    change = np.zeros((len(codes), 256), np.uint8)
    for row in change:
        row[random.permutation(256)[:bits]] = 1
    return codes ^ np.packbits(change, axis=1)


def pairs(codes: U8, queries: U8, radius: int) -> dict[tuple[int, int], int]:
    """Search; a pair that comes twice is an error."""
    query, row, distance = near(build(codes), queries, radius)
    found = list(zip(query.tolist(), row.tolist(), strict=True))
    assert len(set(found)) == len(found)
    return dict(zip(found, distance.tolist(), strict=True))


@pytest.mark.parametrize("bands", [1, 3, BANDS - 1])
def test_codes_that_share_some_bits_do_not_hide_each_other(bands: int) -> None:
    """Borders give thousands of pictures the same bits in places: each is found by the rest of its code.

    A bucket that overflows must not speak for the codes that it leaves out.
    """
    bits = np.random.default_rng(1).integers(0, 2, (3000, 256), dtype=np.uint8)
    bits[:, plain_order()[: bands * _BAND_BITS]] = 0
    codes = np.packbits(bits, axis=1)

    found = pairs(codes, codes, 0)

    assert set(found) == {(k, k) for k in range(3000)}


def test_one_code_many_times_is_found_some_times_and_soon() -> None:
    """A fence: what a bucket holds is bounded, and so is the time."""
    codes = np.concatenate([np.tile(codes_of(1), (20_000, 1)), codes_of(1000, 5)])
    started = time.process_time()

    found = pairs(codes, np.concatenate([codes[:500], codes[20_000:20_010]]), 24)

    assert time.process_time() - started < 20
    assert {(q, 19_500 + q) for q in range(500, 510)} <= set(found)
    assert all(any((q, r) in found for r in range(64)) for q in range(500))


@pytest.mark.parametrize("count, queries", [(0, 3), (3, 0), (0, 0), (1, 1)])
def test_few_codes_are_no_trouble(count: int, queries: int) -> None:
    """None, or one."""
    assert set(pairs(codes_of(count), codes_of(queries), 0)) == {(k, k) for k in range(min(count, queries))}


@pytest.mark.parametrize("bits, share", [(0, 1.0), (8, 0.99), (16, 0.95), (24, 0.75)])
def test_nearly_all_within_the_radius_are_found(bits: int, share: float) -> None:
    """The docstring's figures, with room for chance."""
    codes = codes_of(2000)

    found = pairs(codes, changed(codes, bits), 24)

    assert sum(found.get((k, k)) == bits for k in range(2000)) >= share * 2000


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 1000), st.integers(1, 300), st.integers(0, 60), st.integers(0, 256))
def test_nothing_else_is_found(seed: int, count: int, bits: int, radius: int) -> None:
    """Every distance is true and within the radius; of clustered codes too."""
    codes = np.concatenate([codes_of(count, seed), changed(codes_of(count, seed), bits, seed)])
    queries = codes[::3]

    for (query, row), distance in pairs(codes, queries, radius).items():
        assert distance == np.bitwise_count(queries[query] ^ codes[row]).sum() <= radius


def test_it_can_be_warmed() -> None:
    """And compiles nothing for codes that cannot be written."""
    code_buckets.warm()
    before = len(code_buckets._search.signatures)  # type: ignore[attr-defined]  # numba's dispatcher
    fixed = codes_of(9)
    fixed.flags.writeable = False

    near(build(fixed), fixed[::2], 5)

    assert len(code_buckets._search.signatures) == before  # type: ignore[attr-defined]  # as above
