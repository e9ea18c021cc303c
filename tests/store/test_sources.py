"""A place is watched once, by somebody who answers for it, until a day; its tally counts, its end ends everything."""

from __future__ import annotations

import datetime as dt

import pytest

from rempart.errors import MisuseError, NotFoundError
from rempart.model.frontier import FrontierState
from rempart.model.source import Article14, Health, Place, SourceKind, SourceState, SourceTally
from rempart.store import Database
from rempart.store.models import FrontierRow, SourceRow, ThreadRow
from watched import DAY, KEEP, KEEP_ENDED, NOW, SITE, Watched, new_source, page

HOUR = dt.timedelta(hours=1)


@pytest.fixture
def here(database: Database) -> Watched:
    """Return a database with one user."""
    return Watched(database)


def test_a_source_comes_back_as_it_was_added(here: Watched) -> None:
    """Due at once, seen by nobody yet."""
    new = new_source(here.user.id, 'a "query": é', place=Place(kind=SourceKind.SEARCH, text='a "query": é'))

    added = here.sources.add(new, NOW)

    assert here.sources.get(added.id) == added
    assert added.new == new
    assert (added.state, added.health, added.added_at, added.due_at) == (SourceState.ACTIVE, Health.NEW, NOW, NOW)
    assert added.tally == SourceTally()
    assert here.sources.find(new.place) == added
    assert here.sources.find(Place(kind=SourceKind.LIST, text='a "query": é')) is None


def test_a_place_is_watched_once(here: Watched) -> None:
    """It says under which name; the same text of another kind is another place."""
    first = here.source("x")
    with pytest.raises(MisuseError, match=first.id):
        here.source("x")

    other = here.source("x", place=Place(kind=SourceKind.FEED, text="x"))

    assert {one.id for one in here.sources.all()} == {first.id, other.id}


def test_a_source_that_ended_is_taken_up_again_under_its_name(here: Watched) -> None:
    """With what the new one says, its tally, and what is known of its pages; frozen ones stay frozen."""
    first = here.source("x")
    here.add(first.id, page(1), page(2))
    here.frontier.freeze(first.id, NOW, keys=[page(2).key])
    here.sources.count(first.id, pages=3)
    here.sources.set_health(first.id, Health.GONE, NOW, until=NOW + DAY)
    here.sources.end(first.id, NOW)

    again = here.sources.add(new_source(here.user.id, "x", depth=0, article14=Article14.INFORMED), NOW + DAY)

    assert again.id == first.id
    assert (again.new.depth, again.new.article14, again.state) == (0, Article14.INFORMED, SourceState.ACTIVE)
    assert (again.health, again.visited_at, again.health_until, again.tally.pages) == (Health.NEW, None, None, 3)
    assert set(FrontierRow.objects.values_list("expires_at", flat=True)) == {NOW + DAY + KEEP}
    assert here.frontier.counts(first.id) == {FrontierState.WAITING: 1, FrontierState.FROZEN: 1}
    assert SourceRow.objects.get().expires_at is None


def test_an_end_ends_everything_at_once(here: Watched) -> None:
    """What waits is asked by nobody; who answered for it is known for years."""
    source = here.source().id
    here.add(source, page(1))
    here.threads.open(source, f"{SITE}/t", NOW)

    assert here.sources.end(source, NOW + HOUR)
    assert not here.sources.end(source, NOW + 2 * HOUR)

    assert here.frontier.claim("one", NOW + HOUR) is None
    assert set(FrontierRow.objects.values_list("expires_at", flat=True)) == {NOW + HOUR}
    assert set(ThreadRow.objects.values_list("expires_at", flat=True)) == {NOW + HOUR}
    row = SourceRow.objects.get()
    assert (row.ended_at, row.expires_at) == (NOW + HOUR, NOW + HOUR + KEEP_ENDED)
    assert here.sources.all() == []
    assert [one.state for one in here.sources.all(include_ended=True)] == [SourceState.ENDED]


def test_due_are_those_whose_hour_has_come(here: Watched) -> None:
    """The longest due first; none past its day."""
    late, soon, past = here.source("late").id, here.source("soon").id, here.source("past", until=NOW + HOUR).id
    assert here.sources.seeded(soon, NOW + HOUR, NOW)
    assert here.sources.seeded(late, NOW + 2 * HOUR, NOW)

    assert [one.id for one in here.sources.due(NOW)] == [past]
    assert [one.id for one in here.sources.due(NOW + HOUR)] == [soon]
    assert [one.id for one in here.sources.due(NOW + 2 * HOUR)] == [soon, late]
    assert [one.id for one in here.sources.due(NOW + 2 * HOUR, [late, past])] == [late]
    assert here.sources.due(NOW + 2 * HOUR, []) == []


def test_of_two_processes_one_seeds(here: Watched) -> None:
    """The other one is told, and leaves what it did."""
    source = here.source().id

    assert here.sources.seeded(source, NOW + HOUR, NOW)
    assert not here.sources.seeded(source, NOW + HOUR, NOW)

    here.sources.make_due(source, NOW)
    assert here.sources.seeded(source, NOW + HOUR, NOW)


def test_what_is_asked_at_one_visit_is_one_count_for_all(here: Watched) -> None:
    """Of each source that is watched; the visit ends when the next one begins, the tally goes on."""
    one, other, ended = (here.source(name).id for name in ("one", "other", "ended"))
    assert here.sources.seeded(one, NOW + HOUR, NOW)

    for source in (one, one, ended):
        here.sources.count(source, requests=1, pages=1)
    here.sources.count(other, pages=1)
    here.sources.end(ended, NOW)

    assert here.sources.asked() == {one: 2}
    assert not here.sources.seeded(one, NOW + 2 * HOUR, NOW), "it is not due: the visit goes on"
    assert here.sources.asked() == {one: 2}
    assert here.sources.seeded(one, NOW + 2 * HOUR, NOW + HOUR)
    assert here.sources.asked() == {}
    assert here.sources.get(one).tally.requests == 2


def test_the_tally_only_grows(here: Watched) -> None:
    """By the names that it has."""
    source = here.source().id
    here.sources.count(source, pages=1, posts=20, stopped=1)
    here.sources.count(source, pages=1, media=0)
    here.sources.count(source)

    assert here.sources.get(source).tally == SourceTally(pages=2, posts=20, stopped=1)
    with pytest.raises(MisuseError, match="authors"):
        here.sources.count(source, authors=1)


def test_health_and_engine_and_cursor_are_kept(here: Watched) -> None:
    """What is not said again stays; an unknown instant is unknown again."""
    source = here.source().id
    here.sources.set_health(source, Health.ROBOTS, NOW, until=NOW + DAY, engine="xenforo")
    here.sources.set_cursor(source, "cursor-1")
    here.sources.set_mirror([source], "group-1")
    first = here.sources.get(source)
    here.sources.set_health(source, Health.WELL, NOW + HOUR)
    here.sources.set_cursor(source, "")
    second = here.sources.get(source)

    assert (first.health, first.health_until, first.engine, first.cursor) == (
        *(Health.ROBOTS, NOW + DAY, "xenforo", "cursor-1"),
    )
    assert (second.health, second.health_until, second.engine, second.cursor) == (Health.WELL, None, "xenforo", "")
    assert (second.visited_at, second.mirror_group) == (NOW + HOUR, "group-1")


def test_a_lock_tells_whether_it_is_watched(here: Watched) -> None:
    """So that whoever finishes a page adds nothing to what ended."""
    source = here.source().id
    with here.database.transaction():
        assert here.sources.lock(source)
    here.sources.end(source, NOW)
    with here.database.transaction():
        assert not here.sources.lock(source)


@pytest.mark.parametrize("name", ["src_" + "0" * 32, "src_x", "", "'; --"])
def test_there_is_no_such_source(here: Watched, name: str) -> None:
    """It says how to find one."""
    with pytest.raises(NotFoundError, match="no source"):
        here.sources.get(name)
