"""What the sandbox is asked to find in a suspect: what the assets that are looked for can be compared with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rempart.detect.ensemble import Ensemble

if TYPE_CHECKING:
    from rempart.hazmat import Options

#: How many points of an asset are kept: 48 bytes each.
ASSET_POINTS: Final = 300
#: How many of a suspect are looked up: more, because most may lie in what surrounds the asset.
SUSPECT_POINTS: Final = 500
#: Rectangles inside a suspect that may hold a picture.
INNER_FRAMES: Final = 12


def asset_options() -> Options:
    """Return the options of the fingerprint task for an asset of which everything is measured."""
    return {"frames": 1, "orientations": 1, "points": ASSET_POINTS, "tiles": 1}


def every_option(*, frames: int) -> Options:
    """Return the options of the fingerprint task for a suspect of which everything is measured."""
    return {
        "frames": frames,
        "orientations": 8,
        "fast": 1,
        "inner_frames": INNER_FRAMES,
        "points": SUSPECT_POINTS,
        "tiles": 1,
    }


def suspect_options(bank: Ensemble, *, frames: int) -> Options:
    """Return the options of the fingerprint task for suspects.

    Args:
        bank: What they are compared with.
        frames: How many frames of an animation are looked at.
    """
    options = {"frames": frames, "orientations": 8, "fast": 1, "inner_frames": INNER_FRAMES}
    if bank.wants_points:
        options["points"] = SUSPECT_POINTS
    if bank.wants_tiles:
        options["tiles"] = 1
    return options
