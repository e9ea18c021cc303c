"""RSS and Atom, by feedparser: strict where a feed is well-formed, forgiving where it is not.

Its authors are names, not numbers: they are not read.
"""

from __future__ import annotations

import calendar
import datetime as dt
import hashlib
import html
import io
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from rempart.collect.budget import clean_id, clean_title
from rempart.collect.document import parse_markup
from rempart.collect.instants import from_epoch
from rempart.collect.references import References
from rempart.collect.referring import Attributes
from rempart.collect.walking import Step, Walker
from rempart.errors import MediaError
from rempart.model import UnreadableReason
from rempart.model.collected import Engine, LeftOut, PageKind, PageLink, ParsedPage, ParsedPost, ReferenceKind

_ROOT: Final = re.compile(rb"<(rss|feed|rdf:RDF)[\s>]")
#: What XML begins with; pages for people begin otherwise, or name HTML soon.
_STARTS: Final = (b"<?xml", b"<rss", b"<feed", b"<rdf:RDF", b"<!--", b"<!DOCTYPE", b"<!doctype")
#: A document that defines entities is no feed that anybody's software writes; expanding them is the oldest bomb.
_DEFINES: Final = re.compile(rb"<!(?:ENTITY|DOCTYPE[^>]{0,2000}\[)", re.IGNORECASE)
_PREFIX_BYTES: Final = 8_192
#: Of the sign that an entry has changed: SHA-256 in part, enough for what nobody gains by forging.
_SIGN_DIGITS: Final = 16
#: Addresses and who wrote, which are no words of an entry; and how many values of one are read.
_UNSAID: Final = frozenset(
    "href link links id guid url base rel type language scheme src author authors author_detail contributors publisher "
    "publisher_detail media_credit credit".split()
)
_VALUES_MOST: Final = 10_000
_ENTRY: Final = re.compile(r"<(?:item|entry)[\s>]")
_TAG: Final = re.compile(r"<(?!!\[CDATA\[)[^<>]{0,8192}>")
_BY: Final = re.compile(
    r"<(?:[a-z]{1,20}:)?(?:author|creator|contributor|credit|id|guid|link)\b[^<>]{0,8192}>.{0,1000}?"
    r"</(?:[a-z]{1,20}:)?(?:author|creator|contributor|credit|id|guid|link)>",
    re.DOTALL,
)
_MEDIA_OF: Final = ("media_content", "enclosures")


def signs(body: bytes) -> tuple[str, ...]:
    """Recognise a feed by its root element."""
    start = body[:_PREFIX_BYTES].lstrip(b"\xef\xbb\xbf \t\r\n")
    if not start.startswith(_STARTS) or b"<html" in start.lower():
        return ()
    found = _ROOT.search(start)
    return (f"root <{found[1].decode('ascii')}>",) if found else ()


def read(body: bytes, walker: Walker) -> ParsedPage:
    """Read a feed: one post and one link an entry.

    Raises:
        MediaError: it defines entities.
    """
    import feedparser  # noqa: PLC0415 - its strict half is a native parser: in a worker only

    if _DEFINES.search(body):
        raise MediaError(UnreadableReason.BOMB, "entities are defined")
    parsed: Any = feedparser.parse(io.BytesIO(body), sanitize_html=False, resolve_relative_uris=False)
    if parsed.get("bozo") and not isinstance(parsed.get("bozo_exception"), feedparser.CharacterEncodingOverride):
        walker.budget.leave_out(LeftOut.REST)
    feed: Mapping[str, Any] = parsed.feed
    posts, links, written = [], [], _written(body, len(parsed.entries))
    for entry, said in zip(parsed.entries, written, strict=True):
        if walker.budget.post():
            walker.budget.aside(said)
            posts.append(_post(entry, walker))
        url = walker.addresses.absolute(_text(entry.get("link")))
        if url and walker.budget.link():
            links.append(_link(entry, url))
    related = {_text(link.get("rel")): _text(link.get("href")) for link in reversed(feed.get("links") or [])}
    return ParsedPage(
        engine=Engine.FEED,
        kind=PageKind.FEED,
        canonical_url=walker.addresses.page,
        title=clean_title(_text(feed.get("title"))),
        posts=tuple(posts),
        links=tuple(links),
        next_url=walker.addresses.absolute(related.get("next")),
        last_url=walker.addresses.absolute(related.get("last")),
    )


def _post(entry: Mapping[str, Any], walker: Walker) -> ParsedPost:
    references = walker.references()
    walker.budget.aside("\n".join(_said(entry, walker)))
    for field in _MEDIA_OF:
        for media in entry.get(field) or []:
            _refer(media, references)
    written = [_text(part.get("value")) for part in entry.get("content") or []] or [_text(entry.get("summary"))]
    body = parse_markup("\n".join(written)).body
    content = walker.read(body, handler=_handle, into=references)
    for small in entry.get("media_thumbnail") or []:
        if not references.all():  # a small picture of what is not named itself
            references.add(_text(small.get("url")), kind=ReferenceKind.IMAGE)
    key = _text(entry.get("id"))
    return ParsedPost(
        engine_id=clean_id(key) or clean_id(walker.addresses.absolute(_text(entry.get("link")))),
        posted_at=_instant(entry, "updated_parsed", "published_parsed"),
        text=content.text,
        media=references.all(),
        url=walker.addresses.absolute(_text(entry.get("link"))),
        words=walker.budget.asides(),
    )


def _written(body: bytes, count: int) -> list[str]:
    """Return the words of each entry as they are written: of two titles, feedparser tells one."""
    parts = [
        re.split("</(?:item|entry)", part, maxsplit=1)[0] for part in _ENTRY.split(body.decode("utf-8", "replace"))
    ]
    if len(parts) != count + 1:  # written otherwise, as no software that is known does
        return [""] * count
    return [html.unescape(_TAG.sub(" ", _BY.sub(" ", part))) for part in parts[1:]]


def _said(entry: object, walker: Walker) -> Iterator[str]:
    """Yield every text of an entry, whatever its element is called: a title, a category, a caption is one of many."""
    waiting: list[object] = [entry]
    for _ in range(_VALUES_MOST):
        if not waiting:
            return
        match waiting.pop():
            case str(text):
                yield text
            case Mapping() as one:
                waiting += [value for name, value in one.items() if name not in _UNSAID]
            case list(many):
                waiting += many
    walker.budget.leave_out(LeftOut.WORDS)


def _link(entry: Mapping[str, Any], url: str) -> PageLink:
    """Return where an entry leads, with what shows that something is new there.

    A date of publication is that of the beginning: the feeds of Discourse and django-machina give it for a thread that
    grows. What does change is what they say of it: the newest words, or how many answers there are. A date that is
    another one than before shows it too: some forums give the newest post's.
    """
    words = [_text(part.get("value")) for part in entry.get("content") or []]
    said = [_text(entry.get("id")), _text(entry.get("summary")), *words, _text(entry.get("slash_comments"))]
    is_said = any(said[1:])
    said += [published] if (published := _text(entry.get("published"))) else []
    return PageLink(
        kind=PageKind.THREAD,
        url=url,
        title=clean_title(_text(entry.get("title"))),
        last_post_id=hashlib.sha256("\0".join(said).encode("utf-8", "surrogatepass")).hexdigest()[:_SIGN_DIGITS]
        if is_said
        else "",
        changed_at=_instant(entry, "updated_parsed"),
    )


def _refer(media: Mapping[str, Any], references: References) -> None:
    """Add an enclosure or a ``media:content``, by the type that it says."""
    said = _text(media.get("type")) or _text(media.get("medium"))
    kind = next((k for k in (ReferenceKind.IMAGE, ReferenceKind.VIDEO) if said.startswith(k)), ReferenceKind.ATTACHMENT)
    size = _text(media.get("length")) or _text(media.get("filesize"))
    references.add(
        _text(media.get("href")) or _text(media.get("url")),
        kind=kind,
        size_bytes=int(size) if re.fullmatch(r"[1-9]\d{0,14}", size) else None,
    )


def _handle(tag: str, attributes: Attributes, references: References) -> Step:
    """Pass over quotes."""
    del references
    is_quote = tag == "blockquote" or (tag == "aside" and "quote" in (attributes.get("class") or ""))
    return Step.OVER if is_quote else Step.USUAL


def _instant(entry: Mapping[str, Any], *fields: str) -> dt.datetime | None:
    """Return when an entry was changed or published, the first that is said; feedparser has turned it to UTC."""
    for field in fields:
        # NOTE: ``get`` would take the second for the first, with a warning.
        if field in entry and (parsed := entry[field]):
            try:
                return from_epoch(calendar.timegm(parsed))
            except (ValueError, OverflowError, TypeError):
                continue
    return None


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
