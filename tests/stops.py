"""A book of what was stopped, and pages to judge, for tests of the stop."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Mapping

from rempart.app.frozen_marks import FrozenMarks
from rempart.app.known_list import KnownList
from rempart.app.stopping import Stop
from rempart.model import MinorGate
from rempart.model.collected import Engine, MediaReference, PageKind, ParsedPage, ParsedPost, ReferenceKind

#: A word of the gate's own rules.
FLAGGED = "lycéenne"


class FakeBook:
    """Remembers digests and signatures."""

    def __init__(self) -> None:
        """Start with nothing frozen."""
        self.digests: set[bytes] = set()
        self.signatures: list[bytes] = []
        self.asked = 0

    def frozen_among(self, digests: Collection[bytes]) -> set[bytes]:
        """Return which of some digests are frozen."""
        self.asked += 1
        return self.digests & set(digests)

    def frozen_signatures(self) -> list[bytes]:
        """Return the signatures."""
        return self.signatures


def digest(text: str) -> bytes:
    """Make 32 bytes of a text."""
    return hashlib.sha256(text.encode()).digest()


def make_stop(known: KnownList | None = None, prints: Mapping[str, bytes] | None = None) -> tuple[Stop, FakeBook]:
    """Make a stop that remembers nothing yet."""
    book, listed, read = FakeBook(), known or KnownList(), prints or {}

    def gate(also: Callable[[str], str] | None) -> MinorGate:
        return MinorGate(known=lambda name: listed.rule(name) or (also(name) if also else ""))

    return Stop(gate, book, FrozenMarks(digest), lambda thread: read.get(thread, b"")), book


def thread_page(
    *posts: str, title: str = "Lost", section: str = "", url: str = "https://forum.example/threads/lost.5/"
) -> ParsedPage:
    """Make a page of a thread with these posts."""
    return ParsedPage(
        engine=Engine.XENFORO,
        kind=PageKind.THREAD,
        canonical_url=url,
        engine_id="5",
        title=title,
        section=section,
        posts=tuple(ParsedPost(engine_id=str(number), text=text) for number, text in enumerate(posts)),
    )


def attachment(number: int = 7, name: str = "one.jpg", host: str = "forum.example") -> MediaReference:
    """Make an attachment of a forum."""
    return MediaReference(
        kind=ReferenceKind.ATTACHMENT,
        url=f"https://{host}/attachments/{name.replace('.', '-')}.{number}/",
        engine_id=str(number),
        name=name,
    )
