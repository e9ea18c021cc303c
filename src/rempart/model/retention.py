"""What ends, and the proof that it did: kinds of rows with an end, and runs of the job that deletes them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class RowClass(StrEnum):
    """Kinds of rows that end by themselves, in the order in which they are deleted: what refers goes first."""

    SIGHTING = "sighting"
    """Something seen that resembled an asset, with its matches."""
    SCAN = "scan"
    """One pass over a pile, with the names of what it did not compare."""
    ACCESS = "access"
    """Who opened what."""
    EVENT = "event"
    """What happened."""
    JOB = "job"
    """A job that is done or given up."""
    CONSENT = "consent"
    """A consent for what is no longer registered."""
    TOMBSTONE = "tombstone"
    """What is left of a withdrawn asset."""
    GROUND = "ground"
    """A right to which nothing refers any more."""
    HOST = "host"
    """A host that is no longer asked."""
    ROBOTS = "robots"
    """A copy of a robots.txt."""
    AUTHORISATION = "authorisation"
    """That a person answered for one address."""
    TRACE = "trace"
    """What was concluded of a leak."""
    MANIFEST = "manifest"
    """The manifest of a signed picture that is not registered."""
    SEARCH_HIT = "search_hit"
    """One answer of a search provider."""
    LOCATOR = "locator"
    """A magnet link, an infohash or a content identifier."""
    FRONTIER = "frontier"
    """Something that was, or was to be, asked of a watched place."""
    THREAD = "thread"
    """What is known of a thread."""
    SOURCE = "source"
    """A watched place, after its end."""
    PLAN = "plan"
    """A launch plan, after its end."""
    REFERRAL = "referral"
    """A hand-off record, after it was handed over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionTerms:
    """How long rows are kept whose end is not written in them."""

    jobs: dt.timedelta
    """After they are done or given up."""
    tombstones: dt.timedelta
    """After the erasure is proved; rights to which nothing refers, after they were stated."""
    consents: dt.timedelta
    """After the last asset that they were for was withdrawn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassState:
    """What is stored of one kind of row."""

    row_class: RowClass
    """Which kind."""
    kept: int
    """How many there are."""
    past_end: int
    """How many of them should be gone."""
    oldest: dt.datetime | None
    """Since when the oldest one is there; None if there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionRun:
    """One run of the job that deletes what is past its end, as the journal proves it."""

    at: dt.datetime
    """When."""
    actor: str
    """Who asked for it: a user's identifier, or ``system``."""
    deleted: Mapping[RowClass, int]
    """How many rows went, by kind."""
    files_cleaned: bool
    """Whether what was deleted has left every file of the database."""
