"""Misago, by its interface for programs: ``/api/threads/ID/posts/``, ``/api/threads/``. Its HTML says where that is."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from rempart.collect.addresses import without
from rempart.collect.budget import clean_id, clean_title
from rempart.collect.document import Document, parse_markup
from rempart.collect.engines.json_values import number_of, object_of, objects_of, text_of
from rempart.collect.instants import parse_instant
from rempart.collect.interface import HtmlReader, JsonReader
from rempart.collect.references import References
from rempart.collect.referring import Attributes
from rempart.collect.walking import Step, Walker
from rempart.model.collected import Engine, PageKind, PageLink, ParsedPage, ParsedPost, ReferenceKind

_ATTACHMENT: Final = re.compile(r"/a/(?:thumb/)?[A-Za-z0-9]{8,128}/(\d{1,18})/?(?:\?|$)")
_THREAD: Final = re.compile(r"/t/[^/]+/(\d{1,18})(?:/|$)")
_CATEGORY: Final = re.compile(r"/c/[^/]+/(\d{1,18})(?:/|$)")
_PAGES: Final = frozenset({"page"})


def json_signs(answer: Mapping[str, object]) -> tuple[str, ...]:
    """Recognise an answer by its fields: a thread with posts, or a list of threads."""
    if isinstance(answer.get("post_set"), dict):
        return ("field post_set",)
    rows = objects_of(answer.get("results"))
    if "subcategories" in answer and isinstance(answer.get("results"), list):
        return ("fields results, subcategories",)
    if rows and all({"poster_name", "posted_on"} <= row.keys() for row in rows[:3]):
        return ("fields poster_name, posted_on",)
    return ()


def read_json(answer: Mapping[str, object], walker: Walker) -> ParsedPage:
    """Read a thread's posts, or a list of threads."""
    post_set = answer.get("post_set")
    if isinstance(post_set, dict):
        return _thread(answer, post_set, walker)
    rows = objects_of(answer.get("results"))
    if rows and "posted_on" in rows[0]:
        return _thread({}, answer, walker)
    links = [link for row in rows if (link := _thread_link(row, walker))]
    after = number_of(answer.get("next"))
    here = without(walker.addresses.page, frozenset({"start"}))
    return ParsedPage(
        engine=Engine.MISAGO,
        kind=PageKind.FORUM,
        canonical_url=walker.addresses.page,
        links=tuple(links),
        next_url=_with(here, "start", after) if after else "",
    )


def _thread(thread: Mapping[str, object], posts: Mapping[str, object], walker: Walker) -> ParsedPage:
    here = without(walker.addresses.page, _PAGES)
    following, pages = number_of(posts.get("next")), number_of(posts.get("pages")) or 1
    return ParsedPage(
        engine=Engine.MISAGO,
        kind=PageKind.THREAD,
        canonical_url=walker.addresses.page,
        engine_id=clean_id(number_of(thread.get("id"))),
        title=clean_title(text_of(thread.get("title"))),
        section=clean_title(text_of(object_of(thread.get("category")).get("name"))),
        posts=tuple(
            _post(post, walker)
            for post in objects_of(posts.get("results"))
            if not post.get("is_event") and walker.budget.post()
        ),
        next_url=_with(here, "page", following) if following else "",
        last_url=_with(here, "page", pages) if pages > 1 else "",
    )


def _with(url: str, name: str, number: int) -> str:
    return f"{url}{'&' if '?' in url else '?'}{name}={number}"


def _post(post: Mapping[str, object], walker: Walker) -> ParsedPost:
    references = walker.references()
    for attached in objects_of(post.get("attachments")):
        references.add(
            text_of(object_of(attached.get("url")).get("index")),
            kind=ReferenceKind.ATTACHMENT,
            engine_id=clean_id(number_of(attached.get("id"))),
            name=text_of(attached.get("filename")),
            size_bytes=number_of(attached.get("size")),
        )
    body = parse_markup(text_of(post.get("content"))).body
    content = walker.read(body, handler=_handle, into=references)
    return ParsedPost(
        engine_id=clean_id(number_of(post.get("id"))),
        author_key=clean_id(number_of(object_of(post.get("poster")).get("id"))),
        posted_at=parse_instant(post.get("posted_on")),
        text=content.text,
        media=references.all(),
    )


def _handle(tag: str, attributes: Attributes, references: References) -> Step:
    """Pass over quotes; know attachments by their number."""
    names = attributes.get("class") or ""
    if tag == "blockquote":  # a spoiler is one too
        return Step.USUAL if "spoiler" in names else Step.OVER
    if tag == "aside" and "quote" in names:
        return Step.OVER
    if tag in {"a", "img"}:
        address = attributes.get("href") or attributes.get("src") or ""
        if found := _ATTACHMENT.search(address):
            references.add(address, kind=ReferenceKind.ATTACHMENT, engine_id=found[1])
            return Step.INSIDE
    return Step.USUAL


def _thread_link(row: Mapping[str, object], walker: Walker) -> PageLink | None:
    number = number_of(row.get("id"))
    posts = text_of(object_of(object_of(row.get("api")).get("posts")).get("index"))
    url = walker.addresses.absolute(posts or f"{_root(walker)}/api/threads/{number}/posts/")
    if number is None or not url or not walker.budget.link():
        return None
    return PageLink(
        kind=PageKind.THREAD,
        url=url,
        engine_id=str(number),
        title=clean_title(text_of(row.get("title"))),
        last_post_id=clean_id(number_of(row.get("last_post"))),
        changed_at=parse_instant(row.get("last_post_on")),
    )


def _root(walker: Walker) -> str:
    return re.split(r"/(?:api|t|c)/", walker.addresses.page, maxsplit=1)[0].rstrip("/")


def html_signs(page: Document) -> tuple[str, ...]:
    """Recognise a page by Misago's own files and elements."""
    found = ["body class misago-…"] if (page.body.get("class") or "").startswith("misago-") else []
    found += ["files misago/"] if any("/misago/" in address for address in page.head.resources) else []
    return tuple(found)


def read_html(page: Document) -> ParsedPage:
    """Say where the same page is for programs."""
    here = page.addresses.page
    root = re.split(r"/(?:t|c)/", here, maxsplit=1)[0].rstrip("/")
    thread, category = _THREAD.search(here), _CATEGORY.search(here)
    if thread:
        kind, path = PageKind.THREAD, f"/api/threads/{thread[1]}/posts/"
    else:
        kind, path = PageKind.FORUM, f"/api/threads/{f'?category={category[1]}' if category else ''}"
    url = page.addresses.absolute(f"{root}{path}")
    links = (PageLink(kind=kind, url=url, title=page.title),) if url and page.budget.link() else ()
    return ParsedPage(
        engine=Engine.MISAGO, kind=PageKind.UNKNOWN, canonical_url=page.url, title=page.title, links=links
    )


JSON_READER: Final = JsonReader(engine=Engine.MISAGO, signs=json_signs, read=read_json)
HTML_READER: Final = HtmlReader(engine=Engine.MISAGO, signs=html_signs, read=read_html)
