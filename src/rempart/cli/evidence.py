"""``rempart evidence``: what was seen, sealed so that a stranger can verify it."""

from __future__ import annotations

from pathlib import Path

import click

from rempart.cli.evidence_erasing import cancel_erasure, erase, hold
from rempart.cli.evidence_lines import item_in_words, item_record
from rempart.cli.evidence_opening import open_one
from rempart.cli.evidence_recipient import recipient
from rempart.cli.evidence_renewing import new_seal, renew
from rempart.cli.evidence_verifying import verify
from rempart.cli.opening import Globals
from rempart.cli.printing import put, put_json, safe, say

_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON lines.")


@click.group(name="evidence")
def command() -> None:
    """Record, open, hand over and erase evidence; what is private in it is sealed to named people."""


for _each in (open_one, verify, renew, new_seal, erase, cancel_erasure, hold, recipient):
    command.add_command(_each)


@command.command(name="add")
@click.argument("what", metavar="FILE|URL")
@click.option("--case", default="", metavar="CASE", help="In which case.")
@click.option("--tie", default="", metavar="TIE", help="Why it belongs there: match:ID, report, or path.")
@click.option("--second", default="", metavar="NAME", help="Who agrees, where it takes two.")
@click.option("--fewer-stamps", type=click.Choice(["yes"]), help="Do with the time-stamps that there are.")
@_JSON
@click.pass_obj
def add(given: Globals, what: str, case: str, tie: str, second: str, fewer_stamps: str | None, *, as_json: bool) -> int:
    """Add a file or a page to a case: it is recorded, sealed to the recipients, time-stamped and logged.

    A file's bytes are kept as they are and nobody looks at them. Of a page, the text is asked for, and nothing else: no
    picture, script or frame, and no login; robots.txt and every rule of rempart net hold. What a full disk or an
    authority that does not answer keeps from being done goes on later, by itself: rempart job run.

    Exit code: 0, 4 if it is recorded and not yet proved, 6 if it may not be added, or its name may concern a minor.
    """
    from rempart.app.evidence_adding import file_item, record, require_permission  # noqa: PLC0415 - heavy: Django
    from rempart.app.evidence_desk import EvidenceDesk  # noqa: PLC0415 - as above
    from rempart.app.evidence_pages import page_item  # noqa: PLC0415 - as above
    from rempart.app.evidence_proving import finish  # noqa: PLC0415 - as above
    from rempart.model.evidence import EvidenceKind  # noqa: PLC0415 - as above

    with given.open() as workspace:
        desk = EvidenceDesk(workspace, given.settings())
        is_page = what.lower().startswith(("http://", "https://"))
        kind = EvidenceKind.PAGE if is_page else EvidenceKind.FILE
        permission = require_permission(desk, case, kind=kind, tie=tie, second=second)
        if is_page:
            item = record(desk, permission, page_item(given.settings(), workspace, what))
        else:
            with file_item(desk, Path(what)) as new:
                item = record(desk, permission, new)
        say(f"recorded: {item.id}")
        done = finish(desk, item.case, accepts_fewer=fewer_stamps == "yes").require(item.id)
        put_json(item_record(done, 0)) if as_json else put(item_in_words(done, 0))
        if desk.stamping.label():
            say(f"NOTE: {desk.stamping.label()}. Name authorities: timestamps.authorities")
    return 0


@command.command(name="list")
@click.option("--case", default="", metavar="CASE", help="Of one case only.")
@_JSON
@click.pass_obj
def show(given: Globals, case: str, *, as_json: bool) -> int:
    """List evidence, and how often each item was opened. That it was looked at is traced."""
    from rempart.app.evidence_desk import EvidenceDesk  # noqa: PLC0415 - heavy: Django
    from rempart.app.evidence_listing import list_evidence  # noqa: PLC0415 - as above

    with given.open() as workspace:
        for item, openings in list_evidence(EvidenceDesk(workspace, given.settings()), case):
            put_json(item_record(item, openings)) if as_json else put(item_in_words(item, openings))
    return 0


@command.command(name="export")
@click.argument("case")
@click.option("--to", type=click.Path(path_type=Path), required=True, metavar="FILE", help="A new file: dossier.zip.")
@click.option("--to-whom", required=True, metavar="TEXT", help="Who gets it; written down, to be told of erasures.")
@_JSON
@click.pass_obj
def export(given: Globals, case: str, to: Path, to_whom: str, *, as_json: bool) -> int:
    """Export CASE as one file that a stranger verifies with ./verify.sh: bash, coreutils and openssl.

    What is private in it stays sealed to its recipients. The export is sealed, time-stamped and logged itself.
    """
    from rempart.app.evidence_desk import EvidenceDesk  # noqa: PLC0415 - heavy: Django
    from rempart.app.evidence_exporting import export_case  # noqa: PLC0415 - as above

    with given.open() as workspace:
        made = export_case(EvidenceDesk(workspace, given.settings()), case, to, to_whom=to_whom)
    if as_json:
        put_json({"v": 1, "dossier": made.id, "path": str(made.path), "items": made.items, "erased": made.erased})
    else:
        put(safe(f"{made.path}  {made.id}  {made.items} items, {made.erased} erased"))
    if made.label:
        say(f"NOTE: {made.label}. Name authorities: timestamps.authorities")
    return 0
