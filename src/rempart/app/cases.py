"""Cases: opening one by a right and with a consent, showing it, closing it."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from rempart.app.evidence_desk import EvidenceDesk, checked_text
from rempart.app.rights import grant_consent, subject_of
from rempart.app.transparency_log import event_content
from rempart.app.workspace import Workspace
from rempart.errors import MisuseError, RefusedError
from rempart.evidence.commitments import SALT_BYTES
from rempart.model.asset import ConsentScope, GroundKind
from rempart.model.evidence import Case, CaseState, CustodyEvent, CustodyKind, EvidenceItem, HandOff, LegalHold
from rempart.model.ids import CaseId, IdKind, new_id
from rempart.model.log import LogEntryKind, NewLogEntry
from rempart.model.work import AccessPurpose, EventKind


@dataclass(frozen=True, slots=True, kw_only=True)
class WholeCase:
    """A case with all that belongs to it."""

    case: Case
    """The case."""
    owner: str
    """Her name."""
    items: tuple[EvidenceItem, ...]
    """What was recorded."""
    custody: tuple[CustodyEvent, ...]
    """What happened."""
    holds: tuple[LegalHold, ...]
    """Decisions that nothing is erased."""
    hand_offs: tuple[HandOff, ...]
    """Who was given a dossier."""


def open_case(
    desk: EvidenceDesk,
    owner: str,
    *,
    ground: GroundKind | None,
    note: str,
    shows_addresses: bool = False,
    text_read: str = "",
) -> Case:
    """Open a case for an owner.

    Args:
        desk: Where, and who.
        owner: Her name or identifier.
        ground: By what right.
        note: That right in words: a mandate's date, a complaint's number.
        shows_addresses: She chose that addresses of pages are in the public part.
        text_read: The language in which she has just read what she allows, and agreed; empty if she did before.

    Raises:
        NotFoundError: there is no such owner.
        RefusedError: there is no ground, or she does not allow that evidence is gathered.
    """
    workspace = desk.workspace
    subject = subject_of(workspace, owner)
    if ground is None or not note.strip():
        message = "no evidence is gathered without a ground" + (", in words too" if ground else "")
        raise RefusedError(message, advice='Say by what right, and since when: --ground mandate --note "signed on …"')
    note = checked_text(note, "the ground's note")
    if text_read:
        grant_consent(workspace, subject, ConsentScope.EVIDENCE, text_read)
    require_consent(workspace, subject.owner.id)
    now, me = desk.instant(), workspace.me
    case = Case(
        id=CaseId(new_id(IdKind.CASE)),
        owner=subject.owner.id,
        ground=ground,
        ground_note=note,
        state=CaseState.OPEN,
        shows_addresses=shows_addresses,
        opened_by=me.id,
        opened_at=now,
        closed_at=None,
    )
    workspace.keyring.make_item_key(case.id)
    with workspace.database.transaction():
        workspace.cases.add(case, secrets.token_bytes(SALT_BYTES))
        desk.note(CustodyKind.CASE_OPENED, case)
        workspace.journal.note(EventKind.CASE_OPENED, case.id, actor=me.id, now=now)
    return case


def require_consent(workspace: Workspace, owner: str) -> None:
    """Make sure that an owner allows evidence to be gathered.

    Raises:
        RefusedError: she does not, or no longer.
    """
    known = workspace.owners.get(owner)
    if not workspace.consents.holds(ConsentScope.EVIDENCE, known.id):
        message = "the owner does not allow that evidence is gathered"
        advice = f"Ask her, then: rempart consent grant {known.id} --scope evidence. What is there already stays."
        raise RefusedError(message, advice=advice)


def show_case(desk: EvidenceDesk, name: str) -> WholeCase:
    """Return a case with all that belongs to it; that it was looked at is traced.

    Raises:
        NotFoundError: there is none.
    """
    workspace, case = desk.workspace, desk.workspace.cases.get(name)
    workspace.journal.opened(AccessPurpose.SHOW_CASE, case.id, actor=workspace.me.id, now=desk.instant())
    return WholeCase(
        case=case,
        owner=workspace.owners.get(case.owner).name,
        items=tuple(workspace.evidence.of_case(case.id)),
        custody=tuple(workspace.custody.of_case(case.id)),
        holds=tuple(workspace.cases.holds(case.id)),
        hand_offs=tuple(workspace.cases.hand_offs(case.id)),
    )


def list_cases(desk: EvidenceDesk) -> list[Case]:
    """Return every case; that they were looked at is traced."""
    workspace, found = desk.workspace, desk.workspace.cases.all()
    workspace.journal.opened(
        AccessPurpose.LIST_CASES, workspace.id, actor=workspace.me.id, now=desk.instant(), count=len(found)
    )
    return found


def close_case(desk: EvidenceDesk, name: str, *, why: str) -> Case:
    """Close a case: nothing more is added; what is there is kept, renewed, exported or erased.

    Raises:
        NotFoundError: there is none.
        MisuseError: it is closed already.
    """
    workspace, case = desk.workspace, desk.workspace.cases.get(name)
    if case.state is CaseState.CLOSED:
        message = f"the case {case.id} is closed already"
        raise MisuseError(message)
    now = desk.instant()
    with workspace.database.transaction():
        workspace.cases.close(case.id, now)
        desk.note(CustodyKind.CASE_CLOSED, case, why=why.strip())
        workspace.journal.note(EventKind.CASE_CLOSED, case.id, actor=workspace.me.id, now=now)
    return workspace.cases.get(case.id)


def log_decision(desk: EvidenceDesk, case: Case, event: str, facts: dict[str, str | int]) -> None:
    """Log what a person decided about a case; part of the caller's transaction."""
    content = event_content(
        LogEntryKind.DECISION,
        {"by": desk.role(case.id, desk.workspace.me.id), "at": desk.instant().isoformat(), **facts},
    )
    desk.log.append(
        [NewLogEntry(owner=case.id, event=event, kind=LogEntryKind.DECISION, content=content)], desk.instant()
    )
