"""``rempart scan``: which files of a pile are copies of my pictures?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from rempart.cli.printing import put, put_json, safe, say

if TYPE_CHECKING:
    from rempart.app.scan import Skipped, Tally
    from rempart.model import Match


#: Whether a path can be read is said by the scan itself, with what to do; click would stop at the first one.
_PATH = click.Path(path_type=Path, readable=False)


@click.command(name="scan")
@click.argument("suspects", nargs=-1, required=True, type=_PATH)
@click.option(
    "--assets",
    "-a",
    multiple=True,
    required=True,
    type=_PATH,
    help="Your pictures: a file or a folder. May be given several times.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON line per match, then the summary.")
@click.option("--report", type=_PATH, metavar="FILE", help="Write a page (HTML) without any media.")
@click.option("--skipped", type=_PATH, metavar="FILE", help="Write what was not compared (JSON).")
@click.option("--lang", type=click.Choice(["fr", "en"]), help="Language of the report.  [default: report.language]")
@click.option("--workers", type=int, help="Worker processes.  [default: one per processor]")
@click.option("--radius-bits", type=int, help="Largest distance of a whole-frame clue.  [default: 31]")
@click.pass_obj
def command(
    config_file: str | None,
    suspects: tuple[Path, ...],
    assets: tuple[Path, ...],
    *,
    as_json: bool,
    report: Path | None,
    skipped: Path | None,
    lang: str | None,
    workers: int | None,
    radius_bits: int | None,
) -> int:
    """Compare SUSPECTS, files and folders, with your pictures. Nothing is kept, nothing leaves this machine.

    Exit code: 1 if something matched, 0 if nothing did, 6 if only stopped items were left.
    """
    from rempart.app.outputs import check_outputs  # noqa: PLC0415 - heavy: numpy, templates
    from rempart.app.report import REPORT_MARK, ReportWriter  # noqa: PLC0415 - as above
    from rempart.app.scan import Scan, Skipped  # noqa: PLC0415 - as above
    from rempart.cli.progress import Progress  # noqa: PLC0415 - as above
    from rempart.cli.remarks import prepare, say_missing  # noqa: PLC0415 - as above
    from rempart.cli.skipped import SKIPPED_MARK, skipped_lines  # noqa: PLC0415 - as above
    from rempart.config import load_settings  # noqa: PLC0415 - as above

    flags = {"report.language": lang, "hazmat.workers": workers, "detect.radius_bits": radius_bits}
    settings = load_settings(file=Path(config_file) if config_file else None, flags=flags).settings
    prepare(settings)
    wanted = [(report, REPORT_MARK)] if report else []
    check_outputs([*wanted, *([(skipped, SKIPPED_MARK)] if skipped else [])], [*assets, *suspects])
    page = ReportWriter(report, settings.report, radius_bits=settings.detect.radius_bits) if report else None
    with Scan(assets=assets, suspects=suspects, settings=settings) as scan:
        try:
            with skipped_lines(skipped) as note, Progress(scan, suspects) as progress:
                for event in scan.events():
                    with progress.paused():
                        _print(event, as_json=as_json)
                    if page:
                        page.add(event)
                    if isinstance(event, Skipped):
                        note(event)
        except KeyboardInterrupt:
            scan.tally.interrupted = True
        tally = scan.summary()
        say_missing(scan.missing_protections())
    _print_summary(tally, as_json=as_json)
    if page:
        page.write(tally)
        say(f"Report: {safe(str(report))}")
    return _exit_code(tally)


def _print(event: Match | Skipped, *, as_json: bool) -> None:
    """Print a match to stdout; what was not compared is talk, on stderr."""
    from rempart.cli.records import clue_note, match_record  # noqa: PLC0415 - loaded by now
    from rempart.model import Match  # noqa: PLC0415 - as above

    if not isinstance(event, Match):
        say(f"{event.outcome_word()}: {safe(event.label)}: {event.outcome.in_words()}")
    elif as_json:
        put_json(match_record(event))
    else:
        clue = event.clues[0]
        plural = "" if clue.distance_bits == 1 else "s"
        how = "identical bytes" if clue.kind == "same_bytes" else f"{clue.distance_bits} bit{plural}"
        note = clue_note(clue)
        how += f", {note}" if note else ""
        put(f"match  {event.score:.2f}  {safe(event.suspect)}  <-  {safe(event.asset)}  ({how})")


def _print_summary(tally: Tally, *, as_json: bool) -> None:
    from rempart.app.scan import HAND_OFF  # noqa: PLC0415 - loaded by now
    from rempart.cli.records import summary_record  # noqa: PLC0415 - as above

    if as_json:
        put_json(summary_record(tally))
    else:
        rate = tally.scanned / tally.seconds if tally.seconds else 0.0
        put(
            f"{tally.scanned} scanned against {tally.assets} assets, {tally.matched} matched, "
            f"{tally.unreadable} unreadable, {tally.stopped} stopped, {tally.plain} too plain to compare, "
            f"{tally.seconds:.1f} s ({rate:.0f}/s)"
        )
    if tally.interrupted:
        say("Interrupted: this is what was found until then.")
    if tally.stopped or tally.assets_stopped:
        stopped = tally.stopped + tally.assets_stopped
        say(f"{stopped} stopped: {'its name' if stopped == 1 else 'their names'} may concern a minor. {HAND_OFF}")


def _exit_code(tally: Tally) -> int:
    from rempart.cli import INTERRUPTED  # noqa: PLC0415 - the package imports this module

    if tally.interrupted:
        return INTERRUPTED
    if tally.matched:
        return 1
    return 6 if tally.is_all_stopped() else 0
