"""The bank, as it is stored: what is compared, and nothing that is withdrawn or no longer allowed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from rempart.model.asset import AssetState, BankEntry, ConsentScope
from rempart.model.fingerprint import Fingerprint, SignalType
from rempart.model.ids import AssetId
from rempart.store.batches import in_batches
from rempart.store.database import Database

_PAGE: Final = 10_000

# What an owner allows: a word about this very asset counts before the one about all. Takes the scope three times.
CONSENTED: Final = """(
    EXISTS (SELECT 1 FROM consent c WHERE c.asset_id = a.id AND c.owner_id = a.owner_id AND c.scope = %s
            AND c.withdrawn_at IS NULL)
    OR (
      NOT EXISTS (SELECT 1 FROM consent c WHERE c.asset_id = a.id AND c.owner_id = a.owner_id AND c.scope = %s)
      AND EXISTS (SELECT 1 FROM consent c WHERE c.owner_id = a.owner_id AND c.asset_id IS NULL AND c.scope = %s
                  AND c.withdrawn_at IS NULL)
    )
)"""
# An asset is looked for while its owner allows matching.
# A contested one is compared too, and nothing of it is shown: it seals what else the same picture is registered as.
_ALLOWED: Final = f"a.state IN (%s, %s) AND {CONSENTED}"
_ALLOWED_PARAMETERS: Final = (
    str(AssetState.ACTIVE),
    str(AssetState.CONTESTED),
    *(str(ConsentScope.MATCH) for _ in range(3)),
)
# One statement by hand: the ORM would make a million objects to fill a table of numbers.
_BANK: Final = f"""
SELECT a.id, a.digest, f.signal_type, f.version, f.bits, f.quality, d.codes_sealed
FROM asset a
LEFT JOIN fingerprint f ON f.asset_id = a.id AND f.number = 0
LEFT JOIN fingerprint_detailed d ON d.asset_id = a.id
WHERE a.id > %s AND {_ALLOWED}
ORDER BY a.id LIMIT %s
"""  # noqa: S608 - constants of this file


def still_allowed(database: Database, assets: Sequence[str]) -> set[str]:
    """Return which of some assets may be matched now."""
    found: set[str] = set()
    for batch in in_batches(assets):
        marks = ", ".join(["%s"] * len(batch))
        sql = f"SELECT a.id FROM asset a WHERE a.id IN ({marks}) AND {_ALLOWED}"  # noqa: S608 - as above
        found |= {str(row[0]) for row in database.execute(sql, (*batch, *_ALLOWED_PARAMETERS))}
    return found


class FingerprintRepository:
    """Fingerprints of assets."""

    def __init__(self, database: Database) -> None:
        """Work on an open database."""
        self._database = database

    def bank(self) -> Iterator[BankEntry]:
        """Yield what is compared, in order of identifier, a page at a time."""
        last = ""
        while True:
            rows = self._database.execute(_BANK, (last, *_ALLOWED_PARAMETERS, _PAGE))
            if not rows:
                return
            yield from map(_entry, rows)
            last = rows[-1][0]


def _entry(row: tuple[Any, ...]) -> BankEntry:
    asset, digest, signal_type, version, bits, quality, detailed = row
    codes: tuple[Fingerprint, ...] = ()
    if bits is not None:
        codes = (Fingerprint(signal_type=SignalType(signal_type), version=version, bits=bytes(bits), quality=quality),)
    sealed = bytes(detailed) if detailed is not None else None
    return BankEntry(asset=AssetId(asset), digest=bytes(digest), fingerprints=codes, detailed_sealed=sealed)
