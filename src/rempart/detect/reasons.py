"""Why an answer is what it is: each threshold that was asked, what was measured, and whether that was enough.

These are the checks of :mod:`rempart.detect.decision` and of the ensemble, in the same order; a test holds both to the
same answers.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from rempart.detect import decision
from rempart.detect.ensemble import POINT_WEIGHT_MIN, TILE_WEIGHT_MIN
from rempart.detect.frame_bank import FrameHit
from rempart.detect.interface import Verdict
from rempart.detect.measures import Measures, Support


class Answer(StrEnum):
    """What may be said of two pictures."""

    SAME_PICTURE = "same_picture"
    SAME_THING = "same_thing"
    """Something of one is in the other, and most of it is not."""
    DIFFERENT = "different"
    TOO_PLAIN = "too_plain"
    """Without enough detail to compare: only identical bytes would tell."""


class Why(StrEnum):
    """What a threshold is about."""

    SAME_BYTES = "same_bytes"
    ASSET_QUALITY = "asset_quality"
    SUSPECT_QUALITY = "suspect_quality"
    WHOLE_FRAME = "whole_frame"
    INNER_FRAME = "inner_frame"
    PARTS_POINT = "parts_point"
    """Parts agree on a place, so that it is worth looking there."""
    POINTS_POINT = "points_point"
    PARTS_AGREE = "parts_agree"
    PARTS_SHARE = "parts_share"
    EXPLAINED = "explained"
    EXPLAINED_FEW = "explained_few"
    """The same, where few points agree."""
    EXPLAINED_CLEAR = "explained_clear"
    """The same, where neither points nor codes support it."""
    SEEN = "seen"
    FILLED = "filled"
    SHARED_POINTS = "shared_points"
    """So many points agree that there is something of the asset, though the rest is another picture."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One threshold, and what stood against it."""

    why: Why
    """What it is about."""
    value: float
    """What was measured: bits, a count, a share of 1, a weight."""
    limit: float
    """The threshold, in the same unit."""
    name: str
    """How the threshold is called: a setting, or a constant of :mod:`rempart.detect.decision`."""
    is_met: bool
    """True if it speaks for a match; of :attr:`Why.SHARED_POINTS`, for a shared thing."""


def at_least(why: Why, value: float, limit: float, name: str) -> Reason:
    """Ask for a value that is large enough."""
    return Reason(why=why, value=value, limit=limit, name=name, is_met=value >= limit)


def of_codes(measures: Measures, *, radius_bits: int, quality_min: int) -> list[Reason]:
    """Return the checks of codes of whole frames."""
    if measures.same_bytes:
        return [Reason(why=Why.SAME_BYTES, value=0, limit=0, name="SHA-256", is_met=True)]
    qualities = ((Why.ASSET_QUALITY, measures.asset_quality), (Why.SUSPECT_QUALITY, measures.suspect_quality))
    asked = [at_least(why, quality or 0, quality_min, "detect.quality_min") for why, quality in qualities]
    found = [reason for reason in asked if not reason.is_met]
    for why, hit in ((Why.WHOLE_FRAME, measures.whole), (Why.INNER_FRAME, measures.inner)):
        if hit is not None and hit.code.quality >= quality_min:
            found.append(_close(why, hit, radius_bits))
    return found


def _close(why: Why, hit: FrameHit, radius_bits: int) -> Reason:
    bits = hit.distance_bits
    return Reason(why=why, value=bits, limit=radius_bits, name="detect.radius_bits", is_met=bits <= radius_bits)


def of_parts_pointing(support: Support) -> Reason:
    """Ask whether parts point anywhere."""
    return at_least(Why.PARTS_POINT, round(support.weight, 2), TILE_WEIGHT_MIN, "TILE_WEIGHT_MIN")


def of_points_pointing(support: Support) -> Reason:
    """Ask whether points point anywhere."""
    return at_least(Why.POINTS_POINT, round(support.weight, 2), POINT_WEIGHT_MIN, "POINT_WEIGHT_MIN")


def of_parts(verdict: Verdict) -> list[Reason]:
    """Return the checks of parts that were looked for where they should be: fewer of them must agree more."""
    if verdict.count >= decision.TILES_MIN:
        most, least = (decision.TILES_MIN, "TILES_MIN"), (decision.TILES_SHARE_MIN, "TILES_SHARE_MIN")
    else:
        most, least = (decision.TILES_OF_FEW, "TILES_OF_FEW"), (decision.TILES_SHARE_OF_FEW, "TILES_SHARE_OF_FEW")
    return [
        at_least(Why.PARTS_AGREE, verdict.count, *most),
        at_least(Why.PARTS_SHARE, verdict.explained, *least),
    ]


def of_picture(verdict: Verdict, *, has_code: bool) -> list[Reason]:
    """Return the checks of a comparison of pixels.

    Args:
        verdict: What was measured.
        has_code: A code of a whole frame pointed there, so that points need not.
    """
    found = [
        _explained(verdict, has_code=has_code),
        at_least(Why.SEEN, verdict.seen, decision.SEEN_MIN, "SEEN_MIN"),
        at_least(Why.FILLED, verdict.filled, decision.FILLED_MIN, "FILLED_MIN"),
    ]
    if verdict.in_frame:
        frame = at_least(Why.EXPLAINED, verdict.explained, decision.FRAME_EXPLAINED_MIN, "FRAME_EXPLAINED_MIN")
        found += [frame, at_least(Why.SEEN, verdict.seen, decision.FRAME_SEEN_MIN, "FRAME_SEEN_MIN")]
    if all(reason.is_met for reason in found):
        return found
    return [*found, at_least(Why.SHARED_POINTS, verdict.count, decision.THING_POINTS_MIN, "THING_POINTS_MIN")]


def _explained(verdict: Verdict, *, has_code: bool) -> Reason:
    """Ask for the texture explained: the more, the less else supports the placement."""
    if has_code or verdict.count >= decision.POINTS_ENOUGH:
        return at_least(Why.EXPLAINED, verdict.explained, decision.EXPLAINED_MIN, "EXPLAINED_MIN")
    if verdict.count >= decision.POINTS_MIN:
        return at_least(Why.EXPLAINED_FEW, verdict.explained, decision.EXPLAINED_OF_FEW, "EXPLAINED_OF_FEW")
    return at_least(Why.EXPLAINED_CLEAR, verdict.explained, decision.EXPLAINED_CLEAR, "EXPLAINED_CLEAR")
