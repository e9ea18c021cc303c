"""By what something that was stopped is recognised again: keyed digests of addresses, attachments and titles.

The key is the workspace's own item key, which outlives rotations: nothing that was frozen thaws when keys change. The
digests say nothing to whoever reads the database without it.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Iterator
from typing import Final
from urllib.parse import urlsplit

from rempart.collect import canonical, undated
from rempart.collect.following import media_key
from rempart.model.collected import LOCATORS, MediaReference, PageLink, ParsedPage

#: Words of a title that tell its thread from others all by itself; a shorter one does with its thread's number.
_WORDS_LEAST: Final = 5


class FrozenMarks:
    """Makes the digests of one workspace."""

    def __init__(self, digest: Callable[[str], bytes]) -> None:
        """Take what makes 32 bytes of a text that only this workspace makes, for ever."""
        self._digest = digest

    def of_address(self, url: str, key: str) -> list[bytes]:
        """Return the marks of an address: as it is, without its signature, and what its engine calls it."""
        return self._all(_address_marks(url, key))

    def of_asked(self, url: str, key: str) -> list[bytes]:
        """Return the marks of a picture that is not asked for: a page that shows it too is not frozen for that."""
        return self._all(("asked", value) for _, value in _address_marks(url, key))

    def of_media(self, reference: MediaReference, host: str) -> list[bytes]:
        """Return the marks of what a page of this host refers to: its address, its number, its name with its number."""
        return self._all(_media_marks(reference, host))

    def of_link(self, link: PageLink) -> list[bytes]:
        """Return the marks of another page: its address, and its title whatever the host."""
        return self._all((*_address_marks(link.url, ""), *_title_marks(link.title, link.engine_id)))

    def of_page(self, page: ParsedPage) -> list[bytes]:
        """Return the marks of a page and of what its posts refer to."""
        media = [mark for post in page.posts for each in post.media for mark in _media_marks(each, host_of(page))]
        own = (*_address_marks(page.canonical_url, ""), *_title_marks(page.title, page.engine_id))
        return self._all((*own, *media))

    def _all(self, marks: Iterable[tuple[str, str]]) -> list[bytes]:
        # Half of a pair of surrogates, which no text has, counts as a question mark.
        return [
            self._digest(f"{kind} v1 {value}".encode("utf-8", "replace").decode())
            for kind, value in dict.fromkeys(marks)
        ]


def _address_marks(url: str, key: str) -> Iterator[tuple[str, str]]:
    one = canonical(url) or url
    for address in dict.fromkeys((one, undated(one))):
        scheme, mark, rest = address.partition("://")
        yield "address", rest.rstrip("/") if mark and scheme in {"http", "https"} else address
    if key:
        yield "key", key


def _media_marks(reference: MediaReference, host: str) -> Iterator[tuple[str, str]]:
    if reference.kind in LOCATORS:
        yield "locator", reference.engine_id or reference.url
        return
    yield from _address_marks(reference.url, "")
    if reference.engine_id:
        yield "key", media_key(reference)
        if host:
            yield "attachment", f"{host} {reference.engine_id}"
        if reference.name:
            yield "file", f"{_plain(reference.name)} {reference.engine_id}"


def _title_marks(title: str, engine_id: str) -> Iterator[tuple[str, str]]:
    plain = _plain(title)
    if plain and engine_id:
        yield "title", f"{plain} {engine_id}"
    if len(plain.split()) >= _WORDS_LEAST:
        yield "title", plain


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def host_of(page: ParsedPage) -> str:
    """Return the host of a page; empty if its address has none."""
    return urlsplit(page.canonical_url).hostname or ""
