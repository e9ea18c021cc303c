"""The JSON of results, version 1: names and order are a promise to programs (docs/reference/json.md)."""

from __future__ import annotations

from typing import Final

from rempart.app.intake import Plain, Skipped
from rempart.app.scan import Tally
from rempart.model import Clue, ClueKind, FingerprintedMedia, Match, Stopped, Unreadable

#: Raised when a field changes its meaning or disappears; new fields may come without notice.
VERSION: Final = 1


def match_record(match: Match) -> dict[str, object]:
    """Return the line of one match."""
    return {
        "v": VERSION,
        "suspect": match.suspect,
        "asset": match.asset,
        "score": match.score,
        "false_match_bound": match.false_match_bound,
        "region": [list(corner) for corner in match.region] if match.region else None,
        "overlap": match.overlap,
        "homography": list(match.homography) if match.homography else None,
        "clues": [clue_record(clue) for clue in match.clues],
    }


def clue_record(clue: Clue) -> dict[str, object]:
    """Return one clue of a line."""
    return {
        "kind": str(clue.kind),
        "signal_type": str(clue.signal_type),
        "distance_bits": clue.distance_bits,
        "weight": clue.weight,
        "orientation": str(clue.orientation),
        "inverted": clue.is_inverted,
        "count": clue.count,
        "of": clue.of,
        "explained": clue.explained,
        "model": clue.model or None,
        "note": clue_note(clue),
    }


def match_in_words(match: Match) -> str:
    """Say what ties a suspect to an asset: its strongest clue, how much of the asset is shown, the model if any."""
    crop = f"a crop: {match.overlap * 100:.0f} % of it is shown" if match.overlap and match.is_crop else ""
    learned = [clue_in_words(clue) for clue in match.clues[1:] if clue.kind is ClueKind.LEARNED]
    return ", ".join(part for part in (clue_in_words(match.clues[0]), crop, *learned) if part)


def clue_in_words(clue: Clue) -> str:
    """Say what was measured, then what it adds."""
    return ", ".join(part for part in (_measured(clue), clue_note(clue)) if part)


def _measured(clue: Clue) -> str:
    bits = f"{clue.distance_bits} bit{'' if clue.distance_bits == 1 else 's'}"
    match clue.kind:
        case ClueKind.SAME_BYTES:
            return "identical bytes"
        case ClueKind.WHOLE_FRAME | ClueKind.INNER_FRAME:
            return bits
        case ClueKind.PART:
            return f"{clue.count} of {clue.of} parts agree, {bits}" if clue.of else f"a part, {bits}"
        case ClueKind.LOCAL_FEATURES | ClueKind.SAME_THING:
            points = f"{clue.count} of {clue.of} points agree" if clue.count else ""
            texture = "" if clue.explained is None else f"{clue.explained * 100:.0f} % of the texture explained"
            return ", ".join(part for part in (points, texture) if part)
        case ClueKind.LEARNED:
            return f"found alike by the model {clue.model}, {clue.weight * 100:.0f} %"


def clue_note(clue: Clue) -> str:
    """Say in words what a clue adds; empty if there is nothing to add."""
    parts = (
        _KIND_NOTES.get(clue.kind, ""),
        clue.orientation.in_words(),
        "colours inverted" if clue.is_inverted else "",
        f"frame {clue.frame + 1}" if clue.frame else "",
    )
    return ", ".join(part for part in parts if part)


_KIND_NOTES: Final = {
    ClueKind.INNER_FRAME: "found inside a larger picture",
    ClueKind.PART: "found by its parts",
    ClueKind.SAME_THING: "the same thing in another picture",
}


def summary_record(tally: Tally) -> dict[str, object]:
    """Return the last line of a scan."""
    summary: dict[str, object] = {
        "scanned": tally.scanned,
        "matched": tally.matched,
        "unreadable": tally.unreadable,
        "stopped": tally.stopped,
        "seconds": round(tally.seconds, 3),
        "too_plain": tally.plain,
        "assets": tally.assets,
        "assets_unreadable": tally.assets_unreadable,
        "assets_stopped": tally.assets_stopped,
        "sealed": tally.sealed,
        "interrupted": tally.interrupted,
        "not_pictures": tally.not_pictures,
        "imported": tally.imported,
        "listed": tally.listed,
        "listed_reviewed": tally.listed_reviewed,
    }
    return {"v": VERSION, "summary": summary}


def skipped_record(skipped: Skipped) -> dict[str, object]:
    """Return the line of one item that was not compared."""
    record: dict[str, object] = {"v": VERSION, "path": skipped.label, "role": str(skipped.role)}
    match outcome := skipped.outcome:
        case Unreadable():
            record |= {"outcome": "unreadable", "reason": str(outcome.reason), "detail": outcome.detail}
        case Stopped():
            record |= {"outcome": "stopped", "reason": str(outcome.reason), "detail": outcome.rule}
        case Plain():
            record |= {"outcome": str(outcome), "reason": str(outcome), "detail": ""}
    return record


def fingerprint_record(path: str, media: FingerprintedMedia) -> dict[str, object]:
    """Return the line of one fingerprinted file."""
    return {
        "v": VERSION,
        "path": path,
        "sha256": media.sha256,
        "kind": str(media.kind),
        "format": str(media.format),
        "width": media.width,
        "height": media.height,
        "frames": media.frames,
        "fingerprints": [
            {
                "signal_type": str(f.signal_type),
                "version": f.version,
                "bits": f.bits.hex(),
                "quality": f.quality,
                "region": [list(corner) for corner in f.region] if f.region else None,
            }
            for f in media.fingerprints
        ],
    }
