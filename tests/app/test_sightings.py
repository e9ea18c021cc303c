"""Sightings are shown as far as their assets allow, with what a case may read; each opening leaves a trace."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import workspaces
from rempart import clock
from rempart.app.rights import accept_ground, contest_asset
from rempart.app.sightings import list_sightings, show_sighting
from rempart.app.sources import list_sources, show_source
from rempart.app.workspace import Workspace
from rempart.config import Settings
from rempart.errors import NotFoundError, RefusedError
from rempart.model import Match
from rempart.model.asset import Sensitivity
from rempart.model.collected import ReferenceKind
from rempart.model.fingerprint import SignalType
from rempart.model.ids import AssetId, IdKind, LocatorId, SightingId, SuspectId, new_id
from rempart.model.match import Clue, ClueKind
from rempart.model.media import Orientation
from rempart.model.sighting import Excerpt, Locator, NewSighting, SearchHit
from rempart.model.source import Source
from rempart.model.work import AccessPurpose
from sourced import DAY, added, opened_case

Made = tuple[Settings, Workspace]
PAGE, MEDIA = "https://forum.example/threads/1/page-7", "https://forum.example/attachments/a-jpg.4/"


def matched(asset: AssetId) -> Match:
    """Return a match of an asset."""
    clue = Clue(
        kind=ClueKind.WHOLE_FRAME,
        signal_type=SignalType.PDQ,
        distance_bits=8,
        weight=0.9,
        orientation=Orientation.ORIGINAL,
    )
    return Match(
        asset=asset,
        suspect=SuspectId(MEDIA),
        clues=(clue,),
        score=0.9,
        false_match_bound=None,
        region=None,
        width=160,
        height=160,
    )


def seen(workspace: Workspace, source: Source, *assets: AssetId, **values: Any) -> SightingId:
    """Record a sighting."""
    given: dict[str, Any] = {"media_url": MEDIA, "page_url": PAGE, "media_type": "image/jpeg", "post": "77"}
    new = NewSighting(source=source.id, matches=tuple(matched(asset) for asset in assets), **{**given, **values})
    recorded = workspace.sightings.record(new, clock.utc_now())
    assert recorded
    return recorded[0]


@pytest.fixture
def assets(made: Made, tmp_path: Path) -> tuple[AssetId, AssetId]:
    """Register an intimate picture and a premium one."""
    settings, workspace = made
    first, second = workspaces.pictures(tmp_path / "shoot", 2)
    [intimate] = workspaces.register(settings, workspace, [first], sensitivity=Sensitivity.INTIMATE)
    [premium] = workspaces.register(settings, workspace, [second])
    return intimate, premium


def test_what_is_intimate_is_a_number_until_it_was_accepted(made: Made, assets: tuple[AssetId, AssetId]) -> None:
    """In a shared workspace; then it is shown, and who looked is written down."""
    _, workspace = made
    sighting = seen(workspace, added(made), assets[0])

    before = list_sightings(workspace)
    with pytest.raises(RefusedError, match="sealed") as refused:
        show_sighting(workspace, sighting)
    accept_ground(workspace, assets[0], "rachel")
    after = list_sightings(workspace)

    assert (before.lines, before.sealed) == ((), 1)
    assert "forum" not in refused.value.diagnostics()
    assert [each.id for each in after.lines] == [sighting]
    assert show_sighting(workspace, sighting).sighting == after.lines[0]
    traced = [(access.purpose, access.subject) for access in workspace.journal.accesses()]
    assert traced[-1] == (AccessPurpose.SHOW_SIGHTING, sighting)
    assert (AccessPurpose.LIST_SIGHTINGS, workspace.id) in traced


def test_a_number_is_of_no_single_place(made: Made, assets: tuple[AssetId, AssetId]) -> None:
    """Or it would be an address: neither a list of one source, nor the tally of one, tells where it is."""
    _, workspace = made
    there, elsewhere = added(made), added(made, "https://other.example/forums/2/")
    seen(workspace, there, assets[0])
    workspace.sources.count(there.id, sightings=1)

    lists = [list_sightings(workspace, source.id) for source in (there, elsewhere)]
    tallies = {line.source.id: line.source.tally.sightings for line in list_sources(workspace)}
    accept_ground(workspace, assets[0], "rachel")

    assert [(found.lines, found.sealed) for found in lists] == [((), 1)] * 2
    assert tallies == {there.id: 0, elsewhere.id: 0}
    assert show_source(workspace, there.id).line.source.tally.sightings == 1


def test_what_was_seen_in_a_thread_that_was_stopped_since_is_not_shown(
    made: Made, assets: tuple[AssetId, AssetId]
) -> None:
    """Its address is in the outbox of referrals alone."""
    _, workspace = made
    source = added(made)
    thread = workspace.threads.open(source.id, PAGE, clock.utc_now())
    sighting = seen(workspace, source, assets[1], thread=thread.id)
    workspace.threads.freeze(thread.id)

    with pytest.raises(RefusedError, match="minor") as refused:
        show_sighting(workspace, sighting)

    assert "forum" not in refused.value.diagnostics()
    assert list_sightings(workspace).lines == ()


def test_one_sealed_asset_seals_what_resembles_another_too(made: Made, assets: tuple[AssetId, AssetId]) -> None:
    """The same picture may be registered twice, by her and by who looks for her."""
    _, workspace = made
    seen(workspace, added(made), *assets)

    found = list_sightings(workspace)

    assert (found.lines, found.sealed) == ((), 1)


def test_what_was_contested_is_not_even_counted(made: Made, assets: tuple[AssetId, AssetId]) -> None:
    """Somebody shown objects: nothing is shown, whoever accepted what."""
    _, workspace = made
    sighting = seen(workspace, added(made), assets[1])

    contest_asset(workspace, assets[1])

    assert list_sightings(workspace).lines == ()
    assert list_sightings(workspace).sealed == 0
    with pytest.raises(RefusedError, match="nothing is shown"):
        show_sighting(workspace, sighting)


def test_it_is_listed_by_source_and_by_day(made: Made, assets: tuple[AssetId, AssetId]) -> None:
    """The latest first."""
    _, workspace = made
    one, two = added(made), added(made, "https://mirror.example/")
    first, second = seen(workspace, one, assets[1]), seen(workspace, two, assets[1])

    assert [each.id for each in list_sightings(workspace).lines] == [second, first]
    assert [each.id for each in list_sightings(workspace, one.id).lines] == [first]
    assert list_sightings(workspace, since=clock.utc_now() + DAY).lines == ()
    with pytest.raises(NotFoundError):
        list_sightings(workspace, "src_" + "0" * 32)


def test_what_her_case_may_read_is_shown(made: Made, assets: tuple[AssetId, AssetId]) -> None:
    """Redacted words and a pseudonym, under the case's key; of another owner's case nothing."""
    _, workspace = made
    case, other = opened_case(made, "nadia"), opened_case(made, "Zelda Quux")
    excerpts = tuple(Excerpt(case=each.id, text=f"words {n}", pseudonym="p") for n, each in enumerate((case, other)))
    sighting = seen(workspace, added(made), assets[1], excerpts=excerpts)

    assert show_sighting(workspace, sighting).excerpts == excerpts[:1]


def test_where_it_stands_and_what_stands_beside_it(made: Made, assets: tuple[AssetId, AssetId]) -> None:
    """Positions in searches of its page, locators of its page; not those of others."""
    _, workspace = made
    source, now = added(made), clock.utc_now()
    sighting = seen(workspace, source, assets[1])
    hits = [
        SearchHit(source=source.id, provider="brave", locale="fr-FR", at=now, url=url, position=position)
        for url, position in ((PAGE, 3), ("https://other.example/", 1), (MEDIA, None))
    ]
    locators = [
        Locator(
            id=LocatorId(new_id(IdKind.LOCATOR)),
            source=source.id,
            kind=ReferenceKind.INFOHASH,
            value=str(number) * 40,
            page_url=url,
            seen_at=now,
        )
        for number, url in enumerate((PAGE, "https://other.example/"))
    ]
    workspace.sightings.add_hits(hits)
    workspace.sightings.add_locators(locators)

    sheet = show_sighting(workspace, sighting)

    assert {hit.position for hit in sheet.positions} == {3, None}
    assert [each.value for each in sheet.locators] == ["0" * 40]


def test_there_is_none_of_that_name(made: Made) -> None:
    """A hit of a scan is no sighting of a watched place."""
    _, workspace = made

    with pytest.raises(NotFoundError):
        show_sighting(workspace, "sgt_" + "0" * 32)
