"""``rempart mark``: one copy of each picture or video for each recipient."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rempart.cli.opening import Globals
from rempart.cli.printing import INTERRUPTED, put, put_json, safe, say

if TYPE_CHECKING:
    from rempart.app.intake import Skipped
    from rempart.app.marking import CopyKept, CopyMade, Marking, PictureRefused


@click.command(name="mark")
@click.argument("pictures", nargs=-1, required=True, metavar="FILE|ASSET…")
@click.option("--to", required=True, metavar="all|NAME|GROUP|FILE.csv", help="For whom.")
@click.option("--out", required=True, type=click.Path(path_type=Path), metavar="DIR", help="Where the copies go.")
@click.option(
    "--psnr",
    type=click.FloatRange(36, 60),
    default=42.0,
    show_default=True,
    help="How near to its picture a copy stays at least, in dB; SSIM stays 0.98 or more whatever it says.",
)
@click.option(
    "--ownership/--no-ownership",
    default=None,
    help="Put your own mark under it, by which rempart own finds a copy.  [default: as earlier copies; else not]",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON line per copy.")
@click.option("--workers", type=int, help="Worker processes.  [default: one per processor]")
@click.pass_obj
def command(
    given: Globals,
    pictures: tuple[str, ...],
    to: str,
    out: Path,
    psnr: float,
    *,
    ownership: bool | None,
    as_json: bool,
    workers: int | None,
) -> int:
    """Make a copy of each picture or video for each recipient, DIR/RECIPIENT/NAME, that a leak can be traced to.

    They are registered and in the vault (rempart asset add --vault). Run it again after an interruption: what
    is done is recognised, and a copy made again is the same bytes. Every recipient was told before.

    With --ownership, copies of pictures of 400 x 256 pixels or more also say that they are yours (rempart own), and a
    leak of them says a little less clearly whose copy it was.

    Format, colour profile and Exif are kept, without position, thumbnail and serial numbers; XMP, IPTC and manifests
    are left out.

    Videos need the extra 'video': MP4, MOV, MKV or WebM, 8-bit 4:2:0, up to 10 minutes, 512 MiB and 4096 x 2160 pixels.
    Times and sound are kept, pictures encoded again (H.264, or VP9 in WebM); all metadata, subtitles and covers are
    left out. A video takes minutes.

    Exit code: 0, 2 if a picture could not be marked or something else has a copy's place, 6 if one was refused for
    safety.
    """
    from rempart.app.marking import Marking  # noqa: PLC0415 - heavy: numpy, Django
    from rempart.app.recipients import named_by  # noqa: PLC0415 - as above
    from rempart.cli.remarks import prepare, say_missing  # noqa: PLC0415 - as above

    flags = {"hazmat.workers": workers}
    settings = given.settings(flags)
    with given.open(flags) as workspace:
        recipients = named_by(workspace, to)
        with Marking(workspace, pictures, recipients, out, settings, psnr_db=psnr, own=ownership) as work:
            prepare(settings)
            status = _follow(work, as_json=as_json)
        say_missing(work.missing_protections())
    return status


def _follow(work: Marking, *, as_json: bool) -> int:
    """Print what becomes of each copy, then the counts; what ends it early keeps what was written."""
    from rempart.app.marking import CopyMade  # noqa: PLC0415 - with the command

    made = status = 0
    least: tuple[float, float] | None = None
    try:
        for event in work.events():
            if isinstance(event, CopyMade):
                made += 1
                least = min(least or (event.psnr_db, event.ssim), (event.psnr_db, event.ssim))
                _print(event, as_json=as_json)
                if sys.stderr.isatty():
                    sys.stderr.write(f"\r{work.done + made} of {work.total} copies ")
                    sys.stderr.flush()
            else:
                status = max(status, _problem(event))
    except KeyboardInterrupt:
        say("Interrupted: what is printed is written. Run the command again to go on.")
        return INTERRUPTED
    finally:
        figures = f", {least[0]:.1f} dB or more, SSIM {least[1]:.4f}" if least else ""
        word = "copy" if made == 1 else "copies"
        say(f"{made} {word} made{figures}, {work.done} were there before, {work.total} in all.")
    return status


def _print(event: CopyMade, *, as_json: bool) -> None:
    if as_json:
        record = {"v": 1, "asset": event.asset, "recipient": event.recipient.id, "file": str(event.path)}
        figures = {"psnr_db": round(event.psnr_db, 2), "ssim": round(event.ssim, 4), "own_mark": event.is_owned}
        put_json(record | figures)
    else:
        put(safe(f"{event.path}  {event.recipient.name}"))


def _problem(event: CopyKept | PictureRefused | Skipped) -> int:
    """Say what could not be done; return the exit code that it makes."""
    from rempart.app.gating import HAND_OFF  # noqa: PLC0415 - with the command
    from rempart.app.marking import CopyKept, PictureRefused  # noqa: PLC0415 - as above
    from rempart.model import Stopped  # noqa: PLC0415 - as above

    match event:
        case CopyKept():
            say(safe(f"left as it is: {event.path} is there, and is not this copy: move it, or name another --out"))
        case PictureRefused():
            say(safe(f"not marked: {event.label}: {event.why}"))
        case _:
            say(f"{event.outcome_word()}: {safe(event.label)}: {event.outcome.in_words()}")
            if isinstance(event.outcome, Stopped):
                say(HAND_OFF)
                return 6
    return 2
