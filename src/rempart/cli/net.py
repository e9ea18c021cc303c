"""``rempart net``: the only door to the outside, looked at before it is used."""

from __future__ import annotations

import click

from rempart.cli import net_authorise, net_facts, net_relay, net_trials
from rempart.cli.opening import Globals
from rempart.cli.printing import put, put_json, safe, say


@click.group(name="net")
def command() -> None:
    """The only door to the outside: what it may ask, what it asked."""


@command.command(name="check")
@click.argument("url")
@click.option(
    "--media", "is_media", is_flag=True, help="As a picture, a sound or a video would be asked for; not as a page."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON line per step.")
@click.pass_obj
def check(given: Globals, url: str, *, is_media: bool, as_json: bool) -> int:
    """Say, step by step, whether URL may be asked for, and what it is.

    Asks the name servers, then the host for its robots.txt, for the head of its answer and for what is sniffed of it
    (4 kB): nothing of this happens if an earlier step refuses. What was frozen in the workspace, if there is one, is
    refused as what the gate stops.

    Exit code: 0 if it may be fetched, 4 if it cannot be had, 6 if it is never asked.
    """
    from rempart.app.gating import HAND_OFF  # noqa: PLC0415 - as above
    from rempart.app.net_check import NetCheck, Verdict  # noqa: PLC0415 - heavy: httpx2
    from rempart.errors import RefusedError, UnavailableError  # noqa: PLC0415 - as above
    from rempart.model.web import FetchMode  # noqa: PLC0415 - as above

    codes = {Verdict.REFUSED: RefusedError.exit_code, Verdict.FAILED: UnavailableError.exit_code}
    status = 0
    mode = FetchMode.MEDIA if is_media else FetchMode.TEXT
    with given.open_if_there() as workspace:
        for step in NetCheck(given.settings(), mode, workspace).steps(url):
            if as_json:
                put_json({"v": 1, "step": step.name, "verdict": step.verdict, "detail": step.detail})
            else:
                put(safe(f"{step.verdict:8}{step.name}: {step.detail}"))
            status = max(status, codes.get(step.verdict, 0))
            if step.name == "gate" and step.verdict is Verdict.REFUSED:
                say(HAND_OFF)
    return status


for _command in (
    net_authorise.authorise,
    net_authorise.authorisations,
    net_authorise.hosts,
    net_facts.facts,
    net_facts.rdap_refresh,
    net_relay.relay,
    net_trials.try_mail,
    net_trials.try_timestamps,
):
    command.add_command(_command)
