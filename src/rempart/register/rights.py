"""By what right a picture is registered, asked before a byte of it is read (safety: rows 2, 3 and 12)."""

from __future__ import annotations

from typing import Final

from rempart.errors import RefusedError
from rempart.model.asset import Right, Sensitivity

#: What an owner may register before anybody else has checked her ground: a bank is poisoned in bulk.
UNVALIDATED_ASSETS_MAX: Final = 50

#: Where to turn, whoever asks: nothing was opened, and nothing was sent.
WHERE_TO_TURN: Final = (
    "Nothing was opened or kept. If somebody in the picture was under 18 when it was taken, whatever their age now: "
    "Take It Down (takeitdown.ncmec.org) works on your own device and sends no picture; in France, call 3018, or write "
    "to Point de Contact (pointdecontact.net)."
)


def merge_rights(written: Right, stated: Right) -> Right:
    """Return the right that holds: what is stated for these pictures, then what their owner stated once.

    The age statement holds if either has it: it can be added, and is never presumed.
    """
    return Right(
        depicts=stated.depicts or written.depicts,
        ground=stated.ground or written.ground,
        adults_when_taken=stated.adults_when_taken or written.adults_when_taken,
    )


def require_right(right: Right, sensitivity: Sensitivity) -> None:
    """Make sure that pictures may be registered at all.

    Raises:
        RefusedError: nobody stated that everyone was an adult when they were taken, or they are intimate and nobody
            said by what right they are registered.
    """
    if not right.adults_when_taken:
        message = "nobody stated that everyone shown was 18 or older when the picture was taken"
        advice = f"{WHERE_TO_TURN} If everyone was 18 or older: --adults-when-taken."
        raise RefusedError(message, advice=advice)
    if sensitivity is Sensitivity.INTIMATE and right.ground is None:
        message = "an intimate picture is registered by a right, and none was stated"
        advice = (
            f"{WHERE_TO_TURN} Otherwise state the ground (--ground self-depicted, own-work, mandate …) and who is "
            "shown (--depicts self or other)."
        )
        raise RefusedError(message, advice=advice)


def too_many_unvalidated() -> RefusedError:
    """Return what is said when an owner whose ground nobody checked has as many assets as she may."""
    message = f"an owner whose ground nobody else accepted may have {UNVALIDATED_ASSETS_MAX} assets: the rest was left"
    return RefusedError(
        message, advice="Somebody other than you checks the right: rempart ground accept ASSET --by NAME"
    )
