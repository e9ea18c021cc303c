"""Each thing is asked for once, by one process at a time; what is frozen never is; nothing is lost."""

from __future__ import annotations

import datetime as dt

import pytest

from rempart.model.frontier import FrontierItem, FrontierState
from rempart.model.ids import SourceId
from rempart.model.web import Validators
from rempart.store import Database
from rempart.store.models import FrontierRow
from watched import DAY, NOW, SITE, Watched, page, picture


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
