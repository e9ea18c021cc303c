"""Channels and searches in a watch: how their interfaces are asked, and what follows from an answer."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from typing import Final

from rempart.app.workspace import Workspace
from rempart.collect.channels import ChannelHomes, ask_of, first_asks, follow, new_cursor
from rempart.collect.search import ChannelAsk, SearchProvider
from rempart.model.collected import PageKind, ParsedPage
from rempart.model.frontier import Ask, FrontierItem, NewFrontier, Urgency
from rempart.model.ids import SourceId
from rempart.model.sighting import SearchHit
from rempart.model.source import Source, SourceKind

CHANNELS: Final = frozenset({SourceKind.MASTODON, SourceKind.BLUESKY, SourceKind.TELEGRAM, SourceKind.SEARCH})


class ChannelFollowing:
    """Asks channels and searches on, page after page, and notes up to where they were read."""

    def __init__(
        self, workspace: Workspace, providers: Sequence[SearchProvider], homes: ChannelHomes | None = None
    ) -> None:
        """Know whom to ask.

        Args:
            workspace: Where positions and cursors are kept.
            providers: Whom to ask a query.
            homes: Where channels are asked, if not where they are.
        """
        self._workspace = workspace
        self._homes = homes or ChannelHomes()
        self.providers = tuple(providers)
        self._pages: dict[str, int] = {}
        self._cursors: dict[SourceId, str] = {}

    def first(self, source: Source) -> tuple[ChannelAsk, ...]:
        """Return what a visit begins with."""
        return first_asks(source.new.place, source.cursor, self.providers, self._homes)

    def ask_for(self, source: Source, item: FrontierItem) -> ChannelAsk | None:
        """Return how to ask an interface; None where an item is an ordinary page or picture."""
        if source.new.place.kind not in CHANNELS or item.new.ask is not Ask.PAGE:
            return None
        page = self._pages.get(item.new.url, 0)
        return ask_of(source.new.place, item.new.url, source.cursor, self.providers, page=page, homes=self._homes)

    def follow(self, source: Source, item: FrontierItem, page: ParsedPage, ask: ChannelAsk) -> tuple[NewFrontier, ...]:
        """Return what to ask for after an answer: the next page of it, and the pages that a search found."""
        found = []
        known = self._cursors.get(source.id, source.cursor)
        self._cursors[source.id] = new_cursor(page, known)
        if following := follow(page, ask):
            self._pages[following.url] = following.page
            found.append(
                NewFrontier(
                    ask=Ask.PAGE, url=following.url, key=following.url, depth=0, urgency=Urgency.CHANGED, again=True
                )
            )
        if source.new.depth > 0:
            found += [_of_result(one.url, one.title, item.new) for one in page.results]
        return tuple(found)

    def write(
        self, source: Source, page: ParsedPage, ask: ChannelAsk, now: dt.datetime, flagged: Collection[str] = ()
    ) -> None:
        """Note positions, and up to where a channel was read once it was; part of the caller's transaction.

        The addresses of results that were flagged are in the outbox of referrals alone.
        """
        if page.kind is PageKind.SEARCH:
            self._workspace.sightings.add_hits(
                [
                    SearchHit(
                        source=source.id,
                        provider=ask.provider,
                        locale=ask.locale,
                        at=now,
                        url=one.url,
                        position=one.position,
                    )
                    for one in page.results
                    if one.url not in flagged
                ]
            )
        # A visit that is cut before its last page begins where the one before ended: nothing is passed over.
        if follow(page, ask) is None and (cursor := self._cursors.get(source.id, "")) and cursor != source.cursor:
            self._workspace.sources.set_cursor(source.id, cursor)


def _of_result(url: str, title: str, asked: NewFrontier) -> NewFrontier:
    context = tuple(text for text in (title, *asked.context) if text)
    return NewFrontier(ask=Ask.PAGE, url=url, key=url, context=context, depth=1, urgency=Urgency.NEW)
