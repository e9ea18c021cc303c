"""For which reported addresses a named person answers in spite of a robots.txt: stated, listed, used, withdrawn.

What it changes is one answer of one robots.txt for one address. The gate, the address policy, the pace and the budgets
stay what they are, and where the address redirects to is not covered.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

from rempart import clock
from rempart.app.exchange import decided_by
from rempart.app.outside import askable
from rempart.app.workspace import Workspace
from rempart.errors import MisuseError, NotFoundError, RefusedError
from rempart.model.courtesy import Authorisation, HostNote
from rempart.model.gate import MinorGate
from rempart.model.ids import AuthorisationId, IdKind
from rempart.model.outcome import Stopped
from rempart.model.web import Address
from rempart.model.work import AccessPurpose, EventKind
from rempart.net.policy import AddressPolicy
from rempart.net.urls import WebUrl

#: An authorisation is for a report, not for a habit.
DAYS_MOST: Final = 30
_CHARACTERS_MOST: Final = 2_000
_PREFIX: Final = f"{IdKind.AUTHORISATION}_"


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What a person answers for."""

    url: str
    """One address, as it was reported."""
    by: str
    """Who answers; empty is who works."""
    reason: str
    """Why."""
    legal_basis: str
    """By what right."""
    until: dt.datetime
    """Until when."""


#: What every fetch may connect to: nobody answers for an address that is never asked.
_EVERY_FETCH: Final = AddressPolicy()


def authorise(
    workspace: Workspace, gate: MinorGate, statement: Statement, *, policy: AddressPolicy = _EVERY_FETCH
) -> Authorisation:
    """Write that a named person answers for asking for one reported address in spite of a robots.txt.

    Args:
        workspace: Where it is written.
        gate: Judges the address.
        statement: What she answers for.
        policy: Where its fetches may connect to.

    Raises:
        RefusedError: the gate stops the address: nobody can answer for it.
        MisuseError: it is no address of the web, or a part of the statement is missing, too long or out of bounds.
    """
    now = clock.utc_now()
    url = _judged(gate, statement.url, policy)
    reason = _stated(statement.reason, "reason")
    basis = _stated(statement.legal_basis, "legal basis")
    if not now < statement.until <= now + dt.timedelta(days=DAYS_MOST):
        message = f"an authorisation ends within {DAYS_MOST} days from now, not on {statement.until:%Y-%m-%d}"
        raise MisuseError(message, advice="Say when it ends: --days, or --until. It can be given anew.")
    typed_by, by = workspace.me, decided_by(workspace, statement.by)
    with workspace.database.transaction():
        made = workspace.authorisations.add(
            str(url), by=by.id, reason=reason, legal_basis=basis, now=now, until=statement.until
        )
        detail = {"typed_by": str(typed_by.id), "until": statement.until.isoformat(timespec="seconds")}
        workspace.journal.note(EventKind.ADDRESS_AUTHORISED, made.id, actor=by.id, now=now, detail=detail)
    return made


def withdraw_authorisations(workspace: Workspace, subject: str, by: str) -> list[Authorisation]:
    """Take back an authorisation, or all that cover an address.

    Args:
        workspace: Where they are.
        subject: An identifier, or an address.
        by: Who takes it back; empty is who works.

    Raises:
        NotFoundError: nothing covers the address, or there is none of this identifier.
        MisuseError: it is over already.
    """
    now, typed_by = clock.utc_now(), workspace.me
    named = _named(workspace, subject, now)
    actor = decided_by(workspace, by)
    taken = []
    with workspace.database.transaction():
        for each in named:
            ended = workspace.authorisations.withdraw(each, now)
            detail: dict[str, str | int] = {"typed_by": str(typed_by.id), "uses": ended.uses}
            workspace.journal.note(EventKind.AUTHORISATION_WITHDRAWN, ended.id, actor=actor.id, now=now, detail=detail)
            taken.append(ended)
    return taken


def list_authorisations(workspace: Workspace) -> list[Authorisation]:
    """Return every authorisation, and note who looked."""
    found = workspace.authorisations.all()
    _trace(workspace, AccessPurpose.LIST_AUTHORISATIONS, len(found))
    return found


def list_hosts(workspace: Workspace) -> list[HostNote]:
    """Return every host that was asked lately, and note who looked."""
    found = workspace.hosts.all()
    _trace(workspace, AccessPurpose.LIST_HOSTS, len(found))
    return found


class WorkspacePermissions:
    """What ``rempart.net`` asks before it goes past a robots.txt; each use is counted and noted, or there is none."""

    def __init__(self, workspace: Workspace) -> None:
        """Answer from a workspace."""
        self._workspace = workspace

    def find(self, url: str, now: dt.datetime) -> AuthorisationId | None:
        """Return the authorisation that covers exactly this address now; None if there is none."""
        return self._workspace.authorisations.find(url, now)

    def use(self, authorisation: AuthorisationId, now: dt.datetime) -> bool:
        """Count and note a use, just before it; False if the authorisation no longer holds."""
        workspace = self._workspace
        with workspace.database.transaction():
            if not workspace.authorisations.use(authorisation, now):
                return False
            actor = workspace.me.id
            workspace.journal.note(EventKind.AUTHORISATION_USED, authorisation, actor=actor, now=now)
        return True


def _named(workspace: Workspace, subject: str, now: dt.datetime) -> list[AuthorisationId]:
    """Return what an identifier or an address means."""
    if "://" not in subject and subject.startswith(_PREFIX):
        return [workspace.authorisations.get(subject).id]
    url = str(askable(subject, _EVERY_FETCH))
    if found := workspace.authorisations.find_all(url, now):
        return found
    message = "nothing covers this address"
    raise NotFoundError(message, advice="List what is covered with: rempart net authorisations")


def _judged(gate: MinorGate, text: str, policy: AddressPolicy) -> WebUrl:
    """Return an address in its one form, if the gate lets it pass."""
    url = askable(text, policy)
    judged = gate.check(Address(url=text, context=(str(url), url.shown_host)))
    if isinstance(judged, Stopped):
        message = f"nobody can authorise this address: {judged.in_words()}"
        raise RefusedError(message, advice="Hand it over: PHAROS, Point de Contact, NCMEC (README, What it refuses).")
    return url


def _stated(text: str, what: str) -> str:
    text = " ".join(text.split())
    if not text or len(text) > _CHARACTERS_MOST:
        message = f"the {what} is empty" if not text else f"the {what} is longer than {_CHARACTERS_MOST} characters"
        raise MisuseError(
            message, advice="Whoever reads it later must understand why this was done, and by what right."
        )
    return text


def _trace(workspace: Workspace, purpose: AccessPurpose, count: int) -> None:
    workspace.journal.opened(purpose, workspace.id, actor=workspace.me.id, now=clock.utc_now(), count=count)
