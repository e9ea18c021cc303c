"""A worker's record is read field by field: whatever it holds, it is what it says, or a ValueError."""

from __future__ import annotations

import base64
import struct
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rempart.detect import versions
from rempart.detect.points_bank import arrays_of
from rempart.detect.record import parse
from rempart.detect.versions import ORB_VERSION, PDQ_FRAME_VERSION, PDQ_VERSION, TILE_VERSION
from rempart.hazmat import Json
from rempart.model import Orientation

CODE: dict[str, Json] = {"version": PDQ_VERSION, "frame": 0, "quality": 90, "bits": ["f0" * 32]}


def text(data: bytes) -> str:
    """Write bytes as a record has them."""
    return base64.b64encode(data).decode("ascii")


def floats(*numbers: float) -> bytes:
    """Write little-endian float32."""
    return struct.pack(f"<{len(numbers)}f", *numbers)


def placed(count: int = 3, variants: int = 4, **change: Json) -> dict[str, Json]:
    """Make the places of a record."""
    points = np.arange(4 * count, dtype="<f4").tobytes()
    codes = bytes(range(256)) * (variants * count)
    made: dict[str, Json] = {"version": ORB_VERSION, "width": 640, "height": 480}
    return made | {"points": text(points), "codes": text(codes[: 32 * variants * count])} | change


def record(**change: Json) -> dict[str, Json]:
    """Make a record that is right, but for what changes."""
    made: dict[str, Json] = {"sha256": "0a" * 32, "format": "jpeg", "width": 800, "height": 600, "frames": 2}
    return made | {"codes": [CODE], "places": [placed()]} | change


HOSTILE_PLACES: dict[str, Any] = {
    "no object": 3,
    "none": None,
    "a list": [],
    "nothing": {},
    "another version": placed(version="orb/2"),
    "a version that is a list": placed(version=[ORB_VERSION]),
    "a version that is an object": placed(version={"orb/1": 1}),
    "a code's version": placed(version=PDQ_VERSION),
    "no version": placed(version=None),
    "a number": placed(points=text(floats(*[np.nan] * 12))),
    "infinity": placed(points=text(floats(*range(11), np.inf))),
    "minus infinity": placed(points=text(floats(-np.inf, *range(11)))),
    "half a place": placed(points=text(floats(1, 2))),
    "a byte too many": placed(points=text(floats(*range(12)) + b"x")),
    "no codes": placed(codes=""),
    "a code too few": placed(codes=text(bytes(32 * 11))),
    "half a code": placed(codes=text(bytes(16))),
    "five variants": placed(variants=5),
    "codes without places": placed(points=""),
    "too many places": placed(count=4097, variants=1),
    "rubbish": placed(points="?!" * 32),
    "base 64 that ends early": placed(points="AAA"),
    "not ASCII": placed(codes="é" * 512),
    "base 64 with lines": placed(points=text(floats(*range(12)))[:20] + "\n" + text(floats(*range(12)))[20:]),
    "bytes as a list": placed(points=[1, 2, 3]),
    "no points": placed(points=None),
    "a negative width": placed(width=-1),
    "an enormous height": placed(height=1 << 40),
    "half a pixel": placed(width=1.5),
    "true": placed(width=True),
    "a width that is a text": placed(width="640"),
}


@pytest.mark.parametrize("places", HOSTILE_PLACES.values(), ids=HOSTILE_PLACES.keys())
def test_hostile_places_are_refused(places: Json) -> None:
    """With ValueError: the pool then ends the worker."""
    with pytest.raises(ValueError, match=r"."):
        parse(record(places=[places]))


@pytest.mark.parametrize("places", [None, {}, 3, "places", True])
def test_places_are_a_list(places: Json) -> None:
    """Of any length."""
    with pytest.raises(ValueError, match="list"):
        parse(record(places=places))


HOSTILE_CORNERS: dict[str, Any] = {
    "seven": [0] * 7,
    "nine": [0] * 9,
    "nested": [[0, 0]] * 4,
    "a text": "01234567",
    "an object": {"0": 1},
    "halves": [0.5] * 8,
    "true": [True] * 8,
    "none": [None] * 8,
    "too far": [0] * 7 + [1 << 40],
    "too far the other way": [-(1 << 40)] + [0] * 7,
}


@pytest.mark.parametrize("corners", HOSTILE_CORNERS.values(), ids=HOSTILE_CORNERS.keys())
def test_hostile_corners_are_refused(corners: Json) -> None:
    """Eight whole numbers, or none."""
    with pytest.raises(ValueError, match=r"."):
        parse(record(codes=[CODE | {"corners": corners}]))


def test_the_code_of_a_rectangle_says_where_it_is() -> None:
    """It may lie outside the picture, and has the version of its pipeline."""
    corners: list[Json] = [-10, 0, 900, 5, 890, 700, -20, 690]

    media = parse(
        record(codes=[CODE, CODE | {"version": PDQ_FRAME_VERSION, "bits": ["00" * 32] * 8, "corners": corners}])
    )

    assert [f.region for f in media.fingerprints] == [None] + [((-10, 0), (900, 5), (890, 700), (-20, 690))] * 8
    assert [f.orientation for f in media.fingerprints[1:]] == list(Orientation)
    assert {f.version for f in media.fingerprints} == {PDQ_VERSION, PDQ_FRAME_VERSION}


@pytest.mark.parametrize("variants", [1, 2, 4])
@pytest.mark.parametrize("version", [ORB_VERSION, TILE_VERSION])
def test_places_are_read_to_the_bit(version: str, variants: int) -> None:
    """As they were written."""
    [found] = parse(record(places=[placed(5, variants, version=version)])).places

    points, codes = arrays_of(found)
    assert (found.version, found.width, found.height, len(found), found.variants) == (version, 640, 480, 5, variants)
    assert np.array_equal(points, np.arange(20, dtype=np.float32).reshape(5, 4))
    assert codes.tobytes() == (bytes(range(256)) * 20)[: 32 * 5 * variants]


def test_no_place_is_fine() -> None:
    """A flat picture, or nobody asked."""
    assert parse({k: v for k, v in record().items() if k != "places"}).places == ()
    [none] = parse(record(places=[placed(count=0)])).places
    assert (len(none), none.variants) == (0, 0)


def test_a_plane_of_no_pixel_has_one() -> None:
    """Poses are divided by it."""
    [found] = parse(record(places=[placed(width=0, height=0)])).places

    assert (found.width, found.height) == (1, 1)


def test_places_are_not_shown() -> None:
    """A picture can be redrawn from them: no log has them."""
    [found] = parse(record()).places

    assert "\\x" not in repr(found)
    assert "points" not in repr(found)


SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6) | st.just(ORB_VERSION)
KEYS = st.sampled_from(sorted({*record(), *placed(), *CODE, "corners"}))
JSON = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=9) | st.dictionaries(KEYS, inner, max_size=5), max_leaves=12
)


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(sorted(record())), JSON, max_size=3))
def test_any_record_is_read_or_refused(change: dict[str, Json]) -> None:
    """Nothing but ValueError comes out."""
    try:
        parse(record(**change))
    except ValueError:
        return


@settings(deadline=None)
@given(st.dictionaries(KEYS, JSON, max_size=4), st.dictionaries(KEYS, JSON, max_size=4))
def test_any_code_and_any_place_is_read_or_refused(code: dict[str, Json], places: dict[str, Json]) -> None:
    """The same, one level further in."""
    try:
        parse(record(codes=[CODE | code], places=[placed() | places]))
    except ValueError:
        return


@settings(deadline=None)
@given(st.binary(max_size=200), st.binary(max_size=500))
def test_any_bytes_are_places_or_refused(points: bytes, codes: bytes) -> None:
    """What is read can be made into arrays."""
    try:
        [found] = parse(record(places=[placed(points=text(points), codes=text(codes))])).places
    except ValueError:
        return
    numbers, rows = arrays_of(found)
    assert np.isfinite(numbers).all()
    assert rows.shape[1:] == (len(numbers), 32)


def test_no_two_pipelines_have_one_name() -> None:
    """Each is a name and a number."""
    names = [v for k, v in vars(versions).items() if k.endswith("_VERSION")]

    assert len(set(names)) == len(names) == 5
    assert all(name.partition("/")[2].isdigit() for name in names)
    assert {ORB_VERSION, TILE_VERSION}.isdisjoint(versions.PDQ_VERSIONS)
