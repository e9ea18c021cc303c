"""What is registered: assets and their fingerprints."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from rempart.store.models.fields import id_field, optional_sealed_field, reference, sealed_field, word_field


class AssetRow(models.Model):
    """One registered picture."""

    id = id_field()
    owner = reference("store.OwnerRow", db_index=False)
    kind = word_field()
    state = word_field()
    sensitivity = word_field()
    protection = word_field()
    ground = reference("store.GroundRow", db_index=False)
    accepted_by = reference("store.User", null=True, db_index=False)
    accepted_at = models.DateTimeField(null=True)
    registered_by = reference("store.User", db_index=False)
    registered_at = models.DateTimeField()
    # SHA-256 of the file, for identical bytes; gone, as the label, once it is withdrawn.
    digest = models.BinaryField(max_length=32, null=True)
    label_sealed = optional_sealed_field()
    withdrawn_at = models.DateTimeField(null=True)
    erased_at = models.DateTimeField(null=True)

    class Meta:
        """Name of the table; an owner registers the same bytes once."""

        db_table = "asset"
        constraints: ClassVar = [models.UniqueConstraint(fields=["owner", "digest"], name="asset_once_per_owner")]


class FingerprintRow(models.Model):
    """One comparable code of an asset; of a picture, the whole frame."""

    pk = models.CompositePrimaryKey("asset_id", "number")
    asset = reference("store.AssetRow", db_index=False)
    number = models.SmallIntegerField()
    signal_type = word_field()
    version = word_field()
    bits = models.BinaryField()
    quality = models.SmallIntegerField()

    class Meta:
        """Name of the table."""

        db_table = "fingerprint"


class DetailedRow(models.Model):
    """Codes of parts of an asset, all in one ciphertext under the asset's own key, with no grid in the clear."""

    asset = models.OneToOneField(
        "store.AssetRow", primary_key=True, on_delete=models.PROTECT, related_name="+", db_column="asset_id"
    )
    codes_sealed = sealed_field()

    class Meta:
        """Name of the table."""

        db_table = "fingerprint_detailed"
