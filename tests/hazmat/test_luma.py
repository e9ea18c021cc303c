"""A JPEG is decoded at the scale that is asked, and at no scale where another decoder must judge."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
from PIL import Image

from patterns import pattern
from rempart.errors import MediaError
from rempart.hazmat import DecodeLimits
from rempart.hazmat.luma import LEAST_SIDE_PX, Shrunk, luma_of, shrink_for
from rempart.hazmat.picture import open_picture
from rempart.model import UnreadableReason

LIMITS = DecodeLimits()


def jpeg(height: int, width: int, mode: str = "RGB", **options: Any) -> bytes:
    """Encode a smooth picture."""
    buffer = io.BytesIO()
    small = Image.fromarray(pattern(4, 40, 60))
    small.resize((width, height), Image.Resampling.BICUBIC).convert(mode).save(buffer, "JPEG", **options)
    return buffer.getvalue()


def exif(orientation: int) -> Image.Exif:
    """Return an Exif block that names an orientation."""
    block = Image.Exif()
    block[0x0112] = orientation
    return block


def decoded(data: bytes) -> Shrunk:
    """Decode a JPEG that can be."""
    shrunk = open_picture(data, LIMITS).shrunk()
    assert shrunk is not None
    return shrunk


@pytest.mark.parametrize(
    "height, width, shrink",
    [
        (100, 90, 1),
        (1023, 4000, 1),
        (1024, 1024, 2),
        (2047, 3000, 2),
        (2048, 2048, 4),
        (4095, 4100, 4),
        (9999, 4096, 8),
    ],
)
def test_the_scale_leaves_enough_lines(height: int, width: int, shrink: int) -> None:
    """A power of two, on each side of each threshold."""
    assert shrink_for(height, width) == shrink
    assert shrink == 1 or min(height, width) / shrink >= LEAST_SIDE_PX


@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"subsampling": 0}, {"quality": 30}], ids=str)
@pytest.mark.parametrize("height, width", [(1025, 1311), (700, 500), (2048, 2056)])
def test_samples_are_the_means_of_blocks(height: int, width: int, options: dict[str, Any]) -> None:
    """The decoder's scales are box averages, odd sizes included."""
    data = jpeg(height, width, **options)

    shrunk = decoded(data)

    whole = open_picture(data, LIMITS).frame(0)
    size = -(-height // shrunk.shrink), -(-width // shrunk.shrink)
    assert shrunk.samples.shape == (*size, 3)
    assert (shrunk.height, shrunk.width) == (height, width)
    assert shrunk.luma().shape == size
    assert np.abs(shrunk.luma().astype(int) - luma_of(whole)).mean() < 0.6


@pytest.mark.parametrize("orientation", range(1, 9))
def test_the_luma_is_upright(orientation: int) -> None:
    """As the whole decoding is; the samples stay as they are stored."""
    data = jpeg(1200, 1100, exif=exif(orientation))

    shrunk = decoded(data)

    whole = open_picture(data, LIMITS).frame(0)
    assert shrunk.orientation == orientation
    assert shrunk.upright_size() == whole.shape[:2]
    assert shrunk.samples.shape == (600, 550, 3)
    assert np.abs(shrunk.luma().astype(int) - luma_of(whole)).mean() < 0.6
    assert shrunk.luma().flags.c_contiguous
    assert shrunk.luma().flags.writeable


def test_a_grey_jpeg_has_one_channel() -> None:
    """Nothing is computed three times."""
    shrunk = decoded(jpeg(1100, 1200, "L"))

    assert shrunk.samples.shape == (550, 600, 1)
    assert np.array_equal(shrunk.luma(), shrunk.samples[..., 0])
    assert shrunk.luma().flags.writeable


def test_colours_stored_without_transform_are_colours_all_the_same() -> None:
    """A JPEG may store RGB: its first channel is not the luma."""
    picture = Image.fromarray(pattern(4, 60, 70)).resize((1200, 1100))
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", keep_rgb=True, quality=95, subsampling=0)

    luma = decoded(buffer.getvalue()).luma()

    assert np.abs(luma.astype(int) - luma_of(np.asarray(picture))).mean() < 2


def test_only_what_can_be_shrunk_is() -> None:
    """CMYK has no luma before conversion, and other formats no scales."""
    png = io.BytesIO()
    Image.new("RGB", (1200, 1200)).save(png, "PNG")

    assert open_picture(jpeg(1100, 1200, "CMYK"), LIMITS).shrunk() is None
    assert open_picture(png.getvalue(), LIMITS).shrunk() is None


@pytest.mark.parametrize("kept", [0.5, 0.9, 0.999])
def test_a_jpeg_that_is_cut_short_is_left_to_the_slow_path(kept: float) -> None:
    """Libjpeg only warns, and would fill the rest with grey: a warning is a refusal."""
    data = jpeg(1200, 1100)

    assert open_picture(data[: int(len(data) * kept)], LIMITS).shrunk() is None


def test_a_damaged_jpeg_gives_nothing() -> None:
    """Bytes in the middle of the scan were overwritten by a marker that has no place there."""
    data = bytearray(jpeg(1200, 1100))
    data[len(data) // 2 : len(data) // 2 + 2] = b"\xff\xd9"

    assert open_picture(bytes(data), LIMITS).shrunk() is None


def resized(data: bytes, height: int, width: int) -> bytes:
    """Change what the header of a JPEG says of its size."""
    frame = data.index(b"\xff\xc0")
    return data[: frame + 5] + height.to_bytes(2, "big") + width.to_bytes(2, "big") + data[frame + 9 :]


def test_a_header_that_promises_more_lines_than_there_are_gives_nothing() -> None:
    """The missing lines are not invented."""
    lying = resized(jpeg(1200, 1100), 4800, 1100)

    assert open_picture(lying, LIMITS).shrunk() is None


def test_a_header_beyond_the_limits_is_refused_before_decoding() -> None:
    """Shrinking is no way around the limit on pixels."""
    with pytest.raises(MediaError) as caught:
        open_picture(resized(jpeg(1200, 1100), 60_000, 60_000), LIMITS)

    assert caught.value.reason == UnreadableReason.TOO_MANY_PIXELS
