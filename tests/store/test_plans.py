"""A plan comes back as it was written, watches more sources, and ends by a person or by its last day."""

from __future__ import annotations

import datetime as dt

import pytest

from rempart.errors import NotFoundError
from rempart.model.ids import AssetId, PlanId
from rempart.model.plan import DAYS_AFTER
from rempart.store import Database
from rempart.store.models import PlanRow
from watched import DAY, KEEP, NOW, Watched, plan


@pytest.fixture
def here(database: Database) -> Watched:
    """Return a database with one user."""
    return Watched(database)


def test_a_plan_comes_back_as_it_was(here: Watched) -> None:
    """Its days are days, in whatever zone the database is."""
    new = plan(here.user.id, decoys=(AssetId("ast_1"),))

    assert here.plans.add(new, NOW) == new == here.plans.get(new.id)
    last = dt.datetime.combine(new.date + dt.timedelta(days=DAYS_AFTER), dt.time(), dt.UTC)
    assert PlanRow.objects.get().expires_at == last + KEEP


def test_sources_join_a_plan(here: Watched) -> None:
    """Each once, in their order; a source knows its plans."""
    first, other = plan(here.user.id), plan(here.user.id, date=NOW.date())
    here.plans.add(first, NOW)
    here.plans.add(other, NOW)
    sources = [here.source(f"{n}", plan=first.id).id for n in range(3)]

    here.plans.watch(first.id, sources[:2])
    found = here.plans.watch(first.id, sources[1:])

    assert found.sources == tuple(sources)
    assert [one.id for one in here.plans.of_source(sources[1])] == [first.id]
    assert here.sources.get(sources[0]).new.plan == first.id
    assert [one.id for one in here.plans.all()] == [other.id, first.id]


def test_a_plan_that_ended_says_nothing_any_more(here: Watched) -> None:
    """From that instant on; it is kept for a while."""
    new = plan(here.user.id)
    here.plans.add(new, NOW)
    source = here.source().id
    here.plans.watch(new.id, [source])

    assert here.plans.end(new.id, NOW + DAY)
    assert not here.plans.end(new.id, NOW + 2 * DAY)

    found = here.plans.get(new.id)
    assert found.ended_at == NOW + DAY
    assert found.every(NOW) is not None
    assert found.every(NOW + DAY) is None
    assert here.plans.all() == here.plans.of_source(source) == []
    assert here.plans.all(include_ended=True) == [found]
    assert PlanRow.objects.get().expires_at == NOW + DAY + KEEP


def test_there_is_no_such_plan(here: Watched) -> None:
    """Neither to look at nor to add to."""
    name = PlanId("pln_" + "0" * 32)
    with pytest.raises(NotFoundError, match="no plan"):
        here.plans.get("x")
    with pytest.raises(NotFoundError, match="no plan"):
        here.plans.watch(name, [])
