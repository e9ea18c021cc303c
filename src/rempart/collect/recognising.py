"""Tells what made a page, with the signs of it, and has it read: bytes in, one value out, whatever the bytes are."""

from __future__ import annotations

import codecs
import json
import re
from dataclasses import replace
from typing import Final

from rempart.collect.addresses import Addresses
from rempart.collect.budget import Budget
from rempart.collect.document import Document
from rempart.collect.engines import HTML_READERS, JSON_READERS, feed, paste, sitemap
from rempart.collect.engines.json_values import as_object
from rempart.collect.interface import FetchedPage
from rempart.collect.limits import EVIDENCE_MOST, PAGE_BYTES_MOST
from rempart.collect.walking import Walker
from rempart.collect.walls import wall_of
from rempart.errors import MediaError
from rempart.model import UnreadableReason
from rempart.model.collected import Engine, LeftOut, PageKind, ParsedPage, Wall

#: Encodings that pages are in (WHATWG Encoding): others are read as UTF-8. Loaded before the worker is closed in.
CHARSETS: Final = (
    *(
        "utf-8",
        "utf-16-le",
        "utf-16-be",
        "cp1250",
        "cp1251",
        "cp1252",
        "cp1253",
        "cp1254",
        "cp1255",
        "cp1256",
        "cp1257",
    ),
    *("cp1258", "cp866", "cp874", "iso8859-1", "iso8859-2", "iso8859-5", "iso8859-15", "koi8-r", "koi8-u", "gb18030"),
    *("gbk", "gb2312", "big5", "euc_jp", "shift_jis", "iso2022_jp", "euc_kr", "ascii"),
)
#: As browsers do, what calls itself Latin-1 is read as the code page of Windows (WHATWG Encoding §4.2).
_AS_WINDOWS: Final = frozenset({"ascii", "iso8859-1"})
_MARKUP: Final = re.compile(
    rb"<(?:!doctype|html|head|body|title|meta|div|p|table|h1|a|pre|script|link)\b", re.IGNORECASE
)
_SNIFFED_BYTES: Final = 4_096
#: Kinds of page on which a form to log in, or a captcha, stands beside what was asked for.
_HAS_CONTENT: Final = frozenset({PageKind.THREAD, PageKind.FORUM, PageKind.LISTING, PageKind.FILE_HOST, PageKind.PASTE})


def read_page(page: FetchedPage) -> ParsedPage:
    """Read one page.

    Raises:
        MediaError: it is too large, expands too much, or is damaged beyond reading.
    """
    body = sitemap.unpacked(page.body)
    if len(body) > PAGE_BYTES_MOST:
        raise MediaError(UnreadableReason.TOO_MANY_BYTES, f"{len(body)} > {PAGE_BYTES_MOST}")
    start = body[:_SNIFFED_BYTES].lstrip(b"\xef\xbb\xbf \t\r\n")
    if start[:1] in {b"{", b"["} and (found := _read_json(body, page)):
        return found
    if marks := sitemap.signs(body):
        walker = _walker(page)
        return _finished(sitemap.read(decoded(body, page.charset), walker), marks, walker.budget)
    if marks := feed.signs(body):
        walker = _walker(page)
        return _finished(feed.read(body, walker), marks, walker.budget)
    if page.media_type == "text/plain" or not (_MARKUP.search(start) or "html" in page.media_type):
        return _read_text(body, page)
    return _read_html(body, page)


def decoded(body: bytes, charset: str) -> str:
    """Return bytes as a text: in the letters that they are said to be in if that is known, else UTF-8.

    What is no letter becomes U+FFFD.
    """
    return body.decode(_known(charset) or "utf-8", "replace")


def _known(charset: str) -> str:
    """Return Python's name of an encoding that is read; empty if it is none of them."""
    if not charset or not charset.isascii():
        return ""
    try:
        name = codecs.lookup(charset.strip().strip("\"'")).name
    except (LookupError, ValueError):
        return ""
    name = name if name in CHARSETS else ""
    return "cp1252" if name in _AS_WINDOWS else name


def _walker(page: FetchedPage) -> Walker:
    return Walker(Addresses(page.url), Budget())


def _read_json(body: bytes, page: FetchedPage) -> ParsedPage | None:
    """Read an answer for programs; None if it is no JSON."""
    try:
        answer = json.loads(body.decode("utf-8", "replace"), parse_constant=lambda _: None)
    except (ValueError, RecursionError):
        return None
    walker = _walker(page)
    named = as_object(answer, walker.addresses.page)
    for reader in JSON_READERS:
        if named and (marks := reader.signs(named)):
            return _finished(reader.read(named, walker), marks, walker.budget)
    empty = ParsedPage(engine=Engine.GENERIC, kind=PageKind.UNKNOWN, canonical_url=walker.addresses.page)
    return _finished(empty, ("JSON of no known engine",), walker.budget)


def _read_text(body: bytes, page: FetchedPage) -> ParsedPage:
    walker = _walker(page)
    text = decoded(body, page.charset)
    if sitemap.are_addresses(text):
        return _finished(sitemap.read_lines(text, walker), ("addresses, one a line",), walker.budget)
    return _finished(paste.read_text(text, walker), ("text without markup",), walker.budget)


def _read_html(body: bytes, page: FetchedPage) -> ParsedPage:
    charset = _known(page.charset)
    markup = body.decode(charset, "replace") if charset and charset != "utf-8" else body
    document = Document(markup, url=page.url, status=page.status)
    for reader in HTML_READERS:
        if marks := reader.signs(document):
            document.tell_head()
            return _behind(_finished(reader.read(document), marks, document.budget), document)
    message = "the last reader takes every page"
    raise AssertionError(message)


def _behind(found: ParsedPage, document: Document) -> ParsedPage:
    """Say what stands before a page on which nothing was found."""
    if found.kind in _HAS_CONTENT and (found.posts or found.links or found.media):
        return found
    wall = wall_of(document)
    if wall is Wall.NONE:
        return found
    return replace(found, wall=wall, kind=PageKind.LOGIN_WALL if wall is Wall.LOGIN else found.kind)


def _finished(found: ParsedPage, marks: tuple[str, ...], budget: Budget) -> ParsedPage:
    if not found.canonical_url:
        budget.leave_out(LeftOut.ADDRESSES)
    return replace(found, evidence=marks[:EVIDENCE_MOST], left_out=budget.left_out, words=budget.asides())
