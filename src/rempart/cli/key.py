"""``rempart key``: the keys of the workspace, their rotation, and the recovery sheet."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TextIO

import click

from rempart.cli.opening import Globals, ask_new_passphrase, asker
from rempart.cli.printing import put, put_json, safe, say

#: A sheet is a page of text.
_SHEET_LIMIT = 65_536


@click.group(name="key")
def command() -> None:
    """The keys of the workspace: files outside the database, and a sheet on paper that recovers them."""


@command.command(name="status")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON line.")
@click.pass_obj
def status(given: Globals, *, as_json: bool) -> int:
    """Show which key seals, since when, and when the recovery sheet was last tried."""
    from rempart.app.workspace import open_keyring  # noqa: PLC0415 - heavy: Django

    found = open_keyring(given.settings(), asker()).status()
    drilled = found.last_drill_at.isoformat() if found.last_drill_at else None
    if as_json:
        put_json(
            {
                "v": 1,
                "folder": str(found.folder),
                "current": found.current,
                "created_at": found.created_at.isoformat(),
                "retiring": list(found.retiring),
                "protection": str(found.protection),
                "items": found.items,
                "recovery_recipient": found.recovery_recipient,
                "recovery_sheet_made_at": found.recovery_created_at.isoformat(),
                "last_drill_at": drilled,
            }
        )
        return 0
    put(safe(f"folder     {found.folder}"))
    put(f"current    {found.current}, made {found.created_at:%Y-%m-%d %H:%M} UTC, protection: {found.protection}")
    put(f"items      {found.items} have a key of their own: assets, partners")
    put(f"sheet      made {found.recovery_created_at:%Y-%m-%d}, last tried {drilled or 'never'}")
    if found.retiring:
        say("A rotation was not finished. Go on with: rempart key rotate")
    if found.last_drill_at is None:
        say("Try the recovery sheet before you need it: rempart key recover-drill")
    return 0


@command.command(name="rotate")
@click.pass_obj
def rotate(given: Globals) -> int:
    """Seal everything under a new key, then destroy the old one. Other commands go on meanwhile.

    The recovery sheet stays valid. Run it again after an interruption.
    """
    from rempart.app.rotation import rotate as rotate_keys  # noqa: PLC0415 - heavy: Django

    with given.open() as workspace:
        done = rotate_keys(workspace)
    put(f"current    {done.current}")
    put(f"sealed     {done.values} values again, {done.items} keys of assets wrapped again")
    for key in done.destroyed:
        put(f"destroyed  {key}")
    return 0


@command.command(name="recover-drill")
@click.option(
    "--sheet",
    type=click.File(errors="replace"),
    metavar="FILE",
    help="Read the code from FILE instead of the terminal.",
)
@click.pass_obj
def drill(given: Globals, sheet: TextIO | None) -> int:
    """Prove that the code on the recovery sheet opens the keys. It is read from standard input."""
    from rempart.app.recovery import drill as drill_code  # noqa: PLC0415 - heavy: Django

    with given.open() as workspace:
        drill_code(workspace, read_code(sheet))
    put("The recovery sheet works.")
    return 0


@command.command(name="sheet")
@click.option("--out", type=click.Path(path_type=Path), metavar="FILE", help="Write it to FILE instead of stdout.")
@click.option("--lang", type=click.Choice(["fr", "en"]), help="Language of the sheet.  [default: report.language]")
@click.pass_obj
def sheet(given: Globals, out: Path | None, lang: str | None) -> int:
    """Make a new recovery sheet and print it. The old one opens no backup that is made from now on."""
    from rempart.app.recovery import new_sheet  # noqa: PLC0415 - heavy: Django
    from rempart.cli.sheet import refuse_existing, show_sheet, write_sheet  # noqa: PLC0415 - as above

    settings = given.settings({"report.language": lang})
    if out is not None:
        refuse_existing(out)  # before the old sheet stops working
    with given.open() as workspace:
        code = new_sheet(workspace)
        if out is None:
            show_sheet(code, workspace.id, settings)
        else:
            write_sheet(out, code, workspace.id, settings)
    say("Print it, put it away from this machine and from the backups, then try it: rempart key recover-drill")
    return 0


@command.command(name="passphrase")
@click.option("--remove", is_flag=True, help="Leave the keys to the permissions of their files.")
@click.pass_obj
def passphrase(given: Globals, *, remove: bool) -> int:
    """Protect the keys by a new passphrase, which is asked for."""
    from rempart.app.workspace import open_keyring  # noqa: PLC0415 - heavy: Django

    keyring = open_keyring(given.settings(), asker())
    keyring.change_passphrase(None if remove else ask_new_passphrase())
    put("The keys are protected by the permissions of their files." if remove else "The passphrase is changed.")
    return 0


def read_code(file: TextIO | None) -> str:
    """Read a recovery code from a file, or from standard input, where a person types the lines of the sheet."""
    if file is not None:
        return _code_lines(file.read(_SHEET_LIMIT))
    if asker():
        say("Type the code of the recovery sheet, line by line; then an empty line.")
        return "\n".join(iter(sys.stdin.readline, "\n"))
    return _code_lines(sys.stdin.read(_SHEET_LIMIT))


def _code_lines(text: str) -> str:
    """Keep the numbered lines of a whole sheet; a code without them is taken as it is."""
    return "\n".join(line for line in text.splitlines() if re.match(r"\s*[1-9]\s*[:.)]", line)) or text
