"""``rempart watch``: visit the places where leaks appear, politely, and keep nothing but what matches."""

from __future__ import annotations

import click

from rempart.cli.opening import Globals
from rempart.cli.printing import say


@click.command(name="watch")
@click.option("--once", is_flag=True, help="End when what is due is done, instead of waiting for more.")
@click.option("--source", "sources", multiple=True, metavar="SOURCE", help="Only this one; may be given several times.")
@click.option(
    "--json",
    "as_json",
    is_flag=True,
    help="Print one JSON line per match, change of health and ended source, then the summary.",
)
@click.pass_obj
def command(given: Globals, sources: tuple[str, ...], *, once: bool, as_json: bool) -> int:
    """Visit the sources that are due, and compare what they show with what is registered.

    Each host is asked slowly, as its robots.txt allows; pictures are compared in memory and forgotten. What may concern
    a minor is not asked for: it waits to be handed over (rempart referral list). Ctrl-C, or a kill, loses nothing.

    Exit code: 1 if something new matched, 0 if nothing did, 6 if everything was stopped, 130 if it was interrupted.
    """
    from rempart.app.watching import Watch  # noqa: PLC0415 - heavy: Django, numpy
    from rempart.cli.interrupts import undo_on_hangup  # noqa: PLC0415 - with the others
    from rempart.cli.remarks import prepare, say_missing  # noqa: PLC0415 - as above
    from rempart.cli.watch_lines import WatchPrinter, exit_code, print_summary  # noqa: PLC0415 - as above
    from rempart.cli.watch_progress import WatchProgress  # noqa: PLC0415 - as above
    from rempart.model.ids import SourceId  # noqa: PLC0415 - as above

    settings = given.settings()
    with given.open() as workspace:
        prepare(settings)
        named = [SourceId(workspace.sources.get(source).id) for source in sources]
        if not workspace.sources.all():
            say("No place is watched yet: rempart source add")
        with Watch(workspace, settings, sources=named) as watch, WatchProgress(watch) as progress:
            printer = WatchPrinter(workspace, as_json=as_json)
            undo_on_hangup()  # a closed terminal gives back what was being asked for, as Ctrl-C does
            try:
                for event in watch.events(once=once):
                    with progress.paused():
                        printer.show(event)
            except KeyboardInterrupt:
                watch.tally.interrupted = True
            tally, missing, unverified = watch.summary(), watch.missing_protections(), watch.unverified
    say_missing(missing, unverified)
    print_summary(tally, as_json=as_json)
    return exit_code(tally)
