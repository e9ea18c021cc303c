"""Follow a scan to its end, whichever way it ends: what was known by then is shown all the same."""

from __future__ import annotations

from collections.abc import Callable

from rempart.app.intake import Skipped
from rempart.app.listed import Listed
from rempart.app.scan import Scan
from rempart.app.workspace_scan import WorkspaceScan
from rempart.cli.printing import safe, say
from rempart.cli.remarks import say_undescribed
from rempart.errors import RempartError, SandboxError, UnavailableError
from rempart.model import Match


def follow(scan: Scan | WorkspaceScan, show: Callable[[Match | Skipped | Listed], None]) -> RempartError | None:
    """Show every event; what ends a scan early is noted, and what was known by then is shown all the same.

    Returns:
        The failure of a sandbox in mid-scan, to be raised once the results are out.

    Raises:
        SandboxError: it failed before anything was compared.
    """
    failure: RempartError | None = None
    try:
        for event in scan.events():
            show(event)
    except UnavailableError as ending:  # nothing more can be written: what is shown is in the workspace
        scan.tally.interrupted = True
        return ending
    except (KeyboardInterrupt, SandboxError) as ending:
        if isinstance(ending, SandboxError):
            if not (scan.tally.assets or scan.tally.imported):
                raise
            failure = ending
        scan.tally.interrupted = True
        for event in scan.leftovers():
            show(event)
    return failure


def say_how_it_goes_on(scan: Scan | WorkspaceScan, *, asked: bool) -> None:
    """Say whether a scan went on with one that was cut, and how one that was cut now goes on.

    Args:
        scan: At its end.
        asked: Whether ``--resume`` was given.
    """
    if scan.is_resumed:
        say("This went on with a scan that was cut: what that one had found is included.")
    elif asked:
        say(
            "No unfinished scan of this pile, for what is registered now, was found: it was scanned from its beginning."
        )
    if scan.tally.interrupted and isinstance(scan, WorkspaceScan):
        say("Go on with the same command and --resume.")


def say_ignored(scan: Scan | WorkspaceScan) -> None:
    """Say once what a scan did without, of the user's model."""
    learned = scan.learned if isinstance(scan, WorkspaceScan) else None
    if learned is None:
        return
    if learned.ignored:
        say(
            f"{learned.ignored} descriptors are of another model than {safe(learned.model.name)}, or of pictures "
            "prepared otherwise: they were not compared. Withdraw those assets and add them again to have them."
        )
    say_undescribed(learned.failed)
