"""One run deletes all that is past its end, cleans the files of it, proves it, and says what is left."""

from __future__ import annotations

import datetime as dt
import functools
import sqlite3
from pathlib import Path

import pytest

from filled import Filled
from rempart import clock
from rempart.app.handlers import add_daily_jobs, make_worker
from rempart.app.privacy import retention_of
from rempart.app.retention import enforce_retention, retention_terms
from rempart.config import RetentionSettings
from rempart.model.retention import RowClass
from rempart.model.work import AccessPurpose, EventKind, JobState
from rempart.store import Database, DatabaseLocation, Journal, RetentionRepository, erase_traces, upgrade
from rempart.store.models import AccessRow, AssetRow, ConsentRow, GroundRow, ScanRow, ScanSkipRow, SightingRow
from workspaces import make

THEN = dt.datetime(2020, 3, 1, 12, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
TERMS = retention_terms(RetentionSettings())


def make_full(database: Database) -> None:
    """Leave rows of every kind that ends, all of one day."""
    filled = Filled(database, THEN)
    gone = filled.add_asset(THEN, ground=filled.state_right(THEN))
    filled.scan(filled.add_asset(THEN), THEN, asides=700)
    filled.allow(THEN, gone)
    filled.withdraw(gone, THEN)
    Journal(database, access_days=183).opened(AccessPurpose.SHOW_HITS, gone, actor=filled.user.id, now=THEN)


def planted(asset: str) -> list[bytes]:
    """Return every sealed value and identifier that a run five years later must remove."""
    sealed = [bytes(v) for v in ScanRow.objects.values_list("work_sealed", flat=True)]
    sealed += [bytes(v) for v in ScanRow.objects.values_list("place_sealed", flat=True) if v]
    sealed += [bytes(v) for v in ScanSkipRow.objects.values_list("skipped_sealed", flat=True)]
    sealed += [bytes(v) for v in SightingRow.objects.values_list("place_sealed", flat=True)]
    rows = (ScanRow, SightingRow, ConsentRow, AccessRow)
    names = [name for row in rows for name in row._default_manager.values_list("id", flat=True)]
    return sealed + [name.encode() for name in (*names, asset)]


def raw(path: str) -> bytes:
    """Return the bytes of every file of a database."""
    return b"".join(p.read_bytes() for p in sorted(Path(path).parent.glob(Path(path).name + "*")))


def test_a_run_deletes_everything_that_ended(database: Database) -> None:
    """Kind by kind in batches, also where rows refer to each other; twice finds nothing more."""
    make_full(database)
    repository, journal = RetentionRepository(database, TERMS), Journal(database, access_days=183)

    report = enforce_retention(database, repository, journal, THEN + 1900 * DAY, workspace="wsp_1", batch=1)

    assert {c: n for c, n in report.deleted.items() if n} == {
        RowClass.SIGHTING: 1,
        RowClass.SCAN: 1,
        RowClass.ACCESS: 1,
        RowClass.CONSENT: 1,
        RowClass.TOMBSTONE: 1,
        RowClass.GROUND: 1,
    }
    assert report.past_end == 0
    assert report.files_cleaned
    assert (AssetRow.objects.count(), GroundRow.objects.count()) == (1, 1)
    again = enforce_retention(database, repository, journal, THEN + 1900 * DAY, workspace="wsp_1")
    assert sum(again.deleted.values()) == 0
    run = repository.last_run()
    assert run is not None
    assert (run.at, run.files_cleaned) == (THEN + 1900 * DAY, True)


def test_nothing_of_what_ended_is_left_in_the_raw_files(tmp_path: Path) -> None:
    """Before: all of it is there, so the search can find. After: none, neither in the file nor in its log."""
    path = tmp_path / "w.db"
    path.touch(mode=0o600)
    database = Database(DatabaseLocation.parse(str(path)))
    upgrade(database)
    make_full(database)
    gone = planted(AssetRow.objects.get(state="withdrawn").id)
    assert len(gone) > 700
    assert [value for value in gone if value not in raw(str(path))] == []

    enforce_retention(
        database,
        RetentionRepository(database, TERMS),
        Journal(database, access_days=183),
        THEN + 1900 * DAY,
        workspace="wsp_1",
    )

    left = raw(str(path))
    assert [value for value in gone if value in left] == []
    assert AssetRow.objects.get().id.encode() in left
    database.close()


def test_a_reader_keeps_traces_and_the_run_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The rows are gone, the note says that the files are not clean yet, and the next run cleans them."""
    monkeypatch.setattr("rempart.store.location.SQLITE_PATIENCE_S", 0)
    monkeypatch.setattr("rempart.app.retention.erase_traces", functools.partial(erase_traces, patience_s=0.5))
    path = tmp_path / "w.db"
    path.touch(mode=0o600)
    database = Database(DatabaseLocation.parse(str(path)))
    upgrade(database)
    make_full(database)
    repository, journal = RetentionRepository(database, TERMS), Journal(database, access_days=183)
    reader = sqlite3.connect(path, isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM scan").fetchone()

    report = enforce_retention(database, repository, journal, THEN + 1900 * DAY, workspace="wsp_1")

    assert report.deleted[RowClass.SCAN] == 1
    assert not report.files_cleaned
    assert "another command reads the database" in report.traces
    run = repository.last_run()
    assert run is not None
    assert not run.files_cleaned
    reader.close()
    assert erase_traces(database) == ""
    assert enforce_retention(database, repository, journal, THEN + 1900 * DAY, workspace="wsp_1").files_cleaned
    database.close()


def test_the_daily_job_does_it(tmp_path: Path) -> None:
    """Once a day, by any worker, with the terms that are set; each end is what the settings say."""
    settings, workspace = make(tmp_path / "w")
    with workspace:
        workspace.journal.opened(AccessPurpose.SCAN, "scn_1", actor=workspace.me.id, now=THEN)
        add_daily_jobs(workspace)
        add_daily_jobs(workspace)

        tally = make_worker(workspace, settings).run(until_idle=True)

        assert (tally.done, tally.failed) == (1, 0)
        assert AccessRow.objects.count() == 0
        run = retention_of(workspace, settings).last_run()
        assert run is not None
        assert (run.deleted[RowClass.ACCESS], run.files_cleaned) == (1, True)
        assert workspace.jobs.counts() == {JobState.DONE: 1, JobState.QUEUED: 1}
        [tomorrow] = workspace.jobs.all(JobState.QUEUED)
        assert tomorrow.due_at - clock.utc_now() > dt.timedelta(hours=23)
        assert settings.retention.access_days == 183


def test_a_run_that_deletes_nothing_rewrites_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Cleaning costs a copy of the database: not every day for nothing, but again after one that failed."""
    cleaned: list[Database] = []

    def note(database: Database) -> str:
        cleaned.append(database)
        return ""

    monkeypatch.setattr("rempart.app.retention.erase_traces", note)
    path = tmp_path / "w.db"
    path.touch(mode=0o600)
    database = Database(DatabaseLocation.parse(str(path)))
    upgrade(database)
    repository, journal = RetentionRepository(database, TERMS), Journal(database, access_days=183)

    enforce_retention(database, repository, journal, THEN, workspace="wsp_1")
    assert cleaned == []
    journal.note(EventKind.RETENTION_ENFORCED, "wsp_1", actor="system", now=THEN + DAY, detail={"files_cleaned": 0})
    enforce_retention(database, repository, journal, THEN + 2 * DAY, workspace="wsp_1")
    assert cleaned == [database]
    database.close()
