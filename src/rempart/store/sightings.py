"""What was seen in watched places and matched: each address once per source, with excerpts inside cases."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from rempart.errors import NotFoundError
from rempart.model.ids import CaseId, IdKind, SightingId, SourceId, ThreadId, is_id, new_id
from rempart.model.match import Match
from rempart.model.sighting import Excerpt, NewSighting, Sighting
from rempart.store.batches import in_batches
from rempart.store.database import Database
from rempart.store.interface import FieldSealer, ItemSealer
from rempart.store.leads import LeadRepository
from rempart.store.matches import match_of, match_row, still_looked_for
from rempart.store.models import ExcerptRow, MatchRow, SightingRow
from rempart.store.sealing import context_of, exact, seal_text, unseal_text


class SightingRepository(LeadRepository):
    """Sightings of watched places; what leads further (:class:`LeadRepository`) is here too."""

    def __init__(self, database: Database, sealer: FieldSealer, item_sealer: ItemSealer, *, keep: dt.timedelta) -> None:
        """Work on an open database.

        Args:
            database: Where the rows are.
            sealer: Seals addresses.
            item_sealer: Seals excerpts, each under the key of its case.
            keep: How long a sighting is kept after it was seen last.
        """
        super().__init__(database, sealer, keep=keep)
        self._item_sealer = item_sealer

    def record(self, new: NewSighting, now: dt.datetime) -> tuple[SightingId, bool] | None:
        """Write what was seen; part of the caller's transaction if there is one.

        The same address in the same source is the same sighting, seen again: what matches in addition is added. A
        match of an asset that was withdrawn or frozen meanwhile is left out.

        Returns:
            Which sighting, and whether it is new; None if nothing is left of its matches.
        """
        with self._database.transaction():
            active = still_looked_for(self._database, {match.asset for match in new.matches})
            matches = [match for match in new.matches if match.asset in active]
            if not matches:
                return None
            row = self._find(new)
            is_new = row is None
            sighting = self._create(new, now) if row is None else self._seen_again(row, now)
            self._add_matches(sighting, matches)
            for excerpt in new.excerpts:
                self._add_excerpt(sighting, excerpt)
            self._keep_longer((new.media_url, new.page_url), now)
        return sighting, is_new

    def get(self, sighting: str) -> Sighting:
        """Return a sighting of a watched place.

        Raises:
            NotFoundError: there is none of this identifier.
        """
        row = None
        if is_id(sighting, IdKind.SIGHTING):
            with self._database.reading():
                row = SightingRow.objects.filter(id=sighting, source__isnull=False).first()
        if row is None:
            message = f"there is no sighting {sighting!r} of a watched place"
            raise NotFoundError(message, advice="List them with: rempart sighting list")
        return self._sightings([row])[0]

    def all(
        self, limit: int = 1_000, *, source: SourceId | None = None, since: dt.datetime | None = None
    ) -> list[Sighting]:
        """Return sightings of watched places, the latest first.

        Args:
            limit: How many at most.
            source: Only through this source.
            since: Only those first seen at or after this instant.
        """
        rows = SightingRow.objects.filter(source__isnull=False).order_by("-seen_at", "-id")
        if source is not None:
            rows = rows.filter(source_id=source)
        if since is not None:
            rows = rows.filter(seen_at__gte=since)
        with self._database.reading():
            found = list(rows[:limit])
        return self._sightings(found)

    def due_for_check(self, source: SourceId, before: dt.datetime, limit: int = 500) -> list[Sighting]:
        """Return sightings that were not looked at again since an instant, and are not gone, the oldest first."""
        rows = SightingRow.objects.filter(source_id=source, gone_at=None, seen_again_at__lt=before)
        with self._database.reading():
            found = list(rows.order_by("seen_again_at", "id")[:limit])
        return self._sightings(found)

    def still_there(self, media_url: str, now: dt.datetime) -> int:
        """Note that a host said that media are as they were. Return of how many sightings."""
        indexes = self._sealer.indexes(exact(media_url))
        with self._database.transaction():
            rows = SightingRow.objects.filter(place_index__in=indexes, source__isnull=False)
            return rows.update(seen_again_at=now, gone_at=None, status=0, expires_at=now + self._keep)

    def gone(self, media_url: str, status: int, now: dt.datetime) -> int:
        """Note that a host said that media are gone; the first instant counts. Return of how many sightings."""
        indexes = self._sealer.indexes(exact(media_url))
        with self._database.transaction():
            rows = SightingRow.objects.filter(place_index__in=indexes, source__isnull=False, gone_at=None)
            return rows.update(gone_at=now, status=status)

    def excerpts(self, case: CaseId) -> dict[SightingId, Excerpt]:
        """Return what a case may read of the posts, by sighting.

        Raises:
            IntegrityError: the key of the case was destroyed.
        """
        with self._database.reading():
            rows = list(ExcerptRow.objects.filter(case_id=case).order_by("id"))
        return {SightingId(row.sighting_id): self._excerpt(row) for row in rows}

    def excerpt(self, sighting: SightingId, case: CaseId) -> Excerpt | None:
        """Return what a case may read of one post; None if there is nothing.

        Raises:
            IntegrityError: the key of the case was destroyed.
        """
        with self._database.reading():
            row = ExcerptRow.objects.filter(sighting_id=sighting, case_id=case).first()
        return self._excerpt(row) if row else None

    def _find(self, new: NewSighting) -> SightingRow | None:
        indexes = self._sealer.indexes(exact(new.media_url))
        rows = SightingRow.objects.select_for_update(no_key=True, of=("self",))
        return rows.filter(source_id=new.source, place_index__in=indexes).first()

    def _create(self, new: NewSighting, now: dt.datetime) -> SightingId:
        made, first = SightingId(new_id(IdKind.SIGHTING)), new.matches[0]
        row = SightingRow(
            id=made,
            source_id=new.source,
            number=0,
            place_sealed=self._sealed(new.media_url, "place_sealed", made),
            place_index=self._sealer.index(exact(new.media_url)),
            width=first.width,
            height=first.height,
            seen_at=now,
            page_sealed=self._sealed(new.page_url, "page_sealed", made),
            page_index=self._sealer.index(exact(new.page_url)),
            media_type=new.media_type,
            thread_id=new.thread,
            post_sealed=self._sealed(new.post, "post_sealed", made) if new.post else None,
            posted_at=new.posted_at,
            seen_again_at=now,
            expires_at=now + self._keep,
        )
        SightingRow.objects.bulk_create([row], ignore_conflicts=True)  # another process may add the same one just now
        return SightingId(
            SightingRow.objects.values_list("id", flat=True).get(source=new.source, place_index=row.place_index)
        )

    def _seen_again(self, row: SightingRow, now: dt.datetime) -> SightingId:
        """Note that it is still, or again, there."""
        values: dict[str, Any] = {"seen_again_at": now, "gone_at": None, "status": 0, "expires_at": now + self._keep}
        SightingRow.objects.filter(id=row.id).update(**values)
        return SightingId(row.id)

    def _add_matches(self, sighting: SightingId, matches: Sequence[Match]) -> None:
        known = set(MatchRow.objects.filter(sighting_id=sighting).values_list("asset_id", flat=True))
        rows = {match.asset: match_row(match, sighting) for match in matches if match.asset not in known}
        MatchRow.objects.bulk_create(rows.values(), ignore_conflicts=True)

    def _add_excerpt(self, sighting: SightingId, excerpt: Excerpt) -> None:
        if ExcerptRow.objects.filter(sighting_id=sighting, case_id=excerpt.case).exists():
            return
        made = new_id(IdKind.EXCERPT)

        def sealed(text: str, column: str) -> bytes:
            context = context_of(ExcerptRow, column, made)
            return self._item_sealer.seal_for(excerpt.case, text.encode(), context=context)

        row = ExcerptRow(
            id=made,
            case_id=excerpt.case,
            sighting_id=sighting,
            text_sealed=sealed(excerpt.text, "text_sealed"),
            pseudonym_sealed=sealed(excerpt.pseudonym, "pseudonym_sealed"),
        )
        ExcerptRow.objects.bulk_create([row], ignore_conflicts=True)

    def _excerpt(self, row: ExcerptRow) -> Excerpt:
        def opened(sealed: bytes, column: str) -> str:
            context = context_of(ExcerptRow, column, row.id)
            return self._item_sealer.unseal_for(row.case_id, bytes(sealed), context=context).decode()

        return Excerpt(
            case=CaseId(row.case_id),
            text=opened(row.text_sealed, "text_sealed"),
            pseudonym=opened(row.pseudonym_sealed, "pseudonym_sealed"),
        )

    def _sightings(self, rows: Sequence[SightingRow]) -> list[Sighting]:
        matches: dict[str, list[MatchRow]] = {row.id: [] for row in rows}
        for batch in in_batches(matches):
            with self._database.reading():
                for found in MatchRow.objects.filter(sighting_id__in=batch).order_by("-score", "asset_id"):
                    matches[found.sighting_id].append(found)
        return [self._sighting(row, matches[row.id]) for row in rows]

    def _sighting(self, row: SightingRow, matches: Sequence[MatchRow]) -> Sighting:
        place = self._text(row, "place_sealed")
        seen = NewSighting(
            source=SourceId(row.source_id or ""),
            media_url=place,
            page_url=self._text(row, "page_sealed"),
            thread=ThreadId(row.thread_id) if row.thread_id else None,
            post=self._text(row, "post_sealed"),
            posted_at=row.posted_at,
            matches=tuple(match_of(match, row, place) for match in matches),
            media_type=row.media_type,
        )
        return Sighting(
            id=SightingId(row.id),
            seen=seen,
            seen_at=row.seen_at,
            seen_again_at=row.seen_again_at or row.seen_at,
            gone_at=row.gone_at,
            status=row.status,
        )

    def _sealed(self, text: str, column: str, sighting: str) -> bytes:
        return seal_text(self._sealer, text, SightingRow, column, sighting)

    def _text(self, row: SightingRow, column: str) -> str:
        return unseal_text(self._sealer, getattr(row, column), SightingRow, column, row.id)
