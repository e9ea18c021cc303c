"""``rempart decoy``: versions that are handed to one channel, which they name if they surface."""

from __future__ import annotations

from pathlib import Path

import click

from rempart.cli.opening import Globals
from rempart.cli.printing import put, put_json, safe, say
from rempart.cli.right_options import right_of, right_options


@click.group(name="decoy")
def command() -> None:
    """Versions handed to one channel, which they name if they surface."""


@command.command(name="add")
@click.argument("file", type=click.Path(path_type=Path, readable=False))
@click.option("--owner", required=True, help="Whose picture it is: her name or identifier.")
@click.option("--given-to", required=True, metavar="TEXT", help="The channel that receives it; never a public place.")
@click.option("--note", default="", metavar="TEXT", help="Why it was made.")
@right_options
@click.option("--json", "as_json", is_flag=True, help="Print one JSON line.")
@click.pass_obj
def add(
    given: Globals,
    file: Path,
    owner: str,
    given_to: str,
    note: str,
    depicts: str | None,
    ground: str | None,
    *,
    adults_when_taken: bool,
    as_json: bool,
) -> int:
    """Register FILE, a version made for one channel: a scan that finds it names that channel.

    It is an asset of its own, in the vault; never intimate, never published. It contacts nothing.

    Exit code: 0, 2 if it cannot be read or is registered already, 6 if it would be published or is intimate.
    """
    from rempart.app.decoys import add_decoy  # noqa: PLC0415 - heavy: numpy, Django
    from rempart.app.intake import Skipped  # noqa: PLC0415 - as above
    from rempart.cli.remarks import prepare  # noqa: PLC0415 - as above
    from rempart.model import Stopped  # noqa: PLC0415 - as above

    settings = given.settings()
    right = right_of(depicts, ground, adults_when_taken=adults_when_taken)
    with given.open() as workspace:
        prepare(settings)
        made = add_decoy(workspace, file, settings, owner=owner, right=right, given_to=given_to, note=note)
    if isinstance(made, Skipped):
        say(f"{made.outcome_word()}: {safe(made.label)}: {made.outcome.in_words()}")
        return 6 if isinstance(made.outcome, Stopped) else 2
    if as_json:
        put_json({"v": 1, "asset": made.asset, "given_to": made.given_to, "note": made.note})
    else:
        put(safe(f"{made.asset}  given to {made.given_to}"))
    return 0


@command.command(name="list")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON line per decoy.")
@click.pass_obj
def show(given: Globals, *, as_json: bool) -> int:
    """List the decoys and their channels. That they were looked at is traced."""
    from rempart.app.decoys import list_decoys  # noqa: PLC0415 - heavy: Django

    with given.open() as workspace:
        for each in list_decoys(workspace):
            if as_json:
                day = each.added_at.isoformat()
                put_json({"v": 1, "asset": each.asset, "given_to": each.given_to, "note": each.note, "added_at": day})
            else:
                put(safe(f"{each.asset}  {each.added_at:%Y-%m-%d}  given to {each.given_to}  {each.note}".rstrip()))
    return 0
