"""The JSON of authorisations and hosts, version 1: a promise to programs (docs/reference/json.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from rempart.model.courtesy import Authorisation, HostNote

#: Raised when a field changes its meaning or disappears; new fields may come without notice.
VERSION: Final = 1


def authorisation_record(each: Authorisation) -> dict[str, object]:
    """Return the JSON line of an authorisation."""
    return {
        "v": VERSION,
        "id": each.id,
        "url": each.url,
        "by": each.by,
        "reason": each.reason,
        "legal_basis": each.legal_basis,
        "given_at": each.given_at.isoformat(),
        "until": each.until.isoformat(),
        "withdrawn_at": each.withdrawn_at.isoformat() if each.withdrawn_at else None,
        "uses": each.uses,
    }


def host_record(each: HostNote) -> dict[str, object]:
    """Return the JSON line of a host."""
    state = each.state
    return {
        "v": VERSION,
        "host": each.host,
        "next_at": state.next_at.isoformat() if state.next_at else None,
        "paused_until": state.paused_until.isoformat() if state.paused_until else None,
        "crawl_delay_s": state.crawl_delay_s,
        "day": state.day.isoformat() if state.day else None,
        "requests": state.requests,
        "wire_bytes": state.wire_bytes,
    }
