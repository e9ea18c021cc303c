"""What came of one request becomes rows and events: each outcome in one transaction, its row finished first."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Final, TypeVar
from urllib.parse import urlsplit

from rempart.app.freezing import Freezing
from rempart.app.frozen_marks import host_of
from rempart.app.stopping import Flag
from rempart.app.watch_asking import Answer, Failed, Gone, Unchanged, Wait, Walled
from rempart.app.watch_events import HealthChanged, Sighted, StoppedAt, WatchEvent, WatchTally
from rempart.app.watch_media import MediaLooking
from rempart.app.watch_page import HEALTH_OF_PAGE_WALLS, PageReader, PageWriter, ReadPage
from rempart.app.watch_sighting import SightingWriter
from rempart.app.workspace import Workspace
from rempart.collect.channels import health_of
from rempart.errors import NotFoundError
from rempart.model import Match, Stopped, Unreadable
from rempart.model.collected import Engine, MediaReference, PageLink, Wall
from rempart.model.frontier import Ask, FrontierItem, FrontierState, Urgency
from rempart.model.ids import SourceId, ThreadId
from rempart.model.source import Health, Source
from rempart.model.web import FetchedMedia, Page
from rempart.register import visible_among

T = TypeVar("T")

#: What a message is said to be whose page shows nothing of it.
_NOT_FOUND: Final = 404
#: The first pause after a failure of the moment; each next one is twice as long.
_FIRST_DELAY: Final = dt.timedelta(seconds=30)
#: Before a host is tried again that another watch has: longer than the pause that follows each request
#: (``net.pace.DELAY_LEAST_S``). Its lease, made for the slowest picture, would keep two watches waiting for each other.
_TURN: Final = dt.timedelta(seconds=5)


class Concluding:
    """Notes what came of each request of one watch."""

    def __init__(
        self,
        workspace: Workspace,
        *,
        tally: WatchTally,
        reader: PageReader,
        looking: MediaLooking,
        pages: PageWriter,
        sightings: SightingWriter,
        freezing: Freezing,
    ) -> None:
        """Join what is needed."""
        self._workspace = workspace
        self._tally = tally
        self._reader = reader
        self._looking = looking
        self._pages = pages
        self._sightings = sightings
        self._freezing = freezing
        self._health: dict[SourceId, Health] = {}
        self.busy: dict[bytes, dt.datetime] = {}
        """Hosts that must be left in peace, by digest, and until when."""
        self.uncounted: dict[SourceId, int] = {}
        """Requests that were made of each source, and are not written yet."""

    def conclude(self, item: FrontierItem, source: Source, answer: Answer) -> Iterator[WatchEvent]:
        """Note what came of one request, and yield what happened.

        Raises:
            LeaseLostError: another process has the row: nothing was kept.
        """
        now = self._workspace.database.instant()
        if answer.was_asked if isinstance(answer, Wait | Walled) else not isinstance(answer, Stopped):
            self._count_request(source)
        match answer:
            case Page():
                yield from self._read(item, source, answer, now)
            case FetchedMedia():
                yield from self._look(item, source, answer, now)
            case Stopped():
                yield from self.stopped(item, source, Flag.of(answer))
            case Wait() | Walled():
                yield from self._turned_away(item, source, answer, now)
            case Gone(status=status):
                yield from self._gone(item, source, status, now)
            case Failed():
                yield from self._failed(item, source, answer, now)
            case Unchanged():
                yield from self._unchanged(item, source, now)

    def stopped(
        self, item: FrontierItem, source: Source, flag: Flag, read: ReadPage | None = None
    ) -> Iterator[WatchEvent]:
        """Freeze what may concern a minor, with all that belongs to it, and note that it is to be handed over."""
        now = self._workspace.database.instant()

        def work() -> None:
            workspace = self._workspace
            workspace.sources.lock(source.id)
            workspace.frontier.finish(item, FrontierState.FROZEN, now)
            self._freezing.freeze_item(item, source.id, flag, read.page if read else None, now)
            workspace.sources.count(source.id, stopped=1)

        self._effect(source, work)
        self._tally.stopped += 1
        yield StoppedAt(flag=flag.source, rule=flag.rule)
        if _is_root(item):
            yield from self.note_health(source, Health.STOPPED, "it may concern minors: nothing of it is asked for")

    def visible(self, matches: tuple[Match, ...]) -> tuple[Match, ...]:
        """Return which matches of one picture may be shown: decided now, whatever was true when it was registered."""
        workspace = self._workspace
        known = self._durably(lambda: workspace.assets.by_ids({match.asset for match in matches}))
        shown = visible_among(known.values(), is_shared=self._durably(lambda: workspace.is_shared))
        return tuple(match for match in matches if match.asset in shown)

    def note_health(
        self,
        source: Source,
        health: Health,
        words: str,
        until: dt.datetime | None = None,
        engine: str = "",
    ) -> Iterator[WatchEvent]:
        """Write how a source is, and yield it if it was otherwise."""
        before = self._health.get(source.id, source.health)
        self._health[source.id] = health
        sources, now = self._workspace.sources, self._workspace.database.instant()
        self._durably(lambda: sources.set_health(source.id, health, now, until=until, engine=engine))
        if before is not health:
            yield HealthChanged(source=source, health=health, words=words)

    def _read(self, item: FrontierItem, source: Source, page: Page, now: dt.datetime) -> Iterator[WatchEvent]:
        """Read a page, and write what it leads to."""
        read = self._reader.read(item, source, page, now)
        if isinstance(read, Stopped):
            yield from self.stopped(item, source, Flag.of(read))
        elif isinstance(read, Unreadable):
            failed = Failed(may_retry=False, health=Health.NOT_READ, words=read.in_words())
            yield from self._failed(item, source, failed, now)
        elif read.verdict.flag:
            yield from self.stopped(item, source, read.verdict.flag, read)
        elif read.ask and (health := health_of(read.page, page.status, read.ask)) is not Health.WELL:
            yield from self._not_a_channel(item, source, health, now)
        elif read.page.wall is not Wall.NONE and not read.page.posts and not read.page.links:
            self._tally.blocked += 1
            self._finish(item, source, FrontierState.BLOCKED, now)
            words = "the page asks for something else first"
            yield from self.note_health(source, HEALTH_OF_PAGE_WALLS[read.page.wall], words)
        else:
            yield from self._write(item, source, read, page, now)

    def _not_a_channel(
        self, item: FrontierItem, source: Source, health: Health, now: dt.datetime
    ) -> Iterator[WatchEvent]:
        """Note that an interface answered, and not with posts or results; Telegram says so with a page like any."""
        if health is Health.GONE:
            yield from self._gone(item, source, _NOT_FOUND, now)
        else:
            failed = Failed(may_retry=False, health=health, words="its interface answered with something else")
            yield from self._failed(item, source, failed, now)

    def _write(
        self, item: FrontierItem, source: Source, read: ReadPage, page: Page, now: dt.datetime
    ) -> Iterator[WatchEvent]:
        alone: tuple[tuple[PageLink | MediaReference, Flag], ...] = (*read.verdict.links, *read.verdict.media)
        write = self._pages.write(item, source, read, page, now)

        def work() -> None:
            write()
            for flagged, flag in alone:
                self._freezing.freeze_found(flagged, source.id, flag, host_of(read.page), now)
            if alone:
                self._workspace.sources.count(source.id, stopped=len(alone))

        self._effect(source, work)
        self._tally.pages += 1
        self._tally.posts += len(read.following.posts)
        self._tally.videos += read.following.videos
        self._tally.stopped += len(alone)
        for _, flag in alone:
            yield StoppedAt(flag=flag.source, rule=flag.rule)
        if _is_root(item) or source.health is Health.NEW:
            is_forum = read.page.engine is not Engine.GENERIC
            yield from self.note_health(source, Health.WELL, "", engine=read.page.engine if is_forum else "")

    def _look(
        self, item: FrontierItem, source: Source, fetched: FetchedMedia, now: dt.datetime
    ) -> Iterator[WatchEvent]:
        """Compare a picture, and write what it resembles."""
        compared = self._looking.look(item, fetched)
        if isinstance(compared, Stopped):
            yield from self.stopped(item, source, Flag.of(compared))
            return
        if isinstance(compared, Unreadable):
            failed = Failed(may_retry=False, health=Health.NOT_READ, words=compared.in_words())
            yield from self._failed(item, source, failed, now)
            return
        write = self._sightings.write(item, source, compared, fetched.validators, now)
        recorded = self._effect(source, write)
        self._tally.media += 1
        self._tally.listed += compared.is_listed
        if recorded.sighting is None:
            return
        self._tally.matched += 1
        self._tally.new += recorded.is_new
        matches = self.visible(compared.matches)
        self._tally.sealed += not matches
        yield Sighted(
            sighting=recorded.sighting,
            matches=matches,
            page_url=(item.new.page_url or item.new.url) if matches else "",
            is_new=recorded.is_new,
            alert=recorded.alert,
        )

    def _unchanged(self, item: FrontierItem, source: Source, now: dt.datetime) -> Iterator[WatchEvent]:
        """Note that something is as it was: a picture that matched is still there."""
        workspace = self._workspace

        def work() -> None:
            workspace.frontier.finish(item, FrontierState.DONE, now)
            if item.new.ask is Ask.MEDIA:
                workspace.sightings.still_there(item.new.url, now)

        self._effect(source, work)
        self._tally.unchanged += 1
        if _is_root(item):
            yield from self.note_health(source, Health.WELL, "")

    def _turned_away(
        self, item: FrontierItem, source: Source, answer: Wait | Walled, now: dt.datetime
    ) -> Iterator[WatchEvent]:
        """Leave a host in peace, or a page to the next visit."""
        if isinstance(answer, Wait):
            until = min(answer.until, now + _TURN) if answer.at_worst else answer.until
            self.busy[self._workspace.frontier.host_digest(item.new.url)] = until
            self._effect(source, lambda: self._workspace.frontier.release(item, until))
            is_telling = answer.health is not Health.WELL and _is_at_home(item, source)
        else:
            self._tally.blocked += 1
            self._finish(item, source, FrontierState.BLOCKED, now)
            # Of a forum that is watched, single pages are often closed to robots: that says nothing of the forum.
            is_telling = _is_root(item) or (answer.health is not Health.ROBOTS and _is_at_home(item, source))
        if is_telling:
            yield from self.note_health(source, answer.health, answer.words, answer.until)

    def _gone(self, item: FrontierItem, source: Source, status: int, now: dt.datetime) -> Iterator[WatchEvent]:
        """Note that something is not there: a tombstone, which a sighting of it has too."""
        workspace = self._workspace

        def work() -> None:
            workspace.sources.lock(source.id)
            workspace.frontier.finish(item, FrontierState.GONE, now, status=status)
            workspace.sightings.gone(item.new.url, status, now)
            if item.new.thread is not None and item.new.urgency in {Urgency.CHANGED, Urgency.ROOT}:
                self._read_anew(item, source, item.new.thread, now)

        self._effect(source, work)
        self._tally.gone += 1
        if _is_root(item):
            yield from self.note_health(source, Health.GONE, f"the host answered with status {status}")

    def _read_anew(self, item: FrontierItem, source: Source, thread: ThreadId, now: dt.datetime) -> None:
        """Read a thread from its first page again: posts were deleted, and with them what was its last one."""
        workspace = self._workspace
        workspace.threads.tail(thread, tail_url="", tail_posts=(), new_posts=0, now=now)
        try:
            first = workspace.threads.get(thread)
        except NotFoundError:  # it was past its end meanwhile
            return
        if first.url and first.url != item.new.url:
            again = replace(item.new, url=first.url, key=first.url, urgency=Urgency.NEW, again=True)
            workspace.frontier.add(source.id, [again], now)

    def _failed(self, item: FrontierItem, source: Source, failed: Failed, now: dt.datetime) -> Iterator[WatchEvent]:
        """Try again later what may be of the moment; give up the rest."""
        self._tally.unreadable += 1
        if failed.may_retry:
            due_at = now + _FIRST_DELAY * (1 << min(item.attempts - 1, 8))
            self._effect(source, lambda: self._workspace.frontier.retry(item, due_at, now))
        else:
            self._finish(item, source, FrontierState.FAILED, now)
        if _is_root(item):
            yield from self.note_health(source, failed.health, failed.words)

    def _finish(self, item: FrontierItem, source: Source, state: FrontierState, now: dt.datetime) -> None:
        self._effect(source, lambda: self._workspace.frontier.finish(item, state, now))

    def _count_request(self, source: Source) -> None:
        self._tally.requests += 1
        self.uncounted[source.id] = self.uncounted.get(source.id, 0) + 1

    def _effect(self, source: Source, work: Callable[[], T]) -> T:
        """Do some work in one transaction, which counts the requests made since the last one too."""
        requests = self.uncounted.get(source.id, 0)

        def whole() -> T:
            done = work()
            if requests:
                self._workspace.sources.count(source.id, requests=requests)
            return done

        done = self._durably(whole)
        self.uncounted.pop(source.id, None)  # only now: they were made, whatever became of the rest
        return done

    def _durably(self, work: Callable[[], T]) -> T:
        return self._workspace.database.durably(work)


def _is_at_home(item: FrontierItem, source: Source) -> bool:
    """Tell whether something is on the source's own host: what another one says, of pictures, says nothing of it."""
    return _is_root(item) or urlsplit(item.new.url).netloc == urlsplit(source.new.place.text).netloc


def _is_root(item: FrontierItem) -> bool:
    return item.new.urgency is Urgency.ROOT
