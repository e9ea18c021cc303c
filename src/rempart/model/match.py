"""What ties a suspect to an asset: clues, each measured, and their sum."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from rempart.model.fingerprint import SignalType
from rempart.model.ids import AssetId, SuspectId
from rempart.model.media import Orientation, Region


class ClueKind(StrEnum):
    """The ways in which two media items can resemble each other."""

    SAME_BYTES = "same_bytes"
    WHOLE_FRAME = "whole_frame"
    PART = "part"
    """The suspect's whole frame shows a part of the asset: a crop. Only of assets whose protection is ``detailed``."""
    LEARNED = "learned"
    """A model that the user provides finds them alike: never a match by itself (``rempart.detect.learned``)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clue:
    """One measured resemblance."""

    kind: ClueKind
    """What was compared."""
    signal_type: SignalType
    """By which algorithm."""
    distance_bits: int
    """How many bits differ; 0 is identical."""
    weight: float
    """0..1, how much it counts in the score."""
    orientation: Orientation = Orientation.ORIGINAL
    """How the suspect must be turned or mirrored to show the asset."""
    frame: int = 0
    """Which frame of the suspect, from 0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """All clues that tie one suspect to one asset."""

    asset: AssetId
    """What was copied."""
    suspect: SuspectId
    """What may be a copy."""
    clues: tuple[Clue, ...]
    """At least one, the strongest first."""
    score: float
    """0..1, for ranking: it is not a probability."""
    false_match_bound: float | None
    """Upper bound on the probability that the match is false; None until it is measured, never invented."""
    region: Region | None
    """Where the asset lies in the suspect; None if a clue does not tell."""
    width: int
    """Of the suspect, in pixels: what ``region`` is drawn in."""
    height: int
    """Of the suspect, in pixels."""
