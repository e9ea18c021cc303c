"""What a workspace can prove of the people in it: the record of processing, what is past its end, who opened what."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from rempart import clock
from rempart.app.retention import RetentionReport, enforce_retention, retention_terms
from rempart.app.wiring import make_pool
from rempart.app.workspace import Workspace
from rempart.config import Settings
from rempart.model.ids import IdKind, is_id
from rempart.model.retention import ClassState
from rempart.model.work import Access, AccessPurpose
from rempart.privacy.article30 import Register, make_register
from rempart.privacy.interface import WorkspaceFacts
from rempart.store import RetentionRepository


def retention_of(workspace: Workspace, settings: Settings) -> RetentionRepository:
    """Return what knows the ends of this workspace's rows."""
    return RetentionRepository(workspace.database, retention_terms(settings.retention))


def enforce(
    workspace: Workspace, settings: Settings, *, actor: str = "system", on_batch: Callable[[], None] = lambda: None
) -> RetentionReport:
    """Delete what is past its end, and prove it; a job extends its lease after each batch.

    Raises:
        UnavailableError: the database went away; the next run does the rest.
    """
    repository = retention_of(workspace, settings)
    now = clock.utc_now()
    return enforce_retention(
        workspace.database,
        repository,
        workspace.journal,
        now,
        workspace=workspace.id,
        actor=actor,
        on_batch=on_batch,
    )


def past_end(workspace: Workspace, settings: Settings) -> tuple[ClassState, ...]:
    """Return what is stored of each kind, and how much of it should be gone."""
    return retention_of(workspace, settings).state(clock.utc_now())


def register(workspace: Workspace, settings: Settings) -> Register:
    """Make the record of processing activities (GDPR article 30) of this workspace; the opening is traced."""
    now = clock.utc_now()
    location = workspace.database.location
    is_remote = location.vendor == "postgresql" and bool(location.host) and not location.host.startswith("/")
    modes = dict(location.options)
    retention = retention_of(workspace, settings)
    facts = WorkspaceFacts(
        workspace=workspace.id,
        is_shared=workspace.is_shared,
        database_vendor=location.vendor,
        database_is_remote=is_remote,
        database_is_encrypted_in_transit=modes.get("sslmode") == "verify-full" if is_remote else None,
        keys_protection=str(workspace.keyring.status().protection),
        users=Counter(user.role for user in workspace.users.all()),
        owners=len(workspace.owners.all()),
        assets=workspace.assets.count(),
        sources=Counter(source.new.article14 for source in workspace.sources.all()),
        sandbox_missing=sandbox_gaps(settings),
        states=retention.state(now),
        last_run=retention.last_run(),
    )
    workspace.journal.opened(AccessPurpose.REGISTER, workspace.id, actor=workspace.me.id, now=now)
    return make_register(settings, facts, now)


def sandbox_gaps(settings: Settings) -> tuple[str, ...]:
    """Start one sandboxed worker, and name the protections that this machine does not offer it."""
    with make_pool(settings) as pool:
        return tuple(str(state.protection) for state in pool.protections() if not state.active)


def trace(workspace: Workspace, subject: str | None) -> list[Access]:
    """Return who opened what, of one subject or the latest; looking is an opening too.

    Raises:
        NotFoundError: the subject is neither an identifier nor the name of an owner.
    """
    if subject is not None and not any(is_id(subject, kind) for kind in IdKind):
        subject = workspace.owners.get(subject).id  # what was typed may be a name: it is not written down
    found = workspace.journal.accesses(subject)
    workspace.journal.opened(
        AccessPurpose.TRACE, subject or workspace.id, actor=workspace.me.id, now=clock.utc_now(), count=len(found)
    )
    return found
