"""``rempart log check`` and ``verify-consistency``: is the log whole, and does one state begin with another?"""

from __future__ import annotations

from pathlib import Path

import click

from rempart.cli.opening import Globals
from rempart.cli.printing import put


@click.command(name="check")
@click.pass_obj
def check(given: Globals) -> None:
    """Make sure that every entry, and every state that was signed, fit together.

    Exit code: 5 if they do not.
    """
    from rempart.app.transparency_log import TransparencyLog  # noqa: PLC0415 - heavy: Django

    with given.open() as workspace:
        TransparencyLog(workspace, given.settings()).audit()
        put(f"whole  {workspace.log.size()} entries")


@click.command(name="verify-consistency")
@click.argument("old", type=click.Path(path_type=Path))
@click.argument("new", type=click.Path(path_type=Path))
@click.pass_obj
def verify_consistency(given: Globals, old: Path, new: Path) -> None:
    """Make sure that the signed state in the file NEW begins with the one in OLD: nothing was changed or removed.

    Both are states of this workspace's log, as ``rempart log checkpoint --to`` writes them.

    Exit code: 5 if it does not.
    """
    from rempart import clock  # noqa: PLC0415 - with the command
    from rempart.app.log_files import read_state, verify_growth  # noqa: PLC0415 - as below
    from rempart.app.transparency_log import TransparencyLog  # noqa: PLC0415 - heavy: Django

    with given.open() as workspace:
        log = TransparencyLog(workspace, given.settings())
        key = log.signer(clock.utc_now()).key
        first, last = (read_state(path, key) for path in (old, new))
        verify_growth(log.nodes, first, last)
    put(f"consistent  {first.size}  {last.size}")
