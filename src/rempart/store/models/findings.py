"""What was seen: scans, sightings, matches. Only what matched is kept; addresses are sealed."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from rempart.store.models.fields import id_field, optional_sealed_field, reference, sealed_field, word_field


class ScanRow(models.Model):
    """One pass over a pile, which goes on where it was cut."""

    id = id_field()
    # Which pile and which options: sealed, and an index that finds it again without telling anybody.
    work_sealed = sealed_field()
    work_index = models.BinaryField(max_length=32, db_index=True)
    state = word_field()
    place_sealed = optional_sealed_field()
    tally = models.JSONField()
    started_by = reference("store.User")
    started_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        """Name of the table."""

        db_table = "scan"


class ScanSkipRow(models.Model):
    """Something that a scan did not compare: its name is sealed."""

    pk = models.CompositePrimaryKey("scan_id", "number")
    scan = reference("store.ScanRow", db_index=False)
    number = models.IntegerField()
    skipped_sealed = sealed_field()

    class Meta:
        """Name of the table."""

        db_table = "scan_skipped"


class SightingRow(models.Model):
    """One thing seen at one instant that resembles an asset."""

    id = id_field()
    source = reference("store.SourceRow", null=True, db_index=False)
    scan = reference("store.ScanRow", null=True, db_index=False)
    number = models.IntegerField()
    place_sealed = sealed_field()
    # The same place seen twice is one hit.
    place_index = models.BinaryField(max_length=32)
    width = models.IntegerField()
    height = models.IntegerField()
    seen_at = models.DateTimeField()
    # What follows is of watched places alone.
    page_sealed = optional_sealed_field()
    page_index = models.BinaryField(max_length=32, null=True, db_index=True)
    media_type = word_field(blank=True)
    thread = reference("store.ThreadRow", null=True)
    post_sealed = optional_sealed_field()
    posted_at = models.DateTimeField(null=True)
    seen_again_at = models.DateTimeField(null=True)
    gone_at = models.DateTimeField(null=True)
    status = models.IntegerField(default=0)
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        """Name of the table; a scan sees each item once, a watched place shows each address once."""

        db_table = "sighting"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["scan", "number"], name="sighting_once_per_scan"),
            models.UniqueConstraint(fields=["source", "place_index"], name="sighting_once_per_source"),
        ]


class MatchRow(models.Model):
    """All clues that tie a sighting to an asset."""

    id = id_field()
    asset = reference("store.AssetRow")
    sighting = reference("store.SightingRow", db_index=False)
    score = models.FloatField()
    false_match_bound = models.FloatField(null=True)
    region = models.JSONField(null=True)
    overlap = models.FloatField(null=True)
    homography = models.JSONField(null=True)
    clues = models.JSONField()

    class Meta:
        """Name of the table; a sighting matches an asset once."""

        db_table = "match_found"
        constraints: ClassVar = [models.UniqueConstraint(fields=["sighting", "asset"], name="match_once")]
