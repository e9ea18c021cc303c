"""``rempart net authorise``, ``authorisations`` and ``hosts``: who answers for what is asked, and how politely."""

from __future__ import annotations

import datetime as dt

import click

from rempart.cli.net_records import authorisation_record, host_record
from rempart.cli.opening import Globals
from rempart.cli.printing import put, put_json, safe, say

_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON lines.")
_BY = click.option("--by", metavar="NAME", default="", help="Who answers for it, if not you.")


@click.command(name="authorise")
@click.argument("url", metavar="URL|AUTHORISATION")
@_BY
@click.option("--reason", metavar="TEXT", default="", help="Why this address must be read: who reported it, what for.")
@click.option("--legal-basis", metavar="TEXT", default="", help="By what right.")
@click.option("--days", type=click.IntRange(1, 30), help="For how many days from now.")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="Until the beginning of this day (UTC).")
@click.option("--withdraw", is_flag=True, help="Take back what covers URL, or one authorisation.")
@_JSON
@click.pass_obj
def authorise(
    given: Globals,
    url: str,
    *,
    by: str,
    reason: str,
    legal_basis: str,
    days: int | None,
    until: dt.datetime | None,
    withdraw: bool,
    as_json: bool,
) -> int:
    """Answer, by name, for asking for one reported URL that a robots.txt does not allow.

    It covers this very address only, not where it redirects to, for 30 days at most. What the gate stops, and
    what was frozen here, stays stopped, and the host is asked no faster. Each use is counted, and noted in the journal.
    """
    from rempart.app.authorising import Statement, withdraw_authorisations  # noqa: PLC0415 - heavy: Django
    from rempart.app.authorising import authorise as state  # noqa: PLC0415 - as above
    from rempart.app.stopping import gate_of  # noqa: PLC0415 - as above

    if withdraw:
        _refuse_terms(reason, legal_basis, days, until)
        with given.open() as workspace:
            taken = withdraw_authorisations(workspace, url, by)
        for each in taken:
            if as_json:
                put_json(authorisation_record(each))
            else:
                put(f"{each.id}  withdrawn  used {each.uses} times")
        return 0
    ends = _end(days, until)
    statement = Statement(url=url, by=by, reason=reason, legal_basis=legal_basis, until=ends)
    with given.open() as workspace:
        made = state(workspace, gate_of(workspace, given.settings()), statement)
    say("It covers this very address, not where it redirects to; the host is asked no faster for it.")
    if as_json:
        put_json(authorisation_record(made))
    else:
        put(safe(f"{made.id}  {made.url}  until {made.until:%Y-%m-%d %H:%M} UTC"))
    return 0


@click.command(name="authorisations")
@_JSON
@click.pass_obj
def authorisations(given: Globals, *, as_json: bool) -> int:
    """List the addresses for which somebody answers, those that are over included."""
    from rempart.app.authorising import list_authorisations  # noqa: PLC0415 - heavy: Django

    with given.open() as workspace:
        found = list_authorisations(workspace)
        names = workspace.users.names()
    for each in found:
        if as_json:
            put_json(authorisation_record(each))
        else:
            ended = f"withdrawn {each.withdrawn_at:%Y-%m-%d}" if each.withdrawn_at else f"until {each.until:%Y-%m-%d}"
            put(safe(f"{each.id}  {each.url}  {names.get(each.by, each.by)}  {ended}  used {each.uses} times"))
            put(safe(f"    {each.reason} ({each.legal_basis})"))
    return 0


@click.command(name="hosts")
@_JSON
@click.pass_obj
def hosts(given: Globals, *, as_json: bool) -> int:
    """List the hosts that were asked lately: when each may be asked next, and what it was asked today (UTC)."""
    from rempart.app.authorising import list_hosts  # noqa: PLC0415 - heavy: Django

    with given.open() as workspace:
        found = list_hosts(workspace)
    for each in found:
        if as_json:
            put_json(host_record(each))
        else:
            state = each.state
            next_at = f"{state.next_at:%Y-%m-%d %H:%M:%S}" if state.next_at else "now"
            paused = f"  paused until {state.paused_until:%Y-%m-%d %H:%M}" if state.paused_until else ""
            put(safe(f"{each.host}  next {next_at}  {state.requests} requests  {state.wire_bytes} bytes{paused}"))
    return 0


def _refuse_terms(*terms: object) -> None:
    """Refuse terms beside ``--withdraw``: whoever gives some may have meant to change an authorisation."""
    from rempart.errors import MisuseError  # noqa: PLC0415 - with the others

    if any(terms):
        message = "an authorisation is taken back as it is"
        advice = "With --withdraw, leave out --reason, --legal-basis, --days and --until. Then give it anew."
        raise MisuseError(message, advice=advice)


def _end(days: int | None, until: dt.datetime | None) -> dt.datetime:
    from rempart import clock  # noqa: PLC0415 - with the others
    from rempart.errors import MisuseError  # noqa: PLC0415 - as above

    if (days is None) == (until is None):
        message = "an authorisation needs one end"
        raise MisuseError(message, advice="Say when it ends: either --days, or --until.")
    return until.replace(tzinfo=dt.UTC) if until else clock.utc_now() + dt.timedelta(days=days or 0)
