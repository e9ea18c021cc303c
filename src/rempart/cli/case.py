"""``rempart case``: for whom, and by what right, evidence is gathered."""

from __future__ import annotations

import click

from rempart.cli.evidence_lines import case_record, put_case
from rempart.cli.opening import Globals, asker
from rempart.cli.printing import put, put_json, safe, say
from rempart.cli.right_options import GROUNDS
from rempart.errors import MisuseError

_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON lines.")


@click.group(name="case")
def command() -> None:
    """For whom, and by what right, evidence is gathered; nothing is recorded outside a case."""


@command.command(name="open")
@click.option("--owner", required=True, help="For whom: her name or identifier.")
@click.option("--ground", type=click.Choice(GROUNDS), help="By what right; needed, as is its note.")
@click.option("--note", default="", metavar="TEXT", help="That right in words: a mandate's date, a complaint's number.")
@click.option("--show-addresses", is_flag=True, help="She chose that addresses of pages are in the public part.")
@click.option("--lang", type=click.Choice(["fr", "en"]), help="Language of her consent.  [default: report.language]")
@click.option("--text-read", is_flag=True, help="She has read the text of her consent, and agrees.")
@_JSON
@click.pass_obj
def open_one(
    given: Globals,
    owner: str,
    ground: str | None,
    note: str,
    lang: str | None,
    *,
    show_addresses: bool,
    text_read: bool,
    as_json: bool,
) -> int:
    """Open a case. Her consent to evidence is asked for, unless she gave it before.

    Exit code: 6 without a ground, or without her consent.
    """
    from rempart.app.cases import open_case  # noqa: PLC0415 - heavy: Django
    from rempart.app.evidence_desk import EvidenceDesk  # noqa: PLC0415 - as above
    from rempart.app.rights import subject_of  # noqa: PLC0415 - as above
    from rempart.model.asset import ConsentScope, GroundKind  # noqa: PLC0415 - as above
    from rempart.register import CONSENT_TEXTS  # noqa: PLC0415 - as above

    settings = given.settings({"report.language": lang})
    with given.open() as workspace:
        her = subject_of(workspace, owner).owner.id
        read = settings.report.language if text_read else ""
        if not read and asker() is not None and not workspace.consents.holds(ConsentScope.EVIDENCE, her):
            say(CONSENT_TEXTS[ConsentScope.EVIDENCE].shown(settings.report.language))
            click.confirm("Has she read this, and does she agree?", abort=True, err=True)
            read = settings.report.language
        made = open_case(
            EvidenceDesk(workspace, settings),
            her,
            ground=GroundKind(ground.replace("-", "_")) if ground else None,
            note=note,
            shows_addresses=show_addresses,
            text_read=read,
        )
    put_json(case_record(made)) if as_json else put(made.id)
    return 0


@command.command(name="list")
@_JSON
@click.pass_obj
def list_all(given: Globals, *, as_json: bool) -> int:
    """List the cases. That they were looked at is traced."""
    from rempart.app.cases import list_cases  # noqa: PLC0415 - heavy: Django
    from rempart.app.evidence_desk import EvidenceDesk  # noqa: PLC0415 - as above

    with given.open() as workspace:
        for case in list_cases(EvidenceDesk(workspace, given.settings())):
            if as_json:
                put_json(case_record(case))
            else:
                put(f"{case.id}  {case.state}  {case.ground}  opened {case.opened_at:%Y-%m-%d}  for {case.owner}")
    return 0


@command.command(name="show")
@click.argument("case")
@_JSON
@click.pass_obj
def show(given: Globals, case: str, *, as_json: bool) -> int:
    """Show CASE: its evidence, what happened to it, who was given it, and holds. That it was looked at is traced."""
    from rempart.app.cases import show_case  # noqa: PLC0415 - heavy: Django
    from rempart.app.evidence_desk import EvidenceDesk  # noqa: PLC0415 - as above

    with given.open() as workspace:
        whole = show_case(EvidenceDesk(workspace, given.settings()), case)
        put_case(whole, workspace.users.names(), as_json=as_json)
    return 0


@command.command(name="close")
@click.argument("case")
@click.option("--reason", default="", metavar="TEXT", help="Why.")
@click.pass_obj
def close(given: Globals, case: str, reason: str) -> int:
    """Close CASE: nothing more is added; what is there is kept, renewed, exported or erased."""
    from rempart.app.cases import close_case  # noqa: PLC0415 - heavy: Django
    from rempart.app.evidence_desk import EvidenceDesk  # noqa: PLC0415 - as above

    if reason and not reason.isprintable():
        message = "the reason has signs that cannot be shown"
        raise MisuseError(message)
    with given.open() as workspace:
        closed = close_case(EvidenceDesk(workspace, given.settings()), case, why=reason)
    put(safe(f"{closed.id}  {closed.state}"))
    return 0
