"""``rempart log``: what was done with evidence, in a log that nobody can rewrite, and the proof of each entry."""

from __future__ import annotations

from pathlib import Path

import click

from rempart.cli.log_checking import check, verify_consistency
from rempart.cli.log_witness import witness
from rempart.cli.opening import Globals
from rempart.cli.printing import put, put_json, say

_JSON = click.option("--json", "as_json", is_flag=True, help="Print one JSON line.")
_TO = click.option("--to", type=click.Path(path_type=Path), metavar="FILE", help="Write it to this new file.")


@click.group(name="log")
def command() -> None:
    """Sign the log of evidence, prove its entries, and let sister associations cosign it."""


for _each in (check, verify_consistency, witness):
    command.add_command(_each)


@command.command(name="show")
@_JSON
@click.pass_obj
def show(given: Globals, *, as_json: bool) -> None:
    """Print the log's key, to be published, and the last state that was signed."""
    from rempart import clock  # noqa: PLC0415 - with the command
    from rempart.app.transparency_log import TransparencyLog  # noqa: PLC0415 - heavy: Django

    with given.open() as workspace:
        log, now = TransparencyLog(workspace, given.settings()), clock.utc_now()
        key, state, size = log.signer(now).vkey, log.last(now), workspace.log.size()
        count = 0 if state is None else len(workspace.log.cosignatures(state.checkpoint.origin, state.checkpoint.size))
    signed = None if state is None else {"size": state.checkpoint.size, "root": state.checkpoint.root.hex()}
    if as_json:
        put_json({"v": 1, "key": key, "entries": size, "signed": signed, "cosignatures": count})
        return
    put(key)
    put(f"entries  {size}")
    if state is not None:
        put(f"signed  {state.checkpoint.size}  {state.checkpoint.root.hex()}  cosignatures {count}")


@command.command(name="begin")
@click.argument("name")
@click.pass_obj
def begin(given: Globals, name: str) -> None:
    """Sign under NAME from now on, as in association.example/log-2.

    For a log that fell behind what was signed, as after a backup was restored. Entries stay; what was proved stays
    proved, under the old name. Publish the key that is printed.
    """
    from rempart import clock  # noqa: PLC0415 - with the command
    from rempart.app.transparency_log import TransparencyLog  # noqa: PLC0415 - heavy: Django

    with given.open() as workspace:
        log, now = TransparencyLog(workspace, given.settings()), clock.utc_now()
        log.begin(name, now)
        put(log.signer(now).vkey)
    say("Publish this key, and give it to your witnesses.")


@command.command(name="checkpoint")
@click.option(
    "--nothing-was-restored",
    type=click.Choice(["yes"]),
    help="Say that no backup was restored: another machine of this workspace signed before.",
)
@_TO
@click.pass_obj
def checkpoint(given: Globals, nothing_was_restored: str | None, to: Path | None) -> None:
    """Sign the log as it is, and print the signed state (C2SP tlog-checkpoint) with its cosignatures.

    A file with it can be time-stamped, printed or mailed: whoever has it notices when the log is rewritten. With the
    OpenTimestamps client, ``ots stamp FILE`` anchors it.

    Exit code: 5 if the log is not the one that was signed before.
    """
    from rempart import clock  # noqa: PLC0415 - with the command
    from rempart.app.transparency_log import TransparencyLog  # noqa: PLC0415 - heavy: Django

    with given.open() as workspace:
        log = TransparencyLog(workspace, given.settings())
        state = log.checkpoint(clock.utc_now(), is_never_restored=nothing_was_restored == "yes")
    _give(state.raw, to)


@command.command(name="prove")
@click.argument("item", metavar="ITEM|NUMBER")
@click.option(
    "--event", default="addition", show_default=True, metavar="EVENT", help="Which: addition, 'opening 1', 'renewal 1'."
)
@_TO
@click.pass_obj
def prove(given: Globals, item: str, event: str, to: Path | None) -> None:
    """Print the proof (C2SP tlog-proof) that an event of ITEM, or entry NUMBER, is in the log."""
    from rempart import clock  # noqa: PLC0415 - with the command
    from rempart.app.transparency_log import TransparencyLog  # noqa: PLC0415 - heavy: Django

    with given.open() as workspace:
        log = TransparencyLog(workspace, given.settings())
        index = int(item) if item.isascii() and item.isdecimal() else log.entry(item, event).position.index
        proved = log.prove(index, clock.utc_now())
    say(f"entry {index}, signed by {proved.log_vkey}, cosigned by {len(proved.witness_vkeys)}")
    _give(proved.proof, to)


def _give(content: bytes, to: Path | None) -> None:
    """Print a text of the log, or write it to a new file."""
    from rempart.app.log_files import write_new  # noqa: PLC0415 - with the command

    if to is None:
        put(content.decode().removesuffix("\n"))
    else:
        write_new(to, content)
        say(f"written: {to}")
