"""Which recipient's copy a leak was made from, and how likely it is that an innocent copy is accused."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

#: Stands beside every accusation.
#: A leak may speak for a code, or against it: each is a chance for an innocent copy.
WAYS: Final = 2

COPY_NOT_PERSON: Final = "An accusation names a copy, never the person who posted it."

Corner = tuple[float, float]


class AttributionVerdict(StrEnum):
    """What a trace can end in."""

    ACCUSED = "accused"
    """The leak was made from the copies of those accused, up to the bound."""
    NOBODY = "nobody"
    """The leak shows the original well enough, and neither a mark nor a trace of one was found in it."""
    NOT_REGISTERED = "not_registered"
    """Nothing tells where the original lies in the leak: it is another picture, or hardly anything of it."""
    TOO_LITTLE_LEFT = "too_little_left"
    """The original is there, but no copy can be told: too little of a mark is left, or a mark is there that belongs to
    more copies together than can be told apart, or to one that is not on the list. It accuses and clears nobody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccusedCopy:
    """One copy that a leak was made from. The copy, never the person who posted it."""

    recipient: int
    """Index in the codebook."""
    score: float
    """Normalised correlation of the leak with the copy's code; of an innocent copy it is as a normal deviate's."""
    false_accusation_bound: float
    """0..1: at most so probable is it that any innocent copy of all tested has such a score."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribution:
    """What a trace found; with the same inputs and version, it finds the same again."""

    verdict: AttributionVerdict
    """What it ends in."""
    accused: tuple[AccusedCopy, ...] = ()
    """The highest score first; empty unless the verdict is ``accused``."""
    tested_recipients: int
    """How many codes were scored; 0 if none was."""
    tests: int
    """How many chances an innocent copy had: recipients, times every choice made with scores in view."""
    threshold: float
    """The score that accuses; 0 if nothing was scored."""
    expected_score: float = 0.0
    """What a lone copy would score, by what is left of the pilots: several who share a leak score less each."""
    pilot_score: float = 0.0
    """How clearly a mark with this key is there, whoever's copy it is: a normal deviate if there is none."""
    region: tuple[Corner, ...] = ()
    """The original's four corners in pixels of the leak, from its top left on; empty if it is not registered."""
    registration_quality: float = 0.0
    """0..1: how closely the leak's texture agrees with the original's, in the median window."""
    code_version: str
    """Name and version of the mark, the codes and the reading."""
    caution: str = COPY_NOT_PERSON
    """What every reader is told."""
