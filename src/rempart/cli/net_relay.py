"""``rempart net relay``: run a program whose only way out is the egress relay."""

from __future__ import annotations

from pathlib import Path

import click

from rempart.cli.opening import Globals
from rempart.cli.printing import say


@click.command(name="relay", context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False})
@click.option("--host", "hosts", multiple=True, metavar="HOST", help="It may reach this host; *.HOST: those below it.")
@click.option(
    "--log",
    type=click.Path(path_type=Path),
    required=True,
    metavar="FILE",
    help="Write every decision to this new file, as JSON lines.",
)
@click.argument("program", nargs=-1, required=True, type=click.UNPROCESSED, metavar="PROGRAM [ARGUMENT]...")
@click.pass_obj
def relay(given: Globals, hosts: tuple[str, ...], log: Path, program: tuple[str, ...]) -> int:
    """Run PROGRAM with a proxy that reaches the named hosts, by the rules of every fetch, and nothing else.

    It finds the proxy in HTTP_PROXY and HTTPS_PROXY. A program that does not use it is not held back: run such a
    program where it has no network.

    Exit code: the program's.
    """
    from rempart.app.relaying import run_relayed  # noqa: PLC0415 - heavy: httpx2

    done = run_relayed(given.settings(), program, hosts, log)
    say(f"{done.allowed} attempts allowed, {done.refused} refused: {log}")
    return done.code
