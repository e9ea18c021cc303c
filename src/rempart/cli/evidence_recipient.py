"""``rempart evidence recipient``: who can open what is sealed."""

from __future__ import annotations

import click

from rempart.cli.opening import Globals, asker
from rempart.cli.printing import put, put_json, safe, say

_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON lines.")
#: As in ``rempart.model.evidence.RecipientPurpose``; a test compares them.
PURPOSES = ("association", "lawyer", "expert", "person")


@click.group(name="recipient")
def recipient() -> None:
    """Who can open what is sealed: the workspace, and at least one other who keeps her own key."""


@recipient.command(name="add")
@click.argument("name")
@click.argument("key", metavar="AGE1…")
@click.option("--purpose", type=click.Choice(PURPOSES), required=True, help="Why.")
@click.option("--case", default="", metavar="CASE", help="In one case only; needed for the person herself.")
@click.option(
    "--device-is-safe", type=click.Choice(["yes"]), help="She was asked: nobody else can read or monitor her device."
)
@click.pass_obj
def add(given: Globals, name: str, key: str, purpose: str, case: str, device_is_safe: str | None) -> int:
    """Seal to NAME as well from now on, by her public key: age-keygen -y prints it. NAME is public: write a role.

    The key of the person herself is optional: whoever can read her device could open everything with it.

    Exit code: 6 for her own key if nobody asked her whether her device is safe.
    """
    from rempart.app.evidence_desk import EvidenceDesk  # noqa: PLC0415 - heavy: Django
    from rempart.app.evidence_recipients import add_evidence_recipient  # noqa: PLC0415 - as above
    from rempart.model.evidence import RecipientPurpose  # noqa: PLC0415 - as above

    is_safe = device_is_safe == "yes"
    if purpose == "person" and not is_safe and asker() is not None:
        say("Her key is optional. Whoever unlocks, reads or monitors her telephone or computer could open everything.")
        is_safe = click.confirm("Was she asked, and is her device safe?", err=True)
    with given.open() as workspace:
        made = add_evidence_recipient(
            EvidenceDesk(workspace, given.settings()),
            name,
            key,
            purpose=RecipientPurpose(purpose),
            case=case,
            is_safe=is_safe,
        )
    put(safe(f"{made.label}  {made.purpose}  {made.age_recipient}"))
    return 0


@recipient.command(name="list")
@_JSON
@click.pass_obj
def show(given: Globals, *, as_json: bool) -> int:
    """List who can open what is sealed, beside the workspace itself. That they were looked at is traced."""
    from rempart.app.evidence_desk import EvidenceDesk  # noqa: PLC0415 - heavy: Django
    from rempart.app.evidence_recipients import list_evidence_recipients  # noqa: PLC0415 - as above

    with given.open() as workspace:
        for each in list_evidence_recipients(EvidenceDesk(workspace, given.settings())):
            if as_json:
                record = {"v": 1, "name": each.label, "purpose": str(each.purpose), "key": each.age_recipient}
                put_json({**record, "case": each.case})
            else:
                put(safe(f"{each.label}  {each.purpose}  {each.age_recipient}  {each.case or 'all cases'}"))
    return 0
