"""Who can open what is sealed: the workspace itself, and at least one other who keeps her own key."""

from __future__ import annotations

from rempart.app.evidence_desk import EvidenceDesk, checked_text
from rempart.errors import MisuseError, RefusedError
from rempart.evidence.private_facts import refuse_private
from rempart.keys import check_recipient
from rempart.model.evidence import EvidenceRecipient, RecipientPurpose
from rempart.model.work import AccessPurpose, EventKind

_NAME_MOST = 80


def add_evidence_recipient(
    desk: EvidenceDesk, label: str, age_recipient: str, *, purpose: RecipientPurpose, case: str = "", is_safe: bool
) -> EvidenceRecipient:
    """Write that what is sealed from now on can be opened by somebody more.

    Args:
        desk: Where, and who.
        label: What packages call her, for everybody to read: a role.
        age_recipient: Her public key.
        purpose: Why.
        case: In which case; empty is in all of them.
        is_safe: Of a key of the person herself: that she was asked whether her device is safe, and it is.

    Raises:
        MisuseError: there is one already, or the name is one of who works here.
        KeyFileError: it is no public key.
        RefusedError: a person's own key is for all cases, or nobody asked her.
    """
    workspace = desk.workspace
    label = checked_text(label, "the name")[:_NAME_MOST]
    check_recipient(age_recipient)
    if purpose is RecipientPurpose.PERSON and not case:
        message = "the key of a person opens her own case only"
        raise RefusedError(message, advice="Name her case: --case C…")
    if purpose is RecipientPurpose.PERSON and not is_safe:
        message = "whoever sees her device could open everything with her key"
        advice = (
            "Ask her: can anybody else unlock, read or monitor her telephone or computer? Her key is optional. If it "
            "is safe: --device-is-safe yes"
        )
        raise RefusedError(message, advice=advice)
    if label == OWN_LABEL:
        message = f"{OWN_LABEL!r} is what packages call the workspace's own key"
        raise MisuseError(message)
    refuse_private([label], {"operator": workspace.me.name})
    known = workspace.cases.get(case).id if case else None
    new = EvidenceRecipient(label=label, age_recipient=age_recipient, purpose=purpose, case=known)
    now = desk.instant()
    with workspace.database.transaction():
        workspace.evidence_keys.add_recipient(new, by=workspace.me.id, now=now)
        workspace.journal.note(
            EventKind.EVIDENCE_RECIPIENT_ADDED,
            known or workspace.id,
            actor=workspace.me.id,
            now=now,
            detail={"purpose": purpose},
        )
    return new


def list_evidence_recipients(desk: EvidenceDesk) -> list[EvidenceRecipient]:
    """Return everybody who can open what is sealed; that they were looked at is traced."""
    workspace, found = desk.workspace, desk.workspace.evidence_keys.recipients()
    workspace.journal.opened(
        AccessPurpose.LIST_RECIPIENTS, workspace.id, actor=workspace.me.id, now=desk.instant(), count=len(found)
    )
    return found


#: What packages call the workspace's own key.
OWN_LABEL = "association"
