"""Mastodon, by its public interface: ``/api/v1/accounts/lookup``, then ``/api/v1/accounts/ID/statuses``.

Both are documented as open to everybody (docs.joinmastodon.org, methods/accounts). What is boosted or quoted is another
account's: it is no post of this one. Older statuses are those before the last one of a page (``max_id``).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from rempart.collect.addresses import without
from rempart.collect.budget import clean_id, clean_title
from rempart.collect.document import parse_markup
from rempart.collect.engines.json_values import ADDRESS, LIST, object_of, objects_of, text_of
from rempart.collect.instants import parse_instant
from rempart.collect.interface import JsonReader
from rempart.collect.references import References
from rempart.collect.referring import Attributes
from rempart.collect.walking import Step, Walker
from rempart.model.collected import Engine, PageKind, ParsedPage, ParsedPost, ReferenceKind

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

#: Where the statuses of an account are; its number is that of a snowflake, a ULID or Pleroma's base 62.
STATUSES: Final = re.compile(r"(https?://[^/?]+)/api/v1/accounts/([A-Za-z0-9_-]{1,64})/statuses(?:\?.*)?")
_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
#: Entities/Account and entities/Status: fields that neither ever lacks.
_OF_ACCOUNT: Final = frozenset({"id", "acct", "statuses_count"})
_OF_STATUS: Final = frozenset({"id", "account", "content", "visibility"})
_KINDS: Final = {
    "image": ReferenceKind.IMAGE,
    "gifv": ReferenceKind.VIDEO,
    "video": ReferenceKind.VIDEO,
    "audio": ReferenceKind.LINK,
    "unknown": ReferenceKind.LINK,
}


def signs(answer: Mapping[str, object]) -> tuple[str, ...]:
    """Recognise an account, or a list of statuses; an empty one by its address."""
    if answer.keys() >= _OF_ACCOUNT:
        return ("fields acct, statuses_count",)
    rows = answer.get(LIST)
    if rows == [] and STATUSES.fullmatch(text_of(answer.get(ADDRESS))):
        return ("an empty list of statuses",)
    listed = objects_of(rows)
    return ("fields account, visibility",) if listed and all(row.keys() >= _OF_STATUS for row in listed[:3]) else ()


def read(answer: Mapping[str, object], walker: Walker) -> ParsedPage:
    """Read an account, of which its number alone is kept, or its statuses, the newest first."""
    page = walker.addresses.page
    rows = objects_of(answer.get(LIST))
    if LIST not in answer:
        return ParsedPage(
            engine=Engine.MASTODON, kind=PageKind.CHANNEL, canonical_url=page, engine_id=_id(answer.get("id"))
        )
    found = STATUSES.fullmatch(page)
    posts = [post for row in rows if not _is_anothers(row, found) and (post := _post(row, walker))]
    return ParsedPage(
        engine=Engine.MASTODON,
        kind=PageKind.CHANNEL,
        canonical_url=page,
        engine_id=found[2] if found else "",
        posts=tuple(posts),
        next_url=_older(page, rows) if found else "",
    )


def is_newer(one: str, than: str) -> bool:
    """Tell which of two numbers of statuses is newer: they grow, and a longer one is larger."""
    return (len(one), one) > (len(than), than)


def _id(value: object) -> str:
    text = clean_id(value)
    return text if _ID.fullmatch(text) else ""


def _is_anothers(row: Mapping[str, object], found: re.Match[str] | None) -> bool:
    """Tell a boost, and what a server lists of another account; of a list that is nobody's, none is another's."""
    author = _id(object_of(row.get("account")).get("id"))
    return isinstance(row.get("reblog"), dict) or (found is not None and author != found[2])


def _older(page: str, rows: list[Mapping[str, object]]) -> str:
    """Return where older statuses are: empty after an empty page, and where numbers do not grow smaller."""
    last = _id(rows[-1].get("id")) if rows else ""
    before = re.search(r"[?&]max_id=([A-Za-z0-9_-]{1,64})", page)
    if not last or (before and not is_newer(before[1], last)):
        return ""
    here = without(page, frozenset({"max_id"}))
    return f"{here}{'&' if '?' in here else '?'}max_id={last}"


def _post(row: Mapping[str, object], walker: Walker) -> ParsedPost | None:
    number = _id(row.get("id"))
    if not number or not walker.budget.post():
        return None
    references = walker.references()
    attached = objects_of(row.get("media_attachments"))
    for one in attached:
        _refer(one, references)
    card, quote = object_of(row.get("card")), object_of(object_of(row.get("quote")).get("quoted_status"))
    references.add(text_of(card.get("url")), kind=ReferenceKind.LINK)
    for said in (card.get("title"), card.get("description"), quote.get("spoiler_text"), quote.get("content")):
        walker.budget.aside(text_of(said))
    content = walker.read(_without_quote(text_of(row.get("content"))), handler=_handle, into=references)
    # The gate judges a warning, what a picture is said to show and what can be voted for as it does the text.
    options = objects_of(object_of(row.get("poll")).get("options"))
    words = [text_of(row.get("spoiler_text")), *(text_of(one.get("description")) for one in attached)]
    words += [clean_title(text_of(option.get("title"))) for option in options]
    described = walker.budget.text("\n".join(word for word in words if word))
    origin = "/".join(walker.addresses.page.split("/", 3)[:3])
    return ParsedPost(
        engine_id=number,
        author_key=_id(object_of(row.get("account")).get("id")),
        posted_at=parse_instant(row.get("created_at")),
        text="\n".join(part for part in (content.text, described) if part),
        media=references.all(),
        url=walker.addresses.absolute(f"{origin}/api/v1/statuses/{number}"),
    )


def _refer(one: Mapping[str, object], references: References) -> None:
    """Add an attachment: on this server if it has a copy, else where it is from."""
    kind = _KINDS.get(text_of(one.get("type")), ReferenceKind.LINK)
    address = text_of(one.get("url")) or text_of(one.get("remote_url"))
    references.add(address, kind=kind, engine_id=_id(one.get("id")))


def _without_quote(markup: str) -> LexborNode | None:
    """Parse a status, without the line that stands for what it quotes where quotes are not shown."""
    body = parse_markup(markup).body
    if body is not None and "quote-inline" in markup:
        for node in body.css(".quote-inline"):
            node.decompose()
    return body


def _handle(tag: str, attributes: Attributes, references: References) -> Step:
    """Pass over quotes; the profile of whoever is mentioned is no reference."""
    del references
    if tag == "blockquote":
        return Step.OVER
    names = (attributes.get("class") or "").split()
    return Step.INSIDE if tag == "a" and {"mention", "hashtag"} & set(names) else Step.USUAL


READER: Final = JsonReader(engine=Engine.MASTODON, signs=signs, read=read)
