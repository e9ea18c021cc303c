"""Traces: kept with all that is needed to contest them, until their end or their asset's."""

from __future__ import annotations

import pytest

from registered import MONTH, NOW, Registered
from rempart.errors import NotFoundError
from rempart.model.retention import RetentionTerms, RowClass
from rempart.store import Database, RetentionRepository, TraceRepository
from traced import trace_record


@pytest.fixture
def here(database: Database) -> Registered:
    """Return repositories on a database with a user."""
    return Registered(database)


def test_one_comes_back_as_it_was(here: Registered) -> None:
    """To the last figure."""
    traces = TraceRepository(here.database, here.sealer, keep=MONTH)
    record = trace_record(by=here.user.id)

    traces.add(record)

    assert traces.get(record.id) == record
    assert traces.all() == [record]


@pytest.mark.parametrize("name", ["", "trc_", "trc_" + "0" * 32])
def test_one_that_is_not_there(here: Registered, name: str) -> None:
    """Is named in the error."""
    with pytest.raises(NotFoundError, match="no trace"):
        TraceRepository(here.database, here.sealer, keep=MONTH).get(name)


def test_it_ends(here: Registered) -> None:
    """By the end that is written in it."""
    traces = TraceRepository(here.database, here.sealer, keep=MONTH)
    traces.add(trace_record(by=here.user.id))
    retention = RetentionRepository(here.database, RetentionTerms(jobs=MONTH, tombstones=MONTH, consents=MONTH))

    gone = [retention.enforce(RowClass.TRACE, NOW + span, 10) for span in (MONTH * 0.9, MONTH)]

    assert gone == [0, 1]
    assert traces.all() == []


def test_it_goes_with_its_asset(here: Registered) -> None:
    """When it is withdrawn."""
    traces = TraceRepository(here.database, here.sealer, keep=MONTH)
    registration = here.registration()
    here.assets.add([registration])
    traces.add(trace_record(by=here.user.id, asset=registration.asset.id))

    here.assets.withdraw([registration.asset.id], NOW)

    assert traces.all() == []
