"""What was signed, and under which certificates: all of it was given out in a file, so nothing here is sealed."""

from __future__ import annotations

from django.db import models

from rempart.model.fingerprint import CODE_BYTES
from rempart.store.models.fields import id_field, reference

_LABEL_LENGTH = 256
#: Name and version of a mark, or of what makes codes.
_VERSION_LENGTH = 200


class ManifestRow(models.Model):
    """The manifest of one signed picture, and a code by which a stripped copy finds it."""

    id = id_field()
    # Nothing if the picture is not registered; then, and only then, the row has an end of its own.
    asset = reference("store.AssetRow", null=True)
    label = models.CharField(max_length=_LABEL_LENGTH)
    manifest = models.BinaryField()
    # Empty, nothing and nothing if the picture has too little detail.
    code_version = models.CharField(max_length=_VERSION_LENGTH)
    code_bits = models.BinaryField(max_length=CODE_BYTES, null=True)
    code_quality = models.IntegerField(null=True)
    mark_version = models.CharField(max_length=_VERSION_LENGTH)
    signed_by = reference("store.User", db_index=False)
    signed_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, db_index=True)

    class Meta:
        """Name of the table."""

        db_table = "signed_manifest"


class CertificatesRow(models.Model):
    """A signer's certificate and its authority's, without any key; the latest ones sign."""

    id = id_field()
    pem = models.TextField()
    made_at = models.DateTimeField()

    class Meta:
        """Name of the table."""

        db_table = "signing_certificates"
