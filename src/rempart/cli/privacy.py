"""``rempart privacy``: the record of processing, what is past its end, who opened what."""

from __future__ import annotations

import click

from rempart.cli.opening import Globals
from rempart.cli.printing import put, put_json, safe, say


@click.group(name="privacy")
def command() -> None:
    """What this workspace can prove about the people in it."""


@command.command(name="register")
@click.option("--lang", type=click.Choice(["fr", "en"]), help="Language.  [default: report.language]")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of Markdown.")
@click.pass_obj
def register(given: Globals, lang: str | None, *, as_json: bool) -> int:
    """Print the record of processing activities (GDPR article 30), from what is configured and enforced."""
    from rempart.app.privacy import register as make  # noqa: PLC0415 - heavy: Django
    from rempart.privacy.article30 import render_json, render_markdown  # noqa: PLC0415 - as above
    from rempart.privacy.retention import Language  # noqa: PLC0415 - as above

    settings = given.settings({"report.language": lang})
    language = Language(settings.report.language)
    with given.open({"report.language": lang}) as workspace:
        record = make(workspace, settings)
    text = render_json(record, language) if as_json else render_markdown(record, language)
    for line in text.splitlines():
        put(safe(line))
    return 0


@command.command(name="retention")
@click.option("--enforce", is_flag=True, help="Delete what is past its end now, instead of waiting for the daily job.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON line per kind of row.")
@click.pass_obj
def retention(given: Globals, *, enforce: bool, as_json: bool) -> int:
    """Show what is stored, of which kind, since when, and how much of it is past its end.

    Exit code: 0, or 4 if something past its end is left.
    """
    from rempart.app.privacy import enforce as enforce_now  # noqa: PLC0415 - heavy: Django
    from rempart.app.privacy import past_end  # noqa: PLC0415 - as above
    from rempart.errors import UnavailableError  # noqa: PLC0415 - as above

    settings = given.settings()
    with given.open() as workspace:
        if enforce:
            done = enforce_now(workspace, settings, actor=workspace.me.id)
            states, clean = done.states, done.files_cleaned
            deleted = ", ".join(f"{n} {kind}" for kind, n in done.deleted.items() if n)
            say(f"Deleted: {deleted or 'nothing was past its end'}.")
            if done.traces:
                say(f"Still elsewhere: {done.traces}.")
            if not clean:
                say("Another command reads the database: its files are cleaned by the next run (rempart job run).")
        else:
            states, clean = past_end(workspace, settings), True
    for state in states:
        oldest = state.oldest.isoformat() if state.oldest else None
        if as_json:
            record = {"v": 1, "class": str(state.row_class), "rows": state.kept, "past_end": state.past_end}
            put_json({**record, "oldest": oldest})
        else:
            put(
                f"{state.row_class!s:12} {state.kept:8} rows  {state.past_end:6} past their end  oldest {oldest or '-'}"
            )
    left = sum(state.past_end for state in states)
    return UnavailableError.exit_code if left or not clean else 0


@command.command(name="trace")
@click.argument("subject", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON line per opening.")
@click.pass_obj
def trace(given: Globals, subject: str | None, *, as_json: bool) -> int:
    """Show who opened what: of SUBJECT, an identifier, or the latest openings of all."""
    from rempart.app.privacy import trace as accesses  # noqa: PLC0415 - heavy: Django

    with given.open() as workspace:
        found, names = accesses(workspace, subject), workspace.users.names()
    for access in found:
        name = next((n for user, n in names.items() if user == access.actor), access.actor)
        if as_json:
            record = {"v": 1, "at": access.at.isoformat(), "actor": access.actor, "purpose": str(access.purpose)}
            put_json({**record, "subject": access.subject, "count": access.count})
        else:
            put(safe(f"{access.at:%Y-%m-%d %H:%M:%S}  {name}  {access.purpose}  {access.subject}  {access.count}"))
    return 0
