"""Every clue that ties a suspect to an asset, cheap ones first, and what is made of them together.

(1) Identical bytes. (2) Whole-frame codes of the suspect and of rectangles in it, turned, mirrored, inverted. (3) Votes
of parts and of points, where an owner allowed that they are kept. (4) What (2) and (3) point to is verified, on parts
or on pixels (:mod:`rempart.detect.verification`), wherever the asset has them: only then is *the same picture* told
from *the same thing in a picture*.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

import numpy as np

from rempart.detect import decision
from rempart.detect.frame_bank import FrameBank, FrameHit
from rempart.detect.interface import F64, Comparison, Doubt, Hypothesis, Known, Verdict, VerifiedBy
from rempart.detect.points_bank import PointsBank, Vote
from rempart.detect.versions import ORB_VERSION, PDQ_VERSIONS, TILE_VERSION
from rempart.kernels.variants import INVERTED
from rempart.model import (
    AssetId,
    Clue,
    ClueKind,
    CodedPoints,
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
#: Codes of points this close are a pair: measured, 13 million pairs of points of different scenes gave none.
POINT_RADIUS_BITS: Final = 24
#: Codes of parts: unrelated ones are 84 bits apart and more.
TILE_RADIUS_BITS: Final = 40
#: Assets that one kind of clue may point to: as many as one suspect is looked at for in a scan (rempart.app.looking).
#: Votes alone make no match, so that more of them would be computed for nothing.
_VOTED_MOST: Final = 32
#: Beyond the first few, votes that are much weaker than the best are left out.
_VOTED_ANYWAY: Final = 3
_VOTED_SHARE_MIN: Final = 0.2
#: Weight of agreeing pairs below which an asset is not looked at.
POINT_WEIGHT_MIN: Final = 2.5
TILE_WEIGHT_MIN: Final = 1.0


class Ensemble:
    """Assets to look for, by every clue that each of them allows."""

    def __init__(self, *, radius_bits: int = RADIUS_BITS, quality_min: int = QUALITY_MIN) -> None:
        """Make an empty bank.

        Args:
            radius_bits: Whole-frame codes this far apart, or closer, are a clue.
            quality_min: Whole-frame codes of a lower quality are not compared.
        """
        self._quality_min = quality_min
        self._assets: list[AssetId] = []
        self._digests: dict[str, list[int]] = {}
        self._verified_by: dict[int, VerifiedBy] = {}
        self._frames = FrameBank(radius_bits=radius_bits)
        self._points = points_bank()
        self._tiles = tiles_bank()

    def __len__(self) -> int:
        """Return how many assets are known."""
        return len(self._assets)

    @property
    def wants_points(self) -> bool:
        """Tell whether any asset can be found by its points, so that suspects' points are worth their cost."""
        return len(self._points) > 0

    @property
    def wants_tiles(self) -> bool:
        """Tell whether any asset can be found by its parts."""
        return len(self._tiles) > 0

    def add(self, asset: AssetId, media: Known) -> bool:
        """Learn an asset; False if it is too plain to be compared (only its exact bytes will be found).

        Of the whole frame only the first one as it is counts: one code per picture, nothing from which it can be
        redrawn. Codes of parts and points are learned where there are any.
        """
        number = len(self._assets)
        self._assets.append(asset)
        self._digests.setdefault(media.sha256, []).append(number)
        whole = next((f for f in media.fingerprints if self._is_whole(f) and self._is_usable(f)), None)
        if whole is not None:
            self._frames.add(number, whole.bits)
        for places in media.places:
            self._learn(number, places)
        return whole is not None or any(len(p) for p in media.places)

    def _learn(self, number: int, places: CodedPoints) -> None:
        if places.version == ORB_VERSION:
            self._points.add(number, places)
            self._verified_by[number] = VerifiedBy.PICTURE
        elif places.version == TILE_VERSION:
            self._tiles.add(number, places)
            self._verified_by.setdefault(number, VerifiedBy.TILES)

    def compare(self, suspect: SuspectId, media: FingerprintedMedia) -> Comparison:
        """Return what needs no closer look, and what does."""
        usable = [f for f in media.fingerprints if self._is_usable(f)]
        clues: dict[int, list[Clue]] = {n: [_SAME_BYTES] for n in self._digests.get(media.sha256, ())}
        poses: dict[int, list[Hypothesis]] = {}
        for hit in self._frames.search(usable):  # (2)
            clues.setdefault(hit.asset, []).append(decision.frame_clue(hit))
            if hit.code.frame == 0:
                poses.setdefault(hit.asset, []).append(hypothesis_of(hit, media))
        for vote, clue in self._votes(media):  # (3)
            clues.setdefault(vote.asset, []).append(clue)
            poses.setdefault(vote.asset, []).append(
                Hypothesis(pose=vote.pose, variant=vote.variant, count=vote.count, of=clue.of)
            )
        matches, doubts = [], []
        for number, found in clues.items():
            by = self._verified_by.get(number)
            if by is None or found[0] is _SAME_BYTES or number not in poses:
                matches.append(decision.match_of_codes(self._assets[number], suspect, media, found))
            else:
                hypotheses = tuple(poses[number])
                doubts.append(Doubt(asset=self._assets[number], by=by, hypotheses=hypotheses, clues=tuple(found)))
        doubts.sort(key=lambda d: -max(c.weight for c in d.clues))
        is_known = bool(usable) or any(len(p) for p in media.places)
        return Comparison(
            matches=_sorted(m for m in matches if m is not None),
            doubts=tuple(doubts),
            abstained=not is_known,
        )

    def conclude(
        self,
        suspect: SuspectId,
        media: FingerprintedMedia,
        comparison: Comparison,
        verdicts: Mapping[AssetId, Verdict | None],
    ) -> Comparison:
        """Decide about each doubt; one that could not be verified is judged by its codes alone."""  # (4)
        matches, things = list(comparison.matches), list(comparison.same_things)
        for doubt in comparison.doubts:
            found = decision.decide(doubt, verdicts.get(doubt.asset), suspect, media)
            if found is not None:
                (things if found.clues[0].kind is ClueKind.SAME_THING else matches).append(found)
        return Comparison(matches=_sorted(matches), same_things=tuple(things), abstained=comparison.abstained)

    def _votes(self, media: FingerprintedMedia) -> list[tuple[Vote, Clue]]:
        """Return the assets that parts and points of a suspect agree on."""
        found: list[tuple[Vote, Clue]] = []
        for places in media.places:
            if places.version == ORB_VERSION:
                bank, least, kind, signal = self._points, POINT_WEIGHT_MIN, ClueKind.LOCAL_FEATURES, SignalType.ORB
            elif places.version == TILE_VERSION:
                bank, least, kind, signal = self._tiles, TILE_WEIGHT_MIN, ClueKind.PART, SignalType.PDQ
            else:
                continue
            votes = bank.vote(places, most=_VOTED_MOST)
            # Not the best few only: whoever registers copies of a picture that is another's would hide hers behind.
            far = max((v.weight for v in votes), default=0.0) * _VOTED_SHARE_MIN
            kept = [v for k, v in enumerate(votes) if v.weight >= (least if k < _VOTED_ANYWAY else max(least, far))]
            found += [(v, decision.vote_clue(v, kind, signal, len(places))) for v in kept]
        return found

    def _is_usable(self, code: Fingerprint) -> bool:
        return code.version in PDQ_VERSIONS and code.quality >= self._quality_min

    @staticmethod
    def _is_whole(code: Fingerprint) -> bool:
        return code.frame == 0 and code.orientation is Orientation.ORIGINAL and code.region is None


_SAME_BYTES: Final = Clue(kind=ClueKind.SAME_BYTES, signal_type=SignalType.SHA256, distance_bits=0, weight=1.0)


def points_bank() -> PointsBank:
    """Make an empty bank of points."""
    return PointsBank(version=ORB_VERSION, radius_bits=POINT_RADIUS_BITS, mirror_turn=180.0, inverted_turn=180.0)


def tiles_bank() -> PointsBank:
    """Make an empty bank of parts."""
    return PointsBank(version=TILE_VERSION, radius_bits=TILE_RADIUS_BITS, mirror_turn=0.0, inverted_turn=0.0)


def hypothesis_of(hit: FrameHit, media: FingerprintedMedia) -> Hypothesis:
    """Say where an asset lies whose code was hit: in the frame or rectangle whose code it was, turned."""
    corners = np.array(decision.corners_of(hit.code, media), np.float64) / [media.width, media.height]
    top_left, top_right, _, bottom_left = corners
    pose: F64 = np.eye(3)
    pose[:2] = np.column_stack([top_right - top_left, bottom_left - top_left, top_left])
    return Hypothesis(pose=pose, variant=INVERTED if hit.is_inverted else 0)


def _sorted(matches: Iterable[Match]) -> tuple[Match, ...]:
    return tuple(sorted(matches, key=lambda m: (-m.score, m.asset)))
