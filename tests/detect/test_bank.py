"""The bank finds copies within the radius, explains them, and abstains from what is too plain."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rempart.detect import QUALITY_MIN, RADIUS_BITS, Bank, whole_frame_weight
from rempart.model import (
    AssetId,
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

RANDOM = np.random.default_rng(11)
CODE = RANDOM.integers(0, 256, 32, dtype=np.uint8)


def flipped(bits: int) -> bytes:
    """Return the code with that many bits changed."""
    change = np.zeros(256, np.uint8)
    change[RANDOM.permutation(256)[:bits]] = 1
    return (CODE ^ np.packbits(change)).tobytes()


def media(
    bits: bytes | None = CODE.tobytes(),
    *,
    quality: int = 90,
    orientation: Orientation = Orientation.ORIGINAL,
    digest: str = "a",
    frame: int = 0,
    version: str = "pdq/1",
) -> FingerprintedMedia:
    """Make what the sandbox would tell of an item."""
    code = Fingerprint(
        signal_type=SignalType.PDQ,
        version=version,
        bits=bits or b"",
        quality=quality,
        orientation=orientation,
        frame=frame,
    )
    return FingerprintedMedia(
        sha256=digest * 64,
        kind=MediaKind.IMAGE,
        format=MediaFormat.JPEG,
        width=400,
        height=300,
        frames=9,
        fingerprints=(code,) if bits else (),
    )


def found(bank: Bank, suspect: FingerprintedMedia) -> tuple[Match, ...]:
    """Compare and return the matches."""
    return bank.compare(SuspectId("suspect"), suspect).matches


@pytest.mark.parametrize("bits, expected", [(0, 1), (RADIUS_BITS, 1), (RADIUS_BITS + 1, 0)])
def test_the_radius_has_two_sides(bits: int, expected: int) -> None:
    """31 bits apart is a match, 32 is not."""
    bank = Bank()
    bank.add(AssetId("mine"), media())

    matches = found(bank, media(flipped(bits), digest="b"))

    assert len(matches) == expected
    assert all(m.clues[0].distance_bits == bits and m.score == whole_frame_weight(bits) for m in matches)


@pytest.mark.parametrize("quality, expected", [(QUALITY_MIN, True), (QUALITY_MIN - 1, False)])
def test_the_quality_has_two_sides_for_assets(quality: int, expected: bool) -> None:  # noqa: FBT001 - a table
    """Below 50 an asset's code is not searched: flat pictures all have the same one."""
    bank = Bank()

    assert bank.add(AssetId("mine"), media(quality=quality)) is expected
    assert bool(found(bank, media(digest="b"))) is expected


@pytest.mark.parametrize("quality, abstained", [(QUALITY_MIN, False), (QUALITY_MIN - 1, True)])
def test_the_quality_has_two_sides_for_suspects(quality: int, abstained: bool) -> None:  # noqa: FBT001 - a table
    """A plain suspect is told to be so, and does not match by its code."""
    bank = Bank()
    bank.add(AssetId("mine"), media())

    comparison = bank.compare(SuspectId("s"), media(quality=quality, digest="b"))

    assert comparison.abstained is abstained
    assert bool(comparison.matches) is not abstained


def test_identical_bytes_match_whatever_the_quality() -> None:
    """A plain picture is found as the same file, and that clue comes first."""
    bank = Bank()
    bank.add(AssetId("mine"), media(quality=0))

    [match] = found(bank, media(quality=0))

    assert [c.kind for c in match.clues] == [ClueKind.SAME_BYTES]
    assert match.score == 1.0


def test_nothing_is_claimed_about_false_matches() -> None:
    """The bound is absent until it is measured."""
    bank = Bank()
    bank.add(AssetId("mine"), media())

    assert all(m.false_match_bound is None for m in found(bank, media()))


def test_the_region_follows_the_orientation() -> None:
    """A mirrored suspect shows the asset's left edge at its right."""
    bank = Bank()
    bank.add(AssetId("mine"), media())

    [match] = found(bank, media(digest="b", orientation=Orientation.FLIPY))

    assert match.region == ((400, 0), (0, 0), (0, 300), (400, 300))
    assert match.clues[0].orientation is Orientation.FLIPY


def test_one_clue_an_asset_and_one_match_each() -> None:
    """The closest frame speaks; every asset that matches is named, the closest first."""
    bank = Bank()
    for name, bits in (("far", 20), ("near", 2), ("other", 128)):
        bank.add(AssetId(name), media(flipped(bits), digest=name[0]))
    suspect = media(digest="z")
    suspect = FingerprintedMedia(
        **{f: getattr(suspect, f) for f in suspect.__slots__ if f != "fingerprints"},
        fingerprints=suspect.fingerprints + media(flipped(1), digest="z", frame=4).fingerprints,
    )

    matches = found(bank, suspect)

    assert [m.asset for m in matches] == ["near", "far"]
    assert all(len(m.clues) == 1 for m in matches)


def test_an_asset_keeps_one_whole_frame_code() -> None:
    """Codes of other frames, turns, regions or pipelines are not learned."""
    bank = Bank()

    assert not bank.add(AssetId("a"), media(frame=1))
    assert not bank.add(AssetId("b"), media(orientation=Orientation.FLIPX))
    assert not bank.add(AssetId("c"), media(version="pdq/2"))
    assert len(bank) == 3


@pytest.mark.parametrize("version, expected", [("pdq/1", 1), ("pdq-fast/1", 1), ("pdq/2", 0), ("PDQ/1", 0), ("1", 0)])
def test_the_two_pipelines_are_compared_and_nothing_else(version: str, expected: int) -> None:
    """Both make PDQ, within ten bits of each other; a pipeline that is not known may mean anything."""
    bank = Bank()
    bank.add(AssetId("mine"), media())

    assert len(found(bank, media(digest="b", version=version))) == expected


def test_a_bank_grows(kernel_cache: object) -> None:
    """A thousand assets are all found again."""
    del kernel_cache
    codes = RANDOM.integers(0, 256, (1000, 32), dtype=np.uint8)
    bank = Bank()
    for k, code in enumerate(codes):
        bank.add(AssetId(str(k)), media(code.tobytes(), digest="x"))

    assert all(found(bank, media(code.tobytes(), digest="b"))[0].asset == str(k) for k, code in enumerate(codes))


@given(st.integers(0, 255), st.integers(0, 255))
def test_weights_fall_with_distance(one: int, two: int) -> None:
    """Closer never ranks lower, and weights stay in 0..1."""
    if one <= two:
        assert 1 >= whole_frame_weight(one) >= whole_frame_weight(two) >= 0


def part(bits: int) -> Fingerprint:
    """Make a code of a part of a picture, some bits from the common one."""
    return Fingerprint(
        signal_type=SignalType.PDQ,
        version="pdq/1",
        bits=flipped(bits),
        quality=90,
        region=((0, 0), (320, 0), (320, 240), (0, 240)),
    )


def test_a_crop_is_found_by_a_code_of_a_part() -> None:
    """It says so, and claims no place in the suspect."""
    bank = Bank()
    learned = replace(media(flipped(128), digest="1"), fingerprints=(*media(flipped(128)).fingerprints, part(3)))
    bank.add(AssetId("mine"), learned)

    [match] = bank.compare(SuspectId("crop"), media(digest="2")).matches

    assert [(c.kind, c.distance_bits) for c in match.clues] == [(ClueKind.PART, 3)]
    assert match.region is None


def test_whole_and_part_are_two_clues_of_one_match() -> None:
    """The stronger first."""
    bank = Bank()
    bank.add(
        AssetId("mine"),
        replace(media(flipped(20), digest="1"), fingerprints=(*media(flipped(20)).fingerprints, part(3))),
    )

    [match] = bank.compare(SuspectId("copy"), media(digest="2")).matches

    assert [c.kind for c in match.clues] == [ClueKind.PART, ClueKind.WHOLE_FRAME]
