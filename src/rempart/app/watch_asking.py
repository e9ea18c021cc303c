"""Ask for one thing of the frontier, and say in one word what came of it: what is read of it is not known here."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import Final

from rempart.app.net_check import REFUSALS
from rempart.app.outside import make_limits
from rempart.app.searching import Fetcher
from rempart.config import Settings
from rempart.model.courtesy import Blocked, BlockKind, Later, LaterReason
from rempart.model.frontier import Ask, FrontierItem, NewFrontier, Urgency
from rempart.model.gate import Cleared
from rempart.model.outcome import Stopped
from rempart.model.source import Health
from rempart.model.web import (
    Address,
    FetchedMedia,
    FetchMode,
    NotFetched,
    NotFetchedReason,
    NotModified,
    Page,
    Validators,
)
from rempart.net import Wanted
from rempart.net.politeness import PoliteOutcome

_GONE: Final = frozenset({404, 410})
_BAD_REQUEST: Final = 400
_NOT_FOUND: Final = 404
#: Misago answers for a removed attachment with 302 and a picture that says so, under 200.
_STANDS_FOR_NOTHING: Final = re.compile(r"/misago/img/attachment-40[34]\.png$")
_HTTP_SERVER_ERROR: Final = 500
#: Refusals of the moment: 408 Request Timeout, 421 Misdirected Request, 425 Too Early, 429 Too Many Requests.
_PASSING_STATUSES: Final = frozenset({408, 421, 425, 429})
#: Worth another try: of the moment, not of the address.
_PASSING: Final = frozenset(
    {
        NotFetchedReason.RESOLVER,
        NotFetchedReason.RESOLVER_TIME,
        NotFetchedReason.CONNECT,
        NotFetchedReason.CONNECT_TIME,
        NotFetchedReason.TLS,
        NotFetchedReason.INCOMPLETE,
        NotFetchedReason.RESET,
        NotFetchedReason.IDLE,
        NotFetchedReason.TOTAL_TIME,
        NotFetchedReason.TOO_SLOW,
        NotFetchedReason.STATUS,
        NotFetchedReason.NOT_ADMITTED,
    }
)
#: What is never asked, or leads where nothing is ever asked.
_REFUSED: Final = (REFUSALS - {NotFetchedReason.PEER_CHANGED}) | {
    NotFetchedReason.DENIED_HOST,
    NotFetchedReason.BAD_REDIRECT,
}
_UNREACHABLE: Final = _PASSING | {NotFetchedReason.NO_SUCH_HOST, NotFetchedReason.CERTIFICATE}
#: A wall that passes by itself.
_PASSING_WALLS: Final = frozenset(
    {BlockKind.RATE_LIMITED, BlockKind.OVERLOADED, BlockKind.BUDGET, BlockKind.PAUSED, BlockKind.ROBOTS_AWAY}
)
HEALTH_OF_WALLS: Final = {
    BlockKind.ROBOTS: Health.ROBOTS,
    BlockKind.ROBOTS_AWAY: Health.UNREACHABLE,
    BlockKind.LOGIN_WALL: Health.LOGIN_WALL,
    BlockKind.CHALLENGE: Health.CHALLENGE,
    BlockKind.RATE_LIMITED: Health.RATE_LIMITED,
    BlockKind.OVERLOADED: Health.OVERLOADED,
    BlockKind.LEGAL: Health.LEGAL,
    BlockKind.BUDGET: Health.BUDGET,
    BlockKind.PAUSED: Health.RATE_LIMITED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """Not now: its host must be left in peace first."""

    until: dt.datetime
    """When it is worth asking again."""
    was_asked: bool
    """The host answered that it is asked too often, or is too busy; False if nothing was asked."""
    health: Health
    """What that says of the source."""
    words: str
    """In English."""
    at_worst: bool = False
    """Another process has the host, and may be done with it long before that instant."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Walled:
    """A wall, or a robots.txt: left to the next visit."""

    health: Health
    """Which."""
    until: dt.datetime | None
    """When it is worth asking again, if that is known."""
    words: str
    """In English."""
    was_asked: bool
    """Whether the host was asked at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gone:
    """The host says that it is not there, or not any more."""

    status: int
    """404 or 410."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """It gave nothing."""

    may_retry: bool
    """It may be of the moment."""
    health: Health
    """What that says of the source."""
    words: str
    """In English."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unchanged:
    """It is as it was."""


Answer = Page | FetchedMedia | Unchanged | Wait | Walled | Gone | Failed | Stopped


def wanted_of(item: FrontierItem, settings: Settings) -> Wanted:
    """Return what is asked of an item."""
    mode = FetchMode.TEXT if item.new.ask is Ask.PAGE else FetchMode.MEDIA
    validators = Validators() if _is_needed_whole(item.new) else item.validators
    return Wanted(mode=mode, validators=validators, limits=make_limits(settings, mode))


def _is_needed_whole(new: NewFrontier) -> bool:
    """Tell a page that is read although it may be as it was: what is new is looked for on it, or behind it."""
    is_named = bool(new.post or new.posted_at)
    return new.ask is Ask.PAGE and (new.urgency is Urgency.NEW or (new.urgency is Urgency.CHANGED and is_named))


def ask(fetcher: Fetcher, cleared: Cleared[Address], wanted: Wanted) -> Answer:
    """Ask, without waiting for a turn: whoever asks has others to ask meanwhile."""
    return concluded(fetcher.fetch(cleared, wanted, wait_at_most_s=0.0))


def concluded(outcome: PoliteOutcome) -> Answer:
    """Say what an outcome is to a watch."""
    match outcome:
        case Stopped() | FetchedMedia():
            return _of_media(outcome)
        case Page():
            return _of_page(outcome)
        case NotModified(url=url):
            # What stands there instead is older than the picture that was: asked by date, it answers 304.
            return Gone(status=_NOT_FOUND) if _STANDS_FOR_NOTHING.search(url) else Unchanged()
        case Later() | Blocked():
            return _turned_away(outcome)
        case NotFetched():
            return _not_fetched(outcome)
        case _:  # only a head was asked for, which a watch never does
            return Failed(may_retry=False, health=Health.NOT_READ, words="only its head came")


def _of_media(outcome: Stopped | FetchedMedia) -> Answer:
    if isinstance(outcome, FetchedMedia) and _STANDS_FOR_NOTHING.search(outcome.url):
        outcome.memory.close()
        return Gone(status=_NOT_FOUND)
    return outcome


def _of_page(page: Page) -> Answer:
    # Bluesky's interface says 400 of an account that is not there, was taken down or closed.
    is_no_account = page.status == _BAD_REQUEST and "/xrpc/" in page.url
    if page.status in _GONE or is_no_account:
        return Gone(status=page.status)
    if page.status >= _BAD_REQUEST:
        words = f"the host answered with status {page.status}"
        return Failed(may_retry=not _is_final(page.status), health=Health.NOT_READ, words=words)
    return page


def _not_fetched(outcome: NotFetched) -> Answer:
    if outcome.reason is NotFetchedReason.STATUS and outcome.status in _GONE:
        return Gone(status=outcome.status)
    health = Health.REFUSED if outcome.reason in _REFUSED else Health.NOT_READ
    health = Health.UNREACHABLE if outcome.reason in _UNREACHABLE else health
    may_retry = outcome.reason in _PASSING and not _is_final(outcome.status)
    return Failed(may_retry=may_retry, health=health, words=outcome.in_words())


def _is_final(status: int) -> bool:
    """Tell a status that the same request meets again (RFC 9110 §15.5): the fault is the address's."""
    return _BAD_REQUEST <= status < _HTTP_SERVER_ERROR and status not in _PASSING_STATUSES


def _turned_away(blocked: Later | Blocked) -> Answer:
    if isinstance(blocked, Later):
        return Wait(
            until=blocked.until,
            was_asked=False,
            health=Health.WELL,
            words=blocked.in_words(),
            at_worst=blocked.why is LaterReason.BUSY,
        )
    health, was_asked = HEALTH_OF_WALLS[blocked.kind], blocked.answer is not None
    if blocked.kind in _PASSING_WALLS and blocked.until is not None:
        return Wait(until=blocked.until, was_asked=was_asked, health=health, words=blocked.in_words())
    return Walled(health=health, until=blocked.until, words=blocked.in_words(), was_asked=was_asked)
