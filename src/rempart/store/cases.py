"""Cases, the holds on them, and who was given a dossier; texts are sealed under the case's own key."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from rempart.errors import NotFoundError
from rempart.model.asset import GroundKind
from rempart.model.evidence import Case, CaseState, HandOff, LegalHold
from rempart.model.ids import CaseId, EvidenceId, HoldId, IdKind, OwnerId, UserId, is_id, new_id
from rempart.store.database import Database
from rempart.store.interface import ItemSealer
from rempart.store.models import CaseRow, HandOffRow, HoldRow
from rempart.store.sealing import context_of


class CaseRepository:
    """The cases of one workspace; each has a key of its own before its row is written."""

    def __init__(self, database: Database, sealer: ItemSealer) -> None:
        """Work on an open database."""
        self._database = database
        self._sealer = sealer

    def add(self, case: Case, salt: bytes) -> None:
        """Write a case.

        Args:
            case: The case; there is a key of its identifier.
            salt: 32 random bytes: what stands for it in public is a digest under them.
        """
        with self._database.transaction():
            CaseRow.objects.create(
                id=case.id,
                owner_id=case.owner,
                ground=case.ground,
                note_sealed=self._seal(case.id, case.ground_note.encode(), CaseRow, "note_sealed", case.id),
                salt_sealed=self._seal(case.id, salt, CaseRow, "salt_sealed", case.id),
                state=case.state,
                shows_addresses=case.shows_addresses,
                opened_by_id=case.opened_by,
                opened_at=case.opened_at,
                closed_at=case.closed_at,
            )

    def get(self, case: str) -> Case:
        """Return a case.

        Raises:
            NotFoundError: there is none of this identifier.
        """
        row = None
        if is_id(case, IdKind.CASE):
            with self._database.reading():
                row = CaseRow.objects.filter(id=case).first()
        if row is None:
            message = f"there is no case {case!r}"
            raise NotFoundError(message, advice="List them with: rempart case list")
        return self._case(row)

    def all(self, owner: OwnerId | None = None) -> list[Case]:
        """Return every case, or those of one owner; the oldest first."""
        rows = CaseRow.objects.order_by("opened_at", "id")
        with self._database.reading():
            return [self._case(row) for row in (rows.filter(owner_id=owner) if owner else rows)]

    def salt(self, case: CaseId) -> bytes:
        """Return the salt under which a case is named in public."""
        with self._database.reading():
            sealed = CaseRow.objects.values_list("salt_sealed", flat=True).get(id=case)
        return self._open(case, sealed, CaseRow, "salt_sealed", case)

    def lock(self, case: CaseId) -> None:
        """Let nobody else change what belongs to a case until the transaction ends."""
        list(CaseRow.objects.select_for_update(no_key=True).filter(id=case).values_list("id"))

    def close(self, case: CaseId, now: dt.datetime) -> None:
        """Note that nothing more is added to a case."""
        with self._database.transaction():
            CaseRow.objects.filter(id=case).update(state=CaseState.CLOSED, closed_at=now)

    def hold(self, case: CaseId, *, why: str, until: dt.datetime, by: UserId, now: dt.datetime) -> LegalHold:
        """Write that nothing of a case is erased until a day."""
        made = new_id(IdKind.HOLD)
        with self._database.transaction():
            row = HoldRow.objects.create(
                id=made,
                case_id=case,
                why_sealed=self._seal(case, why.encode(), HoldRow, "why_sealed", made),
                by_id=by,
                at=now,
                until=until,
            )
        return self._hold(row)

    def end_holds(self, case: CaseId, now: dt.datetime) -> int:
        """End every hold of a case that is in force; return how many there were."""
        with self._database.transaction():
            return HoldRow.objects.filter(case_id=case, ended_at=None, until__gt=now).update(ended_at=now)

    def holds(self, case: CaseId) -> list[LegalHold]:
        """Return the holds of a case, the oldest first."""
        with self._database.reading():
            return [self._hold(row) for row in HoldRow.objects.filter(case_id=case).order_by("at", "id")]

    def hand_off(self, case: CaseId, to: str, items: Sequence[EvidenceId], *, by: UserId, now: dt.datetime) -> None:
        """Write who was given a dossier, and which items were in it."""
        made = new_id(IdKind.HANDOFF)
        with self._database.transaction():
            HandOffRow.objects.create(
                id=made,
                case_id=case,
                to_sealed=self._seal(case, to.encode(), HandOffRow, "to_sealed", made),
                items=list(items),
                by_id=by,
                at=now,
            )

    def hand_offs(self, case: CaseId, item: EvidenceId | None = None) -> list[HandOff]:
        """Return who was given a dossier of a case, or one in which an item was; the oldest first."""
        with self._database.reading():
            found = [self._hand_off(row) for row in HandOffRow.objects.filter(case_id=case).order_by("at", "id")]
        return [one for one in found if item is None or item in one.items]

    def _case(self, row: CaseRow) -> Case:
        return Case(
            id=CaseId(row.id),
            owner=OwnerId(row.owner_id),
            ground=GroundKind(row.ground),
            ground_note=self._open(row.id, row.note_sealed, CaseRow, "note_sealed", row.id).decode(),
            state=CaseState(row.state),
            shows_addresses=row.shows_addresses,
            opened_by=UserId(row.opened_by_id),
            opened_at=row.opened_at,
            closed_at=row.closed_at,
        )

    def _hold(self, row: HoldRow) -> LegalHold:
        return LegalHold(
            id=HoldId(row.id),
            case=CaseId(row.case_id),
            by=UserId(row.by_id),
            why=self._open(row.case_id, row.why_sealed, HoldRow, "why_sealed", row.id).decode(),
            until=row.until,
            at=row.at,
            ended_at=row.ended_at,
        )

    def _hand_off(self, row: HandOffRow) -> HandOff:
        return HandOff(
            case=CaseId(row.case_id),
            to=self._open(row.case_id, row.to_sealed, HandOffRow, "to_sealed", row.id).decode(),
            items=tuple(EvidenceId(item) for item in row.items),
            by=UserId(row.by_id),
            at=row.at,
        )

    def _seal(self, case: str, plain: bytes, row: type[CaseRow | HoldRow | HandOffRow], column: str, key: str) -> bytes:
        return self._sealer.seal_for(case, plain, context=context_of(row, column, key))

    def _open(
        self, case: str, sealed: bytes, row: type[CaseRow | HoldRow | HandOffRow], column: str, key: str
    ) -> bytes:
        return self._sealer.unseal_for(case, bytes(sealed), context=context_of(row, column, key))
