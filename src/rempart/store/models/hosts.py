"""Hosts that are asked politely: when they may be asked next, their robots.txt, and for what a person answers."""

from __future__ import annotations

from django.db import models

from rempart.store.models.fields import id_field, reference, sealed_field, word_field


class HostRow(models.Model):
    """What is remembered of a host between two requests."""

    id = id_field()
    name_sealed = sealed_field()
    name_index = models.BinaryField(unique=True, max_length=32)
    next_at = models.DateTimeField(null=True)
    crawl_delay_s = models.FloatField(default=0.0)
    penalty_s = models.FloatField(default=0.0)
    strikes = models.IntegerField(default=0)
    paused_until = models.DateTimeField(null=True)
    lease_token = models.CharField(max_length=32, blank=True)
    lease_until = models.DateTimeField(null=True)
    lease_bytes = models.BigIntegerField(default=0)
    # Of the two counts (UTC).
    day = models.DateField(null=True)
    requests = models.IntegerField(default=0)
    wire_bytes = models.BigIntegerField(default=0)
    changed_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        """Name of the table."""

        db_table = "host"


class RobotsRow(models.Model):
    """A copy of the lines of a robots.txt that concern us."""

    id = id_field()
    origin_sealed = sealed_field()
    origin_index = models.BinaryField(unique=True, max_length=32)
    verdict = word_field()
    rules_sealed = sealed_field()
    # They may name the host.
    remarks_sealed = sealed_field()
    read_at = models.DateTimeField()
    until = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        """Name of the table."""

        db_table = "robots_copy"


class AuthorisationRow(models.Model):
    """That a named person answers for asking for one address in spite of a robots.txt."""

    id = id_field()
    url_sealed = sealed_field()
    url_index = models.BinaryField(max_length=32, db_index=True)
    reason_sealed = sealed_field()
    basis_sealed = sealed_field()
    by = reference("store.User", db_index=False)
    given_at = models.DateTimeField()
    until = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)
    uses = models.IntegerField(default=0)
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        """Name of the table."""

        db_table = "authorisation"
