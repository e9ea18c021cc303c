"""What leads further and matched nothing, search results and locators: unless its page shows a match, it ends soon."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from typing import Final

from rempart.model.collected import ReferenceKind
from rempart.model.ids import IdKind, LocatorId, SourceId, new_id
from rempart.model.sighting import Locator, SearchHit
from rempart.store.batches import in_batches
from rempart.store.database import Database
from rempart.store.interface import FieldSealer
from rempart.store.models import LocatorRow, SearchHitRow, SightingRow
from rempart.store.sealing import exact, seal_text, unseal_text

#: How long what matched nothing is kept (the charter of safety: no more than is needed to look at it).
UNMATCHED: Final = dt.timedelta(hours=72)


class LeadRepository:
    """Search results and locators."""

    def __init__(self, database: Database, sealer: FieldSealer, *, keep: dt.timedelta) -> None:
        """Work on an open database.

        Args:
            database: Where the rows are.
            sealer: Seals addresses.
            keep: How long they are kept if their page shows a match.
        """
        self._database = database
        self._sealer = sealer
        self._keep = keep

    def add_hits(self, hits: Sequence[SearchHit]) -> None:
        """Add what a search provider answered."""
        with self._database.transaction():
            matched = self._matched([hit.url for hit in hits])
            SearchHitRow.objects.bulk_create([self._hit_row(hit, is_matched=hit.url in matched) for hit in hits])

    def hits(self, source: SourceId | None = None) -> list[SearchHit]:
        """Return what search providers answered, the latest first, in the order of each answer.

        Args:
            source: One query; all if None.
        """
        rows = SearchHitRow.objects.order_by("-at", "position", "id")
        with self._database.reading():
            return [self._hit(row) for row in (rows.filter(source_id=source) if source else rows)]

    def add_locators(self, locators: Sequence[Locator]) -> int:
        """Add locators; one that its source showed before is only kept longer. Return how many were new."""
        with self._database.transaction():
            matched = self._matched([one.page_url for one in locators])
            known = self._known(locators)
            made: dict[tuple[SourceId, str], LocatorRow] = {}
            for one in locators:
                ends = one.seen_at + (self._keep if one.page_url in matched else UNMATCHED)
                row = known.get((one.source, one.value))
                if row is None:
                    made.setdefault((one.source, one.value), self._locator_row(one, ends))
                elif row.expires_at < ends:
                    LocatorRow.objects.filter(id=row.id).update(expires_at=ends)
            # Another process may add the same one just now: what either of them saw will do.
            LocatorRow.objects.bulk_create(made.values(), ignore_conflicts=True)
        return len(made)

    def locators(self, source: SourceId | None = None) -> list[Locator]:
        """Return locators, the latest first.

        Args:
            source: Found through this source; all if None.
        """
        rows = LocatorRow.objects.order_by("-seen_at", "id")
        with self._database.reading():
            return [self._locator(row) for row in (rows.filter(source_id=source) if source else rows)]

    def _keep_longer(self, urls: Collection[str], now: dt.datetime) -> None:
        """Keep what leads to a page that shows a match, as long as the match; part of the caller's transaction."""
        indexes = [index for url in urls for index in self._sealer.indexes(exact(url))]
        ends = now + self._keep
        SearchHitRow.objects.filter(url_index__in=indexes, expires_at__lt=ends).update(expires_at=ends)
        LocatorRow.objects.filter(page_index__in=indexes, expires_at__lt=ends).update(expires_at=ends)

    def _matched(self, urls: Collection[str]) -> set[str]:
        """Return which of some pages show a match."""
        wanted = {index: url for url in urls for index in self._sealer.indexes(exact(url))}
        found: set[str] = set()
        for batch in in_batches(wanted):
            rows = SightingRow.objects.filter(page_index__in=batch, source__isnull=False)
            found |= {wanted[bytes(index)] for index in rows.values_list("page_index", flat=True) if index is not None}
        return found

    def _known(self, locators: Sequence[Locator]) -> dict[tuple[SourceId, str], LocatorRow]:
        wanted = {index: one.value for one in locators for index in self._sealer.indexes(exact(one.value))}
        found: dict[tuple[SourceId, str], LocatorRow] = {}
        for batch in in_batches(wanted):
            for row in LocatorRow.objects.filter(value_index__in=batch):
                found[SourceId(row.source_id), wanted[bytes(row.value_index)]] = row
        return found

    def _hit_row(self, hit: SearchHit, *, is_matched: bool) -> SearchHitRow:
        made = new_id(IdKind.SEARCH_HIT)
        return SearchHitRow(
            id=made,
            source_id=hit.source,
            provider=hit.provider,
            locale=hit.locale,
            at=hit.at,
            url_sealed=seal_text(self._sealer, hit.url, SearchHitRow, "url_sealed", made),
            url_index=self._sealer.index(exact(hit.url)),
            position=hit.position,
            expires_at=hit.at + (self._keep if is_matched else UNMATCHED),
        )

    def _hit(self, row: SearchHitRow) -> SearchHit:
        return SearchHit(
            source=SourceId(row.source_id),
            provider=row.provider,
            locale=row.locale,
            at=row.at,
            url=unseal_text(self._sealer, row.url_sealed, SearchHitRow, "url_sealed", row.id),
            position=row.position,
        )

    def _locator_row(self, one: Locator, ends: dt.datetime) -> LocatorRow:
        return LocatorRow(
            id=one.id,
            source_id=one.source,
            kind=one.kind,
            value_sealed=seal_text(self._sealer, one.value, LocatorRow, "value_sealed", one.id),
            value_index=self._sealer.index(exact(one.value)),
            page_sealed=seal_text(self._sealer, one.page_url, LocatorRow, "page_sealed", one.id),
            page_index=self._sealer.index(exact(one.page_url)),
            seen_at=one.seen_at,
            expires_at=ends,
        )

    def _locator(self, row: LocatorRow) -> Locator:
        return Locator(
            id=LocatorId(row.id),
            source=SourceId(row.source_id),
            kind=ReferenceKind(row.kind),
            value=unseal_text(self._sealer, row.value_sealed, LocatorRow, "value_sealed", row.id),
            page_url=unseal_text(self._sealer, row.page_sealed, LocatorRow, "page_sealed", row.id),
            seen_at=row.seen_at,
        )
