"""What a worker does about evidence: goes on with what was recorded, erases what is due, renews what ends."""

from __future__ import annotations

import datetime as dt

from rempart import clock
from rempart.app.evidence_desk import EvidenceDesk
from rempart.app.evidence_erasing import erase_due
from rempart.app.evidence_opening import close_openings
from rempart.app.evidence_proving import finish
from rempart.app.evidence_renewing import renew
from rempart.app.worker import Effect, Keep
from rempart.app.workspace import Workspace
from rempart.config import Settings
from rempart.errors import RempartError
from rempart.model.evidence import EvidenceState
from rempart.model.ids import EvidenceId
from rempart.model.work import Job, JobKind


def finish_evidence(workspace: Workspace, settings: Settings, job: Job, keep: Keep) -> Effect | None:
    """Go on with an item; what keeps it is the reason why the job failed."""
    keep()
    item = workspace.evidence.get(str(job.payload["item"]))
    if item.state is not EvidenceState.ERASED:
        finish(EvidenceDesk(workspace, settings), item.case).require(EvidenceId(item.id))
    return None


def erase_evidence(workspace: Workspace, settings: Settings, job: Job, keep: Keep) -> Effect | None:
    """Erase an item whose day has come; one that is held waits for another job."""
    keep()
    erase_due(EvidenceDesk(workspace, settings), str(job.payload["request"]))
    return None


def renew_evidence(workspace: Workspace, settings: Settings, job: Job, keep: Keep) -> Effect | None:
    """Renew what rests on certificates that end; remove what was left open."""
    del job
    desk, failed = EvidenceDesk(workspace, settings), list[RempartError]()
    close_openings(workspace, clock.utc_now())
    for item in workspace.evidence.all():
        keep()
        try:
            renew(desk, item, is_due_only=True)
        except RempartError as error:  # the others are renewed all the same
            failed.append(error)
    if failed:
        raise failed[0]
    return lambda: add_renewal(workspace, clock.utc_now() + dt.timedelta(days=1))


def add_renewal(workspace: Workspace, due_at: dt.datetime) -> None:
    """Add the renewing of one day, unless it is there, or there is no evidence."""
    if not workspace.evidence.ids():
        return
    key = f"{JobKind.RENEW_EVIDENCE}:{due_at:%Y-%m-%d}"
    workspace.jobs.add(JobKind.RENEW_EVIDENCE, key=key, payload={}, now=clock.utc_now(), due_at=due_at)
