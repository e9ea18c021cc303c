"""``rempart net try-mail`` and ``try-timestamps``: what others rely on, tried before it is needed."""

from __future__ import annotations

import click

from rempart.cli.opening import Globals
from rempart.cli.printing import put, put_json, safe

_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON lines.")


@click.command(name="try-mail")
@click.argument("to", metavar="ADDRESS")
@_JSON
@click.pass_obj
def try_mail(given: Globals, to: str, *, as_json: bool) -> int:
    """Send ADDRESS a mail that says that it is a trial, through the relay of the settings.

    Exit code: 0 if the relay took it, 4 if not, or if nobody can tell.
    """
    from rempart.app.outside_trials import try_mail as send  # noqa: PLC0415 - heavy: dnspython
    from rempart.errors import UnavailableError  # noqa: PLC0415 - as above
    from rempart.model.mail import Sent  # noqa: PLC0415 - as above

    outcome = send(given.settings(), to).outcome
    word = {"Sent": "sent", "Deferred": "deferred", "Rejected": "rejected", "MaybeSent": "maybe_sent"}[
        type(outcome).__name__
    ]
    if isinstance(outcome, Sent):
        detail, reply = outcome.message_id, outcome.relay_reply
    else:
        detail, reply = outcome.reason.in_words(), outcome.why
    if as_json:
        put_json({"v": 1, "outcome": word, "detail": detail, "reply": reply})
    else:
        put(safe(f"{word.replace('_', ' ')}  {detail}" + (f": {reply}" if reply else "")))
    return 0 if isinstance(outcome, Sent) else UnavailableError.exit_code


@click.command(name="try-timestamps")
@_JSON
@click.pass_obj
def try_timestamps(given: Globals, *, as_json: bool) -> int:
    """Have every authority of the settings stamp a random digest.

    That the reply answers the request is checked; its signature is not, in this version.

    Exit code: 0 if all of them did, 4 if one did not.
    """
    from rempart.app.outside_trials import try_timestamps as ask  # noqa: PLC0415 - heavy: asn1crypto
    from rempart.errors import UnavailableError  # noqa: PLC0415 - as above
    from rempart.model.timestamp import Timestamp  # noqa: PLC0415 - as above

    status = 0
    for found in ask(given.settings()):
        is_stamped = isinstance(found, Timestamp)
        status = status if is_stamped else UnavailableError.exit_code
        if isinstance(found, Timestamp):
            remarks = "".join(f"; {remark}" for remark in found.remarks)
            detail = f"{found.gen_time:%Y-%m-%d %H:%M:%S} UTC, {found.tsa_name or 'unnamed'}{remarks}"
        else:
            detail = found.reason.in_words() + (f": {found.detail}" if found.detail else "")
        if as_json:
            put_json({"v": 1, "authority": found.url, "stamped": is_stamped, "detail": detail})
        else:
            put(safe(f"{'ok    ' if is_stamped else 'failed'}  {found.url}  {detail}"))
    return status
