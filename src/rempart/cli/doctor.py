"""``rempart doctor``: what this machine offers, before it is relied on."""

from __future__ import annotations

import click

from rempart.cli.opening import Globals
from rempart.cli.printing import put, put_json, safe


@click.command(name="doctor")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON line per check.")
@click.pass_obj
def command(given: Globals, *, as_json: bool) -> int:
    """Start one sandboxed worker and report which protections hold in it, and what else is ready.

    Exit code: 0, or 3 if something that the settings require is missing.
    """
    from rempart.app.doctor import examine  # noqa: PLC0415 - heavy: numpy

    for check in examine(given.settings()):
        if as_json:
            put_json({"v": 1, "check": check.name, "ok": check.ok, "detail": check.detail})
        else:
            put(safe(f"{'ok ' if check.ok else 'OFF'}  {check.name}: {check.detail}"))
    return 0
