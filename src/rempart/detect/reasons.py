"""Why an answer is what it is: each threshold that was asked, what was measured, and whether that was enough.

A comparison's checks are those that decided (:mod:`rempart.detect.decision`); those of codes and votes, which an
ensemble asks many assets at once, are asked here of one.
"""

from __future__ import annotations

from enum import StrEnum

from rempart.detect import decision
from rempart.detect.checks import Reason, Why, at_least
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


def of_picture(verdict: Verdict, *, has_code: bool) -> list[Reason]:
    """Return the checks of a comparison of pixels, and where it fails, whether something is shared.

    Args:
        verdict: What was measured.
        has_code: A code of a whole frame pointed there, so that points need not.
    """
    found = decision.checks_of_picture(verdict, has_code=has_code)
    if all(check.is_met for check in found):
        return found
    return [*found, decision.check_of_thing(verdict)]
