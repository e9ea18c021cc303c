"""A source that speaks of one person is told, recall first: names, handles, numbers, pages; plain words pass."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rempart.collect.naming import (
    could_name_person,
    is_owner_in,
    names_person,
    query_in,
    refusal_of_line,
    speaks_of_person,
)
from rempart.collect.naming_words import PLAIN
from rempart.collect.places import parse_place
from rempart.model.source import Place, SourceKind
from rempart.privacy.given_names import GIVEN_NAMES


@pytest.mark.parametrize(
    "query",
    [
        "Prénom Nom",
        "PRENOM NOM",
        "PrenomNom",
        '"Prénom Nom" leak',
        "nadia",
        "NADIA leak 2027",
        "n a d i a",
        "nadia martin",
        "photos de nadia's",
        "@somebody",
        "\uff20somebody",
        "leak @ somebody",
        "u/somebody",
        "somebody_x",
        "somebody.else",
        "somebody99",
        "a@b.example",
        "a (at) b.example",
        "06 12 34 56 78",
        "+33612345678",
        "0612345678 leak",
        "0520195953",
        "(555) 123-4567",
        "author:somebody",
        "from: somebody",
        "inurl:nadia",
        "site:x.com/somebody leak",
        "https://x.com/somebody",
        "site:nadia.example leak",
        "Ольга Иванова",
    ],
)
def test_a_query_that_names_somebody(query: str) -> None:
    """The sign is told in words of ours, without a word of the query."""
    reason = names_person(query)

    assert reason.startswith("it ")
    assert "nadia" not in reason


@pytest.mark.parametrize(
    "query",
    [
        "Calendar 2027",
        '"Calendar 2027"',
        "Swimsuit Calendar 2027 leak",
        "Calendrier d'été 2027",
        "Calendar_2027",
        "calendar2027.zip",
        "calendar 2026-2027",
        "calendar 2026-12-10",
        "calendar 10/12/2026",
        "calendar 20261210",
        "site:forum.example calendar",
        "leak 4K mp4",
    ],
)
def test_a_query_about_a_thing(query: str) -> None:
    """Plain words, years and dates name nobody, and need no statement."""
    assert not names_person(query)
    assert not could_name_person(query)


@pytest.mark.parametrize("query", ["xyzzy leak", "Xyzzy 2027", "佐藤", "o'brien leak", "sun-drenched"])
def test_an_unknown_word_may_be_a_name(query: str) -> None:
    """No list knows every name: somebody has to say that it is none."""
    assert not names_person(query)
    assert could_name_person(query)


@pytest.mark.parametrize(
    "query", ["zelda leak", "ZÉLDA", "quux zelda", "zeldaquux", "z.e.l.d.a q-u-u-x", "QuuxZelda", "Z\u0435lda quux"]
)
def test_an_owners_name(query: str) -> None:
    """In any order, case, spelling and alphabet, whole or one part of it."""
    assert is_owner_in(query, ["Zelda Quux"])
    assert names_person(query, ["Zelda Quux"])


@pytest.mark.parametrize(
    "query, name", [("calendar 2027", "Calendar Li"), ("line", "Li"), ("studio", "Studio Xyzzy"), ("zeldas", "Zelda")]
)
def test_what_is_no_owners_name(query: str, name: str) -> None:
    """Plain words and parts of words are nobody's."""
    assert not is_owner_in(query, [name])


@pytest.mark.parametrize(
    "text, is_person",
    [
        ("mastodon:@a@b.example", True),
        ("bluesky:a.bsky.social", True),
        ("search:Prénom Nom", True),
        ("search:Calendar 2027", False),
        ("https://forum.example/members/a.1/", True),
        ("https://forum.example/forums/a.1/", False),
        ("https://engine.example/?q=nadia+martin", True),
        ("https://engine.example/?q=calendar", False),
        ("feed:https://forum.example/u/a.rss", True),
        ("https://forum.example/threads/zelda-quux.4/", True),
        ("telegram:https://t.me/zelda_quux/4", False),
        ("folder:/zelda quux", False),
    ],
)
def test_a_source_that_speaks_of_somebody(text: str, is_person: bool) -> None:  # noqa: FBT001 - a case's expectation
    """Accounts, pages of members, searches, and addresses that hold an owner's name."""
    place = parse_place(text, Path("/"))

    assert bool(speaks_of_person(place, ["Zelda Quux"])) is is_person


def test_what_a_source_asks() -> None:
    """Its query, or those of its address."""
    assert query_in(Place(kind=SourceKind.SEARCH, text="a b")) == "a b"
    assert query_in(Place(kind=SourceKind.PAGE, text="https://e.example/?q=a&s=b")) == "a b"
    assert query_in(Place(kind=SourceKind.LIST, text="/q=a")) == ""


@pytest.mark.parametrize(
    "url, without, with_right",
    [
        ("https://forum.example/threads/1/", False, False),
        ("https://forum.example/members/a.1/", True, False),
        ("https://engine.example/search?q=Sophie+Moreau", True, False),
        ("https://forum.example/tags/sophie/", True, False),
        ("https://t.me/+AbCd", True, True),
    ],
)
def test_a_line_of_a_list(url: str, without: bool, with_right: bool) -> None:  # noqa: FBT001 - expectations
    """A list is no way around: invitations never, members only where somebody consents or in a case."""
    assert bool(refusal_of_line(url, is_about_person=False)) is without
    assert bool(refusal_of_line(url, is_about_person=True)) is with_right


def test_the_lists_are_apart() -> None:
    """A word is plain or a name; none has an accent or a capital, which the reading would have taken away."""
    assert not PLAIN & GIVEN_NAMES
    assert all(word.isascii() and word == word.lower() for word in PLAIN | GIVEN_NAMES)


@given(st.text(max_size=200))
def test_any_query_is_judged(query: str) -> None:
    """No text makes it fail, and what has a letter is plain, or may be a name."""
    names_person(query, ["Zelda Quux", ""])
    could_name_person(query)


def test_a_long_query_costs_little() -> None:
    """Nothing in the patterns goes over a hostile text more than once."""
    for piece in ("a.", "a_", "1 ", "a@", "site:", "A ", "(at)"):
        names_person(piece * 50_000)
