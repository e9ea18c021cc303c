"""What ``rempart job`` prints."""

from __future__ import annotations

from rempart.cli.printing import put, safe
from rempart.model.work import Job


def job_record(job: Job) -> dict[str, object]:
    """Return the record of one job."""
    return {
        "v": 1,
        "job": job.id,
        "kind": str(job.kind),
        "state": str(job.state),
        "attempts": job.attempts,
        "max_attempts": job.max_attempts,
        "due_at": job.due_at.isoformat(),
        "lease_by": job.lease_by or None,
        "lease_until": job.lease_until.isoformat() if job.lease_until else None,
        "reason": job.reason or None,
    }


def print_job(job: Job) -> None:
    """Print one line."""
    state = "working" if job.lease_by else str(job.state)
    why = f"  ({job.reason})" if job.reason else ""
    put(safe(f"{job.id}  {job.kind:17}  {state:7}  {job.due_at:%Y-%m-%d %H:%M}  {job.attempts} attempts{why}"))
