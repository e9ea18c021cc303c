"""A book of what was stopped, and pages to judge, for tests of the stop."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

from rempart.app.frozen_marks import FrozenMarks
from rempart.app.stopping import Stop
from rempart.keys import Keyring
from rempart.model import MinorGate
from rempart.model.collected import Engine, MediaReference, PageKind, ParsedPage, ParsedPost, ReferenceKind
from rempart.model.ids import IdKind, new_id

NOW = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)
#: A word of the gate's own rules.
FLAGGED = "lycéenne"


class FakeBook:
    """Remembers digests and signatures."""

    def __init__(self) -> None:
        """Start with nothing frozen."""
        self.digests: set[bytes] = set()
        self.signatures: list[bytes] = []

    def is_frozen(self, digests: Sequence[bytes]) -> bool:
        """Tell whether one of these was frozen."""
        return not self.digests.isdisjoint(digests)

    def frozen_signatures(self) -> list[bytes]:
        """Return the signatures."""
        return self.signatures


def make_stop(folder: Path, gate: MinorGate | None = None) -> tuple[Stop, FakeBook]:
    """Make a stop with a keyring of its own."""
    keyring, _ = Keyring.create(folder / "keys", passphrase=None, now=NOW)
    book = FakeBook()
    return Stop(gate or MinorGate(), book, FrozenMarks(keyring, new_id(IdKind.WORKSPACE))), book


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
