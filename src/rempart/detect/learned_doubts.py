"""From what a model finds alike to doubts: each is verified as any other, and nothing is said of one that cannot be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from rempart.detect.interface import Comparison, Doubt, Hypothesis, LearnedCandidate, VerifiedBy
from rempart.model import AssetId, Clue, ClueKind, Orientation, SignalType

#: Assets that a model may point to, of one suspect: each costs a verification.
CANDIDATES_MOST: Final = 3

# The asset fills the suspect, as it is or in a mirror: all that parts can be tried at where nothing else points to it.
_WHOLE: Final = np.eye(3)
_MIRRORED: Final = np.array([[-1.0, 0.0, 1.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]])


def learned_clue(candidate: LearnedCandidate) -> Clue:
    """Write what a model found: its name, and the cosine as the weight, which no score is made of."""
    return Clue(
        kind=ClueKind.LEARNED,
        signal_type=SignalType.LEARNED,
        distance_bits=0,
        weight=round(max(0.0, candidate.cosine), 4),
        orientation=Orientation.FLIPY if candidate.mirrored else Orientation.ORIGINAL,
        frame=candidate.frame,
        model=candidate.model,
    )


def with_candidates(
    comparison: Comparison, candidates: Sequence[LearnedCandidate], verified_by: Mapping[AssetId, VerifiedBy]
) -> Comparison:
    """Add what a model points to.

    An asset that matches already, or is in doubt, has one clue more and is judged as without it. Another one is a new
    doubt, after those of other clues.

    Args:
        comparison: What other clues say of the suspect.
        candidates: What the model finds alike; the first :data:`CANDIDATES_MOST` count.
        verified_by: How each asset that the model knows can be verified.
    """
    clues = {c.asset: learned_clue(c) for c in candidates[:CANDIDATES_MOST]}
    known = {m.asset for m in comparison.matches} | {d.asset for d in comparison.doubts}
    matches = tuple(replace(m, clues=(*m.clues, clues[m.asset])) if m.asset in clues else m for m in comparison.matches)
    doubts = [replace(d, clues=(*d.clues, clues[d.asset])) if d.asset in clues else d for d in comparison.doubts]
    doubts += [
        Doubt(asset=asset, by=by, hypotheses=_hypotheses(by), clues=(clue,))
        for asset, clue in clues.items()
        if asset not in known and (by := verified_by.get(asset)) is not None
    ]
    return replace(comparison, matches=matches, doubts=tuple(doubts))


def _hypotheses(by: VerifiedBy) -> tuple[Hypothesis, ...]:
    """Say where to look: points of both pictures tell by themselves, parts must be given a place."""
    match by:
        case VerifiedBy.PICTURE:
            return ()
        case VerifiedBy.TILES:
            return (Hypothesis(pose=_WHOLE, variant=0), Hypothesis(pose=_MIRRORED, variant=0))
