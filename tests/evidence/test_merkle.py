"""The tree of RFC 9162: against its recursive definition, exhaustively for small sizes, and published roots."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rempart.errors import IntegrityError, MisuseError
from rempart.evidence.merkle import (
    EMPTY_ROOT,
    Frontier,
    MemoryNodes,
    Place,
    consistency_proof,
    inclusion_proof,
    interior_hash,
    leaf_hash,
    root_hash,
    verify_consistency,
    verify_inclusion,
)

#: The eight inputs of the reference tests of Certificate Transparency, and the root after each (RFC 6962's authors).
INPUTS = [
    bytes.fromhex(h)
    for h in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]
ROOTS = (
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)
LARGEST = 40


def leaves(count: int) -> list[bytes]:
    return [f"leaf {number}".encode() for number in range(count)]


def tree(data: list[bytes]) -> MemoryNodes:
    nodes, frontier = MemoryNodes(), Frontier.empty()
    for leaf in data:
        frontier, made = frontier.grown(leaf_hash(leaf))
        nodes.add(made)
    return nodes


def split(count: int) -> int:
    return 1 << ((count - 1).bit_length() - 1)


def defined_root(data: list[bytes]) -> bytes:
    """RFC 9162 §2.1.1, word by word."""
    if not data:
        return hashlib.sha256(b"").digest()
    if len(data) == 1:
        return hashlib.sha256(b"\0" + data[0]).digest()
    k = split(len(data))
    return hashlib.sha256(b"\1" + defined_root(data[:k]) + defined_root(data[k:])).digest()


def defined_path(m: int, data: list[bytes]) -> list[bytes]:
    """RFC 9162 §2.1.3.1, word by word."""
    if len(data) == 1:
        return []
    k = split(len(data))
    if m < k:
        return [*defined_path(m, data[:k]), defined_root(data[k:])]
    return [*defined_path(m - k, data[k:]), defined_root(data[:k])]


def defined_subproof(m: int, data: list[bytes], *, whole: bool) -> list[bytes]:
    """RFC 9162 §2.1.4.1, word by word."""
    if m == len(data):
        return [] if whole else [defined_root(data)]
    k = split(len(data))
    if m <= k:
        return [*defined_subproof(m, data[:k], whole=whole), defined_root(data[k:])]
    return [*defined_subproof(m - k, data[k:], whole=False), defined_root(data[:k])]


@pytest.mark.parametrize("size", range(1, len(ROOTS) + 1))
def test_the_published_roots(size: int) -> None:
    """Those every implementation of Certificate Transparency is tested with."""
    assert root_hash(tree(INPUTS), size).hex() == ROOTS[size - 1]


def test_a_published_consistency_proof() -> None:
    """From six to eight of the same leaves."""
    proof = [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ]

    assert [h.hex() for h in consistency_proof(tree(INPUTS), 6, 8)] == proof


@pytest.mark.parametrize("size", range(LARGEST + 1))
def test_every_root_and_proof_is_as_defined(size: int) -> None:
    """Every leaf of every small tree, every pair of sizes."""
    data, nodes = leaves(size), tree(leaves(LARGEST))
    root = defined_root(data)

    assert root_hash(nodes, size) == root
    for index in range(size):
        proof = inclusion_proof(nodes, index, size)
        assert list(proof) == defined_path(index, data)
        verify_inclusion(leaf_hash(data[index]), index, size, proof, root)
    for old in range(size + 1):
        proof = consistency_proof(nodes, old, size)
        assert list(proof) == (defined_subproof(old, data, whole=True) if old else [])
        verify_consistency(old, size, proof, defined_root(data[:old]), root)


@pytest.mark.parametrize("size", [1, 2, 3, 5, 7, 8, 12, 13])
def test_no_proof_serves_another_leaf_or_place(size: int) -> None:
    """Whatever is claimed but the truth is refused."""
    nodes, data = tree(leaves(LARGEST)), leaves(LARGEST)
    root = root_hash(nodes, size)
    for index in range(size):
        proof = inclusion_proof(nodes, index, size)
        claims = [(leaf, at) for leaf in range(size + 1) for at in range(-1, size + 2) if (leaf, at) != (index, index)]
        for leaf, at in claims:
            with pytest.raises(IntegrityError):
                verify_inclusion(leaf_hash(data[leaf]), at, size, proof, root)


@given(
    old=st.integers(1, LARGEST - 1), more=st.integers(1, LARGEST), which=st.integers(0, 200), bit=st.integers(0, 255)
)
def test_one_changed_bit_is_seen(old: int, more: int, which: int, bit: int) -> None:
    """In a hash of a proof, or in a root."""
    new = min(LARGEST, old + more)
    nodes = tree(leaves(LARGEST))
    hashes = [root_hash(nodes, old), root_hash(nodes, new), *consistency_proof(nodes, old, new)]
    place = which % len(hashes)
    hashes[place] = (int.from_bytes(hashes[place]) ^ (1 << bit)).to_bytes(32)

    with pytest.raises(IntegrityError, match="does not begin"):
        verify_consistency(old, new, hashes[2:], hashes[0], hashes[1])


@pytest.mark.parametrize("old, new, cut", [(3, 7, 1), (4, 8, 1), (6, 8, 2), (1, 2, 1)], ids=str)
def test_a_proof_of_another_length_is_refused(old: int, new: int, cut: int) -> None:
    """Shorter or longer."""
    nodes = tree(leaves(8))
    proof = consistency_proof(nodes, old, new)
    roots = root_hash(nodes, old), root_hash(nodes, new)
    one = inclusion_proof(nodes, old - 1, new)

    for wrong in (proof[:-cut], (*proof, EMPTY_ROOT), ()):
        with pytest.raises(IntegrityError):
            verify_consistency(old, new, wrong, *roots)
    for wrong in (one[:-1], (*one, EMPTY_ROOT)):
        with pytest.raises(IntegrityError):
            verify_inclusion(leaf_hash(leaves(8)[old - 1]), old - 1, new, wrong, roots[1])


@pytest.mark.parametrize("old, new", [(5, 4), (-1, 3), (0, 2**63)])
def test_sizes_that_cannot_be_are_refused(old: int, new: int) -> None:
    """By what proves and by what verifies."""
    with pytest.raises(IntegrityError):
        verify_consistency(old, new, (), EMPTY_ROOT, EMPTY_ROOT)
    with pytest.raises(MisuseError):
        consistency_proof(tree(leaves(5)), old, new)


def test_an_empty_log_has_the_empty_root() -> None:
    """A state before the first entry with any other root never was."""
    with pytest.raises(IntegrityError):
        verify_consistency(0, 3, (), b"\1" * 32, root_hash(tree(leaves(3)), 3))
    with pytest.raises(MisuseError, match="no entry 0"):
        inclusion_proof(MemoryNodes(), 0, 0)


def test_a_leaf_is_no_node() -> None:
    """RFC 9162's prefixes: the data of two hashes is not their parent."""
    left, right = leaf_hash(b"a"), leaf_hash(b"b")

    assert leaf_hash(left + right) != interior_hash(left, right)


def test_a_missing_node_is_named() -> None:
    """A damaged database, not a wrong proof."""
    with pytest.raises(IntegrityError, match="no node 3 on level 0"):
        MemoryNodes().read([Place(0, 3)])


@pytest.mark.parametrize("size", [10, 100, 1_000, 5_000])
def test_reads_grow_with_the_height(size: int) -> None:
    """Not with the number of leaves."""
    nodes = tree(leaves(size))
    high = size.bit_length()

    for index in (0, size // 3, size - 1):
        nodes.reads = 0
        inclusion_proof(nodes, index, size)
        assert nodes.reads <= 2 * high
        nodes.reads = 0
        consistency_proof(nodes, max(1, index), size)
        assert nodes.reads <= 2 * high
    nodes.reads = 0
    Frontier.load(nodes, size)
    assert nodes.reads <= high
