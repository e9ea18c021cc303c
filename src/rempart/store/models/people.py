"""Who works here, who owns, by which right, and what she allowed."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import models

from rempart.store.models.fields import id_field, optional_sealed_field, reference, sealed_field, word_field


class WorkspaceRow(models.Model):
    """One row: which workspace this database belongs to."""

    id = id_field()
    created_at = models.DateTimeField()
    is_shared = models.BooleanField()
    # A text sealed by this workspace's keys: keys of another workspace do not open it.
    key_check = sealed_field()

    class Meta:
        """Name of the table."""

        db_table = "workspace"


class User(AbstractBaseUser):
    """``AUTH_USER_MODEL`` from the first migration on: it cannot be exchanged later."""

    id = id_field()
    name_sealed = sealed_field()
    name_index = models.BinaryField(unique=True, max_length=32)
    role = word_field()
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField()

    USERNAME_FIELD = "id"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        """Name of the table."""

        db_table = "user_account"


class OwnerRow(models.Model):
    """Somebody whose pictures are protected."""

    id = id_field()
    name_sealed = sealed_field()
    name_index = models.BinaryField(unique=True, max_length=32)
    contact_sealed = optional_sealed_field()
    ground = reference("store.GroundRow")
    registered_by = reference("store.User")
    registered_at = models.DateTimeField()

    class Meta:
        """Name of the table."""

        db_table = "owner"


class GroundRow(models.Model):
    """A right as it was written down; never changed but for its acceptance."""

    id = id_field()
    depicts = word_field(blank=True)
    kind = word_field(blank=True)
    adults_when_taken = models.BooleanField()
    stated_by = reference("store.User")
    stated_at = models.DateTimeField()
    accepted_by = reference("store.User", null=True)
    accepted_at = models.DateTimeField(null=True)

    class Meta:
        """Name of the table."""

        db_table = "ground"


class ConsentRow(models.Model):
    """One thing that was allowed, with the text that was shown."""

    id = id_field()
    owner = reference("store.OwnerRow")
    asset = reference("store.AssetRow", null=True)
    scope = word_field()
    text_version = models.CharField(max_length=64)
    text = models.TextField()
    given_at = models.DateTimeField()
    recorded_by = reference("store.User")
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        """Name of the table."""

        db_table = "consent"
