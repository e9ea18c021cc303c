"""``rempart sign``: mark pictures as the owner's, and sign where they come from."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from rempart.cli.opening import Globals
from rempart.cli.printing import put, put_json, safe, say

if TYPE_CHECKING:
    from rempart.app.signing_pictures import NotSigned, Signed


@click.command(name="sign")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path, readable=False))
@click.option("--out", required=True, type=click.Path(path_type=Path), help="The folder that signed pictures go into.")
@click.option(
    "--as", "organisation", default="", help="Whom new certificates name, for anyone to read.  [default: nobody]"
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON line per picture.")
@click.pass_obj
def command(given: Globals, files: tuple[Path, ...], out: Path, organisation: str, *, as_json: bool) -> int:
    """Put your mark into FILES and sign them (C2PA): no thumbnail, no place, no name unless you give one.

    A reader calls the signature trusted only where your certificate was configured: rempart provenance anchor.

    Exit code: 0, 2 if a picture was not signed, 6 if one was stopped.
    """
    from rempart.app.gating import HAND_OFF  # noqa: PLC0415 - heavy: numpy
    from rempart.app.intake import Skipped  # noqa: PLC0415 - as above
    from rempart.app.signing_pictures import sign_pictures  # noqa: PLC0415 - as above
    from rempart.cli.remarks import prepare, say_missing  # noqa: PLC0415 - as above
    from rempart.cli.skips import say_skip  # noqa: PLC0415 - as above
    from rempart.errors import RefusedError  # noqa: PLC0415 - as above
    from rempart.hazmat import ProtectionState  # noqa: PLC0415 - as above

    settings = given.settings()
    status, missing = 0, list[ProtectionState]()
    with given.open() as workspace:
        prepare(settings)
        for found in sign_pictures(workspace, files, out, settings, organisation=organisation, missing=missing):
            status = max(status, say_skip(found) if isinstance(found, Skipped) else _show(found, as_json=as_json))
    say_missing(missing)
    if status == RefusedError.exit_code:
        say(HAND_OFF)
    return status


def _show(found: Signed | NotSigned, *, as_json: bool) -> int:
    """Print what became of one picture."""
    from rempart.app.signing_pictures import NotSigned  # noqa: PLC0415 - with the command

    if isinstance(found, NotSigned):
        say(f"not signed: {safe(found.label)}: {found.why}")
        return 2
    if as_json:
        record = {"path": found.label, "signed": str(found.path), "manifest": found.manifest}
        put_json({"v": 1, **record, "ssim": round(found.ssim, 4), "psnr_db": round(found.psnr_db, 2)})
    else:
        put(f"signed  {safe(str(found.path))}  {found.manifest}  SSIM {found.ssim:.4f}  PSNR {found.psnr_db:.1f} dB")
    return 0
