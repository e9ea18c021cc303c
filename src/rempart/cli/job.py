"""``rempart job``: work that is done by itself, and what a person must look at."""

from __future__ import annotations

import click

from rempart.cli.opening import Globals
from rempart.cli.printing import put, put_json, safe, say

_STATES = ("queued", "done", "dead")


@click.group(name="job")
def command() -> None:
    """Work that must not be lost: it is tried again until it is done, or a person must look."""


@command.command(name="list")
@click.option("--state", type=click.Choice(_STATES), help="Only these; dead ones wait for a person.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON line per job.")
@click.pass_obj
def show_all(given: Globals, state: str | None, *, as_json: bool) -> int:
    """List the jobs, the next one first, finished ones last."""
    from rempart.cli.job_lines import job_record, print_job  # noqa: PLC0415 - heavy: Django
    from rempart.model.work import JobState  # noqa: PLC0415 - as above

    with given.open() as workspace:
        jobs = workspace.jobs.all(JobState(state) if state else None)
    for job in jobs:
        if as_json:
            put_json(job_record(job))
        else:
            print_job(job)
    return 0


@command.command(name="show")
@click.argument("job")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON line.")
@click.pass_obj
def show(given: Globals, job: str, *, as_json: bool) -> int:
    """Show JOB: what it is, how often it was tried, why it failed."""
    from rempart.cli.job_lines import job_record, print_job  # noqa: PLC0415 - heavy: Django

    with given.open() as workspace:
        found = workspace.jobs.get(job)
    if as_json:
        put_json(job_record(found))
        return 0
    print_job(found)
    put(f"attempts   {found.attempts} of {found.max_attempts}")
    put(f"due        {found.due_at:%Y-%m-%d %H:%M:%S} UTC")
    if found.lease_until:
        put(f"worked on  by {found.lease_by} until {found.lease_until:%Y-%m-%d %H:%M:%S} UTC at least")
    if found.reason:
        put(safe(f"reason     {found.reason}"))
    return 0


@command.command(name="retry")
@click.argument("job")
@click.pass_obj
def retry(given: Globals, job: str) -> int:
    """Try the dead JOB again."""
    from rempart.app.jobs import retry as retry_job  # noqa: PLC0415 - heavy: Django

    with given.open() as workspace:
        found = retry_job(workspace, job)
    put(safe(f"{found.id}  {found.kind}  {found.state}"))
    return 0


@command.command(name="run")
@click.option("--until-idle", is_flag=True, help="Return once nothing is due, instead of waiting for more.")
@click.pass_obj
def run(given: Globals, *, until_idle: bool) -> int:
    """Do what is due, then wait for more. Ctrl-C finishes the current job first. Several may run at once.

    Exit code: 0, or 4 if a job was given up: see rempart job list --state dead.
    """
    from rempart.app.handlers import add_daily_jobs, make_worker  # noqa: PLC0415 - heavy: Django
    from rempart.app.worker import stopped_by_signals  # noqa: PLC0415 - as above
    from rempart.errors import UnavailableError  # noqa: PLC0415 - as above

    with given.open() as workspace:
        worker = make_worker(workspace, given.settings())
        add_daily_jobs(workspace)
        with stopped_by_signals(worker):
            tally = worker.run(until_idle=until_idle)
    put(f"{tally.done} done, {tally.failed} attempts failed, {tally.dead} given up")
    if tally.failed and not tally.dead:
        say("What failed is tried again later. Why: rempart job list")
    return UnavailableError.exit_code if tally.dead else 0
