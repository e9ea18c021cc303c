"""With what a visit begins: which sources are due and still allowed, and what is asked for first of each."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

from rempart.app.plans import effective_every
from rempart.app.sources import still_allowed, stop_watching
from rempart.app.watch_channel import CHANNELS, ChannelFollowing
from rempart.app.worker import ACTOR
from rempart.app.workspace import Workspace
from rempart.collect import canonical, end_of, kind_of
from rempart.collect.channels import refusal_of
from rempart.collect.naming import refusal_of_line
from rempart.model.collected import ReferenceKind
from rempart.model.frontier import Ask, NewFrontier, Thread, Urgency
from rempart.model.sighting import Sighting
from rempart.model.source import LOCAL, Health, Source, SourceKind

#: Of a file of addresses: lines, and bytes.
LINES_MOST: Final = 100_000
_FILE_BYTES_MOST: Final = 32 * 1024 * 1024
#: A picture that matched is looked at again after so long: four times before its sighting would end.
_CHECK_AFTER: Final = dt.timedelta(days=7)


class Seeder:
    """Begins visits."""

    def __init__(self, workspace: Workspace, channels: ChannelFollowing) -> None:
        """Work on a workspace."""
        self._workspace = workspace
        self._channels = channels
        self._faults: list[tuple[Source, Health, str]] = []

    def ended(self, now: dt.datetime) -> Iterator[tuple[Source, str]]:
        """End what may not be watched any more, and yield each with why.

        A source ends on its day, and as soon as what it rests on does: a consent, a case, who answers for it.
        """
        workspace = self._workspace
        for source in workspace.database.durably(workspace.sources.all):
            why = still_allowed(workspace, source, now)
            if why and workspace.database.durably(functools.partial(stop_watching, workspace, source.id, ACTOR, now)):
                yield source, why

    def seed(self, sources: Iterable[Source], now: dt.datetime) -> Iterator[Source]:
        """Add what is asked for first of each source that is due, and say when it is due again; in one transaction."""
        workspace = self._workspace
        for source in sources:
            if not source.is_due(now):
                continue
            news = [*self._first(source), *self._checks(source, now)]
            due_at = now + effective_every(workspace, source, now)

            def work(source: Source = source, news: list[NewFrontier] = news, due_at: dt.datetime = due_at) -> bool:
                if not workspace.sources.seeded(source.id, due_at, now):
                    return False
                workspace.frontier.add(source.id, news, now)
                workspace.frontier.reopen(source.id, now)
                return True

            if workspace.database.durably(work):
                yield source

    def faults(self) -> list[tuple[Source, Health, str]]:
        """Return which sources could not be begun, and why; each once."""
        faults, self._faults = self._faults, []
        return faults

    def _first(self, source: Source) -> list[NewFrontier]:
        """Return what a visit of a source begins with."""
        place = source.new.place
        if place.kind in LOCAL:
            return []
        if place.kind in CHANNELS:
            return self._channel(source)
        if place.kind is SourceKind.LIST:
            return self._of_list(source)
        thread = self._thread(source)
        if thread and thread.is_frozen:
            self._faults.append((source, Health.STOPPED, "it may concern minors: nothing of it is asked for"))
            return []
        if thread and thread.tail_url:
            return [replace(_root(thread.tail_url), thread=thread.id)]
        return [_root(place.text)]

    def _thread(self, source: Source) -> Thread | None:
        """Return what is known of a source that is one thread: its last page is asked for, not its first."""
        threads, place = self._workspace.threads, source.new.place
        if place.kind is not SourceKind.PAGE:
            return None
        return self._workspace.database.durably(lambda: threads.find(source.id, canonical(place.text)))

    def _checks(self, source: Source, now: dt.datetime) -> list[NewFrontier]:
        """Return pictures that matched and were not looked at for a while: still there, or gone, is worth knowing.

        Temporary addresses have ended meanwhile, which says nothing.
        """
        if source.new.place.kind in LOCAL:
            return []
        sightings = self._workspace.sightings
        due = self._workspace.database.durably(lambda: sightings.due_for_check(source.id, now - _CHECK_AFTER))
        return [_check(one) for one in due if not end_of(one.seen.media_url)[0]]

    def _channel(self, source: Source) -> list[NewFrontier]:
        place = source.new.place
        if health := refusal_of(place):
            self._faults.append((source, health, "it is open to invited people only, or cannot be asked"))
            return []
        asks = self._channels.first(source)
        if not asks:
            self._faults.append((source, Health.REFUSED, "no search provider is set: search.providers"))
        return [_root(one.url) for one in asks]

    def _of_list(self, source: Source) -> list[NewFrontier]:
        """Return the addresses of a file, each with the words that stand beside it: they are judged with it."""
        try:
            with Path(source.new.place.text).open("rb") as file:
                data = file.read(_FILE_BYTES_MOST + 1)
        except OSError as error:
            self._faults.append((source, Health.MISSING, f"the file cannot be read: {error.strerror}"))
            return []
        if len(data) > _FILE_BYTES_MOST:
            self._faults.append((source, Health.NOT_READ, f"the file has more than {_FILE_BYTES_MOST} bytes"))
            return []
        lines = data.decode("utf-8", "replace").splitlines()
        if len(lines) > LINES_MOST:
            self._faults.append((source, Health.NOT_READ, f"only the first {LINES_MOST} lines are read"))
        said = [line for line in lines[:LINES_MOST] if line.strip() and not line.strip().startswith("#")]
        found = [new for line in said if (new := _of_line(line))]
        if not said or len(found) < len(said):
            words = f"{len(said) - len(found)} of its {len(said)} lines are no address (https://…): left out"
            self._faults.append((source, Health.NOT_READ, words if said else "the file has no line"))
        is_about_person = bool(source.new.owner or source.new.case)
        names = tuple(owner.name for owner in self._workspace.owners.all())
        allowed = [new for new in found if not refusal_of_line(new.url, names, is_about_person=is_about_person)]
        if len(allowed) < len(found):
            words = f"{len(found) - len(allowed)} addresses lead to closed rooms or to people: left out"
            self._faults.append((source, Health.REFUSED, words))
        return allowed


def _of_line(line: str) -> NewFrontier | None:
    """Read one line: an address, and words about it."""
    address, _, words = line.strip().partition(" ")
    url = canonical(address)
    if not url:
        return None
    if kind_of(url) is not ReferenceKind.IMAGE:
        return _root(url, words.strip())
    is_temporary, ends = end_of(url)
    return NewFrontier(
        ask=Ask.MEDIA,
        url=url,
        key=url,
        context=(words.strip(),) if words.strip() else (),
        depth=0,
        urgency=Urgency.ENDING if is_temporary else Urgency.MEDIA,
        expires_at=ends,
        page_url=url,
        again=True,
    )


def _check(sighting: Sighting) -> NewFrontier:
    seen = sighting.seen
    return NewFrontier(
        ask=Ask.MEDIA,
        url=seen.media_url,
        key=seen.media_url,
        depth=0,
        urgency=Urgency.MEDIA,
        thread=seen.thread,
        post=seen.post,
        page_url=seen.page_url,
        posted_at=seen.posted_at,
        again=True,
    )


def _root(url: str, words: str = "") -> NewFrontier:
    return NewFrontier(
        ask=Ask.PAGE,
        url=url,
        key=url,
        context=(words,) if words else (),
        depth=0,
        urgency=Urgency.ROOT,
        again=True,
    )
