"""What ``rempart plan`` prints."""

from __future__ import annotations

from rempart.app.plans import PlanSheet
from rempart.app.source_terms import in_words
from rempart.cli.printing import put, put_json, safe


def plan_record(sheet: PlanSheet) -> dict[str, object]:
    """Return the record of one plan."""
    plan = sheet.plan
    return {
        "v": 1,
        "plan": plan.id,
        "title": plan.title,
        "date": plan.date.isoformat(),
        "begins": plan.begins.isoformat(),
        "ended_at": plan.ended_at.isoformat() if plan.ended_at else None,
        "every_s": int(sheet.every.total_seconds()) if sheet.every else None,
        "queries": list(plan.queries),
        "sources": list(plan.sources),
        "watched": [source.id for source in sheet.sources],
        "decoys": list(plan.decoys),
    }


def put_plan(sheet: PlanSheet, *, as_json: bool) -> None:
    """Print one plan."""
    if as_json:
        put_json(plan_record(sheet))
        return
    plan = sheet.plan
    now = f"every {in_words(sheet.every)}" if sheet.every else "at their own times"
    ended = f"  ended {plan.ended_at:%Y-%m-%d}" if plan.ended_at else f"  {len(sheet.sources)} sources, visited {now}"
    put(safe(f"{plan.id}  {plan.date:%Y-%m-%d}  {plan.title}  from {plan.begins:%Y-%m-%d}{ended}"))


def put_details(sheet: PlanSheet) -> None:
    """Print what belongs to one plan, a line each."""
    for query in sheet.plan.queries:
        put(safe(f"{'query':8}{query}"))
    for source in sheet.sources:
        put(safe(f"{'source':8}{source.id}  {source.new.place.kind}  {source.new.place.text}"))
    for decoy in sheet.plan.decoys:
        put(f"{'decoy':8}{decoy}")
