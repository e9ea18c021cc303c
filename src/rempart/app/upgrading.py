"""Bring a workspace's database to this version, and note it."""

from __future__ import annotations

from rempart import clock
from rempart.app.workspace import Workspace
from rempart.model.work import EventKind
from rempart.store import upgrade as upgrade_database


def upgrade(workspace: Workspace) -> list[str]:
    """Apply what is missing, each step in one transaction, and return the names of the steps.

    Raises:
        WorkspaceError: the database is of a newer version, or another workspace's.
    """
    done = upgrade_database(workspace.database)
    workspace.row.require(workspace.id)
    if done:
        detail: dict[str, str | int] = {"last": done[-1], "count": len(done)}
        actor = workspace.me.id
        workspace.journal.note(
            EventKind.DATABASE_UPGRADED, workspace.id, actor=actor, now=clock.utc_now(), detail=detail
        )
    return done
