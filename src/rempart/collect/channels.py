"""What to ask of a channel or a search: Mastodon and Bluesky as anybody reads them, one message of Telegram, a query.

Nobody is followed, joined or written to, and no invitation is accepted: each of these is a GET that anybody may make.
A channel is read from its newest post to the newest one that was read before; the cursor between two visits is opaque
to whoever stores it.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import quote, urlsplit

from rempart.collect.addresses import canonical
from rempart.collect.engines.mastodon import STATUSES, is_newer
from rempart.collect.invitations import invitation_in
from rempart.collect.search import JSON_TYPE, ChannelAsk, SearchProvider, next_page, origin_of
from rempart.model.collected import Engine, PageKind, ParsedPage, Wall
from rempart.model.source import Health, Place, SourceKind

#: Posts of one page: what both interfaces give at most.
MASTODON_POSTS: Final = 40
BLUESKY_POSTS: Final = 100
#: Pages of one visit: a server that never ends is left there, and what is older is not read.
CHANNEL_PAGES_MOST: Final = 50
_ACCOUNT: Final = re.compile(
    r"@?([A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,62}[A-Za-z0-9_])?)@([A-Za-z0-9.-]{1,253}(?::\d{1,5})?)"
)
_ACTOR: Final = re.compile(
    r"@?((?:[a-z0-9-]{1,63}\.){1,8}[a-z][a-z0-9-]{0,62}|did:[a-z]+:[A-Za-z0-9._:%-]{1,200})", re.IGNORECASE
)
_MASTODON_CURSOR: Final = re.compile(r"([A-Za-z0-9_-]{1,64}) ([A-Za-z0-9_-]{1,64})")
_BAD_REQUEST: Final = 400
_FORBIDDEN: Final = frozenset({401, 403})
_GONE: Final = frozenset({404, 410})
_LOOKUP: Final = "/api/v1/accounts/lookup"
_TELEGRAM_HOSTS: Final = frozenset({"t.me", "telegram.me", "www.t.me", "telegram.dog"})
#: One message of a public channel; ``/s/`` is its preview, a second number a message in a topic.
_MESSAGE: Final = re.compile(r"/(?:s/)?([A-Za-z][A-Za-z0-9_]{2,31})/(?:\d{1,18}/)?(\d{1,18})/?")


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelHomes:
    """Where the interfaces are; elsewhere in tests."""

    mastodon: str = "https://{host}"
    """Of the server of an account."""
    bluesky: str = "https://public.api.bsky.app"
    """The server that shows every public post to whoever is not logged in."""
    telegram: str = "https://t.me"
    """Where messages are shown."""


_HOMES: Final = ChannelHomes()


def first_asks(
    place: Place, cursor: str, providers: Sequence[SearchProvider] = (), homes: ChannelHomes = _HOMES
) -> tuple[ChannelAsk, ...]:
    """Return what a visit of a place begins with; none where it is not asked (:func:`refusal_of` says why).

    Args:
        place: A channel or a query.
        cursor: What :func:`new_cursor` said after the last visit; empty before the first.
        providers: Whom to ask a query.
        homes: Where the interfaces are.
    """
    text = place.text.strip()
    match place.kind:
        case SourceKind.MASTODON:
            return _mastodon(text, cursor, homes.mastodon)
        case SourceKind.BLUESKY:
            return _bluesky(text, cursor, homes.bluesky)
        case SourceKind.TELEGRAM:
            return _telegram(text, homes.telegram)
        case SourceKind.SEARCH:
            return tuple(provider.ask(text, 0) for provider in providers) if text else ()
        case _:
            return ()


def refusal_of(place: Place) -> Health | None:
    """Return why a channel is not asked; None if it is, or if it is none."""
    if place.kind is SourceKind.TELEGRAM and invitation_in(place.text):
        return Health.INVITE_ONLY
    if place.kind in {SourceKind.MASTODON, SourceKind.BLUESKY, SourceKind.TELEGRAM} and not first_asks(place, ""):
        return Health.REFUSED
    return None


def ask_of(
    place: Place,
    url: str,
    cursor: str,
    providers: Sequence[SearchProvider] = (),
    page: int = 0,
    homes: ChannelHomes = _HOMES,
) -> ChannelAsk | None:
    """Return how to ask for an address that a visit led to; None if no visit of this place leads there.

    A row of the frontier holds an address alone: what else belongs to the request is found again here.
    """
    firsts = first_asks(place, cursor, providers, homes)
    first = next((one for one in firsts if one.url == url), None)
    if first is not None:
        return first
    path = url.partition("?")[0]
    first = next((one for one in firsts if one.url.partition("?")[0] == path), None)
    if first is None and firsts and place.kind is SourceKind.MASTODON and STATUSES.fullmatch(url):
        first = firsts[0]  # its statuses, which may be on a server of another name than its address has
    return replace(first, url=url, page=page) if first else None


def follow(page: ParsedPage, ask: ChannelAsk) -> ChannelAsk | None:
    """Return what to ask for after a page; None where a visit ends.

    1. A Mastodon account that was looked up: its statuses.
    2. A page of a search: the next one, as far as positions matter.
    3. A page of posts: the older ones, while this one shows something new.
    """
    if page.wall is not Wall.NONE:
        return None
    if page.engine is Engine.MASTODON and _LOOKUP in page.canonical_url:  # (1)
        return (
            replace(ask, url=_statuses(origin_of(page.canonical_url), page.engine_id, "")) if page.engine_id else None
        )
    if page.kind is PageKind.SEARCH:  # (2)
        return next_page(page, ask)
    if page.kind is not PageKind.CHANNEL or not page.next_url or ask.page + 1 >= CHANNEL_PAGES_MOST:
        return None
    is_known = page.engine is Engine.BLUESKY and not any(
        _seconds(post.posted_at) > _number(ask.since) for post in page.posts
    )
    if is_known or origin_of(page.next_url) != origin_of(page.canonical_url):  # (3)
        return None
    return replace(ask, url=page.next_url, page=ask.page + 1)


def new_cursor(page: ParsedPage, known: str = "") -> str:
    """Return up to where a channel was read once this page is: what was known, or the newest post here."""
    if page.engine is Engine.BLUESKY:
        newest = max((_seconds(post.posted_at) for post in page.posts), default=0)
        return str(max(newest, _number(known))) if newest or known else ""
    if page.engine is not Engine.MASTODON or not page.engine_id or not page.posts:
        return known
    before = _MASTODON_CURSOR.fullmatch(known)
    newest_id = before[2] if before and before[1] == page.engine_id else ""
    for post in page.posts:
        newest_id = post.engine_id if is_newer(post.engine_id, newest_id) else newest_id
    return f"{page.engine_id} {newest_id}"


def is_gone(page: ParsedPage) -> bool:
    """Tell that a message is no longer there although the server says nothing of the kind: Telegram answers 200."""
    return page.engine is Engine.TELEGRAM and not page.posts and page.wall is Wall.NONE


def health_of(page: ParsedPage, status: int, ask: ChannelAsk) -> Health:
    """Say how a request to a channel or a provider went.

    Args:
        page: What was read of the answer.
        status: Of the answer. Bluesky says 400 of an account that is not there, taken down or closed.
        ask: What was asked. A service that forbids (a wrong key, JSON that is not among its formats) is no login wall.
    """
    if ask.is_service:
        return Health.WELL if page.kind is PageKind.SEARCH and status < _BAD_REQUEST else Health.NOT_READ
    if status in _GONE or is_gone(page) or (status == _BAD_REQUEST and "/xrpc/" in page.canonical_url):
        return Health.GONE
    if status in _FORBIDDEN or page.wall is Wall.LOGIN:
        return Health.LOGIN_WALL
    is_read = page.kind in {PageKind.CHANNEL, PageKind.SEARCH} and status < _BAD_REQUEST
    return Health.WELL if is_read else Health.NOT_READ


def _mastodon(text: str, cursor: str, home: str) -> tuple[ChannelAsk, ...]:
    """Ask for statuses if the account's number is known, else look it up by its name."""
    found = _ACCOUNT.fullmatch(text)
    origin = canonical(f"{home.format(host=found[2])}/").rstrip("/") if found else ""
    if not found or not origin:
        return ()
    read = _MASTODON_CURSOR.fullmatch(cursor)
    if read:
        url = _statuses(origin, read[1], read[2])
    else:
        url = canonical(f"{origin}{_LOOKUP}?acct={quote(found[1], safe='')}")
    return (ChannelAsk(url=url, accept=JSON_TYPE, provider="mastodon", since=read[2] if read else ""),)


def _statuses(origin: str, account: str, since: str) -> str:
    newer = f"&since_id={since}" if since else ""
    return canonical(f"{origin}/api/v1/accounts/{account}/statuses?exclude_reblogs=true&limit={MASTODON_POSTS}{newer}")


def _bluesky(text: str, cursor: str, home: str) -> tuple[ChannelAsk, ...]:
    found = _ACTOR.fullmatch(text)
    if not found:
        return ()
    said = f"actor={quote(found[1], safe=':')}&filter=posts_with_media&limit={BLUESKY_POSTS}"
    url = canonical(f"{home}/xrpc/app.bsky.feed.getAuthorFeed?{said}")
    return (ChannelAsk(url=url, accept=JSON_TYPE, provider="bluesky", since=cursor if cursor.isdecimal() else ""),)


def _telegram(text: str, home: str) -> tuple[ChannelAsk, ...]:
    parts = urlsplit(canonical(_whole(text)))
    found = _MESSAGE.fullmatch(parts.path)
    if parts.netloc not in _TELEGRAM_HOSTS or not found or invitation_in(text):
        return ()
    return (ChannelAsk(url=f"{home}/{found[1]}/{found[2]}?embed=1", provider="telegram"),)


def _whole(text: str) -> str:
    return text if "://" in text else f"https://{text}"


def _seconds(instant: dt.datetime | None) -> int:
    return int(instant.timestamp()) if instant else 0


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and text.isascii() and len(text) < len("10000000000000") else 0
