"""Codes of others: taking what a feed says, removing for good, suspending, and yielding what may be compared.

A removal leaves a digest that only the partner's own key makes: whoever has the database alone cannot tell which code
it was, and the code does not come back by an older page, a repeated line or an earlier file.
"""

from __future__ import annotations

import datetime as dt
import itertools
import json
import operator
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from rempart.model.exchange import (
    VERDICT_OF,
    FeedEntry,
    FeedState,
    ImportedEntry,
    Label,
    Opinion,
    Taken,
    Verdict,
    most_careful,
)
from rempart.model.fingerprint import SignalType
from rempart.model.ids import IdKind, ImportedId, PartnerId, UserId, new_id
from rempart.store.batches import in_batches
from rempart.store.database import Database
from rempart.store.models import ImportedRow, ListingRow, RemovedRow, SuspendedRow, WorkspaceRow

#: Makes a digest of a digest that nobody else can make.
Digester = Callable[[bytes], bytes]

_PAGE: Final = 10_000
_MATCHED: Final = frozenset({Label.SELF_DECLARED, Label.REVIEWED})
# By hand, as the bank of assets: the ORM would make a million objects to fill a table of numbers.
_BANK: Final = """
SELECT c.id, c.signal_type, c.bits, c.quality, l.partner_id, l.label, l.opinions
FROM imported_code c JOIN imported_listing l ON l.code_id = c.id
WHERE c.id IN (SELECT id FROM imported_code WHERE id > %s AND NOT is_suspended ORDER BY id LIMIT %s)
ORDER BY c.id, l.partner_id
"""
#: The same columns, by the ORM's names.
_COLUMNS: Final = (
    *("code_id", "code__signal_type", "code__bits", "code__quality"),
    *("partner_id", "label", "opinions"),
)


@dataclass(slots=True)
class _Batch:
    """What is there of the codes of some entries, and what is written of them."""

    gone: set[bytes]
    codes: dict[bytes, ImportedRow]
    listings: dict[str, ListingRow]
    suspended: set[bytes]
    new_codes: list[ImportedRow] = field(default_factory=list)
    new_listings: list[ListingRow] = field(default_factory=list)
    new_gone: list[bytes] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)

    def count(self, name: str) -> None:
        self.counts[name] = self.counts.get(name, 0) + 1

    def listing(self, digest: bytes) -> ListingRow | None:
        code = self.codes.get(digest)
        return self.listings.get(code.id) if code else None


class ImportedRepository:
    """The codes of others."""

    def __init__(self, database: Database) -> None:
        """Work on an open database."""
        self._database = database

    def take(
        self, partner: PartnerId, entries: Sequence[FeedEntry], *, removed: Digester, suspended: Digester
    ) -> Taken:
        """Do what some entries of one partner's feed say, all of it or nothing; the same again changes nothing.

        Removals are done first, whatever their order: of two lines about one code the one that removes it counts.

        Args:
            partner: Whose feed.
            entries: What it says.
            removed: Makes the digests of what this partner removed.
            suspended: Makes the digests of what this workspace suspended.
        """
        total = Taken()
        for batch in in_batches(entries):
            with self._database.transaction():
                _lock()
                total += self._take(partner, batch, removed, suspended)
        return total

    def _take(self, partner: PartnerId, entries: Sequence[FeedEntry], removed: Digester, suspended: Digester) -> Taken:
        work = _read(partner, {entry.digest for entry in entries}, removed, suspended)
        for entry in sorted(entries, key=lambda e: not e.state.removes):
            if entry.state.removes:
                _remove(work, entry)
            elif entry.digest in work.gone:
                work.count("refused")
            elif entry.state is FeedState.RECEIVED:
                work.count("waiting")
            elif entry.state is FeedState.CONTESTED:
                _contest(work, entry)
            elif entry.bits is not None:
                _list(work, partner, entry)
        ImportedRow.objects.bulk_create(work.new_codes)
        ListingRow.objects.bulk_create(work.new_listings)
        RemovedRow.objects.bulk_create(
            RemovedRow(id=new_id(IdKind.REMOVED), partner_id=partner, digest=removed(d)) for d in work.new_gone
        )
        _end(partner, work.ended)
        return Taken(**work.counts)

    def listed_by(self, partner: PartnerId) -> Iterator[tuple[ImportedId, bytes]]:
        """Yield what a partner lists, by identifier, with the SHA-256 of each code."""
        rows = ListingRow.objects.filter(partner_id=partner).order_by("code_id").values_list("code_id", "code__digest")
        with self._database.reading():
            for code, digest in rows.iterator(chunk_size=_PAGE):
                yield ImportedId(code), bytes(digest)

    def end(self, partner: PartnerId, codes: Collection[ImportedId]) -> int:
        """End a partner's listings of some codes, which it may list again; return how many there were.

        A code goes with its last listing.
        """
        count = 0
        for batch in in_batches(codes):
            with self._database.transaction():
                _lock()
                count += ListingRow.objects.filter(code_id__in=batch, partner_id=partner).count()
                _end(partner, batch)
        return count

    def suspend(self, digest: bytes, *, suspended: Digester, by: UserId, now: dt.datetime) -> bool:
        """Stop comparing a code, whoever lists it now or later; return whether anybody did.

        Args:
            digest: SHA-256 of the code.
            suspended: Makes the digests of what this workspace suspended.
            by: Who upheld the contest.
            now: When.
        """
        with self._database.transaction():
            _lock()
            mark = suspended(digest)
            if not SuspendedRow.objects.filter(digest=mark).exists():
                SuspendedRow.objects.create(
                    id=new_id(IdKind.SUSPENDED), digest=mark, suspended_by_id=by, suspended_at=now
                )
            return bool(ImportedRow.objects.filter(digest=digest).update(is_suspended=True))

    def suspended_among(self, digests: Collection[bytes], suspended: Digester) -> set[bytes]:
        """Return which of some codes, by their digests, are suspended."""
        with self._database.reading():
            return _marked(digests, suspended, SuspendedRow.objects.all())

    def imported_bank(self) -> Iterator[ImportedEntry]:
        """Yield what may be compared, in order of identifier, a page at a time, each code once.

        A suspended code is not, nor one that every partner who lists it put aside.
        """
        last = ""
        while True:
            rows = self._database.execute(_BANK, (last, _PAGE))
            if not rows:
                return
            yield from _compared(rows)
            last = rows[-1][0]

    def still_listed(self, codes: Collection[ImportedId]) -> dict[ImportedId, ImportedEntry]:
        """Return those of some codes that may be compared now, as they are thought of now.

        Asked again before a hit is told.
        """
        found: dict[ImportedId, ImportedEntry] = {}
        for batch in in_batches(codes):
            with self._database.reading():
                rows = ListingRow.objects.filter(code_id__in=batch, code__is_suspended=False)
                listings = rows.order_by("code_id", "partner_id").values_list(*_COLUMNS)
                found |= {entry.id: entry for entry in _compared(listings)}
        return found

    def bits_of(self, code: ImportedId) -> bytes | None:
        """Return the 32 bytes of a code that is listed; None if it is not."""
        with self._database.reading():
            found = ImportedRow.objects.filter(id=code).values_list("bits", flat=True).first()
        return bytes(found) if found is not None else None

    def codes(self) -> Iterator[tuple[ImportedId, bytes, bytes, int | None]]:
        """Yield every code that is listed, suspended ones too: identifier, bits, digest, quality."""
        rows = ImportedRow.objects.order_by("id").values_list("id", "bits", "digest", "quality")
        with self._database.reading():
            for code, bits, digest, quality in rows.iterator(chunk_size=_PAGE):
                yield ImportedId(code), bytes(bits), bytes(digest), quality


def _lock() -> None:
    """Let one exchange write at a time: what is being taken is not missed by a suspension, nor the other way round."""
    list(WorkspaceRow.objects.select_for_update(no_key=True).values_list("id"))


def _end(partner: PartnerId, codes: Collection[str]) -> None:
    """Delete a partner's listings, and the codes that nobody lists any more."""
    ListingRow.objects.filter(code_id__in=codes, partner_id=partner).delete()
    still = set(ListingRow.objects.filter(code_id__in=codes).values_list("code_id", flat=True))
    ImportedRow.objects.filter(id__in=set(codes) - still).delete()


def _marked(digests: Collection[bytes], digester: Digester, rows: Any) -> set[bytes]:  # noqa: ANN401 - either table
    """Return of which digests a table has the mark."""
    found: set[bytes] = set()
    for batch in in_batches(digests):
        marks = {digester(digest): digest for digest in batch}
        there = rows.filter(digest__in=list(marks)).values_list("digest", flat=True)
        found |= {marks[bytes(mark)] for mark in there}
    return found


def _read(partner: PartnerId, digests: set[bytes], removed: Digester, suspended: Digester) -> _Batch:
    codes = {bytes(row.digest): row for row in ImportedRow.objects.filter(digest__in=list(digests))}
    ids = [row.id for row in codes.values()]
    listings = {row.code_id: row for row in ListingRow.objects.filter(partner_id=partner, code_id__in=ids)}
    return _Batch(
        gone=_marked(digests, removed, RemovedRow.objects.filter(partner_id=partner)),
        codes=codes,
        listings=listings,
        suspended=_marked(digests, suspended, SuspendedRow.objects.all()),
    )


def _remove(work: _Batch, entry: FeedEntry) -> None:
    if entry.digest in work.gone:
        work.count("known")
        return
    work.gone.add(entry.digest)
    work.new_gone.append(entry.digest)
    listing = work.listing(entry.digest)
    if listing is None:
        work.count("unknown")
    else:
        work.ended.append(listing.code_id)
        work.count("removed")


def _contest(work: _Batch, entry: FeedEntry) -> None:
    listing = work.listing(entry.digest)
    if listing is None:
        work.count("unknown")
    elif listing.label == Label.CONTESTED:
        work.count("known")
    else:
        _relabel(work, listing, Label.CONTESTED, listing.opinions)
        work.count("contested")


def _list(work: _Batch, partner: PartnerId, entry: FeedEntry) -> None:
    opinions = [[o.source, str(o.verdict)] for o in entry.opinions]
    listing = work.listing(entry.digest)
    if listing is not None:
        is_known = listing.label == entry.label and listing.opinions == opinions
        work.count("known" if is_known else "changed")
        if not is_known:
            _relabel(work, listing, entry.label, opinions)
        return
    code = work.codes.get(entry.digest)
    if code is None:
        code = ImportedRow(
            id=new_id(IdKind.IMPORTED),
            signal_type=SignalType.PDQ,
            bits=entry.bits,
            digest=entry.digest,
            quality=entry.quality,
            is_suspended=entry.digest in work.suspended,
        )
        work.codes[entry.digest] = code
        work.new_codes.append(code)
    listing = ListingRow(code_id=code.id, partner_id=partner, label=entry.label, opinions=opinions)
    work.listings[code.id] = listing
    work.new_listings.append(listing)
    work.count("added")


def _relabel(work: _Batch, listing: ListingRow, label: Label, opinions: Any) -> None:  # noqa: ANN401 - as stored
    listing.label, listing.opinions = label, opinions
    if listing not in work.new_listings:
        rows = ListingRow.objects.filter(code_id=listing.code_id, partner_id=listing.partner_id)
        rows.update(label=label, opinions=opinions)


def _compared(rows: Iterable[tuple[Any, ...]]) -> Iterator[ImportedEntry]:
    """Yield the codes of some listings, in order of code, that at least one partner does not put aside."""
    for _, group in itertools.groupby(rows, key=operator.itemgetter(0)):
        listings = list(group)
        if not _MATCHED.isdisjoint(Label(row[5]) for row in listings):
            yield _entry(listings)


def _entry(listings: Sequence[tuple[Any, ...]]) -> ImportedEntry:
    code, signal_type, bits, quality = listings[0][:4]
    labels = [Label(row[5]) for row in listings]
    opinions: list[Opinion] = []
    for row in listings:
        partner, label = PartnerId(row[4]), Label(row[5])
        opinions.append(Opinion(partner=partner, verdict=VERDICT_OF[label]))
        passed_on = json.loads(row[6]) if isinstance(row[6], str) else row[6]
        opinions += [Opinion(partner=partner, source=source, verdict=Verdict(word)) for source, word in passed_on]
    return ImportedEntry(
        id=ImportedId(code),
        signal_type=SignalType(signal_type),
        bits=bytes(bits),
        quality=quality,
        label=most_careful(labels),
        partners=tuple(PartnerId(row[4]) for row in listings),
        opinions=tuple(opinions),
    )
