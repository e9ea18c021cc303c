"""Answers of RDAP servers (RFC 9083) as values: what is about something else, or not as it should be, is a reason."""

from __future__ import annotations

import datetime as dt
import ipaddress
from dataclasses import dataclass
from typing import Final

from rempart.model.facts import AutnumRegistration, DomainRegistration, NetworkRegistration, NoFact, NoFactReason
from rempart.model.strict_json import JsonFault, parse_json_object
from rempart.net.addresses import IPAddress
from rempart.net.rdap_entities import holder_of, network_contacts, registrar_contacts, registrar_of
from rempart.net.rdap_values import Tree, parse_instant, read_country, read_host, read_text, read_texts, read_trees

#: The largest answers that were met, of networks with long notices, are 60 kB.
BYTES_MOST: Final = 524_288
DEPTH_MOST: Final = 32
VALUES_MOST: Final = 20_000
_NAMESERVERS_MOST: Final = 16
_AUTNUMS_MOST: Final = 32
_AUTNUM_MOST: Final = 2**32 - 1
#: What registries put in place of what they do not show (RFC 9537 made it a field of its own).
_REDACTED: Final = ("redacted", "data protected", "not disclosed", "statutory masking")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An answer of a server, not read yet."""

    what: str
    """What was looked for."""
    body: bytes
    """Its bytes."""
    source: str
    """URL of the server."""
    at: dt.datetime
    """When."""

    def none(self, reason: NoFactReason, detail: str = "") -> NoFact:
        """Say why nothing is known from it."""
        return NoFact(what=self.what, reason=reason, detail=detail, source=self.source, at=self.at)


def read_domain(answer: Answer, domain: str) -> DomainRegistration | NoFact:
    """Read the registration of a domain (RFC 9083 §5.3)."""
    tree = _tree(answer, "domain")
    if isinstance(tree, NoFact):
        return tree
    named = read_host(tree.get("ldhName")) or read_host(tree.get("unicodeName"))
    if named != domain:
        return answer.none(NoFactReason.ABOUT_ANOTHER, named)
    registrar, number = registrar_of(tree)
    servers = (read_host(one.get("ldhName")) for one in read_trees(tree, "nameservers", _NAMESERVERS_MOST))
    return DomainRegistration(
        domain=domain,
        registrar=registrar,
        registrar_id=number,
        registrant_organisation=_shown(holder_of(tree)[0]),
        nameservers=tuple(dict.fromkeys(name for name in servers if name)),
        status=read_texts(tree, "status"),
        created_at=_event(tree, "registration"),
        changed_at=_event(tree, "last changed"),
        expires_at=_event(tree, "expiration"),
        contacts=registrar_contacts(tree, answer.source, answer.at),
        remarks=_remarks(tree),
        source=answer.source,
        at=answer.at,
    )


def read_network(answer: Answer, address: IPAddress) -> NetworkRegistration | NoFact:
    """Read the registration of a network (RFC 9083 §5.4)."""
    tree = _tree(answer, "ip network")
    if isinstance(tree, NoFact):
        return tree
    first, last = _address(tree.get("startAddress")), _address(tree.get("endAddress"))
    if first is None or last is None or {first.version, last.version} != {address.version}:
        return answer.none(NoFactReason.NOT_READABLE, "it does not say which network it is about")
    if not int(first) <= int(address) <= int(last):
        return answer.none(NoFactReason.ABOUT_ANOTHER, f"{first} to {last}")
    holder, country = holder_of(tree)
    return NetworkRegistration(
        address=str(address),
        first=str(first),
        last=str(last),
        handle=read_text(tree.get("handle")),
        name=read_text(tree.get("name")),
        holder=holder,
        country=read_country(tree.get("country")) or country,
        as_numbers=_autnums(tree),
        contacts=network_contacts(tree, answer.source, answer.at),
        remarks=_remarks(tree),
        source=answer.source,
        at=answer.at,
    )


def read_autnum(answer: Answer, number: int) -> AutnumRegistration | NoFact:
    """Read the registration of an autonomous system (RFC 9083 §5.5)."""
    tree = _tree(answer, "autnum")
    if isinstance(tree, NoFact):
        return tree
    first, last = tree.get("startAutnum"), tree.get("endAutnum")
    if not isinstance(first, int) or not isinstance(last, int) or not first <= number <= last:
        return answer.none(NoFactReason.ABOUT_ANOTHER, f"not AS{number}")
    holder, country = holder_of(tree)
    return AutnumRegistration(
        number=number,
        handle=read_text(tree.get("handle")),
        name=read_text(tree.get("name")),
        holder=holder,
        country=read_country(tree.get("country")) or country,
        contacts=network_contacts(tree, answer.source, answer.at),
        remarks=_remarks(tree),
        source=answer.source,
        at=answer.at,
    )


def _tree(answer: Answer, object_class: str) -> Tree | NoFact:
    """Read an answer as an object of one class (RFC 9083 §4.9)."""
    if len(answer.body) > BYTES_MOST:
        return answer.none(NoFactReason.NOT_READABLE, f"> {BYTES_MOST} bytes")
    try:
        text = answer.body.decode("utf-8")
    except UnicodeDecodeError:
        return answer.none(NoFactReason.NOT_READABLE, "not UTF-8")
    tree = parse_json_object(text.removeprefix("\ufeff"), depth_most=DEPTH_MOST, values_most=VALUES_MOST)
    if isinstance(tree, JsonFault):
        return answer.none(NoFactReason.NOT_READABLE, str(tree))
    if tree.get("objectClassName") != object_class:
        return answer.none(NoFactReason.ABOUT_ANOTHER, f"not of the class {object_class!r}")
    return tree


def _address(value: object) -> IPAddress | None:
    try:
        found = ipaddress.ip_address(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return None if isinstance(found, ipaddress.IPv6Address) and found.scope_id is not None else found


def _event(tree: Tree, action: str) -> dt.datetime | None:
    """Return when something last happened (RFC 9083 §4.5)."""
    found = (
        parse_instant(one.get("eventDate"))
        for one in read_trees(tree, "events")
        if read_text(one.get("eventAction")).lower() == action
    )
    return max((instant for instant in found if instant), default=None)


def _autnums(tree: Tree) -> tuple[int, ...]:
    """Return the autonomous systems that announce a network: ARIN's extension ``arin_originas0``."""
    found = tree.get("arin_originas0_originautnums")
    numbers = found[:_AUTNUMS_MOST] if isinstance(found, list) else []
    return tuple(
        dict.fromkeys(n for n in numbers if isinstance(n, int) and not isinstance(n, bool) and 0 < n <= _AUTNUM_MOST)
    )


def _shown(organisation: str) -> str:
    """Return an organisation, but not the words that stand in the place of one that is not shown."""
    return "" if any(word in organisation.lower() for word in _REDACTED) else organisation


def _remarks(tree: Tree) -> tuple[str, ...]:
    """Say what a person should know of an answer (RFC 9083 §10.2.1: types of notices and remarks)."""
    types = {read_text(one.get("type")).lower() for name in ("notices", "remarks") for one in read_trees(tree, name)}
    found = []
    if any("truncated" in one for one in types):
        found.append("the registry says that its answer is cut short")
    if any("redacted" in one for one in types) or isinstance(tree.get("redacted"), list):
        found.append("the registry says that it does not show all of it")
    return tuple(found)
