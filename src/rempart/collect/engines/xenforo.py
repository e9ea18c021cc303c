"""XenForo 2: threads, forums, and what it shows to those who are not logged in.

Its own sources of truth: ``data-content="post-N"``, ``data-user-id``, ``time[datetime]``, ``/attachments/name.ID/``
(the number stays the same wherever the file is shown), ``pageNav``. Wrappers of links are read, not asked.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from typing import TYPE_CHECKING, Final

from rempart.collect.budget import clean_id
from rempart.collect.document import Document, found_in, words_of
from rempart.collect.instants import from_epoch, parse_instant
from rempart.collect.interface import HtmlReader
from rempart.collect.references import References
from rempart.collect.referring import Attributes
from rempart.collect.sizes import parse_size
from rempart.collect.walking import INSIDE, OVER, USUAL, Step
from rempart.model.collected import Engine, PageKind, PageLink, ParsedPage, ParsedPost, ReferenceKind

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

_ATTACHMENT: Final = re.compile(r"/attachments/(?:[^/?#]*?\.)?(\d{1,18})/?(?:[?#]|$)")
#: Small pictures, and whole ones that the forum keeps in the open: their first number is the attachment's.
_DATA: Final = re.compile(r"/data/(?:attachments|video|audio)/\d+/(\d{1,18})-")
_THREAD: Final = re.compile(r"threads/(?:[^/?#]*\.)?(\d{1,18})(?:/|$)")
_FORUM: Final = re.compile(r"(?:forums|categories)/(?:[^/?#]*\.)?(\d{1,18})(?:/|$)")
_LIST_ITEM: Final = re.compile(r"js-threadListItem-(\d{1,18})")


def signs(page: Document) -> tuple[str, ...]:
    """Recognise XenForo by the element that it puts around every page."""
    found = []
    if page.html.get("id") == "XF":
        found.append('html id="XF"')
    if (page.html.get("data-template") or "") and "data-cookie-prefix" in page.html:
        found.append("html data-cookie-prefix")
    if page.html.get("data-xf"):
        found.append("html data-xf")
    return tuple(found)


def read(page: Document) -> ParsedPage:
    """Read a thread or a forum; any other page gives its title."""
    posts = page.tree.css("article.message[data-content]")
    rows = [] if posts else page.tree.css(".structItem--thread")
    links = _forums(page) + _threads(page, rows)
    thread, forum = _THREAD.search(page.url), _FORUM.search(page.url)
    kind = PageKind.THREAD if posts else PageKind.FORUM if links or rows else PageKind.UNKNOWN
    found = thread if posts else forum
    pages = found_in(page.tree.css(".pageNav-main"), ".pageNav-main .pageNav-page a")
    if posts:
        page.tell(".p-breadcrumbs", ".p-title", ".tagList", ".message-fields", ".message-signature", ".pollResult")
    return ParsedPage(
        engine=Engine.XENFORO,
        kind=kind,
        canonical_url=page.url,
        engine_id=found[1] if found else _content_id(page),
        title=words_of(page.first("h1.p-title-value")) or page.title,
        section=_section(page, in_thread=bool(posts)),
        posts=tuple(_post(page, node) for node in posts if page.budget.post()),
        links=tuple(links),
        next_url=page.href("a.pageNav-jump--next"),
        last_url=page.target(pages[-1]) if len(pages) > 1 else "",
    )


def _content_id(page: Document) -> str:
    """Return the number in ``thread-12345``."""
    return clean_id((page.html.get("data-content-key") or "").rpartition("-")[2])


def _section(page: Document, *, in_thread: bool) -> str:
    crumbs = page.tree.css(".p-breadcrumbs [itemprop=name]")
    here = crumbs if in_thread else crumbs[:-1] or crumbs
    return words_of(here[-1]) if here else ""


def _post(page: Document, node: LexborNode) -> ParsedPost:
    user = node.css_first("a.username[data-user-id]")
    time = node.css_first("time[datetime]")
    references = page.walker.references()
    body = node.css_first(".bbWrapper")
    content = page.walker.read(body, handler=_handle, into=references)
    attached = node.css_first(".message-attachments")
    if attached is not None:
        for item in attached.css("li.file"):
            _attach(item, references)
    return ParsedPost(
        engine_id=clean_id((node.attributes.get("data-content") or "").rpartition("-")[2]),
        author_key=clean_id(user.attributes.get("data-user-id") or "") if user is not None else "",
        posted_at=_instant(time),
        text=content.text,
        media=references.all(),
    )


def _handle(tag: str, attributes: Attributes, references: References) -> Step:
    """Pass over quotes; know attachments, pictures that a click enlarges, and embedded players by their own marks."""
    names = attributes.get("class") or ""
    if tag == "blockquote":
        return OVER if "quote" in names.lower() or not names else USUAL
    if "bbCodeBlock--unfurl" in names:
        references.add(attributes.get("data-url"), kind=ReferenceKind.LINK)
        return OVER
    if player := attributes.get("data-s9e-mediaembed-iframe"):
        references.add(_player(player), kind=ReferenceKind.LINK)
    if "lbImage" in names and tag != "a":
        _refer(attributes.get("data-src") or "", references, name=attributes.get("title") or "")
    is_own = False
    if tag == "a":
        is_own = _refer(attributes.get("href") or "", references, name="", only_own=True)
    elif tag == "img":
        address = attributes.get("data-url") or attributes.get("data-src") or attributes.get("src") or ""
        is_own = _refer(address, references, name=attributes.get("alt") or "", only_own=True)
    return INSIDE if is_own else USUAL


def _refer(address: str, references: References, *, name: str, only_own: bool = False) -> bool:
    """Add an attachment under its number; another address only if asked to."""
    found = _ATTACHMENT.search(address) if "/attachments/" in address else None
    if found is None and "/data/" in address:
        found = _DATA.search(address)
    if found:
        references.add(address, kind=ReferenceKind.ATTACHMENT, engine_id=found[1], name=name)
    elif not only_own:
        references.add(address, kind=ReferenceKind.IMAGE, name=name)
    return found is not None


def _attach(item: LexborNode, references: References) -> None:
    """Add one of the files below a post, with its name and size."""
    link = item.css_first("a[href*='attachments/']")
    found = _ATTACHMENT.search((link.attributes.get("href") or "") if link is not None else "")
    if link is None or not found:
        return
    named, meta = item.css_first(".file-name"), item.css_first(".file-meta")
    references.add(
        link.attributes.get("href"),
        kind=ReferenceKind.ATTACHMENT,
        engine_id=found[1],
        name=words_of(named),
        size_bytes=parse_size(meta.text()) if meta is not None else None,
    )


def _player(written: str) -> str:
    """Read the address in a list of attribute names and values, as JSON."""
    try:
        listed = json.loads(written)
    except (ValueError, RecursionError):
        return ""
    if not isinstance(listed, list) or "src" not in listed[:-1:2]:
        return ""
    address = listed[2 * listed[:-1:2].index("src") + 1]
    return address if isinstance(address, str) else ""


def _threads(page: Document, rows: list[LexborNode]) -> list[PageLink]:
    links = []
    for row in rows:
        title = row.css_first(".structItem-title a[data-tp-primary], .structItem-title a[href*='threads/']")
        if title is None or not page.budget.link():
            continue
        url = page.addresses.absolute(title.attributes.get("href"))
        found = _THREAD.search(url) or _LIST_ITEM.search(row.attributes.get("class") or "")
        latest = row.css_first("time.structItem-latestDate, .structItem-cell--latest time")
        if url:
            links.append(
                PageLink(
                    kind=PageKind.THREAD,
                    url=url,
                    engine_id=found[1] if found else "",
                    title=words_of(title),
                    changed_at=_instant(latest),
                )
            )
    return links


def _forums(page: Document) -> list[PageLink]:
    links = []
    for node in page.tree.css(".node-body"):
        title, latest = node.css_first(".node-title a"), node.css_first(".node-extra time")
        url = page.addresses.absolute(title.attributes.get("href")) if title is not None else ""
        if url and page.budget.link():
            found = _FORUM.search(url)
            links.append(
                PageLink(
                    kind=PageKind.FORUM,
                    url=url,
                    engine_id=found[1] if found else "",
                    title=words_of(title),
                    changed_at=_instant(latest),
                )
            )
    return links


def _instant(time: LexborNode | None) -> dt.datetime | None:
    if time is None:
        return None
    given = time.attributes
    return parse_instant(given.get("datetime")) or from_epoch(given.get("data-timestamp") or given.get("data-time"))


READER: Final = HtmlReader(engine=Engine.XENFORO, signs=signs, read=read)
