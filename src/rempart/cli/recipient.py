"""``rempart recipient``: who is given copies of her own, and whether she was told."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rempart.cli.opening import Globals
from rempart.cli.printing import put, put_json, safe, say

if TYPE_CHECKING:
    from rempart.model.recipient import Recipient

_DAY = click.DateTime(["%Y-%m-%d"])
_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON lines.")


@click.group(name="recipient")
def command() -> None:
    """Who is given copies of her own, and whether she was told."""


@command.command(name="add")
@click.argument("name")
@click.option("--informed-on", type=_DAY, help="The day on which she was told that her copies can be told apart.")
@click.option("--how", default="", metavar="TEXT", help="How she was told: a clause, a letter, a screen.")
@click.option("--ref", default="", metavar="REF", help="What another system calls her.")
@click.option("--group", default="", metavar="GROUP", help="Whom she belongs with: rempart mark --to GROUP.")
@_JSON
@click.pass_obj
def add(
    given: Globals, name: str, informed_on: dt.datetime | None, how: str, ref: str, group: str, *, as_json: bool
) -> int:
    """Add the recipient NAME. No copy is made for her before she was told.

    Her name, reference and group are encrypted; logs hold her identifier only.
    """
    from rempart.app.recipients import add_recipient  # noqa: PLC0415 - heavy: Django
    from rempart.model.recipient import NewRecipient  # noqa: PLC0415 - as above

    day = informed_on.date() if informed_on else None
    new = NewRecipient(name=name.strip(), informed_on=day, how=how.strip(), ref=ref.strip(), group=group.strip())
    with given.open() as workspace:
        made = add_recipient(workspace, new)
    _print(made, as_json=as_json)
    if made.informed_on is None:
        say("She was not told yet (--informed-on, --how): no copy is made for her until rempart recipient inform.")
    return 0


@command.command(name="import")
@click.argument("file", type=click.Path(path_type=Path, readable=False))
@_JSON
@click.pass_obj
def import_file(given: Globals, file: Path, *, as_json: bool) -> int:
    """Add every recipient of FILE, a CSV in UTF-8, or none: wrong lines are all named.

    Its first line names the columns, in English or French: name, informed_on, how, ref, group (nom, informée le,
    comment, référence, groupe).
    """
    from rempart.app.recipients import import_recipients  # noqa: PLC0415 - heavy: Django

    with given.open() as workspace:
        made = import_recipients(workspace, file)
    for each in made:
        _print(each, as_json=as_json)
    untold = sum(each.informed_on is None for each in made)
    say(f"{len(made)} recipients added, {untold} of them not told yet.")
    return 0


@command.command(name="inform")
@click.argument("name")
@click.option("--informed-on", type=_DAY, required=True, help="The day on which she was told.")
@click.option("--how", required=True, metavar="TEXT", help="How she was told: a clause, a letter, a screen.")
@_JSON
@click.pass_obj
def tell(given: Globals, name: str, informed_on: dt.datetime, how: str, *, as_json: bool) -> int:
    """Write when and how the recipient NAME was told that her copies can be told apart."""
    from rempart.app.recipients import inform  # noqa: PLC0415 - heavy: Django

    with given.open() as workspace:
        _print(inform(workspace, name, informed_on.date(), how), as_json=as_json)
    return 0


@command.command(name="list")
@_JSON
@click.pass_obj
def show(given: Globals, *, as_json: bool) -> int:
    """List the recipients. That they were looked at is traced."""
    from rempart.app.recipients import list_recipients  # noqa: PLC0415 - heavy: Django

    with given.open() as workspace:
        for each in list_recipients(workspace):
            _print(each, as_json=as_json)
    return 0


@command.command(name="forget")
@click.argument("name")
@click.pass_obj
def forget(given: Globals, name: str) -> int:
    """Delete all about the recipient NAME but a number, for good: her copies are still out there, and accuse no other.

    Exit code: 0 when it is done, 4 when another command still reads the database: it is then done by itself later.
    """
    from rempart.app.recipients import forget as forget_her  # noqa: PLC0415 - heavy: Django
    from rempart.cli.asset_lines import print_proof  # noqa: PLC0415 - as above

    with given.open() as workspace:
        return print_proof(forget_her(workspace, name))


def _print(each: Recipient, *, as_json: bool) -> None:
    day = each.informed_on.isoformat() if each.informed_on else None
    if as_json:
        record = {"v": 1, "recipient": each.id, "name": each.name, "ref": each.ref, "group": each.group}
        put_json(record | {"informed_on": day, "how": each.how})
        return
    told = f"told {day} ({each.how})" if day else "not told yet"
    extra = "".join(f"  {text}" for text in (each.ref, each.group) if text)
    put(safe(f"{each.id}  {each.name}{extra}  {told}"))
