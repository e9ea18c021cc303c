"""What a person means by a source: an address, an account, a query, a folder; read once, in one form, or refused.

What is open to invited people only is no source: nobody here accepts an invitation, under any name.
"""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from rempart.collect.addresses import canonical
from rempart.collect.invitations import invitation_in
from rempart.errors import MisuseError, RefusedError
from rempart.model.source import Place, SourceKind

#: Characters of a query: search engines read 400 at most (Brave Search API, parameter ``q``).
QUERY_MOST: Final = 400
#: Bytes of a path on Linux (PATH_MAX).
_PATH_MOST: Final = 4_096
_PREFIX: Final = re.compile(r"([a-z]+):", re.IGNORECASE)
_WEB: Final = re.compile(r"https?:", re.IGNORECASE)
_BARE: Final = re.compile(r"(?:[a-z0-9-]+\.)+[a-z]{2,}(?:[:/?#]|$)", re.IGNORECASE)

#: Mastodon: letters, figures, ``_``, with ``.`` and ``-`` inside (app/models/account.rb, USERNAME_RE).
_USERNAME: Final = r"[a-z0-9_]+(?:[a-z0-9_.-]*[a-z0-9_])?"
_FEDIVERSE: Final = re.compile(rf"@?({_USERNAME})@([^@/\s:?#]+)", re.IGNORECASE)
_FEDIVERSE_PAGE: Final = re.compile(rf"https://([^/:]+)/(?:@|users/)({_USERNAME})/?", re.IGNORECASE)
#: AT Protocol: a handle is a domain name (specification "Handle", syntax); a DID is what it stands for.
_HANDLE: Final = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?")
_DID: Final = re.compile(r"did:plc:[a-z2-7]{24}|did:web:[a-z0-9.-]{1,240}")
_HANDLE_MOST: Final = 253
_BLUESKY_PAGE: Final = re.compile(r"https://(?:www\.)?bsky\.app/profile/([^/?]+)/?")
_TELEGRAM_PAGE: Final = re.compile(r"https?://(?:www\.)?(?:t|telegram)\.(?:me|dog)(/[^?]*)(?:\?.*)?", re.IGNORECASE)
#: One message of a public channel or group, perhaps of one of its topics; names have 3 to 32 signs.
_MESSAGE: Final = re.compile(r"/?(?:s/)?([a-z][a-z0-9_]{2,31})/(?:[0-9]{1,18}/)?([1-9][0-9]{0,17})/?", re.IGNORECASE)

_WHAT_THERE_IS: Final = (
    "A source is an address (https://…), or one of feed:https://… sitemap:https://… mastodon:@user@host "
    'bluesky:handle telegram:https://t.me/NAME/ID search:"query" folder:/path list:urls.txt warc:file.warc.gz'
)
_INVITED: Final = (
    "No invitation is accepted and nothing is joined. Whoever is in it lawfully can report a public message "
    "(telegram:https://t.me/NAME/ID), or hand over what she was shown: rempart evidence add. What may be an offence "
    "goes to PHAROS (internet-signalement.gouv.fr) or Point de Contact (pointdecontact.net)."
)


def parse_place(text: str, base: Path) -> Place:
    """Read what a person wrote as a source.

    Args:
        text: An address, or a kind and a colon before it.
        base: The folder that a relative path is in.

    Raises:
        MisuseError: it is none, or not one of that kind.
        RefusedError: it is open to invited people only, or would have to be joined.
    """
    text = text.strip()
    if not text or not text.isprintable():
        message = "a source is one line of signs that can be shown"
        raise MisuseError(message, advice=_WHAT_THERE_IS)
    if _WEB.match(text):
        return _page(text)
    found = _PREFIX.match(text)
    if found and (read := _ON_THE_WEB.get(found[1].lower())):
        return read(text[found.end() :].strip())
    if found and (kind := _ON_THIS_MACHINE.get(found[1].lower())):
        return _path(kind, text[found.end() :], base)
    _refuse_invitation(text)
    if _BARE.match(text) and "@" not in text:
        message = "this is no whole address"
        raise MisuseError(message, advice="Write it with its beginning: https://…")
    message = "this is no source"
    raise MisuseError(message, advice=_WHAT_THERE_IS)


def _refuse_invitation(text: str) -> None:
    if reason := invitation_in(text):
        message = f"this is no public place: {reason}"
        raise RefusedError(message, advice=_INVITED)


def _page(text: str) -> Place:
    """Read an address; that of an account or of a message is what it names."""
    url = _address(text)
    if _TELEGRAM_PAGE.fullmatch(url):
        return _telegram(url)
    if found := _BLUESKY_PAGE.fullmatch(url):
        return _bluesky(found[1])
    return Place(kind=SourceKind.PAGE, text=url)


def _address(text: str) -> str:
    """Return an address of the web in its one form."""
    _refuse_invitation(text)
    url = canonical(text)
    if not url:
        message = "this is no address of the web, or one that programs read in several ways"
        raise MisuseError(message, advice="Give one whole address, without a password in it: https://…")
    return url


def _feed(text: str) -> Place:
    return Place(kind=SourceKind.FEED, text=_address(text))


def _sitemap(text: str) -> Place:
    return Place(kind=SourceKind.SITEMAP, text=_address(text))


def _mastodon(text: str) -> Place:
    page = _FEDIVERSE_PAGE.fullmatch(text)
    found = _FEDIVERSE.fullmatch(text)
    user, host = (page[2], page[1]) if page else (found[1], found[2]) if found else ("", "")
    url = canonical(f"https://{host}/") if host else ""
    host = urlsplit(url).hostname or ""
    if not host or "." not in host or urlsplit(url).port:
        message = "this is no account of Mastodon"
        raise MisuseError(message, advice="Write it as it is shown there, with its host: mastodon:@user@host")
    return Place(kind=SourceKind.MASTODON, text=f"@{user.lower()}@{host}")


def _bluesky(text: str) -> Place:
    page = _BLUESKY_PAGE.fullmatch(text)
    handle = (page[1] if page else text).removeprefix("@").lower()
    if not (_HANDLE.fullmatch(handle) and len(handle) <= _HANDLE_MOST) and not _DID.fullmatch(handle):
        message = "this is no account of Bluesky"
        raise MisuseError(message, advice="Write its whole handle: bluesky:name.bsky.social")
    return Place(kind=SourceKind.BLUESKY, text=handle)


def _telegram(text: str) -> Place:
    """Read the address of one message: channels are not followed, single messages that were reported are looked at."""
    _refuse_invitation(text if _WEB.match(text) or text.lower().startswith(("t.me", "telegram.")) else f"t.me/{text}")
    whole = text if _WEB.match(text) else f"https://{text if text.lower().startswith('t.me/') else f't.me/{text}'}"
    page = _TELEGRAM_PAGE.fullmatch(canonical(whole))
    found = _MESSAGE.fullmatch(page[1]) if page else None
    if found is None:
        message = "this is no single message of Telegram"
        advice = "Channels are not followed: give the message that was reported, telegram:https://t.me/NAME/ID"
        raise MisuseError(message, advice=advice)
    return Place(kind=SourceKind.TELEGRAM, text=f"https://t.me/{found[1].lower()}/{found[2]}")


def _search(text: str) -> Place:
    query = " ".join(unicodedata.normalize("NFC", text).split())
    if len(query) > QUERY_MOST or not any(c.isalnum() for c in query):
        message = f"a query has letters or figures, and at most {QUERY_MOST} characters"
        raise MisuseError(message, advice='Write what a search engine is asked: search:"Calendar 2027"')
    return Place(kind=SourceKind.SEARCH, text=query)


def _path(kind: SourceKind, text: str, base: Path) -> Place:
    """Return a path of this machine, whole and without ``..``; whether something is there is looked at later."""
    path = os.path.normpath(base / Path(text).expanduser()) if text.strip() else ""
    try:
        size = len(path.encode())
    except UnicodeEncodeError:
        size = 0
    if not 0 < size < _PATH_MOST or not path.isprintable() or not Path(path).is_absolute():
        message = "this is no path that can be written down"
        raise MisuseError(message, advice=f"Write it after the colon: {kind}:/path, in letters that can be shown.")
    return Place(kind=kind, text=path)


_ON_THE_WEB: Final[dict[str, Callable[[str], Place]]] = {
    "feed": _feed,
    "sitemap": _sitemap,
    "mastodon": _mastodon,
    "bluesky": _bluesky,
    "telegram": _telegram,
    "search": _search,
}
_ON_THIS_MACHINE: Final = {"folder": SourceKind.FOLDER, "list": SourceKind.LIST, "warc": SourceKind.WARC}
