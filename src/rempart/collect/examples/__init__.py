"""Pages made by hand from the documented markup of each engine, with what must be read of them; nobody's words.

The room's contract test reads each; a worker reads each once before it is closed in, so that nothing loads too late.
"""

from __future__ import annotations

from typing import Final

from rempart.collect.examples import (
    channels,
    discourse,
    feed,
    files,
    generic,
    machina,
    misago,
    phpbb,
    search,
    sitemap,
    xenforo,
)
from rempart.collect.interface import ExamplePage

EXAMPLES: Final[tuple[ExamplePage, ...]] = (
    *xenforo.PAGES,
    *phpbb.PAGES,
    *discourse.PAGES,
    *machina.PAGES,
    *misago.PAGES,
    *generic.PAGES,
    *feed.PAGES,
    *sitemap.PAGES,
    *files.PAGES,
    *channels.PAGES,
    *search.PAGES,
)

__all__ = ["EXAMPLES"]
