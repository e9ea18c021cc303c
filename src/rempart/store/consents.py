"""What people allowed, with the text that they were shown, and what they took back."""

from __future__ import annotations

import datetime as dt

from rempart.errors import MisuseError
from rempart.model.asset import Consent, ConsentScope
from rempart.model.ids import AssetId, ConsentId, IdKind, OwnerId, UserId, new_id
from rempart.store.database import Database
from rempart.store.models import AssetRow, ConsentRow, OwnerRow


class ConsentRepository:
    """The ledger of consents."""

    def __init__(self, database: Database) -> None:
        """Work on an open database."""
        self._database = database

    def grant(
        self,
        scope: ConsentScope,
        *,
        owner: OwnerId,
        asset: AssetId | None,
        text_version: str,
        text: str,
        by: UserId,
        now: dt.datetime,
    ) -> Consent:
        """Write a consent; one that holds already is returned as it is.

        Raises:
            MisuseError: the asset is not this owner's.
        """
        with self._database.transaction():
            _lock(owner, asset)
            held = ConsentRow.objects.filter(owner_id=owner, asset_id=asset, scope=scope, withdrawn_at=None).first()
            row = held or ConsentRow.objects.create(
                id=new_id(IdKind.CONSENT),
                owner_id=owner,
                asset_id=asset,
                scope=scope,
                text_version=text_version,
                text=text,
                given_at=now,
                recorded_by_id=by,
            )
        return _consent(row)

    def revoke(
        self, scope: ConsentScope, *, owner: OwnerId, asset: AssetId | None, by: UserId, now: dt.datetime
    ) -> Consent:
        """Take a consent back; for one asset, a consent of the owner for all is refused for that one.

        Raises:
            MisuseError: it was taken back already, or never given, or the asset is not this owner's.
        """
        with self._database.transaction():
            _lock(owner, asset)
            rows = ConsentRow.objects.filter(owner_id=owner, scope=scope)
            held = rows.filter(asset_id=asset, withdrawn_at=None).first()
            if held is None and asset is not None and not rows.filter(asset_id=asset).exists():
                general = rows.filter(asset_id=None, withdrawn_at=None).first()
                if general is not None:
                    held = ConsentRow.objects.create(
                        id=new_id(IdKind.CONSENT),
                        owner_id=owner,
                        asset_id=asset,
                        scope=scope,
                        text_version=general.text_version,
                        text=general.text,
                        given_at=general.given_at,
                        recorded_by_id=by,
                    )
            if held is None:
                raise _nothing_to_revoke(scope, rows.filter(asset_id=asset).order_by("-withdrawn_at").first())
            held.withdrawn_at = now
            # All that hold, should there be two: none may go on holding after she took it back.
            rows.filter(asset_id=asset, withdrawn_at=None).update(withdrawn_at=now)
        return _consent(held)

    def of(self, owner: OwnerId) -> list[Consent]:
        """Return every consent of an owner, the oldest first."""
        with self._database.reading():
            return [_consent(row) for row in ConsentRow.objects.filter(owner_id=owner).order_by("given_at", "id")]

    def holds(self, scope: ConsentScope, owner: OwnerId, asset: AssetId | None = None) -> bool:
        """Tell whether a consent holds: the word about this very asset counts before the one about all."""
        with self._database.reading():
            rows = ConsentRow.objects.filter(owner_id=owner, scope=scope)
            if asset is not None and (own := list(rows.filter(asset_id=asset))):
                return any(row.withdrawn_at is None for row in own)
            return rows.filter(asset_id=None, withdrawn_at=None).exists()


def _lock(owner: OwnerId, asset: AssetId | None) -> None:
    """Let one command at a time change what an owner allowed.

    Raises:
        MisuseError: the asset is not hers: nobody's word counts for somebody else's picture.
    """
    list(OwnerRow.objects.select_for_update(no_key=True).filter(id=owner).values_list("id"))
    if asset is not None and not AssetRow.objects.filter(id=asset, owner_id=owner).exists():
        message = f"the asset {asset} is not of the owner {owner}"
        raise MisuseError(message, advice="See whose it is with: rempart asset show")


def _nothing_to_revoke(scope: ConsentScope, last: ConsentRow | None) -> MisuseError:
    if last is not None and last.withdrawn_at is not None:
        message = f"the consent {scope} was withdrawn already, on {last.withdrawn_at:%Y-%m-%d at %H:%M} UTC"
    else:
        message = f"the consent {scope} was never given"
    return MisuseError(message, advice="See what holds with: rempart consent show")


def _consent(row: ConsentRow) -> Consent:
    return Consent(
        id=ConsentId(row.id),
        owner=OwnerId(row.owner_id),
        asset=AssetId(row.asset_id) if row.asset_id else None,
        scope=ConsentScope(row.scope),
        text_version=row.text_version,
        text=row.text,
        given_at=row.given_at,
        recorded_by=UserId(row.recorded_by_id),
        withdrawn_at=row.withdrawn_at,
    )
