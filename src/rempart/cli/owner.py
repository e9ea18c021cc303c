"""``rempart owner``: whose pictures are protected, and by which right."""

from __future__ import annotations

import click

from rempart.cli.opening import Globals
from rempart.cli.printing import put, put_json, safe, say
from rempart.cli.right_options import right_of, right_options


@click.group(name="owner")
def command() -> None:
    """Whose pictures are protected, and by which right."""


@command.command(name="add")
@click.argument("name")
@right_options
@click.option("--contact", default="", help="How to reach her; encrypted, shown to nobody but who asks for her.")
@click.option("--lang", type=click.Choice(["fr", "en"]), help="Language of the consent.  [default: report.language]")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON line.")
@click.pass_obj
def add(
    given: Globals,
    name: str,
    depicts: str | None,
    ground: str | None,
    *,
    adults_when_taken: bool,
    contact: str,
    lang: str | None,
    as_json: bool,
) -> int:
    """Add the owner NAME, with the right by which her pictures are registered, written once."""
    from rempart.app.rights import add_owner  # noqa: PLC0415 - heavy: Django
    from rempart.model.asset import ConsentScope  # noqa: PLC0415 - as above
    from rempart.register import CONSENT_TEXTS  # noqa: PLC0415 - as above

    settings = given.settings({"report.language": lang})
    right = right_of(depicts, ground, adults_when_taken=adults_when_taken)
    with given.open({"report.language": lang}) as workspace:
        owner = add_owner(workspace, name, contact=contact, right=right, language=settings.report.language)
    if as_json:
        put_json({"v": 1, "owner": owner.id, "name": owner.name})
    else:
        put(safe(f"{owner.id}  {owner.name}"))
    say(f"Consent recorded: {CONSENT_TEXTS[ConsentScope.MATCH].shown(settings.report.language)}")
    if not right.adults_when_taken:
        say("Nobody stated that everyone was 18 or older (--adults-when-taken): no picture of hers can be added yet.")
    return 0


@command.command(name="list")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON line per owner.")
@click.pass_obj
def show(given: Globals, *, as_json: bool) -> int:
    """List the owners."""
    from rempart.app.listing import owners  # noqa: PLC0415 - heavy: Django

    with given.open() as workspace:
        for owner, count in owners(workspace):
            right = owner.ground.right
            if as_json:
                put_json(
                    {
                        "v": 1,
                        "owner": owner.id,
                        "name": owner.name,
                        "assets": count,
                        "depicts": right.depicts,
                        "ground": right.ground,
                        "adults_when_taken": right.adults_when_taken,
                        "ground_accepted": owner.ground.accepted_by is not None,
                    }
                )
            else:
                stated = f"depicts {right.depicts or '?'}, ground {right.ground or 'none'}"
                accepted = "accepted" if owner.ground.accepted_by else "not accepted"
                put(safe(f"{owner.id}  {owner.name}  {count} assets  ({stated}, {accepted})"))
    return 0


@command.command(name="forget")
@click.argument("name")
@click.pass_obj
def forget(given: Globals, name: str) -> int:
    """Delete the name and the contact of the owner NAME, for good. Her assets are withdrawn before.

    Exit code: 0 when it is done, 4 when another command still reads the database: it is then done by itself later.
    """
    from rempart.app.withdrawing import forget_owner  # noqa: PLC0415 - heavy: Django
    from rempart.cli.asset_lines import print_proof  # noqa: PLC0415 - as above

    with given.open() as workspace:
        return print_proof(forget_owner(workspace, name))
