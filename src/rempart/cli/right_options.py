"""The options that state a right, the same wherever one can be stated."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

import click

if TYPE_CHECKING:
    from rempart.model.asset import Right

_DEPICTS: Final = ("self", "other", "nobody")
#: As in ``rempart.model.asset.GroundKind``; a test compares them.
GROUNDS: Final = (
    "own-work",
    "self-depicted",
    "rights-holder",
    "mandate",
    "legal-representative",
    "association-case",
)


def right_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--depicts``, ``--ground`` and ``--adults-when-taken`` to a command."""
    for option in (
        click.option(
            "--adults-when-taken", is_flag=True, help="State that everyone shown was 18 or older when it was taken."
        ),
        click.option("--ground", type=click.Choice(GROUNDS), help="By what right."),
        click.option("--depicts", type=click.Choice(_DEPICTS), help="Who is shown, as seen from the owner."),
    ):
        function = option(function)
    return function


def right_of(depicts: str | None, ground: str | None, *, adults_when_taken: bool) -> Right:
    """Turn the options into a right."""
    from rempart.model.asset import Depicts, GroundKind, Right  # noqa: PLC0415 - with the command that needs it

    return Right(
        depicts=Depicts(depicts) if depicts else None,
        ground=GroundKind(ground.replace("-", "_")) if ground else None,
        adults_when_taken=adults_when_taken,
    )
