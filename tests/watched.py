"""Watched places for tests of the store: a source, something to ask for, and a second process."""

from __future__ import annotations

import datetime as dt
import hmac
from collections.abc import Sequence
from typing import Any

from fakes import FakeItemSealer, FakeSealer
from registered import Registered
from rempart.model.asset import GroundKind, User, UserRole
from rempart.model.collected import ReferenceKind
from rempart.model.evidence import Case, CaseState
from rempart.model.frontier import Ask, FrontierState, NewFrontier, Urgency
from rempart.model.ids import CaseId, IdKind, SourceId, UserId, new_id
from rempart.model.match import Match
from rempart.model.plan import LaunchPlan
from rempart.model.referral import FlagSource, Hotline, NewReferral
from rempart.model.sighting import Excerpt, Locator, NewSighting, SearchHit
from rempart.model.source import Article14, NewSource, Place, Source, SourceKind
from rempart.model.web import Validators
from rempart.store import (
    AlertRepository,
    CaseRepository,
    Database,
    FrontierRepository,
    PlanRepository,
    ReferralRepository,
    SightingRepository,
    SourceRepository,
    ThreadRepository,
    UserRepository,
)

NOW = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
KEEP, KEEP_ENDED, KEEP_SEEN = 180 * DAY, 1826 * DAY, 30 * DAY
SITE = "https://forum.example"


class Watched:
    """A database with a user, and the repositories of a watch."""

    def __init__(self, database: Database, user: User | None = None, sealer: FakeSealer | None = None) -> None:
        """Add the user, if there is none."""
        self.database, self.sealer, self.item_sealer = database, sealer or FakeSealer(), FakeItemSealer()
        self.user: User = user or UserRepository(database, self.sealer).add("oscar", UserRole.ADMIN, NOW)
        self.sources = SourceRepository(database, self.sealer, keep=KEEP, keep_ended=KEEP_ENDED)
        self.frontier = FrontierRepository(database, self.sealer, keep=KEEP)
        self.threads = ThreadRepository(database, self.sealer, keep=KEEP)
        self.sightings = SightingRepository(database, self.sealer, self.item_sealer, keep=KEEP_SEEN)
        self.referrals = ReferralRepository(database, self.sealer, digest=stopped, keep=KEEP_ENDED)
        self.alerts = AlertRepository(database)
        self.plans = PlanRepository(database, self.sealer, keep=KEEP)

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


def sighting(source: SourceId, matches: Sequence[Match], number: int = 1, **values: Any) -> NewSighting:
    """Return something seen that matches."""
    given: dict[str, Any] = {
        "source": source,
        "media_url": f"{SITE}/media-planted/{number}",
        "page_url": f"{SITE}/page-planted/{number}",
        "post": "post-planted",
        "matches": tuple(matches),
        "media_type": "image/jpeg",
    }
    return NewSighting(**{**given, **values})


def locator(source: SourceId, value: str = "magnet:locator-planted", **values: Any) -> Locator:
    """Return a locator."""
    given: dict[str, Any] = {
        "id": new_id(IdKind.LOCATOR),
        "source": source,
        "kind": ReferenceKind.MAGNET,
        "value": value,
        "page_url": f"{SITE}/page-planted/9",
        "seen_at": NOW,
    }
    return Locator(**{**given, **values})


def hit(source: SourceId, url: str = f"{SITE}/hit-planted", **values: Any) -> SearchHit:
    """Return a search result."""
    given: dict[str, Any] = {"provider": "brave", "locale": "fr-FR", "at": NOW, "position": 3}
    return SearchHit(source=source, url=url, **{**given, **values})


def plan(by: UserId, **values: Any) -> LaunchPlan:
    """Return a launch plan."""
    given: dict[str, Any] = {
        "id": new_id(IdKind.PLAN),
        "title": "launch-planted",
        "date": NOW.date() + 14 * DAY,
        "begins": NOW.date(),
        "by": by,
        "queries": ("query-planted", "é"),
    }
    return LaunchPlan(**{**given, **values})


def stopped(value: bytes) -> bytes:
    """Make a digest that no rotation changes."""
    return hmac.digest(b"stopped", value, "sha256")


def case_of(here: Registered, number: int = 1) -> CaseId:
    """Add a case of the owner."""
    case = Case(
        id=CaseId(f"cas_{number:032x}"),
        owner=here.owner.id,
        ground=GroundKind.MANDATE,
        ground_note="mandate",
        state=CaseState.OPEN,
        shows_addresses=False,
        opened_by=here.user.id,
        opened_at=NOW,
        closed_at=None,
    )
    CaseRepository(here.database, FakeItemSealer()).add(case, bytes(32))
    return case.id


def fill_watch(here: Watched, case: CaseId, matches: Sequence[Match]) -> None:
    """Put something planted into every sealed column of a watch."""
    source = here.source("place-planted").id
    here.sources.set_cursor(source, "cursor-planted")
    thread = here.threads.open(source, "thread-planted", NOW).id
    here.threads.tail(thread, tail_url="tail-planted", tail_posts=[], new_posts=1, now=NOW)
    here.add(source, page(1, url="page-planted"))
    item = here.frontier.claim("one", NOW)
    assert item is not None
    here.frontier.finish(item, FrontierState.DONE, NOW, validators=Validators(etag="etag-planted"))
    here.add(source, picture(1))
    excerpt = Excerpt(case=case, text="excerpt-planted", pseudonym="pseudonym-planted")
    assert here.sightings.record(sighting(source, matches, excerpts=(excerpt,)), NOW) is not None
    here.sightings.add_hits([hit(source)])
    here.sightings.add_locators([locator(source)])
    here.referrals.add(NewReferral(url="outbox-planted", flag=FlagSource.TITLE, rule="rule", source=source), NOW)
    handed = here.referrals.add(NewReferral(url="other-planted", flag=FlagSource.TITLE, rule="rule"), NOW)
    here.referrals.handed(handed.id, Hotline.PHAROS, "receipt-planted", NOW)
    here.plans.add(plan(here.user.id), NOW)
