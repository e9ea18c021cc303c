"""The recovery sheet: trying it, and making another one; both are noted."""

from __future__ import annotations

from rempart import clock
from rempart.app.workspace import Workspace
from rempart.keys import RecoveryCode
from rempart.model.work import AccessPurpose, EventKind


def drill(workspace: Workspace, text: str) -> None:
    """Prove that a code, as a person typed it, opens the keys.

    Raises:
        KeyFileError: it does not.
    """
    now, me = clock.utc_now(), workspace.me
    workspace.journal.opened(AccessPurpose.RECOVERY_DRILL, workspace.id, actor=me.id, now=now)
    workspace.keyring.drill(RecoveryCode.parse(text), now=now)
    workspace.journal.note(EventKind.RECOVERY_DRILLED, workspace.id, actor=me.id, now=now)


def new_sheet(workspace: Workspace) -> RecoveryCode:
    """Make a new code, which is kept nowhere: print it."""
    now, me = clock.utc_now(), workspace.me
    code = workspace.keyring.new_recovery(now)
    workspace.journal.note(EventKind.RECOVERY_SHEET_MADE, workspace.id, actor=me.id, now=now)
    return code
