"""The binary index finds exactly what brute force finds, whatever was added and removed."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rempart.detect import index as index_module
from rempart.detect.index import BinaryIndex
from rempart.detect.index_parts import Hits

Codes = npt.NDArray[np.uint8]


def made(kind: str, count: int, random: np.random.Generator) -> Codes:
    """Return codes like chance, near a few centres, or nearly all the same."""
    if kind == "uniform":
        return random.integers(0, 256, (count, 32), dtype=np.uint8)
    centres = random.integers(0, 256, (5 if kind == "clustered" else 1, 32), dtype=np.uint8)
    flips = random.random((count, 256)) < (0.06 if kind == "clustered" else 0.004)
    chosen: Codes = centres[random.integers(0, len(centres), count)] ^ np.packbits(flips, axis=1)
    return chosen


def brute(codes: Codes, ids: npt.NDArray[np.int64], queries: Codes, radius: int) -> list[tuple[int, int, int]]:
    """Return (query, distance, item) of every pair within the radius, sorted."""
    distances = np.bitwise_count(queries[:, np.newaxis] ^ codes[np.newaxis]).sum(axis=2, dtype=np.int64)
    return sorted(
        (int(q), int(distances[q, r]), int(ids[r])) for q, r in zip(*np.nonzero(distances <= radius), strict=True)
    )


def as_list(hits: Hits) -> list[tuple[int, int, int]]:
    """Return (query, distance, item) in the order of the answer."""
    return list(zip(hits.query.tolist(), hits.distance_bits.tolist(), hits.item.tolist(), strict=True))


@settings(max_examples=25, deadline=None)
@given(
    st.integers(0, 2**32),
    st.sampled_from(["uniform", "clustered", "constant"]),
    st.sampled_from([0, 1, 2, 300, 5000]),
    st.sampled_from([0, 1, 20, 31, 45, 64, 256]),
)
def test_equals_brute_force(seed: int, kind: str, count: int, radius: int) -> None:
    """Same pairs, same distances, sorted by query, distance and item."""
    random = np.random.default_rng(seed)
    codes, ids = made(kind, count, random), random.permutation(count).astype(np.int64) - 5
    queries = np.concatenate([codes[:3] ^ np.uint8(16), made(kind, 3, random)])
    index = BinaryIndex.from_bits(codes, ids)

    assert as_list(index.search(queries, radius)) == brute(codes, ids, queries, radius)


@settings(max_examples=15, deadline=None)
@given(st.data())
def test_adding_and_removing_keep_it_exact(data: st.DataObject) -> None:
    """Any interleaving, with the levels made small so that all of them are passed through."""
    random = np.random.default_rng(data.draw(st.integers(0, 2**32)))
    codes = made("clustered", 600, random)
    held: dict[int, Codes] = {k: codes[k] for k in range(200)}
    index = BinaryIndex.from_bits(codes[:200], np.arange(200))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(index_module, "WAITING_MAX", 16)
        for _ in range(data.draw(st.integers(1, 8))):
            if data.draw(st.booleans()):
                new = [k for k in random.integers(0, 600, 30).tolist() if k not in held]
                new = sorted(set(new), key=new.index)
                held |= {k: codes[k] for k in new}
                index.add(codes[new].reshape(-1, 32), np.array(new, np.int64))
            else:
                gone = random.integers(0, 600, 40)
                assert index.remove(gone) == len({k for k in gone.tolist() if k in held})
                held = {k: v for k, v in held.items() if k not in set(gone.tolist())}
            there = np.array([*held.values()], np.uint8).reshape(-1, 32)
            assert len(index) == len(held)
            assert as_list(index.search(codes[:5], 31)) == brute(there, np.array([*held], np.int64), codes[:5], 31)


def test_the_nearest_are_the_nearest() -> None:
    """Ties go to the smallest id; fewer codes than asked for are all given."""
    random = np.random.default_rng(5)
    codes = np.concatenate([made("clustered", 400, random), made("uniform", 100, random)])
    index = BinaryIndex.from_bits(codes, np.arange(500))
    queries = np.concatenate([codes[:4], made("uniform", 2, random)])

    everything = brute(codes, np.arange(500), queries, 256)
    expected = [hit for q in range(6) for hit in [h for h in everything if h[0] == q][:7]]
    assert as_list(index.knn(queries, 7)) == expected
    assert len(index.knn(queries, 1000).item) == 6 * 500


def test_threads_change_nothing() -> None:
    """The queries are shared out and the answers put back in order."""
    random = np.random.default_rng(6)
    codes = made("clustered", 3000, random)
    index = BinaryIndex.from_bits(codes, np.arange(3000))

    assert as_list(index.search(codes[:100], 31, threads=3)) == as_list(index.search(codes[:100], 31))


def test_unknown_ids_do_not_count_as_removed() -> None:
    """An id that falls beside a known one once counted twice."""
    codes = np.eye(3, 32, dtype=np.uint8)
    index = BinaryIndex.from_bits(codes, np.array([10, 20, 30]))

    assert index.remove(np.array([2, 10, 15, 40])) == 1
    assert len(index) == 2


@pytest.mark.parametrize("bits, ids", [((2, 31), 2), ((2, 32), 3), ((32,), 1)])
def test_refuses_what_does_not_fit(bits: tuple[int, ...], ids: int) -> None:
    """Wrong shapes are an error."""
    with pytest.raises(ValueError, match="codes"):
        BinaryIndex.from_bits(np.zeros(bits, np.uint8), np.arange(ids))


def test_refuses_an_id_given_twice() -> None:
    """Within one call, or when it is already there; what was removed can come back."""
    codes = np.zeros((2, 32), np.uint8)
    with pytest.raises(ValueError, match="id 4 is given twice"):
        BinaryIndex.from_bits(codes, np.array([4, 4]))
    index = BinaryIndex.from_bits(codes, np.array([4, 5]))
    with pytest.raises(ValueError, match="id 5 is already"):
        index.add(codes[:1], np.array([5]))
    index.remove(np.array([5]))
    index.add(codes[:1], np.array([5]))

    assert index.search(codes[:1], 0).item.tolist() == [4, 5]


@pytest.mark.parametrize("radius", [-1, 257])
def test_refuses_a_radius_that_means_nothing(radius: int) -> None:
    """0 to 256 bits."""
    index = BinaryIndex.from_bits(np.zeros((1, 32), np.uint8), np.arange(1))

    with pytest.raises(ValueError, match="radius"):
        index.search(np.zeros((1, 32), np.uint8), radius)


def test_refuses_ids_of_another_type() -> None:
    """int64 only, so that nothing is rounded."""
    with pytest.raises(ValueError, match="int64"):
        BinaryIndex.from_bits(np.zeros((1, 32), np.uint8), np.zeros(1, np.float64))
