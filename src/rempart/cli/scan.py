"""``rempart scan``: which files of a pile are copies of my pictures?"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rempart.cli.printing import safe, say

if TYPE_CHECKING:
    from rempart.app.intake import Skipped
    from rempart.app.scan import Scan
    from rempart.errors import SandboxError
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
    from rempart.app.intake import Skipped  # noqa: PLC0415 - as above
    from rempart.app.outputs import check_outputs  # noqa: PLC0415 - heavy: numpy, templates
    from rempart.app.report import REPORT_MARK, ReportWriter  # noqa: PLC0415 - as above
    from rempart.app.scan import Scan  # noqa: PLC0415 - as above
    from rempart.cli.opening import open_settings  # noqa: PLC0415 - as above
    from rempart.cli.progress import Progress  # noqa: PLC0415 - as above
    from rempart.cli.remarks import prepare, say_missing  # noqa: PLC0415 - as above
    from rempart.cli.scan_lines import exit_code, print_event, print_summary  # noqa: PLC0415 - as above
    from rempart.cli.skipped import SKIPPED_MARK, skipped_lines  # noqa: PLC0415 - as above

    flags = {"report.language": lang, "hazmat.workers": workers, "detect.radius_bits": radius_bits}
    settings = open_settings(config_file, flags).settings
    outputs = [(path, mark) for path, mark in ((report, REPORT_MARK), (skipped, SKIPPED_MARK)) if path]
    check_outputs(outputs, [*assets, *suspects])
    prepare(settings)
    page = ReportWriter(report, settings.report, radius_bits=settings.detect.radius_bits) if report else None
    with (
        Scan(assets=assets, suspects=suspects, settings=settings) as scan,
        skipped_lines(skipped) as note,
        Progress(scan, suspects) as progress,
    ):

        def show(event: Match | Skipped) -> None:
            with progress.paused():
                print_event(event, as_json=as_json)
            if page:
                page.add(event)
            if isinstance(event, Skipped):
                note(event)

        failure = _follow(scan, show)
        tally = scan.summary()
        missing = scan.missing_protections()
    say_missing(missing)
    print_summary(tally, as_json=as_json)
    if page:
        page.write(tally)
        say(f"Report: {safe(str(report))}")
    if failure:
        raise failure
    return exit_code(tally)


def _follow(scan: Scan, show: Callable[[Match | Skipped], None]) -> SandboxError | None:
    """Show every event; what ends a scan early is noted, and what was known by then is shown all the same.

    Returns:
        The failure of a sandbox in mid-scan, to be raised once the results are out.

    Raises:
        SandboxError: it failed before anything was compared.
    """
    from rempart.errors import SandboxError  # noqa: PLC0415 - loaded by now

    failure = None
    try:
        for event in scan.events():
            show(event)
    except (KeyboardInterrupt, SandboxError) as ending:
        if isinstance(ending, SandboxError):
            if not scan.tally.assets:
                raise
            failure = ending
        scan.tally.interrupted = True
        for event in scan.leftovers():
            show(event)
    return failure
