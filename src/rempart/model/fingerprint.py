"""Comparable summaries of media."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from rempart.model.media import MediaFormat, MediaKind, Orientation, Region, VideoFormat

#: Of a 256-bit code.
CODE_BYTES: Final = 32
#: Of one place of :class:`CodedPoints`: four float32.
POINT_BYTES: Final = 16


class SignalType(StrEnum):
    """Algorithms that make fingerprints (the word of python-threatexchange)."""

    PDQ = "pdq"
    SHA256 = "sha256"
    ORB = "orb"
    SIFT = "sift"
    LEARNED = "learned"
    """A model of the user's own, which the clue names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fingerprint:
    """One comparable summary of a media item, or of a part of it."""

    signal_type: SignalType
    """The algorithm."""
    version: str
    """The pipeline that made the bits, from decoding on; ``detect`` says which versions it compares."""
    bits: bytes
    """The code, most significant bit first: 32 bytes for PDQ."""
    quality: int
    """0..100 as the algorithm defines it; PDQ's reference advises to discard 49 and less."""
    orientation: Orientation = Orientation.ORIGINAL
    """What was done to the picture before: an asset keeps ORIGINAL only, a suspect is tried in all eight."""
    frame: int = 0
    """Which frame of an animation, from 0."""
    region: Region | None = None
    """The part of the picture that is summarised; None is all of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CodedPoints:
    """Codes of places in a picture: parts, or points. A picture can be redrawn from them, so they are clear media."""

    version: str
    """The pipeline that made them: those of two versions are not comparable."""
    width: int
    """Of the plane on which ``points`` lie, in pixels."""
    height: int
    """The same."""
    points: bytes = field(repr=False)
    """``(N, 4) float32``, little-endian: x, y and size in pixels of the plane, angle in degrees."""
    codes: bytes = field(repr=False)
    """``(V, N, 32) uint8``: the codes as the plane is, then under each variant that was asked for."""

    def __len__(self) -> int:
        """Return how many places there are."""
        return len(self.points) // POINT_BYTES

    @property
    def variants(self) -> int:
        """Return V."""
        return len(self.codes) // (CODE_BYTES * len(self)) if len(self) else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PackedDescriptor:
    """What a model says of a picture, packed by ``detect``: much of the picture can be redrawn from it."""

    preparation: str
    """How the picture was prepared for the model: under another preparation the same model says something else."""
    data: bytes = field(repr=False)
    """The model's SHA-256 and its numbers: clear media, in memory or sealed under the asset's own key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FingerprintedMedia:
    """What one visit to the sandbox tells of a media item: no pixel."""

    sha256: str
    """Of the bytes that were decoded, in hexadecimal."""
    kind: MediaKind
    """What it is."""
    format: MediaFormat | VideoFormat
    """How it was encoded."""
    width: int
    """In pixels, orientation applied."""
    height: int
    """In pixels, orientation applied."""
    frames: int
    """How many frames the item has, fingerprinted or not."""
    fingerprints: tuple[Fingerprint, ...]
    """Empty only if the picture is too small to have one, and for a video."""
    places: tuple[CodedPoints, ...] = ()
    """Parts and points, where they were asked for: they stay in memory, or are sealed under the asset's own key."""
