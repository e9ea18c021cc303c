"""A bank of assets' fingerprints, in memory, and the search for those that a suspect resembles."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from rempart.detect.fingerprint_task import PDQ_VERSIONS
from rempart.detect.interface import Comparison, Known
from rempart.kernels import hamming
from rempart.model import (
    AssetId,
    Clue,
    ClueKind,
    Fingerprint,
    FingerprintedMedia,
    Match,
    Orientation,
    SignalType,
    SuspectId,
)

#: PDQ's README (facebook/ThreatExchange): two codes of one picture differ by at most 31 bits of 256.
RADIUS_BITS: Final = 31
#: The same: codes of quality 49 and less are discarded, because flat pictures all have the same code.
QUALITY_MIN: Final = 50


class Bank:
    """Assets to look for: one whole-frame code each, and the digest of their bytes."""

    def __init__(self, *, radius_bits: int = RADIUS_BITS, quality_min: int = QUALITY_MIN) -> None:
        """Make an empty bank.

        Args:
            radius_bits: Codes this far apart, or closer, are a clue.
            quality_min: Codes of a lower quality are not compared.
        """
        self._radius_bits = radius_bits
        self._quality_min = quality_min
        self._assets: list[AssetId] = []
        self._words: npt.NDArray[np.uint64] = np.empty((4, 64), np.uint64)
        self._owners: list[int] = []
        self._is_part: list[bool] = []
        self._digests: dict[str, list[int]] = {}

    def __len__(self) -> int:
        """Return how many assets are known."""
        return len(self._assets)

    def add(self, asset: AssetId, media: Known) -> bool:
        """Learn an asset; False if it is too plain to be compared (only its exact bytes will be found).

        Of the whole frame only the first one as it is counts: one code per picture, nothing from which it can be
        redrawn. Codes of parts are learned where there are any.
        """
        number = len(self._assets)
        self._assets.append(asset)
        self._digests.setdefault(media.sha256, []).append(number)
        whole = next((f for f in media.fingerprints if self._is_whole(f)), None)
        codes = [f for f in media.fingerprints if f.region is not None]
        usable = [f for f in ([whole] if whole else []) + codes if self._is_usable(f)]
        for code in usable:
            self._learn(code, number)
        return bool(usable)

    def _learn(self, code: Fingerprint, number: int) -> None:
        """Add one code of an asset to the table."""
        if len(self._owners) == self._words.shape[1]:
            self._words = np.concatenate([self._words, np.empty_like(self._words)], axis=1)
        self._words[:, len(self._owners)] = np.frombuffer(code.bits, np.uint64)
        self._owners.append(number)
        self._is_part.append(code.region is not None)

    def compare(self, suspect: SuspectId, media: FingerprintedMedia) -> Comparison:
        """Return every asset that the suspect resembles, by identical bytes or by a code within the radius."""
        usable = [f for f in media.fingerprints if self._is_usable(f)]
        clues: dict[int, list[Clue]] = {}
        for number in self._digests.get(media.sha256, ()):
            clues.setdefault(number, []).append(_SAME_BYTES)
        if usable and self._owners:
            for number, clue in self._code_clues(usable):
                clues.setdefault(number, []).append(clue)
        matches = [self._match(suspect, media, number, found) for number, found in clues.items()]
        matches.sort(key=lambda m: (-m.score, m.asset))
        return Comparison(matches=tuple(matches), abstained=not usable)

    def _code_clues(self, usable: list[Fingerprint]) -> list[tuple[int, Clue]]:
        """Return the closest codes of each asset within the radius: one clue an asset and kind, whatever the frames."""
        codes = np.frombuffer(b"".join(f.bits for f in usable), np.uint8).reshape(len(usable), -1)
        found = hamming.find_within(self._words, hamming.as_words(codes), self._radius_bits, size=len(self._owners))
        best: dict[tuple[int, bool], tuple[int, int]] = {}
        for query, row, distance in zip(*(column.tolist() for column in found), strict=True):
            key = (self._owners[row], self._is_part[row])
            best[key] = min(best.get(key, (distance, query)), (distance, query))
        return [
            (number, self._clue(usable[query], distance, is_part=is_part))
            for (number, is_part), (distance, query) in best.items()
        ]

    def _clue(self, code: Fingerprint, distance: int, *, is_part: bool) -> Clue:
        return Clue(
            kind=ClueKind.PART if is_part else ClueKind.WHOLE_FRAME,
            signal_type=code.signal_type,
            distance_bits=distance,
            weight=whole_frame_weight(distance),
            orientation=code.orientation,
            frame=code.frame,
        )

    def _match(self, suspect: SuspectId, media: FingerprintedMedia, number: int, clues: list[Clue]) -> Match:
        clues = sorted(clues, key=lambda c: -c.weight)
        orientation = clues[0].orientation
        corners = ((0, 0), (media.width, 0), (media.width, media.height), (0, media.height))
        a, b, c, d = (corners[k] for k in orientation.corners())
        return Match(
            asset=self._assets[number],
            suspect=suspect,
            clues=tuple(clues),
            score=clues[0].weight,
            false_match_bound=None,
            # A crop shows a part of the asset: all of it lies nowhere in the suspect.
            region=None if clues[0].kind is ClueKind.PART else (a, b, c, d),
            width=media.width,
            height=media.height,
        )

    def _is_usable(self, code: Fingerprint) -> bool:
        return code.version in PDQ_VERSIONS and code.quality >= self._quality_min

    @staticmethod
    def _is_whole(code: Fingerprint) -> bool:
        return code.frame == 0 and code.orientation is Orientation.ORIGINAL and code.region is None


_SAME_BYTES: Final = Clue(kind=ClueKind.SAME_BYTES, signal_type=SignalType.SHA256, distance_bits=0, weight=1.0)


def whole_frame_weight(distance_bits: int) -> float:
    """Rank a whole-frame clue: 1 at no bit, 0.5 at 64 bits, where unrelated pictures begin to be met, 0 at 128.

    Codes of unrelated pictures differ by 128 bits on average. This orders matches; it is not a probability.
    """
    return max(0.0, round(1.0 - distance_bits / 128.0, 4))
