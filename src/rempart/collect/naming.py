"""Whether a source speaks of one person: places are watched, and people only with their consent or in a case.

Recall first. A sign that somebody is named (a handle, a name, an address, an owner) asks for her consent or a case,
whoever answers for it. A word that is known neither as a plain one nor as a name makes a person state that it names
nobody (:func:`could_name_person`): no list knows every name.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Final

from rempart.collect.addresses import canonical
from rempart.collect.invitations import invitation_in
from rempart.collect.naming_words import PLAIN
from rempart.collect.person_pages import account_in, queries_in
from rempart.model.names import skeleton
from rempart.model.source import ACCOUNTS, Place, SourceKind
from rempart.privacy.given_names import GIVEN_NAMES

_EMAIL: Final = re.compile(r"[^\s@]\s?(?:@|\(at\)|\[at\])\s?\w[\w.-]*\.\w{2,}", re.IGNORECASE)
_HANDLE: Final = re.compile(r"(?<![\w.])@\s*\w{2,}|\bu/\w{3,}")
#: Seven figures and more, however they are grouped: no year, no size, no date written as one.
_PHONE: Final = re.compile(r"(?<!\w)\+?\(?\d(?:[ .()/-]{0,2}\d){6,14}(?!\w)")
_DATE: Final = re.compile(
    r"(?<!\d)(?:(?:19|20)\d\d[ ./-]?[01]?\d[ ./-]?[0-3]?\d|[0-3]?\d[ ./-][01]?\d[ ./-](?:19|20)\d\d)(?!\d)"
)
_YEARS: Final = re.compile(r"(?<!\d)(?:19|20)\d\d[ /-](?:19|20)\d\d(?!\d)")
#: What search engines and forums offer to find what somebody wrote.
_BY: Final = re.compile(
    r"(?<!\w)(?:author|auteur|inauthor|from|user|username|by|member|posted_?by)\s*:\s*\S", re.IGNORECASE
)
_CAMEL: Final = re.compile(r"(?<=[a-zà-öø-ÿ])(?=[A-ZÀ-ÖØ-Þ])")
#: Letters joined by a low line or a dot, or followed by figures: how people are called where names are taken.
_JOINED: Final = re.compile(r"[^\W\d_]{2,}(?:_+|\.)\w[\w.]*", re.UNICODE)
_NUMBERED: Final = re.compile(r"([^\W\d_]{3,})\d+", re.UNICODE)
_WORD: Final = re.compile(r"\w+(?:['\u2019]\w+)?")
#: Where to look, which is no word of the query but may be somebody's page all the same.
_WHERE: Final = re.compile(r"(?<!\w)(?:site:\s?|https?://)(\S+)|(?<![\w.-])((?:[\w-]++\.)++[\w-]++/\S*)", re.IGNORECASE)
_WEB: Final = re.compile(r"https?://", re.IGNORECASE)
_SPELLED: Final = re.compile(r"\b([^\W\d_]) (?=[^\W\d_]\b)")
#: Owners' names that are shorter, without spaces, are looked for as whole words only.
_INSIDE_LEAST: Final = 6
_PART_LEAST: Final = 3


def names_person(query: str, owners_names: Iterable[str] = ()) -> str:
    """Tell by what sign a query names a person.

    Args:
        query: What a search engine is asked.
        owners_names: Whose pictures are protected here.

    Returns:
        The sign, in words, without any of the query's; empty if there is none.
    """
    return next(_signs(unicodedata.normalize("NFKC", query), tuple(owners_names)), "")


def could_name_person(query: str) -> bool:
    """Tell whether a query has a word that may be a name: one that is not known to be a plain word, nor a number."""
    return any(word not in PLAIN for word, _ in _words(unicodedata.normalize("NFKC", query)))


def speaks_of_person(place: Place, owners_names: Iterable[str] = ()) -> str:
    """Tell why a source speaks of one person.

    Args:
        place: The source.
        owners_names: Whose pictures are protected here.

    Returns:
        Why, in words; empty if it does not, as far as its own form tells.
    """
    if place.kind in ACCOUNTS:
        return "it is one person's account"
    names = tuple(owners_names)
    if place.kind is SourceKind.SEARCH:
        return names_person(place.text, names)
    if place.kind not in {SourceKind.PAGE, SourceKind.FEED, SourceKind.SITEMAP}:
        return ""
    if reason := account_in(place.text):
        return reason
    for query in queries_in(place.text):
        if reason := names_person(query, names):
            return f"it asks for something: {reason}"
    return "its address holds the name of an owner of this workspace" if is_owner_in(place.text, names) else ""


def refusal_of_line(url: str, owners_names: Iterable[str] = (), *, is_about_person: bool) -> str:
    """Tell why an address of a list is left out: what no source may be is no line of one either.

    Args:
        url: Canonical.
        owners_names: Whose pictures are protected here.
        is_about_person: The list rests on somebody's consent, or on a case.

    Returns:
        Why, in words; empty if it is not.
    """
    if is_about_person:
        return invitation_in(url)
    return invitation_in(url) or speaks_of_person(Place(kind=SourceKind.PAGE, text=url), owners_names)


def query_in(place: Place) -> str:
    """Return what a source asks a search of: its query, or those in its address; empty if it asks none."""
    if place.kind is SourceKind.SEARCH:
        return place.text
    return " ".join(queries_in(place.text)) if place.kind in {SourceKind.PAGE, SourceKind.FEED} else ""


def is_owner_in(text: str, owners_names: Iterable[str]) -> bool:
    """Tell whether somebody's name is in a text, in any order, case and spelling, whole or one part of it."""
    whole = skeleton(text)
    words = {skeleton(word) for word in _WORD.findall(_CAMEL.sub(" ", text.replace("_", " ")))}
    return any(_is_named(name, whole, words) for name in owners_names)


def _signs(text: str, owners_names: tuple[str, ...]) -> Iterator[str]:
    """Yield the signs by which a query names somebody, the surest first."""
    if _EMAIL.search(text):
        yield "it holds an e-mail address"
    if _HANDLE.search(text):
        yield "it holds the name of an account"
    if _BY.search(text):
        yield "it asks for what one person wrote"
    if _holds_phone(text):
        yield "it holds a telephone number"
    if is_owner_in(text, owners_names):
        yield "it holds the name of an owner of this workspace"
    places = ["".join(found.groups("")) for found in _WHERE.finditer(text)]
    if any(account_in(canonical(where if _WEB.match(where) else f"https://{where}")) for where in places):
        yield "it looks at one person's page"
    if any(_is_account(piece) for piece in _WHERE.sub(" ", text).split()):
        yield "it holds what looks like the name of an account"
    words = _words(text)
    if any(word in GIVEN_NAMES for word, _ in [*words, *_words(" ".join(re.split(r"[./:?&=]+", " ".join(places))))]):
        yield "it holds a given name"
    if any(a[1] and b[1] and not {a[0], b[0]} <= PLAIN for a, b in pairwise(words)):
        yield "it holds two words in a row that begin with capitals, as names do"


def _is_named(name: str, whole: str, words: set[str]) -> bool:
    parts = [skeleton(part) for part in re.findall(r"\w+", name)]
    joined = "".join(parts)
    turned = "".join(reversed(parts))
    if len(joined) >= _INSIDE_LEAST and (joined in whole or turned in whole):
        return True
    if parts and set(parts) <= words:
        return True
    return any(len(part) >= _PART_LEAST and part in words and part not in PLAIN for part in parts)


def _holds_phone(text: str) -> bool:
    """Tell whether figures are a telephone number, and no date or range of years."""
    return bool(_PHONE.search(_YEARS.sub(" ", _DATE.sub(" ", text))))


def _words(text: str) -> list[tuple[str, bool]]:
    """Return the words of a query without accents, each with whether it begins with a capital; figures are none."""
    text = _SPELLED.sub(r"\1", _CAMEL.sub(" ", _WHERE.sub(" ", text).replace("_", " ")))
    found = []
    for whole in _WORD.findall(text):
        word = re.sub(r"^(?:[ldLD]|qu)['\u2019]|['\u2019]s$", "", whole)
        small = "".join(c for c in unicodedata.normalize("NFD", word.casefold()) if not unicodedata.combining(c))
        plain = small if small in PLAIN else small.strip("0123456789")
        if plain:
            found.append((plain, word.lstrip("0123456789")[:1].isupper()))
    return found


def _is_account(piece: str) -> bool:
    piece = piece.strip("\"'()[]!?,;:")
    if _JOINED.fullmatch(piece):
        return not all(part.casefold() in PLAIN or part.isdigit() for part in re.split(r"[_.]+", piece) if part)
    found = _NUMBERED.fullmatch(piece)
    return found is not None and found[1].casefold() not in PLAIN
