"""Every clue is measured, strong or weak: nothing is left out because it does not count."""

from __future__ import annotations

import numpy as np
import pytest

from leaks import encoded
from pictures import scene
from rempart.detect import PDQ_VERSION, parse_record
from rempart.detect.fingerprint_task import run
from rempart.detect.measures import measure
from rempart.detect.wanted import asset_options, every_option
from rempart.hazmat import DecodeLimits
from rempart.model import Fingerprint, FingerprintedMedia, MediaFormat, MediaKind, Orientation, SignalType


def code(bits: bytes, quality: int = 100, **more: object) -> Fingerprint:
    return Fingerprint(signal_type=SignalType.PDQ, version=PDQ_VERSION, bits=bits, quality=quality, **more)  # type: ignore[arg-type]  # as named


def media(*codes: Fingerprint, digest: str = "00") -> FingerprintedMedia:
    return FingerprintedMedia(
        sha256=digest * 32,
        kind=MediaKind.IMAGE,
        format=MediaFormat.PNG,
        width=100,
        height=80,
        frames=1,
        fingerprints=codes,
    )


ZERO, ONES = bytes(32), b"\xff" * 32
NEAR = b"\x07" + bytes(31)
REGION = ((10, 10), (50, 10), (50, 50), (10, 50))


def test_a_picture_too_small_for_a_code_has_no_distance() -> None:
    """Nor any support; nothing fails."""
    found = measure(media(), media(digest="11"))

    assert (found.whole, found.inner, found.asset_quality, found.suspect_quality) == (None, None, None, None)
    assert (found.parts.count, found.points.count, found.points.weight) == (0, 0, 0.0)
    assert not found.same_bytes


def test_the_closest_of_turns_and_inversions_is_taken() -> None:
    """Whatever the threshold."""
    turned = code(NEAR, orientation=Orientation.ROTATE90)

    found = measure(media(code(ZERO)), media(code(b"\x55" * 32), turned))
    inverted = measure(media(code(ZERO)), media(code(ONES)))

    assert found.whole is not None
    assert (found.whole.distance_bits, found.whole.code, found.whole.is_inverted) == (3, turned, False)
    assert inverted.whole is not None
    assert (inverted.whole.distance_bits, inverted.whole.is_inverted) == (0, True)


def test_a_poor_code_is_taken_only_where_there_is_no_other() -> None:
    """A scan would not compare it."""
    both = measure(media(code(ZERO)), media(code(ZERO, 49), code(NEAR, 50)), quality_min=50)
    alone = measure(media(code(ZERO)), media(code(ZERO, 49)), quality_min=50)

    assert both.whole is not None
    assert both.whole.distance_bits == 3
    assert alone.whole is not None
    assert alone.whole.code.quality == 49


def test_rectangles_are_told_from_the_whole() -> None:
    """Each once, however it is turned."""
    inner = code(NEAR, region=REGION)
    mirrored = code(ZERO, region=REGION, orientation=Orientation.FLIPY)

    found = measure(media(code(ZERO)), media(code(ONES[:16] + ZERO[:16]), inner, mirrored))

    assert found.inner is not None
    assert found.inner.code == mirrored
    assert found.frames == (inner,)
    assert found.whole is not None
    assert found.whole.distance_bits == 128


@pytest.fixture(scope="module")
def asset() -> FingerprintedMedia:
    """Return a picture, as an asset of which everything is measured."""
    return parse_record(run(encoded(scene(1, 640, 480), quality=92), DecodeLimits(), asset_options()))


@pytest.mark.parametrize("seed, is_met", [(1, True), (4, False)])
def test_points_and_parts_of_a_crop_agree(asset: FingerprintedMedia, seed: int, *, is_met: bool) -> None:
    """Those of another picture do not."""
    crop = scene(seed, 640, 480).crop((60, 40, 560, 420))

    suspect = parse_record(run(encoded(crop, quality=80), DecodeLimits(), every_option(frames=1)))
    found = measure(asset, suspect)

    assert (found.points.count >= 10) is is_met
    assert (found.parts.count >= 3) is is_met
    assert found.points.known > 100
    assert found.points.vote is None or np.isfinite(found.points.vote.pose).all()
