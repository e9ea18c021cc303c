"""Misago, by its interface for programs: ``/api/threads/ID/posts/``, ``/api/threads/``.

Its own robots.txt asks programs not to use it: what is read first are its pages (:mod:`.misago_page`), which hold the
same values.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from rempart.collect.addresses import without
from rempart.collect.budget import clean_id, clean_title
from rempart.collect.document import parse_markup
from rempart.collect.engines.json_values import number_of, object_of, objects_of, text_of
from rempart.collect.instants import parse_instant
from rempart.collect.interface import JsonReader
from rempart.collect.references import References
from rempart.collect.referring import Attributes
from rempart.collect.walking import Step, Walker
from rempart.model.collected import Engine, PageKind, PageLink, ParsedPage, ParsedPost, ReferenceKind

_ATTACHMENT: Final = re.compile(r"/a/(?:thumb/)?[A-Za-z0-9]{8,128}/(\d{1,18})/?(?:\?|$)")
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
        return _answered(answer, post_set, walker)
    rows = objects_of(answer.get("results"))
    if rows and "posted_on" in rows[0]:
        return _answered({}, answer, walker)
    links = [link for row in rows if (link := thread_link(row, _posts_of(row, walker), walker))]
    after = number_of(answer.get("next"))
    here = without(walker.addresses.page, frozenset({"start"}))
    return ParsedPage(
        engine=Engine.MISAGO,
        kind=PageKind.FORUM,
        canonical_url=walker.addresses.page,
        links=tuple(links),
        next_url=_with(here, "start", after) if after else "",
    )


def _answered(thread: Mapping[str, object], posts: Mapping[str, object], walker: Walker) -> ParsedPage:
    here = without(walker.addresses.page, _PAGES)
    following, pages = number_of(posts.get("next")), number_of(posts.get("pages")) or 1
    return replace(
        thread_of(thread, posts, walker),
        next_url=_with(here, "page", following) if following else "",
        last_url=_with(here, "page", pages) if pages > 1 else "",
    )


def thread_of(thread: Mapping[str, object], posts: Mapping[str, object], walker: Walker) -> ParsedPage:
    """Read a thread and one page of its posts; where the others are, is for whoever knows how they are addressed.

    The last post of a page stands again on the next one (``PostsPaginator``).
    """
    path = objects_of(thread.get("path"))
    walker.budget.aside("\n".join(text_of(category.get("name")) for category in path))
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


def thread_link(row: Mapping[str, object], address: str, walker: Walker) -> PageLink | None:
    """Read a thread in a list; None without a number or an address."""
    number, url = number_of(row.get("id")), walker.addresses.absolute(address)
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


def _posts_of(row: Mapping[str, object], walker: Walker) -> str:
    """Return where a thread's posts are for programs."""
    posts = text_of(object_of(object_of(row.get("api")).get("posts")).get("index"))
    return posts or f"{_root(walker)}/api/threads/{number_of(row.get('id'))}/posts/"


def _root(walker: Walker) -> str:
    return re.split(r"/(?:api|t|c)/", walker.addresses.page, maxsplit=1)[0].rstrip("/")


JSON_READER: Final = JsonReader(engine=Engine.MISAGO, signs=json_signs, read=read_json)
