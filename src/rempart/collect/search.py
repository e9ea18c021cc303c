"""Search providers behind one protocol: what to ask them, and in which place they show an address.

A query goes out in words. No picture is ever sent: there is no way here to send anything but an address. Positions are
kept with the provider, its locale and the day, and that one is unknown is a value.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final, Protocol
from urllib.parse import quote, urlsplit

from rempart.collect.addresses import canonical
from rempart.collect.engines.brave import COUNT, OFFSET_MOST
from rempart.model.collected import LeftOut, PageKind, ParsedPage
from rempart.model.sighting import PositionKnown

#: Pages of one provider that are asked for a query: beyond some 60 results nobody looks, and each page is paid for.
SEARCH_PAGES_MOST: Final = 3
#: Characters of a query: Brave takes 400, in 50 words.
QUERY_MOST: Final = 400
BRAVE_URL: Final = "https://api.search.brave.com/res/v1/web/search"
JSON_TYPE: Final = "application/json"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelAsk:
    """One request to a channel or to a search provider: all that there is to send."""

    url: str
    """Canonical."""
    accept: str = ""
    """Types to ask for; empty for a page."""
    provider: str
    """Who is asked: ``mastodon``, ``bluesky``, ``telegram``, ``searxng:host``, ``brave``."""
    locale: str = ""
    """In which language and country, as ``fr-FR``; empty if none is said."""
    needs_key: bool = False
    """Nothing is answered without the key of a file of the settings."""
    is_service: bool = False
    """A service that the settings name, for programs: its robots.txt speaks to crawlers of its pages, not of this."""
    since: str = ""
    """Up to where it was read before; empty from its newest."""
    page: int = 0
    """Which page of it this is, from 0."""


class SearchProvider(Protocol):
    """Somebody who can be asked a query."""

    @property
    def name(self) -> str:
        """Return who it is, as positions are kept with: ``brave``, ``searxng:host``."""

    def ask(self, query: str, page: int) -> ChannelAsk:
        """Return how to ask.

        Args:
            query: Words.
            page: From 0.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class SearxngSearch:
    """An instance of SearXNG, of one's own or of somebody who agreed."""

    url: str
    """Where it is, as ``https://search.example/``."""
    locale: str = ""
    """``fr-FR``; empty leaves it to the instance."""

    @property
    def name(self) -> str:
        """Return ``searxng:`` and its host."""
        return f"searxng:{urlsplit(self.url).netloc}"

    def ask(self, query: str, page: int) -> ChannelAsk:
        """Return how to ask; the instance must have ``json`` among its formats."""
        said = f"q={_quoted(_without_commands(query))}&format=json&categories=general&safesearch=0&pageno={page + 1}"
        said += f"&language={self.locale}" if self.locale else ""
        return ChannelAsk(
            url=canonical(f"{self.url.rstrip('/')}/search?{said}"),
            accept=JSON_TYPE,
            provider=self.name,
            locale=self.locale,
            is_service=True,
            page=page,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class BraveSearch:
    """Brave's own index; it is asked with a key."""

    locale: str = ""
    """``fr-FR``; empty leaves it to Brave (``en-US``)."""
    url: str = BRAVE_URL
    """Where it is; another one in tests."""

    @property
    def name(self) -> str:
        """Return ``brave``."""
        return "brave"

    def ask(self, query: str, page: int) -> ChannelAsk:
        """Return how to ask: results as they are, neither corrected nor filtered nor marked."""
        said = f"q={_quoted(query)}&count={COUNT}&offset={min(page, OFFSET_MOST)}&result_filter=web"
        said += "&safesearch=off&spellcheck=false&text_decorations=false"
        language, _, country = self.locale.partition("-")
        said += f"&search_lang={language}" if language else ""
        said += f"&country={country}" if country else ""
        return ChannelAsk(
            url=canonical(f"{self.url}?{said}"),
            accept=JSON_TYPE,
            provider=self.name,
            locale=self.locale,
            needs_key=True,
            is_service=True,
            page=page,
        )


def providers_of(names: Iterable[str], *, searxng_url: str, locale: str) -> tuple[SearchProvider, ...]:
    """Return the providers that settings name, in their order; a name of nobody is passed over."""
    known: dict[str, SearchProvider] = {"brave": BraveSearch(locale=locale)}
    if searxng_url:
        known["searxng"] = SearxngSearch(url=searxng_url, locale=locale)
    return tuple(known[name] for name in dict.fromkeys(names) if name in known)


def position_of(pages: Sequence[ParsedPage], url: str) -> tuple[PositionKnown, int | None]:
    """Return in which place a search shows an address.

    Args:
        pages: What one provider answered to one query on one day, from its first page on.
        url: What is looked for; ``http`` or ``https``, and a slash at its end, make no difference.

    Returns:
        ``KNOWN`` and a place; ``UNKNOWN`` where it is shown without one, where an engine did not answer, or nobody
        did; ``ABSENT`` where all results were given and it is none of them.
    """
    wanted = _same(canonical(url))
    found = [one for page in pages for one in page.results if _same(one.url) == wanted]
    if wanted and found:
        places = [one.position for one in found if one.position is not None]
        return (PositionKnown.KNOWN, min(places)) if places else (PositionKnown.UNKNOWN, None)
    return (PositionKnown.ABSENT if wanted and pages and all(map(_is_whole, pages)) else PositionKnown.UNKNOWN), None


def next_page(page: ParsedPage, ask: ChannelAsk) -> ChannelAsk | None:
    """Return how to ask for more results; None if there are none, or enough."""
    if not page.next_url or ask.page + 1 >= SEARCH_PAGES_MOST or origin_of(page.next_url) != origin_of(ask.url):
        return None
    return replace(ask, url=page.next_url, page=ask.page + 1)


def origin_of(url: str) -> str:
    """Return the scheme, host and port of a canonical address."""
    return "/".join(url.split("/", 3)[:3])


def _is_whole(page: ParsedPage) -> bool:
    missing = {LeftOut.ENGINES, LeftOut.RESULTS, LeftOut.REST} & set(page.left_out)
    return page.kind is PageKind.SEARCH and not missing


def _same(url: str) -> str:
    return url.partition("://")[2].rstrip("/")


def _without_commands(query: str) -> str:
    """Return a query without what SearXNG obeys: ``!!name`` would send it to a site that nobody named.

    Words that begin with ``!``, ``?``, ``:`` or ``<`` choose an engine, a language or a time (docs.searxng.org, search
    syntax).
    """
    return " ".join(bare for word in query.split() if (bare := word.lstrip("!?:<")))


def _quoted(query: str) -> str:
    return quote(" ".join(query.split())[:QUERY_MOST], safe="")
