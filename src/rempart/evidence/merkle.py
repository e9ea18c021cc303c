"""The tree over a log's leaves: RFC 9162 §2.1, with stored nodes, so that adding and proving read O(log n) of them.

What is stored are the nodes over complete subtrees alone: ``(level, index)`` covers the leaves from
``index * 2**level`` to ``(index + 1) * 2**level``. They never change, which is why a table that is only added to can
hold them.

>>> nodes = MemoryNodes()
>>> frontier = Frontier.empty()
>>> for leaf in (b"one", b"two", b"three"):
...     frontier, made = frontier.grown(leaf_hash(leaf))
...     nodes.add(made)
>>> root = root_hash(nodes, 3)
>>> verify_inclusion(leaf_hash(b"two"), 1, 3, inclusion_proof(nodes, 1, 3), root)
>>> verify_consistency(2, 3, consistency_proof(nodes, 2, 3), root_hash(nodes, 2), root)
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Final, NoReturn, Protocol

from rempart.errors import IntegrityError, MisuseError

HASH_BYTES: Final = 32
#: RFC 9162 §2.1.1: the hash of an empty list is the hash of an empty string.
EMPTY_ROOT: Final = hashlib.sha256(b"").digest()
#: C2SP tlog-witness: no proof has more lines; no tree has more leaves than a signed 64-bit number counts.
PROOF_HASHES_MAX: Final = 63
SIZE_MAX: Final = 2**63 - 1


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where a node is: over which complete subtree."""

    level: int
    """How many levels above the leaves."""
    index: int
    """How many nodes of its level are to its left."""


class NodeStore(Protocol):
    """Where the nodes are."""

    def read(self, places: Sequence[Place]) -> Mapping[Place, bytes]:
        """Return the nodes at some places, in one go.

        Raises:
            IntegrityError: one is not there.
        """


class MemoryNodes:
    """Nodes in memory: for a tree that is checked once, and for tests."""

    def __init__(self) -> None:
        """Hold none."""
        self._nodes: dict[Place, bytes] = {}
        self.reads = 0

    def add(self, made: Iterable[tuple[Place, bytes]]) -> None:
        """Keep nodes."""
        self._nodes.update(made)

    def read(self, places: Sequence[Place]) -> Mapping[Place, bytes]:
        """Return the nodes at some places.

        Raises:
            IntegrityError: one is not there.
        """
        self.reads += len(places)
        try:
            return {place: self._nodes[place] for place in places}
        except KeyError as error:
            raise missing_node(error.args[0]) from error


def missing_node(place: Place) -> IntegrityError:
    """Return what to raise where a node is not."""
    message = f"the log has no node {place.index} on level {place.level}"
    return IntegrityError(message, advice="The database is damaged: restore a backup, then ask the witnesses.")


def leaf_hash(leaf: bytes) -> bytes:
    """Return the hash of a leaf's data (RFC 9162 §2.1.1)."""
    return hashlib.sha256(b"\x00" + leaf).digest()


def interior_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of a node with two children (RFC 9162 §2.1.1)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Frontier:
    """The right edge of a tree: all that is needed to add to it."""

    size: int
    """How many leaves."""
    peaks: tuple[bytes, ...]
    """The roots of the complete subtrees that make it up, the largest first: one for each set bit of the size."""

    @classmethod
    def empty(cls) -> Frontier:
        """Return the edge of a tree without leaves."""
        return cls(size=0, peaks=())

    @classmethod
    def load(cls, nodes: NodeStore, size: int) -> Frontier:
        """Return the edge of a stored tree; one read of O(log n) nodes."""
        places = _peaks(0, size)
        found = nodes.read(places)
        return cls(size=size, peaks=tuple(found[place] for place in places))

    def grown(self, leaf: bytes) -> tuple[Frontier, list[tuple[Place, bytes]]]:
        """Return the edge with one leaf more, and the nodes that became complete with it.

        Args:
            leaf: The hash of the leaf, 32 bytes.
        """
        peaks, level, node = list(self.peaks), 0, leaf
        made = [(Place(0, self.size), leaf)]
        while (self.size >> level) & 1:
            node = interior_hash(peaks.pop(), node)
            level += 1
            made.append((Place(level, self.size >> level), node))
        return Frontier(size=self.size + 1, peaks=(*peaks, node)), made

    @property
    def root(self) -> bytes:
        """Return the hash of the whole tree."""
        return _folded(self.peaks)


def root_hash(nodes: NodeStore, size: int) -> bytes:
    """Return the hash of the tree as it was with its first ``size`` leaves."""
    return Frontier.load(nodes, size).root


def inclusion_proof(nodes: NodeStore, index: int, size: int) -> tuple[bytes, ...]:
    """Return the proof that a leaf is in the tree of some size (RFC 9162 §2.1.3.1), from the leaf's sibling upwards.

    Raises:
        MisuseError: that tree has no such leaf.
    """
    if not 0 <= index < size <= SIZE_MAX:
        message = f"a log of {size} entries has no entry {index}"
        raise MisuseError(message, advice="The first entry is 0.")
    ranges: list[tuple[int, int]] = []
    low, high = 0, size
    while high - low > 1:
        middle = low + _split(high - low)
        if index < middle:
            ranges.append((middle, high))
            high = middle
        else:
            ranges.append((low, middle))
            low = middle
    return _hashes(nodes, ranges[::-1])


def consistency_proof(nodes: NodeStore, old: int, new: int) -> tuple[bytes, ...]:
    """Return the proof that a tree begins with an older one (RFC 9162 §2.1.4.1); empty if one is empty or both equal.

    Raises:
        MisuseError: the older one is larger.
    """
    if not 0 <= old <= new <= SIZE_MAX:
        message = f"a log of {new} entries has no older state of {old} entries"
        raise MisuseError(message, advice="Name the smaller size first.")
    if old in {0, new}:
        return ()
    ranges: list[tuple[int, int]] = []
    low, high = 0, new
    while old != high:
        middle = low + _split(high - low)
        if old <= middle:
            ranges.append((middle, high))
            high = middle
        else:
            ranges.append((low, middle))
            low = middle
    if low:
        ranges.append((low, high))
    return _hashes(nodes, ranges[::-1])


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> None:
    """Make sure that a leaf is in a tree (RFC 9162 §2.1.3.2).

    Args:
        leaf: The hash of the leaf.
        index: Its number, from 0.
        size: How many leaves the tree has.
        proof: The hashes from its sibling upwards.
        root: The hash of the tree.

    Raises:
        IntegrityError: it is not, or not there.
    """
    if not 0 <= index < size <= SIZE_MAX:
        _refuse(f"a log of {size} entries has no entry {index}")
    first, last, found = index, size - 1, leaf
    for other in proof:
        if last == 0:
            _refuse("the proof is longer than the tree is high")
        if first & 1 or first == last:
            found = interior_hash(other, found)
            while not first & 1 and first:
                first, last = first >> 1, last >> 1
        else:
            found = interior_hash(found, other)
        first, last = first >> 1, last >> 1
    if last:
        _refuse("the proof is shorter than the tree is high")
    if found != root:
        _refuse(f"entry {index} is not in the log that was signed")


def verify_consistency(old: int, new: int, proof: Sequence[bytes], old_root: bytes, new_root: bytes) -> None:
    """Make sure that a tree begins with an older one (RFC 9162 §2.1.4.2).

    Raises:
        IntegrityError: it does not: something that was logged was changed or removed.
    """
    if not 0 <= old <= new <= SIZE_MAX:
        _refuse(f"a log of {new} entries has no older state of {old} entries")
    if old in {0, new}:
        # C2SP tlog-witness: nothing needs proving of an empty log, and equal sizes have equal roots.
        if proof or old_root != (new_root if old else EMPTY_ROOT) or (new == 0 and new_root != EMPTY_ROOT):
            _refuse(f"the log of {new} entries does not begin with that of {old}")
        return
    found_old, found_new = _both_roots(old, new, [old_root, *proof] if old & (old - 1) == 0 else proof)
    if found_old != old_root or found_new != new_root:
        _refuse(f"the log of {new} entries does not begin with that of {old}")


def _both_roots(old: int, new: int, path: Sequence[bytes]) -> tuple[bytes, bytes]:
    """Return the roots of both trees that a path leads to (RFC 9162 §2.1.4.2, from its third step on)."""
    if not path:
        _refuse("the proof is empty")
    first, last = old - 1, new - 1
    while first & 1:
        first, last = first >> 1, last >> 1
    found_old = found_new = path[0]
    for other in path[1:]:
        if last == 0:
            _refuse("the proof is longer than the tree is high")
        if first & 1 or first == last:
            found_old, found_new = interior_hash(other, found_old), interior_hash(other, found_new)
            while not first & 1 and first:
                first, last = first >> 1, last >> 1
        else:
            found_new = interior_hash(found_new, other)
        first, last = first >> 1, last >> 1
    if last:
        _refuse("the proof is shorter than the tree is high")
    return found_old, found_new


def _refuse(message: str) -> NoReturn:
    raise IntegrityError(message, advice="The proof, or the log, is not what was signed.")


def _split(count: int) -> int:
    """Return the largest power of two below a count of two or more (RFC 9162 §2.1.1)."""
    return 1 << ((count - 1).bit_length() - 1)


def _peaks(low: int, high: int) -> list[Place]:
    """Return the complete subtrees that make up a range of leaves of which the first is where a subtree begins."""
    places = []
    while low < high:
        level = (high - low).bit_length() - 1
        places.append(Place(level, low >> level))
        low += 1 << level
    return places


def _folded(peaks: Sequence[bytes]) -> bytes:
    """Return the hash of a range from the complete subtrees that make it up."""
    if not peaks:
        return EMPTY_ROOT
    return reduce(lambda right, left: interior_hash(left, right), reversed(peaks[:-1]), peaks[-1])


def _hashes(nodes: NodeStore, ranges: Sequence[tuple[int, int]]) -> tuple[bytes, ...]:
    """Return the hash of each range; one read. At most one range is not a complete subtree: O(log n) nodes."""
    parts = [_peaks(low, high) for low, high in ranges]
    found = nodes.read([place for part in parts for place in part])
    return tuple(_folded([found[place] for place in part]) for part in parts)
