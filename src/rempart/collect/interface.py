"""What the room's parts agree on: how an engine is recognised and read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from rempart.collect.document import Document
from rempart.collect.walking import Walker
from rempart.model.collected import Engine, ParsedPage

#: Signs by which a page is of this engine, the strongest first; empty if it is not.
Signs = Callable[[Document], tuple[str, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class HtmlReader:
    """Knows one engine by its markup."""

    engine: Engine
    """Which."""
    signs: Signs
    """Recognises it, at the cost of a look."""
    read: Callable[[Document], ParsedPage]
    """Reads a page that is recognised; what the page lacks is empty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JsonReader:
    """Knows one engine by the answers of its interface for programs."""

    engine: Engine
    """Which."""
    signs: Callable[[Mapping[str, object]], tuple[str, ...]]
    """Recognises an answer by its fields."""
    read: Callable[[Mapping[str, object], Walker], ParsedPage]
    """Reads one; a field of another type than is documented counts as not there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchedPage:
    """One page as it was fetched, on its way into the sandbox."""

    url: str
    """Where it was in the end."""
    body: bytes = field(repr=False)
    """Decompressed; a sitemap may be compressed once more."""
    media_type: str = ""
    """What it said it is, without parameters; empty if nothing."""
    charset: str = ""
    """What it said of its letters; empty if nothing."""
    status: int = 200
    """What the host answered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExamplePage:
    """A page of an engine, made by hand from its documented markup, and what must be read of it."""

    name: str
    """What it shows."""
    page: FetchedPage
    """Nobody's words."""
    expected: ParsedPage
    """Every value."""
