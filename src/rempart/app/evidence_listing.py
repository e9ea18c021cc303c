"""List evidence, with how often each item was opened."""

from __future__ import annotations

from rempart.app.evidence_desk import EvidenceDesk
from rempart.model.evidence import EvidenceItem
from rempart.model.work import AccessPurpose


def list_evidence(desk: EvidenceDesk, case: str = "") -> list[tuple[EvidenceItem, int]]:
    """Return every item, or those of one case, with how often each was opened; that it was looked at is traced.

    Raises:
        NotFoundError: there is no such case.
    """
    workspace = desk.workspace
    known = workspace.cases.get(case) if case else None
    items = workspace.evidence.of_case(known.id) if known else workspace.evidence.all()
    subject = known.id if known else workspace.id
    workspace.journal.opened(
        AccessPurpose.LIST_EVIDENCE, subject, actor=workspace.me.id, now=desk.instant(), count=len(items)
    )
    return [(item, workspace.custody.openings(item.id)) for item in items]
