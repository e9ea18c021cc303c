"""``rempart restore``: a workspace again, from a backup and the recovery sheet."""

from __future__ import annotations

from pathlib import Path
from typing import TextIO

import click

from rempart.cli.interrupts import undo_on_interrupt
from rempart.cli.key import read_code
from rempart.cli.opening import Globals, ask_new_passphrase
from rempart.cli.printing import put, safe, say


@click.command(name="restore")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--sheet",
    type=click.File(errors="replace"),
    metavar="FILE",
    help="Read the code from FILE instead of the terminal.",
)
@click.option("--database", metavar="URL", default="", help="Restore into an empty PostgreSQL database.")
@click.option(
    "--passphrase/--no-passphrase", default=None, help="Protect the keys by a passphrase too: it is asked for."
)
@click.pass_obj
def command(given: Globals, file: Path, sheet: TextIO | None, database: str, *, passphrase: bool | None) -> int:
    """Make the workspace of the backup FILE again, in a folder that does not exist yet (--workspace FOLDER).

    The code of the recovery sheet is read from standard input.
    """
    from rempart.app.restore import restore  # noqa: PLC0415 - heavy: Django
    from rempart.keys import RecoveryCode  # noqa: PLC0415 - as above

    undo_on_interrupt()
    code = RecoveryCode.parse(read_code(sheet))
    secret = ask_new_passphrase() if passphrase else None
    done = restore(
        given.settings(), file, code, database_url=database, passphrase=secret, without_passphrase=passphrase is False
    )
    put(safe(f"{done.workspace}  {done.folder}  {done.assets} assets"))
    say(f"The backup is of {done.made_at}. What was withdrawn since then is registered again: withdraw it again.")
    say("Sources that were ended since then are watched again: end them again (rempart source end).")
    say("Evidence that was erased since then is here again: erase it again (rempart evidence erase).")
    return 0
