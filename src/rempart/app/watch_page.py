"""A page of a watched place: read in the sandbox, judged, and turned into what is asked for next, in one transaction.

Nothing of its text is written: what is kept of a post is a digest by which it is known again. The words of posts with
pictures wait in memory, a few thousand of them, in case one of those pictures matches something of an open case.
"""

from __future__ import annotations

import contextlib
import datetime as dt
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field, replace
from typing import Final
from urllib.parse import urlsplit

from rempart.app.stopping import FROZEN_THREAD, PageVerdict, Stop
from rempart.app.watch_channel import ChannelFollowing
from rempart.app.workspace import Workspace
from rempart.collect import FetchedPage, pack
from rempart.collect.following import (
    WITH_POSTS,
    Following,
    Seen,
    follow,
    frontier_of_thread,
    listed_threads,
    place_of,
    post_key,
)
from rempart.collect.search import ChannelAsk
from rempart.errors import NotFoundError
from rempart.hazmat import Pool
from rempart.model.collected import PageKind, PageLink, ParsedPage, ParsedPost, Wall
from rempart.model.frontier import Ask, FrontierItem, FrontierState, NewFrontier, Thread, Urgency
from rempart.model.gate import Cleared
from rempart.model.ids import IdKind, LocatorId, new_id
from rempart.model.media import MediaBytes
from rempart.model.outcome import Stopped, Unreadable
from rempart.model.sighting import Locator
from rempart.model.source import Health, Source, SourceKind
from rempart.model.web import Page

#: Posts whose words are remembered until their pictures were looked at.
_POSTS_MOST: Final = 4_000
#: A page's posts by which it is known again; an engine shows up to a hundred.
_TAIL_MOST: Final = 1_000
#: Pages that lead to each other are not asked for twice within this: less than the shortest time between two visits.
_LATELY: Final = dt.timedelta(minutes=4)
HEALTH_OF_PAGE_WALLS: Final = {
    Wall.LOGIN: Health.LOGIN_WALL,
    Wall.CAPTCHA: Health.CHALLENGE,
    Wall.AGE: Health.AGE_WALL,
}
#: Threads of one page that are opened at a visit, and when those were changed of which nobody says it.
_THREADS_MOST: Final = 5_000
_LONG_AGO: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
#: Places whose links lead anywhere: each of these is a place of its own.
_OF_MANY_HOSTS: Final = frozenset({SourceKind.SEARCH, SourceKind.LIST})


class PostMemory:
    """Words and authors of posts with pictures: in memory, the latest ones, never written."""

    def __init__(self, most: int = _POSTS_MOST) -> None:
        """Know none."""
        self._most = most
        self._posts: OrderedDict[tuple[str, str], ParsedPost] = OrderedDict()

    def add(self, page: ParsedPage, posts: tuple[ParsedPost, ...]) -> None:
        """Remember the posts of a page that show something."""
        for post in posts:
            if post.media:
                key = place_of(page, post), post.engine_id
                self._posts[key] = post
                self._posts.move_to_end(key)
        while len(self._posts) > self._most:
            self._posts.popitem(last=False)

    def find(self, new: NewFrontier) -> ParsedPost | None:
        """Return the post in which something stands; None if it is forgotten, as after a restart."""
        return self._posts.get((new.page_url, new.post))


class LatelyRead:
    """Addresses of pages that this process read a moment ago."""

    def __init__(self, lately: dt.timedelta = _LATELY) -> None:
        """Know none."""
        self._lately = lately
        self._read: OrderedDict[str, dt.datetime] = OrderedDict()

    def add(self, urls: Iterable[str], now: dt.datetime) -> None:
        """Note that a page was read, under each of its addresses."""
        for url in urls:
            self._read[url] = now
            self._read.move_to_end(url)
        while next(iter(self._read.values()), now) < now - self._lately:
            self._read.popitem(last=False)

    @property
    def urls(self) -> Collection[str]:
        """Return them."""
        return self._read.keys()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadPage:
    """A page that was read and judged, before anything is written of it."""

    page: ParsedPage = field(repr=False)
    """What it says."""
    verdict: PageVerdict
    """What may not be asked for of it."""
    following: Following
    """What to ask for next; nothing if the page was flagged."""
    thread: Thread | None
    """The thread that it belongs to, if that is known already."""
    ask: ChannelAsk | None = None
    """How an interface was asked; None of an ordinary page."""


class PageReader:
    """Reads pages, and decides what follows."""

    def __init__(
        self, workspace: Workspace, pool: Pool[ParsedPage], stop: Stop, memory: PostMemory, channels: ChannelFollowing
    ) -> None:
        """Join what is needed."""
        self._workspace = workspace
        self._pool = pool
        self._stop = stop
        self._memory = memory
        self._channels = channels
        self._lately = LatelyRead()

    def read(self, item: FrontierItem, source: Source, page: Page, now: dt.datetime) -> ReadPage | Unreadable | Stopped:
        """Read a page in the sandbox, judge every word of it, and decide what follows."""
        fetched = FetchedPage(
            url=page.url, body=page.body, media_type=page.media_type, charset=page.charset, status=page.status
        )
        names = (page.url, item.new.url, *item.new.context)
        cleared = self._stop.gate.check(MediaBytes(data=pack(fetched), label=page.url, names=names))
        if not isinstance(cleared, Cleared):
            return cleared
        [(_, parsed)] = self._pool.run([cleared], {})
        if isinstance(parsed, Unreadable):
            return parsed
        thread = self._thread_of(item, source, parsed)
        verdict = self._judged(parsed, thread)
        if verdict.flag:
            return ReadPage(page=parsed, verdict=verdict, following=Following(), thread=thread)
        self._lately.add({item.new.url, parsed.canonical_url}, now)
        following = self._follow(item, source, parsed, thread, now)
        self._memory.add(parsed, following.posts)
        ask = self._channels.ask_for(source, item)
        if ask is not None:
            following = replace(
                following, pages=self._channels.follow(source, item, parsed, ask), threads=(), onward=()
            )
        return ReadPage(page=parsed, verdict=verdict, following=_without(following, verdict), thread=thread, ask=ask)

    def _judged(self, page: ParsedPage, thread: Thread | None) -> PageVerdict:
        """Judge every word of a page; each result of a search is judged by itself, with what is quoted of it."""
        verdict, flagged = self._stop.judge_page(page), []
        if thread and thread.is_frozen and verdict.flag is None:
            return replace(verdict, flag=FROZEN_THREAD)  # reached by an address that was not known to be of it
        for one in page.results:
            context = tuple(text for text in (one.title, one.text) if text)
            new = NewFrontier(ask=Ask.PAGE, url=one.url, key=one.url, context=context, depth=1, urgency=Urgency.NEW)
            if flag := self._stop.judge_address(new):
                flagged.append((PageLink(kind=PageKind.UNKNOWN, url=one.url, title=one.title), flag))
        return replace(verdict, links=(*verdict.links, *flagged)) if flagged else verdict

    def _thread_of(self, item: FrontierItem, source: Source, page: ParsedPage) -> Thread | None:
        """Return the thread of a page, as far as it is known."""
        if page.kind not in WITH_POSTS:
            return None
        threads, mine = self._workspace.threads, item.new.thread
        if mine is not None:
            with contextlib.suppress(NotFoundError):  # it was past its end meanwhile
                return self._workspace.database.durably(lambda: threads.get(mine))
        return self._workspace.database.durably(lambda: threads.find(source.id, page.canonical_url))

    def _follow(
        self, item: FrontierItem, source: Source, page: ParsedPage, thread: Thread | None, now: dt.datetime
    ) -> Following:
        threads = self._workspace.threads
        known = self._workspace.database.durably(lambda: threads.find_many(source.id, listed_threads(page)))
        is_anywhere = source.new.place.kind in _OF_MANY_HOSTS
        root = item.new.url if is_anywhere else source.new.place.text
        seen = Seen(
            root_host=urlsplit(page.canonical_url if is_anywhere else root).netloc,
            depth_most=source.new.depth,
            asked=item.new,
            thread=thread,
            threads=known,
            is_about_person=bool(source.new.owner or source.new.case),
            lately=self._lately.urls,
        )
        return follow(page, seen, threads.digest, now)


class PageWriter:
    """Writes what a page led to, in the transaction that finishes it."""

    def __init__(self, workspace: Workspace, channels: ChannelFollowing) -> None:
        """Write to a workspace."""
        self._workspace = workspace
        self._channels = channels

    def write(
        self, item: FrontierItem, source: Source, read: ReadPage, page: Page, now: dt.datetime
    ) -> Callable[[], None]:
        """Return the work of one transaction.

        1. The row is finished first: from here on it is ours, and a lease that was lost undoes all of it. Of one that
           was frozen meanwhile nothing is written.
        2. The page's own thread: what was read of it, and up to where.
        3. Threads that it lists: those that are new or changed are asked for.
        4. Other pages, and pictures.
        """

        def work() -> None:
            workspace, following = self._workspace, read.following
            workspace.sources.lock(source.id)
            if not workspace.frontier.finish(item, FrontierState.DONE, now, validators=page.validators):  # (1)
                return
            thread = self._note_thread(item, source, read, now)  # (2)
            news = self._listed(item, source, read, now)  # (3)
            hers = [*following.onward, *following.media]
            if thread:
                hers = [replace(one, thread=thread.id) for one in hers]
            workspace.frontier.add(source.id, [*news, *following.pages, *hers], now)  # (4)
            workspace.sightings.add_locators(_locators(source, read, now))
            if read.ask:
                self._channels.write(source, read.page, read.ask, now, flagged=read.verdict.addresses)
            workspace.sources.count(source.id, pages=1, posts=len(following.posts))

        return work

    def _note_thread(self, item: FrontierItem, source: Source, read: ReadPage, now: dt.datetime) -> Thread | None:
        page, following, threads = read.page, read.following, self._workspace.threads
        if page.kind not in WITH_POSTS or not (page.posts or item.new.thread):
            return None
        thread = read.thread or threads.open(source.id, page.canonical_url, now)
        is_first = not thread.posts
        if following.is_tail:
            tail = tuple(threads.digest(post_key(post)) for post in page.posts)[-_TAIL_MOST:]
            threads.tail(
                thread.id, tail_url=page.canonical_url, tail_posts=tail, new_posts=len(following.posts), now=now
            )
            last = threads.digest(item.new.post) if item.new.post else ""
            threads.listed(thread.id, last_post=last, changed_at=item.new.posted_at, now=now)
        if is_first and (signature := read.verdict.signature):
            threads.sign(thread.id, signature, threads.signature(thread.id)[1])
        return thread

    def _listed(self, item: FrontierItem, source: Source, read: ReadPage, now: dt.datetime) -> list[NewFrontier]:
        threads, section = self._workspace.threads, read.page.section or read.page.title
        changed = [one for one in read.following.threads if one.is_changed]
        changed.sort(key=lambda one: one.link.changed_at or _LONG_AGO, reverse=True)
        # A sitemap names fifty thousand: what is left is new at the next visit too.
        changed = changed[:_THREADS_MOST]
        opened = threads.open_many(source.id, [one.link.url for one in changed], now)
        threads.touch([one.thread.id for one in read.following.threads if one.thread], now)
        return [
            frontier_of_thread(replace(one, thread=one.thread or opened[one.link.url]), item.new, section)
            for one in changed
        ]


def _locators(source: Source, read: ReadPage, now: dt.datetime) -> list[Locator]:
    """Return what is to be reported of a page, and is never asked for."""
    return [
        Locator(
            id=LocatorId(new_id(IdKind.LOCATOR)),
            source=source.id,
            kind=one.kind,
            value=one.url,
            page_url=read.page.canonical_url,
            seen_at=now,
        )
        for one in read.following.locators
    ]


def _without(following: Following, verdict: PageVerdict) -> Following:
    """Leave out what was flagged by itself."""
    flagged = verdict.addresses
    if not flagged:
        return following
    return replace(
        following,
        threads=tuple(one for one in following.threads if one.link.url not in flagged),
        onward=tuple(one for one in following.onward if one.url not in flagged),
        pages=tuple(one for one in following.pages if one.url not in flagged),
        media=tuple(one for one in following.media if one.url not in flagged),
        locators=tuple(one for one in following.locators if one.url not in flagged),
    )
