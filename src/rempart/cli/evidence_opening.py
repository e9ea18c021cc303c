"""``rempart evidence open``: what is sealed, for two people and some minutes."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rempart.cli.interrupts import undo_on_hangup
from rempart.cli.opening import Globals
from rempart.cli.printing import put, safe, say

if TYPE_CHECKING:
    from rempart.app.evidence_desk import EvidenceDesk
    from rempart.app.evidence_opening import Opened

_SLICE_S = 0.5


@click.command(name="open")
@click.argument("item")
@click.option("--reason", default="", metavar="TEXT", help="Why it must be seen.")
@click.option("--second", default="", metavar="NAME", help="A second person who works here, and agrees.")
@click.option("--to", type=click.Path(path_type=Path), metavar="FOLDER", help="A new folder, best on a memory disk.")
@click.option("--minutes", default=15, show_default=True, type=click.IntRange(1, 240), help="How long it stays there.")
@click.option("--stdout", "to_stdout", is_flag=True, help="Write the only content to standard output instead.")
@click.pass_obj
def open_one(
    given: Globals, item: str, reason: str, second: str, to: Path | None, minutes: int, *, to_stdout: bool
) -> int:
    """Open what is sealed in ITEM. It takes a reason and a second person, is logged before, and counts as seen.

    The command stays until the minutes are over, Ctrl-C, or its terminal is closed, then removes the folder. What
    another program copied from there, or a disk keeps of deleted files, it cannot remove.

    Exit code: 6 without a second person, or if a name in it may concern a minor.
    """
    from rempart.app.evidence_desk import EvidenceDesk  # noqa: PLC0415 - heavy: Django
    from rempart.app.evidence_opening import open_evidence  # noqa: PLC0415 - as above
    from rempart.errors import MisuseError  # noqa: PLC0415 - with the command

    if to_stdout and sys.stdout.isatty():
        message = "what is sealed is not written to a terminal: what it holds could steer it"
        raise MisuseError(message, advice="Give it to a program (--stdout | …), or name a folder: --to FOLDER")
    with given.open() as workspace:
        desk = EvidenceDesk(workspace, given.settings())
        undo_on_hangup()
        stream = sys.stdout.buffer if to_stdout else None
        opened = open_evidence(desk, item, reason=reason, second=second, to=to, minutes=minutes, stream=stream)
        if opened.folder is None:
            sys.stdout.buffer.flush()
            return 0
        _stay(desk, opened)
    return 0


def _stay(desk: EvidenceDesk, opened: Opened) -> None:
    """Keep it open until its time is over or somebody ends it."""
    from rempart import clock  # noqa: PLC0415 - with the command
    from rempart.app.evidence_opening import close_opening  # noqa: PLC0415 - heavy: Django

    try:
        for number, opening in enumerate(opened.openings.openings, start=1):
            put(safe(f"{opened.folder}/{number:03d}*  {opening.size} bytes  {opening.name}"))
        for key, value in sorted(opened.openings.facts.items()):
            if key != "case_ref_salt":
                put(safe(f"{key}  {value}"))
        say(f"Open until {opened.until:%H:%M} UTC, or Ctrl-C.")
        while clock.utc_now() < opened.until:
            clock.sleep_s(_SLICE_S)
    finally:
        if close_opening(desk.workspace, opened.token):
            say("Closed.")
        else:
            say(safe(f"It could not be removed: {opened.folder}. Remove it; the next command tries again too."))
