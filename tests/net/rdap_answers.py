"""Answers of RDAP servers as registries give them, about reserved names; each part can be replaced by what is wrong."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

from rempart.net.rdap_bootstrap import Bootstrap, BootstrapFile, Registry, Service
from rempart.net.rdap_reading import Answer

NOW = dt.datetime(2026, 11, 22, tzinfo=dt.UTC)


def card(*properties: tuple[str, Any], kind: str = "org") -> list[Any]:
    """Return a jCard."""
    rows = [["version", {}, "text", "4.0"], ["kind", {}, "text", kind]]
    return ["vcard", [*rows, *([name, {}, "text", value] for name, value in properties)]]


def entity(*roles: str, vcard: Any = None, inside: tuple[Any, ...] = (), **more: Any) -> dict[str, Any]:
    """Return one that is named."""
    return {
        "objectClassName": "entity",
        "roles": list(roles),
        "vcardArray": vcard or card(),
        "entities": list(inside),
        **more,
    }


def abuse(email: str, phone: str = "tel:+33.100000000") -> dict[str, Any]:
    """Return a role for abuse."""
    return entity("abuse", vcard=card(("fn", "Abuse desk"), ("email", email), ("tel", phone), kind="group"))


def domain(name: str = "example.org", **more: Any) -> dict[str, Any]:
    """Return a domain's registration, as the registry of a generic domain gives it."""
    registrar = entity(
        "registrar",
        vcard=card(("fn", "Registrar of Examples")),
        inside=(abuse("abuse@registrar.example.net"),),
        publicIds=[{"type": "IANA Registrar ID", "identifier": "9999"}],
    )
    registrant = entity("registrant", vcard=card(("fn", "Jane Doe"), ("email", "jane@example.org"), kind="individual"))
    return {
        "objectClassName": "domain",
        "ldhName": name,
        "status": ["active"],
        "nameservers": [{"ldhName": "NS1.example.net."}],
        "events": [{"eventAction": "registration", "eventDate": "2020-02-03T04:05:06Z"}],
        "entities": [registrar, registrant],
        **more,
    }


def network(first: str = "1.2.0.0", last: str = "1.2.255.255", **more: Any) -> dict[str, Any]:
    """Return a network's registration, as a regional registry gives it."""
    return {
        "objectClassName": "ip network",
        "handle": f"{first} - {last}",
        "startAddress": first,
        "endAddress": last,
        "name": "EXAMPLE-NET",
        "country": "FR",
        "entities": [
            entity("registrant", vcard=card(("fn", "Example Hosting"))),
            abuse("abuse@hosting.example.net"),
        ],
        **more,
    }


def answer(tree: Any) -> Answer:
    """Return an answer as it comes: JSON, or bytes as they are."""
    body = tree if isinstance(tree, bytes) else json.dumps(tree).encode()
    return Answer(what="test", body=body, source="https://rdap.example.org/x", at=NOW)


def bootstrap(base: str = "https://rdap.example.org/") -> Bootstrap:
    """Return registries that send everything to one server."""
    entries = {
        Registry.DNS: ("org", "net", "co.example"),
        Registry.IPV4: ("1.0.0.0/8",),
        Registry.IPV6: ("2001:200::/23",),
        Registry.ASN: ("65536-65541",),
    }
    return Bootstrap(
        BootstrapFile(registry=registry, publication=NOW, services=(Service(entries=found, urls=(base,)),))
        for registry, found in entries.items()
    )
