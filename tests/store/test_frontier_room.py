"""A site that makes up addresses fills nobody's disk: what is over the measure is not remembered, and said so."""

from __future__ import annotations

import logging

import pytest

from rempart.model.frontier import FrontierState
from rempart.model.ids import SourceId
from rempart.store import Database
from rempart.store.frontier_room import FrontierRoom
from watched import NOW, Watched, page

MOST = 5


@pytest.fixture
def here(database: Database, monkeypatch: pytest.MonkeyPatch) -> Watched:
    """Return a database in which a source has little room."""
    monkeypatch.setattr("rempart.store.frontier.FrontierRoom", lambda: FrontierRoom(MOST))
    return Watched(database)


@pytest.fixture
def source(here: Watched) -> SourceId:
    """Return a source that is watched."""
    return here.source().id


def test_what_is_over_the_measure_is_not_remembered(
    here: Watched, source: SourceId, caplog: pytest.LogCaptureFixture
) -> None:
    """What stands first is; another source has room of its own."""
    other = here.source("other").id

    with caplog.at_level(logging.WARNING):
        first = here.add(source, *(page(number) for number in range(4)))
        more = here.add(source, *(page(number) for number in range(9)))
    elsewhere = here.add(other, page(1))

    assert (first, more, elsewhere) == (4, 1, 1)
    assert here.frontier.counts(source) == {FrontierState.WAITING: MOST}
    assert source in caplog.text


def test_what_is_known_is_asked_for_again_all_the_same(here: Watched, source: SourceId) -> None:
    """Or a source that was full once would stand still."""
    here.add(source, *(page(number) for number in range(9)))
    item = here.frontier.claim("one", NOW)
    assert item is not None
    here.frontier.finish(item, FrontierState.DONE, NOW)

    here.add(source, page(0, again=True))

    assert here.frontier.counts(source) == {FrontierState.WAITING: MOST}
