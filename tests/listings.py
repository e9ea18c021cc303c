"""What partners list, for tests of what is shown of it."""

from __future__ import annotations

from dataclasses import replace

from rempart.app.listed import Listed, Said
from rempart.model.exchange import Label, Verdict
from rempart.model.ids import ImportedId

HOSTILE = "<img src=x>\x1b[2J\u202e"


def event(**more: object) -> Listed:
    """Make what is shown of a suspect on whose code two partners do not agree."""
    said = (
        Said(partner="Ada", source="", verdict=Verdict.CONFIRMS),
        Said(partner="Bo", source="Forum", verdict=Verdict.DISPUTES),
    )
    first = Listed(
        label="pile/x.jpg",
        code=ImportedId("imp_1"),
        listed_as=Label.REVIEWED,
        partners=("Ada", "Bo"),
        opinions=said,
        distance_bits=4,
        is_inner=False,
        is_conflicting=True,
        may_act=False,
    )
    return replace(first, **more)  # type: ignore[arg-type]  # fields of several types
