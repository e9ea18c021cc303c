"""A page as JSON, field by field, and its reading in the parent, which trusts no worker."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import TYPE_CHECKING, Final, TypeVar

from rempart.collect.addresses import canonical
from rempart.collect.limits import (
    EVIDENCE_MOST,
    ID_MOST,
    LINKS_MOST,
    MEDIA_MOST,
    PAGE_TEXT_MOST,
    POST_TEXT_MOST,
    POSTS_MOST,
    RESULT_TEXT_MOST,
    RESULTS_MOST,
    SIGN_MOST,
    TITLE_MOST,
    URL_MOST,
    WORDS_MOST,
)
from rempart.collect.locators import parse_ipfs, parse_magnet
from rempart.model.collected import (
    LOCATORS,
    Engine,
    LeftOut,
    MediaReference,
    PageKind,
    PageLink,
    ParsedPage,
    ParsedPost,
    ReferenceKind,
    SearchResult,
    Wall,
)

if TYPE_CHECKING:
    from rempart.hazmat import Json

_SURROGATE: Final = re.compile(r"[\ud800-\udfff]")
_INFOHASH_DIGITS: Final = 40
_SIZE_MOST: Final = 1 << 62
_INSTANT_MOST: Final = 1 << 33
_POSITION_MOST: Final = 100_000
_ChoiceT = TypeVar("_ChoiceT", bound=StrEnum)
_T = TypeVar("_T")


def write_page(page: ParsedPage) -> dict[str, Json]:
    """Write a page as a record."""
    return {
        "engine": page.engine,
        "kind": page.kind,
        "url": page.canonical_url,
        "evidence": list(page.evidence),
        "id": page.engine_id,
        "title": page.title,
        "section": page.section,
        "posts": [
            [
                *(post.engine_id, post.author_key, _seconds(post.posted_at), post.text),
                *(_written(post.media), post.url, post.words),
            ]
            for post in page.posts
        ],
        "media": _written(page.media),
        "links": [
            [link.kind, link.url, link.engine_id, link.title, link.last_post_id, _seconds(link.changed_at)]
            for link in page.links
        ],
        "next": page.next_url,
        "last": page.last_url,
        "results": [[one.url, one.title, one.text, one.position] for one in page.results],
        "wall": page.wall,
        "left_out": list(page.left_out),
        "words": page.words,
    }


def _written(media: tuple[MediaReference, ...]) -> list[Json]:
    return [
        [one.kind, one.url, one.engine_id, one.name, one.size_bytes, one.is_temporary, _seconds(one.expires_at)]
        for one in media
    ]


def _seconds(instant: dt.datetime | None) -> int | None:
    return int(instant.timestamp()) if instant else None


def read_written(record: Mapping[str, Json]) -> ParsedPage:
    """Read a record that is as :func:`write_page` wrote it.

    Raises:
        ValueError: it is none; an address in it is not of the web, or not in its one form; there is too much of it.
    """
    posts = _each(record.get("posts"), POSTS_MOST, _post)
    media = _each(record.get("media"), MEDIA_MOST, _reference)
    _check(sum(len(post.text) for post in posts) <= PAGE_TEXT_MOST, "a page's text is bounded")
    _check(len(media) + sum(len(post.media) for post in posts) <= MEDIA_MOST, "a page's references are bounded")
    return ParsedPage(
        engine=_choice(Engine, record.get("engine")),
        kind=_choice(PageKind, record.get("kind")),
        canonical_url=_url(record.get("url"), or_none=True),
        evidence=_each(record.get("evidence"), EVIDENCE_MOST, lambda one: _text(one, SIGN_MOST)),
        engine_id=_text(record.get("id"), ID_MOST),
        title=_text(record.get("title"), TITLE_MOST),
        section=_text(record.get("section"), TITLE_MOST),
        posts=posts,
        media=media,
        links=_each(record.get("links"), LINKS_MOST, _link),
        next_url=_url(record.get("next"), or_none=True),
        last_url=_url(record.get("last"), or_none=True),
        results=_each(record.get("results"), RESULTS_MOST, _result),
        wall=_choice(Wall, record.get("wall")),
        left_out=_each(record.get("left_out"), len(LeftOut), lambda one: _choice(LeftOut, one)),
        words=_text(record.get("words"), WORDS_MOST + POSTS_MOST),
    )


def _post(value: Json) -> ParsedPost:
    engine_id, author, posted, text, media, url, words = _row(value, 7)
    return ParsedPost(
        engine_id=_text(engine_id, ID_MOST),
        author_key=_text(author, ID_MOST),
        posted_at=_instant(posted),
        text=_text(text, POST_TEXT_MOST),
        media=_each(media, MEDIA_MOST, _reference),
        url=_url(url, or_none=True),
        words=_text(words, WORDS_MOST + POSTS_MOST),
    )


def _reference(value: Json) -> MediaReference:
    kind, url, engine_id, name, size, is_temporary, expires = _row(value, 7)
    chosen = _choice(ReferenceKind, kind)
    _check(isinstance(is_temporary, bool), "a reference is temporary or not")
    return MediaReference(
        kind=chosen,
        url=_locator(chosen, url) if chosen in LOCATORS else _url(url),
        engine_id=_text(engine_id, 2 * ID_MOST),
        name=_text(name, TITLE_MOST),
        size_bytes=None if size is None else _whole(size, _SIZE_MOST),
        is_temporary=bool(is_temporary),
        expires_at=_instant(expires),
    )


def _locator(kind: ReferenceKind, value: Json) -> str:
    """Take a locator in the one form that it is written in."""
    text = _text(value, URL_MOST)
    if kind is ReferenceKind.INFOHASH:
        _check(len(text) == _INFOHASH_DIGITS and not text.strip("0123456789abcdef"), "an infohash has 40 digits")
        return text
    read = parse_magnet(text) if kind is ReferenceKind.MAGNET else parse_ipfs(text)
    _check(read is not None and read.url == text, "a locator is in its one form")
    return text


def _link(value: Json) -> PageLink:
    kind, url, engine_id, title, last_post, changed = _row(value, 6)
    return PageLink(
        kind=_choice(PageKind, kind),
        url=_url(url),
        engine_id=_text(engine_id, ID_MOST),
        title=_text(title, TITLE_MOST),
        last_post_id=_text(last_post, ID_MOST),
        changed_at=_instant(changed),
    )


def _result(value: Json) -> SearchResult:
    url, title, text, position = _row(value, 4)
    return SearchResult(
        url=_url(url),
        title=_text(title, TITLE_MOST),
        text=_text(text, RESULT_TEXT_MOST),
        position=None if position is None else _position(position),
    )


def _position(value: Json) -> int:
    """Take a place in a list: there is none before the first."""
    place = _whole(value, _POSITION_MOST)
    _check(place > 0, "a position counts from 1")
    return place


def _url(value: Json, *, or_none: bool = False) -> str:
    text = _text(value, URL_MOST)
    _check((or_none and not text) or (bool(text) and canonical(text) == text), "an address is in its one form")
    return text


def _instant(value: Json) -> dt.datetime | None:
    return None if value is None else dt.datetime.fromtimestamp(_whole(value, _INSTANT_MOST), dt.UTC)


def _whole(value: Json, most: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= most:
        message = f"not a whole number of {most} at most"
        raise ValueError(message)
    return value


def _text(value: Json, most: int) -> str:
    if not isinstance(value, str) or len(value) > most:
        message = f"not a text of {most} characters at most"
        raise ValueError(message)
    _check(value.isascii() or _SURROGATE.search(value) is None, "a text has no half of a character")
    return value


def _choice(kind: type[_ChoiceT], value: Json) -> _ChoiceT:
    return kind(_text(value, ID_MOST))


def _row(value: Json, width: int) -> list[Json]:
    if not isinstance(value, list) or len(value) != width:
        message = f"not a row of {width}"
        raise ValueError(message)
    return value


def _each(value: Json, most: int, parse: Callable[[Json], _T]) -> tuple[_T, ...]:
    if not isinstance(value, list) or len(value) > most:
        message = f"not a list of {most} at most"
        raise ValueError(message)
    return tuple(parse(one) for one in value)


def _check(holds: bool, message: str) -> None:  # noqa: FBT001 - one fact
    if not holds:
        raise ValueError(message)
