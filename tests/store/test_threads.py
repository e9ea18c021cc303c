"""A thread is known by digests: whether something is new there, without a word of it; frozen, nothing is learned."""

from __future__ import annotations

import pytest

from rempart.errors import NotFoundError
from rempart.model.frontier import Thread
from rempart.model.ids import SourceId, ThreadId
from rempart.store import Database
from rempart.store.models import ThreadRow
from watched import DAY, KEEP, NOW, SITE, Watched

URL = f"{SITE}/threads/1/"


@pytest.fixture
def here(database: Database) -> Watched:
    """Return a database with one user."""
    return Watched(database)


@pytest.fixture
def source(here: Watched) -> SourceId:
    """Return a source that is watched."""
    return here.source().id


def read(here: Watched, thread: ThreadId) -> None:
    """Note what a listing and a last page say."""
    here.threads.listed(thread, last_post=here.threads.digest("31"), changed_at=NOW - DAY, now=NOW)
    posts = [here.threads.digest(text) for text in ("30", "31")]
    here.threads.tail(thread, tail_url=f"{URL}page-2", tail_posts=posts, new_posts=31, now=NOW)


def test_a_thread_is_opened_once_per_source(here: Watched, source: SourceId) -> None:
    """Nothing is known of a new one."""
    other = here.source("other").id

    first = here.threads.open(source, URL, NOW)

    assert first == Thread(id=first.id, source=source, url=URL)
    assert here.threads.open(source, URL, NOW + DAY) == here.threads.get(first.id) == first
    assert here.threads.open(other, URL, NOW).id != first.id


def test_what_is_known_comes_back(here: Watched, source: SourceId) -> None:
    """Digests that only this workspace makes, and tell posts apart."""
    thread = here.threads.open(source, URL, NOW).id
    read(here, thread)
    here.threads.tail(thread, tail_url=f"{URL}page-3", tail_posts=[here.threads.digest("51")], new_posts=20, now=NOW)

    found = here.threads.find(source, URL)

    assert found is not None
    assert (found.last_post, found.changed_at) == (here.threads.digest("31"), NOW - DAY)
    assert (found.tail_url, found.tail_posts, found.posts) == (f"{URL}page-3", (here.threads.digest("51"),), 51)
    assert here.threads.digest("51") != here.threads.digest("5 1")
    assert len(bytes.fromhex(found.last_post)) == 16


def test_a_listing_is_looked_up_in_one_question(here: Watched, source: SourceId) -> None:
    """Fifty threads, of which some are known."""
    urls = [f"{SITE}/threads/{n}/" for n in range(50)]
    known = [here.threads.open(source, url, NOW) for url in urls[::10]]
    asked = []

    def watch(execute: object, sql: str, *rest: object) -> object:
        asked.append(sql)
        return execute(sql, *rest)  # type: ignore[operator]  # Django's own

    with here.database.connection.execute_wrapper(watch):
        found = here.threads.find_many(source, urls)

    assert found == {thread.url: thread for thread in known}
    assert len([sql for sql in asked if "watched_thread" in sql]) == 1


def test_a_frozen_thread_is_known_and_nothing_is_learned_of_it(here: Watched, source: SourceId) -> None:
    """Neither its addresses nor its posts are kept; it is found by its address all the same."""
    thread = here.threads.open(source, URL, NOW).id
    read(here, thread)
    here.threads.sign(thread, b"signature", b"codes")

    here.threads.freeze(thread)
    read(here, thread)
    here.threads.sign(thread, b"other", b"")

    found = here.threads.find(source, URL)
    assert found is not None
    assert found == Thread(id=thread, source=source, url=URL, changed_at=NOW - DAY, posts=31, is_frozen=True)
    assert here.threads.get(thread).url == ""
    assert ThreadRow.objects.get().url_sealed is None
    assert here.threads.signature(thread) == (b"signature", b"codes")
    assert here.threads.open(source, URL, NOW).is_frozen


def test_signatures_come_by_pages(here: Watched, source: SourceId, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of every source; threads that have none are left out."""
    monkeypatch.setattr("rempart.store.threads._PAGE", 2)
    threads = [here.threads.open(source, f"{SITE}/{n}", NOW).id for n in range(6)]
    for number, thread in enumerate(threads[:5]):
        here.threads.sign(thread, bytes([number]), b"")

    found = list(here.threads.signatures())

    assert sorted(found) == sorted((t, source, bytes([n]), b"") for n, t in enumerate(threads[:5]))
    assert here.threads.signature(threads[5]) == (b"", b"")


def test_what_is_seen_again_is_known_longer(here: Watched, source: SourceId) -> None:
    """By a listing on which nothing changed, many at once."""
    threads = [here.threads.open(source, f"{SITE}/{n}", NOW).id for n in range(3)]

    here.threads.touch(threads[:2], NOW + DAY)
    here.threads.listed(threads[2], now=NOW + 2 * DAY)

    ends = dict(ThreadRow.objects.values_list("id", "expires_at"))
    assert [ends[t] for t in threads] == [NOW + DAY + KEEP] * 2 + [NOW + 2 * DAY + KEEP]


def test_there_is_no_such_thread(here: Watched, source: SourceId) -> None:
    """It ended."""
    assert here.threads.find(source, URL) is None
    with pytest.raises(NotFoundError, match="no thread"):
        here.threads.get(ThreadId("thr_" + "0" * 32))
