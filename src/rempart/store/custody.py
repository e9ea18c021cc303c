"""What happened to cases and their items, in order: rows are added, and nothing changes them (triggers enforce it)."""

from __future__ import annotations

from collections import Counter

from django.db.models import Max

from rempart.model.evidence import CustodyEvent, CustodyKind, EvidenceState, Exposure
from rempart.model.ids import CaseId, EvidenceId, IdKind, UserId, new_id
from rempart.store.database import Database
from rempart.store.interface import ItemSealer
from rempart.store.models import CaseRow, CustodyRow
from rempart.store.sealing import context_of


class CustodyRepository:
    """The custody of one workspace's evidence."""

    def __init__(self, database: Database, sealer: ItemSealer) -> None:
        """Work on an open database."""
        self._database = database
        self._sealer = sealer

    def note(self, event: CustodyEvent) -> int:
        """Add what happened; return its number in the case, from 1. Part of the caller's transaction if there is one.

        Words are sealed under the key of the item, or of the case where it is about all of it.
        """
        made, owner = new_id(IdKind.CUSTODY), event.item or event.case
        with self._database.transaction():
            list(CaseRow.objects.select_for_update(no_key=True).filter(id=event.case).values_list("id"))
            last = CustodyRow.objects.filter(case_id=event.case).aggregate(last=Max("number"))["last"]
            CustodyRow.objects.create(
                id=made,
                case_id=event.case,
                number=(last or 0) + 1,
                item_id=event.item,
                kind=event.kind,
                by_id=event.by,
                second_id=event.second,
                why_sealed=self._sealed(owner, event.why, "why_sealed", made),
                to_sealed=self._sealed(owner, event.to, "to_sealed", made),
                at=event.at,
            )
        return int(last or 0) + 1

    def of_case(self, case: CaseId, item: EvidenceId | None = None) -> list[CustodyEvent]:
        """Return what happened in a case, or to one item of it, in order.

        What was said of an item that is erased is gone: its words are empty.
        """
        rows = CustodyRow.objects.select_related("item").filter(case_id=case).order_by("number")
        with self._database.reading():
            return [self._event(row) for row in (rows.filter(item_id=item) if item else rows)]

    def people(self, case: CaseId) -> dict[UserId, int]:
        """Return the number of each person in a case: in the order in which she first did something there."""
        found: dict[UserId, int] = {}
        with self._database.reading():
            rows = CustodyRow.objects.filter(case_id=case).order_by("number").values_list("by_id", "second_id")
            for pair in rows:
                for who in pair:
                    if who is not None:
                        found.setdefault(UserId(who), len(found) + 1)
        return found

    def exposures(self, item: EvidenceId) -> list[Exposure]:
        """Return how often each person saw what is sealed in an item; whoever agreed saw it as well."""
        counted: Counter[str] = Counter()
        with self._database.reading():
            rows = CustodyRow.objects.filter(item_id=item, kind=CustodyKind.OPENED)
            for by, second in rows.values_list("by_id", "second_id"):
                counted.update({by, second} - {None})
        return [Exposure(item=item, by=UserId(by), count=count) for by, count in sorted(counted.items())]

    def openings(self, item: EvidenceId) -> int:
        """Return how often what is sealed in an item was opened."""
        with self._database.reading():
            return CustodyRow.objects.filter(item_id=item, kind=CustodyKind.OPENED).count()

    def _event(self, row: CustodyRow) -> CustodyEvent:
        is_gone = row.item is not None and row.item.state == EvidenceState.ERASED
        owner = row.item_id or row.case_id
        return CustodyEvent(
            at=row.at,
            kind=CustodyKind(row.kind),
            case=CaseId(row.case_id),
            item=EvidenceId(row.item_id) if row.item_id else None,
            by=UserId(row.by_id),
            second=UserId(row.second_id) if row.second_id else None,
            why="" if is_gone else self._opened(owner, row.why_sealed, "why_sealed", row.id),
            to="" if is_gone else self._opened(owner, row.to_sealed, "to_sealed", row.id),
        )

    def _sealed(self, owner: str, text: str, column: str, key: str) -> bytes | None:
        if not text:
            return None
        return self._sealer.seal_for(owner, text.encode(), context=context_of(CustodyRow, column, key))

    def _opened(self, owner: str, sealed: bytes | None, column: str, key: str) -> str:
        if sealed is None:
            return ""
        return self._sealer.unseal_for(owner, bytes(sealed), context=context_of(CustodyRow, column, key)).decode()
