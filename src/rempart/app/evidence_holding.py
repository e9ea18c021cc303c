"""Decide that nothing of a case is erased until a day, by name and with a reason; the decision is logged."""

from __future__ import annotations

import datetime as dt

from rempart.app.cases import log_decision
from rempart.app.evidence_desk import EvidenceDesk, checked_text
from rempart.app.evidence_erasing import schedule_erasures
from rempart.errors import MisuseError
from rempart.model.evidence import CustodyKind, LegalHold
from rempart.model.work import EventKind


def hold_case(desk: EvidenceDesk, name: str, *, why: str, until: dt.datetime) -> LegalHold:
    """Decide that nothing of a case is erased until a day (GDPR article 17(3)(e)); the decision is logged.

    Raises:
        NotFoundError: there is no such case.
        MisuseError: the day is past, or there is no reason.
    """
    workspace, case, now = desk.workspace, desk.workspace.cases.get(name), desk.instant()
    why = checked_text(why, "the reason")
    if until <= now:
        message = f"{until:%Y-%m-%d} is past"
        raise MisuseError(message, advice="A hold ends on a day to come.")
    with workspace.database.transaction():
        hold = workspace.cases.hold(case.id, why=why, until=until, by=workspace.me.id, now=now)
        desk.note(CustodyKind.HOLD_SET, case, why=why)
        log_decision(desk, case, f"hold {hold.id}", {"decision": "hold", "until": until.isoformat(), "why": why})
        workspace.journal.note(EventKind.HOLD_SET, case.id, actor=workspace.me.id, now=now)
    return hold


def end_holds(desk: EvidenceDesk, name: str, *, why: str) -> int:
    """End the holds of a case before their day; return how many there were.

    Raises:
        NotFoundError: there is no such case.
        MisuseError: none is in force, or there is no reason.
    """
    workspace, case, now = desk.workspace, desk.workspace.cases.get(name), desk.instant()
    why = checked_text(why, "the reason")
    with workspace.database.transaction():
        count = workspace.cases.end_holds(case.id, now)
        if not count:
            message = f"no hold of the case {case.id} is in force"
            raise MisuseError(message)
        number = desk.note(CustodyKind.HOLD_ENDED, case, why=why)
        log_decision(desk, case, f"hold ended {number}", {"decision": "hold ended", "why": why})
        workspace.journal.note(EventKind.HOLD_ENDED, case.id, actor=workspace.me.id, now=now)
        schedule_erasures(desk, case.id)  # they waited for the hold's day
    return count
