"""What matches is kept once per place, with excerpts that only its case reads; what is withdrawn leaves nothing."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Sequence

import pytest

from registered import Registered
from rempart.errors import IntegrityError, NotFoundError
from rempart.model.alert import AlertDoor, AlertPriority
from rempart.model.ids import AssetId, CaseId, SightingId, SourceId
from rempart.model.match import Match
from rempart.model.sighting import Excerpt
from rempart.store import Database
from rempart.store.leads import UNMATCHED
from rempart.store.models import (
    AlertDoorRow,
    AlertRow,
    ExcerptRow,
    LocatorRow,
    MatchRow,
    SearchHitRow,
    SightingRow,
)
from watched import DAY, KEEP_SEEN, NOW, SITE, Watched, case_of, hit, locator, sighting

HOUR = dt.timedelta(hours=1)


@pytest.fixture
def owners(database: Database) -> Registered:
    """Return a database with a user and an owner."""
    return Registered(database)


@pytest.fixture
def here(owners: Registered) -> Watched:
    """Return the repositories of a watch."""
    return Watched(owners.database, owners.user, owners.sealer)


@pytest.fixture
def source(here: Watched) -> SourceId:
    """Return a source that is watched."""
    return here.source().id


@pytest.fixture
def assets(owners: Registered) -> list[AssetId]:
    """Return three pictures."""
    return owners.add(3)


def matches(owners: Registered, assets: Sequence[AssetId]) -> tuple[Match, ...]:
    """Return matches of some pictures, whose owner allows it."""
    return owners.found(0, assets).matches


def record(
    here: Watched,
    owners: Registered,
    source: SourceId,
    assets: Sequence[AssetId],
    number: int = 1,
    now: dt.datetime = NOW,
) -> SightingId:
    """Record something seen."""
    told = here.sightings.record(sighting(source, matches(owners, assets), number), now)
    assert told is not None
    return told[0]


def test_a_sighting_comes_back_as_it_was(
    here: Watched, owners: Registered, source: SourceId, assets: list[AssetId]
) -> None:
    """With its page, its post and its matches; the place of a match is the address of the media."""
    thread = here.threads.open(source, f"{SITE}/t", NOW).id
    new = sighting(source, matches(owners, assets[:2]), thread=thread, posted_at=NOW - DAY)

    told = here.sightings.record(new, NOW)

    assert told is not None
    found = here.sightings.get(told[0])
    assert told[1] is True
    assert (found.seen.page_url, found.seen.post, found.seen.thread) == (new.page_url, new.post, thread)
    assert (found.seen.media_url, found.seen.media_type, found.seen.posted_at) == (
        *(new.media_url, "image/jpeg", NOW - DAY),
    )
    assert {m.asset for m in found.seen.matches} == set(assets[:2])
    assert {m.suspect for m in found.seen.matches} == {new.media_url}
    assert (found.seen_at, found.seen_again_at, found.gone_at, found.status) == (NOW, NOW, None, 0)


def test_the_same_place_is_seen_again(
    here: Watched, owners: Registered, source: SourceId, assets: list[AssetId]
) -> None:
    """One sighting, kept longer, with what matches in addition; in another source it is another one."""
    first = record(here, owners, source, assets[:1])
    assert here.sightings.gone(sighting(source, ()).media_url, 410, NOW + HOUR) == 1

    told = here.sightings.record(sighting(source, matches(owners, assets[:2])), NOW + DAY)
    other = record(here, owners, here.source("other").id, assets[:1])

    assert told == (first, False)
    assert other != first
    found = here.sightings.get(first)
    assert (found.seen_at, found.seen_again_at, found.gone_at) == (NOW, NOW + DAY, None)
    assert len(found.seen.matches) == 2
    assert SightingRow.objects.get(id=first).expires_at == NOW + DAY + KEEP_SEEN


@pytest.mark.parametrize("how", ["withdrawn", "no consent"])
def test_what_may_not_be_looked_for_any_more_is_left_out(
    here: Watched, owners: Registered, source: SourceId, assets: list[AssetId], how: str
) -> None:
    """Found while the page was read; with nothing left there is no sighting."""
    found = matches(owners, assets)
    if how == "withdrawn":
        owners.assets.withdraw(assets[:2], NOW)
    else:
        other = owners.add(1, owners.add_owner("lea"))
        found = (found[2], *(dataclasses.replace(found[0], asset=asset) for asset in other))

    told = here.sightings.record(sighting(source, found), NOW)
    nothing = here.sightings.record(sighting(source, found[1:2], 2), NOW)

    assert told is not None
    assert [m.asset for m in here.sightings.get(told[0]).seen.matches] == [assets[2]]
    assert nothing is None
    assert SightingRow.objects.count() == 1


def test_a_withdrawal_leaves_neither_excerpt_nor_alert(
    here: Watched, owners: Registered, source: SourceId, assets: list[AssetId]
) -> None:
    """Of what resembled nothing else; the other sighting stays."""
    excerpt = Excerpt(case=case_of(owners), text="x", pseudonym="p")
    gone = here.sightings.record(sighting(source, matches(owners, assets[:1]), excerpts=(excerpt,)), NOW)
    kept = record(here, owners, source, assets[:2], 2)
    assert gone is not None
    for one in (gone[0], kept):
        here.alerts.raise_(one, AlertPriority.URGENT, list(AlertDoor), NOW)

    owners.assets.withdraw(assets[:1], NOW)

    assert [one.id for one in here.sightings.all()] == [kept]
    assert (ExcerptRow.objects.count(), AlertRow.objects.count(), AlertDoorRow.objects.count()) == (0, 1, 3)
    assert MatchRow.objects.count() == 1


def test_a_case_reads_its_own_excerpts_only(
    here: Watched, owners: Registered, source: SourceId, assets: list[AssetId]
) -> None:
    """The first one counts; when the key of the case is destroyed, nobody does."""
    one, two = case_of(owners, 1), case_of(owners, 2)
    texts = (Excerpt(case=one, text="of one", pseudonym="p1"), Excerpt(case=two, text="of two", pseudonym=""))
    found = matches(owners, assets)
    told = here.sightings.record(sighting(source, found, excerpts=texts), NOW)
    here.sightings.record(sighting(source, found, excerpts=(Excerpt(case=one, text="later"),)), NOW + DAY)
    assert told is not None

    assert here.sightings.excerpts(one) == {told[0]: texts[0]}
    assert here.sightings.excerpt(told[0], two) == texts[1]
    assert here.sightings.excerpt(told[0], CaseId("cas_" + "9" * 32)) is None
    assert here.sightings.get(told[0]).seen.excerpts == ()
    here.item_sealer.destroyed.add(one)
    with pytest.raises(IntegrityError):
        here.sightings.excerpts(one)
    assert here.sightings.excerpts(two) == {told[0]: texts[1]}


def test_media_that_are_gone_are_noted_once(
    here: Watched, owners: Registered, source: SourceId, assets: list[AssetId]
) -> None:
    """Wherever they were seen; the first instant counts."""
    first = record(here, owners, source, assets)
    second = record(here, owners, here.source("other").id, assets)
    url = here.sightings.get(first).seen.media_url

    assert here.sightings.gone(url, 404, NOW + DAY) == 2
    assert here.sightings.gone(url, 410, NOW + 2 * DAY) == 0
    assert here.sightings.gone("https://unknown.example/", 404, NOW) == 0

    for one in (first, second):
        found = here.sightings.get(one)
        assert (found.gone_at, found.status) == (NOW + DAY, 404)


def test_sightings_are_listed_the_latest_first(
    here: Watched, owners: Registered, source: SourceId, assets: list[AssetId]
) -> None:
    """Of one source, since an instant; hits of scans are not among them."""
    ids = [record(here, owners, source, assets[:1], n, NOW + n * HOUR) for n in range(4)]
    other = record(here, owners, here.source("other").id, assets[:1])
    scan = owners.findings.begin("pile", by=owners.user.id, now=NOW, keep=DAY).id
    findings = [owners.found(0, assets[:1])]
    owners.findings.record(scan, findings=findings, asides=[], place=(), tally={"items": 1}, now=NOW, keep=DAY)
    [scanned] = set(SightingRow.objects.values_list("id", flat=True)) - {*ids, other}

    assert [one.id for one in here.sightings.all(source=source)] == ids[::-1]
    assert [one.id for one in here.sightings.all(2)] == ids[:1:-1]
    assert [one.id for one in here.sightings.all(since=NOW + 3 * HOUR)] == ids[3:]
    assert {one.id for one in here.sightings.all()} == {*ids, other}
    with pytest.raises(NotFoundError, match="watched place"):
        here.sightings.get(scanned)
    assert owners.findings.count_hits(assets[0]) == 5


def test_what_leads_to_nothing_ends_after_three_days(
    here: Watched, owners: Registered, source: SourceId, assets: list[AssetId]
) -> None:
    """And is kept as long as the match if its page shows one, whichever came first."""
    before, after = sighting(source, matches(owners, assets), 1), sighting(source, matches(owners, assets), 2)
    here.sightings.record(before, NOW)
    here.sightings.add_hits([hit(source), hit(source, before.page_url), hit(source, after.page_url)])
    here.sightings.add_locators(
        [
            locator(source, "a"),
            locator(source, "b", page_url=before.page_url),
            locator(source, "c", page_url=after.page_url),
        ]
    )

    here.sightings.record(after, NOW + HOUR)

    ends = [UNMATCHED, KEEP_SEEN, KEEP_SEEN + HOUR]
    assert sorted(SearchHitRow.objects.values_list("expires_at", flat=True)) == [NOW + end for end in ends]
    assert sorted(LocatorRow.objects.values_list("expires_at", flat=True)) == [NOW + end for end in ends]
    assert dt.timedelta(hours=72) == UNMATCHED


def test_an_unknown_position_is_a_value(here: Watched, source: SourceId) -> None:
    """It comes back as it was; the latest answer first, in its order."""
    old, new = hit(source, "a", position=1), hit(source, "b", position=None, at=NOW + HOUR, locale="")
    second = hit(source, "c", position=2)

    here.sightings.add_hits([second, old, new])

    assert here.sightings.hits(source) == [new, old, second]
    assert here.sightings.hits() == [new, old, second]
    assert here.sightings.hits(here.source("other").id) == []


def test_a_locator_is_kept_once_per_source(here: Watched, source: SourceId) -> None:
    """Seen again it is kept longer."""
    first = locator(source, "magnet:?xt=1")
    other = locator(here.source("other").id, "magnet:?xt=1")

    assert here.sightings.add_locators([first, locator(source, "magnet:?xt=1"), other]) == 2
    assert here.sightings.add_locators([locator(source, "magnet:?xt=1", seen_at=NOW + HOUR)]) == 0

    assert here.sightings.locators(source) == [first]
    assert LocatorRow.objects.get(source=source).expires_at == NOW + HOUR + UNMATCHED
    assert len(here.sightings.locators()) == 2
