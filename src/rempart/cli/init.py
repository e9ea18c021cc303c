"""``rempart init``: make a workspace."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from rempart.cli.interrupts import undo_on_interrupt
from rempart.cli.opening import Globals, ask_new_passphrase
from rempart.cli.printing import put, safe, say


@click.command(name="init")
@click.option("--database", metavar="URL", default="", help="PostgreSQL database; without it, a file in the workspace.")
@click.option("--passphrase", is_flag=True, help="Protect the keys by a passphrase too; it is asked for.")
@click.option("--alone", is_flag=True, help="Only you will work in it: hits on pictures of yourself are not sealed.")
@click.option("--sheet", type=click.Path(path_type=Path), metavar="FILE", help="Write the recovery sheet to FILE.")
@click.option("--lang", type=click.Choice(["fr", "en"]), help="Language of the sheet.  [default: report.language]")
@click.pass_obj
def command(
    given: Globals, database: str, *, passphrase: bool, alone: bool, sheet: Path | None, lang: str | None
) -> int:
    """Make a workspace: its database, its keys outside it, its recovery sheet. Says where everything is."""
    from rempart.app.workspace import make_workspace, read_note, workspace_folder  # noqa: PLC0415 - heavy: Django
    from rempart.cli.sheet import refuse_existing, show_sheet, write_sheet  # noqa: PLC0415 - as above
    from rempart.config import without_password  # noqa: PLC0415 - as above

    settings = given.settings({"report.language": lang})
    if sheet is not None:
        refuse_existing(sheet)
    undo_on_interrupt()
    secret = ask_new_passphrase() if passphrase else None
    code = make_workspace(settings, database_url=database, passphrase=secret, is_shared=not alone)
    folder = workspace_folder(settings)
    note = read_note(folder)
    put(safe(f"workspace  {note.id}"))
    put(safe(f"folder     {folder}"))
    put(safe(f"database   {without_password(note.database or settings.database.url or str(folder / 'rempart.db'))}"))
    put(safe(f"keys       {folder / 'keys'}  ({'passphrase' if passphrase else 'mode 600'})"))
    say("Back up with: rempart backup FILE. A backup opens only with the recovery sheet.")
    if sheet is not None:
        write_sheet(sheet, code, note.id, settings)
        say(f"Recovery sheet: {safe(str(sheet))}. Print it, put it away from this machine, then delete the file.")
    elif sys.stdout.isatty():
        show_sheet(code, note.id, settings)
    else:
        say("No recovery sheet was printed, as nobody is at the terminal. Make one with: rempart key sheet")
    return 0
