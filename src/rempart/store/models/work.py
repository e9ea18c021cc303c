"""Jobs with leases; events and the access trace, to which rows are only added (triggers in the first migration)."""

from __future__ import annotations

from typing import ClassVar, Final

from django.db import models

from rempart.store.models.fields import id_field, word_field

_IN_LINE: Final = models.Q(state="queued", turn__isnull=False, lease_until__isnull=True)
_WAITING: Final = models.Q(state="queued", turn__isnull=True)
_PLACED: Final = models.Q(turn__isnull=False)
_LEASED: Final = models.Q(state="queued", lease_until__isnull=False)


class JobRow(models.Model):
    """One piece of work that must not be lost."""

    id = id_field()
    kind = word_field()
    key = models.CharField(max_length=200, unique=True)
    # For whom: jobs of one owner do not keep those of another waiting. An identifier, never a name.
    lane = models.CharField(max_length=64, blank=True)
    # Its place in the line; none until it is due.
    turn = models.BigIntegerField(null=True)
    payload = models.JSONField()
    state = word_field()
    attempts = models.IntegerField(default=0)
    max_attempts = models.IntegerField()
    due_at = models.DateTimeField()
    lease_by = models.CharField(max_length=64, blank=True)
    lease_token = models.CharField(max_length=32, blank=True)
    lease_until = models.DateTimeField(null=True)
    reason = models.TextField(blank=True)
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        """Name of the table; a partial index for each question that a claim asks (:mod:`rempart.store.line`)."""

        db_table = "job"
        indexes: ClassVar = [
            models.Index(fields=["kind", "turn", "id"], name="job_line", condition=_IN_LINE),
            models.Index(fields=["due_at"], name="job_waiting", condition=_WAITING & models.Q(attempts=0)),
            models.Index(fields=["due_at"], name="job_retry", condition=_WAITING & models.Q(attempts__gt=0)),
            models.Index(fields=["lease_until"], name="job_leased", condition=_LEASED),
            models.Index(fields=["lane", "turn"], name="job_lane", condition=_PLACED),
            models.Index(fields=["turn"], name="job_begun", condition=_PLACED & models.Q(attempts__gt=0)),
        ]


class EventRow(models.Model):
    """Something that happened; never changed, deleted only after its end."""

    id = id_field()
    at = models.DateTimeField(db_index=True)
    actor = models.CharField(max_length=64)
    kind = word_field()
    subject = models.CharField(max_length=64, db_index=True)
    detail = models.JSONField()
    expires_at = models.DateTimeField(null=True)

    class Meta:
        """Name of the table."""

        db_table = "event"


class AccessRow(models.Model):
    """Who opened what, when and why; never changed, deleted only after its end."""

    id = id_field()
    at = models.DateTimeField(db_index=True)
    actor = models.CharField(max_length=64)
    purpose = word_field()
    subject = models.CharField(max_length=64, db_index=True)
    count = models.IntegerField()
    expires_at = models.DateTimeField()

    class Meta:
        """Name of the table."""

        db_table = "access_trace"
