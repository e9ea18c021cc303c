"""What leaves: the codes of assets with whether their owner allows it, and what each partner was given.

Of what was given, a sealed digest is kept, and no asset: once an asset is withdrawn nothing here leads to it, and its
partners can still be told to delete its code.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from rempart.model.asset import AssetState, ConsentScope
from rempart.model.exchange import Label
from rempart.model.fingerprint import SignalType
from rempart.model.ids import AssetId, IdKind, PartnerId, new_id
from rempart.store.batches import in_batches
from rempart.store.database import Database
from rempart.store.fingerprints import CONSENTED
from rempart.store.interface import FieldSealer
from rempart.store.models import SentRow
from rempart.store.sealing import context_of

_PAGE: Final = 10_000
_CODES: Final = f"""
SELECT a.id, f.bits, f.quality, CASE WHEN {CONSENTED} THEN 1 ELSE 0 END
FROM asset a JOIN fingerprint f ON f.asset_id = a.id AND f.number = 0
WHERE a.id > %s AND a.state <> %s AND f.signal_type = %s
ORDER BY a.id LIMIT %s
"""  # noqa: S608 - constants of this room


@dataclass(frozen=True, slots=True, kw_only=True)
class AssetCode:
    """The whole-frame code of one asset."""

    asset: AssetId
    """Which."""
    bits: bytes
    """The code, 32 bytes."""
    quality: int
    """0..100."""
    is_allowed: bool
    """Whether its owner allows that it is given to partners."""


class OutgoingRepository:
    """What is given to partners."""

    def __init__(self, database: Database, sealer: FieldSealer) -> None:
        """Work on an open database."""
        self._database = database
        self._sealer = sealer

    def codes(self) -> Iterator[AssetCode]:
        """Yield the code of every asset that is not withdrawn, in order of identifier, a page at a time."""
        scopes, last = (str(ConsentScope.EXCHANGE),) * 3, ""
        while True:
            parameters = (*scopes, last, str(AssetState.WITHDRAWN), str(SignalType.PDQ), _PAGE)
            rows = self._database.execute(_CODES, parameters)
            if not rows:
                return
            for asset, bits, quality, is_allowed in rows:
                yield AssetCode(asset=AssetId(asset), bits=bytes(bits), quality=quality, is_allowed=bool(is_allowed))
            last = rows[-1][0]

    def sent(self, partner: PartnerId) -> dict[bytes, Label]:
        """Return what a partner was given: each code's digest, and the label that it was told last.

        Raises:
            IntegrityError: a digest was changed or moved.
        """
        return {digest: Label(row.label) for digest, row in self._rows(partner)}

    def note_sent(self, partner: PartnerId, told: Mapping[bytes, Label]) -> None:
        """Note what a partner is told in its next file: codes that it did not have, and labels that changed."""
        with self._database.transaction():
            known = dict(self._rows(partner))
            changed: dict[Label, list[str]] = {}
            for digest, label in told.items():
                row = known.get(digest)
                if row is not None and row.label != label:
                    changed.setdefault(label, []).append(row.id)
            for label, rows in changed.items():
                for batch in in_batches(rows):
                    SentRow.objects.filter(id__in=batch).update(label=label)
            SentRow.objects.bulk_create(self._new(partner, ((d, told[d]) for d in told if d not in known)), 900)

    def _new(self, partner: PartnerId, told: Iterable[tuple[bytes, Label]]) -> list[SentRow]:
        rows = []
        for digest, label in told:
            row = new_id(IdKind.SENT)
            sealed = self._sealer.seal(digest, context=context_of(SentRow, "digest_sealed", row))
            rows.append(SentRow(id=row, partner_id=partner, digest_sealed=sealed, label=label))
        return rows

    def _rows(self, partner: PartnerId) -> Iterator[tuple[bytes, SentRow]]:
        with self._database.reading():
            for row in SentRow.objects.filter(partner_id=partner).order_by("id").iterator(chunk_size=_PAGE):
                context = context_of(SentRow, "digest_sealed", row.id)
                yield self._sealer.unseal(bytes(row.digest_sealed), context=context), row
