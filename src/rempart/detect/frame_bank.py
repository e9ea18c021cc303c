"""Whole-frame codes of many assets, and those that a suspect, or a rectangle inside it, is within the radius of."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rempart.detect.index import BinaryIndex
from rempart.model import Fingerprint
from rempart.model.fingerprint import CODE_BYTES


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameHit:
    """One asset whose code is close to one of a suspect's."""

    asset: int
    """Its number."""
    code: Fingerprint
    """The suspect's code."""
    distance_bits: int
    """How far apart they are."""
    is_inverted: bool
    """True if the suspect's colours are inverted."""


class FrameBank:
    """One whole-frame code of each asset, known by a number."""

    def __init__(self, *, radius_bits: int) -> None:
        """Make an empty bank; codes ``radius_bits`` apart, or closer, are a hit."""
        self._radius_bits = radius_bits
        self._index: BinaryIndex | None = None
        self._waiting: list[tuple[bytes, int]] = []

    def add(self, asset: int, bits: bytes) -> None:
        """Learn the code of an asset."""
        self._waiting.append((bits, asset))

    def search(self, codes: list[Fingerprint]) -> list[FrameHit]:
        """Return the closest hit of each asset, the closest asset first.

        Inverting a picture's colours inverts every cosine term but the first, hence the code.
        """
        index = self._up_to_date()
        if index is None or not codes:
            return []
        plain = np.frombuffer(b"".join(c.bits for c in codes), np.uint8).reshape(-1, CODE_BYTES)
        hits = index.search(np.concatenate([plain, ~plain]), self._radius_bits)
        best: dict[int, tuple[int, int]] = {}
        columns = zip(hits.query.tolist(), hits.item.tolist(), hits.distance_bits.tolist(), strict=True)
        for query, asset, distance in columns:
            # Of equal distances the earlier query: the whole frame, and colours as they are.
            best[asset] = min(best.get(asset, (distance, query)), (distance, query))
        found = [
            FrameHit(
                asset=asset, code=codes[query % len(codes)], distance_bits=distance, is_inverted=query >= len(codes)
            )
            for asset, (distance, query) in best.items()
        ]
        return sorted(found, key=lambda h: (h.distance_bits, h.asset))

    def _up_to_date(self) -> BinaryIndex | None:
        """Put what was added into the index, all at once."""
        if self._waiting:
            bits: npt.NDArray[np.uint8] = np.frombuffer(b"".join(b for b, _ in self._waiting), np.uint8)
            bits, ids = bits.reshape(-1, CODE_BYTES), np.array([n for _, n in self._waiting], np.int64)
            self._waiting = []
            if self._index is None:
                self._index = BinaryIndex.from_bits(bits, ids, radius_bits=self._radius_bits)
            else:
                self._index.add(bits, ids)
        return self._index
