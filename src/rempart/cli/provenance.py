"""``rempart provenance``: what a picture says of where it comes from, and what is known when it says nothing."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from rempart.cli.opening import Globals
from rempart.cli.printing import put, put_json, safe, say

if TYPE_CHECKING:
    from rempart.app.finding_provenance import Provenance


@click.group(name="provenance")
def command() -> None:
    """Where a picture comes from: its C2PA manifest, even if it was stripped."""


@command.command(name="find")
@click.argument("file", type=click.Path(path_type=Path, readable=False))
@click.option("--manifest", type=click.Path(path_type=Path), help="Write the closest kept manifest to this new file.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON line.")
@click.pass_obj
def find(given: Globals, file: Path, manifest: Path | None, *, as_json: bool) -> int:
    """Read FILE's manifest; find yours again by the picture or by your mark where it was stripped. Asks nobody.

    Exit code: 0 if nothing of yours is known, 1 if something is, 2 if it could not be read, 6 if it was stopped.
    """
    from rempart.app.finding_provenance import find_provenance, save_manifest  # noqa: PLC0415 - as above
    from rempart.app.gating import HAND_OFF  # noqa: PLC0415 - heavy: numpy
    from rempart.app.intake import Skipped  # noqa: PLC0415 - as above
    from rempart.cli.remarks import prepare, say_missing  # noqa: PLC0415 - as above
    from rempart.cli.skips import say_skip  # noqa: PLC0415 - as above
    from rempart.errors import RefusedError  # noqa: PLC0415 - as above
    from rempart.hazmat import ProtectionState  # noqa: PLC0415 - as above

    settings = given.settings()
    missing = list[ProtectionState]()
    with given.open() as workspace:
        prepare(settings)
        found = find_provenance(workspace, file, settings, missing)
    say_missing(missing)
    if isinstance(found, Skipped):
        status = say_skip(found)
        if status == RefusedError.exit_code:
            say(HAND_OFF)
        return status
    if manifest is not None and found.kept:
        save_manifest(found.kept[0], manifest)
    return _show(found, as_json=as_json)


def _show(found: Provenance, *, as_json: bool) -> int:
    """Print what was found."""
    from rempart.cli.ownership_records import manifest_record, ownership_record  # noqa: PLC0415 - with the command
    from rempart.mark.own_task import NotOwned  # noqa: PLC0415 - as above

    is_ours = not isinstance(found.mark, NotOwned) and found.mark.found
    if as_json:
        kept = [
            {"manifest": one.kept.label, "distance_bits": one.distance_bits, "asset": one.kept.asset}
            | {"signed_at": one.kept.signed_at.isoformat()}
            for one in found.kept
        ]
        embedded = manifest_record(found.embedded)
        mark = ownership_record(found.mark)
        put_json({"v": 1, "path": found.label, "embedded": embedded, "kept": kept, "mark": mark})
    else:
        put(f"its own manifest: {found.embedded.state}  {safe(found.embedded.label)}")
        for one in found.kept:
            put(f"kept here: {safe(one.kept.label)}  {one.distance_bits} of 256 bits away")
        put("your mark: found" if is_ours else "your mark: not found")
        if found.kept:
            say("A kept manifest is of a picture that looks the same; it does not prove that this file is unchanged.")
    return int(bool(found.kept) or is_ours)


@command.command(name="anchor")
@click.pass_obj
def anchor(given: Globals) -> int:
    """Print your authority's certificate (PEM): whoever configures it reads your signatures as trusted."""
    from rempart.app.manifests import own_anchors  # noqa: PLC0415 - heavy: Django
    from rempart.app.ownership import owner_secrets  # noqa: PLC0415 - as above
    from rempart.errors import MisuseError  # noqa: PLC0415 - as above

    with given.open() as workspace:
        anchors = own_anchors(workspace, owner_secrets(workspace).signing_secret)
    if not anchors:
        message = "there is no certificate yet: nothing was signed"
        raise MisuseError(message, advice="Sign a picture first: rempart sign FILE --out DIR")
    put(anchors.rstrip())
    return 0
