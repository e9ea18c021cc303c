"""What a worker of a workspace does for each kind of job, and the jobs that come every day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Final

from rempart import clock
from rempart.app.alert_sending import LIMITS as ALERT_LIMITS
from rempart.app.alert_sending import AlertSender
from rempart.app.evidence_jobs import add_renewal, erase_evidence, finish_evidence, renew_evidence
from rempart.app.privacy import enforce
from rempart.app.rotation import rotate
from rempart.app.withdrawing import prove_erasure
from rempart.app.worker import Effect, Handler, Keep, Worker
from rempart.app.workspace import Workspace
from rempart.config import Settings
from rempart.errors import UnavailableError
from rempart.model.work import Job, JobKind

#: Each rewrites much of the database: one at a time.
LIMITS: Final[Mapping[JobKind, int]] = {
    JobKind.ERASE_ASSETS: 1,
    JobKind.RESEAL: 1,
    JobKind.ENFORCE_RETENTION: 1,
    JobKind.ERASE_EVIDENCE: 1,
    **ALERT_LIMITS,
}


def make_worker(workspace: Workspace, settings: Settings) -> Worker:
    """Make a worker that knows every kind of job."""
    handlers: dict[JobKind, Handler] = {
        JobKind.ERASE_ASSETS: lambda job, keep: _erase(workspace, job, keep),
        JobKind.RESEAL: lambda job, keep: _reseal(workspace, job, keep),
        JobKind.ENFORCE_RETENTION: lambda job, keep: _enforce(workspace, settings, job, keep),
        JobKind.FINISH_EVIDENCE: lambda job, keep: finish_evidence(workspace, settings, job, keep),
        JobKind.ERASE_EVIDENCE: lambda job, keep: erase_evidence(workspace, settings, job, keep),
        JobKind.RENEW_EVIDENCE: lambda job, keep: renew_evidence(workspace, settings, job, keep),
        JobKind.SEND_ALERT: AlertSender(workspace, settings).send,
    }
    return Worker(workspace.database, jobs=workspace.jobs, journal=workspace.journal, handlers=handlers, limits=LIMITS)


def add_daily_jobs(workspace: Workspace) -> None:
    """Add what must be done every day, unless today's is there."""
    _add_retention(workspace, clock.utc_now())
    add_renewal(workspace, clock.utc_now())


def _add_retention(workspace: Workspace, due_at: dt.datetime) -> None:
    """Add the job of one day, unless it is there."""
    key = f"{JobKind.ENFORCE_RETENTION}:{due_at:%Y-%m-%d}"
    workspace.jobs.add(JobKind.ENFORCE_RETENTION, key=key, payload={}, now=clock.utc_now(), due_at=due_at)


def _erase(workspace: Workspace, job: Job, keep: Keep) -> Effect | None:
    del job
    keep()
    prove_erasure(workspace)
    return None


def _reseal(workspace: Workspace, job: Job, keep: Keep) -> Effect | None:
    del job
    keep()
    rotate(workspace)
    return None


def _enforce(workspace: Workspace, settings: Settings, job: Job, keep: Keep) -> Effect | None:
    del job
    done = enforce(workspace, settings, on_batch=keep)
    if not done.files_cleaned:
        message = "what is past its end is deleted, and still in a file of the database: another command reads it"
        raise UnavailableError(message, advice="It is done by itself once that command ended.")
    return lambda: _add_retention(workspace, clock.utc_now() + dt.timedelta(days=1))
