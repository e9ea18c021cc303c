"""The scan finds exactly the pairs within the radius."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rempart.kernels import hamming


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32), st.integers(0, 5000), st.integers(1, 9), st.integers(0, 40))
def test_equals_brute_force(seed: int, count: int, queries: int, radius: int) -> None:
    """On codes made near each other, the hits and their distances are those of numpy's own bit count."""
    random = np.random.default_rng(seed)
    centre = random.integers(0, 256, 32, dtype=np.uint8)
    flips = random.random((count + queries, 256)) < 0.05
    codes = centre ^ np.packbits(flips, axis=1)
    bank, asked = codes[:count].reshape(-1, 32), codes[count:]

    found = hamming.find_within(hamming.as_words(bank), hamming.as_words(asked), radius)

    distances = np.bitwise_count(asked[:, np.newaxis] ^ bank[np.newaxis]).sum(axis=2, dtype=np.int64)
    expected = {(q, r): distances[q, r] for q, r in zip(*np.nonzero(distances <= radius), strict=True)}
    assert {(q, r): d for q, r, d in zip(*(c.tolist() for c in found), strict=True)} == expected


def test_room_grows_with_the_hits() -> None:
    """A bank of identical codes gives every one of them."""
    words = hamming.as_words(np.full((10_000, 32), 7, np.uint8))

    query, row, distance = hamming.find_within(words, words[:, :2], 0)

    assert len(query) == 20_000
    assert set(row.tolist()) == set(range(10_000))
    assert not distance.any()


def test_only_the_columns_in_use_count() -> None:
    """What lies beyond ``size`` is not searched."""
    words = hamming.as_words(np.zeros((8, 32), np.uint8))

    assert len(hamming.find_within(words, words[:, :1], 0, size=3)[0]) == 3


def test_refuses_what_is_not_codes() -> None:
    """Rows of another length are an error."""
    with pytest.raises(ValueError, match=r"\(N, 32\) uint8"):
        hamming.as_words(np.zeros((2, 31), np.uint8))
