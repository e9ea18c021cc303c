"""``rempart db``: the database's version, and whether it is whole."""

from __future__ import annotations

import click

from rempart.cli.opening import Globals
from rempart.cli.printing import put, safe, say
from rempart.errors import IntegrityError


@click.group(name="db")
def command() -> None:
    """The workspace's database."""


@command.command(name="upgrade")
@click.pass_obj
def upgrade(given: Globals) -> int:
    """Bring the database to this version of Rempart. There is no way back: make a backup first."""
    from rempart.app.upgrading import upgrade as upgrade_database  # noqa: PLC0415 - heavy: Django

    with given.open(needs_current=False) as workspace:
        done = upgrade_database(workspace)
    for name in done:
        put(safe(f"applied  {name}"))
    if not done:
        say("The database is up to date.")
    return 0


@command.command(name="check")
@click.pass_obj
def check(given: Globals) -> int:
    """Check that the database, its sealed values, the keys and the vault fit together.

    Exit code: 0 if they do, 5 if they do not.
    """
    from rempart.app.checking import check as check_workspace  # noqa: PLC0415 - heavy: Django
    from rempart.app.checking import sweep  # noqa: PLC0415 - as above

    with given.open() as workspace:
        if swept := sweep(workspace):
            say(f"{swept} keys or originals that no asset has were destroyed: a registration was cut.")
        wrong = list(check_workspace(workspace))
        if waiting := len(workspace.assets.awaiting()):
            say(f"{waiting} withdrawals are not proved yet: rempart job run")
    for fault in wrong:
        put(safe(f"fault  {fault}"))
    if wrong:
        message = f"the workspace is damaged in {len(wrong)} places"
        raise IntegrityError(message, advice="Restore the last backup: rempart restore. Keep this one to learn why.")
    put("The workspace is whole.")
    return 0
