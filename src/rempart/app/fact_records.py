"""The JSON of facts about a host, version 1: names and order are a promise to programs (docs/reference/json.md)."""

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
