"""The stop that nothing overrides: what may concern a minor is recognised before it is asked for, and on every page.

Judged are addresses, titles, sections, every word of every post, names of files, what a hotline's list knows, and what
was stopped before, here or on a mirror. Nothing of a page is left out of it: long texts are judged in pieces that
overlap, and a text that is too long to be judged counts as flagged.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Final, Protocol

from rempart.app.frozen_marks import FrozenMarks, host_of
from rempart.app.gating import make_gate
from rempart.app.text_pieces import pieces
from rempart.app.workspace import Workspace
from rempart.collect.mirrors import SAME_LEAST, nearest, signature_of
from rempart.config import Settings
from rempart.model.collected import (
    LeftOut,
    MediaReference,
    PageKind,
    PageLink,
    ParsedPage,
    ParsedPost,
    ReferenceKind,
)
from rempart.model.frontier import Ask, NewFrontier
from rempart.model.gate import Cleared, MinorGate
from rempart.model.ids import ThreadId
from rempart.model.outcome import Stopped, StopReason
from rempart.model.referral import FlagSource
from rempart.model.web import Address

#: Characters of one page, in their plain form, that are judged: 2 million is the most that is read of one.
_JUDGED_MOST: Final = 4_000_000
_FILE_NAME: Final = re.compile(r"[^/\s]+\.[A-Za-z0-9]{2,5}")
#: What a post shows: asked for with its page, unlike what it only links to.
_SHOWN: Final = frozenset({ReferenceKind.ATTACHMENT, ReferenceKind.IMAGE, ReferenceKind.VIDEO})

#: Pages whose posts belong to many threads: one that was not read says nothing of the others.
_OF_MANY: Final = frozenset({PageKind.FEED, PageKind.CHANNEL, PageKind.SEARCH})


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    """Why something is not asked for."""

    source: FlagSource
    """What raised it."""
    rule: str
    """Which rule; never a word of the page."""

    @classmethod
    def of(cls, stopped: Stopped) -> Flag:
        """Return what the gate said of an address."""
        return cls(source=FlagSource.ADDRESS, rule=stopped.rule)


_FROZEN_ADDRESS: Final = Flag(source=FlagSource.MIRROR, rule="frozen address")
_TOO_LONG: Final = Flag(source=FlagSource.TEXT, rule="too long to be judged")
#: Of a page, or of something in it, whose thread was frozen.
FROZEN_THREAD: Final = Flag(source=FlagSource.MIRROR, rule="frozen thread")
_FROZEN_WORDS: Final = Flag(source=FlagSource.MIRROR, rule="frozen words")


@dataclass(frozen=True, slots=True, kw_only=True)
class PageVerdict:
    """What may not be asked for of a page."""

    flag: Flag | None = None
    """Of the page: its thread is frozen, with all it refers to."""
    links: tuple[tuple[PageLink, Flag], ...] = field(default=(), repr=False)
    """Links that are frozen one by one: threads of a listing."""
    media: tuple[tuple[MediaReference, Flag], ...] = field(default=(), repr=False)
    """References that are frozen one by one: those outside posts, and links of posts."""
    signature: bytes = field(default=b"", repr=False)
    """Of the page's first posts; empty if they hold too few words."""

    @property
    def addresses(self) -> frozenset[str]:
        """Return every address that was flagged by itself."""
        return frozenset(link.url for link, _ in self.links) | {each.url for each, _ in self.media}


class FrozenBook(Protocol):
    """What was stopped before, as the store keeps it."""

    def frozen_among(self, digests: Collection[bytes]) -> set[bytes]:
        """Return which of some digests are frozen."""

    def frozen_signatures(self) -> list[bytes]:
        """Return the signatures of threads that were frozen."""


@dataclass(frozen=True, slots=True)
class _Words:
    """Words as the gate takes them."""

    texts: tuple[str, ...] = field(repr=False)

    def names_to_check(self) -> tuple[str, ...]:
        """Return what the gate judges."""
        return self.texts


class Stop:
    """Judges what is about to be asked for, and what was answered."""

    def __init__(
        self,
        gate: Callable[[Callable[[str], str] | None], MinorGate],
        book: FrozenBook,
        marks: FrozenMarks,
        print_of: Callable[[ThreadId], bytes] = lambda _: b"",
        is_frozen_thread: Callable[[ThreadId], bool] = lambda _: False,
    ) -> None:
        """Join the gate with what was stopped before.

        Args:
            gate: Makes a gate with the hotline's words and addresses, and with more addresses that it knows.
            book: What was frozen.
            marks: Makes the digests by which it is found again.
            print_of: Returns the signature of a thread that was read in part; empty if it has none.
            is_frozen_thread: Tells whether a thread was frozen: found anew, what is in it stays stopped.
        """
        #: For ``net``: it also stops redirects to what was frozen.
        self.gate = gate(self._frozen_address)
        self.marks = marks
        self._words = gate(None)
        self._book = book
        self._print_of = print_of
        self._is_frozen_thread = is_frozen_thread

    @classmethod
    def of(cls, workspace: Workspace, settings: Settings) -> Stop:
        """Join what a workspace and the settings have.

        Raises:
            ConfigError: a hotline's list cannot be read: nothing is asked for.
        """
        return cls(
            lambda known: make_gate(settings, known),
            workspace.referrals,
            FrozenMarks(workspace.referrals.digest),
            lambda thread: workspace.threads.signature(thread)[0],
            workspace.threads.is_frozen,
        )

    def judge_address(self, new: NewFrontier) -> Flag | None:
        """Judge what is about to be asked for, with what led to it."""
        if flag := self._of_words(FlagSource.ADDRESS, new.url):
            return flag
        for text in new.context:
            if flag := self._of_words(_kind_of(text, new.ask), text):
                return flag
        # A page that was frozen since may show other pictures by now than it did when these were found.
        page = self.marks.of_address(new.page_url, "") if new.page_url else []
        asked = self.marks.of_asked(new.url, new.key)
        if self._among([*self.marks.of_address(new.url, new.key), *asked, *page]):
            return _FROZEN_ADDRESS
        if new.thread and self._is_frozen_thread(new.thread):
            return FROZEN_THREAD
        # What waits of a thread that was read before another one like it was stopped.
        signature = self._print_of(new.thread) if new.thread else b""
        return _FROZEN_WORDS if self._is_like_frozen(signature) else None

    def clear(self, new: NewFrontier) -> Cleared[Address] | Flag:
        """Judge as :meth:`judge_address`, and return the proof that ``net`` asks for."""
        if flag := self.judge_address(new):
            return flag
        judged = self.gate.check(Address(url=new.url, context=new.context))
        if isinstance(judged, Stopped):
            return Flag.of(judged)
        return judged

    def judge_report(self, url: str, words: Iterable[str] = ()) -> Flag | None:
        """Judge what a person gave: an address or a query, and her own words about it."""
        if flag := self._of_words(FlagSource.ADDRESS, url):
            return flag
        for text in words:
            if flag := self._of_words(FlagSource.REPORTER, text):
                return flag
        return _FROZEN_ADDRESS if self._book.frozen_among(self.marks.of_address(url, "")) else None

    def judge_page(self, page: ParsedPage) -> PageVerdict:
        """Judge everything that a page says, before anything that it refers to is asked for.

        1. Its address, title, section, posts, and the names of what its posts show: they flag the page.
        2. What was frozen elsewhere: its title, its attachments, its words.
        3. Links and other references, each by itself; entries of a feed, each with what it links to and shows.
        """
        signature, host = signature_of(page.posts), host_of(page)
        flag = self._of_own_words(page) or self._of_mirror(page, signature)  # (1) (2)
        if flag:
            return PageVerdict(flag=flag, signature=signature)
        entries = self._of_entries(page, host)  # (3)
        led = {post.url: why for post, why in entries}
        links = [
            (
                each,
                led.get(each.url) or self._of_words(FlagSource.TITLE, each.title, each.url),
                self.marks.of_link(each),
            )
            for each in page.links
        ]
        alone = [(each, self._of_words(FlagSource.FILE_NAME, each.name, each.url)) for each in _alone(page)]
        alone += [(each, why) for post, why in entries for each in post.media]
        media = [(each, flag, self.marks.of_media(each, host)) for each, flag in alone]
        frozen = self._among([mark for _, _, own in (*links, *media) for mark in own])

        def known(marks: list[bytes]) -> Flag | None:
            return None if frozen.isdisjoint(marks) else _FROZEN_ADDRESS

        return PageVerdict(
            links=tuple((each, why) for each, flag, own in links if (why := flag or known(own))),
            media=tuple((each, why) for each, flag, own in media if (why := flag or known(own))),
            signature=signature,
        )

    def _of_entries(self, page: ParsedPage, host: str) -> list[tuple[ParsedPost, Flag]]:
        """Judge the entries of a feed, each with all that is said of it: another one's words say nothing of it."""
        if page.kind is not PageKind.FEED:
            return []
        links, marks = {link.url: link for link in page.links}, []
        for post in page.posts:
            own = [mark for each in post.media for mark in self.marks.of_media(each, host)]
            marks.append(own + (self.marks.of_link(links[post.url]) if post.url in links else []))
        frozen, found = self._among([mark for own in marks for mark in own]), []
        for post, own in zip(page.posts, marks, strict=True):
            flag = self._of_texts([(FlagSource.ADDRESS, post.url), *_words_of(post)])
            if why := flag or (None if frozen.isdisjoint(own) else _FROZEN_ADDRESS):
                found.append((post, why))
        return found

    def _among(self, marks: list[bytes]) -> set[bytes]:
        return self._book.frozen_among(marks) if marks else set()

    def _is_like_frozen(self, signature: bytes) -> bool:
        return bool(signature) and nearest(signature, self._book.frozen_signatures()) >= SAME_LEAST

    def _frozen_address(self, name: str) -> str:
        """Return the rule by which an address was frozen; empty if it was not, or if it is a text."""
        if not name[:8].lower().startswith(("http://", "https://")):
            return ""
        marks = [*self.marks.of_address(name, ""), *self.marks.of_asked(name, "")]
        return _FROZEN_ADDRESS.rule if self._among(marks) else ""

    def _of_own_words(self, page: ParsedPage) -> Flag | None:
        if LeftOut.WORDS in page.left_out or (LeftOut.POSTS in page.left_out and page.kind not in _OF_MANY):
            return _TOO_LONG
        return self._of_texts(_own_words(page))

    def _of_texts(self, texts: Iterable[tuple[FlagSource, str]]) -> Flag | None:
        judged = 0
        for source, text in texts:
            judged += len(unicodedata.normalize("NFKC", text))
            if judged > _JUDGED_MOST:
                return _TOO_LONG
            if flag := self._of_words(source, text):
                return flag
        return None

    def _of_mirror(self, page: ParsedPage, signature: bytes) -> Flag | None:
        whole = replace(page, posts=()) if page.kind is PageKind.FEED else page
        if self._among(self.marks.of_page(whole)):
            return Flag(source=FlagSource.MIRROR, rule="frozen title or attachment")
        return _FROZEN_WORDS if self._is_like_frozen(signature) else None

    def _of_words(self, source: FlagSource, text: str, url: str = "") -> Flag | None:
        """Judge an address, then one text, in pieces if it is long."""
        for kind, words in ((FlagSource.ADDRESS, url), (source, text)):
            for piece in pieces(words) if words else ():
                judged = self._words.check(_Words((piece,)))
                if isinstance(judged, Stopped):
                    is_known = judged.reason is StopReason.KNOWN_ADDRESS
                    return Flag(source=FlagSource.KNOWN_LIST if is_known else kind, rule=judged.rule)
        return None


def gate_of(workspace: Workspace | None, settings: Settings) -> MinorGate:
    """Make the gate of whatever asks for single addresses: what a watch of this workspace froze is stopped there too.

    Raises:
        ConfigError: a hotline's list cannot be read: nothing is asked for.
    """
    return Stop.of(workspace, settings).gate if workspace is not None else make_gate(settings)


def _own_words(page: ParsedPage) -> Iterator[tuple[FlagSource, str]]:
    """Yield what a page says of itself."""
    yield FlagSource.ADDRESS, page.canonical_url
    yield FlagSource.TITLE, page.title
    yield FlagSource.SECTION, page.section
    if page.posts or page.media:  # a list shows nothing itself
        yield FlagSource.TEXT, page.words
    for post in page.posts if page.kind is not PageKind.FEED else ():
        yield from _words_of(post)


def _words_of(post: ParsedPost) -> Iterator[tuple[FlagSource, str]]:
    """Yield what is said in a post, and with it."""
    yield FlagSource.TEXT, post.text
    yield FlagSource.TEXT, post.words
    for each in post.media:
        if each.kind in _SHOWN:
            yield FlagSource.ADDRESS, each.url
        yield FlagSource.FILE_NAME, each.name


def _alone(page: ParsedPage) -> Iterator[MediaReference]:
    """Yield the references that are judged one by one."""
    yield from page.media
    for post in page.posts:
        yield from (each for each in post.media if each.kind not in _SHOWN)


def _kind_of(text: str, ask: Ask) -> FlagSource:
    """Tell a file's name from a title."""
    return FlagSource.FILE_NAME if ask is Ask.MEDIA and _FILE_NAME.fullmatch(text) else FlagSource.TITLE
