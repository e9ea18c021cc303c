"""What was concluded of leaks; rows are added, read again to be contested or repeated, and end."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence

from rempart.errors import NotFoundError
from rempart.model.attribution import Corner
from rempart.model.ids import AssetId, IdKind, RecipientId, TraceId, UserId, is_id
from rempart.model.recipient import AccusedRecipient, SurfacedAt, TracedLeak, TraceRecord, TraceVerdict
from rempart.store.batches import in_batches
from rempart.store.database import Database
from rempart.store.interface import FieldSealer
from rempart.store.models import TracedLeakRow, TraceRow
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
                asset_id=record.best.asset,
                verdict=record.verdict,
                surfaced_at=record.surfaced_at,
                purpose_sealed=seal_text(self._sealer, record.purpose, TraceRow, "purpose_sealed", record.id),
                leak_sealed=seal_text(self._sealer, record.best.sha256, TraceRow, "leak_sealed", record.id),
                recipients=record.recipients,
                accused=[[each.recipient, each.score, each.false_accusation_bound] for each in record.accused],
                tested_recipients=record.tested_recipients,
                tests=record.tests,
                threshold=record.threshold,
                expected_score=record.expected_score,
                registration_quality=record.best.quality,
                region=[list(corner) for corner in record.best.region],
                code_version=record.code_version,
                by_id=record.by,
                at=record.at,
                expires_at=record.at + self._keep,
            )
            others = [self._leak_row(record.id, n, leak) for n, leak in enumerate(record.leaks[1:], 1)]
            for batch in in_batches(others):
                TracedLeakRow.objects.bulk_create(batch)

    def get(self, trace: str) -> TraceRecord:
        """Return one.

        Raises:
            NotFoundError: there is none of this identifier.
        """
        record = None
        if is_id(trace, IdKind.TRACE):
            with self._database.reading():
                row = TraceRow.objects.filter(id=trace).first()
                record = self._record(row) if row else None
        if record is None:
            message = f"there is no trace {trace!r}"
            raise NotFoundError(message, advice="Its identifier was printed when it was made: trc_…")
        return record

    def all(self) -> list[TraceRecord]:
        """Return every one, the oldest first."""
        with self._database.reading():
            return [self._record(row) for row in TraceRow.objects.order_by("at", "id")]

    def _leak_row(self, trace: TraceId, number: int, leak: TracedLeak) -> TracedLeakRow:
        return TracedLeakRow(
            trace_id=trace,
            number=number,
            asset_id=leak.asset,
            leak_sealed=seal_text(self._sealer, leak.sha256, TracedLeakRow, "leak_sealed", (trace, number)),
            quality=leak.quality,
            region=[list(corner) for corner in leak.region],
        )

    def _leaks(self, row: TraceRow) -> tuple[TracedLeak, ...]:
        """Return the leaks of a trace: the one in its own row, then the others."""
        first = TracedLeak(
            sha256=unseal_text(self._sealer, row.leak_sealed, TraceRow, "leak_sealed", row.id),
            asset=AssetId(row.asset_id) if row.asset_id else None,
            quality=row.registration_quality,
            region=_corners(row.region),
        )
        others = TracedLeakRow.objects.filter(trace_id=row.id).order_by("number")
        return (first, *(self._leak(other) for other in others))

    def _leak(self, row: TracedLeakRow) -> TracedLeak:
        key = (row.trace_id, row.number)
        return TracedLeak(
            sha256=unseal_text(self._sealer, row.leak_sealed, TracedLeakRow, "leak_sealed", key),
            asset=AssetId(row.asset_id) if row.asset_id else None,
            quality=row.quality,
            region=_corners(row.region),
        )

    def _record(self, row: TraceRow) -> TraceRecord:
        return TraceRecord(
            id=TraceId(row.id),
            leaks=self._leaks(row),
            verdict=TraceVerdict(row.verdict),
            surfaced_at=SurfacedAt(row.surfaced_at),
            purpose=unseal_text(self._sealer, row.purpose_sealed, TraceRow, "purpose_sealed", row.id),
            recipients=row.recipients,
            accused=tuple(
                AccusedRecipient(recipient=RecipientId(name), score=score, false_accusation_bound=bound)
                for name, score, bound in row.accused
            ),
            tested_recipients=row.tested_recipients,
            tests=row.tests,
            threshold=row.threshold,
            expected_score=row.expected_score,
            code_version=row.code_version,
            by=UserId(row.by_id),
            at=row.at,
        )


def delete_traces_of(assets: Collection[AssetId]) -> None:
    """Delete every trace that rests on one of some assets, wholly; part of the caller's transaction."""
    traces = set(TraceRow.objects.filter(asset_id__in=assets).values_list("id", flat=True))
    traces |= set(TracedLeakRow.objects.filter(asset_id__in=assets).values_list("trace_id", flat=True))
    for batch in in_batches(traces):
        TracedLeakRow.objects.filter(trace_id__in=batch).delete()
        TraceRow.objects.filter(id__in=batch).delete()


def _corners(region: Sequence[Sequence[float]]) -> tuple[Corner, ...]:
    return tuple((float(x), float(y)) for x, y in region)
