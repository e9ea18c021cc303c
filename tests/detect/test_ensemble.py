"""The ensemble finds copies by every clue, explains them, and abstains from what is too plain."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import planes
from rempart.detect import QUALITY_MIN, RADIUS_BITS, Ensemble, Hypothesis, VerifiedBy, whole_frame_weight
from rempart.detect.ensemble import TILE_RADIUS_BITS
from rempart.detect.interface import Matcher
from rempart.detect.points import points_of
from rempart.detect.versions import ORB_VERSION, TILE_VERSION
from rempart.model import AssetId, ClueKind, CodedPoints, FingerprintedMedia, Match, Orientation, Region
from suspects import CODE, RANDOM, SUSPECT, flipped, media, parts

CORNERS = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], np.float64)


def found(bank: Ensemble, suspect: FingerprintedMedia) -> tuple[Match, ...]:
    """Compare and return the matches that need no closer look."""
    return bank.compare(SUSPECT, suspect).matches


def test_it_is_a_matcher() -> None:
    """What the application asks for."""
    matcher: Matcher = Ensemble()

    assert len(matcher) == 0


@pytest.mark.parametrize("bits, expected", [(0, 1), (RADIUS_BITS, 1), (RADIUS_BITS + 1, 0)])
def test_the_radius_has_two_sides(bits: int, expected: int) -> None:
    """31 bits apart is a match, 32 is not."""
    bank = Ensemble()
    bank.add(AssetId("mine"), media())

    matches = found(bank, media(flipped(bits), digest="b"))

    assert len(matches) == expected
    assert all(m.clues[0].distance_bits == bits and m.score == whole_frame_weight(bits) for m in matches)


@pytest.mark.parametrize("quality, expected", [(QUALITY_MIN, True), (QUALITY_MIN - 1, False)])
def test_the_quality_has_two_sides_for_assets(quality: int, expected: bool) -> None:  # noqa: FBT001 - a table
    """Below 50 an asset's code is not searched: flat pictures all have the same one."""
    bank = Ensemble()

    assert bank.add(AssetId("mine"), media(quality=quality)) is expected
    assert bool(found(bank, media(digest="b"))) is expected


@pytest.mark.parametrize("quality, abstained", [(QUALITY_MIN, False), (QUALITY_MIN - 1, True)])
def test_the_quality_has_two_sides_for_suspects(quality: int, abstained: bool) -> None:  # noqa: FBT001 - a table
    """A plain suspect is told to be so, and does not match by its code."""
    bank = Ensemble()
    bank.add(AssetId("mine"), media())

    comparison = bank.compare(SUSPECT, media(quality=quality, digest="b"))

    assert comparison.abstained is abstained
    assert bool(comparison.matches) is not abstained


def test_a_suspect_with_points_is_not_too_plain() -> None:
    """It is compared by them; one whose points are none abstains."""
    bank = Ensemble()

    assert not bank.compare(SUSPECT, media(quality=0, places=(parts(),))).abstained
    assert bank.compare(SUSPECT, media(quality=0, places=(parts(0),))).abstained


def test_identical_bytes_match_whatever_the_quality() -> None:
    """A plain picture is found as the same file, and that clue comes first."""
    bank = Ensemble()
    bank.add(AssetId("mine"), media(quality=0))

    [match] = found(bank, media(quality=0))

    assert [c.kind for c in match.clues] == [ClueKind.SAME_BYTES]
    assert match.score == 1.0


@pytest.mark.parametrize("places", [(), (parts(),), (parts(version=ORB_VERSION),)])
def test_identical_bytes_need_no_closer_look(places: tuple[CodedPoints, ...]) -> None:
    """Whatever the asset could be verified with."""
    bank = Ensemble()
    bank.add(AssetId("mine"), media(places=places))

    comparison = bank.compare(SUSPECT, media(places=places))

    assert comparison.doubts == ()
    [match] = comparison.matches
    assert match.clues[0].kind is ClueKind.SAME_BYTES
    assert match.score == 1.0


def test_the_region_follows_the_orientation() -> None:
    """A mirrored suspect shows the asset's left edge at its right."""
    bank = Ensemble()
    bank.add(AssetId("mine"), media())

    [match] = found(bank, media(digest="b", orientation=Orientation.FLIPY))

    assert match.region == ((400, 0), (0, 0), (0, 300), (400, 300))
    assert match.clues[0].orientation is Orientation.FLIPY


def test_inverted_colours_are_found_and_said() -> None:
    """Every bit is then the other one."""
    bank = Ensemble()
    bank.add(AssetId("mine"), media())

    [match] = found(bank, media(bytes(255 - b for b in CODE.tolist()), digest="b"))

    assert match.clues[0].is_inverted
    assert match.clues[0].distance_bits == 0


def test_a_rectangle_inside_a_suspect_is_found_and_said() -> None:
    """A screenshot; the rectangle's pipeline has its own name."""
    bank = Ensemble()
    bank.add(AssetId("mine"), media())

    [match] = found(bank, media(digest="b", version="pdq-frame/1", region=((10, 20), (110, 20), (110, 90), (10, 90))))

    assert [c.kind for c in match.clues] == [ClueKind.INNER_FRAME]


def test_one_clue_an_asset_and_one_match_each() -> None:
    """The closest frame speaks; every asset that matches is named, the closest first."""
    bank = Ensemble()
    for name, bits in (("far", 20), ("near", 2), ("other", 128)):
        bank.add(AssetId(name), media(flipped(bits), digest=name[0]))
    suspect = media(digest="z")
    suspect = replace(suspect, fingerprints=suspect.fingerprints + media(flipped(1), frame=4).fingerprints)

    matches = found(bank, suspect)

    assert [m.asset for m in matches] == ["near", "far"]
    assert all(len(m.clues) == 1 for m in matches)


def test_an_asset_keeps_one_whole_frame_code() -> None:
    """Codes of other frames, turns, regions or pipelines are not learned."""
    bank = Ensemble()

    assert not bank.add(AssetId("a"), media(frame=1))
    assert not bank.add(AssetId("b"), media(orientation=Orientation.FLIPX))
    assert not bank.add(AssetId("c"), media(version="pdq/2"))
    assert not bank.add(AssetId("d"), media(region=((0, 0), (9, 0), (9, 9), (0, 9))))
    assert len(bank) == 4
    assert found(bank, media(digest="b")) == ()


@pytest.mark.parametrize(
    "version, expected",
    [("pdq/1", 1), ("pdq-fast/1", 1), ("pdq-frame/1", 1), ("pdq-tile/1", 0), ("pdq/2", 0), ("PDQ/1", 0), ("1", 0)],
)
def test_pipelines_of_pdq_are_compared_and_nothing_else(version: str, expected: int) -> None:
    """All of a picture, within ten bits of each other; a pipeline that is not known may mean anything."""
    bank = Ensemble()
    bank.add(AssetId("mine"), media())

    assert len(found(bank, media(digest="b", version=version))) == expected


def test_a_bank_grows() -> None:
    """A thousand assets are all found again."""
    codes = RANDOM.integers(0, 256, (1000, 32), dtype=np.uint8)
    bank = Ensemble()
    for k, code in enumerate(codes):
        bank.add(AssetId(str(k)), media(code.tobytes(), digest="x"))

    assert all(found(bank, media(code.tobytes(), digest="b"))[0].asset == str(k) for k, code in enumerate(codes))


@given(st.integers(0, 255), st.integers(0, 255))
def test_weights_fall_with_distance(one: int, two: int) -> None:
    """Closer never ranks lower, and weights stay in 0..1."""
    if one <= two:
        assert 1 >= whole_frame_weight(one) >= whole_frame_weight(two) >= 0


@pytest.mark.parametrize(
    "version, by, wants",
    [(TILE_VERSION, VerifiedBy.TILES, (False, True)), (ORB_VERSION, VerifiedBy.PICTURE, (True, False))],
)
def test_an_asset_of_which_more_is_known_is_looked_at_again(
    version: str, by: VerifiedBy, wants: tuple[bool, bool]
) -> None:
    """Its code alone no longer decides; the codes' own place is where to look first."""
    bank = Ensemble()
    bank.add(AssetId("mine"), media(places=(parts(version=version),)))

    comparison = bank.compare(SUSPECT, media(digest="b", orientation=Orientation.FLIPY))

    assert comparison.matches == ()
    [doubt] = comparison.doubts
    assert (doubt.asset, doubt.by) == ("mine", by)
    assert np.allclose(planes.sent(doubt.hypotheses[0].pose, CORNERS), CORNERS * [-1, 1] + [1, 0])
    assert (bank.wants_points, bank.wants_tiles) == wants


def test_pixels_verify_better_than_parts() -> None:
    """Where an asset has both."""
    bank = Ensemble()
    bank.add(AssetId("mine"), media(places=(parts(version=ORB_VERSION), parts())))
    bank.add(AssetId("other"), media(places=(parts(), parts(version=ORB_VERSION))))

    doubts = bank.compare(SUSPECT, media(digest="b")).doubts

    assert {d.by for d in doubts} == {VerifiedBy.PICTURE}


def test_a_code_of_a_later_frame_is_not_looked_at_again() -> None:
    """Only the first frame is decoded for a closer look: the code decides."""
    bank = Ensemble()
    bank.add(AssetId("mine"), media(places=(parts(version=ORB_VERSION),)))

    comparison = bank.compare(SUSPECT, media(digest="b", frame=3))

    assert comparison.doubts == ()
    assert [(m.asset, m.clues[0].frame) for m in comparison.matches] == [("mine", 3)]


def test_places_of_an_unknown_pipeline_are_passed_over() -> None:
    """On either side."""
    bank = Ensemble()

    assert bank.add(AssetId("mine"), media(None, places=(parts(version="sketch/1"),)))
    assert not bank.wants_points
    assert bank.compare(SUSPECT, media(None, digest="b", places=(parts(version="sketch/1"),))).matches == ()


def test_parts_alone_make_a_doubt() -> None:
    """Of a crop, whose whole-frame code is another; it says how many agree."""
    bank = Ensemble()
    bank.add(AssetId("mine"), media(places=(parts(),)))

    comparison = bank.compare(SUSPECT, media(flipped(128), digest="b", places=(parts(),)))

    [doubt] = comparison.doubts
    [clue] = doubt.clues
    assert (clue.kind, clue.count, clue.of, clue.distance_bits) == (ClueKind.PART, 12, 12, 0)
    assert np.allclose(doubt.hypotheses[0].pose, np.eye(3), atol=1e-3)
    assert 0 < TILE_RADIUS_BITS < 84


def test_points_alone_make_a_doubt_of_a_mirrored_inverted_copy() -> None:
    """Its pose is the mirror's."""
    plane = planes.luma(4)
    bank = Ensemble()
    bank.add(AssetId("mine"), media(places=(points_of(plane, 300, is_suspect=False),)))
    copy = 255 - np.ascontiguousarray(plane[:, ::-1])

    comparison = bank.compare(SUSPECT, media(flipped(128), digest="b", places=(points_of(copy, 500, is_suspect=True),)))

    [doubt] = comparison.doubts
    assert doubt.clues[0].kind is ClueKind.LOCAL_FEATURES
    assert doubt.clues[0].is_inverted
    assert np.allclose(planes.sent(doubt.hypotheses[0].pose, CORNERS), CORNERS * [-1, 1] + [1, 0], atol=0.02)


def test_every_close_code_is_a_doubt_and_the_likeliest_is_first() -> None:
    """None is dropped: whoever registers copies of a picture that is another's would hide hers behind."""
    bank = Ensemble()
    for k in range(40):
        bank.add(AssetId(f"{k:02d}"), media(flipped(k % 30), digest="1", places=(parts(version=ORB_VERSION, seed=k),)))

    doubts = bank.compare(SUSPECT, media(digest="b")).doubts

    weights = [max(c.weight for c in d.clues) for d in doubts]
    assert len(doubts) == 40
    assert weights == sorted(weights, reverse=True)
    assert doubts[0].clues[0].distance_bits == 0


@pytest.mark.parametrize(
    "region",
    [
        ((0, 0), (0, 0), (0, 0), (0, 0)),
        ((0, 0), (400, 0), (400, 0), (0, 0)),
        ((-(1 << 31), 0), (1 << 31, 0), (1 << 31, 300), (-(1 << 31), 300)),
    ],
    ids="point line vast".split(),
)
def test_no_rectangle_is_too_strange(region: Region) -> None:
    """A worker that was taken over says what it wants: the pose has numbers, and a code is still a code."""
    bank = Ensemble()
    bank.add(AssetId("mine"), media(places=(parts(),)))

    comparison = bank.compare(SUSPECT, media(digest="b", region=region))

    [doubt] = comparison.doubts
    hypothesis: Hypothesis = doubt.hypotheses[0]
    assert np.isfinite(hypothesis.pose).all()
    assert bank.conclude(SUSPECT, media(digest="b"), comparison, {}).matches
