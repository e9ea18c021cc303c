"""What detection offers, whatever finds the matches: a Protocol, and the answer about one suspect."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

import numpy as np
import numpy.typing as npt

from rempart.detect.descriptor import Descriptor
from rempart.model import AssetId, Clue, CodedPoints, Fingerprint, FingerprintedMedia, Match, SuspectId
from rempart.model.asset import Asset

F64 = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hypothesis:
    """Where an asset may lie in a suspect."""

    pose: F64
    """``(3, 3)``: from the asset to the suspect, in fractions of their sides."""
    variant: int
    """Bits of :mod:`rempart.kernels.variants`: mirrored, inverted."""
    count: int = 0
    """How many points or parts agree on it; 0 if it comes of a whole-frame code."""
    of: int = 0
    """Out of how many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What the comparison measured."""

    pose: F64
    """``(3, 3)``: where the asset lies, in fractions of both sides."""
    variant: int
    """How the suspect was changed: mirrored, inverted."""
    count: int
    """Points or parts that agree; 0 where a whole-frame code said where to look."""
    of: int
    """Out of how many."""
    explained: float
    """0..1, of the texture where both show; of the parts in view."""
    seen: float
    """0..1, of the asset's area that is in the suspect."""
    filled: float
    """0..1, of the suspect's area that the asset fills; of the rectangle, where one was judged by itself."""
    in_frame: bool = False
    """True if a rectangle inside the suspect was judged by itself."""
    distance_bits: int = 0
    """Median, of parts that agree."""
    cells: tuple[tuple[int, ...], ...] = ()
    """Correlation of each cell of the asset, in percent; -1 where the suspect does not reach, -2 where neither picture
    has any texture to compare. Empty of parts."""


class VerifiedBy(StrEnum):
    """What an asset can be verified with."""

    PICTURE = "picture"
    TILES = "tiles"


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """An asset that clues point to, and that a closer look will tell."""

    asset: AssetId
    """Which."""
    by: VerifiedBy
    """How it can be verified."""
    hypotheses: tuple[Hypothesis, ...]
    """Where it may lie; the codes' own first."""
    clues: tuple[Clue, ...]
    """What points to it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What a matcher answers about one suspect."""

    matches: tuple[Match, ...]
    """The strongest first."""
    doubts: tuple[Doubt, ...] = ()
    """What must be verified before anything is said of it, the most likely first."""
    same_things: tuple[Match, ...] = ()
    """Assets of which something is seen that is not the picture: to be explained to whoever asks, never a match."""
    abstained: bool
    """True if no frame was detailed enough to be compared: only identical bytes could have matched."""


class Known(Protocol):
    """What is learned of an asset."""

    @property
    def sha256(self) -> str:
        """Return the digest of its bytes, in hexadecimal."""

    @property
    def fingerprints(self) -> tuple[Fingerprint, ...]:
        """Return its codes: one of the whole frame."""

    @property
    def places(self) -> tuple[CodedPoints, ...]:
        """Return codes of its parts and points, if their owner allowed that."""


class Matcher(Protocol):
    """Learns assets, then says which of them a suspect resembles."""

    def __len__(self) -> int:
        """Return how many assets are known."""

    def add(self, asset: AssetId, media: Known) -> bool:
        """Learn an asset; False if it is too plain to be compared (only its exact bytes will be found)."""

    def compare(self, suspect: SuspectId, media: FingerprintedMedia) -> Comparison:
        """Return every asset that the suspect resembles, and those that only a closer look will tell."""

    def conclude(
        self,
        suspect: SuspectId,
        media: FingerprintedMedia,
        comparison: Comparison,
        verdicts: Mapping[AssetId, Verdict | None],
    ) -> Comparison:
        """Decide about the doubts of a comparison, each of which has a verdict, or None if it could not be verified."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LearnedCandidate:
    """An asset that a model finds like a suspect: a clue at most, never a match."""

    asset: AssetId
    """Which."""
    cosine: float
    """-1..1, of the closest pair of descriptors."""
    model: str
    """The model's name, as results show it."""
    frame: int
    """Which frame of the suspect, from 0."""
    mirrored: bool
    """True if the suspect had to be mirrored."""


class LearnedMatcher(Protocol):
    """Learns what a model says of assets, then says which of them a suspect is like: candidates, never matches."""

    def __len__(self) -> int:
        """Return how many descriptors are known."""

    def add(self, asset: Asset, descriptor: Descriptor) -> None:
        """Learn an asset; raises RefusedError for one of which nothing but a fingerprint is kept."""

    def remove(self, asset: AssetId) -> bool:
        """Forget an asset and overwrite its descriptors; False if it was not known."""

    def search(self, descriptors: Sequence[Descriptor], *, most: int = 10) -> list[LearnedCandidate]:
        """Return the assets closest to any frame of a suspect, the closest first."""
