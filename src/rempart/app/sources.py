"""Sources: what is watched, who answers for it, by what right, until when; listed, shown, ended."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from rempart import clock
from rempart.app.freezing import Freezing
from rempart.app.gating import HAND_OFF
from rempart.app.sightings import count_shown
from rempart.app.source_people import require_right, why_not_allowed
from rempart.app.source_terms import (
    answering,
    check_place,
    checked_depth,
    checked_every,
    checked_until,
    checked_why,
)
from rempart.app.stopping import Stop
from rempart.app.workspace import Workspace
from rempart.collect import canonical
from rempart.collect.places import parse_place
from rempart.errors import MisuseError, RefusedError
from rempart.model.ids import PlanId, SourceId, UserId
from rempart.model.source import Article14, NewSource, Source, SourceState
from rempart.model.work import AccessPurpose, EventKind
from rempart.net.policy import AddressPolicy

#: What every fetch may connect to.
_EVERY_FETCH: Final = AddressPolicy()
_ADDRESS: Final = re.compile(r"https?://\S+", re.IGNORECASE)
#: How often a source is visited if nobody says.
EVERY: Final = dt.timedelta(days=1)
#: A section and its threads.
DEPTH: Final = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceWish:
    """A source as a person asks for it."""

    text: str = field(repr=False)
    """What she wrote."""
    base: Path = field(default_factory=Path.cwd, repr=False)
    """The folder that a relative path is in."""
    every: dt.timedelta = EVERY
    """How often it is visited."""
    depth: int = DEPTH
    """How many links deep."""
    authorised_by: str = field(repr=False)
    """Who answers for it, by name."""
    why: str = field(repr=False)
    """Why."""
    until: dt.datetime | None
    """Until when."""
    article14: Article14 = Article14.PUBLIC_NOTICE
    """What was decided about informing those concerned."""
    owner: str = field(default="", repr=False)
    """Who consents, if it speaks of a person: her name or identifier."""
    case: str = ""
    """For which case, if it speaks of a person."""
    names_nobody: bool = False
    """Whoever answers states that a query's words are no name."""
    plan: PlanId | None = None
    """Of which launch plan it is part."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceLine:
    """A source as it is listed."""

    source: Source
    """The source."""
    authorised_by: str
    """Who answers for it, by name."""
    problem: str = ""
    """Why it ends at the next watch; empty if it does not."""
    mirrors: tuple[Source, ...] = field(default=(), repr=False)
    """The others of its mirror group, of those that were looked at with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceSheet:
    """A source with what is known of it."""

    line: SourceLine
    """The source."""
    owner: str = field(default="", repr=False)
    """Who consents, by name; empty if it speaks of nobody, or in a case."""
    plans: tuple[PlanId, ...] = ()
    """Launch plans that it is part of."""


def add_source(workspace: Workspace, stop: Stop, wish: SourceWish, *, policy: AddressPolicy = _EVERY_FETCH) -> Source:
    """Watch a place, on terms that a named person answers for; nothing is asked of it yet.

    1. What was written is judged, words and all, before anything else is done with it.
    2. It is a place, public, and one that can be asked.
    3. Somebody who works here answers for it, says why and until when.
    4. If it speaks of a person: her consent, or a case.

    Args:
        workspace: Where it is written.
        stop: What nothing overrides.
        wish: What is asked for.
        policy: Where its fetches may connect to.

    Raises:
        RefusedError: it may concern minors; it speaks of a person without her consent and outside a case; it is open
            to invited people only.
        MisuseError: it is no source, watched already, or a term is missing or out of bounds.
        NotFoundError: nobody of that name works here, or there is no such owner or case.
    """
    now, typed_by = clock.utc_now(), workspace.me
    judge(workspace, stop, wish.text, (wish.why,))  # (1)
    place = parse_place(wish.text, wish.base)  # (2)
    check_place(place, policy)
    by = answering(workspace, wish.authorised_by)  # (3)
    right = require_right(  # (4)
        workspace, place, owner=wish.owner, case=wish.case, names_nobody=wish.names_nobody
    )
    new = NewSource(
        place=place,
        every=checked_every(wish.every),
        depth=checked_depth(wish.depth),
        authorised_by=by.id,
        why=checked_why(wish.why),
        until=checked_until(wish.until, now, is_about_person=right.is_about_person),
        article14=wish.article14,
        owner=right.owner,
        case=right.case,
        plan=wish.plan,
    )
    with workspace.database.transaction():
        source = workspace.sources.add(new, now)
        detail: dict[str, str | int] = {
            "typed_by": str(typed_by.id),
            "kind": str(place.kind),
            "until": new.until.isoformat(timespec="seconds"),
            "article14": str(new.article14),
            "about_person": int(right.is_about_person),
            "names_nobody": int(wish.names_nobody),
        }
        workspace.journal.note(EventKind.SOURCE_ADDED, source.id, actor=by.id, now=now, detail=detail)
    return source


def list_sources(workspace: Workspace, *, include_ended: bool = False) -> list[SourceLine]:
    """Return the sources, the oldest first, and note who looked."""
    found = workspace.sources.all(include_ended=include_ended)
    _trace(workspace, AccessPurpose.LIST_SOURCES, workspace.id, len(found))
    names = workspace.users.names()
    return [_line(workspace, source, names, found) for source in found]


def show_source(workspace: Workspace, source: str) -> SourceSheet:
    """Return one source with what is known of it, and note who looked.

    Raises:
        NotFoundError: there is none of this identifier.
    """
    found = workspace.sources.get(source)
    _trace(workspace, AccessPurpose.SHOW_SOURCE, found.id, 1)
    known = workspace.sources.all() if found.mirror_group else []
    return SourceSheet(
        line=_line(workspace, found, workspace.users.names(), known),
        owner=workspace.owners.get(found.new.owner).name if found.new.owner else "",
        plans=tuple(plan.id for plan in workspace.plans.of_source(found.id)),
    )


def end_source(workspace: Workspace, source: str) -> Source:
    """Stop watching a source; what was found stays as long as it was to.

    Raises:
        NotFoundError: there is none of this identifier.
        MisuseError: it ended already.
    """
    found, me = workspace.sources.get(source), workspace.me
    if not stop_watching(workspace, found.id, me.id, clock.utc_now()):
        message = f"the source {found.id} ended already"
        raise MisuseError(message, advice="List those that are watched: rempart source list")
    return workspace.sources.get(found.id)


def stop_watching(workspace: Workspace, source: SourceId, actor: str, now: dt.datetime) -> bool:
    """End a source and note who did, or that its terms did; False if it ended before."""
    with workspace.database.transaction():
        if not workspace.sources.end(source, now):
            return False
        workspace.journal.note(EventKind.SOURCE_ENDED, source, actor=actor, now=now)
    return True


def still_allowed(workspace: Workspace, source: Source, now: dt.datetime) -> str:
    """Tell why a source may not be visited any more: asked before each visit.

    Returns:
        Why, in words, without a name; empty if it may.
    """
    if source.new.until <= now:
        return "its day has come"
    return why_not_allowed(workspace, source)


def judge(workspace: Workspace, stop: Stop, text: str, words: tuple[str, ...] = ()) -> None:
    """Stop what may concern a minor, by what was given or by what was written about it; an address is handed over.

    Raises:
        RefusedError: it may. What was given is frozen, and waits to be handed over.
    """
    flag = stop.judge_report(text, words)
    if flag is None:
        return
    found = _ADDRESS.search(text)
    if found and (url := canonical(found.group())):
        with workspace.database.transaction():
            Freezing(workspace, stop).freeze_report(url, flag, clock.utc_now())
    message = f"this may concern a minor ({flag.source}, {flag.rule}): nothing is watched"
    raise RefusedError(message, advice=HAND_OFF)


def _line(workspace: Workspace, source: Source, names: Mapping[UserId, str], known: Iterable[Source]) -> SourceLine:
    is_watched, group = source.state is SourceState.ACTIVE, source.mirror_group
    if workspace.is_shared:
        source = replace(source, tally=replace(source.tally, sightings=count_shown(workspace, source.id)))
    return SourceLine(
        source=source,
        authorised_by=names.get(source.new.authorised_by, ""),
        problem=still_allowed(workspace, source, clock.utc_now()) if is_watched else "",
        mirrors=tuple(each for each in known if group and each.mirror_group == group and each.id != source.id),
    )


def _trace(workspace: Workspace, purpose: AccessPurpose, subject: str, count: int) -> None:
    workspace.journal.opened(purpose, subject, actor=workspace.me.id, now=clock.utc_now(), count=count)
