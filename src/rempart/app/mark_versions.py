"""Do the copies of a picture carry their owner's mark? All do or none: what is noted of the first decides.

What a leak is compared with follows from it: the picture with its owner's mark, or without. It is what was noted when
the copies were made that says so, never a score.
"""

from __future__ import annotations

from rempart.app.workspace import Workspace
from rempart.mark import OWNED_MARK_VERSION
from rempart.model import AssetId
from rempart.model.work import EventKind


def is_owned(workspace: Workspace, asset: AssetId) -> bool | None:
    """Tell whether copies of an asset carry their owner's mark; None if there are none.

    Copies of recipients who were forgotten since are still out there: the journal counts them.
    """
    versions = workspace.recipients.mark_versions(asset)
    if not versions:
        events = workspace.journal.events(asset)
        versions = {str(event.detail.get("mark")) for event in events if event.kind is EventKind.COPIES_MARKED}
    # Two commands at once may have made both: a reading against the wrong one loses a twentieth (benchmarks).
    return OWNED_MARK_VERSION in versions if versions else None
