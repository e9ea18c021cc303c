"""Cases and evidence as lines: for people, and as JSON of version 1."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from rempart.cli.printing import put, put_json, safe

if TYPE_CHECKING:
    from rempart.app.cases import WholeCase
    from rempart.model.evidence import Case, CustodyEvent, EvidenceItem
    from rempart.model.ids import UserId


def case_record(case: Case) -> dict[str, object]:
    """Return the line of one case."""
    return {
        "v": 1,
        "case": case.id,
        "owner": case.owner,
        "ground": str(case.ground),
        "note": case.ground_note,
        "state": str(case.state),
        "shows_addresses": case.shows_addresses,
        "opened_at": case.opened_at.isoformat(),
        "closed_at": case.closed_at.isoformat() if case.closed_at else None,
    }


def item_record(item: EvidenceItem, openings: int) -> dict[str, object]:
    """Return the line of one item."""
    return {
        "v": 1,
        "item": item.id,
        "case": item.case,
        "seq": item.seq,
        "kind": str(item.kind),
        "tie": f"{item.tie}:{item.tied_to}".rstrip(":"),
        "state": str(item.state),
        "label": item.label,
        "recorded_at": item.recorded_at.isoformat(),
        "erased_at": item.erased_at.isoformat() if item.erased_at else None,
        "openings": openings,
    }


def item_in_words(item: EvidenceItem, openings: int) -> str:
    """Say what an item is and how far it is."""
    seen = "never opened" if not openings else f"opened {openings} times" if openings > 1 else "opened once"
    return safe(f"{item.id}  {item.seq}  {item.state}  {item.kind}  {seen}  {item.label}".rstrip())


def put_case(whole: WholeCase, names: Mapping[UserId, str], *, as_json: bool) -> None:
    """Print a case with all that belongs to it."""
    openings = {item.id: sum(e.item == item.id and e.kind == "opened" for e in whole.custody) for item in whole.items}
    if as_json:
        put_json(case_record(whole.case))
        for item in whole.items:
            put_json(item_record(item, openings[item.id]))
        for event in whole.custody:
            put_json(_event_record(event))
        return
    case = whole.case
    put(safe(f"{case.id}  {case.state}  for {whole.owner}  {case.ground}: {case.ground_note}"))
    for hold in whole.holds:
        ended = f", ended {hold.ended_at:%Y-%m-%d}" if hold.ended_at else ""
        put(safe(f"  held until {hold.until:%Y-%m-%d}{ended}  by {names[hold.by]}: {hold.why}"))
    for item in whole.items:
        put(f"  {item_in_words(item, openings[item.id])}")
    for given in whole.hand_offs:
        put(safe(f"  given to {given.to}  {given.at:%Y-%m-%d}  {len(given.items)} items"))
    for event in whole.custody:
        by = names[event.by] + (f" and {names[event.second]}" if event.second else "")
        said = "  ".join(text for text in (event.item or "", event.to, event.why) if text)
        put(safe(f"  {event.at:%Y-%m-%d %H:%M}  {event.kind}  {by}  {said}".rstrip()))


def _event_record(event: CustodyEvent) -> dict[str, object]:
    return {
        "v": 1,
        "event": str(event.kind),
        "at": event.at.isoformat(),
        "item": event.item,
        "by": event.by,
        "second": event.second,
        "why": event.why,
        "to": event.to,
    }
