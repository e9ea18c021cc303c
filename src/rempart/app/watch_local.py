"""Folders and web archives of this machine as sources: scanned as ``rempart scan`` does, and remembered as seen."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from rempart.app.watch_concluding import Concluding
from rempart.app.watch_events import Sighted, WatchEvent, WatchTally
from rempart.app.watch_sighting import note_match
from rempart.app.workspace import Workspace
from rempart.app.workspace_scan import WorkspaceScan
from rempart.config import Settings
from rempart.errors import MisuseError
from rempart.model import Match
from rempart.model.sighting import NewSighting
from rempart.model.source import Health, Source

#: What is said of a picture in a pile: its own first bytes were not told by the scan.
_MEDIA_TYPE: Final = "image"


def look_at_local(
    workspace: Workspace, settings: Settings, source: Source, concluding: Concluding, tally: WatchTally
) -> Iterator[WatchEvent]:
    """Scan a folder or a web archive, and yield what was not seen there before.

    Raises:
        SandboxError: the sandbox cannot work.
    """
    try:
        scan = WorkspaceScan(workspace, [Path(source.new.place.text)], settings, resume=True)
    except MisuseError:
        yield from concluding.note_health(source, Health.MISSING, "the folder or file cannot be read")
        return
    with scan:
        for finding in scan.findings():
            if seen := _seen(workspace, settings, source, finding.matches, concluding):
                tally.new += seen.is_new
                yield seen
    done = scan.summary()
    tally.media += done.scanned
    tally.matched += done.matched
    tally.sealed += done.sealed
    tally.unreadable += done.unreadable
    tally.stopped += done.stopped
    tally.listed += done.listed
    yield from concluding.note_health(source, Health.WELL, "")


def _seen(
    workspace: Workspace, settings: Settings, source: Source, matches: tuple[Match, ...], concluding: Concluding
) -> Sighted | None:
    """Write that something was seen in this place, sealed or not; None if it is not looked for any more.

    What may not be shown is a number, as on pages: an alert says no place, and the event has none.
    """
    place = matches[0].suspect
    new = NewSighting(source=source.id, media_url=place, page_url=place, matches=matches, media_type=_MEDIA_TYPE)
    database = workspace.database
    recorded = database.durably(lambda: note_match(workspace, settings, new, database.instant()))
    if recorded.sighting is None:
        return None
    visible = concluding.visible(matches)
    return Sighted(
        sighting=recorded.sighting,
        matches=visible,
        page_url=place if visible else "",
        is_new=recorded.is_new,
        alert=recorded.alert,
    )
