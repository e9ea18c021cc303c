"""Any page: what it says to programs (JSON-LD, OpenGraph), its pictures as large as it has them, its links and text."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Final

from rempart.collect.budget import clean_id, clean_title
from rempart.collect.document import Document, words_of
from rempart.collect.engines.json_values import text_of
from rempart.collect.file_endings import kind_of
from rempart.collect.instants import parse_instant
from rempart.collect.interface import HtmlReader
from rempart.collect.limits import JSON_DEPTH_MOST
from rempart.collect.references import LINK, References
from rempart.collect.referring import Attributes, opens_picture
from rempart.collect.walking import INSIDE, OVER, USUAL, Handler, Step
from rempart.collect.wrappers import unwrapped
from rempart.model.collected import Engine, PageKind, PageLink, ParsedPage, ParsedPost, ReferenceKind

_SCRIPTS_MOST: Final = 20
_SCRIPT_CHARACTERS_MOST: Final = 1_000_000
_OBJECTS_MOST: Final = 2_000
#: Of schema.org: what is written by people, one object a message.
_MESSAGES: Final = frozenset(
    {"DiscussionForumPosting", "SocialMediaPosting", "Comment", "Answer", "Question", "BlogPosting"}
)
#: Of schema.org: what is said of a thing.
_SAID: Final = ("name", "headline", "alternativeHeadline", "description", "caption", "abstract", "articleSection")
#: Of schema.org: what is no person.
_TOLD: Final = _MESSAGES | {
    *("ImageObject", "VideoObject", "MediaObject", "ImageGallery", "Article", "NewsArticle", "CreativeWork"),
    *("WebPage", "ItemPage", "CollectionPage", "MediaGallery", "ListItem"),
}
_PROPERTIES: Final = (
    ("og:image", ReferenceKind.IMAGE),
    ("og:image:secure_url", ReferenceKind.IMAGE),
    ("twitter:image", ReferenceKind.IMAGE),
    ("og:video", ReferenceKind.VIDEO),
    ("og:video:secure_url", ReferenceKind.VIDEO),
    ("twitter:player:stream", ReferenceKind.VIDEO),
)
_WORD: Final = re.compile(r"(?:^|[/_-])(\d{1,18})(?:[/.?#]|$)")


def signs(page: Document) -> tuple[str, ...]:
    """Take every page."""
    del page
    return ("no engine's own marks",)


def read(page: Document) -> ParsedPage:
    """Read a page of nobody's engine: one text, its references, the pages of the same place that it links to."""
    objects = list(linked_data(page))
    references = page.walker.references()
    _refer_head(page, objects, references)
    part = page.first("main", "[role=main]", "article", "body")
    links: dict[str, PageLink] = {}
    content = page.walker.read(part, handler=_links_of(page, links), into=references)
    messages = [post for one in objects if (post := _message(page, one)) and page.budget.post()]
    for one in objects:
        if _types(one) & _TOLD:
            page.budget.aside("\n".join(text_of(one.get(name)) for name in _SAID))
    # A page that says other words to programs than to people hides neither.
    page.budget.aside(content.text if messages else "")
    return ParsedPage(
        engine=Engine.GENERIC,
        kind=PageKind.THREAD if messages else PageKind.UNKNOWN,
        canonical_url=page.url,
        title=page.title or words_of(page.first("h1")),
        section=clean_title(
            next((text_of(one.get("articleSection")) for one in objects if one.get("articleSection")), "")
        ),
        posts=tuple(messages) or ((ParsedPost(engine_id="", text=content.text),) if content.text else ()),
        media=references.all(),
        links=tuple(links.values()),
        next_url=page.addresses.absolute(page.head.next) or page.href("a[rel~=next]"),
    )


def _links_of(page: Document, links: dict[str, PageLink]) -> Handler:
    """Return what tells links to the same place from references to another."""

    def handle(tag: str, attributes: Attributes, references: References) -> Step:
        del references
        if tag != "a":
            return OVER if tag == "blockquote" else USUAL
        if "download" in attributes or opens_picture(attributes):
            return USUAL
        url = page.addresses.absolute(attributes.get("href"))
        if url in links:
            return INSIDE
        if not page.addresses.is_here(url) or kind_of(url) is not LINK or unwrapped(url) != url:
            return USUAL
        if url != page.url and page.budget.link():
            links[url] = PageLink(kind=PageKind.UNKNOWN, url=url)
        return INSIDE

    return handle


def linked_data(page: Document) -> Iterator[Mapping[str, object]]:
    """Yield every object of a page's JSON-LD, the outer ones first; what is no JSON is passed over."""
    given = 0
    for script in page.tree.css('script[type="application/ld+json"]')[:_SCRIPTS_MOST]:
        text = script.text()
        if len(text) > _SCRIPT_CHARACTERS_MOST:
            continue
        try:
            value = json.loads(text)
        except (ValueError, RecursionError):
            continue
        waiting: list[tuple[object, int]] = [(value, 0)]
        while waiting and given < _OBJECTS_MOST:
            one, depth = waiting.pop(0)
            if isinstance(one, dict):
                given += 1
                yield one
            inside = list(one.values()) if isinstance(one, dict) else one if isinstance(one, list) else []
            if depth < JSON_DEPTH_MOST:
                waiting += [(part, depth + 1) for part in inside if isinstance(part, dict | list)]


def _refer_head(page: Document, objects: list[Mapping[str, object]], references: References) -> None:
    """Add the pictures and videos that the page names to programs."""
    for name, kind in _PROPERTIES:
        references.add(page.head.properties.get(name), kind=kind)
    for one in objects:
        kinds = _types(one)
        if "ImageObject" in kinds:
            references.add(text_of(one.get("contentUrl")) or text_of(one.get("url")), kind=ReferenceKind.IMAGE)
        if "VideoObject" in kinds:
            references.add(text_of(one.get("contentUrl")), kind=ReferenceKind.VIDEO)
            references.add(text_of(one.get("embedUrl")), kind=ReferenceKind.LINK)
        for field in ("image", "thumbnailUrl"):
            value = one.get(field)
            for address in value if isinstance(value, list) else [value]:
                references.add(text_of(address), kind=ReferenceKind.IMAGE)


def _types(one: Mapping[str, object]) -> set[str]:
    value = one.get("@type")
    return {text_of(kind) for kind in value} if isinstance(value, list) else {text_of(value)}


def _message(page: Document, one: Mapping[str, object]) -> ParsedPost | None:
    """Read a message of JSON-LD; None if it is none. Its author is named there, not numbered, and is not read."""
    written = text_of(one.get("text")) or text_of(one.get("articleBody"))
    if not _types(one) & _MESSAGES or not written:
        return None
    address = page.addresses.absolute(text_of(one.get("url")) or text_of(one.get("@id")))
    found = _WORD.search(text_of(one.get("url")).rpartition("#")[2])
    references = page.walker.references()
    references.add_text(written)
    return ParsedPost(
        engine_id=clean_id(found[1]) if found and address else "",
        posted_at=parse_instant(one.get("datePublished")) or parse_instant(one.get("dateCreated")),
        text=page.budget.text(written),
        media=references.all(),
    )


READER: Final = HtmlReader(engine=Engine.GENERIC, signs=signs, read=read)
