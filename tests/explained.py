"""Explanations made by hand, for what is said and drawn of them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from rempart.app.matching import Explanation, Judged, Side
from rempart.detect import Verdict
from rempart.detect.checks import Reason, Why
from rempart.detect.frame_bank import FrameHit
from rempart.detect.measures import Measures, Support
from rempart.detect.reasons import Answer
from rempart.model import (
    AssetId,
    Clue,
    ClueKind,
    Fingerprint,
    Match,
    Orientation,
    Region,
    SignalType,
    SuspectId,
)
from rempart.model.asset import AssetProtection

REGION: Region = ((100, 50), (300, 50), (300, 250), (100, 250))


def hit(bits: int, region: Region | None = None) -> FrameHit:
    """Make the closest code of a suspect."""
    code = Fingerprint(
        signal_type=SignalType.PDQ,
        version="pdq/1",
        bits=bytes(32),
        quality=90,
        orientation=Orientation.FLIPY,
        region=region,
    )
    return FrameHit(asset=0, code=code, distance_bits=bits, is_inverted=False)


def explanation(name: str = "pile/x.jpg") -> Explanation:
    """Make the explanation of a mirrored crop in colours that are inverted."""
    clue = Clue(
        kind=ClueKind.LOCAL_FEATURES,
        signal_type=SignalType.SIFT,
        distance_bits=0,
        weight=0.94,
        orientation=Orientation.FLIPY,
        is_inverted=True,
        count=87,
        of=300,
        explained=0.94,
    )
    pose = np.array([[-1.5, 0, 1.25], [0, 1.0, 0], [0, 0, 1.0]])
    met = Reason(why=Why.EXPLAINED, value=0.94, limit=0.62, name="EXPLAINED_MIN", is_met=True)
    missed = Reason(why=Why.WHOLE_FRAME, value=108, limit=31, name="detect.radius_bits", is_met=False)
    return Explanation(
        asset=Side(label=name, width=640, height=480, quality=100),
        suspect=Side(label=name, width=400, height=800, quality=90),
        answer=Answer.SAME_PICTURE,
        measures=Measures(
            same_bytes=False,
            asset_quality=100,
            suspect_quality=90,
            whole=hit(108),
            inner=hit(9, REGION),
            frames=(hit(9, REGION).code, hit(90, ((-99, 0), (500, 0), (500, 800), (-99, 800))).code),
            parts=Support(known=23, seen=64, vote=None),
            points=Support(known=300, seen=500, vote=None),
        ),
        looked=Verdict(
            pose=pose,
            variant=3,
            count=87,
            of=300,
            explained=0.94,
            seen=0.62,
            filled=1.0,
            cells=((-1, 0, 29, 30), (59, 60, 100, -2)),
        ),
        parts=None,
        failure=None,
        judged=tuple(
            Judged(
                protection=protection,
                answer=Answer.DIFFERENT if protection is AssetProtection.HASH_ONLY else Answer.SAME_PICTURE,
                reasons=(missed,) if protection is AssetProtection.HASH_ONLY else (missed, met),
            )
            for protection in AssetProtection
        ),
        match=Match(
            asset=AssetId(name),
            suspect=SuspectId(name),
            clues=(clue,),
            score=0.94,
            false_match_bound=None,
            region=((500, 0), (-100, 0), (-100, 800), (500, 800)),
            overlap=0.62,
            width=400,
            height=800,
        ),
    )


def different() -> Explanation:
    """Make the explanation of two pictures that have nothing in common."""
    judged = tuple(Judged(protection=protection, answer=Answer.DIFFERENT, reasons=()) for protection in AssetProtection)
    return replace(explanation(), answer=Answer.DIFFERENT, match=None, judged=judged)
