"""Whom answers name: mailboxes for abuse in their order, organisations, and never people."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from net.rdap_answers import NOW, abuse, card, domain, entity, network
from rempart.model.facts import AbuseContact, ContactRole
from rempart.net.rdap_entities import (
    ENTITIES_MOST,
    NESTED_MOST,
    holder_of,
    network_contacts,
    registrar_contacts,
    registrar_of,
    walk_entities,
)

SOURCE = "https://rdap.example.org/x"


def of_network(tree: dict[str, Any]) -> tuple[AbuseContact, ...]:
    return network_contacts(tree, SOURCE, NOW)


def test_the_network_s_own_desk_comes_before_a_nested_one() -> None:
    """Whatever their order in the answer."""
    nested = entity("registrant", vcard=card(("fn", "Example Hosting")), inside=(abuse("nested@example.org"),))

    found = of_network(network(entities=[nested, abuse("own@example.org")]))

    assert [(c.role, c.email) for c in found] == [
        (ContactRole.HOST_ABUSE, "own@example.org"),
        (ContactRole.NESTED_HOST_ABUSE, "nested@example.org"),
    ]
    assert {(c.source, c.at) for c in found} == {(SOURCE, NOW)}


def test_each_mailbox_is_listed_once() -> None:
    """Registries repeat them for each role."""
    assert len(of_network(network(entities=[abuse("a@example.org"), abuse("a@example.org")]))) == 1


def test_an_entity_that_cannot_be_reached_is_no_contact() -> None:
    """Its mailbox is none, its number neither."""
    assert of_network(network(entities=[abuse("abuse@localhost", phone="none")])) == ()


def test_the_preferred_mailbox_is_taken() -> None:
    """RFC 6350 §5.3; one that is none is passed over."""
    vcard = card(kind="group")
    vcard[1] += [
        ["email", {}, "text", "last@example.org"],
        ["email", {"pref": "1"}, "text", "broken@"],
        ["email", {"pref": "2"}, "text", "second@example.org"],
    ]

    [contact] = of_network(network(entities=[entity("abuse", vcard=vcard)]))

    assert contact.email == "second@example.org"


def test_a_person_at_the_desk_is_not_named() -> None:
    """Her mailbox is what a notice needs; her name is not."""
    vcard = card(("fn", "Jane Doe"), ("email", "desk@example.org"), kind="individual")

    [contact] = of_network(network(entities=[entity("abuse", vcard=vcard)]))

    assert (contact.email, contact.organisation) == ("desk@example.org", "")
    assert "Jane" not in repr(contact)


def test_a_registrant_who_is_a_person_is_not_kept() -> None:
    """Neither as holder, nor where she is called an organisation by her own name."""
    person = entity("registrant", vcard=card(("fn", "Jane Doe"), kind="individual"))
    as_organisation = entity("registrant", vcard=card(("fn", "Jane Doe"), ("org", "JANE DOE"), kind="individual"))

    assert holder_of({"entities": [person]}) == ("", "")
    assert holder_of({"entities": [as_organisation]}) == ("", "")


@pytest.mark.parametrize("organisation", ["DOE, Jane", "Doe Jane", "Jane Doe Photography"])
def test_an_organisation_that_is_named_after_a_person_is_not_kept(organisation: str) -> None:
    """In any order, with a comma as in a list, with her trade."""
    person = entity("registrant", vcard=card(("fn", "Jane Doe"), ("org", organisation), kind="individual"))

    assert holder_of({"entities": [person]}) == ("", "")


def test_an_organisation_that_a_person_answers_for_is_kept() -> None:
    """Its name says nothing of hers."""
    person = entity("registrant", vcard=card(("fn", "Jane Doe"), ("org", "Example Ltd"), kind="individual"))

    assert holder_of({"entities": [person]})[0] == "Example Ltd"


def test_a_registrant_who_is_an_organisation_is_kept() -> None:
    """With the country of its address."""
    address = ["", "", "1 rue Exemple", "Paris", "", "75000", "FR"]

    assert holder_of(
        {"entities": [entity("registrant", vcard=card(("org", ["Example", "Unit"]), ("adr", address)))]}
    ) == (
        "Example",
        "FR",
    )


def test_the_registrar_its_number_and_its_desk() -> None:
    """As ICANN's response profile has them: the desk inside the registrar."""
    tree = domain()

    [contact] = registrar_contacts(tree, SOURCE, NOW)

    assert registrar_of(tree) == ("Registrar of Examples", "9999")
    assert (contact.role, contact.email, contact.phone) == (
        ContactRole.REGISTRAR_ABUSE,
        "abuse@registrar.example.net",
        "+33.100000000",
    )


def test_a_desk_beside_the_registrar() -> None:
    """Some registries of countries list it so."""
    tree = domain(entities=[entity("registrar", vcard=card(("fn", "R"))), abuse("abuse@example.net")])

    assert [c.email for c in registrar_contacts(tree, SOURCE, NOW)] == ["abuse@example.net"]


@pytest.mark.parametrize("identifier", ["9999<script>", 9999, None, "\N{SUPERSCRIPT TWO}", ""])
def test_a_number_that_is_none(identifier: object) -> None:
    """Digits of ASCII only."""
    registrar = entity("registrar", publicIds=[{"type": "IANA Registrar ID", "identifier": identifier}])

    assert registrar_of({"entities": [registrar]}) == ("", "")


def nested(depth: int) -> dict[str, Any]:
    """Return entities in one another; the innermost has a desk."""
    inner = abuse("deep@example.org")
    for _ in range(depth - 1):
        inner = entity("administrative", inside=(inner,))
    return {"entities": [inner]}


def test_entities_are_followed_so_deep_and_no_deeper() -> None:
    """Five are more than any registry nests."""
    assert len(of_network(nested(NESTED_MOST))) == 1
    assert of_network(nested(NESTED_MOST + 1)) == ()


def test_entities_are_counted() -> None:
    """A wide answer is read up to a number, at every depth together."""
    wide = {"entities": [entity("abuse", inside=tuple(entity("abuse") for _ in range(50))) for _ in range(50)]}

    assert len(list(walk_entities(wide))) == ENTITIES_MOST


@pytest.mark.parametrize(
    "wrong",
    [
        None,
        "abuse",
        7,
        {"a": 1},
        [None],
        ["abuse"],
        [[]],
        [{}],
        [{"roles": "abuse"}],
        [{"roles": [["abuse"]], "vcardArray": card(("email", "a@example.org"))}],
        [{"roles": ["abuse"], "vcardArray": "vcard"}],
        [{"roles": ["abuse"], "vcardArray": ["vcard"]}],
        [{"roles": ["abuse"], "vcardArray": ["vcard", {}]}],
        [{"roles": ["abuse"], "vcardArray": ["VCARD", [["email", {}, "text", "a@example.org"]]]}],
        [{"roles": ["abuse"], "vcardArray": ["vcard", [["email"]]]}],
        [{"roles": ["abuse"], "vcardArray": ["vcard", [["email", [], "text", "a@example.org"]]]}],
        [{"roles": ["abuse"], "vcardArray": ["vcard", [["email", {}, "text", {"a": "a@example.org"}]]]}],
        [{"roles": ["abuse"], "vcardArray": ["vcard", [["email", {"pref": ["1"]}, 5, "a@example.org"]]]}],
        [{"roles": ["abuse"], "vcardArray": ["vcard", [[5, {}, "text", "a@example.org"]]]}],
        [{"roles": ["abuse"], "vcardArray": ["vcard", [None] * 5_000]}],
    ],
)
def test_types_that_are_wrong_are_no_contact(wrong: object) -> None:
    """At each place; and nothing is raised."""
    assert of_network({"entities": wrong}) == ()


ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=10)
    | st.sampled_from(["vcard", "abuse", "email", "fn"]),
    lambda inner: (
        st.lists(inner, max_size=5)
        | st.dictionaries(st.sampled_from(["entities", "roles", "vcardArray", "publicIds", "type"]), inner, max_size=4)
    ),
    max_leaves=30,
)


@given(ANYTHING)
def test_any_tree_is_read(tree: object) -> None:
    """Without raising."""
    top = {"entities": tree}

    assert isinstance(of_network(top), tuple)
    assert isinstance(registrar_contacts(top, SOURCE, NOW), tuple)
    assert isinstance(holder_of(top), tuple)
