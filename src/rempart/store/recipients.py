"""Recipients of marked copies: their numbers in every codebook, what they were told, and what was made for them.

A number is given once. That of whoever is forgotten stays burnt: her copies are still out there, and must accuse
nobody else.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from typing import Final

from django.db import IntegrityError as NotUniqueError
from django.db.models import Max

from rempart.errors import MisuseError, NotFoundError
from rempart.model.ids import AssetId, IdKind, RecipientId, UserId, is_id, new_id
from rempart.model.recipient import Copy, NewRecipient, Recipient
from rempart.store.batches import in_batches
from rempart.store.database import Database
from rempart.store.interface import FieldSealer
from rempart.store.models import CopyRow, RecipientRow, WorkspaceRow
from rempart.store.sealing import exact, seal_text, unseal_text

#: Names in one message.
_NAMED_MOST: Final = 5


class RecipientRepository:
    """The recipients of one workspace."""

    def __init__(self, database: Database, sealer: FieldSealer) -> None:
        """Work on an open database."""
        self._database = database
        self._sealer = sealer

    def add(self, people: Sequence[NewRecipient], *, by: UserId, now: dt.datetime) -> list[Recipient]:
        """Add recipients, all of them or none.

        Raises:
            MisuseError: there is one of this name or reference.
        """
        if taken := self._taken({text for each in people for text in (each.name, each.ref) if text}):
            told = ", ".join(map(repr, sorted(taken)[:_NAMED_MOST]))
            more = f" and {len(taken) - _NAMED_MOST} more" if len(taken) > _NAMED_MOST else ""
            message = f"there is a recipient already who is called {told}{more}"
            raise MisuseError(message, advice="Nothing was added. List them with: rempart recipient list")
        try:
            with self._database.transaction():
                first = self._next_number()
                rows = [self._row(each, first + n, by, now) for n, each in enumerate(people)]
                for batch in in_batches(rows):
                    RecipientRow.objects.bulk_create(batch)
        except NotUniqueError as error:  # the same one twice, or another process added one just now
            message = "two recipients have the same name, or the same reference"
            raise MisuseError(message, advice="Nothing was added. List them with: rempart recipient list") from error
        return [self._recipient(row) for row in rows]

    def burn(self, count: int, *, by: UserId, now: dt.datetime) -> None:
        """Leave numbers out for good: others may have been given them since the backup that is put back was made."""
        with self._database.transaction():
            RecipientRow.objects.create(
                id=new_id(IdKind.RECIPIENT),
                number=self._next_number() + count - 1,
                added_by_id=by,
                added_at=now,
                forgotten_at=now,
            )

    def inform(self, recipient: RecipientId, on: dt.date, how: str) -> Recipient:
        """Write when and how she was told."""
        sealed = seal_text(self._sealer, how, RecipientRow, "how_sealed", recipient)
        with self._database.transaction():
            RecipientRow.objects.filter(id=recipient, forgotten_at=None).update(informed_on=on, how_sealed=sealed)
        return self.get(recipient)

    def forget(self, recipient: RecipientId, now: dt.datetime) -> None:
        """Delete everything about her but her number; part of the caller's transaction."""
        with self._database.transaction():
            CopyRow.objects.filter(recipient_id=recipient).delete()
            RecipientRow.objects.filter(id=recipient).update(
                name_sealed=None,
                name_index=None,
                ref_sealed=None,
                ref_index=None,
                group_sealed=None,
                group_index=None,
                how_sealed=None,
                informed_on=None,
                forgotten_at=now,
            )

    def find(self, name: str) -> Recipient | None:
        """Return the recipient of a name, a reference or an identifier; None if there is none."""
        rows = RecipientRow.objects
        with self._database.reading():
            if is_id(name, IdKind.RECIPIENT):
                row = rows.filter(id=name).first()
            else:
                row = rows.filter(name_index__in=self._sealer.indexes(name)).first()
                row = row or rows.filter(ref_index__in=self._sealer.indexes(exact(name))).first()
        return self._recipient(row) if row else None

    def get(self, name: str) -> Recipient:
        """Return the recipient of a name, a reference or an identifier.

        Raises:
            NotFoundError: there is none.
        """
        found = self.find(name)
        if found is None:
            message = f"there is no recipient {name!r}"
            raise NotFoundError(
                message, advice="List them with: rempart recipient list. Add one: rempart recipient add"
            )
        return found

    def of_group(self, group: str) -> list[Recipient]:
        """Return the recipients of a group, the first that were added first."""
        with self._database.reading():
            rows = RecipientRow.objects.filter(group_index__in=self._sealer.indexes(group)).order_by("number")
            return [self._recipient(row) for row in rows]

    def all(self) -> list[Recipient]:
        """Return every recipient who is not forgotten, the first that were added first."""
        with self._database.reading():
            return [self._recipient(row) for row in RecipientRow.objects.filter(forgotten_at=None).order_by("number")]

    def numbers(self) -> int:
        """Return how many numbers were given, burnt ones too: so many codes a codebook has."""
        with self._database.reading():
            last = RecipientRow.objects.aggregate(last=Max("number"))["last"]
        return 0 if last is None else int(last) + 1

    def by_number(self, number: int) -> RecipientId | None:
        """Return whose a number is; None if it was left out."""
        with self._database.reading():
            found = RecipientRow.objects.filter(number=number).values_list("id", flat=True).first()
        return RecipientId(found) if found else None

    def note_copies(self, copies: Iterable[Copy]) -> None:
        """Note which copies were made; those that are noted stay as they are."""
        rows = [
            CopyRow(
                asset_id=each.asset,
                recipient_id=each.recipient,
                mark_version=each.mark_version,
                made_by_id=each.made_by,
                made_at=each.made_at,
            )
            for each in copies
        ]
        with self._database.transaction():
            for batch in in_batches(rows):
                CopyRow.objects.bulk_create(batch, ignore_conflicts=True)

    def copies_of(self, asset: AssetId) -> list[Copy]:
        """Return the copies that were made of an asset, the oldest first."""
        with self._database.reading():
            rows = CopyRow.objects.filter(asset_id=asset).order_by("made_at", "recipient_id")
            return [
                Copy(
                    asset=AssetId(row.asset_id),
                    recipient=RecipientId(row.recipient_id),
                    mark_version=row.mark_version,
                    made_by=UserId(row.made_by_id),
                    made_at=row.made_at,
                )
                for row in rows
            ]

    def mark_versions(self, asset: AssetId) -> set[str]:
        """Return by which marks copies of an asset were made."""
        with self._database.reading():
            return set(CopyRow.objects.filter(asset_id=asset).values_list("mark_version", flat=True).distinct())

    def _taken(self, texts: Collection[str]) -> set[str]:
        """Return those of some texts by which somebody is found already; a hundred thousand cost a few statements."""
        taken: set[str] = set()
        for column, as_indexed in (("name_index", str), ("ref_index", exact)):
            by_index = {index: text for text in texts for index in self._sealer.indexes(as_indexed(text))}
            with self._database.reading():
                for batch in in_batches(by_index):
                    found = RecipientRow.objects.filter(**{f"{column}__in": batch}).values_list(column, flat=True)
                    taken.update(by_index[bytes(index)] for index in found if index is not None)
        return taken

    def _next_number(self) -> int:
        """Return the first number that was never given, and let nobody else give one until the transaction ends."""
        list(WorkspaceRow.objects.select_for_update().values_list("pk"))
        return self.numbers()

    def _row(self, each: NewRecipient, number: int, by: UserId, now: dt.datetime) -> RecipientRow:
        made = new_id(IdKind.RECIPIENT)

        def sealed(text: str, column: str) -> bytes | None:
            return seal_text(self._sealer, text, RecipientRow, column, made) if text else None

        return RecipientRow(
            id=made,
            number=number,
            name_sealed=sealed(each.name, "name_sealed"),
            name_index=self._sealer.index(each.name),
            ref_sealed=sealed(each.ref, "ref_sealed"),
            ref_index=self._sealer.index(exact(each.ref)) if each.ref else None,
            group_sealed=sealed(each.group, "group_sealed"),
            group_index=self._sealer.index(each.group) if each.group else None,
            informed_on=each.informed_on,
            how_sealed=sealed(each.how, "how_sealed"),
            added_by_id=by,
            added_at=now,
        )

    def _recipient(self, row: RecipientRow) -> Recipient:
        def opened(column: str) -> str:
            return unseal_text(self._sealer, getattr(row, column), RecipientRow, column, row.pk)

        return Recipient(
            id=RecipientId(row.id),
            index=row.number,
            name=opened("name_sealed"),
            informed_on=row.informed_on,
            how=opened("how_sealed"),
            ref=opened("ref_sealed"),
            group=opened("group_sealed"),
            added_by=UserId(row.added_by_id),
            added_at=row.added_at,
            forgotten_at=row.forgotten_at,
        )
