"""Launch plans: what is watched around one day, more and more often as it comes; and the end of a plan."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from rempart import clock
from rempart.app.source_people import require_right
from rempart.app.source_terms import answering
from rempart.app.sources import SourceWish, add_source, judge, stop_watching
from rempart.app.stopping import Stop
from rempart.app.workspace import Workspace
from rempart.collect.places import QUERY_MOST, parse_place
from rempart.errors import MisuseError, NotFoundError
from rempart.model.ids import AssetId, IdKind, PlanId, SourceId, new_id
from rempart.model.plan import DAYS_AFTER, LaunchPlan
from rempart.model.source import PERSON_DAYS_MOST, Article14, Source, SourceState
from rempart.model.work import AccessPurpose, EventKind

#: Days before a launch from which a plan may hold, and days until the launch itself.
DAYS_BEFORE_MOST: Final = 90
_AHEAD_MOST: Final = 366
#: Queries of one plan: each is asked of each provider at each visit.
QUERIES_MOST: Final = 10
_DAY_BEFORE: Final = re.compile(r"[DJ]-([0-9]{1,3})", re.IGNORECASE)
_DAY: Final = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanWish:
    """A plan as a person asks for it."""

    title: str = field(repr=False)
    """What is launched."""
    date: dt.date
    """When."""
    begins: str = "D-14"
    """From when it holds: ``D-14``, or a day."""
    authorised_by: str = field(repr=False)
    """Who answers for it, by name."""
    sources: Sequence[str] = ()
    """Sources that are watched more often."""
    queries: Sequence[str] = field(default=(), repr=False)
    """What search engines are asked; the title if none is given."""
    decoys: Sequence[str] = ()
    """Decoys that were handed out before."""
    article14: Article14 = Article14.PUBLIC_NOTICE
    """What was decided about informing those concerned."""
    owner: str = field(default="", repr=False)
    """Who consents, if a query names her."""
    case: str = ""
    """For which case, if a query names somebody."""
    names_nobody: bool = False
    """Whoever answers states that the words of the queries are no name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanSheet:
    """A plan with what is watched by it."""

    plan: LaunchPlan
    """The plan."""
    sources: tuple[Source, ...]
    """Its sources that are watched."""
    every: dt.timedelta | None
    """How often they are visited today; None if each has its own cadence."""
    lacks_provider: bool = False
    """No search engine can be asked: its queries are kept, and nobody asks them."""


def launch(workspace: Workspace, stop: Stop, wish: PlanWish, *, has_provider: bool) -> PlanSheet:
    """Make a plan: its queries become sources if a search engine can be asked; all of it or nothing.

    Args:
        workspace: Where it is written.
        stop: What nothing overrides.
        wish: What is asked for.
        has_provider: Whether the settings name a search provider.

    Raises:
        RefusedError: its words may concern minors, or a query names a person without her consent and outside a case.
        MisuseError: a part of it is missing or out of bounds.
        NotFoundError: a source, a decoy, or who answers is not of this workspace.
    """
    now, typed_by = clock.utc_now(), workspace.me
    by = answering(workspace, wish.authorised_by)
    title = _titled(wish.title)
    queries = _queries(workspace, stop, title, wish)
    begins = _begins(wish, now.date())
    decoys = _decoys(workspace, wish.decoys)
    plan = LaunchPlan(
        id=PlanId(new_id(IdKind.PLAN)),
        title=title,
        date=wish.date,
        begins=begins,
        by=by.id,
        queries=queries,
        sources=tuple(_watched(workspace, each).id for each in dict.fromkeys(wish.sources)),
        decoys=decoys,
    )
    with workspace.database.transaction():
        workspace.plans.add(plan, now)
        if has_provider:
            made = [_query_source(workspace, stop, plan, wish, query, now) for query in queries]
            plan = workspace.plans.watch(plan.id, made)
        for source in plan.sources:
            workspace.sources.make_due(source, now)
        detail: dict[str, str | int] = {
            "typed_by": str(typed_by.id),
            "sources": len(plan.sources),
            "queries": len(queries),
        }
        workspace.journal.note(EventKind.PLAN_MADE, plan.id, actor=by.id, now=now, detail=detail)
    return _sheet(workspace, plan, now, lacks_provider=not has_provider)


def list_plans(workspace: Workspace, *, include_ended: bool = False) -> list[PlanSheet]:
    """Return the plans, the next launch first, and note who looked."""
    found, now = workspace.plans.all(include_ended=include_ended), clock.utc_now()
    workspace.journal.opened(AccessPurpose.LIST_PLANS, workspace.id, actor=workspace.me.id, now=now, count=len(found))
    return [_sheet(workspace, plan, now) for plan in found]


def show_plan(workspace: Workspace, plan: str) -> PlanSheet:
    """Return one plan, and note who looked.

    Raises:
        NotFoundError: there is none of this identifier.
    """
    found, now = workspace.plans.get(plan), clock.utc_now()
    workspace.journal.opened(AccessPurpose.LIST_PLANS, found.id, actor=workspace.me.id, now=now, count=1)
    return _sheet(workspace, found, now)


def end_plan(workspace: Workspace, plan: str) -> PlanSheet:
    """End a plan: the sources that it made end with it, the others have their own cadence again.

    Raises:
        NotFoundError: there is none of this identifier.
        MisuseError: it ended already.
    """
    found, now = workspace.plans.get(plan), clock.utc_now()
    with workspace.database.transaction():
        if not workspace.plans.end(found.id, now):
            message = f"the plan {found.id} ended already"
            raise MisuseError(message, advice="List those that hold: rempart plan list")
        for source in workspace.sources.all():
            if source.new.plan == found.id:
                stop_watching(workspace, source.id, workspace.me.id, now)
        workspace.journal.note(EventKind.PLAN_ENDED, found.id, actor=workspace.me.id, now=now)
    return _sheet(workspace, workspace.plans.get(found.id), now)


def effective_every(workspace: Workspace, source: Source, now: dt.datetime) -> dt.timedelta:
    """Return after how long a source is visited again: by its own cadence or a plan's, whichever is shorter.

    A cadence that tightens on a day before the next visit counts from that day on.
    """
    plans = workspace.plans.of_source(source.id)
    wait = _at(source, plans, now)
    midnight = dt.datetime.combine(now.date(), dt.time(), dt.UTC) + _DAY
    while plans and midnight < now + wait:
        wait = min(wait, midnight - now + _at(source, plans, midnight))
        midnight += _DAY
    return wait


def _at(source: Source, plans: Sequence[LaunchPlan], now: dt.datetime) -> dt.timedelta:
    """Return the shortest cadence that holds at an instant."""
    return min([source.new.every, *(every for plan in plans if (every := plan.every(now)))])


def _titled(title: str) -> str:
    text = " ".join(title.split())
    if not any(c.isalnum() for c in text) or not text.isprintable() or len(text) > QUERY_MOST:
        message = f"a launch has a title of at most {QUERY_MOST} characters"
        raise MisuseError(message, advice='Say what is launched: rempart plan launch "Calendar 2027" …')
    return text


def _queries(workspace: Workspace, stop: Stop, title: str, wish: PlanWish) -> tuple[str, ...]:
    """Return what is asked of search engines, each once, judged with the title."""
    given = [" ".join(query.split()) for query in wish.queries] or [title]
    if len(given) > QUERIES_MOST:
        message = f"a plan has at most {QUERIES_MOST} queries, not {len(given)}"
        raise MisuseError(message, advice="Each is asked of each search engine at each visit.")
    for text in (title, *given):
        judge(workspace, stop, text)
    for query in given:
        place = parse_place(f"search:{query}", Path("/"))
        require_right(workspace, place, owner=wish.owner, case=wish.case, names_nobody=wish.names_nobody)
    return tuple(dict.fromkeys(given))


def _begins(wish: PlanWish, today: dt.date) -> dt.date:
    """Return the first day of a plan."""
    if not today - dt.timedelta(days=DAYS_AFTER) <= wish.date <= today + dt.timedelta(days=_AHEAD_MOST):
        message = f"a launch is at most {_AHEAD_MOST} days away, and not over for {DAYS_AFTER} days: not {wish.date}"
        raise MisuseError(message, advice="Say when it is: --date YYYY-MM-DD")
    found = _DAY_BEFORE.fullmatch(wish.begins.strip())
    try:
        first = wish.date - int(found[1]) * _DAY if found else dt.date.fromisoformat(wish.begins.strip())
    except ValueError as error:
        message = f"{wish.begins[:20]!r} is no day"
        raise MisuseError(message, advice="Write so many days before the launch, D-14, or a day: 2026-11-26") from error
    if not wish.date - DAYS_BEFORE_MOST * _DAY <= first <= wish.date:
        message = f"a plan begins at most {DAYS_BEFORE_MOST} days before the launch, and not after it"
        raise MisuseError(message, advice="Write so many days before the launch: --from D-14")
    return first


def _decoys(workspace: Workspace, decoys: Sequence[str]) -> tuple[AssetId, ...]:
    wanted = tuple(workspace.assets.get(each).id for each in dict.fromkeys(decoys))
    known = workspace.decoys.among(wanted)
    for each in wanted:
        if each not in known:
            message = f"{each} is no decoy"
            raise NotFoundError(message, advice="List them with: rempart decoy list")
    return wanted


def _watched(workspace: Workspace, source: str) -> Source:
    found = workspace.sources.get(source)
    if found.state is not SourceState.ACTIVE:
        message = f"the source {found.id} ended"
        raise MisuseError(message, advice="Add it anew first: rempart source add")
    return found


def _query_source(
    workspace: Workspace, stop: Stop, plan: LaunchPlan, wish: PlanWish, query: str, now: dt.datetime
) -> SourceId:
    """Return the source of a query: the one that is watched already, or a new one that ends with the plan."""
    text = f"search:{query}"
    wanted = SourceWish(
        text=text,
        depth=0,
        authorised_by=wish.authorised_by,
        why=f"launch plan {plan.id}",
        until=_until(plan, now, is_about_person=bool(wish.owner or wish.case)),
        article14=wish.article14,
        owner=wish.owner,
        case=wish.case,
        names_nobody=wish.names_nobody,
        plan=plan.id,
    )
    known = workspace.sources.find(parse_place(text, wanted.base))
    if known and known.state is SourceState.ACTIVE:
        return known.id
    return add_source(workspace, stop, wanted).id


def _until(plan: LaunchPlan, now: dt.datetime, *, is_about_person: bool) -> dt.datetime:
    last = dt.datetime.combine(plan.date + (DAYS_AFTER + 1) * _DAY, dt.time(), dt.UTC)
    most = now + (PERSON_DAYS_MOST if is_about_person else _AHEAD_MOST) * _DAY
    return min(last, most)


def _sheet(workspace: Workspace, plan: LaunchPlan, now: dt.datetime, *, lacks_provider: bool = False) -> PlanSheet:
    watched = {source.id: source for source in workspace.sources.all()}
    return PlanSheet(
        plan=plan,
        sources=tuple(watched[each] for each in plan.sources if each in watched),
        every=plan.every(now),
        lacks_provider=lacks_provider,
    )
