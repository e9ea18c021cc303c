"""Manifests that this workspace signed: found again by a code of the picture, gone with their asset or at their end."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence

from rempart.model.asset import AssetState
from rempart.model.fingerprint import Fingerprint, SignalType
from rempart.model.ids import AssetId, IdKind, ManifestId, UserId, new_id
from rempart.model.provenance import KeptManifest
from rempart.store.batches import in_batches
from rempart.store.database import Database
from rempart.store.models import AssetRow, CertificatesRow, ManifestRow, WorkspaceRow


class ManifestRepository:
    """The manifests and the certificates of one workspace."""

    def __init__(self, database: Database, *, keep: dt.timedelta) -> None:
        """Work on an open database.

        Args:
            database: Where the rows are.
            keep: How long one is kept whose picture is not registered; others go with their asset.
        """
        self._database = database
        self._keep = keep

    def add(self, manifest: KeptManifest) -> bool:
        """Keep one; False if its asset was withdrawn or contested meanwhile."""
        code = manifest.code
        with self._database.transaction():
            if manifest.asset is not None:
                active = AssetRow.objects.select_for_update().filter(id=manifest.asset, state=AssetState.ACTIVE)
                if not list(active.values_list("id")):  # locked: a withdrawal waits, then takes the row with it
                    return False
            ManifestRow.objects.create(
                id=manifest.id,
                asset_id=manifest.asset,
                label=manifest.label,
                manifest=manifest.content,
                code_version=code.version if code else "",
                code_bits=code.bits if code else None,
                code_quality=code.quality if code else None,
                mark_version=manifest.mark_version,
                signed_by_id=manifest.signed_by,
                signed_at=manifest.signed_at,
                expires_at=None if manifest.asset else manifest.signed_at + self._keep,
            )
        return True

    def codes(self, version: str, quality_least: int) -> Iterator[tuple[ManifestId, bytes]]:
        """Yield the codes that can be compared, without the manifests.

        Args:
            version: What made the codes.
            quality_least: A code of less is of a picture with too little detail.
        """
        rows = ManifestRow.objects.filter(
            code_version=version, code_quality__gte=quality_least, code_bits__isnull=False
        )
        with self._database.reading():
            found = list(rows.order_by("id").values_list("id", "code_bits"))
        yield from ((ManifestId(name), bytes(bits)) for name, bits in found if bits is not None)

    def by_ids(self, manifests: Sequence[ManifestId]) -> dict[ManifestId, KeptManifest]:
        """Return some of them."""
        found: dict[ManifestId, KeptManifest] = {}
        with self._database.reading():
            for batch in in_batches(list(manifests)):
                found |= {ManifestId(row.id): _kept(row) for row in ManifestRow.objects.filter(id__in=batch)}
        return found

    def of_asset(self, asset: AssetId) -> list[KeptManifest]:
        """Return those of one asset, the first that was signed first."""
        with self._database.reading():
            return [_kept(row) for row in ManifestRow.objects.filter(asset_id=asset).order_by("signed_at", "id")]

    def certificates(self) -> list[str]:
        """Return every certificate chain (PEM), the latest first."""
        with self._database.reading():
            return list(CertificatesRow.objects.order_by("-made_at", "-id").values_list("pem", flat=True))

    def add_certificates(self, make: Callable[[str], str | None], now: dt.datetime) -> str:
        """Return the chain that signs; make one first if ``make`` says so, and nobody else does at the same time.

        Args:
            make: Takes the latest chain, empty if there is none; returns a new one, or None if that one signs on.
            now: When.
        """
        with self._database.transaction():
            list(WorkspaceRow.objects.select_for_update().values_list("pk"))
            latest = next(iter(self.certificates()), "")
            made = make(latest)
            if made is not None:
                CertificatesRow.objects.create(id=new_id(IdKind.CERTIFICATES), pem=made, made_at=now)
        return latest if made is None else made


def _kept(row: ManifestRow) -> KeptManifest:
    code = None
    if row.code_bits is not None and row.code_quality is not None:
        code = Fingerprint(
            signal_type=SignalType.PDQ, version=row.code_version, bits=bytes(row.code_bits), quality=row.code_quality
        )
    return KeptManifest(
        id=ManifestId(row.id),
        asset=AssetId(row.asset_id) if row.asset_id else None,
        label=row.label,
        content=bytes(row.manifest),
        code=code,
        mark_version=row.mark_version,
        signed_by=UserId(row.signed_by_id),
        signed_at=row.signed_at,
    )
