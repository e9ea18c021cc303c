"""``rempart consent``: what people allowed, with the text that they were shown."""

from __future__ import annotations

import click

from rempart.cli.opening import Globals, asker
from rempart.cli.printing import put, put_json, safe, say
from rempart.errors import MisuseError

#: As in ``rempart.model.asset.ConsentScope``; a test compares them.
SCOPES = ("match", "watch", "exchange", "evidence", "notice", "disclose_legal_name", "detailed")
_SCOPE = click.option("--scope", type=click.Choice(SCOPES), required=True, help="What it allows.")


@click.group(name="consent")
def command() -> None:
    """What people allowed, with the text that they were shown. Taking back is as simple as giving."""


@command.command(name="show")
@click.argument("subject")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON line per consent.")
@click.pass_obj
def show(given: Globals, subject: str, *, as_json: bool) -> int:
    """Show the consents of SUBJECT, an owner or an asset."""
    from rempart.app.rights import consents_of  # noqa: PLC0415 - heavy: Django

    with given.open() as workspace:
        _, consents = consents_of(workspace, subject)
    for consent in consents:
        ended = consent.withdrawn_at
        if as_json:
            put_json(
                {
                    "v": 1,
                    "consent": consent.id,
                    "scope": str(consent.scope),
                    "asset": consent.asset,
                    "text_version": consent.text_version,
                    "text": consent.text,
                    "given_at": consent.given_at.isoformat(),
                    "withdrawn_at": ended.isoformat() if ended else None,
                }
            )
        else:
            state = f"withdrawn {ended:%Y-%m-%d}" if ended else "holds"
            about = f"  for {consent.asset}" if consent.asset else ""
            put(
                safe(f"{consent.scope:20}  given {consent.given_at:%Y-%m-%d}  {state}{about}  ({consent.text_version})")
            )
    return 0


@command.command(name="grant")
@click.argument("subject")
@_SCOPE
@click.option("--lang", type=click.Choice(["fr", "en"]), help="Language of the text.  [default: report.language]")
@click.option("--text-read", is_flag=True, help="She has read the text, which is then not asked for.")
@click.pass_obj
def grant(given: Globals, subject: str, scope: str, *, lang: str | None, text_read: bool) -> int:
    """Record that SUBJECT, an owner or one asset of hers, allows something. The text is shown first."""
    from rempart.app.rights import grant_consent, subject_of  # noqa: PLC0415 - heavy: Django
    from rempart.model.asset import ConsentScope  # noqa: PLC0415 - as above
    from rempart.register import CONSENT_TEXTS  # noqa: PLC0415 - as above

    language = given.settings({"report.language": lang}).report.language
    with given.open() as workspace:
        about = subject_of(workspace, subject)
        say(CONSENT_TEXTS[ConsentScope(scope)].shown(language))
        if not text_read and asker() is None:
            message = "nobody is at the terminal to say that she has read the text"
            raise MisuseError(message, advice="If she has read it, and agrees: --text-read")
        if not text_read:
            click.confirm("Has she read this, and does she agree?", abort=True, err=True)
        consent = grant_consent(workspace, about, ConsentScope(scope), language)
    put(safe(f"{consent.id}  {consent.scope}  holds"))
    return 0


@command.command(name="revoke")
@click.argument("subject")
@_SCOPE
@click.pass_obj
def revoke(given: Globals, subject: str, scope: str) -> int:
    """Record that SUBJECT takes something back: what it allowed stops at once."""
    from rempart.app.rights import revoke_consent, subject_of  # noqa: PLC0415 - heavy: Django
    from rempart.model.asset import ConsentScope  # noqa: PLC0415 - as above

    with given.open() as workspace:
        consent = revoke_consent(workspace, subject_of(workspace, subject), ConsentScope(scope))
    put(safe(f"{consent.id}  {consent.scope}  withdrawn"))
    if consent.scope is ConsentScope.MATCH:
        say("These pictures are no longer looked for. To delete what is kept of them: rempart asset withdraw")
    if consent.scope is ConsentScope.EVIDENCE:
        say("No evidence is added any more. What is there stays: to erase it is another choice: rempart evidence erase")
    return 0
