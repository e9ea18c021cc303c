"""What ``rempart sighting`` prints."""

from __future__ import annotations

from rempart.app.sightings import SightingSheet
from rempart.cli.printing import put, put_json, safe
from rempart.model.sighting import Sighting


def sighting_record(sighting: Sighting) -> dict[str, object]:
    """Return the record of one sighting."""
    seen = sighting.seen
    return {
        "v": 1,
        "sighting": sighting.id,
        "source": seen.source,
        "page": seen.page_url,
        "media": seen.media_url,
        "media_type": seen.media_type,
        "seen_at": sighting.seen_at.isoformat(),
        "seen_again_at": sighting.seen_again_at.isoformat(),
        "posted_at": seen.posted_at.isoformat() if seen.posted_at else None,
        "gone_at": sighting.gone_at.isoformat() if sighting.gone_at else None,
        "status": sighting.status or None,
        "matches": [
            {"asset": match.asset, "score": match.score, "false_match_bound": match.false_match_bound}
            for match in seen.matches
        ],
    }


def put_sighting(sighting: Sighting, *, as_json: bool) -> None:
    """Print one sighting."""
    if as_json:
        put_json(sighting_record(sighting))
        return
    seen = sighting.seen
    gone = f"  gone {sighting.gone_at:%Y-%m-%d %H:%M} ({sighting.status})" if sighting.gone_at else ""
    put(safe(f"{sighting.id}  {sighting.seen_at:%Y-%m-%d %H:%M}  {seen.page_url}{gone}"))
    put(safe(f"    {'  '.join(f'{match.asset} {match.score:.2f}' for match in seen.matches)}  by {seen.source}"))


def put_sheet(sheet: SightingSheet, *, as_json: bool) -> None:
    """Print one sighting with what is known of its page."""
    sighting = sheet.sighting
    if as_json:
        put_json({**sighting_record(sighting), **_more(sheet)})
        return
    put_sighting(sighting, as_json=False)
    put(safe(f"{'media':11}{sighting.seen.media_url}  {sighting.seen.media_type}"))
    put(f"{'seen again':11}{sighting.seen_again_at:%Y-%m-%d %H:%M} UTC")
    if sighting.seen.posted_at:
        put(f"{'posted':11}{sighting.seen.posted_at:%Y-%m-%d %H:%M} UTC")
    for hit in sheet.positions:
        where = f"position {hit.position}" if hit.position else "position unknown"
        put(safe(f"{'search':11}{hit.provider} {hit.locale} {hit.at:%Y-%m-%d %H:%M}: {where}"))
    for one in sheet.locators:
        put(safe(f"{one.kind:11}{one.value}"))
    for excerpt in sheet.excerpts:
        by = f"  by {excerpt.pseudonym}" if excerpt.pseudonym else ""
        put(safe(f"{'post':11}{excerpt.text}{by}  (in {excerpt.case})"))


def _more(sheet: SightingSheet) -> dict[str, object]:
    return {
        "positions": [
            {"provider": hit.provider, "locale": hit.locale, "at": hit.at.isoformat(), "position": hit.position}
            for hit in sheet.positions
        ],
        "locators": [{"kind": str(one.kind), "value": one.value} for one in sheet.locators],
        "excerpts": [
            {"case": each.case, "text": each.text, "pseudonym": each.pseudonym or None} for each in sheet.excerpts
        ],
    }
