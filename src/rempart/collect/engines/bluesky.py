"""Bluesky, by its public interface: ``app.bsky.feed.getAuthorFeed`` (docs.bsky.app, and the lexicons of atproto).

Reposts are other accounts', and so is what a post quotes. When the server saw a post counts, not when its author says
that it was written: that can be any time.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import quote

from rempart.collect.addresses import without
from rempart.collect.engines.json_values import object_of, objects_of, text_of
from rempart.collect.instants import parse_instant
from rempart.collect.interface import JsonReader
from rempart.collect.limits import ID_MOST
from rempart.collect.references import References
from rempart.collect.walking import Walker
from rempart.model.collected import Engine, PageKind, ParsedPage, ParsedPost, ReferenceKind, Wall

_POST: Final = re.compile(r"at://(did:[a-z]+:[A-Za-z0-9._:%-]{1,80})/app\.bsky\.feed\.post/([A-Za-z0-9._:~-]{1,64})")
#: Pictures are named by the digest of what was uploaded: the same file has the same name in every size.
_CID: Final = re.compile(r"/(baf[a-z2-7]{50,90})(?:@[a-z]{2,5})?(?:/|$)")
_CURSOR_MOST: Final = 500
_REPOST: Final = "app.bsky.feed.defs#reasonRepost"
#: Of a profile: its owner asks applications not to show it to whoever is not logged in.
_LOGGED_IN_ONLY: Final = "!no-unauthenticated"


def signs(answer: Mapping[str, object]) -> tuple[str, ...]:
    """Recognise a feed of posts by its fields."""
    rows = answer.get("feed")
    if not isinstance(rows, list):
        return ()
    return ("fields feed, post",) if all("post" in row for row in objects_of(rows)[:3]) else ()


def read(answer: Mapping[str, object], walker: Walker) -> ParsedPage:
    """Read a page of the posts of one account, the newest first."""
    page = walker.addresses.page
    rows = objects_of(answer.get("feed"))
    own = [row for row in rows if object_of(row.get("reason")).get("$type") != _REPOST]
    given = [object_of(row.get("post")) for row in own]
    if any(_is_for_logged_in(post) for post in given):
        return ParsedPage(engine=Engine.BLUESKY, kind=PageKind.LOGIN_WALL, canonical_url=page, wall=Wall.LOGIN)
    return ParsedPage(
        engine=Engine.BLUESKY,
        kind=PageKind.CHANNEL,
        canonical_url=page,
        posts=tuple(found for post in given if (found := _post(post, walker))),
        next_url=_older(page, text_of(answer.get("cursor"))) if rows else "",
    )


def _is_for_logged_in(post: Mapping[str, object]) -> bool:
    labels = objects_of(object_of(post.get("author")).get("labels"))
    return any(label.get("val") == _LOGGED_IN_ONLY for label in labels)


def _older(page: str, cursor: str) -> str:
    """Return where older posts are; empty if that is where we are."""
    said = quote(cursor, safe="")
    here = without(page, frozenset({"cursor"}))
    following = f"{here}{'&' if '?' in here else '?'}cursor={said}"
    return following if said and len(cursor) <= _CURSOR_MOST and following != page else ""


def _post(post: Mapping[str, object], walker: Walker) -> ParsedPost | None:
    found = _POST.fullmatch(text_of(post.get("uri")))
    if found is None or not walker.budget.post():
        return None
    did, key = found[1], found[2]
    record = object_of(post.get("record"))
    references = walker.references()
    words = [text_of(record.get("text")), *_refer(object_of(post.get("embed")), references)]
    for facet in objects_of(record.get("facets")):
        for feature in objects_of(facet.get("features")):
            references.add(text_of(feature.get("uri")), kind=ReferenceKind.LINK)
    walker.budget.aside(_quoted(post.get("embed")))
    text = walker.budget.text("\n".join(word for word in words if word))
    references.add_text(text)
    return ParsedPost(
        engine_id=f"{did}/{key}" if len(did) + len(key) < ID_MOST else key,
        author_key=did,
        posted_at=parse_instant(post.get("indexedAt")),
        text=text,
        media=references.all(),
        url=walker.addresses.absolute(f"https://bsky.app/profile/{did}/post/{key}"),
    )


def _refer(embed: Mapping[str, object], references: References) -> list[str]:
    """Add what is attached to a post, not what it quotes; return what its pictures are said to show."""
    # What is called ``recordWithMedia`` has a quote, and media of its own beside it.
    media = object_of(embed.get("media")) or embed
    words = []
    for image in objects_of(media.get("images")):
        words.append(text_of(image.get("alt")))
        _add(text_of(image.get("fullsize")) or text_of(image.get("thumb")), ReferenceKind.IMAGE, references)
    if "playlist" in media:
        words.append(text_of(media.get("alt")))
        # A list of pieces, no file: the picture that stands for the video is what can be compared.
        references.add(text_of(media.get("playlist")), kind=ReferenceKind.LINK)
        references.add(text_of(media.get("thumbnail")), kind=ReferenceKind.IMAGE)
    external = object_of(media.get("external"))
    references.add(text_of(external.get("uri")), kind=ReferenceKind.LINK)
    return [*words, text_of(external.get("title")), text_of(external.get("description"))]


def _quoted(embed: object) -> str:
    """Return the words of what a post quotes, for the gate: they are another account's."""
    record = object_of(object_of(embed).get("record"))
    quoted = object_of(record.get("record")) or record
    return text_of(object_of(quoted.get("value")).get("text"))


def _add(address: str, kind: ReferenceKind, references: References) -> None:
    found = _CID.search(address)
    references.add(address, kind=kind, engine_id=found[1] if found else "")


READER: Final = JsonReader(engine=Engine.BLUESKY, signs=signs, read=read)
