"""Comparable summaries of media."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from rempart.model.media import MediaFormat, MediaKind, Orientation, Region


class SignalType(StrEnum):
    """Algorithms that make fingerprints (the word of python-threatexchange)."""

    PDQ = "pdq"
    SHA256 = "sha256"


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
class FingerprintedMedia:
    """What one visit to the sandbox tells of a media item: no pixel, nothing from which one can be redrawn."""

    sha256: str
    """Of the bytes that were decoded, in hexadecimal."""
    kind: MediaKind
    """What it is."""
    format: MediaFormat
    """How it was encoded."""
    width: int
    """In pixels, orientation applied."""
    height: int
    """In pixels, orientation applied."""
    frames: int
    """How many frames the item has, fingerprinted or not."""
    fingerprints: tuple[Fingerprint, ...]
    """Empty only if the picture is too small to have one."""
