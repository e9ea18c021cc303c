"""Discourse, by its JSON: ``/t/slug/ID.json``, ``/c/slug/ID.json``, ``/latest.json``. Its HTML only says where that is.

A topic's answer holds its first 20 posts, or those of ``?page=N``; ``post_stream.stream`` numbers all of them.
"""

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
from rempart.collect.walking import INSIDE, OVER, USUAL, Step, Walker
from rempart.model.collected import Engine, PageKind, PageLink, ParsedPage, ParsedPost, ReferenceKind

#: Posts of one page of a topic: ``TopicView.chunk_size`` of Discourse.
PAGE_POSTS: Final = 20
_PAGE: Final = re.compile(r"[?&]page=(\d{1,6})")
#: Uploads are named by their SHA-1, or by the same in base 62: the same file has the same name.
_UPLOAD: Final = re.compile(
    r"/uploads/.*?([0-9a-f]{40})|/uploads/short-url/([A-Za-z0-9]{20,30})|upload://([A-Za-z0-9]{20,30})"
)
_PATH: Final = re.compile(
    r"(.*/(?:t/(?:[^/?]+/)?\d+|c/[^?]*?\d+|latest|top|new|categories))(?:/\d+)?(?:\.json)?/?(?:\?.*)?"
)


def json_signs(answer: Mapping[str, object]) -> tuple[str, ...]:
    """Recognise an answer by its fields."""
    names = {"post_stream", "topic_list", "category_list"} & answer.keys()
    return tuple(f"field {name}" for name in sorted(names) if isinstance(answer[name], dict))


def read_json(answer: Mapping[str, object], walker: Walker) -> ParsedPage:
    """Read a topic, or a list of topics or categories."""
    if isinstance(answer.get("post_stream"), dict):
        return _topic(answer, walker)
    listed = object_of(answer.get("topic_list"))
    links = [link for topic in objects_of(listed.get("topics")) if (link := _topic_link(topic, walker))]
    categories = objects_of(object_of(answer.get("category_list")).get("categories"))
    links += [link for category in categories if (link := _category_link(category, walker))]
    return ParsedPage(
        engine=Engine.DISCOURSE,
        kind=PageKind.FORUM,
        canonical_url=walker.addresses.page,
        links=tuple(links),
        next_url=_more(text_of(listed.get("more_topics_url")), walker),
    )


def _more(address: str, walker: Walker) -> str:
    """Return where the list goes on, as JSON: Discourse gives the address of the page for people."""
    head, mark, query = walker.addresses.absolute(address).partition("?")
    if not head:
        return ""
    return f"{head if head.endswith('.json') else head.rstrip('/') + '.json'}{mark}{query}"


def _topic(answer: Mapping[str, object], walker: Walker) -> ParsedPage:
    stream = object_of(answer.get("post_stream"))
    page = walker.addresses.page
    topic_id = clean_id(number_of(answer.get("id")))
    here = without(page, frozenset({"page"}))
    ids = stream.get("stream")
    count = len(ids) if isinstance(ids, list) else number_of(answer.get("posts_count")) or 0
    last = -(-count // PAGE_POSTS)
    found = _PAGE.search(page)
    number = int(found[1]) if found else 1
    tags = answer.get("tags")
    walker.budget.aside("\n".join(text_of(tag) for tag in tags) if isinstance(tags, list) else "")
    return ParsedPage(
        engine=Engine.DISCOURSE,
        kind=PageKind.THREAD,
        canonical_url=page,
        engine_id=topic_id,
        title=clean_title(text_of(answer.get("title"))),
        section=clean_id(number_of(answer.get("category_id"))),
        posts=tuple(_post(post, walker) for post in objects_of(stream.get("posts")) if walker.budget.post()),
        next_url=_numbered(here, number + 1) if number < last else "",
        last_url=_numbered(here, last) if last > 1 else "",
    )


def _numbered(url: str, page: int) -> str:
    return f"{url}{'&' if '?' in url else '?'}page={page}"


def _post(post: Mapping[str, object], walker: Walker) -> ParsedPost:
    body = parse_markup(text_of(post.get("cooked"))).body
    content = walker.read(body, handler=_handle)
    return ParsedPost(
        engine_id=clean_id(number_of(post.get("id"))),
        author_key=clean_id(number_of(post.get("user_id"))),
        posted_at=parse_instant(post.get("created_at")),
        text=content.text,
        media=content.media,
    )


def _handle(tag: str, attributes: Attributes, references: References) -> Step:
    """Pass over quotes and previews; know uploads by their digest, in a lightbox, as a file, as a video."""
    names = (attributes.get("class") or "").split()
    if tag == "aside":
        if "onebox" in names:
            references.add(attributes.get("data-onebox-src"), kind=ReferenceKind.LINK)
        return OVER if "quote" in names or "onebox" in names else USUAL
    # Below a lightbox stand its file name and size, which are no words of the post.
    if tag == "blockquote" or (tag == "div" and "meta" in names):
        return OVER
    if tag in {"a", "img", "source"}:
        return _refer_upload(tag, attributes, names, references)
    if "video-placeholder-container" in names:
        address = attributes.get("data-video-src")
        references.add(address, kind=ReferenceKind.VIDEO, engine_id=_upload_id(address or ""))
    return USUAL


def _refer_upload(tag: str, attributes: Attributes, names: list[str], references: References) -> Step:
    address = attributes.get("href") or attributes.get("src") or ""
    key = _upload_id(address)
    if not key:
        return USUAL
    if tag == "a" and "attachment" in names:
        references.add(address, kind=ReferenceKind.ATTACHMENT, engine_id=key, name=attributes.get("title") or "")
    elif tag == "source":
        references.add(address, kind=ReferenceKind.VIDEO, engine_id=key)
    else:
        references.add(address, kind=ReferenceKind.IMAGE, engine_id=key, name=attributes.get("title") or "")
    return OVER if tag == "a" and "lightbox" in names else INSIDE


def _upload_id(address: str) -> str:
    found = _UPLOAD.search(address)
    return next((part for part in found.groups() if part), "") if found else ""


def _topic_link(topic: Mapping[str, object], walker: Walker) -> PageLink | None:
    number = number_of(topic.get("id"))
    if number is None or not walker.budget.link():
        return None
    return PageLink(
        kind=PageKind.THREAD,
        url=walker.addresses.absolute(f"{_root(walker)}/t/{number}.json"),
        engine_id=str(number),
        title=clean_title(text_of(topic.get("title"))),
        last_post_id=clean_id(number_of(topic.get("highest_post_number"))),
        changed_at=parse_instant(topic.get("last_posted_at")) or parse_instant(topic.get("bumped_at")),
    )


def _category_link(category: Mapping[str, object], walker: Walker) -> PageLink | None:
    number, slug = number_of(category.get("id")), text_of(category.get("slug"))
    url = walker.addresses.absolute(f"{_root(walker)}/c/{slug}/{number}.json") if number is not None and slug else ""
    if not url or not walker.budget.link():
        return None
    return PageLink(
        kind=PageKind.FORUM, url=url, engine_id=str(number), title=clean_title(text_of(category.get("name")))
    )


def _root(walker: Walker) -> str:
    """Return the folder that the site is in: what stands before its own paths."""
    return re.split(r"/(?:t/|c/|latest|top|new|categories)", walker.addresses.page, maxsplit=1)[0].rstrip("/")


def html_signs(page: Document) -> tuple[str, ...]:
    """Recognise a page by the name that Discourse gives itself."""
    generator = page.head.properties.get("generator", "")
    found = ["generator Discourse"] if generator.startswith("Discourse ") else []
    return tuple(
        found
        + [f"meta {name}" for name in ("discourse-base-uri", "discourse_theme_id") if name in page.head.properties]
    )


def read_html(page: Document) -> ParsedPage:
    """Say where the same page is as JSON: scripts write what people see."""
    found = _PATH.fullmatch(page.addresses.page)
    address = f"{found[1]}.json" if found else page.addresses.absolute("/latest.json")
    kind = PageKind.THREAD if found and "/t/" in found[1] else PageKind.FORUM
    links = (PageLink(kind=kind, url=address, title=page.title),) if address and page.budget.link() else ()
    return ParsedPage(
        engine=Engine.DISCOURSE, kind=PageKind.UNKNOWN, canonical_url=page.url, title=page.title, links=links
    )


JSON_READER: Final = JsonReader(engine=Engine.DISCOURSE, signs=json_signs, read=read_json)
HTML_READER: Final = HtmlReader(engine=Engine.DISCOURSE, signs=html_signs, read=read_html)
