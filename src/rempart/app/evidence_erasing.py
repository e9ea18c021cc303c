"""Erase an item although the log keeps everything: seven days after it was asked for, unless cancelled or held.

1. One transaction puts a signed tombstone where the item was, logs it under the case's key, and deletes what opens the
   item's own entries: a leaf says nothing of what it was from then on, once its key is gone, though order
   and times may tell which ones were probably its own.
2. The item's key is destroyed: its age identity, its name and the words about it are unreadable, in backups too that
   are made from then on. Its files are removed.
3. Every file of the database is cleaned of what was deleted.

Copies that were given away are listed: whoever has one is to be told (GDPR article 19).
"""

from __future__ import annotations

import datetime as dt
import hashlib
import logging
import secrets
from dataclasses import dataclass

from rempart.app.backup import COPY
from rempart.app.evidence_adding import job_key
from rempart.app.evidence_certificates import seal_chain
from rempart.app.evidence_desk import EvidenceDesk, checked_text
from rempart.app.evidence_exporting import sweep_dossiers
from rempart.app.evidence_places import alone_on, has_files, remove_files
from rempart.app.unfinished import sweep_unfinished
from rempart.app.workspace import EVIDENCE_FOLDER
from rempart.errors import MisuseError, UnavailableError
from rempart.evidence.canonical import render_canonical
from rempart.evidence.drafts import case_ref
from rempart.evidence.layout import FORMAT
from rempart.evidence.seal import sign_detached
from rempart.model.evidence import (
    ERASURE_DELAY,
    CustodyKind,
    ErasureRequest,
    EvidenceItem,
    EvidenceState,
    HandOff,
    LegalHold,
)
from rempart.model.ids import CaseId
from rempart.model.log import LogEntryKind, NewLogEntry
from rempart.model.work import EventKind, JobKind
from rempart.store import erase_traces

logger = logging.getLogger(__name__)

#: A reader may stay for a day: the job tries again once an hour before a person must look.
_ATTEMPTS = 50
_PATIENCE_S = 60.0
_SECOND = dt.timedelta(seconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """An erasure that was asked for."""

    request: ErasureRequest
    """When it is due."""
    hold: LegalHold | None
    """What it waits for beyond that; None if nothing holds it."""
    copies: tuple[HandOff, ...]
    """Who was given a copy, to be told (GDPR article 19)."""
    recipients: tuple[str, ...]
    """Who can open the copies: the names that packages call them by."""


def ask_erasure(desk: EvidenceDesk, name: str, *, why: str) -> Asked:
    """Ask for an item to be erased; it can be cancelled for seven days. Asked twice, it is due from the first time.

    Raises:
        NotFoundError: there is no such item.
        MisuseError: it is erased, or there is no reason.
    """
    workspace, item, now = desk.workspace, desk.workspace.evidence.get(name), desk.instant()
    why = checked_text(why, "the reason")
    with workspace.database.transaction():
        workspace.cases.lock(item.case)  # two who ask at once make one request: it is taken back as a whole
        _refuse_erased(workspace.evidence.get(item.id))
        request = workspace.evidence.pending(item.id)
        if request is None:
            request = workspace.evidence.ask_erasure(
                item, why=why, due_at=now + ERASURE_DELAY, by=workspace.me.id, now=now
            )
            desk.note(CustodyKind.ERASURE_ASKED, item, why=why)
            _add_job(desk, request, request.due_at)
            workspace.journal.note(EventKind.ERASURE_ASKED, item.case, actor=workspace.me.id, now=now)
    return Asked(
        request=request,
        hold=hold_of(desk, item),
        copies=tuple(workspace.cases.hand_offs(item.case, item.id)),
        recipients=tuple(each.label for each in workspace.evidence_keys.recipients(item.case)),
    )


def cancel_erasure(desk: EvidenceDesk, name: str, *, why: str = "") -> ErasureRequest:
    """Take back that an item is to be erased.

    Raises:
        NotFoundError: there is no such item.
        MisuseError: nothing was asked, or it is too late.
    """
    workspace, item, now = desk.workspace, desk.workspace.evidence.get(name), desk.instant()
    request = workspace.evidence.pending(item.id)
    if request is None:
        message = f"nobody asked for {item.id} to be erased, or it was"
        raise MisuseError(message, advice="See what became of it: rempart evidence list")
    with workspace.database.transaction():
        if not workspace.evidence.cancel_erasure(request.id, now):
            message = f"{item.id} is erased: that cannot be taken back"
            raise MisuseError(message)
        while (other := workspace.evidence.pending(item.id)) is not None:  # as of a database of before
            workspace.evidence.cancel_erasure(other.id, now)
        desk.note(CustodyKind.ERASURE_CANCELLED, item, why=why.strip())
        workspace.journal.note(EventKind.ERASURE_CANCELLED, item.case, actor=workspace.me.id, now=now)
    return request


def hold_of(desk: EvidenceDesk, item: EvidenceItem) -> LegalHold | None:
    """Return the hold that lasts longest, of those that are in force over an item; None if none is."""
    holds = [hold for hold in desk.workspace.cases.holds(item.case) if hold.holds(desk.instant())]
    return max(holds, key=lambda hold: hold.until, default=None)


def erase_due(desk: EvidenceDesk, name: str) -> bool:
    """Erase what a request is about, if its day has come and nothing holds it; it may be done again anywhere.

    Returns:
        Whether nothing is left of it; False if it waits, or was cancelled.

    Raises:
        UnavailableError: another process still reads an older state of the database: try again.
    """
    workspace, request = desk.workspace, desk.workspace.evidence.request(name)
    if request is None or request.cancelled_at is not None or request.done_at is not None:
        return request is not None and request.done_at is not None
    item = workspace.evidence.get(request.item)
    if item.state is not EvidenceState.ERASED:
        with alone_on(workspace, item.case, patience_s=_PATIENCE_S):
            sweep_dossiers(desk, item.case)
            if not workspace.database.durably(lambda: _bury(desk, item, request)):  # (1)
                return False
    workspace.keyring.destroy_item_key(item.id)  # (2)
    remove_files(workspace, item.case, item.id)
    if has_files(workspace, item.case, item.id):  # others' keys still open them
        message = f"the files of {item.id} cannot be removed"
        raise UnavailableError(message, advice=f"Look at {EVIDENCE_FOLDER}/{item.case}: it is tried again.")
    sweep_unfinished(workspace.folder / COPY)
    erase_traces(workspace.database)  # (3)
    workspace.evidence.note_erased([request.id], desk.instant())
    logger.info("%s is erased", item.id)
    return True


def _bury(desk: EvidenceDesk, item: EvidenceItem, request: ErasureRequest) -> bool:
    """Do (1), once; False if it waits. Nobody decides otherwise meanwhile."""
    workspace, now = desk.workspace, desk.instant()
    workspace.cases.lock(item.case)
    if workspace.evidence.get(item.id).state is EvidenceState.ERASED:
        return True
    if (due_at := _due_at(desk, item, request)) > now:
        _add_job(desk, request, due_at)
        return False
    if workspace.evidence.pending(item.id) != request:  # it was cancelled just now
        return False
    # One that was never a package keeps its place in the chain all the same.
    sums = item.sums_sha256 or hashlib.sha256(secrets.token_bytes(32)).digest()
    tombstone = render_tombstone(desk, item, request, sums)
    seal = sign_detached(tombstone, seal_chain(workspace, desk.settings.evidence.organisation, now), at=now)
    entry = NewLogEntry(owner=item.case, event=f"erasure {request.id}", kind=LogEntryKind.ERASURE, content=tombstone)
    desk.log.append([entry], now)
    desk.log.forget(item.id)
    workspace.evidence.bury(item, sums_sha256=sums, tombstone=tombstone, seal=seal, now=now)
    desk.note(CustodyKind.ERASED, item, by=request.by)
    workspace.jobs.settle(job_key(item.id), now)
    workspace.journal.note(EventKind.EVIDENCE_ERASED, item.case, actor="system", now=now)
    return True


def render_tombstone(desk: EvidenceDesk, item: EvidenceItem, request: ErasureRequest, sums: bytes) -> bytes:
    """Return what is said in an item's place: nothing of what it was, and nothing that ties it to a leaf of the log."""
    salt = desk.workspace.cases.salt(item.case)
    return render_canonical(
        {
            "format": FORMAT,
            "kind": "erasure",
            "id": item.id,
            "case_ref": case_ref(salt, item.case).hex(),
            "seq": item.seq,
            "sums_sha256": sums.hex(),
            "asked_at": f"{request.at:%Y-%m-%dT%H:%M:%SZ}",
            "erased_at": f"{desk.instant():%Y-%m-%dT%H:%M:%SZ}",
            "openings": desk.workspace.custody.openings(item.id),
            "copies": len(desk.workspace.cases.hand_offs(item.case, item.id)),
        }
    )


def schedule_erasures(desk: EvidenceDesk, case: CaseId) -> None:
    """Let what was asked of a case be done when it is due now, as after a hold was ended."""
    for item in desk.workspace.evidence.of_case(case):
        request = desk.workspace.evidence.pending(item.id)
        if request is not None and item.state is not EvidenceState.ERASED:
            _add_job(desk, request, max(_due_at(desk, item, request), desk.instant()))


def _due_at(desk: EvidenceDesk, item: EvidenceItem, request: ErasureRequest) -> dt.datetime:
    """Return when an item may be erased, by its request and the holds over it."""
    hold = hold_of(desk, item)
    return request.due_at if hold is None else max(request.due_at, hold.until + _SECOND)


def _add_job(desk: EvidenceDesk, request: ErasureRequest, due_at: dt.datetime) -> None:
    desk.workspace.jobs.add(
        JobKind.ERASE_EVIDENCE,
        key=f"{JobKind.ERASE_EVIDENCE}:{request.id}:{due_at:%Y-%m-%dT%H:%M:%S}",
        payload={"request": request.id},
        now=desk.instant(),
        due_at=due_at,
        max_attempts=_ATTEMPTS,
    )


def _refuse_erased(item: EvidenceItem) -> None:
    if item.state is EvidenceState.ERASED:
        message = f"{item.id} is erased already"
        raise MisuseError(message)
