"""How sure the measurements are that a match is not false, for each way of deciding.

A bound is Clopper and Pearson's upper one ("The use of confidence or fiducial limits", Biometrika 1934), at 95 %, on
the probability that a picture matches an asset of another, independent scene. Each pair of scenes is one trial, however
often it was tried: suspects of one scene are not independent, and neither are generated distractors, so neither adds
trials. With no false match in n pairs it is 1 - 0.05 ** (1 / n), about 3 / n: it says how much was measured, not how
rare false matches are. It is per pair: looking among N assets, multiply by N. It does not hold for templates, forms and
screens of one application, which are not independent scenes (tests/detect/test_hard_negatives.py).
"""

from __future__ import annotations

from typing import Final, NamedTuple

from rempart.model import ClueKind


class Trials(NamedTuple):
    """What one way of deciding was tried on."""

    pairs: int
    """Pairs of independent scenes."""
    false: int
    """How many of them matched."""
    source: str
    """The script in ``benchmarks/`` and its day."""

    @property
    def bound(self) -> float:
        """Return the upper bound, for no false match.

        Raises:
            ValueError: there was one, so that another formula is needed.
        """
        if self.false:
            message = f"the bound of {self.false} false matches in {self.pairs} pairs needs the binomial's own tail"
            raise ValueError(message)
        return float(1.0 - (1.0 - CONFIDENCE) ** (1.0 / self.pairs))


CONFIDENCE: Final = 0.95

#: Whole frames within 31 bits were met by no pair, nor within 64: the bound is the same at every distance.
TRIALS: Final = {
    ClueKind.WHOLE_FRAME: Trials(186_355, 0, "frame_pairs.py, 2026-11-22"),
    ClueKind.INNER_FRAME: Trials(62_000, 0, "ensemble_false.py, 2026-11-22"),
    ClueKind.PART: Trials(62_000, 0, "ensemble_false.py, 2026-11-22"),
    ClueKind.LOCAL_FEATURES: Trials(62_000, 0, "ensemble_false.py, 2026-11-22"),
}


def bound_of(kind: ClueKind) -> float | None:
    """Return the bound of a match that a kind of clue decided.

    None for identical bytes, where nothing was measured because SHA-256 leaves nothing to measure, and for clues that
    decide nothing.
    """
    trials = TRIALS.get(kind)
    return None if trials is None else trials.bound
