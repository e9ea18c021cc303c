"""What a watch tells as it goes: one frozen value for each thing that happens."""

from __future__ import annotations

from dataclasses import dataclass, field

from rempart.model.alert import Alert
from rempart.model.ids import SightingId
from rempart.model.match import Match
from rempart.model.referral import FlagSource
from rempart.model.source import Health, Source


@dataclass(slots=True, kw_only=True)
class WatchTally:
    """Counts that grow as a watch goes on."""

    sources: int = 0
    """Visited."""
    requests: int = 0
    """Answered or not, those for a robots.txt aside."""
    pages: int = 0
    """Read."""
    posts: int = 0
    """That were new."""
    media: int = 0
    """Fetched and compared."""
    unchanged: int = 0
    """Pages and media that were as before."""
    unreadable: int = 0
    """Pages and media that gave nothing."""
    videos: int = 0
    """References to videos, which are not asked for."""
    matched: int = 0
    """Media that match something."""
    new: int = 0
    """Of these, ones that were not seen there before."""
    sealed: int = 0
    """Of these, ones whose place may not be shown yet."""
    listed: int = 0
    """Media that a partner lists: no match by itself."""
    gone: int = 0
    """Addresses that are not there any more."""
    stopped: int = 0
    """That may concern minors: not asked for."""
    blocked: int = 0
    """Addresses behind a wall, or that a robots.txt does not allow."""
    seconds: float = 0.0
    """Since it began."""
    interrupted: bool = False
    """True if it was not finished."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceBegun:
    """A source is visited."""

    source: Source
    """Which."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceEnded:
    """A source is not watched any more."""

    source: Source
    """Which."""
    why: str
    """In English."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthChanged:
    """A source is otherwise than at its last visit."""

    source: Source
    """Which, as it was."""
    health: Health
    """How it is now."""
    words: str
    """In English."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighted:
    """Something matched, and it is written."""

    sighting: SightingId
    """Its identifier."""
    matches: tuple[Match, ...] = field(repr=False)
    """Those that may be shown; empty if none may."""
    page_url: str = field(repr=False)
    """On which page; empty if that may not be shown."""
    is_new: bool
    """False if it was seen there before."""
    alert: Alert | None
    """What was raised; None if nothing was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoppedAt:
    """Something may concern a minor: nothing of it is asked for, and it waits to be handed over."""

    flag: FlagSource
    """What raised the flag."""
    rule: str
    """Which rule."""


WatchEvent = SourceBegun | SourceEnded | HealthChanged | Sighted | StoppedAt
