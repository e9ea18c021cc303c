"""``rempart config``: what is set, and by what."""

from __future__ import annotations

from pathlib import Path

import click

from rempart.cli.opening import Globals
from rempart.cli.printing import put, put_json, safe


@click.group(name="config")
def command() -> None:
    """Show the settings."""


@command.command(name="show")
@click.option("--origin", is_flag=True, help="Say where each value comes from.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON line per setting.")
@click.pass_obj
def show(given: Globals, *, origin: bool, as_json: bool) -> None:
    """Print every setting with its value."""
    for line in given.loaded().lines():
        value = list(line.value) if isinstance(line.value, tuple) else line.value
        value = str(value) if isinstance(value, Path) else value
        if as_json:
            put_json({"v": 1, "key": line.key, "value": value, "origin": line.origin, "doc": line.doc})
        else:
            shown = "" if value is None else ",".join(value) if isinstance(value, list) else value
            put(safe(f"{line.key} = {shown}{f'  # {line.origin}' if origin else ''}"))
