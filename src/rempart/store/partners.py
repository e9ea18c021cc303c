"""Partners: who exchanges codes with this workspace, and which of their files came last."""

from __future__ import annotations

import datetime as dt

from django.db import IntegrityError as NotUniqueError

from rempart.errors import MisuseError, NotFoundError
from rempart.model.exchange import Partner
from rempart.model.ids import IdKind, PartnerId, UserId, is_id
from rempart.store.database import Database
from rempart.store.interface import FieldSealer
from rempart.store.models import PartnerRow
from rempart.store.sealing import seal_text, unseal_text


class PartnerRepository:
    """The partners of one workspace."""

    def __init__(self, database: Database, sealer: FieldSealer) -> None:
        """Work on an open database."""
        self._database = database
        self._sealer = sealer

    def add(self, partner: PartnerId, name: str, *, public_key: bytes | None, by: UserId, now: dt.datetime) -> Partner:
        """Add a partner whose key was made before.

        Raises:
            MisuseError: there is one of this name.
        """
        message = f"there is a partner {name!r} already"
        if self.find(name) is not None:
            raise MisuseError(message, advice="Name it without --new.")
        try:
            with self._database.transaction():
                row = PartnerRow.objects.create(
                    id=partner,
                    name_sealed=seal_text(self._sealer, name, PartnerRow, "name_sealed", partner),
                    name_index=self._sealer.index(name),
                    public_key=public_key,
                    added_by_id=by,
                    added_at=now,
                )
        except NotUniqueError as error:  # another process added it just now
            raise MisuseError(message, advice="Name it without --new.") from error
        return self._partner(row)

    def find(self, name: str) -> Partner | None:
        """Return the partner of a name or an identifier; None if there is none."""
        with self._database.reading():
            if is_id(name, IdKind.PARTNER):
                row = PartnerRow.objects.filter(id=name).first()
            else:
                row = PartnerRow.objects.filter(name_index__in=self._sealer.indexes(name)).first()
        return self._partner(row) if row else None

    def get(self, name: str) -> Partner:
        """Return the partner of a name or an identifier.

        Raises:
            NotFoundError: there is none.
        """
        found = self.find(name)
        if found is None:
            message = f"there is no partner {name!r}"
            raise NotFoundError(message, advice="Check its spelling: rempart bank stats. If it is new: --new")
        return found

    def all(self) -> list[Partner]:
        """Return every partner, the oldest first."""
        with self._database.reading():
            return [self._partner(row) for row in PartnerRow.objects.order_by("added_at", "id")]

    def lock(self, partner: PartnerId) -> Partner:
        """Return a partner as it is now, and let nobody else exchange with it until the caller's transaction ends."""
        return self._partner(PartnerRow.objects.select_for_update().get(id=partner))

    def pin_key(self, partner: PartnerId, public_key: bytes, recipient: str) -> None:
        """Require this key of the partner's files from now on, and that they are made for this recipient.

        Another key begins another count of files; the same key again changes nothing.
        """
        sealed = seal_text(self._sealer, recipient, PartnerRow, "recipient_sealed", partner)
        with self._database.transaction():
            rows = PartnerRow.objects.filter(id=partner)
            rows = rows.exclude(public_key=public_key, recipient_sealed__isnull=False)
            rows.update(public_key=public_key, recipient_sealed=sealed, received=0)

    def note_received(self, partner: PartnerId, sequence: int) -> None:
        """Note which of its signed files was imported last: never an older one than before."""
        with self._database.transaction():
            PartnerRow.objects.filter(id=partner, received__lt=sequence).update(received=sequence)

    def note_sent(self, partner: PartnerId, sequence: int) -> None:
        """Note which file was made for it last."""
        with self._database.transaction():
            PartnerRow.objects.filter(id=partner).update(sent=sequence)

    def _partner(self, row: PartnerRow) -> Partner:
        return Partner(
            id=PartnerId(row.id),
            name=unseal_text(self._sealer, row.name_sealed, PartnerRow, "name_sealed", row.id),
            public_key=bytes(row.public_key) if row.public_key is not None else None,
            recipient=self._recipient(row),
            received=row.received,
            sent=row.sent,
            added_by=UserId(row.added_by_id),
            added_at=row.added_at,
        )

    def _recipient(self, row: PartnerRow) -> str | None:
        if row.recipient_sealed is None:
            return None
        return unseal_text(self._sealer, row.recipient_sealed, PartnerRow, "recipient_sealed", row.id)
