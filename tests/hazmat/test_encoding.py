"""Copies as their picture was: what is kept of its metadata, what is left out, and which pictures are refused."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image, ImageCms

from marked import picture
from rempart.errors import MarkError
from rempart.hazmat.encoding import PERSONAL, encode, style_of
from rempart.model.media import MediaFormat

ICC = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
#: What must not be in a copy, wherever it was.
SECRET = b"SECRET-of-a-camera"


def encoded(image: Image.Image, form: str, **options: object) -> bytes:
    """Encode a picture as its owner has it."""
    out = io.BytesIO()
    image.save(out, form, **options)
    return out.getvalue()


def exif() -> Image.Exif:
    """Make a block with what is kept and what is not."""
    made = Image.Exif()
    made[0x010F] = "Maker"
    made[0x8298] = "(c) Nadia"
    made[0x0112] = 6
    made[0xA431] = SECRET.decode()  # some software writes it beside the block that it belongs to
    made[0xC62F] = SECRET.decode()
    made[0x8825] = {1: "N", 2: (48.0, 51.0, 30.0)}
    made[0x8769] = {0x9003: "2026:01:02 03:04:05", 0x927C: SECRET, 0xA431: SECRET.decode(), 0xA430: SECRET.decode()}
    return made


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_what_is_kept_and_what_is_left_out(form: str) -> None:
    """Profile, maker, rights and date stay; position, serial numbers, owner, orientation and XMP do not."""
    image = picture()
    data = encoded(image, form, exif=exif(), icc_profile=ICC, **({} if form == "PNG" else {"xmp": SECRET}))
    style = style_of(data, MediaFormat(form.lower()), comment=PERSONAL)

    copy = encode(np.asarray(image), style)

    assert SECRET not in copy
    with Image.open(io.BytesIO(copy)) as read:
        found = read.getexif()
        below = found.get_ifd(0x8769)
        assert read.format == form
        assert read.info["icc_profile"] == ICC
    assert (found[0x010F], found[0x8298]) == ("Maker", "(c) Nadia")
    assert below[0x9003] == "2026:01:02 03:04:05"
    assert b"Personal copy" in below[0x9286]
    assert not {0x8825, 0x0112} & set(found)
    assert found.get_ifd(0x8825) == {}
    assert copy == encode(np.asarray(image), style)


def test_a_gray_picture_stays_gray() -> None:
    """With its samples, in a format that has gray; a profile of other colours is left out."""
    data = encoded(picture().convert("L"), "PNG", icc_profile=ICC)
    style = style_of(data, MediaFormat.PNG)

    with Image.open(io.BytesIO(encode(np.full((20, 30, 3), 7, np.uint8), style))) as read:
        assert (read.mode, read.size, read.getpixel((3, 3))) == ("L", (30, 20), 7)
    assert style.icc == b""


def test_a_lossless_webp_stays_lossless() -> None:
    """To the last sample."""
    image = picture()
    style = style_of(encoded(image, "WEBP", lossless=True), MediaFormat.WEBP)

    with Image.open(io.BytesIO(encode(np.asarray(image), style))) as read:
        assert np.array_equal(np.asarray(read.convert("RGB")), np.asarray(image))


def test_an_opaque_alpha_channel_is_no_transparency() -> None:
    """As screenshots have it; a transparent part is."""
    image = picture().convert("RGBA")
    assert style_of(encoded(image, "PNG"), MediaFormat.PNG).format is MediaFormat.PNG
    image.putpixel((3, 3), (0, 0, 0, 0))

    with pytest.raises(MarkError, match="transparent"):
        style_of(encoded(image, "PNG"), MediaFormat.PNG)


@pytest.mark.parametrize("form", [MediaFormat.GIF, MediaFormat.TIFF, MediaFormat.HEIC, MediaFormat.AVIF])
def test_formats_of_which_no_copies_are_made(form: MediaFormat) -> None:
    """Are named, before anything is read."""
    with pytest.raises(MarkError, match="JPEG, PNG and WebP"):
        style_of(b"", form)


def test_a_damaged_block_is_left_out() -> None:
    """The copy is made all the same."""
    data = encoded(picture(), "JPEG", exif=b"Exif\x00\x00MM\x00*\x00\x00\x00\x08\xff\xff garbage")
    style = style_of(data, MediaFormat.JPEG, comment=PERSONAL)

    with Image.open(io.BytesIO(encode(np.asarray(picture()), style))) as read:
        assert b"Personal copy" in read.getexif().get_ifd(0x8769)[0x9286]
