"""Exactly what is past its end goes, on both databases, whatever refers to it; the journal proves each run."""

from __future__ import annotations

import datetime as dt

import pytest

from filled import Filled
from rempart.config import Settings
from rempart.model.retention import RetentionTerms, RowClass
from rempart.model.work import AccessPurpose, EventKind, JobKind, JobState
from rempart.store import (
    AssetRepository,
    ConsentRepository,
    Database,
    FindingRepository,
    JobRepository,
    Journal,
    RetentionRepository,
)
from rempart.store.models import (
    AccessRow,
    AssetRow,
    ConsentRow,
    EventRow,
    GroundRow,
    JobRow,
    MatchRow,
    OwnerRow,
    ScanRow,
    ScanSkipRow,
    SightingRow,
)

#: Long ago: the triggers of append-only tables judge by the real clock.
THEN = dt.datetime(2020, 3, 1, 12, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
TERMS = RetentionTerms(jobs=30 * DAY, tombstones=365 * DAY, consents=1826 * DAY)


@pytest.fixture
def filled(database: Database) -> Filled:
    """Return a database with one user and one owner."""
    return Filled(database, THEN)


@pytest.fixture
def retention(database: Database) -> RetentionRepository:
    """Return what is tested."""
    return RetentionRepository(database, TERMS)


def enforce_all(retention: RetentionRepository, now: dt.datetime) -> dict[RowClass, int]:
    """Delete everything that is past its end, in their order; return what went."""
    return {c: n for c in RowClass if (n := retention.enforce(c, now, 100))}


def test_a_scan_goes_with_what_it_found_and_nothing_else(filled: Filled, retention: RetentionRepository) -> None:
    """Neither the asset, nor the owner, nor the scan of the next day."""
    asset = filled.add_asset(THEN)
    old, recent = filled.scan(asset, THEN), filled.scan(asset, THEN + DAY)

    assert retention.past_end(THEN + 30 * DAY - dt.timedelta(seconds=1)) == dict.fromkeys(RowClass, 0)
    assert enforce_all(retention, THEN + 30 * DAY) == {RowClass.SCAN: 1, RowClass.SIGHTING: 1}

    assert set(ScanRow.objects.values_list("id", flat=True)) == {recent}
    assert set(ScanSkipRow.objects.values_list("scan_id", flat=True)) == {recent}
    assert SightingRow.objects.filter(scan=old).count() == 0
    assert (MatchRow.objects.count(), AssetRow.objects.count(), OwnerRow.objects.count()) == (1, 1, 1)
    assert enforce_all(retention, THEN + 30 * DAY) == {}


def test_a_scan_ends_no_earlier_than_what_it_found(filled: Filled, retention: RetentionRepository) -> None:
    """Each step carries its end further."""
    scan = filled.scan(filled.add_asset(THEN), THEN)
    findings = FindingRepository(filled.database, filled.sealer)
    findings.record(scan, findings=[], asides=[], place=(9,), tally={"items": 9}, now=THEN + 20 * DAY, keep=30 * DAY)

    assert enforce_all(retention, THEN + 31 * DAY) == {RowClass.SIGHTING: 1}
    assert enforce_all(retention, THEN + 50 * DAY) == {RowClass.SCAN: 1}


def test_a_sighting_outlives_its_scan(filled: Filled, retention: RetentionRepository) -> None:
    """Its own end counts, and its address still opens."""
    asset = filled.add_asset(THEN)
    scan = filled.scan(asset, THEN, days=60)
    ScanRow.objects.filter(id=scan).update(expires_at=THEN + DAY)

    assert enforce_all(retention, THEN + 2 * DAY) == {RowClass.SCAN: 1}

    [hit] = FindingRepository(filled.database, filled.sealer).hits(asset)
    assert hit.match.suspect.startswith("https://")


def test_many_skipped_names_go_in_slices(
    filled: Filled, retention: RetentionRepository, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that no transaction is long, and a run that was cut goes on."""
    monkeypatch.setattr("rempart.store.retention._SLICE", 3)
    filled.scan(filled.add_asset(THEN), THEN, asides=10)
    kept = filled.scan(filled.add_asset(THEN), THEN + DAY, asides=10)

    assert retention.enforce(RowClass.SIGHTING, THEN + 30 * DAY, 100) == 1
    assert retention.enforce(RowClass.SCAN, THEN + 30 * DAY, 100) == 1
    assert ScanSkipRow.objects.filter(scan=kept).count() == ScanSkipRow.objects.count() == 10


def test_no_more_than_the_limit_goes(filled: Filled, retention: RetentionRepository) -> None:
    """In one transaction."""
    asset = filled.add_asset(THEN)
    for _ in range(5):
        filled.scan(asset, THEN)

    assert [retention.enforce(RowClass.SIGHTING, THEN + 31 * DAY, 2) for _ in range(4)] == [2, 2, 1, 0]


def test_traces_and_events_go_by_their_own_end(database: Database, retention: RetentionRepository) -> None:
    """And not one day before, whatever the caller says the time is: the triggers have the last word."""
    now = database.instant()
    journal = Journal(database, access_days=183, events_days=366)
    for at in (now - 400 * DAY, now - 184 * DAY, now - 182 * DAY):
        journal.opened(AccessPurpose.SHOW_ASSET, "ast_1", actor="usr_1", now=at)
        journal.note(EventKind.ASSETS_ADDED, "own_1", actor="usr_1", now=at)

    assert enforce_all(retention, now + 4000 * DAY) == {RowClass.ACCESS: 2, RowClass.EVENT: 1}
    assert (AccessRow.objects.count(), EventRow.objects.count()) == (1, 2)
    assert retention.past_end(now)[RowClass.ACCESS] == 0


def test_a_row_that_just_ended_never_stops_a_run(database: Database, retention: RetentionRepository) -> None:
    """The trigger and the query judge by clocks that differ by less than a second."""
    journal = Journal(database, access_days=1)
    for milliseconds in range(0, 3000, 50):
        at = database.instant() - DAY - dt.timedelta(milliseconds=milliseconds)
        journal.opened(AccessPurpose.SCAN, "ast_1", actor="usr_1", now=at)

    retention.enforce(RowClass.ACCESS, database.instant(), 1000)
    left = AccessRow.objects.count()
    assert 0 < left < 60


def test_finished_jobs_go_waiting_ones_stay(database: Database, retention: RetentionRepository) -> None:
    """However old they are; given up ones go too, the event that says so stays."""
    jobs = JobRepository(database)
    for key in ("done", "dead", "waiting"):
        jobs.add(JobKind.RESEAL, key=key, payload={}, now=THEN)
    JobRow.objects.filter(key="done").update(state=JobState.DONE, finished_at=THEN)
    JobRow.objects.filter(key="dead").update(state=JobState.DEAD, finished_at=THEN + DAY)

    assert enforce_all(retention, THEN + 30 * DAY) == {RowClass.JOB: 1}
    assert enforce_all(retention, THEN + 900 * DAY) == {RowClass.JOB: 1}
    assert JobRow.objects.get().key == "waiting"


def test_a_tombstone_goes_once_its_erasure_is_proved_and_old(filled: Filled, retention: RetentionRepository) -> None:
    """With its own right; not one that is alive, nor one whose erasure is not proved."""
    right = filled.state_right(THEN)
    gone, unproved = filled.add_asset(THEN, ground=right), filled.add_asset(THEN)
    alive = filled.add_asset(THEN)
    filled.withdraw(gone, THEN + DAY)
    AssetRepository(filled.database, filled.sealer).withdraw([unproved], THEN + DAY)

    assert enforce_all(retention, THEN + 365 * DAY) == {}
    assert enforce_all(retention, THEN + 366 * DAY) == {RowClass.TOMBSTONE: 1, RowClass.GROUND: 1}

    assert set(AssetRow.objects.values_list("id", flat=True)) == {unproved, alive}
    assert GroundRow.objects.get().id == filled.owner.ground.id


def test_a_right_that_another_asset_states_stays(filled: Filled, retention: RetentionRepository) -> None:
    """The other one's foreign key protects it."""
    right = filled.state_right(THEN)
    gone, alive = filled.add_asset(THEN, ground=right), filled.add_asset(THEN, ground=right)
    filled.withdraw(gone, THEN)

    assert enforce_all(retention, THEN + 400 * DAY) == {RowClass.TOMBSTONE: 1}
    assert AssetRow.objects.get().id == alive
    assert GroundRow.objects.filter(id=right.id).exists()


def test_a_consent_for_one_asset_is_kept_five_years_after_it(filled: Filled, retention: RetentionRepository) -> None:
    """Proof of consent (article 7(1)); the tombstone waits for it, and both go the same day."""
    asset = filled.add_asset(THEN)
    filled.add_asset(THEN)
    filled.allow(THEN, asset)
    filled.withdraw(asset, THEN + 10 * DAY)

    assert enforce_all(retention, THEN + 1835 * DAY) == {}
    assert enforce_all(retention, THEN + 1836 * DAY) == {RowClass.CONSENT: 1, RowClass.TOMBSTONE: 1}


def test_a_consent_for_all_is_kept_while_anything_is_registered(filled: Filled, retention: RetentionRepository) -> None:
    """And five years from the last asset; of the tombstones, only the last one waits for it: it holds the date."""
    first, last = filled.add_asset(THEN), filled.add_asset(THEN)
    filled.allow(THEN)
    filled.withdraw(first, THEN + 100 * DAY)

    assert enforce_all(retention, THEN + 5000 * DAY) == {RowClass.TOMBSTONE: 1}
    filled.withdraw(last, THEN + 5000 * DAY)
    assert enforce_all(retention, THEN + 6825 * DAY) == {}
    assert enforce_all(retention, THEN + 6826 * DAY) == {RowClass.CONSENT: 1, RowClass.TOMBSTONE: 1}


def test_a_consent_that_was_taken_back_stays_with_the_asset(filled: Filled, retention: RetentionRepository) -> None:
    """It proves what was allowed until then; and it ends later if it was taken back later."""
    asset = filled.add_asset(THEN)
    filled.allow(THEN, asset)
    consents = ConsentRepository(filled.database)
    consents.revoke(
        consents.of(filled.owner.id)[0].scope, owner=filled.owner.id, asset=asset, by=filled.user.id, now=THEN + DAY
    )

    assert enforce_all(retention, THEN + 5000 * DAY) == {}
    filled.withdraw(asset, THEN)
    assert enforce_all(retention, THEN + 1826 * DAY) == {}
    assert enforce_all(retention, THEN + 1827 * DAY) == {RowClass.CONSENT: 1, RowClass.TOMBSTONE: 1}


def test_one_owners_end_is_not_anothers(filled: Filled, retention: RetentionRepository) -> None:
    """What a second owner has keeps nothing of the first, and the other way round; owners themselves stay."""
    other = filled.add_owner("sonia", THEN)
    hers, others = filled.add_asset(THEN), filled.add_asset(THEN, owner=other)
    filled.allow(THEN)
    kept = filled.allow(THEN, owner=other)
    filled.withdraw(hers, THEN)

    assert enforce_all(retention, THEN + 1826 * DAY) == {RowClass.CONSENT: 1, RowClass.TOMBSTONE: 1}
    assert ConsentRow.objects.get().id == kept
    assert AssetRow.objects.get().id == others
    assert OwnerRow.objects.count() == 2


def test_state_says_what_is_kept_and_since_when(filled: Filled, retention: RetentionRepository) -> None:
    """For each kind, also where there is nothing."""
    filled.scan(filled.add_asset(THEN), THEN)
    filled.scan(filled.add_asset(THEN), THEN + 40 * DAY)

    states = {s.row_class: s for s in retention.state(THEN + 41 * DAY)}

    assert set(states) == set(RowClass)
    scans = states[RowClass.SCAN]
    assert (scans.kept, scans.past_end, scans.oldest) == (2, 1, THEN)
    assert states[RowClass.JOB].oldest is None


def test_the_last_run_is_proved_by_the_journal(database: Database, retention: RetentionRepository) -> None:
    """When, who and how many; the latest of several."""
    journal = Journal(database, access_days=183)
    assert retention.last_run() is None
    for day, count in ((0, 1), (1, 7)):
        detail = {"scan": count, "files_cleaned": 1}
        journal.note(EventKind.RETENTION_ENFORCED, "wsp_1", actor="system", now=THEN + day * DAY, detail=detail)

    run = retention.last_run()

    assert run is not None
    assert (run.at, run.actor, run.files_cleaned) == (THEN + DAY, "system", True)
    assert run.deleted[RowClass.SCAN] == 7
    assert sum(run.deleted.values()) == 7


def test_an_event_has_the_end_that_the_settings_say(database: Database) -> None:
    """The journal's default is the setting's."""
    Journal(database, access_days=183).note(EventKind.USER_ADDED, "usr_1", actor="system", now=THEN)

    assert EventRow.objects.get().expires_at == THEN + Settings().retention.events_days * DAY
