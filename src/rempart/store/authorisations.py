"""For which single addresses a named person answers in spite of a robots.txt; rows change only to end or to count."""

from __future__ import annotations

import datetime as dt

from django.db.models import F

from rempart.errors import MisuseError, NotFoundError
from rempart.model.courtesy import Authorisation
from rempart.model.ids import AuthorisationId, IdKind, UserId, is_id, new_id
from rempart.store.database import Database
from rempart.store.interface import FieldSealer
from rempart.store.models import AuthorisationRow
from rempart.store.sealing import exact, seal_text, unseal_text


class AuthorisationRepository:
    """The authorisations of one workspace."""

    def __init__(self, database: Database, sealer: FieldSealer, *, keep: dt.timedelta) -> None:
        """Work on an open database.

        Args:
            database: Where the rows are.
            sealer: Seals addresses and reasons.
            keep: How long one is kept after its end, to account for it.
        """
        self._database = database
        self._sealer = sealer
        self._keep = keep

    def add(
        self, url: str, *, by: UserId, reason: str, legal_basis: str, now: dt.datetime, until: dt.datetime
    ) -> Authorisation:
        """Write that somebody answers for an address, in its one form, until an instant."""
        made = AuthorisationId(new_id(IdKind.AUTHORISATION))
        with self._database.transaction():
            row = AuthorisationRow.objects.create(
                id=made,
                url_sealed=seal_text(self._sealer, url, AuthorisationRow, "url_sealed", made),
                url_index=self._sealer.index(exact(url)),
                reason_sealed=seal_text(self._sealer, reason, AuthorisationRow, "reason_sealed", made),
                basis_sealed=seal_text(self._sealer, legal_basis, AuthorisationRow, "basis_sealed", made),
                by_id=by,
                given_at=now,
                until=until,
                expires_at=until + self._keep,
            )
        return self._authorisation(row)

    def find(self, url: str, now: dt.datetime) -> AuthorisationId | None:
        """Return the authorisation that covers exactly this address now, the longest one; None if there is none."""
        return next(iter(self.find_all(url, now)), None)

    def find_all(self, url: str, now: dt.datetime) -> list[AuthorisationId]:
        """Return every one that covers exactly this address now, the longest one first."""
        rows = AuthorisationRow.objects.filter(url_index__in=self._sealer.indexes(exact(url)))
        rows = rows.filter(withdrawn_at=None, given_at__lte=now, until__gt=now).order_by("-until", "id")
        with self._database.reading():
            return [AuthorisationId(name) for name in rows.values_list("id", flat=True)]

    def use(self, authorisation: AuthorisationId, now: dt.datetime) -> bool:
        """Count a use; False if it no longer holds. Part of the caller's transaction if there is one."""
        with self._database.transaction():
            rows = AuthorisationRow.objects.filter(id=authorisation, withdrawn_at=None, until__gt=now)
            return bool(rows.update(uses=F("uses") + 1))

    def withdraw(self, authorisation: str, now: dt.datetime) -> Authorisation:
        """Take one back: from now on it covers nothing.

        Raises:
            NotFoundError: there is none of this identifier.
            MisuseError: it is over already.
        """
        self.get(authorisation)
        with self._database.transaction():
            rows = AuthorisationRow.objects.filter(id=authorisation, withdrawn_at=None, until__gt=now)
            if not rows.update(withdrawn_at=now):
                message = f"the authorisation {authorisation} is over already"
                raise MisuseError(message, advice="It covers nothing any more: rempart net authorisations")
        return self.get(authorisation)

    def get(self, authorisation: str) -> Authorisation:
        """Return one.

        Raises:
            NotFoundError: there is none of this identifier.
        """
        row = None
        if is_id(authorisation, IdKind.AUTHORISATION):
            with self._database.reading():
                row = AuthorisationRow.objects.filter(id=authorisation).first()
        if row is None:
            message = f"there is no authorisation {authorisation!r}"
            raise NotFoundError(message, advice="List them with: rempart net authorisations")
        return self._authorisation(row)

    def all(self) -> list[Authorisation]:
        """Return every one, the oldest first."""
        with self._database.reading():
            return [self._authorisation(row) for row in AuthorisationRow.objects.order_by("given_at", "id")]

    def _authorisation(self, row: AuthorisationRow) -> Authorisation:
        return Authorisation(
            id=AuthorisationId(row.id),
            url=unseal_text(self._sealer, row.url_sealed, AuthorisationRow, "url_sealed", row.id),
            by=UserId(row.by_id),
            reason=unseal_text(self._sealer, row.reason_sealed, AuthorisationRow, "reason_sealed", row.id),
            legal_basis=unseal_text(self._sealer, row.basis_sealed, AuthorisationRow, "basis_sealed", row.id),
            given_at=row.given_at,
            until=row.until,
            withdrawn_at=row.withdrawn_at,
            uses=row.uses,
        )
