"""Counts of what is exchanged: by partner and label. No code leaves this file."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count

from rempart.model.exchange import Label, PartnerCounts
from rempart.model.ids import PartnerId
from rempart.store.database import Database
from rempart.store.models import ImportedRow, ListingRow, RemovedRow, SentRow, SuspendedRow


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedCounts:
    """How many codes of others there are."""

    codes: int
    """Listed by anybody, each once."""
    suspended: int
    """Of these, those that are not compared because a contest was upheld."""
    contests: int
    """Contests that were upheld, of codes that nobody lists any more too."""


def imported_counts(database: Database) -> ImportedCounts:
    """Count the codes of others."""
    with database.reading():
        return ImportedCounts(
            codes=ImportedRow.objects.count(),
            suspended=ImportedRow.objects.filter(is_suspended=True).count(),
            contests=SuspendedRow.objects.count(),
        )


def partner_counts(database: Database, partners: Iterable[PartnerId]) -> list[PartnerCounts]:
    """Count what each partner lists, removed and was given."""
    with database.reading():
        listed = _by_label(ListingRow.objects.values_list("partner_id", "label").annotate(n=Count("code_id")))
        sent = _by_label(SentRow.objects.values_list("partner_id", "label").annotate(n=Count("id")))
        removed = dict(RemovedRow.objects.values_list("partner_id").annotate(n=Count("id")))
    return [
        PartnerCounts(
            partner=partner,
            labels=listed.get(partner, {}),
            removed=removed.get(partner, 0),
            sent=sent.get(partner, {}),
        )
        for partner in partners
    ]


def _by_label(rows: Iterable[tuple[str, str, int]]) -> dict[str, dict[Label, int]]:
    found: dict[str, dict[Label, int]] = {}
    for partner, label, count in rows:
        found.setdefault(partner, {})[Label(label)] = count
    return found
