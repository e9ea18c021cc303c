"""Each thing is asked for once, by one process at a time; what is frozen never is; nothing is lost."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from rempart.errors import LeaseLostError
from rempart.model.frontier import FrontierItem, FrontierState, Urgency
from rempart.model.ids import SourceId
from rempart.model.web import Validators
from rempart.store import Database
from rempart.store.models import FrontierRow
from watched import DAY, KEEP, NOW, SITE, Watched, page, picture

MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def here(database: Database) -> Watched:
    """Return a database with one user."""
    return Watched(database)


@pytest.fixture
def source(here: Watched) -> SourceId:
    """Return a source that is watched."""
    return here.source().id


def claimed(here: Watched, now: dt.datetime = NOW, worker: str = "one") -> FrontierItem:
    """Take the next row, which there is."""
    item = here.frontier.claim(worker, now)
    assert item is not None
    return item


def state(item: FrontierItem) -> FrontierState:
    """Return where a row stands."""
    return FrontierState(FrontierRow.objects.get(id=item.id).state)


def test_what_was_added_comes_back_as_it_was(here: Watched, source: SourceId) -> None:
    """With its words for the gate, its page and its post, and when its address ends."""
    new = picture(7, expires_at=NOW + DAY, posted_at=NOW - DAY)

    assert here.add(source, new) == 1

    item = claimed(here)
    assert (item.new, item.source, item.attempts, item.validators) == (new, source, 1, Validators())


def test_a_page_is_asked_for_in_its_order(here: Watched, source: SourceId) -> None:
    """Among equals."""
    here.add(source, *(page(n) for n in range(20)))

    assert [claimed(here).new.url for _ in range(20)] == [f"{SITE}/threads/{n}/" for n in range(20)]


def test_a_thing_is_added_once_per_source(here: Watched, source: SourceId) -> None:
    """Under whatever address, in the same page or in a later one; another source asks for it itself."""
    again = picture(1, url=f"{SITE}/attachments/1?exp=2")
    other = here.source(f"{SITE}/forums/2/").id

    assert here.add(source, picture(1), again, picture(2)) == 2
    assert here.add(source, again, picture(3)) == 1
    assert here.add(other, picture(1)) == 1


@pytest.mark.parametrize("over", [FrontierState.DONE, FrontierState.BLOCKED, FrontierState.FAILED, FrontierState.GONE])
def test_what_is_over_is_asked_again_only_if_that_is_wanted(
    here: Watched, source: SourceId, over: FrontierState
) -> None:
    """A tombstone stays one, until the first page of its source is due again."""
    here.add(source, page(1))
    item = claimed(here)
    here.frontier.finish(item, over, NOW, validators=Validators(etag='"1"'), status=404)

    here.add(source, page(1))
    assert here.frontier.claim("one", NOW + DAY) is None
    assert here.add(source, page(1, again=True), now=NOW + DAY) == 0

    item = claimed(here, NOW + DAY)
    assert (item.attempts, item.validators) == (1, Validators(etag='"1"'))


def test_what_is_found_anew_while_it_is_asked_for_is_asked_for_once_more(here: Watched, source: SourceId) -> None:
    """What was added to the thread behind our back is not missed."""
    here.add(source, page(1))
    item = claimed(here)
    here.add(source, page(1, again=True))

    here.frontier.finish(item, FrontierState.DONE, NOW)

    second = claimed(here)
    here.frontier.finish(second, FrontierState.DONE, NOW)
    assert (second.id, second.attempts) == (item.id, 1)
    assert here.frontier.claim("one", NOW) is None


def test_a_fresher_address_takes_the_place_of_one_that_ends(here: Watched, source: SourceId) -> None:
    """And an older one does not."""
    here.add(source, picture(1, url="https://a.example/2", expires_at=NOW + 2 * DAY, urgency=Urgency.ENDING))
    here.add(source, picture(1, url="https://a.example/1", expires_at=NOW + DAY, urgency=Urgency.ENDING))
    here.add(source, picture(1, url="https://b.example/3", expires_at=NOW + 3 * DAY, urgency=Urgency.ENDING))

    item = here.frontier.claim("one", NOW, busy_hosts=[here.frontier.host_digest("https://a.example/")])

    assert item is not None
    assert (item.new.url, item.new.expires_at) == ("https://b.example/3", NOW + 3 * DAY)


@pytest.mark.parametrize(
    "over, at, is_asked",
    [
        (FrontierState.FAILED, NOW, True),
        (FrontierState.GONE, NOW + 2 * DAY, True),
        (FrontierState.GONE, NOW, False),
        (FrontierState.DONE, NOW + 2 * DAY, False),
        (FrontierState.FROZEN, NOW + 2 * DAY, False),
    ],
)
def test_a_fresher_address_gives_what_ended_one_more_chance(
    here: Watched, source: SourceId, over: FrontierState, at: dt.datetime, *, is_asked: bool
) -> None:
    """Not what was gone while its address still held, nor what is done."""
    here.add(source, picture(1, expires_at=NOW + DAY))
    here.frontier.finish(claimed(here), over, at, status=410)

    here.add(source, picture(1, expires_at=NOW + 9 * DAY), now=at)

    assert (here.frontier.claim("one", at) is not None) == is_asked


def test_what_waits_becomes_more_urgent_and_never_less(here: Watched, source: SourceId) -> None:
    """The last page of a thread that was found deep in it, then has something new."""
    here.add(source, page(1, urgency=Urgency.DEEPER))
    here.add(source, page(1, urgency=Urgency.CHANGED, again=True))
    here.add(source, page(1, urgency=Urgency.DEEPER, again=True))

    assert claimed(here).new.urgency is Urgency.CHANGED


@pytest.mark.parametrize("over", [FrontierState.DONE, FrontierState.GONE, FrontierState.FAILED, FrontierState.BLOCKED])
def test_the_words_that_led_to_it_are_forgotten_once_it_was_asked_for(
    here: Watched, source: SourceId, over: FrontierState
) -> None:
    """Titles and file names serve the gate, and nothing else."""
    here.add(source, picture(1))
    item = claimed(here)
    assert FrontierRow.objects.get().context_sealed is not None

    here.frontier.finish(item, over, NOW)

    assert FrontierRow.objects.get().context_sealed is None


def test_a_row_that_is_given_back_costs_no_attempt(here: Watched, source: SourceId) -> None:
    """Its host wants peace for a while; thirty times is no failure."""
    here.add(source, page(1))
    now = NOW
    for _ in range(30):
        here.frontier.release(claimed(here, now), now + MINUTE)
        assert here.frontier.claim("one", now) is None
        now += MINUTE

    assert claimed(here, now).attempts == 1


def test_a_row_that_fails_is_tried_again_then_given_up(here: Watched, source: SourceId) -> None:
    """Four times, each when it is told to."""
    here.add(source, page(1))
    told, now = [], NOW
    for _ in range(4):
        told.append(here.frontier.retry(claimed(here, now), now + MINUTE, now))
        now += MINUTE

    assert told == [FrontierState.WAITING] * 3 + [FrontierState.FAILED]
    assert here.frontier.claim("one", now + DAY) is None


@pytest.mark.parametrize("what", ["finish", "retry", "release", "keep", "freeze"])
def test_whoever_lost_the_lease_changes_nothing(here: Watched, source: SourceId, what: str) -> None:
    """It was taken for dead; another one asks for it now."""
    here.add(source, page(1))
    late = claimed(here)
    now = NOW + here.frontier.lease
    held = claimed(here, now, "two")
    calls: dict[str, Any] = {
        "finish": lambda: here.frontier.finish(late, FrontierState.DONE, now),
        "freeze": lambda: here.frontier.finish(late, FrontierState.FROZEN, now),
        "retry": lambda: here.frontier.retry(late, now, now),
        "release": lambda: here.frontier.release(late, now),
        "keep": lambda: here.frontier.keep(late, now),
    }

    with pytest.raises(LeaseLostError, match=late.id):
        calls[what]()

    here.frontier.finish(held, FrontierState.DONE, now)
    assert state(held) is FrontierState.DONE
    with pytest.raises(LeaseLostError):
        calls[what]()


def test_the_effect_of_whoever_lost_the_lease_is_undone(here: Watched, source: SourceId) -> None:
    """What was added in the same transaction is not there."""
    here.add(source, page(1))
    late = claimed(here)
    claimed(here, NOW + here.frontier.lease, "two")

    def work() -> None:
        here.frontier.add(source, [page(2)], NOW)
        here.frontier.finish(late, FrontierState.DONE, NOW)

    with pytest.raises(LeaseLostError):
        here.database.durably(work)

    assert sum(here.frontier.counts(source).values()) == 1


def test_what_is_frozen_is_never_asked_for(here: Watched, source: SourceId) -> None:
    """Not anew, not under a fresher address, not by another page that leads to it; its address is not kept."""
    thread = here.threads.open(source, f"{SITE}/threads/1/", NOW).id
    here.add(source, page(1, thread=thread), picture(1, thread=thread), page(2), picture(2))

    frozen = here.frontier.freeze(source, NOW, keys=[f"{SITE}/threads/2/", "unknown"], thread=thread)
    again = (page(1, again=True), page(2, again=True), picture(1, expires_at=NOW + DAY))
    here.add(source, *again, now=NOW + 2 * DAY)

    assert frozen == 3
    assert claimed(here, NOW + 2 * DAY).new.key == picture(2).key
    assert here.frontier.claim("one", NOW + 2 * DAY) is None
    rows = FrontierRow.objects.filter(state=FrontierState.FROZEN)
    assert set(rows.values_list("what_sealed", "context_sealed", "validators_sealed")) == {(None, None, None)}
    assert here.frontier.freeze(source, NOW, thread=thread) == 0


@pytest.mark.parametrize("over", [FrontierState.DONE, FrontierState.BLOCKED, FrontierState.FROZEN])
def test_what_is_frozen_while_it_is_asked_for_stays_frozen(
    here: Watched, source: SourceId, over: FrontierState
) -> None:
    """Whatever whoever holds it says of it: he is told that nothing of it may be written."""
    here.add(source, page(1))
    item = claimed(here)
    here.add(source, page(1, again=True))
    here.frontier.freeze(source, NOW, keys=[item.new.key])

    is_kept = here.frontier.finish(item, over, NOW, validators=Validators(etag="x"))

    assert not is_kept
    row = FrontierRow.objects.get()
    assert (row.state, row.what_sealed, row.validators_sealed) == (FrontierState.FROZEN, None, None)
    assert here.frontier.claim("one", NOW + DAY) is None


def test_what_is_seen_again_is_known_longer(here: Watched, source: SourceId) -> None:
    """What is seen no more ends; nothing is written for it twice a day."""
    here.add(source, page(1), page(2))
    here.add(source, page(1), now=NOW + MINUTE)
    assert set(FrontierRow.objects.values_list("expires_at", flat=True)) == {NOW + KEEP}

    here.add(source, page(1), now=NOW + 2 * DAY)

    ends = dict(FrontierRow.objects.values_list("key_index", "expires_at"))
    assert sorted(ends.values()) == [NOW + KEEP, NOW + 2 * DAY + KEEP]


def test_nothing_is_added_to_a_source_that_ended(here: Watched, source: SourceId) -> None:
    """A page that was still being read when somebody ended it."""
    here.sources.end(source, NOW)

    assert here.add(source, page(1)) == 0
    assert here.frontier.counts(source) == {}


def test_a_thing_is_known_under_a_new_key_too(here: Watched, source: SourceId) -> None:
    """While the keys of a workspace are changed, nothing is asked for twice."""
    here.add(source, page(1))
    here.sealer.rotate(b"2")

    assert here.add(source, page(1), page(2), now=NOW + MINUTE) == 1
    assert claimed(here, NOW + MINUTE).new == page(1)


@pytest.mark.parametrize("url", ["https://[broken/x", "/home/planted/x.jpg", "", "https://xn--/\udce9"])
def test_an_address_that_is_none_is_kept_as_it_is(here: Watched, source: SourceId, url: str) -> None:
    """Whoever asks for it says why it cannot be asked for."""
    here.add(source, page(url=url, key=f"key of {url}"))

    assert claimed(here).new.url == url


def test_a_page_behind_a_wall_is_asked_for_again_when_its_source_is_visited(here: Watched, source: SourceId) -> None:
    """With the words that led to it; a picture is not, nor what is over for another reason."""
    here.add(source, page(1, context=("a title",)), page(2), picture(3))
    for over in (FrontierState.BLOCKED, FrontierState.BLOCKED, FrontierState.DONE):
        here.frontier.finish(claimed(here), over, NOW)

    assert here.frontier.reopen(source, NOW) == 1

    assert claimed(here).new.context == ("a title",)
    assert here.frontier.claim("one", NOW) is None
