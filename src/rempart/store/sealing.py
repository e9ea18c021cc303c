"""Which columns are sealed, and sealing them again when the key changes: one table says it all.

The context of a value is its column and its row: a ciphertext that is moved elsewhere does not open.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from django.db import models

from rempart.errors import IntegrityError
from rempart.store.database import Database
from rempart.store.frontier_words import host_in, key_in
from rempart.store.interface import FieldSealer
from rempart.store.models import (
    AssetRow,
    AuthorisationRow,
    DecoyRow,
    EvidenceRecipientRow,
    FrontierRow,
    HostRow,
    LocatorRow,
    OwnerRow,
    PartnerRow,
    PlanRow,
    RecipientRow,
    ReferralRow,
    RobotsRow,
    ScanRow,
    ScanSkipRow,
    SearchHitRow,
    SentRow,
    SightingRow,
    SourceRow,
    ThreadRow,
    TracedLeakRow,
    TraceRow,
    User,
    WorkspaceRow,
)

#: Rows that are sealed again in one transaction.
_BATCH: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedColumn:
    """One column that holds ciphertext."""

    row: type[models.Model]
    """Its table."""
    column: str
    """Its name."""
    index: str = ""
    """The column by which the same text is found again; empty if there is none."""
    is_exact: bool = False
    """True of addresses, of which every letter counts; False of names, whose case and composition do not."""
    parts: tuple[tuple[str, Callable[[str], str]], ...] = ()
    """Columns by which a part of the text is found again, every letter of it, each with what takes it out."""

    def context(self, row: models.Model) -> str:
        """Return what ties a value to its place."""
        return context_of(self.row, self.column, row.pk)


SEALED_COLUMNS: Final = (
    SealedColumn(row=WorkspaceRow, column="key_check"),
    SealedColumn(row=User, column="name_sealed", index="name_index"),
    SealedColumn(row=OwnerRow, column="name_sealed", index="name_index"),
    SealedColumn(row=OwnerRow, column="contact_sealed"),
    SealedColumn(row=AssetRow, column="label_sealed"),
    SealedColumn(row=SourceRow, column="place_sealed", index="place_index", is_exact=True),
    SealedColumn(row=SourceRow, column="why_sealed"),
    SealedColumn(row=SourceRow, column="cursor_sealed"),
    SealedColumn(row=ThreadRow, column="url_sealed", index="url_index", is_exact=True),
    SealedColumn(row=ThreadRow, column="tail_sealed"),
    SealedColumn(row=FrontierRow, column="what_sealed", parts=(("key_index", key_in), ("host_index", host_in))),
    SealedColumn(row=FrontierRow, column="context_sealed"),
    SealedColumn(row=FrontierRow, column="validators_sealed"),
    SealedColumn(row=ScanRow, column="work_sealed", index="work_index", is_exact=True),
    SealedColumn(row=ScanRow, column="place_sealed"),
    SealedColumn(row=ScanSkipRow, column="skipped_sealed"),
    SealedColumn(row=SightingRow, column="place_sealed", index="place_index", is_exact=True),
    SealedColumn(row=SightingRow, column="page_sealed", index="page_index", is_exact=True),
    SealedColumn(row=SightingRow, column="post_sealed"),
    SealedColumn(row=SearchHitRow, column="url_sealed", index="url_index", is_exact=True),
    SealedColumn(row=LocatorRow, column="value_sealed", index="value_index", is_exact=True),
    SealedColumn(row=LocatorRow, column="page_sealed", index="page_index", is_exact=True),
    SealedColumn(row=ReferralRow, column="outbox_sealed"),
    SealedColumn(row=ReferralRow, column="receipt_sealed"),
    SealedColumn(row=PlanRow, column="title_sealed"),
    SealedColumn(row=PlanRow, column="queries_sealed"),
    SealedColumn(row=PartnerRow, column="name_sealed", index="name_index"),
    SealedColumn(row=PartnerRow, column="recipient_sealed"),
    SealedColumn(row=SentRow, column="digest_sealed"),
    SealedColumn(row=HostRow, column="name_sealed", index="name_index", is_exact=True),
    SealedColumn(row=RobotsRow, column="origin_sealed", index="origin_index", is_exact=True),
    SealedColumn(row=RobotsRow, column="rules_sealed"),
    SealedColumn(row=RobotsRow, column="remarks_sealed"),
    SealedColumn(row=AuthorisationRow, column="url_sealed", index="url_index", is_exact=True),
    SealedColumn(row=AuthorisationRow, column="reason_sealed"),
    SealedColumn(row=AuthorisationRow, column="basis_sealed"),
    SealedColumn(row=RecipientRow, column="name_sealed", index="name_index"),
    SealedColumn(row=RecipientRow, column="ref_sealed", index="ref_index", is_exact=True),
    SealedColumn(row=RecipientRow, column="group_sealed", index="group_index"),
    SealedColumn(row=RecipientRow, column="how_sealed"),
    SealedColumn(row=DecoyRow, column="given_to_sealed"),
    SealedColumn(row=DecoyRow, column="note_sealed"),
    SealedColumn(row=TraceRow, column="purpose_sealed"),
    SealedColumn(row=TraceRow, column="leak_sealed"),
    SealedColumn(row=TracedLeakRow, column="leak_sealed"),
    SealedColumn(row=EvidenceRecipientRow, column="label_sealed", index="label_index"),
)


def context_of(row: type[models.Model], column: str, key: object) -> str:
    """Return what ties a value to its column and its row."""
    named = "/".join(str(part) for part in key) if isinstance(key, tuple) else str(key)
    return f"{row._meta.db_table}.{column}:{named}"  # noqa: SLF001 - Django's documented way to the table's name


def exact(text: str) -> str:
    """Return what stands for a text in an index where every letter of it counts."""
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()


def seal_text(sealer: FieldSealer, text: str, row: type[models.Model], column: str, key: object) -> bytes:
    """Seal a text for one place."""
    return sealer.seal(text.encode("utf-8", "surrogateescape"), context=context_of(row, column, key))


def unseal_text(sealer: FieldSealer, sealed: bytes | None, row: type[models.Model], column: str, key: object) -> str:
    """Open a text; empty if there is none.

    Raises:
        IntegrityError: it was changed, moved, or its key was destroyed.
    """
    if sealed is None:
        return ""
    return sealer.unseal(bytes(sealed), context=context_of(row, column, key)).decode("utf-8", "surrogateescape")


def reseal(database: Database, sealer: FieldSealer) -> Iterator[int]:
    """Seal again, under the current key, whatever another one sealed; yield how many rows each transaction did.

    It may be stopped anywhere and begun again: what is done is recognised.
    """
    for sealed in SEALED_COLUMNS:
        last: Any = None
        while True:
            with database.transaction():
                rows = _after(sealed.row, last)
                done = sum(_reseal(row, sealed, sealer) for row in rows)
            if not rows:
                break
            last = rows[-1].pk
            yield done


def sealed_values(database: Database) -> Iterator[bytes]:
    """Yield every sealed value there is: to see which keys are still needed."""
    with database.reading():
        for sealed in SEALED_COLUMNS:
            values = sealed.row._default_manager.exclude(**{f"{sealed.column}__isnull": True})  # noqa: SLF001 - as above
            for value in values.values_list(sealed.column, flat=True).iterator(chunk_size=_BATCH):
                yield bytes(value)


def sealed_faults(database: Database, sealer: FieldSealer) -> Iterator[str]:
    """Yield, in words, every sealed value that does not open in its place."""
    for sealed in SEALED_COLUMNS:
        with database.reading():
            rows = sealed.row._default_manager.order_by("pk")  # noqa: SLF001 - as above
            for row in rows.iterator(chunk_size=_BATCH):
                value = getattr(row, sealed.column)
                try:
                    if value is not None:
                        sealer.unseal(bytes(value), context=sealed.context(row))
                except IntegrityError:
                    yield f"{sealed.context(row)} does not open"


def _after(row: type[models.Model], last: Any) -> list[models.Model]:  # noqa: ANN401 - a key of any table
    rows = row._default_manager.order_by("pk")  # noqa: SLF001 - as above
    if last is not None:
        rows = rows.filter(pk__gt=last)
    return list(rows[:_BATCH])


def _reseal(row: models.Model, sealed: SealedColumn, sealer: FieldSealer) -> bool:
    """Seal one value again; False if it is current or absent, or was changed meanwhile by another command."""
    value = getattr(row, sealed.column)
    if value is None or sealer.is_current(bytes(value)):
        return False
    plain = sealer.unseal(bytes(value), context=sealed.context(row))
    new = {sealed.column: sealer.seal(plain, context=sealed.context(row))}
    text = plain.decode("utf-8", "surrogateescape")
    if sealed.index:
        new[sealed.index] = sealer.index(exact(text) if sealed.is_exact else text)
    new |= {column: sealer.index(exact(part(text))) for column, part in sealed.parts}
    # Only what is still there: a value written, or deleted, since it was read is not undone.
    return bool(sealed.row._default_manager.filter(pk=row.pk, **{sealed.column: value}).update(**new))  # noqa: SLF001 - as above
