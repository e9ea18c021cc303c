"""What may concern minors: hand-off records, and digests of what is never asked for again.

Digests here are made by a key of their own that no rotation changes: what was stopped is known again when its address
is gone from the outbox, for ever.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable
from typing import Final

from rempart.errors import MisuseError, NotFoundError
from rempart.model.ids import IdKind, ReferralId, SourceId, is_id, new_id
from rempart.model.referral import FlagSource, Hotline, NewReferral, Referral
from rempart.store.batches import in_batches
from rempart.store.database import Database
from rempart.store.interface import FieldSealer
from rempart.store.models import FrozenRow, ReferralRow
from rempart.store.sealing import exact, seal_text, unseal_text

#: The kind of a frozen row that holds the signature of a thread.
SIGNATURE: Final = "signature"


class ReferralRepository:
    """Hand-off records, and what is frozen."""

    def __init__(
        self, database: Database, sealer: FieldSealer, *, digest: Callable[[bytes], bytes], keep: dt.timedelta
    ) -> None:
        """Work on an open database.

        Args:
            database: Where the rows are.
            sealer: Seals the outbox.
            digest: Makes 32 bytes that only this workspace makes, the same after a rotation of its keys.
            keep: How long a record is kept after it was handed over; before that it has no end.
        """
        self._database = database
        self._sealer = sealer
        self._digest = digest
        self._keep = keep

    def digest(self, text: str) -> bytes:
        """Return what stands for an address, or for what an engine calls something, for ever: 32 bytes."""
        return self._digest(exact(text).encode())

    def add(self, new: NewReferral, now: dt.datetime) -> Referral:
        """Write that something was stopped; the same address again gives the first record."""
        digest = self.digest(new.url)
        with self._database.transaction():
            made = new_id(IdKind.REFERRAL)
            row = ReferralRow(
                id=made,
                at=now,
                url_digest=digest,
                flag=new.flag,
                rule=new.rule,
                source_id=new.source,
                outbox_sealed=seal_text(self._sealer, new.url, ReferralRow, "outbox_sealed", made),
            )
            ReferralRow.objects.bulk_create([row], ignore_conflicts=True)
            return self._referral(ReferralRow.objects.get(url_digest=digest))

    def get(self, referral: str, *, with_url: bool = False) -> Referral:
        """Return a hand-off record.

        Args:
            referral: Which.
            with_url: Whether its address is opened, if it is still in the outbox.

        Raises:
            NotFoundError: there is none of this identifier.
        """
        row = None
        if is_id(referral, IdKind.REFERRAL):
            with self._database.reading():
                row = ReferralRow.objects.filter(id=referral).first()
        if row is None:
            message = f"there is no referral {referral!r}"
            raise NotFoundError(message, advice="List them with: rempart referral list")
        return self._referral(row, with_url=with_url)

    def all(self) -> list[Referral]:
        """Return every hand-off record without its address, those that wait first, the oldest of them first."""
        with self._database.reading():
            rows = list(ReferralRow.objects.order_by("at", "id"))
        rows.sort(key=lambda row: row.handed_at is not None)
        return [self._referral(row) for row in rows]

    def handed(self, referral: ReferralId, to: Hotline, receipt: str, now: dt.datetime) -> Referral:
        """Note who took it, and empty its outbox; the files of the database are the caller's to clean.

        Args:
            referral: Which.
            to: Who took it.
            receipt: The number or the words of their receipt.
            now: When.

        Raises:
            NotFoundError: there is none of this identifier.
            MisuseError: it was handed over before.
        """
        with self._database.transaction():
            self.get(referral)
            changed = ReferralRow.objects.filter(id=referral, handed_at=None).update(
                outbox_sealed=None,
                handed_to=to,
                receipt_sealed=seal_text(self._sealer, receipt, ReferralRow, "receipt_sealed", referral),
                handed_at=now,
                expires_at=now + self._keep,
            )
            if not changed:
                message = f"the referral {referral} was handed over before"
                raise MisuseError(message, advice=f"Look at it with: rempart referral show {referral}")
        return self.get(referral)

    def freeze(self, digests: Iterable[tuple[str, bytes]], now: dt.datetime) -> int:
        """Note what is never asked for again; part of the caller's transaction if there is one.

        Args:
            digests: What each one is, in a word, and its digest (:meth:`digest`).
            now: When.

        Returns:
            How many were new.
        """
        return self._freeze([FrozenRow(digest=digest, kind=kind, at=now) for kind, digest in digests])

    def freeze_signature(self, signature: bytes, now: dt.datetime) -> bool:
        """Note by what the mirrors of a thread are known; tell whether it was new."""
        row = FrozenRow(digest=self._digest(signature), kind=SIGNATURE, signature=signature, at=now)
        return bool(self._freeze([row]))

    def frozen_among(self, digests: Collection[bytes]) -> set[bytes]:
        """Return which of some digests are frozen."""
        found: set[bytes] = set()
        for batch in in_batches(digests):
            with self._database.reading():
                rows = FrozenRow.objects.filter(digest__in=batch).values_list("digest", flat=True)
                found |= {bytes(digest) for digest in rows}
        return found

    def is_frozen(self, digests: Collection[bytes]) -> bool:
        """Tell whether any of some digests is frozen."""
        return bool(self.frozen_among(digests))

    def frozen_signatures(self) -> list[bytes]:
        """Return by what the mirrors of stopped threads are known."""
        with self._database.reading():
            rows = FrozenRow.objects.filter(kind=SIGNATURE, signature__isnull=False).order_by("at", "digest")
            return [bytes(signature or b"") for signature in rows.values_list("signature", flat=True)]

    def _freeze(self, rows: Collection[FrozenRow]) -> int:
        unlike = {bytes(row.digest): row for row in rows}
        with self._database.transaction():
            new = [unlike[digest] for digest in unlike.keys() - self.frozen_among(unlike)]
            FrozenRow.objects.bulk_create(new, ignore_conflicts=True)
        return len(new)

    def _referral(self, row: ReferralRow, *, with_url: bool = False) -> Referral:
        outbox = row.outbox_sealed if with_url else None
        return Referral(
            id=ReferralId(row.id),
            at=row.at,
            url_digest=bytes(row.url_digest),
            flag=FlagSource(row.flag),
            rule=row.rule,
            source=SourceId(row.source_id) if row.source_id else None,
            url=unseal_text(self._sealer, outbox, ReferralRow, "outbox_sealed", row.id),
            to=Hotline(row.handed_to) if row.handed_to else None,
            receipt=unseal_text(self._sealer, row.receipt_sealed, ReferralRow, "receipt_sealed", row.id),
            handed_at=row.handed_at,
        )
