"""Listings of a directory, as Apache, nginx, lighttpd, Caddy and Python's own server write them: names and sizes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

from rempart.collect.budget import clean_title
from rempart.collect.document import Document, words_of
from rempart.collect.interface import HtmlReader
from rempart.collect.references import References
from rempart.collect.sizes import parse_short_size
from rempart.model.collected import Engine, PageKind, PageLink, ParsedPage, ReferenceKind

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

_TITLE: Final = re.compile(r"(?:Index of|Directory listing (?:for|of)) ?/", re.IGNORECASE)
#: After a name: a time for people, and a size, which is a dash for a folder.
_AFTER: Final = re.compile(r"\s+\d{1,4}[-/ ]\w{2,3}[-/ ]\d{1,4}[ T]\d\d:\d\d(?::\d\d)?\s+(-|\d[\d.,]*\s?[KMGT]?i?B?)")


def signs(page: Document) -> tuple[str, ...]:
    """Recognise a listing by its title, which all of them share."""
    for words in (words_of(page.first("h1")), page.title):
        if _TITLE.match(words):
            return ("title Index of /",)
    return ()


def read(page: Document) -> ParsedPage:
    """Read a listing: its files are references, its folders pages to go on with."""
    references = page.walker.references()
    links = []
    for node in page.tree.css("a[href]"):
        url = page.addresses.absolute(node.attributes.get("href"))
        if not _is_below(url, page.addresses.page):
            continue
        name = clean_title(unquote(url.rstrip("/").rpartition("/")[2]))
        if url.endswith("/"):
            if page.budget.link():
                links.append(PageLink(kind=PageKind.LISTING, url=url, title=name))
        else:
            _refer(node, name, references)
    return ParsedPage(
        engine=Engine.LISTING,
        kind=PageKind.LISTING,
        canonical_url=page.url,
        title=page.title or words_of(page.first("h1")),
        media=references.all(),
        links=tuple(links),
    )


def _is_below(url: str, page: str) -> bool:
    """Tell an entry from the columns' headings, the folder above, and what the server says of itself."""
    folder = page.partition("?")[0].rpartition("/")[0] + "/"
    return url.startswith(folder) and len(url) > len(folder) and "?" not in url


def _refer(node: LexborNode, name: str, references: References) -> None:
    references.add(node.attributes.get("href"), kind=ReferenceKind.ATTACHMENT, name=name, size_bytes=_size(node))


def _size(node: LexborNode) -> int | None:
    """Read the size that stands behind a name, in a line of text or in a cell of its row."""
    following = node.next
    if following is not None and following.tag == "-text":
        found = _AFTER.match(following.text_content or "")
        return parse_short_size(found[1]) if found else None
    row = node.parent
    while row is not None and row.tag not in {"tr", "table", "body"}:
        row = row.parent
    if row is None or row.tag != "tr":
        return None
    sizes = (parse_short_size(cell.text()) for cell in row.css("td")[1:])
    return next((size for size in sizes if size is not None), None)


READER: Final = HtmlReader(engine=Engine.LISTING, signs=signs, read=read)
