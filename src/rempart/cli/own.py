"""``rempart own``: is the owner's mark in these pictures?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from rempart.cli.opening import Globals
from rempart.cli.printing import put, put_json, safe, say

if TYPE_CHECKING:
    from rempart.app.ownership import Looked


@click.command(name="own")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path, readable=False))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON line per file.")
@click.pass_obj
def command(given: Globals, files: tuple[Path, ...], *, as_json: bool) -> int:
    """Tell whether this workspace's mark is in FILES, without their originals.

    The answer comes with the probability that a picture made without the key gets it. It says "this is ours", never who
    leaked it.

    Exit code: 0 if no file has it, 1 if one has, 2 if one could not be read, 6 if one was stopped.
    """
    from rempart.app.gating import HAND_OFF  # noqa: PLC0415 - heavy: numpy
    from rempart.app.intake import Skipped  # noqa: PLC0415 - as above
    from rempart.app.ownership import look_into  # noqa: PLC0415 - as above
    from rempart.cli.remarks import prepare, say_missing  # noqa: PLC0415 - as above
    from rempart.cli.skips import say_skip  # noqa: PLC0415 - as above
    from rempart.errors import RefusedError  # noqa: PLC0415 - as above
    from rempart.hazmat import ProtectionState  # noqa: PLC0415 - as above

    settings = given.settings()
    status, missing = 0, list[ProtectionState]()
    with given.open() as workspace:
        prepare(settings)
        for found in look_into(workspace, files, settings, missing):
            status = max(status, say_skip(found) if isinstance(found, Skipped) else _show(found, as_json=as_json))
    say_missing(missing)
    if status == RefusedError.exit_code:
        say(HAND_OFF)
    return status


def _show(found: Looked, *, as_json: bool) -> int:
    """Print one answer."""
    from rempart.cli.ownership_records import ownership_record  # noqa: PLC0415 - with the command
    from rempart.mark.own_task import NotOwned  # noqa: PLC0415 - as above

    answer = found.answer
    if as_json:
        put_json({"v": 1, "path": found.label, **ownership_record(answer)})
    elif isinstance(answer, NotOwned):
        say(f"not looked at: {safe(found.label)}: {answer.why}")
    elif answer.found:
        put(f"ours  {safe(found.label)}  by chance at most {answer.false_alarm_bound:.1e}  {answer.code_version}")
        say(answer.caution)
    else:
        put(f"no mark found  {safe(found.label)}  {answer.code_version}")
    if isinstance(answer, NotOwned):
        return 2
    return int(answer.found)
