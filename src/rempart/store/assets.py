"""Registered assets: adding many at once, listing, freezing, and taking back for good."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace

from django.db.models import Q, QuerySet

from rempart.errors import NotFoundError
from rempart.model.asset import Asset, AssetProtection, AssetState, ConsentScope, Registration, Sensitivity
from rempart.model.ids import AssetId, IdKind, OwnerId, UserId, is_id
from rempart.model.media import MediaKind
from rempart.store.batches import in_batches
from rempart.store.database import Database
from rempart.store.interface import FieldSealer
from rempart.store.matches import delete_sightings
from rempart.store.models import (
    AssetRow,
    ConsentRow,
    CopyRow,
    DecoyRow,
    DetailedRow,
    FingerprintRow,
    ManifestRow,
    MatchRow,
    OwnerRow,
    SightingRow,
)
from rempart.store.people import ground_of
from rempart.store.sealing import seal_text, unseal_text
from rempart.store.traces import delete_traces_of

#: Rows that one listing holds at a time.
_PAGE = 1_000


class AssetRepository:
    """What is registered."""

    def __init__(self, database: Database, sealer: FieldSealer) -> None:
        """Work on an open database."""
        self._database = database
        self._sealer = sealer

    def add(self, registrations: Sequence[Registration], *, most: int | None = None) -> list[AssetId]:
        """Add assets with their fingerprints, all in one transaction; those that an owner has already are left out.

        Args:
            registrations: What to add.
            most: How many assets their owner may have in all, whoever else adds some just now; None is no limit.

        Returns:
            The identifiers of those that were added.
        """
        with self._database.transaction():
            if most is not None or any(_needs_consent(r) for r in registrations):
                # One at a time for an owner, so that her count and her consent stay as they are read.
                self.lock_owners({r.asset.owner for r in registrations})
            registrations = self._as_allowed(registrations)
            added: list[AssetId] = []
            for batch in in_batches(registrations):
                added += self._add(batch, most)
            return added

    def _add(self, registrations: Sequence[Registration], most: int | None) -> list[AssetId]:
        wanted: dict[tuple[OwnerId, bytes], Registration] = {}
        for registration in registrations:
            wanted.setdefault((registration.asset.owner, registration.digest), registration)
        # Another process may add the same ones just now: then the rows that are there first stay. In one order, so
        # that two batches never wait for each other; without an error, which PostgreSQL logs with the digest in it.
        rows = [self._row(wanted[key]) for key in sorted(wanted)]
        AssetRow.objects.bulk_create(rows, ignore_conflicts=True)
        ids = [row.id for row in rows]
        added = set(AssetRow.objects.filter(id__in=ids).values_list("id", flat=True))
        fresh = [r for r in wanted.values() if r.asset.id in added]
        if most is not None:
            fresh = self._within(fresh, most)
        FingerprintRow.objects.bulk_create(
            FingerprintRow(
                asset_id=r.asset.id,
                number=number,
                signal_type=f.signal_type,
                version=f.version,
                bits=f.bits,
                quality=f.quality,
            )
            for r in fresh
            for number, f in enumerate(r.fingerprints)
        )
        DetailedRow.objects.bulk_create(
            DetailedRow(asset_id=r.asset.id, codes_sealed=r.detailed_sealed)
            for r in fresh
            if r.detailed_sealed is not None
        )
        return [r.asset.id for r in fresh]

    @staticmethod
    def lock_owners(owners: Collection[OwnerId]) -> None:
        """Let nobody else change what hangs on some owners until the caller's transaction ends."""
        list(OwnerRow.objects.select_for_update().filter(id__in=owners).order_by("id").values_list("id"))

    @staticmethod
    def _as_allowed(registrations: Sequence[Registration]) -> list[Registration]:
        """Leave out the codes of parts of owners who no longer allow them: they were asked for before."""
        asked = {r.asset.owner for r in registrations if _needs_consent(r)}
        rows = ConsentRow.objects.filter(owner_id__in=asked, asset=None, scope=ConsentScope.DETAILED, withdrawn_at=None)
        allowed = set(rows.values_list("owner_id", flat=True))
        return [
            r
            if not _needs_consent(r) or r.asset.owner in allowed
            else replace(r, detailed_sealed=None, asset=replace(r.asset, protection=AssetProtection.HASH_ONLY))
            for r in registrations
        ]

    def _within(self, fresh: list[Registration], most: int) -> list[Registration]:
        """Take back the last of the rows just added that are more than their owner may have."""
        there = AssetRow.objects.filter(owner_id__in={r.asset.owner for r in fresh})
        excess = max(0, there.exclude(state=AssetState.WITHDRAWN).count() - most)
        kept, left = fresh[: len(fresh) - excess], fresh[len(fresh) - excess :]
        AssetRow.objects.filter(id__in=[r.asset.id for r in left]).delete()
        return kept

    def knows(self, owner: OwnerId, digest: bytes) -> AssetId | None:
        """Return this owner's asset of these very bytes, or None."""
        with self._database.reading():
            found = AssetRow.objects.filter(owner_id=owner, digest=digest).values_list("id", flat=True).first()
        return AssetId(found) if found else None

    def of_bytes(self, digest: bytes) -> list[AssetId]:
        """Return every owner's asset of these very bytes."""
        with self._database.reading():
            return [
                AssetId(a) for a in AssetRow.objects.filter(digest=digest).order_by("id").values_list("id", flat=True)
            ]

    def get(self, asset: str) -> Asset:
        """Return one asset.

        Raises:
            NotFoundError: there is none of this identifier.
        """
        row = None
        if is_id(asset, IdKind.ASSET):
            with self._database.reading():
                row = AssetRow.objects.select_related("ground").filter(id=asset).first()
        if row is None:
            message = f"there is no asset {asset!r}"
            raise NotFoundError(message, advice="List them with: rempart asset list")
        return self._asset(row)

    def all(self, owner: OwnerId | None = None, *, withdrawn: bool = False, labels: bool = True) -> Iterator[Asset]:
        """Yield assets, the oldest first, a page at a time.

        Args:
            owner: Only hers.
            withdrawn: Those that were withdrawn too.
            labels: False leaves the labels sealed: empty.
        """
        rows: QuerySet[AssetRow] = AssetRow.objects.select_related("ground").order_by("registered_at", "id")
        if owner is not None:
            rows = rows.filter(owner_id=owner)
        if not withdrawn:
            rows = rows.exclude(state=AssetState.WITHDRAWN)
        last: AssetRow | None = None
        while True:
            page = rows
            if last is not None:
                later = Q(registered_at__gt=last.registered_at) | Q(registered_at=last.registered_at, id__gt=last.id)
                page = rows.filter(later)
            with self._database.reading():
                found = list(page[:_PAGE])
            if not found:
                return
            yield from (self._asset(row, is_labelled=labels) for row in found)
            last = found[-1]

    def by_ids(self, assets: Iterable[AssetId], *, labels: bool = True) -> dict[AssetId, Asset]:
        """Return the assets of some identifiers, withdrawn ones too.

        Args:
            assets: Which.
            labels: False leaves the labels sealed: empty.
        """
        found: dict[AssetId, Asset] = {}
        for batch in in_batches(set(assets)):
            with self._database.reading():
                rows = list(AssetRow.objects.select_related("ground").filter(id__in=batch))
            found |= {AssetId(row.id): self._asset(row, is_labelled=labels) for row in rows}
        return found

    def count(self, owner: OwnerId | None = None) -> int:
        """Count the assets that are not withdrawn."""
        rows = AssetRow.objects.exclude(state=AssetState.WITHDRAWN)
        with self._database.reading():
            return (rows.filter(owner_id=owner) if owner else rows).count()

    def has_accepted(self, owner: OwnerId) -> bool:
        """Tell whether anybody accepted the ground of one of this owner's assets, or the one that she stated once."""
        with self._database.reading():
            stated = OwnerRow.objects.filter(id=owner, ground__accepted_by__isnull=False)
            return stated.exists() or AssetRow.objects.filter(owner_id=owner, accepted_by__isnull=False).exists()

    def accept_ground(self, asset: AssetId, by: UserId, now: dt.datetime) -> None:
        """Note that somebody accepted the ground of one asset."""
        with self._database.transaction():
            AssetRow.objects.filter(id=asset).update(accepted_by_id=by, accepted_at=now)

    def make_intimate(self, asset: AssetId) -> None:
        """Note that a picture's appearance elsewhere would harm; there is no way back but withdrawal."""
        with self._database.transaction():
            AssetRow.objects.filter(id=asset).update(sensitivity=Sensitivity.INTIMATE)

    def set_state(self, asset: AssetId, state: AssetState) -> None:
        """Freeze an asset, or look for it again."""
        with self._database.transaction():
            rows = AssetRow.objects.filter(id=asset).exclude(state=AssetState.WITHDRAWN)
            if state is AssetState.CONTESTED:  # whoever accepted the ground did not know of the objection
                rows.update(state=state, accepted_by=None, accepted_at=None)
            else:
                rows.update(state=state)

    def withdraw(self, assets: Sequence[AssetId], now: dt.datetime) -> list[AssetId]:
        """Delete everything about assets but that they were there; part of the caller's transaction.

        Returns:
            Those that were not withdrawn before.
        """
        with self._database.transaction():
            found: list[AssetId] = []
            for batch in in_batches(sorted(set(assets))):
                found += self._withdraw(batch, now)
        return found

    def _withdraw(self, assets: Sequence[AssetId], now: dt.datetime) -> list[AssetId]:
        # Locked, in one order: a scan that records a match of one of them waits, then leaves it out.
        rows = AssetRow.objects.select_for_update().filter(id__in=assets).exclude(state=AssetState.WITHDRAWN)
        found = [AssetId(asset) for asset in rows.order_by("id").values_list("id", flat=True)]
        FingerprintRow.objects.filter(asset_id__in=found).delete()
        DetailedRow.objects.filter(asset_id__in=found).delete()
        for belonging in (CopyRow, DecoyRow, ManifestRow):
            belonging._default_manager.filter(asset_id__in=found).delete()  # noqa: SLF001 - Django's documented way
        delete_traces_of(found)
        seen = sorted(set(MatchRow.objects.filter(asset_id__in=found).values_list("sighting_id", flat=True)))
        # Locked before their matches go: of two withdrawals at once, one sees that the other left nothing.
        for batch in in_batches(seen):
            list(SightingRow.objects.select_for_update().filter(id__in=batch).order_by("id").values_list("id"))
        MatchRow.objects.filter(asset_id__in=found).delete()
        for batch in in_batches(seen):
            still = set(MatchRow.objects.filter(sighting_id__in=batch).values_list("sighting_id", flat=True))
            delete_sightings(sorted(set(batch) - still))
        AssetRow.objects.filter(id__in=found).update(
            state=AssetState.WITHDRAWN, withdrawn_at=now, digest=None, label_sealed=None
        )
        return found

    def detailed(self, owner: OwnerId) -> list[AssetId]:
        """Return an owner's assets of which codes of parts are kept because she allowed it."""
        with self._database.reading():
            kept = DetailedRow.objects.filter(asset__owner_id=owner, asset__protection=AssetProtection.DETAILED)
            found = kept.values_list("asset_id", flat=True)
            return [AssetId(asset) for asset in found]

    def counts_of(self, asset: AssetId) -> tuple[int, int]:
        """Count an asset's codes, and its ciphertexts of codes of parts."""
        with self._database.reading():
            codes = FingerprintRow.objects.filter(asset_id=asset).count()
            return codes, DetailedRow.objects.filter(asset_id=asset).count()

    def awaiting(self) -> list[AssetId]:
        """Return what is withdrawn and not proved gone."""
        with self._database.reading():
            rows = AssetRow.objects.filter(state=AssetState.WITHDRAWN, erased_at=None)
            return [AssetId(asset) for asset in rows.values_list("id", flat=True)]

    def drop_detail(self, assets: Sequence[AssetId]) -> None:
        """Delete the codes of parts, which their owner no longer allows."""
        with self._database.transaction():
            for batch in in_batches(assets):
                DetailedRow.objects.filter(asset_id__in=batch).delete()
                AssetRow.objects.filter(id__in=batch, protection=AssetProtection.DETAILED).update(
                    protection=AssetProtection.HASH_ONLY
                )

    def note_erased(self, assets: Sequence[AssetId], now: dt.datetime) -> int:
        """Note of withdrawn assets that they have left every file of the database; return of how many."""
        count = 0
        with self._database.transaction():
            for batch in in_batches(assets):
                rows = AssetRow.objects.filter(id__in=batch, state=AssetState.WITHDRAWN, erased_at=None)
                count += rows.update(erased_at=now)
        return count

    def _row(self, registration: Registration) -> AssetRow:
        asset = registration.asset
        return AssetRow(
            id=asset.id,
            owner_id=asset.owner,
            kind=asset.kind,
            state=asset.state,
            sensitivity=asset.sensitivity,
            protection=asset.protection,
            ground_id=asset.ground.id,
            registered_by_id=asset.registered_by,
            registered_at=asset.registered_at,
            digest=registration.digest,
            label_sealed=seal_text(self._sealer, asset.label, AssetRow, "label_sealed", asset.id),
        )

    def _asset(self, row: AssetRow, *, is_labelled: bool = True) -> Asset:
        label = row.label_sealed if is_labelled else None
        return Asset(
            id=AssetId(row.id),
            owner=OwnerId(row.owner_id),
            kind=MediaKind(row.kind),
            state=AssetState(row.state),
            sensitivity=Sensitivity(row.sensitivity),
            protection=AssetProtection(row.protection),
            ground=ground_of(row.ground),
            ground_accepted_by=UserId(row.accepted_by_id) if row.accepted_by_id else None,
            registered_by=UserId(row.registered_by_id),
            registered_at=row.registered_at,
            label=unseal_text(self._sealer, label, AssetRow, "label_sealed", row.id),
            withdrawn_at=row.withdrawn_at,
            erased_at=row.erased_at,
        )


def _needs_consent(registration: Registration) -> bool:
    """Tell whether codes of parts are kept only if their owner allowed it; with an original, they say no more."""
    return registration.detailed_sealed is not None and registration.asset.protection is AssetProtection.DETAILED
