"""phpBB 3: topics, forums, attachments, as its default style and those made from it write them.

Sources of truth: ``div#pN.post``, ``.content``, ``time[datetime]`` (from 3.2 on), ``download/file.php?id=N``.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, Final

from rempart.collect.addresses import without
from rempart.collect.budget import clean_id
from rempart.collect.document import Document, found_in, words_of
from rempart.collect.instants import parse_instant
from rempart.collect.interface import HtmlReader
from rempart.collect.references import References
from rempart.collect.referring import Attributes, is_content
from rempart.collect.sizes import parse_size
from rempart.collect.walking import INSIDE, OVER, USUAL, Step
from rempart.model.collected import Engine, PageKind, PageLink, ParsedPage, ParsedPost, ReferenceKind

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

_FILE: Final = re.compile(r"download/file\.php\?(?:[^#]*&)?id=(\d{1,18})")
_FILE_PATH: Final = "download/file.php"
_TOPIC: Final = re.compile(r"[?&]t=(\d{1,18})")
_FORUM: Final = re.compile(r"[?&]f=(\d{1,18})")
_POST: Final = re.compile(r"[?&]p=(\d{1,18})")
_USER: Final = re.compile(r"[?&]u=(\d{1,18})")
_BODY_IDS: Final = ("phpbb",)
#: Where in a thread one entered, and how words are marked on the way: the thread is the same.
_PLACES: Final = frozenset({"p", "hilit", "view", "e"})
#: A guest's number in phpBB's tables: nobody's own.
_ANONYMOUS: Final = "1"


def signs(page: Document) -> tuple[str, ...]:
    """Recognise phpBB by its body, its style's files, its own words for itself."""
    found = []
    if page.body.get("id") in _BODY_IDS:
        found.append('body id="phpbb"')
    if "section-view" in (page.body.get("class") or ""):
        found.append("body class section-view…")
    if any("styles/prosilver/" in address for address in page.head.resources):
        found.append("style prosilver")
    if not found and page.tree.css_first("a[href*='//www.phpbb.com/']") is not None and _has_topics(page):
        found.append("link to phpbb.com")
    return tuple(found)


def _has_topics(page: Document) -> bool:
    return page.tree.css_first("a[href*='viewtopic.php?'], a[href*='viewforum.php?']") is not None


def read(page: Document) -> ParsedPage:
    """Read a topic, a forum or the index."""
    posts = page.tree.css("div.post[id^=p]")
    url = without(page.url, _PLACES) if _TOPIC.search(page.url) else page.url
    links = [] if posts else _links(page)
    found = _TOPIC.search(url) if posts else _FORUM.search(url)
    if posts:
        page.tell("#nav-breadcrumbs", ".postbody h3", ".signature", ".polls", ".poll-title")
    following, last = _paging(page)
    return ParsedPage(
        engine=Engine.PHPBB,
        kind=PageKind.THREAD if posts else PageKind.FORUM if links else PageKind.UNKNOWN,
        canonical_url=url,
        engine_id=found[1] if found else "",
        title=words_of(page.first("h2.topic-title", "h2.forum-title")) or page.title,
        section=_section(page, in_thread=bool(posts)),
        posts=tuple(_post(page, node) for node in posts if page.budget.post()),
        links=tuple(links),
        next_url=following,
        last_url=last if following else "",
    )


def _paging(page: Document) -> tuple[str, str]:
    """Return the next page, and the last one that a number leads to; empty if there is none."""
    bars = page.tree.css(".pagination")
    links = found_in(bars, ".pagination li a[href]:not(.dropdown-trigger)")
    numbered = [(int(words[:9]), -k, node) for k, node in enumerate(links) if (words := words_of(node)).isdecimal()]
    following = found_in(bars, ".pagination .next a, .pagination a[rel=next]")
    return page.target(following[0] if following else None), page.target(max(numbered)[2] if numbered else None)


def _section(page: Document, *, in_thread: bool) -> str:
    crumbs = page.tree.css("#nav-breadcrumbs .crumb")
    here = crumbs if in_thread else crumbs[:-1] or crumbs
    return words_of(here[-1]) if here else ""


def _post(page: Document, node: LexborNode) -> ParsedPost:
    author = node.css_first(".author a[href*='u='], .postprofile a[href*='u=']")
    user = _USER.search((author.attributes.get("href") or "") if author is not None else "")
    references = page.walker.references()
    for item in node.css("dl.file, dl.thumbnail"):
        _attach(item, references)
    content = page.walker.read(node.css_first(".content"), handler=_handle, into=references)
    return ParsedPost(
        engine_id=clean_id((node.attributes.get("id") or "")[1:]),
        author_key=user[1] if user and user[1] != _ANONYMOUS else "",
        posted_at=_instant(node.css_first(".author time[datetime]")),
        text=content.text,
        media=references.all(),
    )


def _handle(tag: str, attributes: Attributes, references: References) -> Step:
    """Pass over quotes, and over attachments that stand in the text: they are read with the others."""
    if tag == "blockquote" or "inline-attachment" in (attributes.get("class") or ""):
        return OVER
    if tag == "img" and is_content(attributes):
        address = attributes.get("src") or ""
        found = _FILE.search(address)
        if found:
            references.add(address, kind=ReferenceKind.ATTACHMENT, engine_id=found[1])
        return INSIDE if found else USUAL
    return USUAL


def _attach(item: LexborNode, references: References) -> None:
    """Add a file, which is a link, a picture, or a small picture in a link to the large one."""
    nodes = item.css("a[href*='download/file.php'], img")
    links = [node for node in nodes if node.tag == "a"]
    pictures = [node.attributes for node in nodes if node.tag == "img"]
    shown = pictures[0] if pictures else {}
    if links:
        address = links[0].attributes.get("href") or ""
    else:
        address = next((src for given in pictures if _FILE_PATH in (src := given.get("src") or "")), "")
    found = _FILE.search(address)
    if not found:
        return
    references.add(
        address,
        kind=ReferenceKind.ATTACHMENT,
        engine_id=found[1],
        name=shown.get("alt") or (words_of(links[0]) if links else ""),
        size_bytes=parse_size(f"{shown.get('title') or ''} {item.text(separator=' ')}"),
    )


def _links(page: Document) -> list[PageLink]:
    links = []
    for row in page.tree.css("ul.topiclist > li.row"):
        title = row.css_first("a.topictitle, a.forumtitle")
        url = page.addresses.absolute(title.attributes.get("href")) if title is not None else ""
        if title is None or not url or not page.budget.link():
            continue
        is_topic = "topictitle" in (title.attributes.get("class") or "")
        found = (_TOPIC if is_topic else _FORUM).search(url)
        latest = row.css_first(".lastpost a[href*='p=']")
        newest = _POST.search((latest.attributes.get("href") or "") if latest is not None else "")
        links.append(
            PageLink(
                kind=PageKind.THREAD if is_topic else PageKind.FORUM,
                url=url,
                engine_id=found[1] if found else "",
                title=words_of(title),
                last_post_id=newest[1] if newest else "",
                changed_at=_instant(row.css_first(".lastpost time[datetime]")),
            )
        )
    return links


def _instant(time: LexborNode | None) -> dt.datetime | None:
    return parse_instant(time.attributes.get("datetime")) if time is not None else None


READER: Final = HtmlReader(engine=Engine.PHPBB, signs=signs, read=read)
