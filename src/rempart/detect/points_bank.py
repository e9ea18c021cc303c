"""Coded places of many assets, and the search for assets that several places of a suspect point to.

Philbin et al., "Object retrieval with large vocabularies and fast spatial matching", CVPR 2007, with exact search in
the place of a vocabulary: (1) nearly every code within the radius; (2) a code that many assets share counts less; (3)
places vote for a pose of the asset, and only those that agree count.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from rempart.kernels import code_buckets, votes
from rempart.kernels.variants import INVERTED, MIRRORED
from rempart.model import CodedPoints
from rempart.model.fingerprint import CODE_BYTES

F32 = npt.NDArray[np.float32]
I64 = npt.NDArray[np.int64]

#: Pairs of one asset, whatever they say, before their poses are compared.
_PAIRS_MIN: Final = 2
#: Places of an inverted suspect that are looked up: few copies are, and the coarsest places come first.
INVERTED_MOST: Final = 250
#: A part is built again with new places unless it has this many times as many.
_MERGED_BELOW: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Vote:
    """What a suspect's places say of one asset."""

    asset: int
    """Its number."""
    variant: int
    """How the suspect's codes were made: 0, mirrored, inverted."""
    weight: float
    """Sum of what the agreeing pairs count, each 1 at most."""
    count: int
    """How many pairs agree."""
    distance_bits: int
    """Median of their distances."""
    pose: npt.NDArray[np.float64]
    """``(3, 3)``: from the asset's plane to the suspect's, in fractions of their sides."""


class PointsBank:
    """Places of one version, of assets that are known by a number."""

    def __init__(self, *, version: str, radius_bits: int, mirror_turn: float, inverted_turn: float) -> None:
        """Make an empty bank.

        Args:
            version: Of the places that it takes.
            radius_bits: Codes this far apart, or closer, are a pair.
            mirror_turn: Degrees: a place of direction ``a`` has ``mirror_turn - a`` in a mirrored picture.
            inverted_turn: Degrees: a place of direction ``a`` has ``a + inverted_turn`` in an inverted picture.
        """
        self._version = version
        self._radius_bits = radius_bits
        self._mirror_turn = mirror_turn
        self._inverted_turn = inverted_turn
        self._parts: list[_Part] = []
        self._waiting: list[npt.NDArray[np.uint8]] = []
        self._owners: npt.NDArray[np.int32] = np.empty(0, np.int32)
        self._points: F32 = np.empty((0, 4), np.float32)
        self._used = 0
        self._planes: dict[int, tuple[int, int]] = {}

    def __len__(self) -> int:
        """Return how many places are known."""
        return self._used

    def add(self, asset: int, places: CodedPoints) -> None:
        """Learn the places of an asset; those of another version are not comparable, and refused.

        Raises:
            ValueError: another version.
        """
        if places.version != self._version:
            message = f"places of version {self._version} are compared here, not {places.version}"
            raise ValueError(message)
        count = len(places)
        points, codes = arrays_of(places)
        self._grow(count)
        rows = slice(self._used, self._used + count)
        self._owners[rows], self._points[rows] = asset, points
        self._planes[asset] = (places.width, places.height)
        self._waiting.append(codes[0])
        self._used += count

    def vote(self, suspect: CodedPoints, *, most: int, variants: range | None = None) -> list[Vote]:
        """Return the assets that most places of a suspect agree on, the best first.

        Args:
            suspect: Places of the suspect.
            most: How many assets at most.
            variants: Which variants of the suspect's codes are looked up; all by default.
        """
        parts = self._up_to_date()
        if not parts or not len(suspect):
            return []
        points, codes = arrays_of(suspect)
        asked = variants if variants is not None else range(len(codes))
        counts = [min(len(suspect), INVERTED_MOST) if v & INVERTED else len(suspect) for v in asked]
        rows = np.concatenate([codes[v, :count] for v, count in zip(asked, counts, strict=True)])
        found = [code_buckets.near(part.buckets, rows, self._radius_bits) for part in parts]
        query = np.concatenate([f[0] for f in found])
        if not len(query):
            return []
        item = np.concatenate([f[1] + part.first for f, part in zip(found, parts, strict=True)])
        apart = np.concatenate([f[2] for f in found])
        variant = np.repeat(np.array(asked, np.int64), counts)[query]
        place = np.concatenate([np.arange(count) for count in counts])[query]
        pairs = _Pairs(self._owners[item].astype(np.int64), variant, place, item, apart)
        return self._judged(pairs.each_place_once(), points, suspect, most)

    def _judged(self, pairs: _Pairs, points: F32, suspect: CodedPoints, most: int) -> list[Vote]:
        """Compare the poses that pairs of one asset and variant imply."""
        pairs = pairs.in_groups(_PAIRS_MIN)
        if not len(pairs.owner):
            return []
        seen = points[pairs.place].copy()
        mirrored = (pairs.variant & MIRRORED) > 0
        seen[mirrored, 0] = suspect.width - 1 - seen[mirrored, 0]
        seen[mirrored, 3] = self._mirror_turn - seen[mirrored, 3]
        seen[(pairs.variant & INVERTED) > 0, 3] += self._inverted_turn
        starts = pairs.starts()
        known = self._points[pairs.item]
        agrees, total = votes.judge(starts, seen, known, pairs.weight())
        best = np.argsort(-total, kind="stable")[: 2 * most]
        found: dict[int, Vote] = {}
        for group in best.tolist():
            rows = np.arange(starts[group], starts[group + 1])[agrees[starts[group] : starts[group + 1]]]
            owner = int(pairs.owner[rows[0]]) if len(rows) else -1
            if owner < 0 or owner in found or len(rows) < _PAIRS_MIN:
                continue
            variant = int(pairs.variant[rows[0]])
            pose = self._pose(votes.similarity(known[rows, :2], seen[rows, :2]), owner, suspect, variant)
            bits = int(np.median(pairs.distance_bits[rows]))
            found[owner] = Vote(
                asset=owner, variant=variant, weight=float(total[group]), count=len(rows), distance_bits=bits, pose=pose
            )
        return list(found.values())[:most]

    def _pose(
        self, pose: npt.NDArray[np.float64], owner: int, suspect: CodedPoints, variant: int
    ) -> npt.NDArray[np.float64]:
        """Bring a pose back to the suspect as it is, in fractions of both planes' sides."""
        if variant & MIRRORED:
            pose = np.array([[-1.0, 0.0, suspect.width - 1.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]) @ pose
        width, height = self._planes[owner]
        return np.diag([1 / suspect.width, 1 / suspect.height, 1.0]) @ pose @ np.diag([width, height, 1.0])

    def _grow(self, count: int) -> None:
        needed = self._used + count
        if needed > len(self._owners):
            room = max(needed, 2 * len(self._owners), 4096) - len(self._owners)
            self._owners = np.concatenate([self._owners, np.empty(room, np.int32)])
            self._points = np.concatenate([self._points, np.empty((room, 4), np.float32)])

    def _up_to_date(self) -> list[_Part]:
        """Put what was added into buckets; a part is built again with those after it that are not much smaller."""
        if self._waiting:
            codes = np.concatenate(self._waiting)
            first = self._used - len(codes)
            self._waiting = []
            while self._parts and len(self._parts[-1].codes) < _MERGED_BELOW * len(codes):
                last = self._parts.pop()
                codes, first = np.concatenate([last.codes, codes]), last.first
            if len(codes):
                self._parts.append(_Part(first, codes, code_buckets.build(codes)))
        return self._parts


@dataclass(frozen=True, slots=True)
class _Part:
    """Places that were learned one after the other."""

    first: int
    codes: npt.NDArray[np.uint8]
    buckets: code_buckets.CodeBuckets


@dataclass(frozen=True, slots=True)
class _Pairs:
    """Columns of pairs of a suspect's place and an asset's."""

    owner: I64
    variant: I64
    place: I64
    item: I64
    distance_bits: npt.NDArray[np.uint16]

    def taken(self, rows: npt.NDArray[np.intp]) -> _Pairs:
        return _Pairs(self.owner[rows], self.variant[rows], self.place[rows], self.item[rows], self.distance_bits[rows])

    def each_place_once(self) -> _Pairs:
        """Keep, of a place's pairs with one asset, the closest: a repeated pattern would vote many times."""
        order = np.lexsort((self.distance_bits, self.place, self.variant, self.owner))
        key = np.stack([self.owner[order], self.variant[order], self.place[order]])
        is_first = np.ones(len(order), np.bool_)
        is_first[1:] = (key[:, 1:] != key[:, :-1]).any(axis=0)
        return self.taken(order[is_first])

    def in_groups(self, least: int) -> _Pairs:
        """Keep pairs of an asset and variant that have enough of them."""
        starts = self.starts()
        size = np.diff(starts)
        return self.taken(np.flatnonzero(np.repeat(size >= least, size)))

    def starts(self) -> I64:
        """Return where groups of one asset and variant begin, and the end."""
        changes = (np.diff(self.owner) != 0) | (np.diff(self.variant) != 0)
        return np.concatenate([[0], np.flatnonzero(changes) + 1, [len(self.owner)]]).astype(np.int64)

    def weight(self) -> F32:
        """Let a place that many assets have count less."""
        place = self.variant * (int(self.place.max()) + 1) + self.place
        _, which, assets = np.unique(place, return_inverse=True, return_counts=True)
        return np.asarray(1.0 / (1.0 + np.log(assets[which])), np.float32)


def arrays_of(places: CodedPoints) -> tuple[F32, npt.NDArray[np.uint8]]:
    """Return the places as arrays: ``(N, 4) float32``, ``(V, N, 32) uint8``."""
    points = np.frombuffer(places.points, "<f4").reshape(-1, 4).astype(np.float32)
    codes = np.frombuffer(places.codes, np.uint8).reshape(max(1, places.variants), len(places), CODE_BYTES)
    return points, codes
