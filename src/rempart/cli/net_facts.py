"""``rempart net facts`` and ``rempart net rdap-refresh``: what is public about a host, and whom to write to."""

from __future__ import annotations

import click

from rempart.cli.opening import Globals
from rempart.cli.printing import put, put_json, safe, say


@click.command(name="facts")
@click.argument("host_or_url")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON line per fact.")
@click.pass_obj
def facts(given: Globals, host_or_url: str, *, as_json: bool) -> int:
    """Find the DNS records, the registrations and the certificates of a host, and where a notice can go.

    Asks the name servers, the registries of its domain and networks (RDAP) and, for its certificates alone, the host.
    The names of people in registrations are left out.

    Exit code: 0 if something was found, 4 if nothing could be, 6 if it is never asked.
    """
    from rempart.app.fact_records import fact_records  # noqa: PLC0415 - as above
    from rempart.app.facts import FactFinder  # noqa: PLC0415 - heavy: httpx2
    from rempart.app.gating import HAND_OFF  # noqa: PLC0415 - as above
    from rempart.cli.fact_lines import is_empty, lines_of  # noqa: PLC0415 - as above
    from rempart.errors import RefusedError, UnavailableError  # noqa: PLC0415 - as above
    from rempart.model.outcome import Stopped  # noqa: PLC0415 - as above

    finder = FactFinder(given.settings())
    for remark in finder.remarks:
        say(f"Note: {remark}")
    found = finder.find(host_or_url)
    if isinstance(found, Stopped):
        put_json({"v": 1, "fact": "stopped", "detail": found.in_words()}) if as_json else put(safe(found.in_words()))
        say(HAND_OFF)
        return RefusedError.exit_code
    if as_json:
        for record in fact_records(found):
            put_json(record)
    else:
        for line in lines_of(found):
            put(safe(line))
    return UnavailableError.exit_code if is_empty(found) else 0


@click.command(name="rdap-refresh")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON line per registry.")
@click.pass_obj
def rdap_refresh(given: Globals, *, as_json: bool) -> int:
    """Fetch IANA's lists of which registry answers for what; one that is older or not whole is not taken.

    Exit code: 0 if each is now the newest, 4 if one could not be had.
    """
    from rempart.app.facts import refresh  # noqa: PLC0415 - heavy: httpx2
    from rempart.errors import UnavailableError  # noqa: PLC0415 - as above
    from rempart.model.facts import RefreshOutcome  # noqa: PLC0415 - as above

    status = 0
    for change in refresh(given.settings()):
        published = change.published_at.isoformat() if change.published_at else None
        if as_json:
            put_json(
                {
                    "v": 1,
                    "registry": change.registry,
                    "outcome": change.outcome,
                    "published_at": published,
                    "detail": change.detail,
                }
            )
        else:
            words = f"{change.outcome:10}{change.registry}: of {published or 'no day'}"
            put(safe(f"{words}; {change.detail}" if change.detail else words))
        if change.outcome is RefreshOutcome.KEPT:
            status = UnavailableError.exit_code
    return status
