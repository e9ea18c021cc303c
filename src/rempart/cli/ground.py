"""``rempart ground``: somebody else checks by what right a picture was registered."""

from __future__ import annotations

import click

from rempart.cli.opening import Globals
from rempart.cli.printing import put, safe, say


@click.group(name="ground")
def command() -> None:
    """By what right pictures are registered, checked by somebody else."""


@command.command(name="accept")
@click.argument("subject", metavar="ASSET")
@click.option("--by", "name", required=True, metavar="NAME", help="Who checked it: not who registered it.")
@click.pass_obj
def accept(given: Globals, subject: str, name: str) -> int:
    """Accept the ground of ASSET, or of an owner: where her assets were found is then shown.

    An owner's acceptance lifts the limit on her assets; an intimate asset always needs its own.
    """
    from rempart.app.rights import accept_ground  # noqa: PLC0415 - heavy: Django

    with given.open() as workspace:
        is_new = workspace.users.find(name) is None
        about = accept_ground(workspace, subject, name)
        me = workspace.me.name
    if is_new:
        say(safe(f"{name} was not known here: she is recorded as a reviewer on the word of {me}, and so is this."))
    put(safe(f"{about.asset or about.owner.id}  accepted by {name}"))
    return 0
