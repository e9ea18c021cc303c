"""Items of evidence, how far their proofs are, and what was asked of them; texts are sealed under their own keys."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field

from rempart.errors import NotFoundError
from rempart.model.evidence import ErasureRequest, EvidenceItem, EvidenceKind, EvidenceState, Tie, require_move
from rempart.model.ids import CaseId, ErasureId, EvidenceId, IdKind, MatchId, UserId, is_id, new_id
from rempart.store.database import Database
from rempart.store.interface import ItemSealer
from rempart.store.models import CaseRow, ErasureRow, EvidenceRow, MatchRow
from rempart.store.sealing import context_of


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEvidence:
    """An item that is about to be recorded; there is a key of its identifier."""

    id: EvidenceId
    """Which."""
    case: CaseId
    """Of which case."""
    kind: EvidenceKind
    """What it is."""
    tie: Tie
    """Why it belongs to the case."""
    tied_to: str
    """The match's identifier; empty for another tie."""
    label: str = field(repr=False)
    """What it is called."""
    draft: bytes = field(repr=False)
    """What its package is made of."""
    identity: bytes = field(repr=False)
    """What opens its package, sealed under the case's key."""


class EvidenceRepository:
    """The evidence of one workspace."""

    def __init__(self, database: Database, sealer: ItemSealer) -> None:
        """Work on an open database."""
        self._database = database
        self._sealer = sealer

    def add(self, new: NewEvidence, *, by: UserId, now: dt.datetime) -> EvidenceItem:
        """Write an item at the next place of its case."""
        with self._database.transaction():
            list(CaseRow.objects.select_for_update(no_key=True).filter(id=new.case).values_list("id"))
            row = EvidenceRow.objects.create(
                id=new.id,
                case_id=new.case,
                seq=EvidenceRow.objects.filter(case_id=new.case).count() + 1,
                kind=new.kind,
                tie=new.tie,
                tied_to=new.tied_to,
                state=EvidenceState.RECORDED,
                label_sealed=self._seal(new.id, new.label.encode("utf-8", "surrogateescape"), "label_sealed"),
                draft_sealed=self._seal(new.id, new.draft, "draft_sealed"),
                identity_sealed=self._seal(new.id, new.identity, "identity_sealed"),
                sums_sha256=b"",
                recorded_by_id=by,
                recorded_at=now,
                tombstone=b"",
                tombstone_seal=b"",
            )
        return self._item(row)

    def get(self, item: str) -> EvidenceItem:
        """Return an item.

        Raises:
            NotFoundError: there is none of this identifier.
        """
        row = None
        if is_id(item, IdKind.EVIDENCE):
            with self._database.reading():
                row = EvidenceRow.objects.filter(id=item).first()
        if row is None:
            message = f"there is no evidence {item!r}"
            raise NotFoundError(message, advice="List it with: rempart evidence list")
        return self._item(row)

    def of_case(self, case: CaseId) -> list[EvidenceItem]:
        """Return the items of a case, in their order."""
        with self._database.reading():
            return [self._item(row) for row in EvidenceRow.objects.filter(case_id=case).order_by("seq")]

    def all(self) -> list[EvidenceItem]:
        """Return every item, case by case."""
        with self._database.reading():
            return [self._item(row) for row in EvidenceRow.objects.order_by("case_id", "seq")]

    def ids(self) -> set[EvidenceId]:
        """Return the identifiers of every item, erased or not."""
        with self._database.reading():
            return {EvidenceId(name) for name in EvidenceRow.objects.values_list("id", flat=True)}

    def is_known(self, item: str) -> bool:
        """Tell whether there is an item of this identifier, erased or not."""
        with self._database.reading():
            return EvidenceRow.objects.filter(id=item).exists()

    def is_match(self, match: str) -> MatchId | None:
        """Return a match's identifier if there is such a match; None if there is none."""
        with self._database.reading():
            return MatchId(match) if is_id(match, IdKind.MATCH) and MatchRow.objects.filter(id=match).exists() else None

    def draft(self, item: EvidenceId) -> bytes:
        """Return what an item's package is made of; empty once it is made."""
        return self._column(item, "draft_sealed")

    def identity(self, item: EvidenceId) -> bytes:
        """Return what opens an item's package, sealed under the case's key; empty once it is erased."""
        return self._column(item, "identity_sealed")

    def move(self, item: EvidenceItem, state: EvidenceState, *, sums_sha256: bytes | None = None) -> EvidenceItem:
        """Write that an item's proofs went one step further; nothing if another process did it meanwhile.

        Raises:
            ValueError: it cannot go there, which is a mistake of ours.
        """
        require_move(item.state, state)
        new: dict[str, object] = {"state": state}
        if sums_sha256 is not None:  # the package is made
            new |= {"sums_sha256": sums_sha256, "draft_sealed": None}
        with self._database.transaction():
            EvidenceRow.objects.filter(id=item.id, state=item.state).update(**new)
        return self.get(item.id)

    def bury(self, item: EvidenceItem, *, sums_sha256: bytes, tombstone: bytes, seal: bytes, now: dt.datetime) -> bool:
        """Put a tombstone where an item was; False if one is there already. Part of the caller's transaction."""
        with self._database.transaction():
            rows = EvidenceRow.objects.filter(id=item.id).exclude(state=EvidenceState.ERASED)
            return bool(
                rows.update(
                    state=EvidenceState.ERASED,
                    label_sealed=None,
                    draft_sealed=None,
                    identity_sealed=None,
                    sums_sha256=sums_sha256,
                    tombstone=tombstone,
                    tombstone_seal=seal,
                    erased_at=now,
                )
            )

    def ask_erasure(
        self, item: EvidenceItem, *, why: str, due_at: dt.datetime, by: UserId, now: dt.datetime
    ) -> ErasureRequest:
        """Write that an item is to be erased."""
        made = new_id(IdKind.ERASURE)
        with self._database.transaction():
            # Under the case's key: why something was erased outlives it.
            sealed = self._sealer.seal_for(item.case, why.encode(), context=context_of(ErasureRow, "why_sealed", made))
            row = ErasureRow.objects.create(
                id=made, item_id=item.id, why_sealed=sealed, by_id=by, at=now, due_at=due_at
            )
        return self._request(row)

    def request(self, request: str) -> ErasureRequest | None:
        """Return a request; None if there is none of this identifier."""
        with self._database.reading():
            row = ErasureRow.objects.select_related("item").filter(id=request).first()
        return None if row is None else self._request(row)

    def pending(self, item: EvidenceId) -> ErasureRequest | None:
        """Return the request that waits for its day; None if none does."""
        with self._database.reading():
            rows = ErasureRow.objects.select_related("item").filter(item_id=item, cancelled_at=None, done_at=None)
            row = rows.order_by("at", "id").first()
        return None if row is None else self._request(row)

    def cancel_erasure(self, request: ErasureId, now: dt.datetime) -> bool:
        """Write that a request was taken back; False if it was, or it is done."""
        with self._database.transaction():
            rows = ErasureRow.objects.filter(id=request, cancelled_at=None, done_at=None)
            return bool(rows.exclude(item__state=EvidenceState.ERASED).update(cancelled_at=now))

    def note_erased(self, requests: Sequence[ErasureId], now: dt.datetime) -> None:
        """Write that nothing is left of what was asked to be erased."""
        with self._database.transaction():
            ErasureRow.objects.filter(id__in=list(requests), done_at=None).update(done_at=now)

    def _column(self, item: EvidenceId, column: str) -> bytes:
        with self._database.reading():
            sealed = EvidenceRow.objects.values_list(column, flat=True).get(id=item)
        return b"" if sealed is None else self._open(item, bytes(sealed), column)

    def _item(self, row: EvidenceRow) -> EvidenceItem:
        label = b"" if row.label_sealed is None else self._open(row.id, bytes(row.label_sealed), "label_sealed")
        return EvidenceItem(
            id=EvidenceId(row.id),
            case=CaseId(row.case_id),
            seq=row.seq,
            kind=EvidenceKind(row.kind),
            tie=Tie(row.tie),
            tied_to=row.tied_to,
            state=EvidenceState(row.state),
            label=label.decode("utf-8", "surrogateescape"),
            sums_sha256=bytes(row.sums_sha256),
            recorded_by=UserId(row.recorded_by_id),
            recorded_at=row.recorded_at,
            erased_at=row.erased_at,
            tombstone=bytes(row.tombstone),
            tombstone_seal=bytes(row.tombstone_seal),
        )

    def _request(self, row: ErasureRow) -> ErasureRequest:
        context = context_of(ErasureRow, "why_sealed", row.id)
        return ErasureRequest(
            id=ErasureId(row.id),
            item=EvidenceId(row.item_id),
            by=UserId(row.by_id),
            why=self._sealer.unseal_for(row.item.case_id, bytes(row.why_sealed), context=context).decode(),
            at=row.at,
            due_at=row.due_at,
            cancelled_at=row.cancelled_at,
            done_at=row.done_at,
        )

    def _seal(self, item: str, plain: bytes, column: str) -> bytes:
        return self._sealer.seal_for(item, plain, context=context_of(EvidenceRow, column, item))

    def _open(self, item: str, sealed: bytes, column: str) -> bytes:
        return self._sealer.unseal_for(item, sealed, context=context_of(EvidenceRow, column, item))
