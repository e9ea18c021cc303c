"""Scans that go on where they were cut, and what they found: only what matched is kept, and its address is sealed."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from rempart.errors import NotFoundError
from rempart.model.finding import Aside, Finding, Hit, ScanProgress, ScanState
from rempart.model.ids import AssetId, IdKind, ScanId, SightingId, UserId, new_id
from rempart.model.match import Match
from rempart.model.media import Place
from rempart.store.batches import in_batches
from rempart.store.database import Database
from rempart.store.interface import FieldSealer
from rempart.store.matches import match_of, match_row, still_looked_for
from rempart.store.models import MatchRow, ScanRow, ScanSkipRow, SightingRow
from rempart.store.sealing import exact, seal_text, unseal_text

#: Rows that one reading of a scan's results holds at a time.
_PAGE: Final = 500


class FindingRepository:
    """Scans, sightings and matches."""

    def __init__(self, database: Database, sealer: FieldSealer) -> None:
        """Work on an open database."""
        self._database = database
        self._sealer = sealer

    def begin(self, work: str, *, by: UserId, now: dt.datetime, keep: dt.timedelta) -> ScanProgress:
        """Begin a scan.

        Args:
            work: What is scanned and how: the same text finds an unfinished scan again.
            by: Who scans.
            now: When.
            keep: How long its results are kept.
        """
        scan = ScanId(new_id(IdKind.SCAN))
        with self._database.transaction():
            row = ScanRow.objects.create(
                id=scan,
                work_sealed=seal_text(self._sealer, work, ScanRow, "work_sealed", scan),
                work_index=self._sealer.index(exact(work)),
                state=ScanState.RUNNING,
                tally={},
                started_by_id=by,
                started_at=now,
                updated_at=now,
                expires_at=now + keep,
            )
        return self._progress(row)

    def unfinished(self, work: str) -> ScanProgress | None:
        """Return the latest scan of the same work that did not come to its end, or None."""
        with self._database.reading():
            rows = ScanRow.objects.filter(work_index__in=self._sealer.indexes(exact(work)), state=ScanState.RUNNING)
            row = rows.order_by("-started_at").first()
        return self._progress(row) if row else None

    def record(
        self,
        scan: ScanId,
        *,
        findings: Sequence[Finding],
        asides: Sequence[Aside],
        place: Place,
        tally: Mapping[str, int],
        now: dt.datetime,
        keep: dt.timedelta,
        state: ScanState = ScanState.RUNNING,
    ) -> list[Finding]:
        """Write one step of a scan: what was found, and how far it came, or nothing of it.

        A step that is written already is recognised (:meth:`Database.durably` may ask twice). A match of an asset
        that was withdrawn or frozen meanwhile is left out. The end of the scan moves with each step.

        Returns:
            What was kept.

        Raises:
            NotFoundError: the scan was deleted meanwhile.
        """

        def write() -> list[Finding]:
            row = ScanRow.objects.select_for_update().filter(id=scan).first()
            if row is None:
                message = f"there is no scan {scan!r}: its results are past their end"
                raise NotFoundError(message, advice="Begin it again.")
            kept = self._still_active(findings)
            if ScanState(row.state) is ScanState.RUNNING and row.tally.get("items", 0) <= tally.get("items", 0):
                self._write_findings(scan, kept, now, keep)
                self._write_asides(scan, asides)
                row.place_sealed = seal_text(self._sealer, json.dumps(place), ScanRow, "place_sealed", scan)
                # Kept as long after its last step as ``begin`` said, and no less than what it found.
                row.expires_at = max(row.expires_at + (now - row.updated_at), now + keep)
                row.tally, row.state, row.updated_at = dict(tally), state, now
                row.save(update_fields=["place_sealed", "tally", "state", "updated_at", "expires_at"])
            return kept

        return self._database.durably(write)

    def results(self, scan: ScanId) -> Iterator[Finding | Aside]:
        """Yield everything that a scan found and set aside, in the order of the pile."""
        start = 0
        while True:
            with self._database.reading():
                sightings = list(SightingRow.objects.filter(scan_id=scan, number__gte=start).order_by("number")[:_PAGE])
                asides = list(ScanSkipRow.objects.filter(scan_id=scan, number__gte=start).order_by("number")[:_PAGE])
            numbers = sorted({r.number for r in sightings} | {r.number for r in asides})[:_PAGE]
            if not numbers:
                return
            start = numbers[-1] + 1
            matches = self._matches([r for r in sightings if r.number < start])
            found: dict[int, Finding | Aside] = {
                r.number: Finding(number=r.number, matches=matches.get(r.id, ())) for r in sightings if r.number < start
            }
            for row in asides:
                if row.number < start:
                    found[row.number] = Aside(number=row.number, record=self._aside_text(row))
            # What lost its matches meanwhile (withdrawn assets) is no finding any more.
            yield from (f for _, f in sorted(found.items()) if isinstance(f, Aside) or f.matches)

    def hits(self, asset: AssetId, limit: int = 1_000) -> list[Hit]:
        """Return where an asset was seen, each place once, the latest first."""
        with self._database.reading():
            rows = MatchRow.objects.select_related("sighting").filter(asset_id=asset)
            newest: dict[bytes, MatchRow] = {}
            for row in rows.order_by("-sighting__seen_at", "id").iterator(chunk_size=_PAGE):
                newest.setdefault(bytes(row.sighting.place_index), row)
                if len(newest) == limit:
                    break
        return [
            Hit(sighting=SightingId(r.sighting_id), match=self._match(r, r.sighting), seen_at=r.sighting.seen_at)
            for r in newest.values()
        ]

    def companions(self, sightings: Sequence[SightingId]) -> dict[SightingId, set[AssetId]]:
        """Return every asset that each sighting resembles."""
        found: dict[SightingId, set[AssetId]] = {sighting: set() for sighting in sightings}
        with self._database.reading():
            for batch in in_batches(sightings):
                rows = MatchRow.objects.filter(sighting_id__in=batch).values_list("sighting_id", "asset_id")
                for sighting, asset in rows:
                    found[SightingId(sighting)].add(AssetId(asset))
        return found

    def count_hits(self, asset: AssetId) -> int:
        """Count the places where an asset was seen, without opening any."""
        with self._database.reading():
            places = MatchRow.objects.filter(asset_id=asset).values("sighting__place_index")
            return places.distinct().count()

    def _still_active(self, findings: Sequence[Finding]) -> list[Finding]:
        active = still_looked_for(self._database, {m.asset for f in findings for m in f.matches})
        kept = [Finding(number=f.number, matches=tuple(m for m in f.matches if m.asset in active)) for f in findings]
        return [f for f in kept if f.matches]

    def _write_findings(self, scan: ScanId, findings: Sequence[Finding], now: dt.datetime, keep: dt.timedelta) -> None:
        matches, known = [], _numbers(SightingRow, scan, [f.number for f in findings])
        for finding in findings:
            if finding.number in known:
                continue
            sighting, first = new_id(IdKind.SIGHTING), finding.matches[0]
            SightingRow.objects.create(
                id=sighting,
                scan_id=scan,
                number=finding.number,
                place_sealed=seal_text(self._sealer, first.suspect, SightingRow, "place_sealed", sighting),
                place_index=self._sealer.index(exact(first.suspect)),
                width=first.width,
                height=first.height,
                seen_at=now,
                expires_at=now + keep,
            )
            matches += [match_row(match, sighting) for match in finding.matches]
        MatchRow.objects.bulk_create(matches)

    def _write_asides(self, scan: ScanId, asides: Sequence[Aside]) -> None:
        known = _numbers(ScanSkipRow, scan, [a.number for a in asides])
        ScanSkipRow.objects.bulk_create(
            ScanSkipRow(
                scan_id=scan,
                number=a.number,
                skipped_sealed=seal_text(self._sealer, a.record, ScanSkipRow, "skipped_sealed", (scan, a.number)),
            )
            for a in asides
            if a.number not in known
        )

    def _aside_text(self, row: ScanSkipRow) -> str:
        return unseal_text(self._sealer, row.skipped_sealed, ScanSkipRow, "skipped_sealed", (row.scan_id, row.number))

    def _matches(self, sightings: Sequence[SightingRow]) -> dict[str, tuple[Match, ...]]:
        by_id = {r.id: r for r in sightings}
        found: dict[str, list[Match]] = {}
        with self._database.reading():
            rows = list(MatchRow.objects.filter(sighting_id__in=by_id).order_by("-score", "asset_id"))
        for row in rows:
            found.setdefault(row.sighting_id, []).append(self._match(row, by_id[row.sighting_id]))
        return {sighting: tuple(matches) for sighting, matches in found.items()}

    def _match(self, row: MatchRow, sighting: SightingRow) -> Match:
        place = unseal_text(self._sealer, sighting.place_sealed, SightingRow, "place_sealed", sighting.id)
        return match_of(row, sighting, place)

    def _progress(self, row: ScanRow) -> ScanProgress:
        place = unseal_text(self._sealer, row.place_sealed, ScanRow, "place_sealed", row.id)
        return ScanProgress(
            id=ScanId(row.id),
            state=ScanState(row.state),
            place=tuple(json.loads(place)) if place else (),
            tally=row.tally,
            started_at=row.started_at,
        )


def _numbers(row: type[SightingRow | ScanSkipRow], scan: ScanId, numbers: Sequence[int]) -> set[int]:
    """Return which items of a scan are written already."""
    known: set[int] = set()
    for batch in in_batches(numbers):
        known |= set(row.objects.filter(scan_id=scan, number__in=batch).values_list("number", flat=True))
    return known
