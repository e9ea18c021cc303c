"""Facts about a host as lines for people: whom to write to first."""

from __future__ import annotations

from collections.abc import Iterator

from rempart.app.fact_records import fact_records
from rempart.model.facts import DnsFacts, HostFacts, NoFact


def is_empty(found: HostFacts) -> bool:
    """Tell whether nothing at all is known."""
    has_records = isinstance(found.dns, DnsFacts) and found.dns.records
    others = (found.domain, found.tls, *found.networks)
    return not has_records and all(isinstance(one, NoFact) for one in others)


def lines_of(found: HostFacts) -> Iterator[str]:
    """Yield a line for each fact: whom to write to first, then what it is from."""
    yield f"facts about {found.host}, {found.at:%Y-%m-%d %H:%M:%S} UTC"
    if not found.contacts:
        yield "contact     none is known"
    for record in fact_records(found):
        kind = str(record.pop("fact"))
        source = record.pop("source")
        del record["v"], record["at"]
        yield f"{kind:12}{_words(kind, record)}" + (f"  [{source}]" if source else "")


def _words(kind: str, record: dict[str, object]) -> str:
    """Say one fact as people write it, or name its parts."""
    match kind:
        case "dns":
            return f"{record['name']} {record['kind']} {record['value']} (for {record['ttl_s']} s)"
        case "missing":
            return f"{record['what']}: {record['detail']}"
        case _:
            return _parts(record)


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
