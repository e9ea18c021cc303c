"""What a person does about a job that was given up."""

from __future__ import annotations

from rempart import clock
from rempart.app.workspace import Workspace
from rempart.model.work import EventKind, Job


def retry(workspace: Workspace, job: str) -> Job:
    """Let a job that was given up be tried again, and note who asked.

    Raises:
        NotFoundError: there is no such job, or it was not given up.
    """
    now, me = clock.utc_now(), workspace.me
    with workspace.database.transaction():
        found = workspace.jobs.retry(job, now)
        workspace.journal.note(EventKind.JOB_RETRIED, found.id, actor=me.id, now=now)
    return found
