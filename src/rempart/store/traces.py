"""What was concluded of leaks; rows are added, read again to be contested or repeated, and end."""

from __future__ import annotations

import datetime as dt

from rempart.errors import NotFoundError
from rempart.model.ids import AssetId, IdKind, RecipientId, TraceId, UserId, is_id
from rempart.model.recipient import AccusedRecipient, SurfacedAt, TraceRecord, TraceVerdict
from rempart.store.database import Database
from rempart.store.interface import FieldSealer
from rempart.store.models import TraceRow
from rempart.store.sealing import seal_text, unseal_text


class TraceRepository:
    """The traces of one workspace."""

    def __init__(self, database: Database, sealer: FieldSealer, *, keep: dt.timedelta) -> None:
        """Work on an open database.

        Args:
            database: Where the rows are.
            sealer: Seals what was stated, and which file it was.
            keep: How long one is kept, to be contested.
        """
        self._database = database
        self._sealer = sealer
        self._keep = keep

    def add(self, record: TraceRecord) -> None:
        """Keep what was concluded."""
        with self._database.transaction():
            TraceRow.objects.create(
                id=record.id,
                asset_id=record.asset,
                verdict=record.verdict,
                surfaced_at=record.surfaced_at,
                purpose_sealed=seal_text(self._sealer, record.purpose, TraceRow, "purpose_sealed", record.id),
                leak_sealed=seal_text(self._sealer, record.leak_sha256, TraceRow, "leak_sealed", record.id),
                recipients=record.recipients,
                accused=[[each.recipient, each.score, each.false_accusation_bound] for each in record.accused],
                tested_recipients=record.tested_recipients,
                tests=record.tests,
                threshold=record.threshold,
                expected_score=record.expected_score,
                registration_quality=record.registration_quality,
                region=[list(corner) for corner in record.region],
                code_version=record.code_version,
                by_id=record.by,
                at=record.at,
                expires_at=record.at + self._keep,
            )

    def get(self, trace: str) -> TraceRecord:
        """Return one.

        Raises:
            NotFoundError: there is none of this identifier.
        """
        row = None
        if is_id(trace, IdKind.TRACE):
            with self._database.reading():
                row = TraceRow.objects.filter(id=trace).first()
        if row is None:
            message = f"there is no trace {trace!r}"
            raise NotFoundError(message, advice="Its identifier was printed when it was made: trc_…")
        return self._record(row)

    def all(self) -> list[TraceRecord]:
        """Return every one, the oldest first."""
        with self._database.reading():
            return [self._record(row) for row in TraceRow.objects.order_by("at", "id")]

    def _record(self, row: TraceRow) -> TraceRecord:
        return TraceRecord(
            id=TraceId(row.id),
            asset=AssetId(row.asset_id) if row.asset_id else None,
            verdict=TraceVerdict(row.verdict),
            surfaced_at=SurfacedAt(row.surfaced_at),
            purpose=unseal_text(self._sealer, row.purpose_sealed, TraceRow, "purpose_sealed", row.id),
            leak_sha256=unseal_text(self._sealer, row.leak_sealed, TraceRow, "leak_sealed", row.id),
            recipients=row.recipients,
            accused=tuple(
                AccusedRecipient(recipient=RecipientId(name), score=score, false_accusation_bound=bound)
                for name, score, bound in row.accused
            ),
            tested_recipients=row.tested_recipients,
            tests=row.tests,
            threshold=row.threshold,
            expected_score=row.expected_score,
            registration_quality=row.registration_quality,
            region=tuple((float(x), float(y)) for x, y in row.region),
            code_version=row.code_version,
            by=UserId(row.by_id),
            at=row.at,
        )
