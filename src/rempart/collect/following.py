"""Where to go on from a page that was read: pure decisions, so that they can be tested without a network.

A forum's listing names the newest post of each thread: only threads that have something new are asked for, on the last
page that was read of them, and from there forward. A new thread is asked for on its first page, then on its last one,
where what is new is, then from the second page on. Its pictures wait until its next pages were read, up to a number of
them: a word there may forbid them. Listings themselves are followed while a page of them shows a thread that is new or
changed.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import urlsplit

from rempart.collect.expiry import undated
from rempart.collect.file_endings import PICTURES
from rempart.collect.person_pages import account_in
from rempart.model.collected import LOCATORS, MediaReference, PageKind, PageLink, ParsedPage, ParsedPost, ReferenceKind
from rempart.model.frontier import PAGES_FIRST, Ask, NewFrontier, Thread, Urgency

#: Pages whose posts belong together, and are told apart by what was read last.
WITH_POSTS: Final = frozenset({PageKind.THREAD, PageKind.FEED, PageKind.PASTE, PageKind.UNKNOWN})
#: Of a file's name: what has an ending of no picture is not asked for; what has none, or a longer one, may be one.
_ENDING_MOST: Final = 5
#: A temporary address that ends within this is asked for first.
_SOON: Final = dt.timedelta(days=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What is known before a page is read."""

    root_host: str
    """Host of the source's first page: no page elsewhere is asked for."""
    depth_most: int
    """How deep the source is followed."""
    asked: NewFrontier
    """What was asked for."""
    thread: Thread | None
    """The thread that the page belongs to, if it was known."""
    threads: Mapping[str, Thread]
    """Of those that the page links to, the ones that are known, by address."""
    is_about_person: bool = False
    """The source rests on a person's consent, or on a case: pages of people are followed."""
    lately: Collection[str] = frozenset()
    """Addresses that were read a moment ago: pages that lead to each other in a circle are asked for once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A thread that a page lists."""

    link: PageLink
    """As listed."""
    thread: Thread | None
    """What is known of it; None if it is new."""
    is_changed: bool
    """Something was added since it was read, or nobody can tell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Following:
    """What to do after a page."""

    threads: tuple[Listed, ...] = ()
    """Those that it lists, at a depth that is followed."""
    onward: tuple[NewFrontier, ...] = ()
    """The next page and the last page of the same thread."""
    pages: tuple[NewFrontier, ...] = ()
    """Other pages to ask for."""
    media: tuple[NewFrontier, ...] = ()
    """Pictures to look at, without their thread: whoever writes them knows it."""
    posts: tuple[ParsedPost, ...] = ()
    """Those that were not seen before."""
    locators: tuple[MediaReference, ...] = ()
    """To be written down, and never asked for."""
    videos: int = 0
    """References to videos, which are not compared: not asked for."""
    is_tail: bool = False
    """It is the last page of its thread."""


def listed_threads(page: ParsedPage) -> tuple[str, ...]:
    """Return the addresses of the threads that a page lists: what is to be known before :func:`follow`."""
    return tuple(dict.fromkeys(link.url for link in page.links if _is_thread(link, page)))


def post_key(post: ParsedPost) -> str:
    """Return what makes a post the same one: what its engine calls it, else its words."""
    return post.engine_id or f"words {hashlib.sha256(post.text.encode('utf-8', 'surrogatepass')).hexdigest()}"


def place_of(page: ParsedPage, post: ParsedPost | None) -> str:
    """Return the address at which a person finds a post: its own if it has one, else its page's."""
    return (post.url if post else "") or page.canonical_url


def follow(page: ParsedPage, seen: Seen, digest: Callable[[str], str], now: dt.datetime) -> Following:
    """Decide what is asked for next.

    Args:
        page: What was read.
        seen: What was known before.
        digest: Turns what an engine calls a post into what is kept of it.
        now: The present instant.
    """
    threads = _threads(page, seen, digest)
    posts = _new_posts(page, seen, digest)
    references = [*page.media, *(one for post in posts for one in post.media)]
    is_anything_new = any(t.is_changed for t in threads)
    return Following(
        threads=threads,
        onward=_onward(page, seen, digest) if page.kind in WITH_POSTS else (),
        pages=_pages(page, seen, is_anything_new=is_anything_new),
        media=_media(page, posts, seen, now) if page.kind is not PageKind.FILE_HOST else (),
        posts=posts,
        locators=tuple(dict.fromkeys(r for r in references if r.kind in LOCATORS)),
        videos=sum(r.kind is ReferenceKind.VIDEO for r in references),
        is_tail=page.kind in WITH_POSTS and not page.next_url,
    )


def frontier_of_thread(listed: Listed, asked: NewFrontier, section: str) -> NewFrontier:
    """Return what to ask for of a thread that is new or changed.

    What the listing says of its newest post goes with it from page to page, and is believed once the last one was read:
    a visit that is cut in between leaves the thread as changed as it was.
    """
    known = listed.thread
    tail = known.tail_url if known else ""
    return NewFrontier(
        ask=Ask.PAGE,
        url=tail or listed.link.url,
        key=tail or listed.link.url,
        context=_context(listed.link.title, section, *asked.context),
        depth=asked.depth + 1,
        urgency=Urgency.CHANGED if tail else Urgency.NEW,
        thread=known.id if known else None,
        post=listed.link.last_post_id,
        posted_at=listed.link.changed_at,
        again=True,
    )


def _threads(page: ParsedPage, seen: Seen, digest: Callable[[str], str]) -> tuple[Listed, ...]:
    if seen.asked.depth >= seen.depth_most:
        return ()
    found: dict[str, Listed] = {}
    for link in page.links:
        if not _is_thread(link, page) or not _is_at(link.url, seen.root_host):
            continue
        known = seen.threads.get(link.url)
        if known and known.is_frozen:
            continue
        asked_for = (known.tail_url if known else "") or link.url
        changed = (known is None or _is_changed(link, known, digest)) and asked_for not in seen.lately
        before = found.get(link.url)  # a listing links to a thread and to its newest post
        if before is None or (link.last_post_id and not before.link.last_post_id):
            found[link.url] = Listed(link=link, thread=known, is_changed=changed)
    return tuple(found.values())


def _is_thread(link: PageLink, page: ParsedPage) -> bool:
    """Tell what is asked for again only when it changed: threads, and the pages of a sitemap, which says when."""
    return link.kind is PageKind.THREAD or (page.kind is PageKind.SITEMAP and link.kind is PageKind.UNKNOWN)


def _is_changed(link: PageLink, known: Thread, digest: Callable[[str], str]) -> bool:
    """Tell whether a thread has something new; where a listing says nothing of it, it may."""
    if not known.tail_url:
        return True  # it was listed, and never read to its end
    if link.last_post_id:
        return digest(link.last_post_id) != known.last_post
    if link.changed_at and known.changed_at:
        return link.changed_at > known.changed_at
    return True


def _new_posts(page: ParsedPage, seen: Seen, digest: Callable[[str], str]) -> tuple[ParsedPost, ...]:
    known = set(seen.thread.tail_posts) if seen.thread else set()
    if not known:
        return page.posts
    return tuple(post for post in page.posts if digest(post_key(post)) not in known)


def _onward(page: ParsedPage, seen: Seen, digest: Callable[[str], str]) -> tuple[NewFrontier, ...]:
    """Return the next page of a thread, its last one where it was never read to its end, its first one if it moved."""
    asked, found = seen.asked, []
    if page.kind is PageKind.THREAD and page.last_url not in {"", page.canonical_url} and _is_first(seen):
        # Where a thread is read anew, it was asked for before.
        found.append(_page(page.last_url, page, asked, asked.depth, urgency=Urgency.CHANGED, again=True, thread=True))
    if page.next_url and not (page.kind is PageKind.FEED and page.links):
        urgency = _of_next_page(seen)
        again = urgency is not Urgency.DEEPER
        found.append(_page(page.next_url, page, asked, asked.depth, urgency=urgency, again=again, thread=True))
    if seen.thread and page.kind is PageKind.THREAD and _is_shifted(page, seen.thread, seen, digest):
        first = seen.thread.url
        found.append(_page(first, page, asked, asked.depth, urgency=Urgency.NEW, again=True, thread=True))
    return _here(found, seen)


def _of_next_page(seen: Seen) -> Urgency:
    """Return what goes on as it began: behind the last page that was read, or through a thread that is read anew.

    There, pages are asked for although they were: another page had their number before posts were deleted.
    """
    if seen.thread and seen.thread.tail_url and seen.asked.urgency in {Urgency.CHANGED, Urgency.ROOT}:
        return Urgency.CHANGED
    return Urgency.NEW if seen.thread and seen.thread.posts and seen.asked.urgency is Urgency.NEW else Urgency.DEEPER


def _is_shifted(page: ParsedPage, thread: Thread, seen: Seen, digest: Callable[[str], str]) -> bool:
    """Tell whether none of the last posts that were read are where they were.

    Posts before them were deleted: what was added since may stand on any page.
    """
    if seen.asked.url != thread.tail_url or not thread.tail_posts or thread.url in {"", page.canonical_url}:
        return False
    return {digest(post_key(post)) for post in page.posts}.isdisjoint(thread.tail_posts)


def _pages(page: ParsedPage, seen: Seen, *, is_anything_new: bool) -> tuple[NewFrontier, ...]:
    """Return other pages: more of a list while it shows something new, and what stands deeper."""
    asked, found = seen.asked, []
    if page.next_url and is_anything_new and (page.kind not in WITH_POSTS or page.kind is PageKind.FEED):
        # Its second page shows other threads each time: it is asked for although it was.
        found.append(_page(page.next_url, page, asked, asked.depth, again=True))
    elif page.next_url and page.kind in {PageKind.SITEMAP, PageKind.LISTING}:
        found.append(_page(page.next_url, page, asked, asked.depth))
    for link in page.links:
        depth = asked.depth + (link.kind is not PageKind.SITEMAP)
        if not _is_thread(link, page) and depth <= seen.depth_most and not _is_somebodys(link.url, seen):
            again = link.kind in {PageKind.FORUM, PageKind.SITEMAP}
            found.append(_page(link.url, page, asked, depth, title=link.title, again=again))
    return _here(found, seen)


def _is_somebodys(url: str, seen: Seen) -> bool:
    """Tell the page of one person: places are watched, and people only where a source rests on a consent or a case."""
    return not seen.is_about_person and bool(account_in(url))


def _here(found: list[NewFrontier], seen: Seen) -> tuple[NewFrontier, ...]:
    """Leave out what is elsewhere, and what is there twice; ask again for nothing that was read a moment ago."""
    here = {one.key: one for one in reversed(found) if _is_at(one.url, seen.root_host)}.values()
    return tuple(replace(one, again=one.again and one.key not in seen.lately) for one in here)[::-1]


def _is_first(seen: Seen) -> bool:
    return seen.thread is None or not seen.thread.tail_url


def _page(
    url: str,
    page: ParsedPage,
    asked: NewFrontier,
    depth: int,
    *,
    title: str = "",
    urgency: Urgency = Urgency.DEEPER,
    again: bool = False,
    thread: bool = False,
) -> NewFrontier:
    return NewFrontier(
        ask=Ask.PAGE,
        url=url,
        key=url,
        context=_context(title, page.title, page.section, *asked.context),
        depth=depth,
        urgency=urgency,
        thread=asked.thread if thread else None,
        post=asked.post if thread else "",
        posted_at=asked.posted_at if thread else None,
        again=again,
        run=min(asked.run, PAGES_FIRST) + 1 if thread else 0,
    )


def _media(page: ParsedPage, posts: tuple[ParsedPost, ...], seen: Seen, now: dt.datetime) -> tuple[NewFrontier, ...]:
    found: dict[str, NewFrontier] = {}
    for reference in page.media:
        _add(found, reference, page, seen.asked, None, now)
    for post in posts:
        for reference in post.media:
            _add(found, reference, page, seen.asked, post, now)
    return tuple(found.values())


def _add(
    found: dict[str, NewFrontier],
    reference: MediaReference,
    page: ParsedPage,
    asked: NewFrontier,
    post: ParsedPost | None,
    now: dt.datetime,
) -> None:
    if not _is_picture(reference):
        return
    is_ending = reference.is_temporary and (reference.expires_at is None or reference.expires_at < now + _SOON)
    one = NewFrontier(
        ask=Ask.MEDIA,
        url=reference.url,
        key=media_key(reference),
        context=_context(reference.name, page.title, page.section, *asked.context),
        depth=asked.depth,
        urgency=Urgency.ENDING if is_ending else Urgency.MEDIA,
        expires_at=reference.expires_at,
        thread=asked.thread,
        post=post.engine_id if post else "",
        page_url=place_of(page, post),
        posted_at=post.posted_at if post else None,
    )
    found.setdefault(one.key, one)


def media_key(reference: MediaReference) -> str:
    """Return what makes a file the same one: its engine's number on its host, else its address without signature."""
    if reference.engine_id:
        return f"{urlsplit(reference.url).netloc} {reference.kind} {reference.engine_id}"
    return undated(reference.url)


def _is_picture(reference: MediaReference) -> bool:
    """Tell whether a reference may be a picture: nothing else is compared, so nothing else is asked for."""
    if reference.kind is ReferenceKind.IMAGE:
        return True
    if reference.kind is not ReferenceKind.ATTACHMENT:
        return False
    name = reference.name or urlsplit(reference.url).path.rsplit("/", 1)[-1]
    _, dot, ending = name.rpartition(".")
    return not dot or len(ending) > _ENDING_MOST or ending.lower() in PICTURES


def _is_at(url: str, host: str) -> bool:
    return urlsplit(url).netloc == host


def _context(*texts: str) -> tuple[str, ...]:
    """Return what the gate must judge, each once, the nearest first."""
    return tuple(dict.fromkeys(text for text in texts if text))[:_CONTEXT_MOST]


#: Titles of a link, of its page, its section and what leads there: a chain of hundreds of pages does not grow it.
_CONTEXT_MOST: Final = 12
