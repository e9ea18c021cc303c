"""Facts about a host as lines: for people, and as JSON for programs (version 1; names and order are a promise)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Final

from rempart.model.facts import (
    AutnumRegistration,
    Certificate,
    DnsFacts,
    DomainRegistration,
    HostFacts,
    NetworkRegistration,
    NoFact,
    TlsFacts,
)

#: Raised when a field changes its meaning or disappears; new fields may come without notice.
VERSION: Final = 1


def is_empty(found: HostFacts) -> bool:
    """Tell whether nothing at all is known."""
    has_records = isinstance(found.dns, DnsFacts) and found.dns.records
    others = (found.domain, found.tls, *found.networks)
    return not has_records and all(isinstance(one, NoFact) for one in others)


def fact_records(found: HostFacts) -> Iterator[dict[str, object]]:
    """Yield the JSON line of each fact, contacts first; each says its source and its time."""
    for contact in found.contacts:
        yield _record(
            "contact",
            contact.source,
            contact.at,
            role=contact.role,
            email=contact.email,
            phone=contact.phone,
            organisation=contact.organisation,
        )
    yield from _dns_records(found.dns)
    for one in (found.domain, *found.networks, *found.autnums):
        yield _registration(one)
    yield _tls_record(found.tls)


def lines_of(found: HostFacts) -> Iterator[str]:
    """Yield a line for each fact: whom to write to first, then what it is from."""
    yield f"facts about {found.host}, {found.at:%Y-%m-%d %H:%M:%S} UTC"
    if not found.contacts:
        yield "contact     none is known"
    for record in fact_records(found):
        kind = str(record.pop("fact"))
        source = record.pop("source")
        del record["v"], record["at"]
        yield f"{kind:12}{_parts(record)}" + (f"  [{source}]" if source else "")


def _shown(value: object) -> str:
    match value:
        case list():
            return ", ".join(_shown(one) for one in value)
        case dict():
            return f"({_parts(value)})"
        case _:
            return str(value)


def _parts(record: dict[str, object]) -> str:
    return "; ".join(f"{name.replace('_', ' ')} {_shown(value)}" for name, value in record.items() if value)


def _dns_records(dns: DnsFacts | NoFact) -> Iterator[dict[str, object]]:
    if isinstance(dns, NoFact):
        yield _nothing(dns)
        return
    for one in dns.records:
        yield _record("dns", one.server, one.at, name=one.name, kind=one.kind, value=one.value, ttl_s=one.ttl_s)
    yield from (_nothing(one) for one in dns.missing)


def _registration(one: DomainRegistration | NetworkRegistration | AutnumRegistration | NoFact) -> dict[str, object]:
    match one:
        case NoFact():
            return _nothing(one)
        case DomainRegistration():
            return _record(
                "domain",
                one.source,
                one.at,
                domain=one.domain,
                registrar=one.registrar,
                registrar_id=one.registrar_id,
                registrant_organisation=one.registrant_organisation,
                nameservers=list(one.nameservers),
                status=list(one.status),
                created_at=_instant(one.created_at),
                changed_at=_instant(one.changed_at),
                expires_at=_instant(one.expires_at),
                remarks=list(one.remarks),
            )
        case NetworkRegistration():
            place: dict[str, object] = {"address": one.address, "first": one.first, "last": one.last}
            place["as_numbers"] = list(one.as_numbers)
            kind = "network"
        case AutnumRegistration():
            place, kind = {"number": one.number}, "autnum"
    return _record(
        kind,
        one.source,
        one.at,
        **place,
        handle=one.handle,
        name=one.name,
        holder=one.holder,
        country=one.country,
        remarks=list(one.remarks),
    )


def _tls_record(tls: TlsFacts | NoFact) -> dict[str, object]:
    if isinstance(tls, NoFact):
        return _nothing(tls)
    return _record(
        "tls",
        tls.source,
        tls.at,
        protocol=tls.protocol,
        cipher=tls.cipher,
        valid=not tls.problems,
        problems=[problem.in_words() for problem in tls.problems],
        detail=tls.detail,
        chain=[_certificate(one) for one in tls.chain],
    )


def _certificate(one: Certificate) -> dict[str, object]:
    return {
        "subject": one.subject,
        "issuer": one.issuer,
        "names": list(one.names),
        "valid_from": _instant(one.valid_from),
        "valid_until": _instant(one.valid_until),
        "serial": one.serial,
        "sha256": one.sha256,
    }


def _nothing(one: NoFact) -> dict[str, object]:
    return _record("missing", one.source, one.at, what=one.what, reason=one.reason, detail=one.in_words())


def _record(fact: str, source: str, at: dt.datetime, **fields: object) -> dict[str, object]:
    return {"v": VERSION, "fact": fact, **fields, "source": source, "at": _instant(at)}


def _instant(at: dt.datetime | None) -> str | None:
    return at.isoformat() if at else None
