"""Freeze what may concern a minor, here and on mirrors, and write that it is to be handed over.

Part of the transaction in which it was noticed: from the commit on, nothing of it is asked for by any process.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from rempart.app.stopping import Flag, Stop
from rempart.app.workspace import Workspace
from rempart.collect.mirrors import signature_of
from rempart.errors import NotFoundError
from rempart.model.collected import MediaReference, PageLink, ParsedPage
from rempart.model.frontier import Ask, FrontierItem
from rempart.model.ids import SourceId, ThreadId
from rempart.model.referral import NewReferral

#: What a digest stands for, as it is kept.
_KIND = "mark"


class Freezing:
    """Freezes for one workspace."""

    def __init__(self, workspace: Workspace, stop: Stop) -> None:
        """Take the marks by which what is frozen is recognised again."""
        self._workspace = workspace
        self._marks = stop.marks

    def freeze_item(
        self, item: FrontierItem, source: SourceId, flag: Flag, page: ParsedPage | None, now: dt.datetime
    ) -> None:
        """Freeze what was asked for, or was about to be: its thread, and all that its page refers to.

        What is like its thread elsewhere is recognised by the thread's own signature and by this page's, whichever of
        the two was read first.

        Args:
            item: The row, which the caller finishes.
            source: Through which it was found.
            flag: What raised the flag.
            page: What was read of it; None if it was not asked for.
            now: When.
        """
        workspace, new = self._workspace, item.new
        self._refer(new.url, source, flag, now)
        marks = self._marks.of_address(new.url, new.key)
        if page is not None:
            marks += self._marks.of_page(page)
            for reference in page.media:
                marks += self._marks.of_media(reference, "")
        self._freeze(marks, now)
        thread = new.thread
        if thread is None and page is not None:
            known = workspace.threads.find(source, page.canonical_url)
            thread = known.id if known else None
        signatures = [signature_of(page.posts) if page else b""]
        signatures += [workspace.threads.signature(thread)[0]] if thread else []
        for signature in filter(None, signatures):
            workspace.referrals.freeze_signature(signature, now)
        if thread is not None:
            self._freeze(self._known_of(source, thread), now)
            workspace.threads.freeze(thread)
            workspace.frontier.freeze(source, now, thread=thread)

    def _known_of(self, source: SourceId, thread: ThreadId) -> list[bytes]:
        """Return the marks of all that was found in a thread: another source may know it under one of its own."""
        try:
            known = self._workspace.threads.get(thread)
        except NotFoundError:  # it was past its end meanwhile
            return []
        marks = [mark for url in (known.url, known.tail_url) if url for mark in self._marks.of_address(url, "")]
        for one in self._workspace.frontier.known_of(source, thread):
            of = self._marks.of_address if one.ask is Ask.PAGE else self._marks.of_asked
            marks += of(one.url, one.key)
        return marks

    def freeze_found(
        self, found: PageLink | MediaReference, source: SourceId, flag: Flag, host: str, now: dt.datetime
    ) -> None:
        """Freeze one thing that a page refers to: the page itself goes on.

        Args:
            found: What.
            source: Through which it was found.
            flag: What raised the flag.
            host: Of the page.
            now: When.
        """
        self._refer(found.url, source, flag, now)
        if isinstance(found, PageLink):
            self._freeze(self._marks.of_link(found), now)
            if known := self._workspace.threads.find(source, found.url):
                self._workspace.threads.freeze(known.id)
                self._workspace.frontier.freeze(source, now, thread=known.id)
        else:
            self._freeze(self._marks.of_media(found, host), now)
        self._workspace.frontier.freeze(source, now, keys=[found.url])

    def freeze_report(self, url: str, flag: Flag, now: dt.datetime, source: SourceId | None = None) -> None:
        """Freeze what a person gave, by its address or by her words about it."""
        self._refer(url, source, flag, now)
        self._freeze(self._marks.of_address(url, ""), now)

    def _refer(self, url: str, source: SourceId | None, flag: Flag, now: dt.datetime) -> None:
        self._workspace.referrals.add(NewReferral(url=url, flag=flag.source, rule=flag.rule, source=source), now)

    def _freeze(self, marks: Iterable[bytes], now: dt.datetime) -> None:
        self._workspace.referrals.freeze([(_KIND, mark) for mark in dict.fromkeys(marks)], now)
