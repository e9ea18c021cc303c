"""Every threshold has two sides, and every decision says why."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import planes
from rempart.detect import decision
from rempart.detect.decision import decide, frame_clue, match_of_codes, vote_clue, whole_frame_weight
from rempart.detect.frame_bank import FrameHit
from rempart.detect.interface import Doubt, Hypothesis, Verdict, VerifiedBy
from rempart.detect.points_bank import Vote
from rempart.kernels.variants import INVERTED, MIRRORED
from rempart.model import (
    AssetId,
    Clue,
    ClueKind,
    Fingerprint,
    FingerprintedMedia,
    Match,
    MediaFormat,
    MediaKind,
    Orientation,
    SignalType,
    SuspectId,
)

ASSET, SUSPECT = AssetId("mine"), SuspectId("suspect")
MEDIA = FingerprintedMedia(
    sha256="a" * 64, kind=MediaKind.IMAGE, format=MediaFormat.JPEG, width=400, height=300, frames=1, fingerprints=()
)
CODE = Fingerprint(signal_type=SignalType.PDQ, version="pdq/1", bits=bytes(32), quality=90)
ABOVE, BELOW = 1e-6, -1e-6


def clue(kind: ClueKind = ClueKind.WHOLE_FRAME, weight: float = 0.8) -> Clue:
    """Make a clue."""
    return Clue(kind=kind, signal_type=SignalType.PDQ, distance_bits=20, weight=weight)


VOTES = clue(ClueKind.LOCAL_FEATURES, 0.4)
PARTS = clue(ClueKind.PART, 0.4)


def doubt(*clues: Clue, by: VerifiedBy = VerifiedBy.PICTURE) -> Doubt:
    """Make a doubt."""
    return Doubt(asset=ASSET, by=by, hypotheses=(Hypothesis(pose=np.eye(3), variant=0),), clues=clues)


def verdict(**change: object) -> Verdict:
    """Make a verdict that convinces, but for what changes."""
    sure = Verdict(pose=np.eye(3), variant=0, count=50, of=60, explained=0.9, seen=1.0, filled=1.0)
    return replace(sure, **change)  # type: ignore[arg-type]  # fields of a verdict


def decided(given: Doubt, looked: Verdict | None) -> Match | None:
    """Decide about the suspect."""
    return decide(given, looked, SUSPECT, MEDIA)


def kind_of(match: Match | None) -> ClueKind | None:
    """Return what a match, or what is none, rests on."""
    return match.clues[0].kind if match else None


@pytest.mark.parametrize(
    "pose",
    [
        np.array([[1, 0, 0], [0, 1, 0], [-1.0, 0, 1]]),
        np.array([[1, 0, 0], [0, 1, 0], [1, 1, 0.0]]),
        np.array([[1, 0, 0], [0, 1, 0], [0, 0, 0.0]]),
        np.array([[1e300, 0, 0], [0, 1, 0], [0, 0, 1e-300]]),
        np.zeros((3, 3)),
        np.full((3, 3), np.nan),
        np.full((3, 3), np.inf),
    ],
    ids="horizon nine eye far nothing nan infinity".split(),
)
def test_a_pose_that_puts_the_asset_nowhere_gives_no_region(pose: npt.NDArray[np.float64]) -> None:
    """A worker that was taken over may say so; nothing is raised, and no number that is none goes on."""
    match = decided(doubt(clue()), verdict(pose=pose))

    assert match is None or (match.region is None and match.homography is None)


@settings(deadline=None)
@given(st.lists(st.floats(allow_nan=True), min_size=9, max_size=9))
def test_no_pose_is_too_strange(numbers: list[float]) -> None:
    """What comes out has finite corners, or none."""
    match = decided(doubt(clue()), verdict(pose=np.array(numbers).reshape(3, 3)))

    if match is not None and match.homography is not None:
        assert np.isfinite(match.homography).all()
        assert match.region is not None


def test_pixels_confirm() -> None:
    """The clue says what was measured."""
    match = decided(doubt(clue(), VOTES), verdict(explained=0.91234, count=7, of=9, seen=0.5))

    assert match is not None
    best = match.clues[0]
    assert (best.kind, best.signal_type, best.count, best.of) == (ClueKind.LOCAL_FEATURES, SignalType.SIFT, 7, 9)
    assert best.explained == match.score == 0.9123
    assert match.overlap == 0.5
    assert len(match.clues) == 3


@pytest.mark.parametrize("beyond, expected", [(ABOVE, ClueKind.LOCAL_FEATURES), (BELOW, ClueKind.SAME_THING)])
def test_what_must_be_explained_has_two_sides(beyond: float, expected: ClueKind) -> None:
    """Below, many points agree on something all the same: a shared thing."""
    match = decided(doubt(VOTES), verdict(explained=decision.EXPLAINED_MIN + beyond))

    assert kind_of(match) is expected


@pytest.mark.parametrize("beyond, expected", [(ABOVE, ClueKind.LOCAL_FEATURES), (BELOW, ClueKind.SAME_THING)])
def test_a_rectangle_must_explain_more(beyond: float, expected: ClueKind) -> None:
    """Nothing is laid over what a screenshot shows."""
    assert decision.FRAME_EXPLAINED_MIN >= decision.EXPLAINED_MIN
    match = decided(doubt(VOTES), verdict(explained=decision.FRAME_EXPLAINED_MIN + beyond, in_frame=True))

    assert kind_of(match) is expected


@pytest.mark.parametrize("beyond, expected", [(ABOVE, ClueKind.LOCAL_FEATURES), (BELOW, ClueKind.SAME_THING)])
def test_what_must_be_seen_has_two_sides(beyond: float, expected: ClueKind) -> None:
    """A detail is in every picture of the same thing."""
    match = decided(doubt(VOTES), verdict(seen=decision.SEEN_MIN + beyond))

    assert kind_of(match) is expected


@pytest.mark.parametrize(
    "beyond, count, with_code, expected",
    [
        (BELOW, 0, False, False),
        (BELOW, -1, False, False),
        (ABOVE, -1, False, True),
        (BELOW, -1, True, True),
        (BELOW, 1, False, True),
    ],
    ids="at-the-count few-points-little few-points-much few-points-code points".split(),
)
def test_what_is_hardly_explained_needs_support(beyond: float, count: int, with_code: bool, expected: bool) -> None:  # noqa: FBT001 - a table
    """By points, by a code, or by explaining clearly."""
    looked = verdict(explained=decision.EXPLAINED_CLEAR + beyond, count=decision.POINTS_MIN + count)
    expected = expected or count >= 0

    match = decided(doubt(clue() if with_code else VOTES), looked)

    assert (kind_of(match) is not None) is expected


@pytest.mark.parametrize("change, expected", [(0, ClueKind.SAME_THING), (-1, None)])
def test_a_shared_thing_has_points(change: int, expected: ClueKind | None) -> None:
    """Fewer are chance."""
    match = decided(doubt(clue(), VOTES), verdict(explained=0.1, count=decision.THING_POINTS_MIN + change))

    assert kind_of(match) is expected


def test_a_shared_thing_comes_first_whatever_its_weight() -> None:
    """So that nobody takes what follows for a match."""
    match = decided(doubt(clue(weight=0.99)), verdict(explained=0.1))

    assert match is not None
    assert [c.kind for c in match.clues] == [ClueKind.SAME_THING, ClueKind.WHOLE_FRAME]


@pytest.mark.parametrize(
    "count, share, expected",
    [
        (decision.TILES_MIN, decision.TILES_SHARE_MIN, ClueKind.PART),
        (decision.TILES_MIN - 1, decision.TILES_SHARE_OF_FEW, ClueKind.PART),
        (decision.TILES_MIN - 1, decision.TILES_SHARE_OF_FEW + BELOW, None),
        (decision.TILES_OF_FEW, 1.0, ClueKind.PART),
        (decision.TILES_OF_FEW - 1, 1.0, None),
        (20, decision.TILES_SHARE_MIN + BELOW, None),
    ],
)
def test_parts_that_must_agree_have_two_sides(count: int, share: float, expected: ClueKind | None) -> None:
    """So many, and such a share of those in view."""
    match = decided(doubt(PARTS, by=VerifiedBy.TILES), verdict(count=count, explained=share, distance_bits=17))

    assert kind_of(match) is expected
    assert match is None or (match.clues[0].distance_bits, match.clues[0].signal_type) == (17, SignalType.PDQ)


def test_parts_that_do_not_agree_leave_the_code() -> None:
    """A sticker over most of it: the whole frame is close all the same, and parts are few."""
    match = decided(doubt(PARTS, clue(), by=VerifiedBy.TILES), verdict(count=0, explained=0.0))

    assert kind_of(match) is ClueKind.WHOLE_FRAME


def test_pixels_that_do_not_agree_leave_nothing() -> None:
    """The code was close by chance."""
    assert decided(doubt(clue(), VOTES), verdict(explained=0.0, count=0)) is None


@pytest.mark.parametrize("by", VerifiedBy)
def test_without_a_verdict_codes_decide(by: VerifiedBy) -> None:
    """Votes alone make nothing; they stand behind a code's clue."""
    match = decided(doubt(VOTES, clue(), by=by), None)

    assert match is not None
    assert [c.kind for c in match.clues] == [ClueKind.WHOLE_FRAME, ClueKind.LOCAL_FEATURES]
    assert match.homography is None
    assert decided(doubt(VOTES, PARTS, by=by), None) is None


def test_votes_never_lead() -> None:
    """Not even when they weigh more."""
    match = match_of_codes(ASSET, SUSPECT, MEDIA, [replace(VOTES, weight=0.99), clue(weight=0.6)])

    assert match is not None
    assert kind_of(match) is ClueKind.WHOLE_FRAME
    assert match.score == 0.6
    assert match_of_codes(ASSET, SUSPECT, MEDIA, []) is None


@pytest.mark.parametrize(
    "pose, region",
    [
        (np.eye(3), ((0, 0), (400, 0), (400, 300), (0, 300))),
        (planes.mirror(2), ((400, 0), (0, 0), (0, 300), (400, 300))),
        (planes.similarity(0.5, 0, (0.5, 0.25)), ((200, 75), (400, 75), (400, 225), (200, 225))),
        (planes.similarity(2, 0, (-0.5, 0)), ((-200, 0), (600, 0), (600, 600), (-200, 600))),
        (5 * np.eye(3), ((0, 0), (400, 0), (400, 300), (0, 300))),
    ],
    ids="whole mirrored inside crop scaled".split(),
)
@pytest.mark.parametrize("variant", [0, MIRRORED, INVERTED, MIRRORED | INVERTED])
def test_the_region_is_where_the_pose_puts_the_corners(
    pose: npt.NDArray[np.float64], region: tuple[tuple[int, int], ...], variant: int
) -> None:
    """In the order of the asset's corners, whatever was done; a crop's lie outside the suspect."""
    match = decided(doubt(clue()), verdict(pose=pose, variant=variant))

    assert match is not None
    assert match.region == region
    assert match.homography == pytest.approx((pose / pose[2, 2]).ravel())
    assert match.clues[0].is_inverted is bool(variant & INVERTED)
    assert (match.width, match.height) == (400, 300)


@pytest.mark.parametrize("name", ["seen", "explained"])
def test_shares_stay_shares(name: str) -> None:
    """A polygon's area is rounded: a little more than all is all."""
    match = decided(doubt(clue()), verdict(**{name: 1.0001}))

    assert match is not None
    assert match.score <= 1
    assert match.overlap == 1


@pytest.mark.parametrize(
    "region, kind", [(None, ClueKind.WHOLE_FRAME), (((1, 2), (9, 2), (9, 8), (1, 8)), ClueKind.INNER_FRAME)]
)
def test_a_hit_s_clue_says_what_was_hit(region: tuple[tuple[int, int], ...] | None, kind: ClueKind) -> None:
    """The turn, the frame, the colours, and whether it was all of the suspect."""
    code = replace(CODE, orientation=Orientation.ROTATE90, frame=2, region=region)  # type: ignore[arg-type]  # four corners

    made = frame_clue(FrameHit(asset=1, code=code, distance_bits=9, is_inverted=True))

    assert (made.kind, made.orientation, made.frame, made.is_inverted) == (kind, Orientation.ROTATE90, 2, True)
    assert made.weight == whole_frame_weight(9)


@pytest.mark.parametrize("orientation", Orientation)
def test_corners_follow_the_turn(orientation: Orientation) -> None:
    """Of the suspect, or of the rectangle inside it."""
    frame = ((10, 20), (110, 25), (105, 95), (5, 90))
    whole = ((0, 0), (400, 0), (400, 300), (0, 300))

    for region, corners in ((None, whole), (frame, frame)):
        code = replace(CODE, orientation=orientation, region=region)

        assert decision.corners_of(code, MEDIA) == tuple(corners[k] for k in orientation.corners())


@given(st.floats(0, 1e6), st.floats(0, 1e6))
def test_votes_weigh_more_the_more_agree(one: float, two: float) -> None:
    """And never as much as certainty."""
    weights = [
        vote_clue(
            Vote(asset=1, variant=INVERTED, weight=w, count=3, distance_bits=8, pose=np.eye(3)),
            ClueKind.PART,
            SignalType.PDQ,
            60,
        ).weight
        for w in sorted((one, two))
    ]

    assert 0 <= weights[0] <= weights[1] <= 1


@given(st.integers(0, 255))
def test_a_whole_frame_s_weight_is_a_share(bits: int) -> None:
    """Nothing is left of it at half the bits."""
    assert whole_frame_weight(bits) == pytest.approx(max(0, 1 - bits / 128), abs=1e-4)
