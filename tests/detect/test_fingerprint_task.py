"""The task's record is small, typed, and checked by a parent that trusts no worker."""

from __future__ import annotations

import hashlib
import io
from dataclasses import replace
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from patterns import pattern
from rempart.detect import PDQ_FAST_VERSION, PDQ_VERSION, parse_record
from rempart.detect.fingerprint_task import run, warm
from rempart.errors import MediaError
from rempart.hazmat import DecodeLimits, Json
from rempart.hazmat.picture import Picture
from rempart.kernels import compile as kernel_cache
from rempart.kernels.pdq import pdq_dihedral
from rempart.model import FingerprintedMedia, MediaFormat, Orientation, UnreadableReason

LIMITS = DecodeLimits()


def png(seed: int = 1, height: int = 80, width: int = 120) -> bytes:
    """Encode a pattern."""
    buffer = io.BytesIO()
    Image.fromarray(pattern(seed, height, width)).save(buffer, "PNG")
    return buffer.getvalue()


def test_a_picture_s_record_becomes_its_fingerprints() -> None:
    """Digest, format, size and the code of the picture as it is."""
    data = png()

    media = parse_record(run(data, LIMITS, {"frames": 1, "orientations": 1}))

    codes, quality = pdq_dihedral(pattern(1, 80, 120))
    [one] = media.fingerprints
    assert media.sha256 == hashlib.sha256(data).hexdigest()
    assert (media.format, media.width, media.height, media.frames) == (MediaFormat.PNG, 120, 80, 1)
    assert (one.bits, one.quality, one.version) == (codes[0].tobytes(), quality, PDQ_VERSION)
    assert one.orientation is Orientation.ORIGINAL
    assert one.region is None


def test_a_suspect_has_eight_codes_a_frame() -> None:
    """One per turn and reflection, in the kernel's order."""
    media = parse_record(run(png(), LIMITS, {"frames": 1, "orientations": 8}))

    assert [f.orientation for f in media.fingerprints] == list(Orientation)
    assert np.array_equal(
        np.frombuffer(b"".join(f.bits for f in media.fingerprints), np.uint8).reshape(8, 32),
        pdq_dihedral(pattern(1, 80, 120))[0],
    )


FAST = {"frames": 1, "orientations": 8, "fast": 1}
WHOLE = {"frames": 1, "orientations": 8}


def jpeg(picture: npt.NDArray[np.uint8], mode: str = "RGB", **options: Any) -> bytes:
    """Encode a picture."""
    buffer = io.BytesIO()
    Image.fromarray(picture).convert(mode).save(buffer, "JPEG", **options)
    return buffer.getvalue()


def versions(media: FingerprintedMedia) -> set[str]:
    """Return the pipelines that made the codes."""
    return {f.version for f in media.fingerprints}


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_jpeg_suspect_is_fingerprinted_from_a_shrunk_decoding(orientation: int) -> None:
    """Its codes are within ten bits of the reference's, and everything else in the record is the same."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = jpeg(pattern(5, 1201, 1100), exif=exif)

    fast, whole = parse_record(run(data, LIMITS, FAST)), parse_record(run(data, LIMITS, WHOLE))

    assert (versions(fast), versions(whole)) == ({PDQ_FAST_VERSION}, {PDQ_VERSION})
    assert replace(fast, fingerprints=()) == replace(whole, fingerprints=())
    for a, b in zip(fast.fingerprints, whole.fingerprints, strict=True):
        assert a.orientation is b.orientation
        assert abs(a.quality - b.quality) <= 2
        assert (int.from_bytes(a.bits, "big") ^ int.from_bytes(b.bits, "big")).bit_count() <= 10


def test_a_jpeg_on_the_fast_path_is_decoded_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The whole picture is not touched."""

    def never(_: Picture, index: int) -> npt.NDArray[np.uint8]:
        pytest.fail(f"frame {index} was decoded")

    monkeypatch.setattr(Picture, "frame", never)

    assert versions(parse_record(run(jpeg(pattern(5, 1201, 1100)), LIMITS, FAST))) == {PDQ_FAST_VERSION}


def stripes() -> npt.NDArray[np.uint8]:
    """Return a detailed picture of which most cosine terms are near zero."""
    x = np.arange(1900)
    row = 128 + 60 * np.sin(x / 40) + 50 * np.sin(x / 90)
    return np.repeat(np.repeat(row.round().astype(np.uint8)[None, :, None], 1100, axis=0), 3, axis=2)


SLOW = {
    "not a jpeg": (png(), FAST),
    "cmyk": (jpeg(pattern(5, 600, 500), "CMYK"), FAST),
    "doubtful": (jpeg(stripes(), quality=60), FAST),
    "an asset": (jpeg(pattern(5, 1201, 1100)), {"frames": 1, "orientations": 1}),
}


@pytest.mark.parametrize("data, options", SLOW.values(), ids=SLOW.keys())
def test_the_rest_goes_through_the_reference(data: bytes, options: dict[str, int]) -> None:
    """To the bit."""
    found = parse_record(run(data, LIMITS, options))

    expected = parse_record(run(data, LIMITS, {k: v for k, v in options.items() if k != "fast"}))
    assert versions(found) == {PDQ_VERSION}
    assert found == expected


def test_a_damaged_jpeg_has_one_reason_on_both_paths() -> None:
    """What the quick decoder refuses, the other one judges."""
    data = jpeg(pattern(5, 1201, 1100))[:-5000]

    for options in (FAST, WHOLE):
        with pytest.raises(MediaError) as caught:
            run(data, LIMITS, options)
        assert caught.value.reason == UnreadableReason.TRUNCATED


def test_a_jpeg_too_small_has_none_on_either_path() -> None:
    """It is readable all the same."""
    assert parse_record(run(jpeg(pattern(5, 4, 90)), LIMITS, FAST)).fingerprints == ()


def test_frames_are_fingerprinted_as_asked() -> None:
    """An asset keeps its first frame only: a sequence would redraw the scene."""
    pictures = [Image.fromarray(pattern(k, 60, 60)).convert("P") for k in range(6)]
    buffer = io.BytesIO()
    pictures[0].save(buffer, "GIF", save_all=True, append_images=pictures[1:])

    one = parse_record(run(buffer.getvalue(), LIMITS, {"frames": 1, "orientations": 1}))
    three = parse_record(run(buffer.getvalue(), LIMITS, {"frames": 3, "orientations": 1}))

    assert [f.frame for f in one.fingerprints] == [0]
    assert [f.frame for f in three.fingerprints] == [0, 2, 4]


def test_a_picture_too_small_has_none() -> None:
    """It is readable all the same."""
    assert parse_record(run(png(height=4), LIMITS, {"frames": 1, "orientations": 8})).fingerprints == ()


def test_no_format_makes_a_worker_compile() -> None:
    """Whatever the decoder gives (read-only arrays, views), the kernels that were warmed serve."""
    warm()
    before = [len(d.signatures) for d in kernel_cache._DISPATCHERS]

    for kind in ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF", "AVIF"):
        buffer = io.BytesIO()
        exif = Image.Exif()
        exif[0x0112] = 6
        Image.fromarray(pattern(1, 90, 70)).save(buffer, kind, **({} if kind in {"GIF", "BMP"} else {"exif": exif}))
        run(buffer.getvalue(), LIMITS, {"frames": 1, "orientations": 8})
        run(buffer.getvalue(), LIMITS, FAST)

    assert [len(d.signatures) for d in kernel_cache._DISPATCHERS] == before


GOOD = run(png(), LIMITS, {"frames": 1, "orientations": 1})
CODE = cast("dict[str, Json]", cast("list[Json]", GOOD["codes"])[0])


@pytest.mark.parametrize(
    "change",
    [
        {"sha256": "00"},
        {"sha256": "g" * 64},
        {"format": "exe"},
        {"width": -1},
        {"width": "9"},
        {"height": True},
        {"frames": 1.5},
        {"codes": {}},
        {"codes": [3]},
        {"codes": [CODE | {"quality": 101}]},
        {"codes": [CODE | {"version": "pdq/2"}]},
        {"codes": [CODE | {"version": ["pdq/1"]}]},
        {"codes": [{k: v for k, v in CODE.items() if k != "version"}]},
        {"codes": [CODE | {"frame": 1}]},
        {"codes": [CODE | {"bits": ["00" * 31]}]},
        {"codes": [CODE | {"bits": ["zz" * 32]}]},
        {"codes": [CODE | {"bits": ["00" * 32] * 2}]},
        {"codes": [CODE | {"bits": [7]}]},
    ],
)
def test_a_forged_record_is_refused(change: dict[str, Json]) -> None:
    """Any field that is not what it must be is a ValueError: the pool then ends the worker."""
    with pytest.raises(ValueError, match=r"."):
        parse_record(GOOD | change)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(sorted(GOOD)), inner, max_size=4),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(sorted(GOOD)), JSON))
def test_any_record_is_parsed_or_refused(change: dict[str, Json]) -> None:
    """Whatever a worker sends, nothing but ValueError comes out."""
    try:
        parse_record(GOOD | change)
    except ValueError:
        return
