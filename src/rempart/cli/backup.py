"""``rempart backup``: one encrypted file that holds the whole workspace."""

from __future__ import annotations

from pathlib import Path

import click

from rempart.cli.opening import Globals
from rempart.cli.printing import put, safe, say
from rempart.errors import MisuseError


@click.command(name="backup")
@click.argument("file", type=click.Path(path_type=Path))
@click.pass_obj
def command(given: Globals, file: Path) -> int:
    """Write the workspace to FILE, encrypted: it opens with the recovery sheet and with nothing else."""
    from rempart.app.backup import backup  # noqa: PLC0415 - heavy: Django

    if file.exists():
        message = f"{str(file)!r} exists already"
        raise MisuseError(message, advice="A backup never replaces another one: give it the day's date as a name.")
    with given.open(needs_current=False) as workspace:
        size = backup(workspace, file)
    put(safe(f"{file}  {size / 1e6:.1f} MB"))
    say("Keep it on another machine, and the recovery sheet elsewhere. Try both: rempart restore --workspace …")
    return 0
