"""What ``rempart match`` prints: sentences for a person, one JSON line for a program."""

from __future__ import annotations

from rempart.app.matching import Explanation, Side
from rempart.app.matching_texts import MATCHING_TEXTS
from rempart.app.matching_words import tell
from rempart.cli.printing import put, safe
from rempart.cli.records import VERSION, match_record
from rempart.detect.frame_bank import FrameHit
from rempart.detect.interface import Verdict
from rempart.detect.measures import Support
from rempart.detect.reasons import Answer
from rempart.kernels.variants import INVERTED, MIRRORED


def print_explanation(found: Explanation, *, radius_bits: int) -> None:
    """Print an explanation to stdout, in English."""
    texts, told = MATCHING_TEXTS["en"], tell(found, "en", radius_bits=radius_bits)
    put(safe(told.headline))
    for side in told.sides:
        put(safe(side))
    put(f"{texts.clues}:")
    for clue in told.clues:
        put(safe(f"  {clue}"))
    put(f"{texts.protections_title}:")
    for answer, reasons in told.answers:
        put(safe(f"  {answer}"))
        for reason in reasons:
            put(safe(f"    {reason}"))


def explanation_record(found: Explanation) -> dict[str, object]:
    """Return the line of an explanation."""
    measures = found.measures
    tie = match_record(found.match) if found.match else None
    return {
        "v": VERSION,
        "answer": str(found.answer),
        "asset": _side(found.asset),
        "suspect": _side(found.suspect),
        "same_bytes": measures.same_bytes,
        "whole_frame": _hit(measures.whole),
        "inner_frame": _hit(measures.inner),
        "inner_frames": len(measures.frames),
        "parts": _support(measures.parts),
        "points": _support(measures.points),
        "pixels": _verdict(found.looked),
        "parts_in_place": _verdict(found.parts),
        "pixels_failed": str(found.failure.reason) if found.failure else None,
        "match": tie if found.answer is Answer.SAME_PICTURE else None,
        "same_thing": tie if found.answer is Answer.SAME_THING else None,
        "protections": [
            {
                "protection": str(one.protection),
                "answer": str(one.answer),
                "reasons": [
                    {
                        "why": str(reason.why),
                        "value": round(reason.value, 4),
                        "limit": reason.limit,
                        "threshold": reason.name,
                        "met": reason.is_met,
                    }
                    for reason in one.reasons
                ],
            }
            for one in found.judged
        ],
    }


def _side(side: Side) -> dict[str, object]:
    return {"path": side.label, "width": side.width, "height": side.height, "quality": side.quality}


def _hit(hit: FrameHit | None) -> dict[str, object] | None:
    if hit is None:
        return None
    return {
        "distance_bits": hit.distance_bits,
        "quality": hit.code.quality,
        "orientation": str(hit.code.orientation),
        "inverted": hit.is_inverted,
        "frame": hit.code.frame,
        "region": [list(corner) for corner in hit.code.region] if hit.code.region else None,
    }


def _support(support: Support) -> dict[str, object]:
    return {
        "agree": support.count,
        "weight": round(support.weight, 4),
        "of_asset": support.known,
        "of_suspect": support.seen,
    }


def _verdict(verdict: Verdict | None) -> dict[str, object] | None:
    if verdict is None:
        return None
    return {
        "agree": verdict.count,
        "of": verdict.of,
        "explained": round(verdict.explained, 4),
        "seen": round(verdict.seen, 4),
        "filled": round(verdict.filled, 4),
        "mirrored": bool(verdict.variant & MIRRORED),
        "inverted": bool(verdict.variant & INVERTED),
        "in_frame": verdict.in_frame,
        "homography": [float(v) for v in verdict.pose.ravel()],
        "cells": [list(row) for row in verdict.cells],
    }
