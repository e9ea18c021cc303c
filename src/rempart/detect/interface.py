"""What detection offers, whatever finds the matches: a Protocol, and the answer about one suspect."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from rempart.model import AssetId, Fingerprint, FingerprintedMedia, Match, SuspectId


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What a matcher answers about one suspect."""

    matches: tuple[Match, ...]
    """The strongest first."""
    abstained: bool
    """True if no frame was detailed enough to be compared: only identical bytes could have matched."""


class Known(Protocol):
    """What is learned of an asset."""

    @property
    def sha256(self) -> str:
        """Return the digest of its bytes, in hexadecimal."""

    @property
    def fingerprints(self) -> tuple[Fingerprint, ...]:
        """Return its codes: of the whole frame, and of parts if their owner allowed that."""


class Matcher(Protocol):
    """Learns assets, then says which of them a suspect resembles."""

    def __len__(self) -> int:
        """Return how many assets are known."""

    def add(self, asset: AssetId, media: Known) -> bool:
        """Learn an asset; False if it is too plain to be compared (only its exact bytes will be found)."""

    def compare(self, suspect: SuspectId, media: FingerprintedMedia) -> Comparison:
        """Return every asset that the suspect resembles."""
