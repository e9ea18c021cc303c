"""One file per engine; the order in which pages are offered to them, the surest marks first."""

from __future__ import annotations

from typing import Final

from rempart.collect.engines import (
    bluesky,
    brave,
    discourse,
    file_host,
    generic,
    listing,
    machina,
    mastodon,
    misago,
    misago_page,
    paste,
    phpbb,
    searxng,
    telegram,
    xenforo,
)
from rempart.collect.interface import HtmlReader, JsonReader

#: The last takes every page.
HTML_READERS: Final[tuple[HtmlReader, ...]] = (
    xenforo.READER,
    phpbb.READER,
    discourse.HTML_READER,
    misago_page.READER,
    machina.READER,
    telegram.READER,
    listing.READER,
    file_host.READER,
    paste.READER,
    generic.READER,
)
JSON_READERS: Final[tuple[JsonReader, ...]] = (
    discourse.JSON_READER,
    misago.JSON_READER,
    mastodon.READER,
    bluesky.READER,
    searxng.READER,
    brave.READER,
)

__all__ = ["HTML_READERS", "JSON_READERS"]
