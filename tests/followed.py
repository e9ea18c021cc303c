"""Pages and what was known before them, for tests of where a watch goes on."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import replace

from rempart.collect.following import (
    Following,
    Seen,
    follow,
    frontier_of_thread,
)
from rempart.model.collected import (
    Engine,
    MediaReference,
    PageKind,
    PageLink,
    ParsedPage,
    ParsedPost,
    ReferenceKind,
)
from rempart.model.frontier import Ask, NewFrontier, Thread, Urgency
from rempart.model.ids import SourceId, ThreadId

NOW = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)
HOST = "forum.example"
ROOT = f"https://{HOST}/forums/a.1/"
THREAD = f"https://{HOST}/threads/x.7/"


def digest(text: str) -> str:
    """Stand for a post, as a workspace's key does."""
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def asked_for(url: str = ROOT, *, depth: int = 0, urgency: Urgency = Urgency.ROOT, post: str = "") -> NewFrontier:
    """Make what was asked for."""
    return NewFrontier(ask=Ask.PAGE, url=url, key=url, depth=depth, urgency=urgency, post=post, context=("Harbour",))


def known(url: str = THREAD, **values: object) -> Thread:
    """Make a thread that was read to its end."""
    thread = Thread(id=ThreadId("thr_1"), source=SourceId("src_1"), url=url, tail_url=f"{url}page-3", posts=45)
    return replace(thread, **values)  # type: ignore[arg-type]


def seen(
    asked: NewFrontier | None = None,
    *,
    thread: Thread | None = None,
    threads: tuple[Thread, ...] = (),
    depth_most: int = 2,
    lately: frozenset[str] = frozenset(),
) -> Seen:
    """Make what was known before."""
    return Seen(
        root_host=HOST,
        depth_most=depth_most,
        asked=asked or asked_for(),
        thread=thread,
        threads={one.url: one for one in threads},
        lately=lately,
    )


def listed(url: str = THREAD, *, last: str = "", changed_at: dt.datetime | None = None, title: str = "") -> PageLink:
    """Make a line of a listing."""
    return PageLink(kind=PageKind.THREAD, url=url, last_post_id=last, changed_at=changed_at, title=title)


def forum(*links: PageLink, next_url: str = "", kind: PageKind = PageKind.FORUM) -> ParsedPage:
    """Make a page that lists threads."""
    return ParsedPage(
        engine=Engine.XENFORO, kind=kind, canonical_url=ROOT, title="Requests", links=links, next_url=next_url
    )


def picture(number: int = 1, **values: object) -> MediaReference:
    """Make an attachment."""
    url = f"https://{HOST}/attachments/view-jpg.{number}/"
    one = MediaReference(kind=ReferenceKind.ATTACHMENT, url=url, engine_id=str(number), name="view.jpg")
    return replace(one, **values)  # type: ignore[arg-type]


def thread_page(
    *posts: ParsedPost, url: str = THREAD, next_url: str = "", last_url: str = "", kind: PageKind = PageKind.THREAD
) -> ParsedPage:
    """Make a page of a thread."""
    return ParsedPage(
        engine=Engine.XENFORO,
        kind=kind,
        canonical_url=url,
        title="Boats",
        section="Requests",
        posts=posts,
        next_url=next_url,
        last_url=last_url,
    )


def post(number: int, *media: MediaReference, text: str = "words") -> ParsedPost:
    """Make a message."""
    return ParsedPost(engine_id=str(number), text=text, media=media, posted_at=NOW)


def done(page: ParsedPage, before: Seen | None = None) -> Following:
    """Follow a page."""
    return follow(page, before or seen(), digest, NOW)


def one_asked(following: Following) -> NewFrontier:
    """Return what is asked for of the only thread that is listed."""
    [thread] = following.threads
    return frontier_of_thread(thread, asked_for(), "Requests")
