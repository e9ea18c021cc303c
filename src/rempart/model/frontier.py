"""What is to be asked for next: rows with leases, and what became of each."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import Final

from rempart.model.ids import FrontierId, SourceId, ThreadId
from rempart.model.web import Validators

#: Pages of a thread that are read before its pictures, behind the one where reading begins: five hundred posts of most
#: forums. What stands on one of them may say that the pictures of another are not to be asked for. Our own measure.
PAGES_FIRST: Final = 24


class Ask(StrEnum):
    """What is asked for."""

    PAGE = "page"
    MEDIA = "media"


class FrontierState(StrEnum):
    """Where a row stands; that somebody has it is derived from its lease."""

    WAITING = "waiting"
    DONE = "done"
    GONE = "gone"
    """The host said 404 or 410: a tombstone, with its time."""
    BLOCKED = "blocked"
    """A wall, a robots.txt: a page is tried again at the source's next visit, a picture is not."""
    FAILED = "failed"
    """Given up after several attempts, or it can never be asked."""
    FROZEN = "frozen"
    """It may concern minors: never asked for again."""


class Urgency(IntEnum):
    """What goes first; pages that a thread's pictures wait for go before all but temporary media."""

    ENDING = 0
    """Temporary media, the ones that end first before the others."""
    MEDIA = 1
    ROOT = 2
    """The first page of a source."""
    CHANGED = 3
    """The last page of a thread that has something new."""
    NEW = 4
    """The first page of a thread."""
    DEEPER = 5
    """Everything else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewFrontier:
    """Something to ask for, found on a page."""

    ask: Ask
    """A page or media."""
    url: str = field(repr=False)
    """Canonical; of media with a temporary address, as it is signed."""
    key: str = field(repr=False)
    """What makes it the same thing under another address: ``host kind engine_id``, or the canonical address."""
    context: tuple[str, ...] = field(default=(), repr=False)
    """What led to it, for the gate: titles of its section, thread and link, its file name."""
    depth: int
    """Links from the source's first page."""
    urgency: Urgency
    """What goes first."""
    expires_at: dt.datetime | None = None
    """When its address ends, as far as is known."""
    thread: ThreadId | None = None
    """Of which thread; None outside one."""
    post: str = field(default="", repr=False)
    """Media: of which post, as the engine calls it. A page of a thread: the newest post that its listing named."""
    page_url: str = field(default="", repr=False)
    """On which page media stand."""
    posted_at: dt.datetime | None = None
    """Media: when that post was written. A page of a thread: when something was added, as its listing says."""
    again: bool = False
    """A page that is asked for again although it was done: a first page, the last page of a changed thread."""
    run: int = 0
    """A page of a thread: how many of its pages led to it in one go, up to one more than ``PAGES_FIRST``."""

    @property
    def is_before_pictures(self) -> bool:
        """Tell a page that the pictures of its thread wait for."""
        return self.ask is Ask.PAGE and self.thread is not None and 0 < self.run <= PAGES_FIRST


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontierItem:
    """A row that this process holds under a lease."""

    id: FrontierId
    """Random."""
    source: SourceId
    """Found through which source."""
    new: NewFrontier
    """What to ask for."""
    token: str
    """New with each claim: whoever claims after us makes ours void."""
    attempts: int
    """How often it was begun, this time included."""
    validators: Validators
    """To ask only if it changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Thread:
    """One thread of a forum: what is known of it, without a word of it."""

    id: ThreadId
    """Random."""
    source: SourceId
    """Found through which source."""
    url: str = field(repr=False)
    """Its first page."""
    last_post: str = field(default="", repr=False)
    """Keyed digest (hexadecimal) of what its forum's listing calls its newest post; empty if it does not say."""
    changed_at: dt.datetime | None = None
    """When something was added, as the listing says."""
    tail_url: str = field(default="", repr=False)
    """Its last page that was read; empty before that."""
    tail_posts: tuple[str, ...] = field(default=(), repr=False)
    """Keyed digests (hexadecimal) of the posts on that page: what is not among them is new."""
    posts: int = 0
    """How many posts were read."""
    is_frozen: bool = False
    """It may concern minors: neither it nor what it refers to is asked for."""
