"""What was stopped, handed over to a hotline: its address is opened for that alone, and is gone with the receipt.

Rempart sends nothing by itself: a person gives the address to a hotline in the way that the hotline asks for, then
notes its receipt.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from rempart import clock
from rempart.app.withdrawing import Withdrawal, add_erasure, delete_and_prove
from rempart.app.workspace import Workspace
from rempart.errors import MisuseError
from rempart.model import AssetId
from rempart.model.referral import Hotline, Referral
from rempart.model.work import AccessPurpose, EventKind

#: The longest receipt: a number, or a line of words.
RECEIPT_MOST: Final = 200

#: Where each hotline takes addresses.
WHERE: Final = {
    Hotline.PHAROS: "internet-signalement.gouv.fr",
    Hotline.POINT_DE_CONTACT: "pointdecontact.net",
    Hotline.NCMEC: "report.cybertip.org",
    Hotline.OTHER: "inhope.org, which lists the hotline of each country",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedOver:
    """What became of a hand-over."""

    referral: Referral
    """With its receipt, and without its address."""
    erasure: Withdrawal
    """Whether it is proved that no file of the database holds the address any more."""


def list_referrals(workspace: Workspace) -> list[Referral]:
    """Return what was stopped, without any address; that it was looked at is traced."""
    found = workspace.referrals.all()
    me, now = workspace.me.id, clock.utc_now()
    workspace.journal.opened(AccessPurpose.LIST_REFERRALS, workspace.id, actor=me, now=now, count=len(found))
    return found


def show_referral(workspace: Workspace, name: str, *, with_address: bool = False) -> Referral:
    """Return one; that it was looked at is traced, and that its address was opened too, before it is.

    Raises:
        NotFoundError: there is none.
        MisuseError: its address was asked for, and is gone.
    """
    referral, me, now = workspace.referrals.get(name), workspace.me.id, clock.utc_now()
    if with_address and referral.handed_at is not None:
        message = f"the address of {referral.id} was erased when it was handed over"
        raise MisuseError(message, advice="Whoever took it has it: give them the receipt.")
    purpose = AccessPurpose.OPEN_OUTBOX if with_address else AccessPurpose.SHOW_REFERRAL
    workspace.journal.opened(purpose, referral.id, actor=me, now=now)
    return workspace.referrals.get(name, with_url=True) if with_address else referral


def hand_over(workspace: Workspace, name: str, *, to: Hotline, receipt: str) -> HandedOver:
    """Note that a hotline took it: the outbox is emptied for good, and *done* is said once that is proved.

    Raises:
        NotFoundError: there is none.
        MisuseError: it was handed over before, or the receipt says nothing.
    """
    known, words = workspace.referrals.get(name), " ".join(receipt.split())
    if not words or len(words) > RECEIPT_MOST or not words.isprintable():
        message = f"a receipt has 1 to {RECEIPT_MOST} letters"
        raise MisuseError(message, advice="Give the number that the hotline answered, or when and how it took it.")
    now, me = clock.utc_now(), workspace.me

    def hand(key: str) -> tuple[AssetId, ...]:
        workspace.referrals.handed(known.id, to, words, now)
        workspace.journal.note(EventKind.REFERRAL_HANDED, known.id, actor=me.id, now=now, detail={"to": to})
        add_erasure(workspace, key, 0, now)
        return ()

    erasure = delete_and_prove(workspace, hand)
    return HandedOver(referral=workspace.referrals.get(known.id), erasure=erasure)
