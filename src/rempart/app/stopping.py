"""The stop that nothing overrides: what may concern a minor is recognised before it is asked for, and on every page.

Judged are addresses, titles, sections, every word of every post, names of files, what a hotline's list knows, and what
was stopped before, here or on a mirror. Nothing of a page is left out of it: long texts are judged in pieces that
overlap, and a text that is too long to be judged counts as flagged.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

from rempart.app.frozen_marks import FrozenMarks, host_of
from rempart.app.gating import make_gate
from rempart.app.text_pieces import pieces
from rempart.app.workspace import Workspace
from rempart.collect.mirrors import SAME_LEAST, nearest, signature_of
from rempart.config import Settings
from rempart.model.collected import MediaReference, PageLink, ParsedPage, ReferenceKind
from rempart.model.frontier import Ask, NewFrontier
from rempart.model.gate import Cleared, MinorGate
from rempart.model.outcome import Stopped, StopReason
from rempart.model.referral import FlagSource
from rempart.model.web import Address

#: Characters of one page, in their plain form, that are judged: 2 million is the most that is read of one.
_JUDGED_MOST: Final = 4_000_000
_FILE_NAME: Final = re.compile(r"[^/\s]+\.[A-Za-z0-9]{2,5}")
#: What a post shows: asked for with its page, unlike what it only links to.
_SHOWN: Final = frozenset({ReferenceKind.ATTACHMENT, ReferenceKind.IMAGE, ReferenceKind.VIDEO})


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    """Why something is not asked for."""

    source: FlagSource
    """What raised it."""
    rule: str
    """Which rule; never a word of the page."""


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

    def is_frozen(self, digests: Sequence[bytes]) -> bool:
        """Tell whether one of these was frozen."""

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

    def __init__(self, gate: MinorGate, book: FrozenBook, marks: FrozenMarks) -> None:
        """Join the gate with what was stopped before.

        Args:
            gate: With the hotline's words and addresses.
            book: What was frozen.
            marks: Makes the digests by which it is found again.
        """
        self.gate = gate
        self.marks = marks
        self._book = book

    @classmethod
    def of(cls, workspace: Workspace, settings: Settings) -> Stop:
        """Join what a workspace and the settings have.

        Raises:
            ConfigError: a hotline's list cannot be read: nothing is asked for.
        """
        return cls(make_gate(settings), workspace.referrals, FrozenMarks(workspace.keyring, workspace.id))

    def judge_address(self, new: NewFrontier) -> Flag | None:
        """Judge what is about to be asked for, with what led to it."""
        if flag := self._of_words(FlagSource.ADDRESS, new.url):
            return flag
        for text in new.context:
            if flag := self._of_words(_kind_of(text, new.ask), text):
                return flag
        if self._book.is_frozen(self.marks.of_address(new.url, new.key)):
            return Flag(source=FlagSource.MIRROR, rule="frozen address")
        return None

    def clear(self, new: NewFrontier) -> Cleared[Address] | Flag:
        """Judge as :meth:`judge_address`, and return the proof that ``net`` asks for."""
        if flag := self.judge_address(new):
            return flag
        judged = self.gate.check(Address(url=new.url, context=new.context))
        if isinstance(judged, Stopped):
            return Flag(source=FlagSource.ADDRESS, rule=judged.rule)
        return judged

    def judge_report(self, url: str, words: Iterable[str] = ()) -> Flag | None:
        """Judge what a person gave: an address or a query, and her own words about it."""
        if flag := self._of_words(FlagSource.ADDRESS, url):
            return flag
        for text in words:
            if flag := self._of_words(FlagSource.REPORTER, text):
                return flag
        is_frozen = self._book.is_frozen(self.marks.of_address(url, ""))
        return Flag(source=FlagSource.MIRROR, rule="frozen address") if is_frozen else None

    def judge_page(self, page: ParsedPage) -> PageVerdict:
        """Judge everything that a page says, before anything that it refers to is asked for.

        1. Its address, title, section, posts, and the names of what its posts show: they flag the page.
        2. What was frozen elsewhere: its title, its attachments, its words.
        3. Links and other references, each by itself.
        """
        signature = signature_of(page.posts)
        flag = self._of_own_words(page) or self._of_mirror(page, signature)  # (1) (2)
        if flag:
            return PageVerdict(flag=flag, signature=signature)
        return PageVerdict(  # (3)
            links=tuple((each, flag) for each in page.links if (flag := self._of_link(each))),
            media=tuple((each, flag) for each in _alone(page) if (flag := self._of_reference(each, host_of(page)))),
            signature=signature,
        )

    def _of_own_words(self, page: ParsedPage) -> Flag | None:
        judged = 0
        for source, text in _own_words(page):
            judged += len(unicodedata.normalize("NFKC", text))
            if judged > _JUDGED_MOST:
                return Flag(source=FlagSource.TEXT, rule="too long to be judged")
            if flag := self._of_words(source, text):
                return flag
        return None

    def _of_mirror(self, page: ParsedPage, signature: bytes) -> Flag | None:
        if self._book.is_frozen(self.marks.of_page(page)):
            return Flag(source=FlagSource.MIRROR, rule="frozen title or attachment")
        if signature and nearest(signature, self._book.frozen_signatures()) >= SAME_LEAST:
            return Flag(source=FlagSource.MIRROR, rule="frozen words")
        return None

    def _of_link(self, link: PageLink) -> Flag | None:
        flag = self._of_words(FlagSource.ADDRESS, link.url) or self._of_words(FlagSource.TITLE, link.title)
        if flag:
            return flag
        is_frozen = self._book.is_frozen(self.marks.of_link(link))
        return Flag(source=FlagSource.MIRROR, rule="frozen thread") if is_frozen else None

    def _of_reference(self, reference: MediaReference, host: str) -> Flag | None:
        flag = self._of_words(FlagSource.ADDRESS, reference.url)
        flag = flag or self._of_words(FlagSource.FILE_NAME, reference.name)
        if flag:
            return flag
        is_frozen = self._book.is_frozen(self.marks.of_media(reference, host))
        return Flag(source=FlagSource.MIRROR, rule="frozen attachment") if is_frozen else None

    def _of_words(self, source: FlagSource, text: str) -> Flag | None:
        """Judge one text, in pieces if it is long."""
        if not text:
            return None
        for piece in pieces(text):
            judged = self.gate.check(_Words((piece,)))
            if isinstance(judged, Stopped):
                is_known = judged.reason is StopReason.KNOWN_ADDRESS
                return Flag(source=FlagSource.KNOWN_LIST if is_known else source, rule=judged.rule)
        return None


def _own_words(page: ParsedPage) -> Iterator[tuple[FlagSource, str]]:
    """Yield what a page says of itself."""
    yield FlagSource.ADDRESS, page.canonical_url
    yield FlagSource.TITLE, page.title
    yield FlagSource.SECTION, page.section
    for post in page.posts:
        yield FlagSource.TEXT, post.text
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
