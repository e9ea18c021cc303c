"""Whether an owner's mark is in a picture, and how likely it is that such an answer is wrong."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

#: Stands beside every answer.
OURS_NOT_WHO: Final = (
    "The mark says that a picture carries this owner's mark. It says nothing of who leaked it, and whoever holds "
    "several marked pictures may lay their mark over another."
)

Corner = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnershipAnswer:
    """What a look for an owner's mark found; with the same picture, key and version, it finds the same again."""

    found: bool
    """Whether the mark is there, up to the bound."""
    false_alarm_bound: float
    """0..1: at most so probable is it that a picture made without the key has such a score."""
    score: float
    """The highest normalised correlation of all places looked at."""
    threshold: float
    """The score from which on the mark is found."""
    tests: int
    """How many chances a picture without the mark had: every scale, angle, offset, way to turn and polarity."""
    region: tuple[Corner, ...] = ()
    """Four corners, in pixels, of the part that shows the mark, from its top left on; empty if it is not found."""
    scale: float = 0.0
    """Side of what is left to the side of the marked picture, about; 0 if the mark is not found."""
    angle_deg: float = 0.0
    """How far the picture is turned, besides quarter turns."""
    mirrored: bool = False
    """Whether left and right are exchanged."""
    code_version: str
    """Name and version of the mark and of the reading."""
    caution: str = OURS_NOT_WHO
    """What every reader is told."""
