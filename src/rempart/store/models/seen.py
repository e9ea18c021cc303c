"""What a watch found: excerpts inside cases, search results, locators, alerts; and what was stopped and handed over."""

from __future__ import annotations

from typing import ClassVar, Final

from django.db import models

from rempart.store.models.fields import id_field, optional_sealed_field, reference, sealed_field, word_field

_DIGEST_LENGTH: Final = 32
_NAME_LENGTH: Final = 255
#: ``zh-Hant-TW-x-…``: as long as a language tag may be (RFC 5646 §4.4.1).
_LOCALE_LENGTH: Final = 35


class ExcerptRow(models.Model):
    """Redacted words and a pseudonym, under the key of the one case that may read them."""

    id = id_field()
    case = reference("store.CaseRow")
    sighting = reference("store.SightingRow", db_index=False)
    text_sealed = sealed_field()
    pseudonym_sealed = sealed_field()

    class Meta:
        """Name of the table; a case has one of each sighting."""

        db_table = "sighting_excerpt"
        constraints: ClassVar = [models.UniqueConstraint(fields=["sighting", "case"], name="excerpt_once_per_case")]


class SearchHitRow(models.Model):
    """One answer of a search provider."""

    id = id_field()
    source = reference("store.SourceRow")
    provider = models.CharField(max_length=_NAME_LENGTH)
    locale = models.CharField(max_length=_LOCALE_LENGTH, blank=True)
    at = models.DateTimeField()
    url_sealed = sealed_field()
    url_index = models.BinaryField(max_length=_DIGEST_LENGTH, db_index=True)
    position = models.IntegerField(null=True)
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        """Name of the table."""

        db_table = "search_hit"


class LocatorRow(models.Model):
    """A magnet link, an infohash or a content identifier, to be reported."""

    id = id_field()
    source = reference("store.SourceRow", db_index=False)
    kind = word_field()
    value_sealed = sealed_field()
    value_index = models.BinaryField(max_length=_DIGEST_LENGTH)
    page_sealed = sealed_field()
    page_index = models.BinaryField(max_length=_DIGEST_LENGTH, db_index=True)
    seen_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        """Name of the table; a source shows one once."""

        db_table = "locator"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["source", "value_index"], name="locator_once_per_source")
        ]


class AlertRow(models.Model):
    """That somebody should look."""

    id = id_field()
    sighting = models.OneToOneField("store.SightingRow", on_delete=models.PROTECT, related_name="+")
    priority = word_field()
    at = models.DateTimeField(db_index=True)

    class Meta:
        """Name of the table; a sighting is told once."""

        db_table = "alert"


class AlertDoorRow(models.Model):
    """Where an alert goes, and when it went."""

    pk = models.CompositePrimaryKey("alert_id", "door")
    alert = reference("store.AlertRow", db_index=False)
    door = word_field()
    sent_at = models.DateTimeField(null=True)
    # Until when whoever did not take it asked to be left in peace; None if nothing was asked.
    rests_until = models.DateTimeField(null=True)

    class Meta:
        """Name of the table; what was not sent is found by an index."""

        db_table = "alert_door"
        indexes: ClassVar = [
            models.Index(fields=["alert"], name="alert_unsent", condition=models.Q(sent_at__isnull=True))
        ]


class ReferralRow(models.Model):
    """Something that may concern a minor: a keyed digest, and its address only until it was handed over."""

    id = id_field()
    at = models.DateTimeField()
    # Under a key of its own, which no rotation changes: it must be known again when the address is gone.
    url_digest = models.BinaryField(max_length=_DIGEST_LENGTH, unique=True)
    flag = word_field()
    rule = models.CharField(max_length=_NAME_LENGTH)
    source = reference("store.SourceRow", null=True)
    outbox_sealed = optional_sealed_field()
    handed_to = word_field(blank=True)
    receipt_sealed = optional_sealed_field()
    handed_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True, db_index=True)

    class Meta:
        """Name of the table."""

        db_table = "referral"


class FrozenRow(models.Model):
    """A digest of something that is never asked for again, or the signature of a thread that is like it."""

    digest = models.BinaryField(max_length=_DIGEST_LENGTH, primary_key=True)
    kind = word_field()
    signature = models.BinaryField(null=True)
    at = models.DateTimeField()

    class Meta:
        """Name of the table."""

        db_table = "frozen"
