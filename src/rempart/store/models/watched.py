"""Places that are watched, what is asked of them next, what is known of their threads; and launch plans."""

from __future__ import annotations

from typing import ClassVar, Final

from django.db import models

from rempart.store.models.fields import id_field, optional_sealed_field, reference, sealed_field, word_field

_DIGEST_LENGTH: Final = 32
_WAITING: Final = models.Q(state="waiting")


class PlanRow(models.Model):
    """A launch: identifiers of what is watched around it, and of copies that were handed out before."""

    id = id_field()
    title_sealed = sealed_field()
    date = models.DateField()
    begins = models.DateField()
    by = reference("store.User", db_index=False)
    queries_sealed = sealed_field()
    sources = models.JSONField()
    decoys = models.JSONField()
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        """Name of the table."""

        db_table = "launch_plan"


class SourceRow(models.Model):
    """A place that is watched, with who answers for it; of people only what they consented to, or a case needs."""

    id = id_field()
    kind = word_field()
    # Its kind and its one form, by which it is found again.
    place_sealed = sealed_field()
    place_index = models.BinaryField(max_length=_DIGEST_LENGTH, unique=True)
    state = word_field()
    every_s = models.BigIntegerField()
    depth = models.IntegerField()
    authorised_by = reference("store.User", db_index=False)
    why_sealed = sealed_field()
    until = models.DateTimeField()
    article14 = word_field()
    owner = reference("store.OwnerRow", null=True)
    case = reference("store.CaseRow", null=True)
    plan = reference("store.PlanRow", null=True)
    added_at = models.DateTimeField()
    due_at = models.DateTimeField()
    visited_at = models.DateTimeField(null=True)
    health = word_field()
    health_until = models.DateTimeField(null=True)
    engine = word_field(blank=True)
    mirror_group = models.CharField(max_length=64, blank=True)
    cursor_sealed = optional_sealed_field()
    pages = models.BigIntegerField(default=0)
    posts = models.BigIntegerField(default=0)
    media = models.BigIntegerField(default=0)
    sightings = models.BigIntegerField(default=0)
    requests = models.BigIntegerField(default=0)
    # Of these, at the visit that goes on, by all who visit.
    visit_requests = models.BigIntegerField(default=0)
    stopped = models.BigIntegerField(default=0)
    ended_at = models.DateTimeField(null=True)
    # None until it ends.
    expires_at = models.DateTimeField(null=True, db_index=True)

    class Meta:
        """Name of the table; those that are due are found by an index."""

        db_table = "source"
        indexes: ClassVar = [models.Index(fields=["due_at"], name="source_due", condition=models.Q(state="active"))]


class ThreadRow(models.Model):
    """One thread: digests of posts, never a word of it, and nobody who wrote there."""

    id = id_field()
    source = reference("store.SourceRow", db_index=False)
    # Nothing once it is frozen: its address is then in the outbox of referrals alone.
    url_sealed = optional_sealed_field()
    url_index = models.BinaryField(max_length=_DIGEST_LENGTH)
    # Half a digest each (16 bytes).
    last_post = models.BinaryField(max_length=_DIGEST_LENGTH)
    changed_at = models.DateTimeField(null=True)
    tail_sealed = optional_sealed_field()
    tail_posts = models.BinaryField()
    posts = models.BigIntegerField(default=0)
    is_frozen = models.BooleanField(default=False)
    # By which mirrors are found.
    signature = models.BinaryField(null=True)
    media_codes = models.BinaryField(null=True)
    opened_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        """Name of the table; a source has a thread once."""

        db_table = "watched_thread"
        constraints: ClassVar = [models.UniqueConstraint(fields=["source", "url_index"], name="thread_once_per_source")]


class FrontierRow(models.Model):
    """Something to ask for, held under a lease while it is asked; afterwards, what became of it."""

    id = id_field()
    source = reference("store.SourceRow", db_index=False)
    ask = word_field()
    # Key, address, page and post (JSON). Nothing once it is frozen, as above.
    what_sealed = optional_sealed_field()
    key_index = models.BinaryField(max_length=_DIGEST_LENGTH)
    host_index = models.BinaryField(max_length=_DIGEST_LENGTH)
    # Titles and names for the gate (JSON); nothing once it was asked.
    context_sealed = optional_sealed_field()
    depth = models.IntegerField()
    urgency = models.SmallIntegerField()
    # By what the line is ordered: urgency, and between temporary media and the rest the pages that pictures wait for.
    place = models.SmallIntegerField()
    run = models.SmallIntegerField()
    # When a temporary address ends; far away for one that lasts, so that both databases order them alike.
    url_ends_at = models.DateTimeField()
    thread = reference("store.ThreadRow", null=True)
    posted_at = models.DateTimeField(null=True)
    state = word_field()
    due_at = models.DateTimeField()
    attempts = models.IntegerField(default=0)
    # It was found anew while somebody asked for it: it is asked for once more.
    is_wanted_again = models.BooleanField(default=False)
    lease_by = models.CharField(max_length=64, blank=True)
    lease_token = models.CharField(max_length=32, blank=True)
    lease_until = models.DateTimeField(null=True)
    status = models.IntegerField(default=0)
    validators_sealed = optional_sealed_field()
    changed_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        """Name of the table; a source asks for a thing once; an index for each question that a claim asks."""

        db_table = "frontier"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["source", "key_index"], name="frontier_once_per_source")
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["place", "url_ends_at", "due_at", "id", "host_index"],
                name="frontier_line",
                condition=_WAITING,
            ),
            models.Index(
                fields=["lease_until"],
                name="frontier_leased",
                condition=_WAITING & models.Q(lease_until__isnull=False),
            ),
            models.Index(fields=["thread"], name="frontier_ahead", condition=_WAITING & models.Q(place=1)),
        ]
