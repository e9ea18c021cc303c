"""One threshold that was asked, what stood against it, and whether that was enough."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


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
