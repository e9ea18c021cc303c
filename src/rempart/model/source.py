"""Places that are watched: what each one is, who answers for watching it, until when, and how it goes."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from rempart.model.ids import CaseId, OwnerId, PlanId, SourceId, UserId


class SourceKind(StrEnum):
    """What is watched: places, and of people only what they publish under a name that consents or a case."""

    PAGE = "page"
    """A page of a forum or of a site, and what it leads to."""
    FEED = "feed"
    """RSS or Atom."""
    SITEMAP = "sitemap"
    MASTODON = "mastodon"
    """The public posts of one account."""
    BLUESKY = "bluesky"
    """The public posts of one account."""
    TELEGRAM = "telegram"
    """One message that was reported: its public embed page."""
    SEARCH = "search"
    """What a search engine answers to a query."""
    FOLDER = "folder"
    """A folder of this machine."""
    LIST = "list"
    """A file of this machine with an address on each line."""
    WARC = "warc"
    """A web archive of this machine."""


#: They speak of one person: her consent or a case is needed, and they end within :data:`PERSON_DAYS_MOST`.
ACCOUNTS: Final = frozenset({SourceKind.MASTODON, SourceKind.BLUESKY})
#: They are on this machine: nothing is fetched.
LOCAL: Final = frozenset({SourceKind.FOLDER, SourceKind.WARC})
#: Days after which a source ends that speaks of a person.
PERSON_DAYS_MOST: Final = 30


class SourceState(StrEnum):
    """Whether a source is watched."""

    ACTIVE = "active"
    ENDED = "ended"
    """By a person, or its day has come."""


class Article14(StrEnum):
    """What was decided about informing those whose data a source shows (GDPR article 14)."""

    PUBLIC_NOTICE = "public_notice"
    """Informing each would be out of proportion: a public notice says what is watched (14(5)(b))."""
    WOULD_DEFEAT = "would_defeat"
    """Informing would seriously impair the purpose: evidence would go (14(5)(b))."""
    INFORMED = "informed"
    """Those concerned were told."""
    NO_PERSONAL_DATA = "no_personal_data"
    """What is watched shows nobody's data."""


class Health(StrEnum):
    """How the last visit of a source went."""

    NEW = "new"
    """It was not visited yet."""
    WELL = "well"
    ROBOTS = "robots"
    LOGIN_WALL = "login_wall"
    CHALLENGE = "challenge"
    AGE_WALL = "age_wall"
    RATE_LIMITED = "rate_limited"
    OVERLOADED = "overloaded"
    LEGAL = "legal"
    BUDGET = "budget"
    GONE = "gone"
    UNREACHABLE = "unreachable"
    REFUSED = "refused"
    """Its address is one that is never asked: not public, another port, a redirect to such a one."""
    NOT_READ = "not_read"
    """It answered with something that cannot be read."""
    INVITE_ONLY = "invite_only"
    """It is open to invited people only: no invitation is accepted."""
    STOPPED = "stopped"
    """It may concern minors: nothing of it is asked for any more."""
    MISSING = "missing"
    """The folder or file is not there."""

    def in_words(self) -> str:
        """Say it to a person, in English."""
        return _HEALTH_WORDS[self][0]

    @property
    def what_a_person_can_do(self) -> str:
        """Say what helps, in English: never a way around. Empty where nothing is wrong."""
        return _HEALTH_WORDS[self][1]


_HEALTH_WORDS: Final = {
    Health.NEW: ("not visited yet", "rempart watch --once"),
    Health.WELL: ("well", ""),
    Health.ROBOTS: (
        "its robots.txt does not allow it",
        "Ask its operator; for one reported address that a person answers for: rempart net authorise.",
    ),
    Health.LOGIN_WALL: (
        "it asks for an account",
        "Rempart never logs in. Ask a partner or an authority that may see it, or those who report from inside.",
    ),
    Health.CHALLENGE: ("it asks for a proof that a person is there", "Look at it yourself, or ask its operator."),
    Health.AGE_WALL: ("it asks for an age first", "Look at it yourself: Rempart answers no such question."),
    Health.RATE_LIMITED: ("it says that it is asked too often", "Wait: it is asked again later, and more slowly."),
    Health.OVERLOADED: ("it cannot answer just now", "Wait: it is asked again later."),
    Health.LEGAL: ("it says that a law or a court forbids it", "Read its answer; ask a lawyer before anything else."),
    Health.BUDGET: ("what may be asked of it in a day is spent", "It goes on tomorrow (UTC), or watch less of it."),
    Health.GONE: ("it is not there any more", "If that was achieved, end it: rempart source end."),
    Health.UNREACHABLE: ("it cannot be reached", "Wait: it is tried again. If it stays away for days, end it."),
    Health.REFUSED: ("it leads where nothing is ever asked", "Correct the address: rempart source add."),
    Health.NOT_READ: ("what it answers cannot be read", "Name another page of it, or its feed."),
    Health.INVITE_ONLY: (
        "it is open to invited people only",
        "No invitation is accepted, and no channel joined: ask somebody who is inside, or an authority.",
    ),
    Health.STOPPED: ("it may concern minors", "Hand it over: rempart referral list. Nothing of it is asked for."),
    Health.MISSING: ("the folder or file is not there", "Mount it, or end the source: rempart source end."),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What a source is, as a person wrote it and in its one form."""

    kind: SourceKind
    """What it is."""
    text: str = field(repr=False)
    """Its one form: an address, ``@user@host``, a handle, a query, an absolute path."""

    @property
    def key(self) -> str:
        """Return what makes it the same source."""
        return f"{self.kind}:{self.text}"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSource:
    """A source that is to be watched: who answers for it is part of it."""

    place: Place
    """What is watched."""
    every: dt.timedelta
    """How often."""
    depth: int
    """How many links deep from its first page; 0 is that page and its media alone."""
    authorised_by: UserId
    """Who answers for watching it."""
    why: str = field(repr=False)
    """Why, in that person's words."""
    until: dt.datetime
    """Until when."""
    article14: Article14
    """What was decided about informing those concerned."""
    owner: OwnerId | None = None
    """Who consents, if it speaks of a person."""
    case: CaseId | None = None
    """For which case, if it speaks of a person. No request and no log carries it."""
    plan: PlanId | None = None
    """Of which launch plan it is part."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceTally:
    """What was seen of a source since it was added: counts, of nobody."""

    pages: int = 0
    posts: int = 0
    """New ones."""
    media: int = 0
    """Fetched and compared."""
    sightings: int = 0
    """That matched."""
    requests: int = 0
    stopped: int = 0
    """Pages, threads and media that may concern minors: not asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A source, as it is stored."""

    id: SourceId
    """Random."""
    new: NewSource
    """What it is, and who answers for it."""
    state: SourceState
    """Whether it is watched."""
    added_at: dt.datetime
    """Since when."""
    due_at: dt.datetime
    """When it is visited next."""
    visited_at: dt.datetime | None = None
    """When it was visited last."""
    health: Health = Health.NEW
    """How that went."""
    health_until: dt.datetime | None = None
    """When it is worth asking again, if that is known."""
    engine: str = ""
    """What was recognised, a word of :class:`rempart.model.collected.Engine`; empty before the first page."""
    mirror_group: str = ""
    """Shared by sources that show the same content; empty if it is like no other."""
    cursor: str = field(default="", repr=False)
    """Up to where a channel was read; empty from its newest."""
    tally: SourceTally = SourceTally()
    """What was seen."""

    def is_due(self, now: dt.datetime) -> bool:
        """Tell whether it is to be visited."""
        return self.state is SourceState.ACTIVE and self.due_at <= now < self.new.until
