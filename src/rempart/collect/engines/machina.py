"""django-machina: topics and forums as its own templates write them.

It writes its times for people, in the site's language and zone: they are not read. What is new in a topic is known by
the number of its newest post.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from rempart.collect.addresses import without
from rempart.collect.budget import clean_id
from rempart.collect.document import Document, words_of
from rempart.collect.interface import HtmlReader
from rempart.collect.references import References
from rempart.collect.referring import Attributes
from rempart.collect.sizes import parse_size
from rempart.collect.walking import Step
from rempart.model.collected import Engine, PageKind, PageLink, ParsedPage, ParsedPost, ReferenceKind

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

_TOPIC: Final = re.compile(r"/topic/[^/?]*?-?(\d{1,18})/(?:\?|$)")
_FORUM: Final = re.compile(r"/forum/[^/?]*?-?(\d{1,18})/(?:\?|$)")
_ATTACHMENT: Final = re.compile(r"/attachment/(\d{1,18})/?$")
_PROFILE: Final = re.compile(r"/profile/(\d{1,18})/?$")
_POST: Final = re.compile(r"[?&]post=(\d{1,18})")
#: ``holiday.jpg (340.2 KB)``: the size is the last thing that is said of a file.
_NAME_AND_SIZE: Final = re.compile(r"(.{1,300}?)\s*\(([^()]{1,40})\)\s*", re.DOTALL)
_PLACES: Final = frozenset({"post"})


def signs(page: Document) -> tuple[str, ...]:
    """Recognise django-machina by its style and scripts, or by the names that its templates give."""
    found = []
    if any("machina.board_theme" in address for address in page.head.resources):
        found.append("style machina.board_theme")
    if page.tree.css_first(".post-content-wrapper .post-content, a.topic-name-link, a.forum-name-link") is not None:
        found.append("elements of its templates")
    return tuple(found)


def read(page: Document) -> ParsedPage:
    """Read a topic, a forum or the index."""
    posts = page.tree.css("div.post[id]")
    links = [] if posts else _forums(page) + _topics(page)
    url = without(page.url, _PLACES)
    found = _TOPIC.search(url) if posts else _FORUM.search(url)
    if posts:
        page.tell(".breadcrumb", *(f"div.post h{level}" for level in range(1, 7)), "#poll", ".poll")
    following, last = _pages(page)
    return ParsedPage(
        engine=Engine.MACHINA,
        kind=PageKind.THREAD if posts else PageKind.FORUM if links else PageKind.UNKNOWN,
        canonical_url=url,
        engine_id=found[1] if found else "",
        title=words_of(page.first("#main_container h1", "h1")) or page.title,
        section=_section(page, in_thread=bool(posts)),
        posts=tuple(_post(page, node) for node in posts if page.budget.post()),
        links=tuple(links),
        next_url=following,
        last_url=last,
    )


def _section(page: Document, *, in_thread: bool) -> str:
    """Return the forum around the page: the crumb before the last."""
    crumbs = page.tree.css(".breadcrumb-item a")
    if len(crumbs) > 1:
        return words_of(crumbs[-2])
    return words_of(crumbs[0]) if crumbs and not in_thread else ""


def _pages(page: Document) -> tuple[str, str]:
    """Return the next page and the last one; the numbers are written, the arrows may be disabled."""
    items = page.tree.css("ul.pagination li.page-item")
    arrow = items[-1] if items else None
    following = ""
    if arrow is not None and "disabled" not in (arrow.attributes.get("class") or ""):
        link = arrow.css_first("a[href]")
        following = page.addresses.absolute(link.attributes.get("href")) if link is not None else ""
    numbered = [node for item in items if (node := item.css_first("a")) is not None and words_of(node).isdecimal()]
    last = max(numbered, key=lambda node: int(words_of(node)[:9]), default=None)
    return following, page.addresses.absolute(last.attributes.get("href")) if last is not None and following else ""


def _post(page: Document, node: LexborNode) -> ParsedPost:
    references = page.walker.references()
    content = page.walker.read(node.css_first(".post-content"), handler=_handle, into=references)
    for link in node.css(".attachment a[href]"):
        _attach(link, references)
    profile = node.css_first("a[href*='/profile/']")
    user = _PROFILE.search((profile.attributes.get("href") or "") if profile is not None else "")
    return ParsedPost(
        engine_id=clean_id(node.attributes.get("id") or ""),
        author_key=user[1] if user else "",
        text=content.text,
        media=references.all(),
    )


def _handle(tag: str, attributes: Attributes, references: References) -> Step:
    """Pass over quotes."""
    del attributes, references
    return Step.OVER if tag == "blockquote" else Step.USUAL


def _attach(link: LexborNode, references: References) -> None:
    address = link.attributes.get("href") or ""
    found, words = _ATTACHMENT.search(address), _NAME_AND_SIZE.fullmatch(words_of(link))
    if found:
        references.add(
            address,
            kind=ReferenceKind.ATTACHMENT,
            engine_id=found[1],
            name=words[1] if words else words_of(link),
            size_bytes=parse_size(words[2]) if words else None,
        )


def _topics(page: Document) -> list[PageLink]:
    newest: dict[str, str] = {}
    for latest in page.tree.css(".topic-last-post a[href*='post=']"):
        address = page.addresses.absolute(latest.attributes.get("href"))
        if found := _POST.search(address):
            newest[without(address, _PLACES)] = found[1]
    links = []
    for title in page.tree.css("a.topic-name-link"):
        url = page.addresses.absolute(title.attributes.get("href"))
        if url and page.budget.link():
            found = _TOPIC.search(url)
            links.append(
                PageLink(
                    kind=PageKind.THREAD,
                    url=url,
                    engine_id=found[1] if found else "",
                    title=words_of(title),
                    last_post_id=newest.get(url, ""),
                )
            )
    return links


def _forums(page: Document) -> list[PageLink]:
    links = {}
    for title in page.tree.css("a.forum-name-link, .sub-forums a[href], .forum-name-col a[href]"):
        url = page.addresses.absolute(title.attributes.get("href"))
        found = _FORUM.search(url)
        if found and url not in links and page.budget.link():
            links[url] = PageLink(kind=PageKind.FORUM, url=url, engine_id=found[1], title=words_of(title))
    return list(links.values())


READER: Final = HtmlReader(engine=Engine.MACHINA, signs=signs, read=read)
