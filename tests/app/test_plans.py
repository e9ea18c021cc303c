"""Around a launch its sources are visited more and more often; its queries name nobody; its end is the end of them."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from rempart import clock
from rempart.app.plans import PlanSheet, PlanWish, effective_every, end_plan, launch, list_plans, show_plan
from rempart.app.sources import end_source
from rempart.app.stopping import Stop
from rempart.app.workspace import Workspace
from rempart.config import Settings
from rempart.errors import MisuseError, NotFoundError, RefusedError
from rempart.model.plan import CADENCE
from rempart.model.source import SourceKind, SourceState
from rempart.model.work import EventKind
from sourced import DAY, added, consenting

Made = tuple[Settings, Workspace]
HOUR = dt.timedelta(hours=1)


def planned(made: Made, title: str = "Calendar 2027", *, has_provider: bool = True, **values: Any) -> PlanSheet:
    """Plan a launch in ten days."""
    settings, workspace = made
    given: dict[str, Any] = {"date": clock.utc_now().date() + 10 * DAY, "authorised_by": workspace.me.name}
    wish = PlanWish(title=title, **{**given, **values})
    return launch(workspace, Stop.of(workspace, settings), wish, has_provider=has_provider)


@pytest.mark.parametrize("values", [{"title": "lycéennes 2027"}, {"queries": ("calendar", "14 yo")}])
@pytest.mark.parametrize("has_provider", [True, False])
def test_what_may_concern_a_minor_is_not_asked(made: Made, values: dict[str, Any], has_provider: bool) -> None:  # noqa: FBT001 - both ways
    """Whether or not anybody can be asked; exit code 6, nothing is written."""
    _, workspace = made

    with pytest.raises(RefusedError, match="may concern a minor"):
        planned(made, has_provider=has_provider, **values)

    assert workspace.plans.all() == []


@pytest.mark.parametrize("has_provider", [True, False])
def test_a_query_that_names_somebody(made: Made, has_provider: bool) -> None:  # noqa: FBT001 - both ways
    """As in any source: her consent; the source then ends within thirty days."""
    _, workspace = made
    consenting(workspace)
    with pytest.raises(RefusedError, match="speaks of a person"):
        planned(made, has_provider=has_provider, queries=("calendar", "zelda quux"))
    assert workspace.plans.all() == []

    sheet = planned(made, has_provider=has_provider, queries=("zelda quux",), owner="Zelda Quux")

    assert all(each.new.until <= clock.utc_now() + 30 * DAY for each in sheet.sources)
    assert len(sheet.sources) == has_provider


def test_its_title_is_its_query(made: Made) -> None:
    """It becomes a source that ends with the plan; who made it is written, and no word of it."""
    _, workspace = made

    sheet = planned(made)

    [source] = sheet.sources
    [event] = workspace.journal.events(sheet.plan.id)
    assert (source.new.place.kind, source.new.place.text) == (SourceKind.SEARCH, "Calendar 2027")
    assert source.new.plan == sheet.plan.id
    assert source.new.until.date() == sheet.plan.date + 31 * DAY
    assert sheet.plan.begins == sheet.plan.date - 14 * DAY
    assert (event.kind, event.actor) == (EventKind.PLAN_MADE, workspace.me.id)
    assert "Calendar" not in str(event.detail)


def test_without_a_provider_its_queries_are_kept(made: Made) -> None:
    """Nobody is asked, and that is said."""
    sheet = planned(made, has_provider=False, queries=("calendar leak", "Calendar  leak", "calendar leak"))

    assert sheet.lacks_provider
    assert sheet.plan.queries == ("calendar leak", "Calendar leak")
    assert sheet.sources == ()


def test_sources_that_are_there_are_taken_into_it(made: Made) -> None:
    """Each once, and a query that is watched already is not watched twice."""
    _, workspace = made
    forum, query = added(made), added(made, "search:Calendar 2027")
    workspace.sources.seeded(forum.id, clock.utc_now() + 20 * DAY, clock.utc_now())

    sheet = planned(made, sources=(forum.id, forum.id))

    assert sheet.plan.sources == (forum.id, query.id)
    assert workspace.sources.get(forum.id).is_due(clock.utc_now())
    assert workspace.sources.get(query.id).new.plan is None


@pytest.mark.parametrize(
    "values, error",
    [
        ({"title": " "}, MisuseError),
        ({"title": "x" * 401}, MisuseError),
        ({"authorised_by": "mallory"}, NotFoundError),
        ({"date": dt.date(2020, 1, 1)}, MisuseError),
        ({"date": dt.date(2090, 1, 1)}, MisuseError),
        ({"begins": "D-91"}, MisuseError),
        ({"begins": "soon"}, MisuseError),
        ({"begins": "2020-01-01"}, MisuseError),
        ({"begins": "D+1"}, MisuseError),
        ({"queries": tuple(f"calendar {n}" for n in range(11))}, MisuseError),
        ({"sources": ("src_" + "0" * 32,)}, NotFoundError),
        ({"decoys": ("ast_" + "0" * 32,)}, NotFoundError),
    ],
)
def test_each_part_is_checked(made: Made, values: dict[str, Any], error: type[MisuseError]) -> None:
    """Nothing is written otherwise: no plan, no source."""
    _, workspace = made

    with pytest.raises(error):
        planned(made, **values)

    assert workspace.plans.all() == []
    assert workspace.sources.all() == []


def test_an_ended_source_is_no_part(made: Made) -> None:
    """It has to be added anew: somebody looks at it again."""
    _, workspace = made
    source = added(made)
    end_source(workspace, source.id)

    with pytest.raises(MisuseError, match="ended"):
        planned(made, sources=(source.id,))


def test_its_end_is_the_end_of_what_it_made(made: Made) -> None:
    """What was there before has its own cadence again."""
    _, workspace = made
    forum = added(made)
    sheet = planned(made, sources=(forum.id,))
    [query] = [each for each in sheet.sources if each.id != forum.id]

    ended = end_plan(workspace, sheet.plan.id)

    assert ended.plan.ended_at
    assert workspace.sources.get(query.id).state is SourceState.ENDED
    assert workspace.sources.get(forum.id).state is SourceState.ACTIVE
    assert list_plans(workspace) == []
    assert show_plan(workspace, sheet.plan.id).plan == ended.plan
    with pytest.raises(MisuseError, match="ended already"):
        end_plan(workspace, sheet.plan.id)


def test_the_cadence_tightens(made: Made) -> None:
    """Daily, then every 6 hours, 2 hours, 30 minutes; then it loosens, and the source's own holds again."""
    _, workspace = made
    forum = added(made, every=dt.timedelta(days=2))
    sheet = planned(made, sources=(forum.id,))
    day = dt.datetime.combine(sheet.plan.date, dt.time(), dt.UTC)

    found = {days: effective_every(workspace, forum, day - days * DAY) for days in (15, 10, 7, 2, 0, -2, -7, -31)}

    assert found == {
        15: 2 * DAY,
        10: DAY,
        7: 6 * HOUR,
        2: 2 * HOUR,
        0: HOUR / 2,
        -2: 2 * HOUR,
        -7: DAY,
        -31: 2 * DAY,
    }
    assert {every for _, every in CADENCE} >= {every for days, every in found.items() if -30 <= days <= 14}


def test_a_day_on_which_it_tightens_is_not_slept_over(made: Made) -> None:
    """A visit at noon, eight days before, is followed by one within six hours of the next midnight."""
    _, workspace = made
    forum = added(made)
    sheet = planned(made, sources=(forum.id,))
    noon = dt.datetime.combine(sheet.plan.date - 8 * DAY, dt.time(12), dt.UTC)

    assert effective_every(workspace, forum, noon) == 12 * HOUR + 6 * HOUR


def test_the_sources_own_cadence_counts_if_it_is_shorter(made: Made) -> None:
    """A plan never makes a source be visited less often."""
    _, workspace = made
    forum = added(made, every=HOUR)
    planned(made, sources=(forum.id,))

    assert effective_every(workspace, forum, clock.utc_now()) == HOUR


def test_a_source_of_no_plan(made: Made) -> None:
    """Its own."""
    _, workspace = made

    assert effective_every(workspace, added(made), clock.utc_now()) == DAY
