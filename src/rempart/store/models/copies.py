"""Who is given marked copies, what was given, what was concluded of leaks, and decoys."""

from __future__ import annotations

from django.db import models

from rempart.store.models.fields import id_field, optional_sealed_field, reference, sealed_field, word_field

#: Name and version of a mark, its codes and its reading.
_VERSION_LENGTH = 200


class RecipientRow(models.Model):
    """Somebody who is given copies; once she is forgotten, the number alone: it is never given to another."""

    id = id_field()
    # Her place in every codebook.
    number = models.IntegerField(unique=True)
    name_sealed = optional_sealed_field()
    name_index = models.BinaryField(unique=True, max_length=32, null=True)
    ref_sealed = optional_sealed_field()
    ref_index = models.BinaryField(unique=True, max_length=32, null=True)
    group_sealed = optional_sealed_field()
    group_index = models.BinaryField(max_length=32, null=True, db_index=True)
    informed_on = models.DateField(null=True)
    how_sealed = optional_sealed_field()
    added_by = reference("store.User", db_index=False)
    added_at = models.DateTimeField()
    forgotten_at = models.DateTimeField(null=True)

    class Meta:
        """Name of the table."""

        db_table = "recipient"


class CopyRow(models.Model):
    """That a copy was made: no copy is kept."""

    pk = models.CompositePrimaryKey("asset_id", "recipient_id")
    asset = reference("store.AssetRow", db_index=False)
    recipient = reference("store.RecipientRow")
    mark_version = models.CharField(max_length=_VERSION_LENGTH)
    made_by = reference("store.User", db_index=False)
    made_at = models.DateTimeField()

    class Meta:
        """Name of the table."""

        db_table = "marked_copy"


class DecoyRow(models.Model):
    """An asset that exists to show through which channel it leaves."""

    asset = models.OneToOneField("store.AssetRow", on_delete=models.PROTECT, primary_key=True, related_name="+")
    given_to_sealed = sealed_field()
    note_sealed = sealed_field()
    added_by = reference("store.User", db_index=False)
    added_at = models.DateTimeField()

    class Meta:
        """Name of the table."""

        db_table = "decoy"


class TraceRow(models.Model):
    """What was concluded, and of the leak that is registered best: what was stated and which file it was are sealed."""

    id = id_field()
    asset = reference("store.AssetRow", null=True)
    verdict = word_field()
    surfaced_at = word_field()
    purpose_sealed = sealed_field()
    leak_sealed = sealed_field()
    recipients = models.IntegerField()
    # Identifier, score, bound of each.
    accused = models.JSONField()
    tested_recipients = models.IntegerField()
    tests = models.BigIntegerField()
    threshold = models.FloatField()
    expected_score = models.FloatField()
    registration_quality = models.FloatField()
    region = models.JSONField()
    code_version = models.CharField(max_length=_VERSION_LENGTH)
    by = reference("store.User", db_index=False)
    at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        """Name of the table."""

        db_table = "leak_trace"


class TracedLeakRow(models.Model):
    """One more leak of a trace, beside the one that is registered best; it goes with its trace."""

    pk = models.CompositePrimaryKey("trace_id", "number")
    trace = reference("store.TraceRow", db_index=False)
    # From 1 on: 0 is in the row of the trace.
    number = models.IntegerField()
    asset = reference("store.AssetRow", null=True)
    leak_sealed = sealed_field()
    quality = models.FloatField()
    region = models.JSONField()

    class Meta:
        """Name of the table."""

        db_table = "traced_leak"
