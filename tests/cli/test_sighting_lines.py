"""What is printed of a sighting: places, matches, positions, locators, words; safe for a terminal."""

from __future__ import annotations

import datetime as dt
import json

import pytest

from rempart.app.sightings import SightingSheet
from rempart.cli.sighting_lines import put_sheet
from rempart.model import Match
from rempart.model.collected import ReferenceKind
from rempart.model.fingerprint import SignalType
from rempart.model.ids import AssetId, CaseId, LocatorId, SightingId, SourceId, SuspectId
from rempart.model.match import Clue, ClueKind
from rempart.model.sighting import Excerpt, Locator, NewSighting, SearchHit, Sighting

AT = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)
PAGE = "https://forum.example/threads/1/"


def sheet() -> SightingSheet:
    """Return a sighting with everything."""
    clue = Clue(kind=ClueKind.WHOLE_FRAME, signal_type=SignalType.PDQ, distance_bits=8, weight=0.9)
    match = Match(
        asset=AssetId("ast_1"),
        suspect=SuspectId("x"),
        clues=(clue,),
        score=0.9,
        false_match_bound=None,
        region=None,
        width=10,
        height=10,
    )
    seen = NewSighting(
        source=SourceId("src_1"),
        media_url=f"{PAGE}a.jpg",
        page_url=PAGE,
        posted_at=AT,
        matches=(match,),
        media_type="image/jpeg",
    )
    source = seen.source
    return SightingSheet(
        sighting=Sighting(id=SightingId("sgt_1"), seen=seen, seen_at=AT, seen_again_at=AT, gone_at=AT, status=410),
        excerpts=(Excerpt(case=CaseId("cas_1"), text="look \x1b[2Jhere", pseudonym="kato"),),
        positions=(
            SearchHit(source=source, provider="brave", locale="fr-FR", at=AT, url=PAGE, position=3),
            SearchHit(source=source, provider="brave", locale="fr-FR", at=AT, url=PAGE, position=None),
        ),
        locators=(
            Locator(
                id=LocatorId("loc_1"),
                source=source,
                kind=ReferenceKind.INFOHASH,
                value="0" * 40,
                page_url=PAGE,
                seen_at=AT,
            ),
        ),
    )


def test_lines_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    """Unknown is said; what a stranger wrote does not act on the terminal."""
    put_sheet(sheet(), as_json=False)

    out = capsys.readouterr().out
    assert f"sgt_1  2026-03-01 12:00  {PAGE}  gone 2026-03-01 12:00 (410)" in out
    assert "ast_1 0.90" in out
    assert "position 3" in out
    assert "position unknown" in out
    assert f"infohash   {'0' * 40}" in out
    assert "look \\x1b[2Jhere  by kato  (in cas_1)" in out


def test_one_record(capsys: pytest.CaptureFixture[str]) -> None:
    """The same as JSON: an unknown position is null, of a match no picture and no score of a person."""
    put_sheet(sheet(), as_json=True)

    record = json.loads(capsys.readouterr().out)
    assert record["v"] == 1
    assert [hit["position"] for hit in record["positions"]] == [3, None]
    assert record["matches"] == [{"asset": "ast_1", "score": 0.9, "false_match_bound": None}]
    assert record["excerpts"] == [{"case": "cas_1", "text": "look \x1b[2Jhere", "pseudonym": "kato"}]
    assert not any("author" in name for name in record)
