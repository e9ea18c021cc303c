"""``rempart scan``: which files of a pile are copies of my pictures?"""

from __future__ import annotations

import contextlib
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rempart.cli.opening import Globals
from rempart.cli.printing import safe, say

if TYPE_CHECKING:
    from rempart.app.intake import Skipped
    from rempart.app.listed import Listed
    from rempart.app.scan import Scan
    from rempart.app.workspace import Workspace
    from rempart.app.workspace_scan import WorkspaceScan
    from rempart.config import Settings


#: Whether a path can be read is said by the scan itself, with what to do; click would stop at the first one.
_PATH = click.Path(path_type=Path, readable=False)


@click.command(name="scan")
@click.argument("suspects", nargs=-1, required=True, type=_PATH)
@click.option(
    "--assets",
    "-a",
    multiple=True,
    type=_PATH,
    help="Pictures to look for, a file or a folder, instead of the workspace's. May be given several times.",
)
@click.option("--resume", is_flag=True, help="Go on with a scan of the same pile that was cut.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON line per match, then the summary.")
@click.option("--report", type=_PATH, metavar="FILE", help="Write a page (HTML) without any media.")
@click.option("--skipped", type=_PATH, metavar="FILE", help="Write what was not compared (JSON).")
@click.option("--lang", type=click.Choice(["fr", "en"]), help="Language of the report.  [default: report.language]")
@click.option("--workers", type=int, help="Worker processes.  [default: one per processor]")
@click.option("--radius-bits", type=int, help="Largest distance of a whole-frame clue.  [default: 31]")
@click.pass_obj
def command(
    given: Globals,
    suspects: tuple[Path, ...],
    assets: tuple[Path, ...],
    *,
    resume: bool,
    as_json: bool,
    report: Path | None,
    skipped: Path | None,
    lang: str | None,
    workers: int | None,
    radius_bits: int | None,
) -> int:
    """Compare SUSPECTS, files, folders and archives, with what is registered. Nothing leaves this machine.

    With --assets, compare them with those pictures instead: no workspace is needed, and nothing is kept.

    Codes of partners are compared too (rempart bank import). A suspect close to one is listed, which is no match.

    Exit code: 1 if something matched, or is close to a code that a partner reviewed and nobody disputes; 0 if nothing
    did, 6 if only stopped items were left.
    """
    from rempart.app.intake import Skipped  # noqa: PLC0415 - as above
    from rempart.app.outputs import check_outputs  # noqa: PLC0415 - heavy: numpy, templates
    from rempart.app.report import REPORT_MARK, ReportWriter  # noqa: PLC0415 - as above
    from rempart.cli.following import follow, say_how_it_goes_on, say_ignored  # noqa: PLC0415 - as above
    from rempart.cli.progress import Progress  # noqa: PLC0415 - as above
    from rempart.cli.remarks import prepare, say_missing  # noqa: PLC0415 - as above
    from rempart.cli.scan_lines import exit_code, print_event, print_summary  # noqa: PLC0415 - as above
    from rempart.cli.skipped import SKIPPED_MARK, skipped_lines  # noqa: PLC0415 - as above
    from rempart.model import AssetId, Match  # noqa: PLC0415 - as above

    flags = {"report.language": lang, "hazmat.workers": workers, "detect.radius_bits": radius_bits}
    settings = given.settings(flags)
    if resume and assets:
        message = "a scan with --assets keeps nothing, so it cannot be resumed"
        raise click.UsageError(message)
    outputs = [(path, mark) for path, mark in ((report, REPORT_MARK), (skipped, SKIPPED_MARK)) if path]
    check_outputs(outputs, [*assets, *suspects])
    prepare(settings)
    page = ReportWriter(report, settings.report, radius_bits=settings.detect.radius_bits) if report else None
    with (
        contextlib.nullcontext() if assets else given.open(flags) as workspace,
        _scan_of(workspace, assets, suspects, settings, resume=resume) as scan,
        skipped_lines(skipped) as note,
        Progress(scan, suspects) as progress,
    ):

        def show(event: Match | Skipped | Listed) -> None:
            label = scan.label_of(event.asset) if isinstance(event, Match) else event.label
            given_to = scan.channel_of(event.asset) if isinstance(event, Match) else ""
            with progress.paused():
                print_event(event, label, as_json=as_json, channel=given_to)
            if page:
                page.add(replace(event, asset=AssetId(label)) if isinstance(event, Match) else event, given_to)
            if isinstance(event, Skipped):
                note(event)

        failure = follow(scan, show)
        tally = scan.summary()
        say_how_it_goes_on(scan, asked=resume)
        say_ignored(scan)
        missing = scan.missing_protections()
    say_missing(missing, scan.unverified)
    print_summary(tally, as_json=as_json, channels=scan.surfaced_through())
    if page:
        page.write(tally)
        say(f"Report: {safe(str(report))}")
    return exit_code(tally, failure)


def _scan_of(
    workspace: Workspace | None,
    assets: tuple[Path, ...],
    suspects: tuple[Path, ...],
    settings: Settings,
    *,
    resume: bool,
) -> Scan | WorkspaceScan:
    """Prepare a scan against the workspace, or against the pictures that were named."""
    from rempart.app.scan import Scan  # noqa: PLC0415 - as above

    if workspace is None:
        return Scan(assets=assets, suspects=suspects, settings=settings)
    from rempart.app.workspace_scan import WorkspaceScan  # noqa: PLC0415 - as above

    return WorkspaceScan(workspace, suspects, settings, resume=resume)
