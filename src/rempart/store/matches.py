"""Matches as rows: writing them, reading them back, and deleting what was seen with everything that belongs to it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict
from typing import Any

from rempart.model.fingerprint import SignalType
from rempart.model.ids import AssetId, IdKind, SuspectId, new_id
from rempart.model.match import Clue, ClueKind, Match
from rempart.model.media import Orientation
from rempart.store.batches import in_batches
from rempart.store.database import Database
from rempart.store.fingerprints import still_allowed
from rempart.store.models import AlertDoorRow, AlertRow, AssetRow, ExcerptRow, MatchRow, SightingRow


def still_looked_for(database: Database, assets: Collection[str]) -> set[str]:
    """Return which of some assets may be matched, and let nobody withdraw them until the transaction ends.

    A withdrawal waits, then deletes what was written too.
    """
    active: set[str] = set()
    for batch in in_batches(sorted(set(assets))):
        rows = AssetRow.objects.select_for_update(no_key=True).filter(id__in=batch).order_by("id")
        active |= still_allowed(database, list(rows.values_list("id", flat=True)))
    return active


def match_row(match: Match, sighting: str) -> MatchRow:
    """Return a match of a sighting as a row."""
    return MatchRow(
        id=new_id(IdKind.MATCH),
        asset_id=match.asset,
        sighting_id=sighting,
        score=match.score,
        false_match_bound=match.false_match_bound,
        region=match.region,
        overlap=match.overlap,
        homography=match.homography,
        clues=[asdict(clue) for clue in match.clues],
    )


def match_of(row: MatchRow, sighting: SightingRow, place: str) -> Match:
    """Read a match back.

    Args:
        row: The match.
        sighting: Where it was seen.
        place: Its address, opened.
    """
    region = tuple(tuple(corner) for corner in row.region) if row.region else None
    return Match(
        asset=AssetId(row.asset_id),
        suspect=SuspectId(place),
        clues=tuple(_clue(c) for c in row.clues),
        score=row.score,
        false_match_bound=row.false_match_bound,
        region=region,  # type: ignore[arg-type]  # four corners, as they were written
        overlap=row.overlap,
        homography=tuple(row.homography) if row.homography else None,
        width=sighting.width,
        height=sighting.height,
    )


def delete_sightings(sightings: Sequence[str]) -> None:
    """Delete what was seen, with its matches, its excerpts and its alerts; part of the caller's transaction."""
    delete_belongings(sightings)
    for batch in in_batches(sightings):
        SightingRow.objects.filter(id__in=batch).delete()


def delete_belongings(sightings: Sequence[str]) -> None:
    """Delete what belongs to what was seen; part of the caller's transaction."""
    for batch in in_batches(sightings):
        AlertDoorRow.objects.filter(alert__sighting_id__in=batch).delete()
        for belonging in (AlertRow, ExcerptRow, MatchRow):
            belonging._default_manager.filter(sighting_id__in=batch).delete()  # noqa: SLF001 - Django's documented way


def _clue(stored: dict[str, Any]) -> Clue:
    """Read a clue back: one of an older version has no inversion, count, share or model."""
    return Clue(
        kind=ClueKind(stored["kind"]),
        signal_type=SignalType(stored["signal_type"]),
        distance_bits=stored["distance_bits"],
        weight=stored["weight"],
        orientation=Orientation(stored["orientation"]),
        frame=stored["frame"],
        is_inverted=stored.get("is_inverted", False),
        count=stored.get("count", 0),
        of=stored.get("of", 0),
        explained=stored.get("explained"),
        model=stored.get("model", ""),
    )
