"""Something seen in a watched place: where, when, which asset it resembles; and positions in search results."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from enum import StrEnum

from rempart.model.collected import ReferenceKind
from rempart.model.ids import CaseId, LocatorId, SightingId, SourceId, ThreadId
from rempart.model.match import Match


@dataclass(frozen=True, slots=True, kw_only=True)
class Excerpt:
    """What may be kept of a post's words and of its author, inside one case whose ground is recorded."""

    case: CaseId
    """Whose key seals it."""
    text: str = field(repr=False)
    """Redacted: names, handles, phones and e-mails are masked."""
    pseudonym: str = field(default="", repr=False)
    """Of the author, keyed with the case: the same only within it; empty for a guest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSighting:
    """Media of a watched place that match something registered."""

    source: SourceId
    """Seen through which source."""
    media_url: str = field(repr=False)
    """Where the media are."""
    page_url: str = field(repr=False)
    """On which page."""
    thread: ThreadId | None = None
    """In which thread."""
    post: str = field(default="", repr=False)
    """What the engine calls the post; empty outside one."""
    posted_at: dt.datetime | None = None
    """When it was written, if the page says it."""
    matches: tuple[Match, ...]
    """At least one; ``suspect`` is the media's address."""
    media_type: str
    """What the media are, by their first bytes."""
    excerpts: tuple[Excerpt, ...] = ()
    """One for each open case of an owner whose asset it shows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """A sighting, as it is stored."""

    id: SightingId
    """Random."""
    seen: NewSighting
    """What was seen; its matches are those that are still looked for."""
    seen_at: dt.datetime
    """First."""
    seen_again_at: dt.datetime
    """Last."""
    gone_at: dt.datetime | None = None
    """When the host said 404 or 410; None if it did not."""
    status: int = 0
    """What it said then."""


class PositionKnown(StrEnum):
    """Whether a position in search results is known: unknown is a value."""

    KNOWN = "known"
    UNKNOWN = "unknown"
    """The provider answered, and gave no order or not all results."""
    ABSENT = "absent"
    """It was among none of the results that were given."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchHit:
    """One answer of a search provider to one query."""

    source: SourceId
    """The query."""
    provider: str
    """Who answered: ``brave``, ``searxng:host``."""
    locale: str
    """In which language and country it was asked, as ``fr-FR``; empty if none was said."""
    at: dt.datetime
    """When."""
    url: str = field(repr=False)
    """What was found."""
    position: int | None
    """From 1, over all pages; None if unknown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Locator:
    """A magnet link, an infohash or a content identifier: to be reported, never joined, fetched or looked up."""

    id: LocatorId
    """Random."""
    source: SourceId
    """Found through which source."""
    kind: ReferenceKind
    """One of :data:`rempart.model.collected.LOCATORS`."""
    value: str = field(repr=False)
    """The locator."""
    page_url: str = field(repr=False)
    """On which page."""
    seen_at: dt.datetime
    """When."""
