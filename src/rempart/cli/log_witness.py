"""``rempart log witness``: cosign the logs of sister associations, and let them cosign yours."""

from __future__ import annotations

from pathlib import Path

import click

from rempart.cli.opening import Globals
from rempart.cli.printing import flush_results, put, safe, say

_FOLDER = click.option(
    "--state",
    type=click.Path(path_type=Path),
    metavar="FOLDER",
    help="What the witness remembers; none is witness in the workspace's folder. In no backup.",
)


@click.group(name="witness")
def witness() -> None:
    """Cosign the logs of sister associations, and let them cosign yours (C2SP tlog-witness)."""


@witness.command(name="begin")
@_FOLDER
@click.pass_obj
def begin(given: Globals, state: Path | None) -> None:
    """Make the folder of a witness that has cosigned nothing yet, and print its key.

    Once only: a witness that forgets what it cosigned would cosign a second story. If the folder is lost, tell those
    whose logs it cosigned.
    """
    from rempart import clock  # noqa: PLC0415 - with the command
    from rempart.app.witness_serving import WITNESS_FOLDER, begin_witness  # noqa: PLC0415 - heavy: Django

    with given.open() as workspace:
        folder = state or workspace.folder / WITNESS_FOLDER
        put(begin_witness(workspace, given.settings(), folder, clock.utc_now()).key.vkey)
    say("Give this key, and your address, to those whose logs you cosign.")


@witness.command(name="serve")
@click.option("--listen", default="127.0.0.1:8437", show_default=True, metavar="ADDRESS:PORT", help="Where to answer.")
@click.option(
    "--logs",
    type=click.Path(path_type=Path),
    required=True,
    metavar="FILE",
    help="Keys of the logs to cosign, one a line; no other is answered.",
)
@_FOLDER
@click.pass_obj
def serve(given: Globals, listen: str, logs: Path, state: Path | None) -> None:
    """Cosign until Ctrl-C. From elsewhere than this machine, put a web server with TLS in front of it."""
    from rempart.app import witness_serving as serving  # noqa: PLC0415 - heavy: Django
    from rempart.net.witness_server import parse_listen  # noqa: PLC0415 - as above

    host, port = parse_listen(listen)
    keys = serving.read_logs(logs)
    with given.open() as workspace:
        folder = state or workspace.folder / serving.WITNESS_FOLDER
        cosigner = serving.make_cosigner(workspace, given.settings(), folder)
    say(f"cosigning {len(keys)} logs as {cosigner.key.name}")
    serving.serve(cosigner, keys, folder, host, port, lambda at: _tell(f"listening  {host}  {at}"))


def _tell(text: str) -> None:
    put(text)
    flush_results()


@witness.command(name="ask")
@click.argument("name", required=False, default="", metavar="[NAME]")
@click.pass_obj
def ask(given: Globals, name: str) -> int:
    """Ask the witnesses of the settings, or the one called NAME, to cosign the log as it is.

    Exit code: 4 if one did not, 5 if one saw another log under this name.
    """
    from rempart import clock  # noqa: PLC0415 - with the command
    from rempart.app.witness_asking import Cosigned, WitnessClient  # noqa: PLC0415 - heavy: Django
    from rempart.app.witness_routes import witness_routes  # noqa: PLC0415 - as above
    from rempart.errors import IntegrityError, NotFoundError, UnavailableError  # noqa: PLC0415 - as above

    settings = given.settings()
    routes = [route for route in witness_routes(settings) if name in {"", route.key.name}]
    if not routes:
        message = f"the settings name no witness {name}".rstrip()
        raise NotFoundError(message, advice="Set transparency.witnesses to the key that it gave you, and its address.")
    status = 0
    with given.open() as workspace:
        client = WitnessClient(workspace, settings)
        for route in routes:
            try:
                found = client.ask(route, clock.utc_now())
            except IntegrityError as error:
                say(error.diagnostics())
                status = error.exit_code
                continue
            if isinstance(found, Cosigned):
                put(f"cosigned  {safe(found.witness)}  {found.size}")
            else:
                say(safe(f"not cosigned: {found.witness}: {found.why}"))
                status = max(status, UnavailableError.exit_code)
    return status
