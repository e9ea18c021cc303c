"""``rempart evidence erase``, ``cancel-erasure`` and ``hold``: what goes, what stays, and who decided it."""

from __future__ import annotations

import datetime as dt

import click

from rempart.cli.opening import Globals
from rempart.cli.printing import put, put_json, safe, say

_DAY = click.DateTime(formats=["%Y-%m-%d"])


@click.command(name="erase")
@click.argument("item")
@click.option("--reason", required=True, metavar="TEXT", help="Who asks, and why.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON line.")
@click.pass_obj
def erase(given: Globals, item: str, reason: str, *, as_json: bool) -> int:
    """Ask for ITEM to be erased: in seven days, unless it is cancelled or held by law. A signed tombstone is left.

    Those who were given a copy are listed: they are to be told (GDPR article 19).
    """
    from rempart.app.evidence_desk import EvidenceDesk  # noqa: PLC0415 - heavy: Django
    from rempart.app.evidence_erasing import ask_erasure  # noqa: PLC0415 - as above

    with given.open() as workspace:
        asked = ask_erasure(EvidenceDesk(workspace, given.settings()), item, why=reason)
    due = max(asked.request.due_at, asked.hold.until) if asked.hold else asked.request.due_at
    if as_json:
        copies = [{"to": copy.to, "at": copy.at.isoformat()} for copy in asked.copies]
        held = asked.hold.until.isoformat() if asked.hold else None
        put_json({"v": 1, "item": item, "due_at": due.isoformat(), "held_until": held, "copies": copies})
        return 0
    put(safe(f"{asked.request.item}  will be erased after {due:%Y-%m-%d %H:%M} UTC"))
    if asked.hold:
        say(f"A legal hold keeps it until {asked.hold.until:%Y-%m-%d}.")
    for copy in asked.copies:
        put(safe(f"copy given to {copy.to}  {copy.at:%Y-%m-%d}: tell them"))
    if asked.copies:
        say(safe(f"These copies open with the keys of: {', '.join(asked.recipients)}."))
    say(f"To take it back: rempart evidence cancel-erasure {asked.request.item}")
    return 0


@click.command(name="cancel-erasure")
@click.argument("item")
@click.option("--reason", default="", metavar="TEXT", help="Why.")
@click.pass_obj
def cancel_erasure(given: Globals, item: str, reason: str) -> int:
    """Take back that ITEM is to be erased, as long as it is not."""
    from rempart.app.evidence_desk import EvidenceDesk  # noqa: PLC0415 - heavy: Django
    from rempart.app.evidence_erasing import cancel_erasure as cancel  # noqa: PLC0415 - as above

    with given.open() as workspace:
        request = cancel(EvidenceDesk(workspace, given.settings()), item, why=reason)
    put(f"{request.item}  stays")
    return 0


@click.command(name="hold")
@click.argument("case")
@click.option("--until", type=_DAY, help="The day on which it ends by itself.")
@click.option("--end", is_flag=True, help="End the holds that are in force.")
@click.option("--reason", required=True, metavar="TEXT", help="For which claim; or why it ends.")
@click.pass_obj
def hold(given: Globals, case: str, until: dt.datetime | None, reason: str, *, end: bool) -> int:
    """Decide that nothing of CASE is erased until a day (GDPR article 17(3)(e)); you are named as who decided it."""
    from rempart.app.evidence_desk import EvidenceDesk  # noqa: PLC0415 - heavy: Django
    from rempart.app.evidence_holding import end_holds, hold_case  # noqa: PLC0415 - as above

    if (until is None) == (not end):
        raise click.UsageError("Say until when (--until 2027-01-31), or --end.")  # noqa: EM101, TRY003 - click's way
    with given.open() as workspace:
        desk = EvidenceDesk(workspace, given.settings())
        if until is None:
            ended = end_holds(desk, case, why=reason)
            put(f"{case}  {'1 hold' if ended == 1 else f'{ended} holds'} ended")
        else:
            made = hold_case(desk, case, why=reason, until=until.replace(tzinfo=dt.UTC))
            put(f"{made.case}  held until {made.until:%Y-%m-%d}")
    return 0
