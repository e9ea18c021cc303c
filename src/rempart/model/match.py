"""What ties a suspect to an asset: clues, each measured, and their sum."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from rempart.model.fingerprint import SignalType
from rempart.model.ids import AssetId, SuspectId
from rempart.model.media import Orientation, Region

#: A suspect that shows less of an asset's area is called a crop: a turn by some degrees alone cuts less away.
SHOWN_WHOLE: Final = 0.95


class ClueKind(StrEnum):
    """The ways in which two media items can resemble each other."""

    SAME_BYTES = "same_bytes"
    WHOLE_FRAME = "whole_frame"
    INNER_FRAME = "inner_frame"
    """A rectangle inside the suspect, such as a screenshot's picture, shows the whole asset."""
    PART = "part"
    """Parts of the asset are found where they should be: a crop. Only of assets whose protection is ``detailed``."""
    LOCAL_FEATURES = "local_features"
    """Points of the asset are found, and what lies between them agrees. Only where the original is at hand."""
    SAME_THING = "same_thing"
    """Something of the asset is in the suspect, and most of it is not: a logo, an interface, the same object. It is
    told to whoever asks why, and is never a match."""
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
    """How many bits differ; 0 is identical. Of several parts or points, the median of those that agree."""
    weight: float
    """0..1, how much it counts in the score."""
    orientation: Orientation = Orientation.ORIGINAL
    """How the suspect must be turned or mirrored to show the asset."""
    frame: int = 0
    """Which frame of the suspect, from 0."""
    is_inverted: bool = False
    """True if the suspect's colours are inverted."""
    count: int = 0
    """How many parts or points agree; 0 where the whole frame was compared."""
    of: int = 0
    """Out of how many that could have."""
    explained: float | None = None
    """0..1, the share of the texture, where both pictures show, that agrees; None where it was not measured."""
    model: str = ""
    """The model of the user's that says so, by name; empty of every other kind of clue."""


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
    overlap: float | None = None
    """0..1, how much of the asset's area the suspect shows; None if no clue tells."""
    homography: tuple[float, ...] | None = None
    """Nine numbers, row by row, from the asset to the suspect, each in fractions of its width and height; None if no
    clue tells. Attribution registers a leak with it."""
    width: int
    """Of the suspect, in pixels: what ``region`` is drawn in."""
    height: int
    """Of the suspect, in pixels."""

    @property
    def is_crop(self) -> bool:
        """Tell whether part of the asset is known not to be shown."""
        return self.overlap is not None and self.overlap < SHOWN_WHOLE
