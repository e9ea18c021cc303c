"""The thresholds that are told are those that decide."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rempart.detect import Doubt, Hypothesis, Verdict, VerifiedBy, decision, reasons
from rempart.detect.checks import Why
from rempart.detect.frame_bank import FrameHit
from rempart.detect.measures import Measures, Support
from rempart.model import (
    AssetId,
    Clue,
    ClueKind,
    Fingerprint,
    FingerprintedMedia,
    MediaFormat,
    MediaKind,
    SignalType,
    SuspectId,
)

MEDIA = FingerprintedMedia(
    sha256="00" * 32,
    kind=MediaKind.IMAGE,
    format=MediaFormat.PNG,
    width=100,
    height=80,
    frames=1,
    fingerprints=(),
)
CODE = Clue(kind=ClueKind.WHOLE_FRAME, signal_type=SignalType.PDQ, distance_bits=9, weight=0.9)
NOTHING = Support(known=0, seen=0, vote=None)


def hit(bits: int, quality: int = 100) -> FrameHit:
    found = Fingerprint(signal_type=SignalType.PDQ, version="pdq/1", bits=bytes(32), quality=quality)
    return FrameHit(asset=0, code=found, distance_bits=bits, is_inverted=False)


def measures(bits: int, quality: int = 100, *, same_bytes: bool = False) -> Measures:
    return Measures(
        same_bytes=same_bytes,
        asset_quality=100,
        suspect_quality=quality,
        whole=hit(bits, quality),
        inner=None,
        frames=(),
        parts=NOTHING,
        points=NOTHING,
    )


verdicts = st.builds(
    Verdict,
    pose=st.just(np.eye(3)),
    variant=st.just(0),
    count=st.integers(0, 20),
    of=st.just(300),
    explained=st.floats(0, 1),
    seen=st.floats(0, 1),
    filled=st.floats(0, 0.1),
    in_frame=st.booleans(),
)


@given(verdicts, st.booleans())
def test_the_checks_of_pixels_are_those_of_the_decision(verdict: Verdict, has_code: bool) -> None:  # noqa: FBT001 - drawn
    """Match, shared thing, or nothing: both say the same."""
    clues = (CODE,) if has_code else ()
    place = Hypothesis(pose=np.eye(3), variant=0)
    doubt = Doubt(asset=AssetId("a"), by=VerifiedBy.PICTURE, hypotheses=(place,), clues=clues)

    found = decision.decide(doubt, verdict, SuspectId("s"), MEDIA)
    told = reasons.of_picture(verdict, has_code=has_code)

    is_thing = found is not None and found.clues[0].kind is ClueKind.SAME_THING
    shared = [r for r in told if r.why is Why.SHARED_POINTS]
    assert all(r.is_met for r in told if r.why is not Why.SHARED_POINTS) is (found is not None and not is_thing)
    assert any(r.is_met for r in shared) is is_thing


@given(verdicts)
def test_the_checks_of_parts_are_those_of_the_decision(verdict: Verdict) -> None:
    """The same of parts."""
    place = Hypothesis(pose=np.eye(3), variant=0)
    doubt = Doubt(asset=AssetId("a"), by=VerifiedBy.TILES, hypotheses=(place,), clues=())

    found = decision.decide(doubt, verdict, SuspectId("s"), MEDIA)

    assert all(r.is_met for r in decision.checks_of_parts(verdict)) is (found is not None)


@pytest.mark.parametrize("bits, is_met", [(31, True), (32, False)])
def test_a_code_is_a_clue_up_to_the_radius(bits: int, *, is_met: bool) -> None:
    """As PDQ's README has it."""
    [told] = reasons.of_codes(measures(bits), radius_bits=31, quality_min=50)

    assert (told.why, told.value, told.limit, told.is_met) == (Why.WHOLE_FRAME, bits, 31, is_met)


@pytest.mark.parametrize("quality, why", [(49, Why.SUSPECT_QUALITY), (50, Why.WHOLE_FRAME)])
def test_a_plain_picture_is_told_by_its_quality(quality: int, why: Why) -> None:
    """Its distance, however small, says nothing."""
    [told] = reasons.of_codes(measures(0, quality), radius_bits=31, quality_min=50)

    assert told.why is why
    assert told.is_met is (why is Why.WHOLE_FRAME)


def test_same_bytes_need_no_threshold() -> None:
    """It is the only reason then."""
    [told] = reasons.of_codes(measures(0, 0, same_bytes=True), radius_bits=31, quality_min=50)

    assert told.why is Why.SAME_BYTES
    assert told.is_met


def test_nothing_that_agrees_points_nowhere() -> None:
    """Of parts and of points."""
    assert not reasons.of_parts_pointing(NOTHING).is_met
    assert not reasons.of_points_pointing(NOTHING).is_met
