"""Addresses of the web that are a person's page, or a search in disguise: what they show is somebody, or a query."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import parse_qsl, unquote, urlsplit

#: Paths at which engines show one member (XenForo, phpBB, Discourse, django-machina, Misago, vBulletin, IPS,
#: WordPress, Mastodon, Lemmy, Pleroma), and feeds of one.
_MEMBER: Final = re.compile(
    r"/(?:[\w.-]+/)*?(?:@[\w.-]{2,}|(?:members?|users?|u|profiles?|profil|author|auteur|account|people|person|"
    r"membres?|utilisateurs?|memberlist|member-profile)/[^/]+)(?:[/.]|$)",
    re.IGNORECASE,
)
_PARAMETERS_OF_MEMBERS: Final = frozenset(
    "author auteur user username u uid userid user_id member memberid member_id author_id authorid by posted_by "
    "search_author searchuser users starter profile handle screen_name".split()
)
_SEARCHED: Final = frozenset(
    "q query search recherche suche buscar keywords keyword search_keywords k s text wd term terms searchterm".split()
)
#: Searches, and lists of what has one word, that stand in a path.
_SEARCH_PATH: Final = re.compile(r"/(?:search|recherche|suche|buscar|find|tags?|hashtag|label)/([^?#]+)", re.IGNORECASE)
#: An address inside another one's path or query: archives, mirrors, relays.
_INSIDE: Final = re.compile(r"https?://[^/\s]+/\S*", re.IGNORECASE)
#: Hosts on which the first part of a path is somebody.
_HOSTS: Final = re.compile(
    r"(?:\w+\.)?(?:instagram|twitter|x|facebook|tiktok|onlyfans|fansly|patreon|ko-fi|twitch|pinterest|vk|linktr|"
    r"threads|snapchat|tumblr|github|gitlab|medium|soundcloud|vimeo|flickr|deviantart|mym|youtube|linkedin|"
    r"buymeacoffee|cashapp|paypal|telegra)\.(?:com|fans|tv|ee|net|me|org|app)",
    re.IGNORECASE,
)
#: Parts of paths on them that are nobody.
_NOBODY: Final = frozenset(
    "explore search hashtag tag tags p reel status watch results groups events help about legal privacy terms pages "
    "topics trending i home marketplace discover".split()
)
#: Hosts that give each person a name of her own under theirs.
_UNDER: Final = re.compile(
    r"[\w-]+\.(?:tumblr|blogspot|wordpress|substack|carrd|livejournal|deviantart|bsky|over-blog|skyrock|canalblog)"
    r"\.(?:com|co|social)",
    re.IGNORECASE,
)
_PARAMETERS_MOST: Final = 200


def account_in(url: str) -> str:
    """Tell why a canonical address is one person's page.

    Returns:
        Why, in words; empty if it is not, as far as its form tells.
    """
    parts = urlsplit(url)
    host, path = (parts.hostname or "").removeprefix("www."), unquote(parts.path)
    first = path.strip("/").split("/")[0].casefold()
    if _HOSTS.fullmatch(host) and first and first not in _NOBODY:
        return "it is a page of one account"
    if _UNDER.fullmatch(host):
        return "its host is named after one account"
    rewritten = f"/{unquote(parts.query).lstrip('/')}"  # where the server rewrites nothing: index.php?members/x
    if _MEMBER.match(path) or _MEMBER.match(rewritten):
        return "it is the page of one member"
    if any(name in _PARAMETERS_OF_MEMBERS for name, _ in _parameters(parts.query)):
        return "it asks for what one member wrote"
    if _separators(parts.query) >= _PARAMETERS_MOST:
        return "it asks for more than is read of an address"
    inside = _INSIDE.search(unquote(url), 8)
    return account_in(inside.group()) if inside else ""


def queries_in(url: str) -> tuple[str, ...]:
    """Return what a canonical address asks a search of, each query apart."""
    parts = urlsplit(url)
    in_path = [found[1] for found in _SEARCH_PATH.finditer(unquote(parts.path))]
    asked = [value for name, value in _parameters(parts.query) if name in _SEARCHED and value]
    words = (re.sub(r"[-+_/]+", " ", found).strip() for found in in_path)
    return (*(found for found in words if not found.isdecimal()), *asked)


def _separators(query: str) -> int:
    return query.count("&") + query.count(";")


def _parameters(query: str) -> list[tuple[str, str]]:
    """Return the parameters of a query; ``c[users]`` and ``users[]`` are named ``users``."""
    if _separators(query) >= _PARAMETERS_MOST:
        return []
    given = parse_qsl(query.replace(";", "&"), keep_blank_values=True)
    return [(re.sub(r".*\[(\w+)\].*|\[\]$", r"\1", name).casefold(), value) for name, value in given]
