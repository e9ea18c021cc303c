"""Misago, by its pages for people: each holds, for its own script, what its interface for programs would answer.

That interface is refused to programs by the robots.txt that Misago brings; its pages are not.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from rempart.collect.budget import clean_title
from rempart.collect.document import Document
from rempart.collect.engines.json_values import number_of, object_of, objects_of, text_of
from rempart.collect.engines.misago import thread_link, thread_of
from rempart.collect.interface import HtmlReader
from rempart.model.collected import Engine, PageKind, PageLink, ParsedPage

_THREAD: Final = re.compile(r"/t/[^/]+/(\d{1,18})(?:/|$)")
_CATEGORY: Final = re.compile(r"/c/[^/]+/(\d{1,18})(?:/|$)")
#: ``misago.init({"THREAD": …, "POSTS": …})``, the last script of a page.
_TOLD: Final = re.compile(r"\s*misago\.init\(\s*(?=\{)")


def signs(page: Document) -> tuple[str, ...]:
    """Recognise a page by Misago's own files and elements."""
    found = ["body class misago-…"] if (page.body.get("class") or "").startswith("misago-") else []
    found += ["files misago/"] if any("/misago/" in address for address in page.head.resources) else []
    return tuple(found)


def read(page: Document) -> ParsedPage:
    """Read a thread or a list of threads; of a page that holds neither, say where the same is for programs."""
    told = _told(page)
    if "POSTS" in told:
        return _thread(page, object_of(told.get("THREAD")), object_of(told.get("POSTS")))
    if "THREADS" in told:
        return _list(page, told)
    return _elsewhere(page)


def _told(page: Document) -> Mapping[str, object]:
    """Return what a page tells its own script; an empty object if nothing, or nothing that can be read."""
    for node in page.tree.css("body > script:not([src])"):
        text = node.text()
        if found := _TOLD.match(text):
            try:
                told, _ = json.JSONDecoder(parse_constant=lambda _: None).raw_decode(text, found.end())
            except (ValueError, RecursionError):
                return {}
            return object_of(told)
    return {}


def _thread(page: Document, thread: Mapping[str, object], posts: Mapping[str, object]) -> ParsedPage:
    first = page.addresses.absolute(text_of(object_of(thread.get("url")).get("index")))
    following, pages = number_of(posts.get("next")), number_of(posts.get("pages")) or 1
    return replace(
        thread_of(thread, posts, page.walker),
        canonical_url=page.url,
        next_url=f"{first}{following}/" if first and following else "",
        last_url=f"{first}{pages}/" if first and pages > 1 else "",
    )


def _list(page: Document, told: Mapping[str, object]) -> ParsedPage:
    threads = object_of(told.get("THREADS"))
    rows = objects_of(threads.get("results"))
    found = [thread_link(row, text_of(object_of(row.get("url")).get("index")), page.walker) for row in rows]
    category = _CATEGORY.search(page.url)
    return ParsedPage(
        engine=Engine.MISAGO,
        kind=PageKind.FORUM,
        canonical_url=page.url,
        engine_id=category[1] if category else "",
        title=page.title,
        links=(*_categories(page, told, threads.get("subcategories")), *(link for link in found if link)),
        next_url=page.addresses.absolute(page.head.next),
    )


def _categories(page: Document, told: Mapping[str, object], shown: object) -> list[PageLink]:
    """Return the categories below this one."""
    numbers = {number for one in shown if (number := number_of(one))} if isinstance(shown, list) else set()
    links = []
    for one in objects_of(told.get("CATEGORIES")):
        number, url = number_of(one.get("id")), page.addresses.absolute(text_of(object_of(one.get("url")).get("index")))
        if number in numbers and url and page.budget.link():
            title = clean_title(text_of(one.get("name")))
            links.append(PageLink(kind=PageKind.FORUM, url=url, engine_id=str(number), title=title))
    return links


def _elsewhere(page: Document) -> ParsedPage:
    """Say where the same page is for programs, if its robots.txt lets them."""
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


READER: Final = HtmlReader(engine=Engine.MISAGO, signs=signs, read=read)
