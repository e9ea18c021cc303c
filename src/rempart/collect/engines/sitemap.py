"""Sitemaps (sitemaps.org): of pages, of sitemaps, of pictures and videos; as XML, as lines, compressed or not.

The format is flat: its few elements are found by their names, without a parser that could be made to expand something.
"""

from __future__ import annotations

import datetime as dt
import html
import re
import zlib
from typing import Final

from rempart.collect.budget import clean_title
from rempart.collect.instants import parse_instant
from rempart.collect.limits import PAGE_BYTES_MOST
from rempart.collect.references import References
from rempart.collect.walking import Walker
from rempart.errors import MediaError
from rempart.model import UnreadableReason
from rempart.model.collected import Engine, LeftOut, PageKind, PageLink, ParsedPage, ReferenceKind

_ROOT: Final = re.compile(rb"<(?:[A-Za-z]{1,20}:)?(urlset|sitemapindex)[\s>]")
_PREFIX_BYTES: Final = 4_096
_GZIP: Final = b"\x1f\x8b"
#: zlib's own: gzip, with its header.
_GZIP_WINDOW: Final = 31
#: The elements that are read, opening or closing, with the text that follows; text may be in CDATA.
_ELEMENT: Final = re.compile(
    r"<(/?)(?:([A-Za-z]{1,20}):)?(url|sitemap|loc|lastmod|content_loc|thumbnail_loc|player_loc|image|caption|title|"
    r"geo_location|description|tag|category)\s*>"
    r"(?:\s*<!\[CDATA\[([^\]]{0,8192})\]\]>|([^<]{0,8192}))"
)
#: What is said of a video, or of news, on a page.
_WORDS: Final = frozenset("caption title description tag category geo_location".split())
_DATE: Final = re.compile(r"\d{4}-\d\d-\d\d")
_LINE: Final = re.compile(r"https?://\S{1,8000}")


def unpacked(body: bytes) -> bytes:
    """Return a sitemap that may be compressed, as it is inside.

    Raises:
        MediaError: there is more in it than a page may have, or it is damaged.
    """
    if not body.startswith(_GZIP):
        return body
    unpacker = zlib.decompressobj(_GZIP_WINDOW)
    try:
        plain = unpacker.decompress(body, PAGE_BYTES_MOST)
    except zlib.error as error:
        raise MediaError(UnreadableReason.DAMAGED, "gzip") from error
    if unpacker.unconsumed_tail:
        raise MediaError(UnreadableReason.BOMB, f"> {PAGE_BYTES_MOST} bytes")
    return plain


def signs(body: bytes) -> tuple[str, ...]:
    """Recognise a sitemap by its root element."""
    found = _ROOT.search(body[:_PREFIX_BYTES])
    return (f"root <{found[1].decode('ascii')}>",) if found else ()


def are_addresses(text: str) -> bool:
    """Tell whether every line of a text is an address: the plain form of a sitemap, and a list of addresses."""
    lines = [line.strip() for line in text[:20_000].splitlines()[:50] if line.strip()]
    return bool(lines) and all(_LINE.fullmatch(line) for line in lines)


def read(text: str, walker: Walker) -> ParsedPage:
    """Read a sitemap in XML, already unpacked and decoded."""
    links: list[PageLink] = []
    references = walker.references()
    is_sitemap, address, title = False, "", ""
    changed: dt.datetime | None = None
    picture: dict[str, str] = {}
    for found in _ELEMENT.finditer(text):
        closing, prefix, name = found[1], found[2], found[3]
        value = html.unescape((found[4] or found[5] or "").strip())
        if closing and name in {"url", "sitemap"}:
            _add(links, walker, address, changed, is_sitemap=is_sitemap, title=title)
            address, changed, title = "", None, ""
        elif prefix == "image" and name == "image":
            _refer_picture(picture, references)
            picture = {}
        elif prefix == "image" and not closing:
            picture[name] = f"{picture.get(name, '')} {value}".strip()
        elif name in {"url", "sitemap"}:
            is_sitemap, address, changed, title = name == "sitemap", "", None, ""
        elif not closing and name == "loc" and prefix not in {"image", "video"}:
            address = value
        elif not closing and name == "lastmod":
            changed = _changed(value)
        elif not closing:
            _refer(name, value, references)
            title += f" {value}" if name in _WORDS else ""
    _refer_picture(picture, references)
    if not re.search(r"</(?:[A-Za-z]{1,20}:)?(?:urlset|sitemapindex)\s*>\s*\Z", text[-200:]):
        walker.budget.leave_out(LeftOut.REST)
    return _page(walker, links, references)


def read_lines(text: str, walker: Walker) -> ParsedPage:
    """Read a sitemap that is one address a line."""
    links: list[PageLink] = []
    for line in text.splitlines():
        _add(links, walker, line.strip(), None, is_sitemap=False)
    return _page(walker, links, walker.references())


def _page(walker: Walker, links: list[PageLink], references: References) -> ParsedPage:
    return ParsedPage(
        engine=Engine.SITEMAP,
        kind=PageKind.SITEMAP,
        canonical_url=walker.addresses.page,
        media=references.all(),
        links=tuple(links),
    )


def _add(
    links: list[PageLink],
    walker: Walker,
    address: str,
    changed: dt.datetime | None,
    *,
    is_sitemap: bool,
    title: str = "",
) -> None:
    url = walker.addresses.absolute(address)
    if url and walker.budget.link():
        kind = PageKind.SITEMAP if is_sitemap else PageKind.UNKNOWN
        links.append(PageLink(kind=kind, url=url, changed_at=changed, title=clean_title(title)))


def _refer_picture(said: dict[str, str], references: References) -> None:
    """Add a picture, with what is said of it as its name."""
    words = " ".join(value for name, value in said.items() if name != "loc")
    references.add(said.get("loc"), kind=ReferenceKind.IMAGE, name=words)


def _refer(name: str, value: str, references: References) -> None:
    if name == "content_loc":
        references.add(value, kind=ReferenceKind.VIDEO)
    elif name == "player_loc":
        references.add(value, kind=ReferenceKind.LINK)


def _changed(text: str) -> dt.datetime | None:
    """Read a time, or a day: a day counts from its end, so that nothing of it is taken for known."""
    if _DATE.fullmatch(text):
        day = parse_instant(f"{text}T00:00:00Z")
        return day + dt.timedelta(days=1) if day else None
    return parse_instant(text)
