"""Exactly what is past its end goes of what a watch keeps; what was stopped stays stopped."""

from __future__ import annotations

import datetime as dt

import pytest

from registered import Registered
from rempart.model.alert import AlertDoor, AlertPriority
from rempart.model.frontier import FrontierState
from rempart.model.referral import FlagSource, Hotline, NewReferral
from rempart.model.retention import RetentionTerms, RowClass
from rempart.model.sighting import Excerpt
from rempart.store import Database, RetentionRepository
from rempart.store.leads import UNMATCHED
from rempart.store.models import AlertDoorRow, AlertRow, ExcerptRow, FrontierRow, SightingRow
from watched import DAY, KEEP, KEEP_ENDED, KEEP_SEEN, NOW, SITE, Watched, case_of, hit, locator, page, plan, sighting

TERMS = RetentionTerms(jobs=30 * DAY, tombstones=365 * DAY, consents=1826 * DAY)
SECOND = dt.timedelta(seconds=1)


@pytest.fixture
def owners(database: Database) -> Registered:
    """Return a database with a user and an owner."""
    return Registered(database)


@pytest.fixture
def here(owners: Registered) -> Watched:
    """Return the repositories of a watch."""
    return Watched(owners.database, owners.user, owners.sealer)


@pytest.fixture
def retention(database: Database) -> RetentionRepository:
    """Return what is tested."""
    return RetentionRepository(database, TERMS)


def enforce(retention: RetentionRepository, now: dt.datetime) -> dict[RowClass, int]:
    """Delete everything that is past its end, in their order; return what went."""
    return {kind: count for kind in RowClass if (count := retention.enforce(kind, now, 100))}


def test_a_sighting_goes_with_all_that_belongs_to_it(
    here: Watched, owners: Registered, retention: RetentionRepository
) -> None:
    """Its excerpt and its alert; seen again it stays longer."""
    source, matches = here.source().id, owners.found(0, owners.add(1)).matches
    excerpt = Excerpt(case=case_of(owners), text="x")
    for number in (1, 2):
        told = here.sightings.record(sighting(source, matches, number, excerpts=(excerpt,)), NOW)
        assert told is not None
        here.alerts.raise_(told[0], AlertPriority.HIGH, [AlertDoor.MAIL], NOW)
    here.sightings.record(sighting(source, matches, 2), NOW + DAY)

    assert enforce(retention, NOW + KEEP_SEEN - SECOND) == {}
    assert enforce(retention, NOW + KEEP_SEEN) == {RowClass.SIGHTING: 1}

    rows = (SightingRow, ExcerptRow, AlertRow, AlertDoorRow)
    assert [row._default_manager.count() for row in rows] == [1, 1, 1, 1]


def test_what_leads_to_nothing_goes_after_three_days(here: Watched, retention: RetentionRepository) -> None:
    """And nothing else does."""
    source = here.source().id
    here.sightings.add_hits([hit(source)])
    here.sightings.add_locators([locator(source)])

    assert enforce(retention, NOW + UNMATCHED - SECOND) == {}
    assert enforce(retention, NOW + UNMATCHED) == {RowClass.SEARCH_HIT: 1, RowClass.LOCATOR: 1}


def test_what_is_seen_no_more_goes(here: Watched, retention: RetentionRepository) -> None:
    """A thread that something still refers to goes too; the rest lets go of it."""
    source = here.source().id
    thread = here.threads.open(source, f"{SITE}/t", NOW).id
    here.add(source, page(1))
    here.add(source, page(2, thread=thread), now=NOW + 2 * DAY)
    FrontierRow.objects.filter(thread=thread).update(expires_at=NOW + 2 * KEEP)

    assert enforce(retention, NOW + KEEP - SECOND) == {}
    assert enforce(retention, NOW + KEEP) == {RowClass.FRONTIER: 1, RowClass.THREAD: 1}

    assert FrontierRow.objects.get().thread is None


def test_what_was_stopped_stays_stopped_as_long_as_its_source_is_watched(
    here: Watched, retention: RetentionRepository
) -> None:
    """However long ago it was seen."""
    source = here.source(until=NOW + 9 * KEEP).id
    thread = here.threads.open(source, f"{SITE}/t", NOW).id
    here.add(source, page(1, thread=thread), page(2))
    here.frontier.freeze(source, NOW, thread=thread)
    here.threads.freeze(thread)

    assert enforce(retention, NOW + 3 * KEEP) == {RowClass.FRONTIER: 1}
    assert here.frontier.counts(source) == {FrontierState.FROZEN: 1}

    here.sources.end(source, NOW + 3 * KEEP)
    assert enforce(retention, NOW + 3 * KEEP) == {RowClass.FRONTIER: 1, RowClass.THREAD: 1}


def test_a_source_goes_years_after_its_end_and_a_plan_with_it(
    here: Watched, owners: Registered, retention: RetentionRepository
) -> None:
    """Not while something that was found through it is kept; a referral outlives it."""
    new = plan(here.user.id)
    here.plans.add(new, NOW)
    source = here.source(plan=new.id).id
    referral = here.referrals.add(NewReferral(url="x", flag=FlagSource.TITLE, rule="r", source=source), NOW)
    here.sightings.record(sighting(source, owners.found(0, owners.add(1)).matches), NOW)
    SightingRow.objects.update(expires_at=NOW + KEEP_ENDED + 2 * DAY)
    here.sources.end(source, NOW)

    assert enforce(retention, NOW + KEEP_ENDED - SECOND) == {}
    assert enforce(retention, NOW + KEEP_ENDED + DAY) == {}
    done = enforce(retention, NOW + KEEP_ENDED + 2 * DAY)

    assert done == {RowClass.SIGHTING: 1, RowClass.SOURCE: 1, RowClass.PLAN: 1}
    assert here.referrals.get(referral.id).source is None


def test_a_referral_waits_for_its_receipt_for_ever(here: Watched, retention: RetentionRepository) -> None:
    """Then it is a proof, for as long as an event is."""
    new = NewReferral(url="x", flag=FlagSource.REPORTER, rule="r")
    referral = here.referrals.add(new, NOW).id
    assert enforce(retention, NOW + 100 * KEEP_ENDED) == {}

    here.referrals.handed(referral, Hotline.POINT_DE_CONTACT, "x", NOW)

    assert enforce(retention, NOW + KEEP_ENDED - SECOND) == {}
    assert enforce(retention, NOW + KEEP_ENDED) == {RowClass.REFERRAL: 1}


def test_what_is_frozen_has_no_end(here: Watched, retention: RetentionRepository) -> None:
    """Nothing deletes it."""
    here.referrals.freeze([("url", bytes(32))], NOW)
    here.referrals.freeze_signature(b"x", NOW)

    assert enforce(retention, NOW + 100 * KEEP_ENDED) == {}
    assert here.referrals.is_frozen([bytes(32)])
    assert here.referrals.frozen_signatures() == [b"x"]
