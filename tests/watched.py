"""Watched places for tests of the store: a source, something to ask for, and a second process."""

from __future__ import annotations

import datetime as dt
from typing import Any

from fakes import FakeSealer
from rempart.model.asset import User, UserRole
from rempart.model.frontier import Ask, FrontierState, NewFrontier, Urgency
from rempart.model.ids import SourceId, UserId
from rempart.model.source import Article14, NewSource, Place, Source, SourceKind
from rempart.model.web import Validators
from rempart.store import Database, FrontierRepository, SourceRepository, ThreadRepository, UserRepository

NOW = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
KEEP, KEEP_ENDED = 180 * DAY, 1826 * DAY
SITE = "https://forum.example"


class Watched:
    """A database with one user, and the repositories of a watch."""

    def __init__(self, database: Database) -> None:
        """Add the user."""
        self.database, self.sealer = database, FakeSealer()
        self.user: User = UserRepository(database, self.sealer).add("oscar", UserRole.ADMIN, NOW)
        self.sources = SourceRepository(database, self.sealer, keep=KEEP, keep_ended=KEEP_ENDED)
        self.frontier = FrontierRepository(database, self.sealer, keep=KEEP)
        self.threads = ThreadRepository(database, self.sealer, keep=KEEP)

    def source(self, text: str = f"{SITE}/forums/1/", **values: Any) -> Source:
        """Add a source."""
        return self.sources.add(new_source(self.user.id, text, **values), NOW)

    def add(self, source: SourceId, *news: NewFrontier, now: dt.datetime = NOW) -> int:
        """Add something to ask for."""
        return self.frontier.add(source, news, now)


def new_source(user: UserId, text: str = f"{SITE}/forums/1/", **values: Any) -> NewSource:
    """Return a source to be added."""
    given: dict[str, Any] = {
        "place": Place(kind=SourceKind.PAGE, text=text),
        "every": dt.timedelta(hours=6),
        "depth": 2,
        "authorised_by": user,
        "why": "why-planted",
        "until": NOW + 90 * DAY,
        "article14": Article14.PUBLIC_NOTICE,
    }
    return NewSource(**{**given, **values})


def page(number: int = 1, **values: Any) -> NewFrontier:
    """Return a page to ask for."""
    url = str(values.pop("url", f"{SITE}/threads/{number}/"))
    given: dict[str, Any] = {"ask": Ask.PAGE, "url": url, "key": url, "depth": 1, "urgency": Urgency.NEW}
    return NewFrontier(**{**given, **values})


def picture(number: int = 1, **values: Any) -> NewFrontier:
    """Return media to ask for, which have a number in their engine."""
    given: dict[str, Any] = {
        "ask": Ask.MEDIA,
        "url": f"{SITE}/attachments/{number}?exp=1",
        "key": f"forum.example attachment {number}",
        "depth": 2,
        "urgency": Urgency.MEDIA,
        "context": ("title-planted", "file-planted.jpg"),
        "post": str(number),
        "page_url": f"{SITE}/threads/1/",
    }
    return NewFrontier(**{**given, **values})


def fill_watch(database: Database, sealer: FakeSealer, user: UserId) -> None:
    """Put something planted into every sealed column of a watch."""
    sources = SourceRepository(database, sealer, keep=KEEP, keep_ended=KEEP_ENDED)
    source = sources.add(new_source(user, "place-planted"), NOW).id
    sources.set_cursor(source, "cursor-planted")
    threads = ThreadRepository(database, sealer, keep=KEEP)
    thread = threads.open(source, "thread-planted", NOW).id
    threads.tail(thread, tail_url="tail-planted", tail_posts=[], new_posts=1, now=NOW)
    frontier = FrontierRepository(database, sealer, keep=KEEP)
    frontier.add(source, [page(1, url="page-planted")], NOW)
    item = frontier.claim("one", NOW)
    assert item is not None
    frontier.finish(item, FrontierState.DONE, NOW, validators=Validators(etag="etag-planted"))
    frontier.add(source, [picture(1)], NOW)
