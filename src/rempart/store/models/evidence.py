"""Cases, their evidence, who can open it, what happened to it, and what was asked of it.

Sealed values here are sealed under the key of the case or of the item that they are about, outside the database: when
that key is destroyed, they are gone, in backups too.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from rempart.model.ids import ID_LENGTH
from rempart.store.models.fields import id_field, optional_sealed_field, reference, sealed_field, word_field

_HASH_LENGTH = 32
#: ``age1`` and 58 letters.
_AGE_LENGTH = 80


class CaseRow(models.Model):
    """What evidence is gathered for, and by what right."""

    id = id_field()
    owner = reference("store.OwnerRow")
    ground = word_field()
    note_sealed = sealed_field()
    # What stands for the case in public is a digest under this salt.
    salt_sealed = sealed_field()
    state = word_field()
    shows_addresses = models.BooleanField()
    opened_by = reference("store.User", db_index=False)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        """Name of the table."""

        db_table = "evidence_case"


class EvidenceRow(models.Model):
    """One item of a case; once it is erased, its place, the digest of its sums and a signed tombstone."""

    id = id_field()
    case = reference("store.CaseRow", db_index=False)
    seq = models.IntegerField()
    kind = word_field()
    tie = word_field()
    tied_to = models.CharField(max_length=ID_LENGTH)
    state = word_field()
    label_sealed = optional_sealed_field()
    # What its package is made of, until it is made.
    draft_sealed = optional_sealed_field()
    # The secret key that opens it, under the case's key, under its own.
    identity_sealed = optional_sealed_field()
    sums_sha256 = models.BinaryField(max_length=_HASH_LENGTH)
    recorded_by = reference("store.User", db_index=False)
    recorded_at = models.DateTimeField()
    erased_at = models.DateTimeField(null=True)
    tombstone = models.BinaryField()
    tombstone_seal = models.BinaryField()

    class Meta:
        """Name of the table; a place in a case is taken once."""

        db_table = "evidence_item"
        constraints: ClassVar = [models.UniqueConstraint(fields=["case", "seq"], name="evidence_place_once")]


class EvidenceRecipientRow(models.Model):
    """Somebody to whom what is sealed is encrypted: in one case, or in all."""

    id = id_field()
    label_sealed = sealed_field()
    label_index = models.BinaryField(max_length=_HASH_LENGTH)
    age_recipient = models.CharField(max_length=_AGE_LENGTH)
    purpose = word_field()
    case = reference("store.CaseRow", null=True)
    added_by = reference("store.User", db_index=False)
    added_at = models.DateTimeField()

    class Meta:
        """Name of the table."""

        db_table = "evidence_recipient"


class CustodyRow(models.Model):
    """Who did what, when and why; nothing changes it."""

    id = id_field()
    case = reference("store.CaseRow", db_index=False)
    number = models.IntegerField()
    item = reference("store.EvidenceRow", null=True)
    kind = word_field()
    by = reference("store.User", db_index=False)
    second = reference("store.User", null=True, db_index=False)
    why_sealed = optional_sealed_field()
    to_sealed = optional_sealed_field()
    at = models.DateTimeField()

    class Meta:
        """Name of the table; what happened in a case has an order."""

        db_table = "custody_event"
        constraints: ClassVar = [models.UniqueConstraint(fields=["case", "number"], name="custody_in_order")]


class HoldRow(models.Model):
    """A named decision that nothing of a case is erased, until a day."""

    id = id_field()
    case = reference("store.CaseRow")
    why_sealed = sealed_field()
    by = reference("store.User", db_index=False)
    at = models.DateTimeField()
    until = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        """Name of the table."""

        db_table = "legal_hold"


class ErasureRow(models.Model):
    """That somebody asked for an item to be erased, and what became of it."""

    id = id_field()
    item = reference("store.EvidenceRow")
    why_sealed = sealed_field()
    by = reference("store.User", db_index=False)
    at = models.DateTimeField()
    due_at = models.DateTimeField()
    cancelled_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)

    class Meta:
        """Name of the table."""

        db_table = "erasure_request"


class HandOffRow(models.Model):
    """Who was given a dossier, and which items were in it: whom to tell of an erasure (GDPR article 19)."""

    id = id_field()
    case = reference("store.CaseRow")
    to_sealed = sealed_field()
    items = models.JSONField()
    by = reference("store.User", db_index=False)
    at = models.DateTimeField()

    class Meta:
        """Name of the table."""

        db_table = "evidence_handoff"


class EvidenceCertificatesRow(models.Model):
    """Certificates that seal packages, or stamp them locally: public; the latest of its kind is in use."""

    id = id_field()
    kind = word_field()
    generation = models.IntegerField()
    pem = models.TextField()
    made_at = models.DateTimeField()

    class Meta:
        """Name of the table."""

        db_table = "evidence_certificates"
