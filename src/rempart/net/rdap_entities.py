"""Whom an RDAP answer names (RFC 9083 §5.1, RFC 7095): organisations and the mailboxes for abuse; never people."""

from __future__ import annotations

import datetime as dt
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from rempart.model.facts import AbuseContact, ContactRole
from rempart.net.rdap_values import (
    Tree,
    read_country,
    read_email,
    read_items,
    read_phone,
    read_text,
    read_texts,
    read_trees,
)

#: An address block of a large provider names some twenty.
ENTITIES_MOST: Final = 200
#: Network, its holder, the holder's group for abuse, its people: real answers nest three deep.
NESTED_MOST: Final = 5
_PROPERTIES_MOST: Final = 100
_ORGANISATIONS: Final = frozenset({"org", "group"})
#: RFC 7095 §3.3: a property is [name, parameters, type, value, …].
_PROPERTY_PARTS: Final = 4
_COUNTRY_PART: Final = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """What is kept of a jCard."""

    organisation: str = ""
    """Empty where only a person is named."""
    email: str = ""
    """The preferred one."""
    phone: str = ""
    """The preferred one."""
    country: str = ""
    """Of its address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """One that is named."""

    roles: frozenset[str]
    """In small letters."""
    depth: int
    """Entities around it."""
    above: frozenset[str]
    """Roles of those around it."""
    card: Card
    """What is kept of it."""
    tree: Tree
    """As it came."""


def walk_entities(tree: Tree) -> Iterator[Entity]:
    """Yield the entities of an answer, those of the top first, up to a depth and a number."""
    waiting = deque((one, 1, frozenset[str]()) for one in read_trees(tree, "entities", ENTITIES_MOST))
    seen = 0
    while waiting and seen < ENTITIES_MOST:
        one, depth, above = waiting.popleft()
        seen += 1
        roles = frozenset(text.lower() for text in read_texts(one, "roles"))
        yield Entity(roles=roles, depth=depth, above=above, card=_card(one), tree=one)
        if depth < NESTED_MOST:
            waiting.extend((inner, depth + 1, above | roles) for inner in read_trees(one, "entities", ENTITIES_MOST))


def network_contacts(tree: Tree, source: str, at: dt.datetime) -> tuple[AbuseContact, ...]:
    """Return who answers for a network: its own role "abuse" first, then that of those nested in it."""
    found = [
        _contact(
            ContactRole.HOST_ABUSE if entity.depth == 1 else ContactRole.NESTED_HOST_ABUSE, entity.card, source, at
        )
        for entity in walk_entities(tree)
        if "abuse" in entity.roles
    ]
    return reachable(found)


def registrar_contacts(tree: Tree, source: str, at: dt.datetime) -> tuple[AbuseContact, ...]:
    """Return who answers for a registrar: role "abuse" inside it, or beside it (ICANN's response profile)."""
    entities = tuple(walk_entities(tree))
    inside = [e for e in entities if "abuse" in e.roles and "registrar" in e.above | e.roles]
    beside = [e for e in entities if "abuse" in e.roles and e.depth == 1]
    name = registrar_of(tree)[0]
    return reachable(
        [
            _contact(ContactRole.REGISTRAR_ABUSE, entity.card, source, at, organisation=name)
            for entity in inside or beside
        ]
    )


def registrar_of(tree: Tree) -> tuple[str, str]:
    """Return name and IANA number of a registrar; empty where they are not said."""
    for entity in walk_entities(tree):
        if "registrar" in entity.roles:
            return entity.card.organisation, _iana_id(entity.tree)
    return "", ""


def holder_of(tree: Tree) -> tuple[str, str]:
    """Return name and country of the organisation that holds what an answer is about; never a person's."""
    for entity in walk_entities(tree):
        if "registrant" in entity.roles and entity.depth == 1 and entity.card.organisation:
            return entity.card.organisation, entity.card.country
    return "", ""


def reachable(contacts: list[AbuseContact]) -> tuple[AbuseContact, ...]:
    """Return the contacts that can be reached, the best role first, each mailbox and number once."""
    order = list(ContactRole)
    found: dict[tuple[str, str], AbuseContact] = {}
    for contact in sorted(contacts, key=lambda contact: (order.index(contact.role), not contact.email)):
        if contact.email or contact.phone:
            found.setdefault((contact.email, "" if contact.email else contact.phone), contact)
    return tuple(found.values())


def _contact(role: ContactRole, card: Card, source: str, at: dt.datetime, organisation: str = "") -> AbuseContact:
    return AbuseContact(
        role=role,
        email=card.email,
        phone=card.phone,
        organisation=card.organisation or organisation,
        source=source,
        at=at,
    )


def _iana_id(tree: Tree) -> str:
    """Return a registrar's number (RFC 9083 §4.8)."""
    for public in read_trees(tree, "publicIds"):
        identifier = read_text(public.get("identifier"))
        if read_text(public.get("type")).lower() == "iana registrar id" and identifier.isascii():
            return identifier if identifier.isdigit() else ""
    return ""


def _card(tree: Tree) -> Card:
    """Read a jCard: a person's name is not kept, nor any address but the country."""
    properties = tuple(_properties(tree))
    kinds = {read_text(value).lower() for name, _, value in properties if name == "kind"}
    called = next((text for name, _, value in properties if name == "fn" and (text := read_text(value))), "")
    organisation = next((text for name, _, value in properties if name == "org" and (text := _first_text(value))), "")
    if kinds & _ORGANISATIONS:
        organisation = organisation or called
    elif _is_named_after(organisation, called, is_person="individual" in kinds):
        organisation = ""
    return Card(
        organisation=organisation,
        email=next((text for value in _preferred(properties, "email") if (text := read_email(value))), ""),
        phone=next((text for value in _preferred(properties, "tel") if (text := read_phone(value))), ""),
        country=next((text for one in properties if one[0] == "adr" and (text := _country(one))), ""),
    )


def _is_named_after(organisation: str, called: str, *, is_person: bool) -> bool:
    """Tell whether an organisation is a person: her name, in any order, or a trade that has all of it."""
    name, whole = ({*text.casefold().replace(",", " ").split()} for text in (called, organisation))
    return name == whole or (is_person and len(name) > 1 and name < whole)


_Property = tuple[str, Tree, object]


def _properties(tree: Tree) -> Iterator[_Property]:
    """Yield name, parameters and value of each property of a jCard (RFC 7095 §3.3)."""
    match list(read_items(tree, "vcardArray")):
        case ["vcard", list() as properties]:
            for one in properties[:_PROPERTIES_MOST]:
                match one:
                    case [str() as name, dict() as parameters, str(), value, *_]:
                        yield name.lower(), parameters, value
                    case _:
                        continue
        case _:
            return


def _preferred(properties: tuple[_Property, ...], name: str) -> list[object]:
    """Return the values of a property, the preferred one first (RFC 6350 §5.3: 1 is the most preferred)."""
    found = [(_preference(parameters), value) for one, parameters, value in properties if one == name]
    return [value for _, value in sorted(found, key=lambda pair: pair[0])]


def _preference(parameters: Tree) -> int:
    text = read_text(parameters.get("pref"))
    return int(text) if text.isascii() and text.isdigit() and len(text) <= len("100") else 100


def _first_text(value: object) -> str:
    """Return the name of an organisation, whose units may follow it in a list (RFC 7095 §3.3.1.3)."""
    return read_text(value[0] if isinstance(value, list) and value else value)


def _country(one: _Property) -> str:
    """Return the country of an address: its parameter "cc" (RFC 8605), or its last part."""
    _, parameters, value = one
    last = value[_COUNTRY_PART] if isinstance(value, list) and len(value) > _COUNTRY_PART else ""
    return read_country(parameters.get("cc")) or read_country(last)
