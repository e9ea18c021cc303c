"""Every clue between one asset and one suspect, measured whether or not it is strong enough to count.

A scan stops as soon as it knows; a person who asks why two files match, or do not, wants to see all of it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rempart.detect.ensemble import QUALITY_MIN, points_bank, tiles_bank
from rempart.detect.frame_bank import FrameHit
from rempart.detect.points_bank import PointsBank, Vote
from rempart.detect.versions import ORB_VERSION, PDQ_VERSIONS, TILE_VERSION
from rempart.model import CodedPoints, Fingerprint, FingerprintedMedia, Orientation
from rempart.model.fingerprint import CODE_BYTES

_BITS = 8 * CODE_BYTES


@dataclass(frozen=True, slots=True, kw_only=True)
class Support:
    """How many parts, or points, of a suspect agree on where the asset lies."""

    known: int
    """Of the asset."""
    seen: int
    """Of the suspect, turned ones counted."""
    vote: Vote | None
    """What they agree on; None if fewer than three do."""

    @property
    def count(self) -> int:
        """Return how many agree."""
        return self.vote.count if self.vote else 0

    @property
    def weight(self) -> float:
        """Return what the ensemble compares with its least weight."""
        return self.vote.weight if self.vote else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Measures:
    """All of it."""

    same_bytes: bool
    """True if the two are identical, byte for byte."""
    asset_quality: int | None
    """0..100, of the asset's whole frame; None if it is too small to have a code."""
    suspect_quality: int | None
    """The same of the suspect, its first frame."""
    whole: FrameHit | None
    """The closest code of the suspect's whole frames, turned, mirrored, inverted; None if either has none."""
    inner: FrameHit | None
    """The closest code of a rectangle inside the suspect; None if there is no such rectangle."""
    frames: tuple[Fingerprint, ...]
    """One code of each rectangle inside the suspect, as it is."""
    parts: Support
    """Of parts: what a ``detailed`` asset is found by."""
    points: Support
    """Of points: what a ``vault`` asset is found by."""


def measure(asset: FingerprintedMedia, suspect: FingerprintedMedia, *, quality_min: int = QUALITY_MIN) -> Measures:
    """Measure every clue that needs no pixels.

    Args:
        asset: With its points and parts.
        suspect: In all orientations, with its inner frames, points and parts.
        quality_min: Codes of a lower quality are taken only where there is no other.
    """
    own = next((f for f in asset.fingerprints if _is_whole(f)), None)
    codes = [f for f in suspect.fingerprints if f.version in PDQ_VERSIONS]
    whole = [f for f in codes if f.region is None]
    inner = [f for f in codes if f.region is not None]
    return Measures(
        same_bytes=asset.sha256 == suspect.sha256,
        asset_quality=own.quality if own else None,
        suspect_quality=whole[0].quality if whole else None,
        whole=_closest(own, whole, quality_min),
        inner=_closest(own, inner, quality_min),
        frames=tuple(f for f in inner if f.orientation is Orientation.ORIGINAL),
        parts=_support(tiles_bank(), TILE_VERSION, asset, suspect),
        points=_support(points_bank(), ORB_VERSION, asset, suspect),
    )


def _is_whole(code: Fingerprint) -> bool:
    is_first = code.frame == 0 and code.orientation is Orientation.ORIGINAL
    return is_first and code.region is None and code.version in PDQ_VERSIONS


def _closest(own: Fingerprint | None, codes: list[Fingerprint], quality_min: int) -> FrameHit | None:
    """Return the code closest to the asset's, inverted or not; a poor one only if there is no other."""
    codes = [f for f in codes if f.quality >= quality_min] or codes
    if own is None or not codes:
        return None
    rows = np.frombuffer(b"".join(f.bits for f in codes), np.uint8).reshape(-1, CODE_BYTES)
    bits = np.bitwise_count(rows ^ np.frombuffer(own.bits, np.uint8)).sum(axis=1).astype(int)
    is_inverted = bool((_BITS - bits).min() < bits.min())
    distances = _BITS - bits if is_inverted else bits
    best = int(distances.argmin())
    return FrameHit(asset=0, code=codes[best], distance_bits=int(distances[best]), is_inverted=is_inverted)


def _support(bank: PointsBank, version: str, asset: FingerprintedMedia, suspect: FingerprintedMedia) -> Support:
    """Let places of one version vote."""
    known, seen = (_places(media, version) for media in (asset, suspect))
    votes = []
    if known is not None and seen is not None and len(known):
        bank.add(0, known)
        votes = bank.vote(seen, most=1)
    return Support(known=len(known or ()), seen=len(seen or ()), vote=votes[0] if votes else None)


def _places(media: FingerprintedMedia, version: str) -> CodedPoints | None:
    return next((p for p in media.places if p.version == version), None)
