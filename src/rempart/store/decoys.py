"""Decoys: which assets exist to show through which channel they leave."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from rempart.model.ids import AssetId, UserId
from rempart.model.recipient import Decoy
from rempart.store.batches import in_batches
from rempart.store.database import Database
from rempart.store.interface import FieldSealer
from rempart.store.models import DecoyRow
from rempart.store.sealing import seal_text, unseal_text


class DecoyRepository:
    """The decoys of one workspace."""

    def __init__(self, database: Database, sealer: FieldSealer) -> None:
        """Work on an open database."""
        self._database = database
        self._sealer = sealer

    def add(self, asset: AssetId, given_to: str, note: str, *, by: UserId, now: dt.datetime) -> Decoy:
        """Write who was handed an asset."""
        with self._database.transaction():
            row = DecoyRow.objects.create(
                asset_id=asset,
                given_to_sealed=seal_text(self._sealer, given_to, DecoyRow, "given_to_sealed", asset),
                note_sealed=seal_text(self._sealer, note, DecoyRow, "note_sealed", asset),
                added_by_id=by,
                added_at=now,
            )
        return self._decoy(row)

    def among(self, assets: Iterable[AssetId]) -> dict[AssetId, Decoy]:
        """Return those of some assets that are decoys."""
        found: dict[AssetId, Decoy] = {}
        for batch in in_batches(set(assets)):
            with self._database.reading():
                rows = list(DecoyRow.objects.filter(asset_id__in=batch))
            found |= {AssetId(row.asset_id): self._decoy(row) for row in rows}
        return found

    def all(self) -> list[Decoy]:
        """Return every one, the oldest first."""
        with self._database.reading():
            return [self._decoy(row) for row in DecoyRow.objects.order_by("added_at", "asset_id")]

    def _decoy(self, row: DecoyRow) -> Decoy:
        return Decoy(
            asset=AssetId(row.asset_id),
            given_to=unseal_text(self._sealer, row.given_to_sealed, DecoyRow, "given_to_sealed", row.asset_id),
            note=unseal_text(self._sealer, row.note_sealed, DecoyRow, "note_sealed", row.asset_id),
            added_by=UserId(row.added_by_id),
            added_at=row.added_at,
        )
