"""What ``rempart source`` prints."""

from __future__ import annotations

from typing import Final

from rempart.app.source_terms import in_words
from rempart.app.sources import SourceLine, SourceSheet
from rempart.cli.printing import put, put_json, safe, say
from rempart.model.source import Health, Source, SourceKind, SourceState

_WELL: Final = frozenset({Health.NEW, Health.WELL})


def source_record(source: Source, authorised_by: str) -> dict[str, object]:
    """Return the record of one source."""
    new = source.new
    return {
        "v": 1,
        "source": source.id,
        "kind": str(new.place.kind),
        "place": new.place.text,
        "state": str(source.state),
        "every_s": int(new.every.total_seconds()),
        "depth": new.depth,
        "authorised_by": authorised_by,
        "why": new.why,
        "until": new.until.isoformat(),
        "article14": str(new.article14),
        "owner": new.owner,
        "case": new.case,
        "plan": new.plan,
        "added_at": source.added_at.isoformat(),
        "due_at": source.due_at.isoformat(),
    }


def health_record(source: Source, problem: str) -> dict[str, object]:
    """Return the record of how a source goes."""
    tally = source.tally
    return {
        "v": 1,
        "source": source.id,
        "health": str(source.health),
        "until": source.health_until.isoformat() if source.health_until else None,
        "visited_at": source.visited_at.isoformat() if source.visited_at else None,
        "due_at": source.due_at.isoformat(),
        "engine": source.engine or None,
        "mirror_group": source.mirror_group or None,
        "ends": problem or None,
        "pages": tally.pages,
        "posts": tally.posts,
        "media": tally.media,
        "sightings": tally.sightings,
        "requests": tally.requests,
        "stopped": tally.stopped,
    }


def put_source(source: Source, authorised_by: str, *, as_json: bool) -> None:
    """Print one source."""
    if as_json:
        put_json(source_record(source, authorised_by))
        return
    new = source.new
    ended = "" if source.state is SourceState.ACTIVE else f"  {source.state}"
    put(safe(f"{source.id}  {new.place.kind}  {new.place.text}  every {in_words(new.every)}{ended}"))
    put(safe(f"    until {new.until:%Y-%m-%d}  authorised by {authorised_by}: {new.why}"))


def say_added(source: Source, informing: str, *, has_provider: bool) -> None:
    """Say what was decided by adding a source, and what is still to be done."""
    if source.new.place.kind is SourceKind.SEARCH and not has_provider:
        say("No search engine can be asked, so nobody asks this query: set search.providers.")
    say(f"Informing those concerned (GDPR article 14): {informing}. Nothing was asked of it yet: rempart watch")


def is_well(line: SourceLine) -> bool:
    """Tell whether a source is read as it should be."""
    return line.source.health in _WELL and not line.problem


def put_health(line: SourceLine, *, as_json: bool) -> None:
    """Print how one source goes."""
    source = line.source
    if as_json:
        put_json(health_record(source, line.problem))
        return
    put(safe(f"{source.id}  {source.new.place.kind}  {source.new.place.text}"))
    until = f", again from {source.health_until:%Y-%m-%d %H:%M} UTC" if source.health_until else ""
    visited = f"visited {source.visited_at:%Y-%m-%d %H:%M} UTC: " if source.visited_at else ""
    put(safe(f"    {visited}{source.health.in_words()}{until}"))
    if advice := source.health.what_a_person_can_do:
        put(f"    {advice}")
    for other in line.mirrors:
        put(safe(f"    mirror of {other.id}  {other.new.place.text}"))
    if source.mirror_group and not line.mirrors:
        put("    mirror of a place that is not watched any more: rempart source list --all")
    if line.problem:
        put(safe(f"    ends at the next watch: {line.problem}"))


def put_sheet(sheet: SourceSheet, *, as_json: bool) -> None:
    """Print one source with all that is known of it."""
    source, tally = sheet.line.source, sheet.line.source.tally
    if as_json:
        health = health_record(source, sheet.line.problem)
        names: dict[str, object] = {"mirrors": [each.id for each in sheet.line.mirrors], "plans": list(sheet.plans)}
        # The end of its health and the end of the source have one name in the two records.
        health["health_until"] = health.pop("until")
        put_json({**health, **source_record(source, sheet.line.authorised_by), **names})
        return
    put_source(source, sheet.line.authorised_by, as_json=False)
    put_health(sheet.line, as_json=False)
    new = source.new
    rests = f"her consent ({sheet.owner})" if sheet.owner else f"the case {new.case}" if new.case else ""
    for name, words in (
        ("informing", str(new.article14).replace("_", " ")),
        ("rests on", rests),
        ("engine", source.engine),
        ("depth", str(new.depth)),
        ("plans", " ".join(sheet.plans)),
    ):
        if words:
            put(safe(f"{name:11}{words}"))
    put(
        f"{'seen':11}{tally.pages} pages, {tally.posts} posts, {tally.media} media, {tally.sightings} sightings, "
        f"{tally.requests} requests, {tally.stopped} stopped"
    )
