"""``rempart asset add``: register pictures and videos by right."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from rempart.cli.opening import Globals
from rempart.cli.printing import INTERRUPTED, say
from rempart.cli.right_options import right_of, right_options

if TYPE_CHECKING:
    from rempart.app.registering import Registering

_PATH = click.Path(path_type=Path, readable=False)


@click.command(name="add")
@click.argument("pictures", nargs=-1, required=True, type=_PATH)
@click.option("--owner", required=True, help="Whose they are: her name or identifier.")
@click.option(
    "--sensitivity", type=click.Choice(["premium", "intimate"]), required=True, help="What their copy would do."
)
@click.option("--detailed", is_flag=True, help="Keep codes of parts too, encrypted: finds crops. Needs her consent.")
@click.option("--vault", is_flag=True, help="Keep the original too, encrypted, in the workspace.")
@right_options
@click.option("--json", "as_json", is_flag=True, help="Print one JSON line per picture.")
@click.option("--workers", type=int, help="Worker processes.  [default: one per processor]")
@click.pass_obj
def add(
    given: Globals,
    pictures: tuple[Path, ...],
    owner: str,
    sensitivity: str,
    depicts: str | None,
    ground: str | None,
    *,
    detailed: bool,
    vault: bool,
    adults_when_taken: bool,
    as_json: bool,
    workers: int | None,
) -> int:
    """Register PICTURES, files and folders. Run it again after an interruption: what is done is recognised.

    A video is registered with --vault, to be marked and traced; it is not looked for yet. It needs the extra 'video'.

    The right is the owner's, unless another one is stated here for these pictures.

    Exit code: 0, 2 if a picture could not be read, 6 if one was refused for safety.
    """
    from rempart.app.registering import Registering, Wish  # noqa: PLC0415 - heavy: numpy, Django
    from rempart.cli.remarks import prepare, say_missing, say_undescribed  # noqa: PLC0415 - as above
    from rempart.model.asset import AssetProtection, Sensitivity  # noqa: PLC0415 - as above

    if detailed and vault:
        message = "--detailed and --vault exclude each other: a vault's asset can be compared in every way"
        raise click.UsageError(message)
    protection = AssetProtection.DETAILED if detailed else AssetProtection.VAULT if vault else AssetProtection.HASH_ONLY
    flags = {"hazmat.workers": workers}
    settings = given.settings(flags)
    with given.open(flags) as workspace:
        wish = Wish(
            owner=workspace.owners.get(owner),
            right=right_of(depicts, ground, adults_when_taken=adults_when_taken),
            sensitivity=Sensitivity(sensitivity),
            protection=protection,
        )
        with Registering(workspace, wish, pictures, settings) as work:
            prepare(settings)
            status = _follow(work, as_json=as_json)
        say_missing(work.missing_protections())
        say_undescribed(work.undescribed())
        if refusal := work.refusal():
            raise refusal
    return status


def _follow(work: Registering, *, as_json: bool) -> int:
    """Print what becomes of each picture, then the counts; what ends it early keeps what was written."""
    from rempart.cli.asset_lines import Count  # noqa: PLC0415 - with the command
    from rempart.errors import MisuseError  # noqa: PLC0415 - as above

    count = Count(as_json=as_json)

    try:
        for event in work.events():
            count.show(event)
    except KeyboardInterrupt:
        for event in work.leftovers():
            count.show(event)
        count.summary()
        say("Interrupted: what is printed is registered. Run the command again to go on.")
        return INTERRUPTED
    count.summary()
    if not count.total:
        message = "there is no file in what was named"
        raise MisuseError(message, advice="Name pictures, or folders that hold some.")
    return count.status
