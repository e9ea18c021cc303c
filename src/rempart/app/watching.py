"""Watch places: what is due is asked for politely, read, judged, compared and forgotten; only matches are kept.

One thing is asked for at a time, whoever else watches the same workspace: rows of the frontier are claimed under a
lease, and finished in the transaction of their effect. Whatever ends the process, at whatever point, the next watch
goes on where it ended: nothing that was found is lost, and nothing is asked for again before its lease has ended.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import functools
import logging
import os
import secrets
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from types import TracebackType
from typing import Final, Self

from rempart import clock
from rempart.app.alert_sending import send_due
from rempart.app.freezing import Freezing
from rempart.app.mirrors import regroup
from rempart.app.retention import retention_terms
from rempart.app.searching import make_providers, make_wanted
from rempart.app.stopping import Flag, Stop
from rempart.app.watch_asking import ask, wanted_of
from rempart.app.watch_channel import ChannelFollowing
from rempart.app.watch_concluding import Concluding
from rempart.app.watch_events import SourceBegun, SourceEnded, WatchEvent, WatchTally
from rempart.app.watch_local import look_at_local
from rempart.app.watch_media import MediaLooking
from rempart.app.watch_page import PageReader, PageWriter, PostMemory
from rempart.app.watch_seeding import Seeder
from rempart.app.watch_sighting import SightingWriter
from rempart.app.wiring_watch import Outside, make_fetcher, make_parsing_pool
from rempart.app.workspace import Workspace
from rempart.config import Settings
from rempart.errors import LeaseLostError
from rempart.hazmat import ProtectionState
from rempart.model.frontier import FrontierItem
from rempart.model.ids import SourceId
from rempart.model.retention import RowClass
from rempart.model.source import LOCAL, Source
from rempart.net import Wanted
from rempart.store import RetentionRepository

logger = logging.getLogger(__name__)

#: A watch looks at least this often which sources are due, and which may not be watched any more; and, less often, for
#: what was registered meanwhile.
_LOOK_EVERY_S: Final = 60.0
_REFRESH_EVERY_S: Final = 900.0
_SLICE_S: Final = 0.2
#: Before something is tried again in whose middle the watch failed.
_AFTER_A_FAULT: Final = dt.timedelta(minutes=1)
#: Leads that are forgotten in one transaction.
_LEADS_MOST: Final = 500
#: ``--once`` leaves to the next visit what may not be asked for within this: longer than a lease of the frontier, for
#: what a killed watch left; shorter than a host is closed whose robots.txt cannot be had (``net.robots.RETRY_S``), or
#: a machine without network would wait for an hour.
_REACH: Final = dt.timedelta(minutes=12)


class Watch:
    """One process that watches the places of a workspace."""

    def __init__(
        self,
        workspace: Workspace,
        settings: Settings,
        *,
        sources: Sequence[SourceId] = (),
        outside: Outside | None = None,
    ) -> None:
        """Prepare the sandboxes and what is looked for; nothing is asked for yet.

        Args:
            workspace: Whose sources.
            settings: How.
            sources: Only these; all if none is named.
            outside: How the outside is reached, where it is not the usual way.

        Raises:
            ConfigError: the settings or the machine do not allow it, or a list of a hotline cannot be read.
            MisuseError: nothing is looked for in this workspace.
        """
        #: Random: a name of a machine or of a person would stay in the database.
        self.name = f"wat_{secrets.token_hex(4)}"
        self.tally = WatchTally()
        self._workspace = workspace
        self._settings = settings
        self._only = frozenset(sources)
        self._stack = ExitStack()
        self._stop = Stop.of(workspace, settings)
        self._looking = MediaLooking(workspace, settings, self._stop)
        self._stack.callback(self._looking.close)
        self._pool = make_parsing_pool(settings)
        self._stack.callback(self._pool.close)
        reached = outside or Outside()
        self._fetcher = make_fetcher(self._stack, settings, workspace, self._stop.gate, reached)
        channels = ChannelFollowing(workspace, make_providers(settings), reached.homes)
        memory = PostMemory()
        self._channels = channels
        self._seeder = Seeder(workspace, channels)
        self._concluding = Concluding(
            workspace,
            tally=self.tally,
            reader=PageReader(workspace, self._pool, self._stop, memory, channels),
            looking=self._looking,
            pages=PageWriter(workspace, channels),
            sightings=SightingWriter(workspace, settings, memory),
            freezing=Freezing(workspace, self._stop),
        )
        self._sources: dict[SourceId, Source] = {}
        self._visited: set[SourceId] = set()
        #: When something may be asked for again, while nothing may be.
        self.waits_until: dt.datetime | None = None
        self._is_stopping = False
        self._regrouped_at = 0
        self._started_s = self._looked_s = self._refreshed_s = clock.monotonic_s()

    def __enter__(self) -> Self:
        """Return the watch."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the sandboxes and the connections."""
        self._stack.close()

    def stop(self) -> None:
        """End after what is asked for just now; for a signal's handler."""
        self._is_stopping = True

    def events(self, *, once: bool) -> Iterator[WatchEvent]:
        """Visit what is due, and what an earlier watch left; yield what happens.

        Args:
            once: End when everything within reach is done; else go on until stopped.

        Raises:
            UnavailableError: the database stayed away; nothing is lost.
            SandboxError: the sandbox cannot work.
        """
        yield from self._look_after()
        yield from self._begin()
        while not self._is_stopping:
            now = self._workspace.database.instant()
            item = self._claim(now)
            if item is not None:
                yield from self._do(item)
            else:
                send_due(self._workspace, self._settings)
                if not self._pause(now, once=once):
                    break
            if clock.monotonic_s() - self._looked_s > _LOOK_EVERY_S:
                yield from self._look_after()
                if not once:
                    yield from self._begin()
        self._regroup()

    def summary(self) -> WatchTally:
        """Return the counts so far."""
        self.tally.seconds = clock.monotonic_s() - self._started_s
        return self.tally

    @property
    def unverified(self) -> int:
        """Return how many pictures could not be looked at again."""
        return self._looking.unverified

    def missing_protections(self) -> list[ProtectionState]:
        """Return what the sandbox ran without on this machine."""
        return self._pool.missing()

    def _regroup(self) -> None:
        """Say which sources show the same, if pages were read since that was last said."""
        if self.tally.pages > self._regrouped_at:
            self._regrouped_at = self.tally.pages
            self._workspace.database.durably(lambda: regroup(self._workspace))

    # Seeding

    def _look_after(self) -> Iterator[WatchEvent]:
        """End what may not be watched any more, also in the middle of a long visit; and learn what is looked for."""
        self._looked_s = clock.monotonic_s()
        if self._looked_s - self._refreshed_s > _REFRESH_EVERY_S:
            self._looking.refresh()
            self._regroup()
            self._refreshed_s = self._looked_s
        for source, why in self._seeder.ended(self._workspace.database.instant()):
            yield SourceEnded(source=source, why=why)
        watched = self._workspace.database.durably(self._workspace.sources.all)
        self._sources = {s.id: s for s in watched if not self._only or s.id in self._only}

    def _begin(self) -> Iterator[WatchEvent]:
        """Add the first pages of what is due, and forget what matched nothing for long enough."""
        now = self._workspace.database.instant()
        self._forget(now)
        for source in self._seeder.seed(self._sources.values(), now):
            self._note_visit(source.id)
            yield SourceBegun(source=source)
            if source.new.place.kind in LOCAL:
                yield from look_at_local(self._workspace, self._settings, source, self._concluding, self.tally)
        for source, health, words in self._seeder.faults():
            yield from self._concluding.note_health(source, health, words)

    def _forget(self, now: dt.datetime) -> None:
        """Delete leads that are past their end: three days are short for whoever runs the daily job late, or never."""
        database = self._workspace.database
        rows = RetentionRepository(database, retention_terms(self._settings.retention))
        for leads in (RowClass.SEARCH_HIT, RowClass.LOCATOR):
            enforce = functools.partial(rows.enforce, leads, now, _LEADS_MOST)
            while database.durably(enforce) == _LEADS_MOST:
                logger.debug("%d of %s are forgotten", _LEADS_MOST, leads)

    def _note_visit(self, source: SourceId) -> None:
        """Count a source that is visited, be it only to its end: an earlier watch may have begun."""
        self._visited.add(source)
        self.tally.sources = len(self._visited)

    # One item

    def _claim(self, now: dt.datetime) -> FrontierItem | None:
        """Take the most urgent row whose host may be asked, of a source whose budget is not spent."""
        busy = self._concluding.busy
        for host in [host for host, until in busy.items() if until <= now]:
            del busy[host]
        frontier, among = self._workspace.frontier, self._open_sources()
        return self._workspace.database.durably(
            lambda: frontier.claim(self.name, now, busy_hosts=busy, sources=among) if among else None
        )

    def _open_sources(self) -> list[SourceId]:
        """Return the sources of which more may be asked at this visit, whoever asked so far."""
        asked = self._workspace.database.durably(self._workspace.sources.asked)
        mine, budget = self._concluding.uncounted, self._settings.watch.requests_per_visit
        return [source for source in self._sources if asked.get(source, 0) + mine.get(source, 0) < budget]

    def _do(self, item: FrontierItem) -> Iterator[WatchEvent]:
        """Ask for one thing, and note what came of it."""
        source = self._sources[item.source]
        self._note_visit(source.id)
        self.waits_until = None
        try:
            cleared = self._stop.clear(item.new)
            if isinstance(cleared, Flag):
                yield from self._concluding.stopped(item, source, cleared)
                return
            answer = ask(self._fetcher, cleared, self._wanted(source, item))
            yield from self._concluding.conclude(item, source, answer)
        except LeaseLostError:
            logger.warning("what was asked for was given to another process: what was done of it is undone")
        except Exception:
            # Whatever it was, it counts as an attempt: what makes a watch fail each time is given up in the end.
            with contextlib.suppress(Exception):
                now = self._workspace.database.instant()
                self._workspace.frontier.retry(item, now + _AFTER_A_FAULT, now)
            raise
        except BaseException:
            # Asked to stop in the middle: whoever comes next need not wait for the end of the lease.
            with contextlib.suppress(Exception):
                self._workspace.frontier.release(item, self._workspace.database.instant())
            raise

    def _wanted(self, source: Source, item: FrontierItem) -> Wanted:
        """Return what is asked: pages and pictures as they are, interfaces in their way."""
        wanted = wanted_of(item, self._settings)
        how = self._channels.ask_for(source, item)
        if how is None:
            return wanted
        return make_wanted(how, self._settings, os.environ, limits=wanted.limits, validators=wanted.validators)

    # Pauses

    def _pause(self, now: dt.datetime, *, once: bool) -> bool:
        """Wait until something may be asked for; False if ``--once`` has done all that is within reach."""
        frontier, among = self._workspace.frontier, self._open_sources()
        if once and not among:
            return False
        following = self._workspace.database.durably(
            lambda: frontier.next_instant(busy_hosts=self._concluding.busy, sources=among)
        )
        instants = [*self._concluding.busy.values(), *([following] if following else [])]
        first = min(instants, default=None)
        if once and (first is None or first - now > _REACH):
            return False
        self.waits_until = first
        wait_s = _LOOK_EVERY_S if first is None else (first - now).total_seconds()
        self._wait(min(max(wait_s, _SLICE_S / 4), _LOOK_EVERY_S))
        return True

    def _wait(self, pause_s: float) -> None:
        """Wait; a request to stop ends it."""
        end_s = clock.monotonic_s() + pause_s
        while not self._is_stopping and (left_s := end_s - clock.monotonic_s()) > 0:
            clock.sleep_s(min(left_s, _SLICE_S))
