"""Traces: kept with all that is needed to contest them, until their end or their asset's."""

from __future__ import annotations

import pytest

from registered import MONTH, NOW, Registered
from rempart.errors import NotFoundError
from rempart.model.ids import AssetId
from rempart.model.recipient import TracedLeak
from rempart.model.retention import RetentionTerms, RowClass
from rempart.store import Database, RetentionRepository, TraceRepository
from rempart.store.models import TracedLeakRow
from traced import trace_record, traced_leak


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


def test_several_leaks_come_back_in_their_order(here: Registered) -> None:
    """Those that resemble nothing too; each digest is sealed for its place."""
    traces = TraceRepository(here.database, here.sealer, keep=MONTH)
    leaks = (traced_leak("01" * 32), traced_leak("03" * 32, quality=0.0), traced_leak("02" * 32))
    record = trace_record(by=here.user.id, leaks=leaks)

    traces.add(record)

    assert traces.get(record.id) == record
    assert [leak.sha256 for leak in traces.get(record.id).leaks] == ["01" * 32, "03" * 32, "02" * 32]


@pytest.mark.parametrize("name", ["", "trc_", "trc_" + "0" * 32])
def test_one_that_is_not_there(here: Registered, name: str) -> None:
    """Is named in the error."""
    with pytest.raises(NotFoundError, match="no trace"):
        TraceRepository(here.database, here.sealer, keep=MONTH).get(name)


def test_it_ends(here: Registered) -> None:
    """By the end that is written in it."""
    traces = TraceRepository(here.database, here.sealer, keep=MONTH)
    traces.add(trace_record(by=here.user.id, leaks=(traced_leak(), traced_leak("01" * 32))))
    retention = RetentionRepository(here.database, RetentionTerms(jobs=MONTH, tombstones=MONTH, consents=MONTH))

    gone = [retention.enforce(RowClass.TRACE, NOW + span, 10) for span in (MONTH * 0.9, MONTH)]

    assert gone == [0, 1]
    assert traces.all() == []
    assert not TracedLeakRow.objects.exists()


def leaks_of(asset: AssetId, *, is_first: bool) -> tuple[TracedLeak, ...]:
    """Return leaks of which the first or the last is of an asset."""
    hers, other = traced_leak("01" * 32, asset), traced_leak("02" * 32, None, 0.0)
    return (hers, other) if is_first else (other, hers)


@pytest.mark.parametrize("is_first", [True, False])
def test_it_goes_with_any_of_its_assets(here: Registered, is_first: bool) -> None:  # noqa: FBT001 - a parameter
    """What it says rests on all of them: when one is withdrawn, nothing is left, of the other leaks neither."""
    traces = TraceRepository(here.database, here.sealer, keep=MONTH)
    registration = here.registration()
    here.assets.add([registration])
    traces.add(trace_record(by=here.user.id, leaks=leaks_of(registration.asset.id, is_first=is_first)))

    here.assets.withdraw([registration.asset.id], NOW)

    assert traces.all() == []
    assert not TracedLeakRow.objects.exists()
