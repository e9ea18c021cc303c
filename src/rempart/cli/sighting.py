"""``rempart sighting``: what was seen in watched places, as far as it may be shown."""

from __future__ import annotations

import datetime as dt

import click

from rempart.cli.opening import Globals
from rempart.cli.printing import say

_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON lines.")


@click.group(name="sighting")
def command() -> None:
    """What was seen in watched places and matches: where, when, what it resembles. Never the media, never who."""


@command.command(name="list")
@click.option("--source", default="", help="Only through this source.")
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="Only those first seen from this day on (UTC).")
@_JSON
@click.pass_obj
def list_all(given: Globals, *, source: str, since: dt.datetime | None, as_json: bool) -> int:
    """List the sightings, the latest first. That they were looked at is traced.

    In a shared workspace, what shows an intimate picture is a number until another person accepted its ground.
    """
    from rempart.app.sightings import list_sightings  # noqa: PLC0415 - heavy: Django
    from rempart.cli.sighting_lines import put_sighting  # noqa: PLC0415 - as above

    with given.open() as workspace:
        found = list_sightings(workspace, source, since=since.replace(tzinfo=dt.UTC) if since else None)
    for each in found.lines:
        put_sighting(each, as_json=as_json)
    if found.sealed:
        say(
            f"{found.sealed} more wait until another person accepts their ground: rempart ground accept ASSET --by NAME"
        )
    return 0


@command.command(name="show")
@click.argument("sighting")
@_JSON
@click.pass_obj
def show(given: Globals, sighting: str, *, as_json: bool) -> int:
    """Show SIGHTING: its places, its matches, positions in searches, and what her case may read of the post.

    That it was looked at is traced. Exit code: 6 if it may not be shown.
    """
    from rempart.app.sightings import show_sighting  # noqa: PLC0415 - heavy: Django
    from rempart.cli.sighting_lines import put_sheet  # noqa: PLC0415 - as above

    with given.open() as workspace:
        put_sheet(show_sighting(workspace, sighting), as_json=as_json)
    return 0
