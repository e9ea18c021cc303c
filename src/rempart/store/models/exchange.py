"""What is exchanged with partners: whole-frame codes of others, who lists them, what was removed, what was given."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from rempart.store.models.fields import id_field, optional_sealed_field, reference, sealed_field, word_field


class PartnerRow(models.Model):
    """Somebody with whom codes are exchanged: an organisation."""

    id = id_field()
    name_sealed = sealed_field()
    name_index = models.BinaryField(unique=True, max_length=32)
    # Ed25519; none if it signs none of its files.
    public_key = models.BinaryField(max_length=32, null=True)
    # How its signed files call this workspace: one that it made for somebody else is not taken.
    recipient_sealed = optional_sealed_field()
    # Sequence numbers of the last signed file that came, and of the last one that was made for it.
    received = models.BigIntegerField(default=0)
    sent = models.BigIntegerField(default=0)
    added_by = reference("store.User", db_index=False)
    added_at = models.DateTimeField()

    class Meta:
        """Name of the table."""

        db_table = "partner"


class ImportedRow(models.Model):
    """One code of others, whoever lists it."""

    id = id_field()
    signal_type = word_field()
    bits = models.BinaryField(max_length=32)
    # SHA-256 of the bits: a removal names the code by it.
    digest = models.BinaryField(max_length=32, unique=True)
    quality = models.SmallIntegerField(null=True)
    # True once a contest was upheld: it is no longer compared.
    is_suspended = models.BooleanField(default=False)

    class Meta:
        """Name of the table."""

        db_table = "imported_code"


class ListingRow(models.Model):
    """That one partner lists one code, and what it says of it."""

    pk = models.CompositePrimaryKey("code_id", "partner_id")
    code = reference("store.ImportedRow", db_index=False)
    partner = reference("store.PartnerRow")
    label = word_field()
    opinions = models.JSONField()

    class Meta:
        """Name of the table."""

        db_table = "imported_listing"


class RemovedRow(models.Model):
    """A code that a partner removed for good: a digest that only that partner's key makes, so that it tells nothing."""

    id = id_field()
    partner = reference("store.PartnerRow", db_index=False)
    digest = models.BinaryField(max_length=32)

    class Meta:
        """Name of the table; a code is removed once."""

        db_table = "imported_removed"
        constraints: ClassVar = [models.UniqueConstraint(fields=["partner", "digest"], name="removed_once")]


class SuspendedRow(models.Model):
    """A code whose contest was upheld: a digest that only the workspace's own key makes."""

    id = id_field()
    digest = models.BinaryField(max_length=32, unique=True)
    suspended_by = reference("store.User", db_index=False)
    suspended_at = models.DateTimeField()

    class Meta:
        """Name of the table."""

        db_table = "code_suspended"


class SentRow(models.Model):
    """A code that a partner was given, by its sealed digest: whose it was is not written."""

    id = id_field()
    partner = reference("store.PartnerRow")
    digest_sealed = sealed_field()
    # What the partner was told last.
    label = word_field()

    class Meta:
        """Name of the table."""

        db_table = "code_sent"
