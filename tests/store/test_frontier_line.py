"""What goes first, who is left in peace, what is given up; and that 22,000 rows slow nothing down."""

from __future__ import annotations

import datetime as dt
import re
import time
from typing import Any

import pytest

from rempart.model.frontier import PAGES_FIRST, FrontierState, Urgency
from rempart.model.ids import SourceId, ThreadId
from rempart.store import Database
from rempart.store.frontier_line import ATTEMPTS_MOST
from rempart.store.models import FrontierRow
from watched import DAY, NOW, SITE, Watched, page, picture

LEASE = dt.timedelta(minutes=10)
SECOND = dt.timedelta(seconds=1)


@pytest.fixture
def here(database: Database) -> Watched:
    """Return a database with one user."""
    return Watched(database)


@pytest.fixture
def source(here: Watched) -> SourceId:
    """Return a source that is watched."""
    return here.source().id


def served(here: Watched, now: dt.datetime = NOW, **values: Any) -> list[str]:
    """Ask for everything that is due, and return the keys in order."""
    keys = []
    while (item := here.frontier.claim("one", now, **values)) is not None:
        keys.append(item.new.key)
        here.frontier.finish(item, FrontierState.DONE, now)
    return keys


def test_what_ends_first_goes_first(here: Watched, source: SourceId) -> None:
    """Then media, first pages, changed threads, new ones, and the rest; among equals the one that waits longest."""
    here.add(source, page(6, urgency=Urgency.DEEPER))
    here.add(source, page(4, urgency=Urgency.CHANGED), page(5))
    here.add(source, page(3, urgency=Urgency.ROOT), picture(2))
    here.add(source, picture(1, urgency=Urgency.ENDING, expires_at=NOW + DAY))
    here.add(source, picture(0, urgency=Urgency.ENDING, expires_at=NOW + SECOND))

    keys = served(here)

    pictures = [f"forum.example attachment {n}" for n in (0, 1, 2)]
    assert keys == [*pictures, *(f"{SITE}/threads/{n}/" for n in (3, 4, 5, 6))]


@pytest.fixture
def thread(here: Watched, source: SourceId) -> ThreadId:
    """Return a thread with a picture to ask for, and a page that goes before it."""
    made = here.threads.open(source, f"{SITE}/threads/9/", NOW).id
    here.add(source, picture(1, thread=made), page(2, thread=made, urgency=Urgency.DEEPER, run=1))
    return made


def test_pages_of_a_thread_go_before_its_pictures(here: Watched, source: SourceId, thread: ThreadId) -> None:
    """And before other pictures and pages; what was read of a thread in one go has an end, and a feed has no thread."""
    here.add(source, page(5, thread=thread, run=PAGES_FIRST + 1, urgency=Urgency.DEEPER))
    here.add(source, page(4, run=1, urgency=Urgency.DEEPER), page(3), picture(2))
    here.add(source, picture(3, thread=thread, urgency=Urgency.ENDING, expires_at=NOW + DAY))
    here.add(source, picture(4, urgency=Urgency.ENDING, expires_at=NOW + DAY))

    keys = served(here)

    attached = "forum.example attachment"
    pages = [f"{SITE}/threads/{n}/" for n in (2, 3, 5, 4)]
    assert keys[:3] == [f"{attached} 4", pages[0], f"{attached} 3"]
    assert sorted(keys[3:5]) == [f"{attached} 1", f"{attached} 2"]
    assert sorted(keys[5:]) == sorted(pages[1:])


@pytest.mark.usefixtures("thread")
@pytest.mark.parametrize("state", [s for s in FrontierState if s is not FrontierState.WAITING])
def test_a_picture_waits_until_the_page_before_it_is_over(here: Watched, state: FrontierState) -> None:
    """While it is read by whoever, and while it is tried again; not where nothing can be read of it."""
    item = here.frontier.claim("one", NOW)
    assert item is not None
    assert item.new.run == 1

    assert here.frontier.claim("two", NOW) is None
    assert here.frontier.next_instant() == NOW + LEASE
    here.frontier.retry(item, NOW + DAY, NOW)
    assert here.frontier.claim("two", NOW) is None
    assert here.frontier.next_instant() == NOW + DAY
    again = here.frontier.claim("one", NOW + DAY)
    assert again is not None
    here.frontier.finish(again, state, NOW + DAY)

    assert served(here, NOW + DAY) == ["forum.example attachment 1"]


def test_a_page_that_waits_already_goes_before_pictures_too(here: Watched, source: SourceId) -> None:
    """It was found by a link first, and then on the page before it."""
    made = here.threads.open(source, f"{SITE}/threads/9/", NOW).id
    here.add(source, page(2, urgency=Urgency.DEEPER))
    here.add(source, picture(1, thread=made), page(2, thread=made, urgency=Urgency.DEEPER, run=1))
    here.add(source, page(2, thread=made, urgency=Urgency.DEEPER))

    assert served(here) == [f"{SITE}/threads/2/", "forum.example attachment 1"]


def test_a_host_is_left_in_peace(here: Watched, source: SourceId) -> None:
    """Whatever it has waits; the others go on."""
    here.add(source, page(1), page(2), page(3, url="https://OTHER.example/x"))
    busy = here.frontier.host_digest(f"{SITE}/whatever")

    assert served(here, busy_hosts=[busy]) == ["https://OTHER.example/x"]
    assert here.frontier.host_digest("https://other.EXAMPLE:444/y") == here.frontier.host_digest("http://other.example")
    assert len(served(here)) == 2


def test_only_the_sources_that_are_wanted_and_watched_are_asked(here: Watched, source: SourceId) -> None:
    """What an ended one left is asked by nobody, even before it is deleted."""
    other, ended = here.source(f"{SITE}/forums/2/").id, here.source(f"{SITE}/forums/3/").id
    for one in (source, other, ended):
        here.add(one, page(1, url=f"{SITE}/{one}"))
    here.sources.end(ended, NOW)

    assert served(here, sources=[other, ended]) == [f"{SITE}/{other}"]
    assert served(here, sources=[]) == []
    assert served(here) == [f"{SITE}/{source}"]


def test_a_lease_ends(here: Watched, source: SourceId) -> None:
    """Not one second before; the attempt of whoever was silent counts."""
    here.add(source, page(1))
    first = here.frontier.claim("one", NOW)
    assert first is not None

    assert here.frontier.claim("two", NOW + LEASE - SECOND) is None
    second = here.frontier.claim("two", NOW + LEASE)

    assert second is not None
    assert (second.id, second.attempts) == (first.id, 2)
    assert second.token != first.token


def test_a_clock_that_went_back_keeps_nothing_for_weeks(here: Watched, source: SourceId) -> None:
    """A lease that ends later than any may is no lease."""
    here.add(source, page(1), now=NOW - 60 * DAY)

    assert here.frontier.claim("one", NOW) is not None
    assert here.frontier.claim("two", NOW - 30 * DAY) is not None


def test_a_page_that_kills_whoever_reads_it_is_given_up(here: Watched, source: SourceId) -> None:
    """After four attempts; its neighbour is asked for."""
    here.add(source, page(1, urgency=Urgency.ROOT), page(2))
    poison, now = f"{SITE}/threads/1/", NOW

    asked = []
    for _ in range(10):
        while (item := here.frontier.claim("one", now)) is not None:
            asked.append(item.new.key)
            if item.new.key != poison:
                here.frontier.finish(item, FrontierState.DONE, now)
        now += LEASE

    assert asked.count(poison) == ATTEMPTS_MOST
    assert asked.count(f"{SITE}/threads/2/") == 1
    assert here.frontier.counts(source) == {FrontierState.FAILED: 1, FrontierState.DONE: 1}
    assert FrontierRow.objects.get(state=FrontierState.FAILED).context_sealed is None


def test_it_says_when_something_is_due(here: Watched, source: SourceId) -> None:
    """A row that waits, a lease that ends; nothing of hosts that are left in peace."""
    assert here.frontier.next_instant() is None
    here.add(source, page(1), page(2, url="https://other.example/"))
    item = here.frontier.claim("one", NOW)
    assert item is not None
    here.frontier.release(item, NOW + DAY)
    held = here.frontier.claim("one", NOW)
    assert held is not None

    assert here.frontier.next_instant() == NOW + LEASE
    here.frontier.finish(held, FrontierState.DONE, NOW)
    assert here.frontier.next_instant() == NOW + DAY
    assert here.frontier.next_instant(busy_hosts=[here.frontier.host_digest(item.new.url)]) is None
    assert here.frontier.next_instant(sources=[]) is None


def fill(here: Watched, source: SourceId, count: int) -> None:
    """Add many pages, and as many that are done."""
    for begun in range(0, count, 2_000):
        here.add(source, *(page(n) for n in range(begun, begun + 2_000)))
    rows = FrontierRow.objects.order_by("id").values_list("id", flat=True)[: count // 2]
    FrontierRow.objects.filter(id__in=list(rows)).update(state=FrontierState.DONE)
    here.add(source, *(page(n, url=f"{SITE}/more/{n}") for n in range(count // 2)))


def assert_indexed(database: Database, sql: str, parameters: Any) -> None:
    """Ask the planner what it would read: neither the whole table nor all rows of a source."""
    explain = "EXPLAIN" if database.vendor == "postgresql" else "EXPLAIN QUERY PLAN"
    plan = "\n".join(str(row[-1]) for row in database.execute(f"{explain} {sql}", parameters))
    for walk in (
        r"Seq Scan on frontier",
        r"SCAN (f|frontier)\b(?! USING (COVERING )?INDEX frontier_(line|leased|ahead))",
    ):
        assert not re.search(walk, plan), f"{sql}\n{plan}"


def test_a_forum_of_22_000_pages_slows_nothing_down(here: Watched, source: SourceId) -> None:
    """A claim reads the line's index from its beginning, whatever the planner knows."""
    database = here.database
    fill(here, source, 22_000)
    if database.vendor == "sqlite":  # the autovacuum of the other one analyses by itself
        assert_quick(here, source)
    database.execute("ANALYZE frontier")
    assert_quick(here, source)


def assert_quick(here: Watched, source: SourceId) -> None:
    """Take a row, keep it and finish it, by indexes alone and in no time."""
    database = here.database
    statements: list[tuple[str, Any]] = []

    def watch(execute: Any, sql: str, parameters: Any, many: bool, context: Any) -> Any:  # noqa: FBT001 - Django's
        statements.append((sql, parameters))
        return execute(sql, parameters, many, context)

    def live() -> None:
        item = here.frontier.claim("one", NOW, busy_hosts=[bytes(32)], sources=[source])
        assert item is not None
        here.frontier.keep(item, NOW)
        here.frontier.finish(item, FrontierState.DONE, NOW)

    with database.connection.execute_wrapper(watch):
        live()
    times = []
    for _ in range(20):
        begun_s = time.perf_counter()
        live()
        times.append(time.perf_counter() - begun_s)

    asked = [(sql, given) for sql, given in statements if "frontier" in sql and sql.split()[0] in {"WITH", "UPDATE"}]
    assert len(asked) >= 4
    for sql, given in asked:
        assert_indexed(database, sql, given)
    assert sorted(times)[10] < 0.1
