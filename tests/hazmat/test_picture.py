"""Every format decodes to the same picture; hostile or strange files give a reason."""

from __future__ import annotations

import io
import struct
import sys
import zlib
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pi_heif
import pytest
from PIL import Image

from patterns import pattern
from rempart.errors import MediaError
from rempart.hazmat import DecodeLimits
from rempart.hazmat.formats import sniff
from rempart.hazmat.picture import open_picture, to_rgb
from rempart.hazmat.turning import upright
from rempart.model import MediaFormat, UnreadableReason
from required import ROOT

LIMITS = DecodeLimits(max_pixels=4_000_000, max_frames=50)
PICTURE = Image.fromarray(pattern(4, 120, 160)).resize((320, 240), Image.Resampling.BICUBIC)


def encode(picture: Image.Image, kind: str, **options: object) -> bytes:
    """Encode a picture."""
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


def decode(data: bytes, frame: int = 0) -> npt.NDArray[np.uint8]:
    """Decode one frame."""
    return open_picture(data, LIMITS).frame(frame)


def reason(data: bytes, limits: DecodeLimits = LIMITS) -> str:
    """Return why a file cannot be decoded."""
    with pytest.raises(MediaError) as caught:
        open_picture(data, limits).frame(0)
    return caught.value.reason


def error_of(a: npt.NDArray[np.uint8], b: npt.NDArray[np.uint8]) -> float:
    """Return the mean absolute difference."""
    return float(np.abs(a.astype(int) - b.astype(int)).mean())


@pytest.mark.parametrize(
    "kind, options, found",
    [
        ("PNG", {}, MediaFormat.PNG),
        ("BMP", {}, MediaFormat.BMP),
        ("TIFF", {"compression": "tiff_lzw"}, MediaFormat.TIFF),
        ("WEBP", {"lossless": True}, MediaFormat.WEBP),
    ],
)
def test_lossless_formats_give_the_very_pixels(kind: str, options: dict[str, object], found: MediaFormat) -> None:
    """What was saved comes back."""
    picture = open_picture(encode(PICTURE, kind, **options), LIMITS)

    assert picture.format is found
    assert np.array_equal(picture.frame(0), np.asarray(PICTURE))


@pytest.mark.parametrize("kind, limit", [("JPEG", 12), ("WEBP", 12), ("AVIF", 12), ("GIF", 25)])
def test_lossy_formats_give_about_the_pixels(kind: str, limit: float) -> None:
    """Decoding yields the picture, not another one."""
    assert error_of(decode(encode(PICTURE, kind)), np.asarray(PICTURE)) < limit


def test_heic_gives_about_the_pixels() -> None:
    """What telephones write is read: a vector, since nothing installed here can encode it."""
    data = (ROOT / "tests" / "vectors" / "pattern-4-120x160.heic").read_bytes()

    picture = open_picture(data, LIMITS)

    assert picture.format is MediaFormat.HEIC
    assert error_of(picture.frame(0), pattern(4, 120, 160)) < 12


def test_the_two_jpeg_decoders_agree() -> None:
    """The fast path gives the very samples of Pillow's full decode: PDQ's reference pipeline."""
    for options in ({"quality": 90}, {"quality": 40, "subsampling": 0}, {"progressive": True}):
        data = encode(PICTURE, "JPEG", **options)
        assert np.array_equal(decode(data), np.asarray(Image.open(io.BytesIO(data))))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation_is_applied_once(kind: str, orientation: int) -> None:
    """A picture stored turned, with the tag that says so, comes out upright, whatever the format."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored = {2: 2, 3: 3, 4: 4, 5: 5, 6: 8, 7: 7, 8: 6}.get(orientation, 1)  # the inverse turn
    turned = Image.fromarray(upright(np.asarray(PICTURE), stored))
    options = {"quality": 95, "subsampling": 0} if kind == "JPEG" else {"lossless": True} if kind == "WEBP" else {}

    decoded = decode(encode(turned, kind, exif=exif, **options))

    assert decoded.shape == (240, 320, 3)
    assert error_of(decoded, np.asarray(PICTURE)) < 8


def test_transparency_is_laid_on_white() -> None:
    """Hidden colours do not show, half-transparent ones mix with white."""
    rgba = np.zeros((4, 4, 4), np.uint8)
    rgba[0, 0] = (200, 0, 0, 255)
    rgba[1, 1] = (200, 0, 0, 0)
    rgba[2, 2] = (0, 0, 0, 128)

    decoded = decode(encode(Image.fromarray(rgba), "PNG"))

    assert decoded[0, 0].tolist() == [200, 0, 0]
    assert decoded[1, 1].tolist() == [255, 255, 255]
    assert abs(int(decoded[2, 2, 0]) - 127) <= 1


def test_palette_and_grey_transparency_too() -> None:
    """A GIF's transparent entry and a grey PNG's alpha are white."""
    palette = Image.new("P", (8, 8), 1)
    palette.putpalette([10, 20, 30, 200, 100, 50])
    assert decode(encode(palette, "GIF", transparency=1))[0, 0].tolist() == [255, 255, 255]
    grey = Image.merge("LA", (Image.new("L", (8, 8), 10), Image.new("L", (8, 8), 0)))
    assert decode(encode(grey, "PNG"))[0, 0].tolist() == [255, 255, 255]


def test_sixteen_bits_keep_their_upper_eight() -> None:
    """A 16-bit grey PNG is not clipped to white."""
    samples = (np.arange(64 * 64, dtype=np.uint16).reshape(64, 64) * 16).astype(np.uint16)

    decoded = decode(encode(Image.fromarray(samples), "PNG"))

    assert np.array_equal(decoded[..., 0], (samples >> 8).astype(np.uint8))


def test_floating_point_is_stretched() -> None:
    """A TIFF of floats spans black to white."""
    samples = np.linspace(-2.0, 7.0, 64 * 64, dtype=np.float32).reshape(64, 64)

    decoded = decode(encode(Image.fromarray(samples), "TIFF"))

    assert (int(decoded.min()), int(decoded.max())) == (0, 255)


def test_cmyk_is_converted() -> None:
    """Print colours come out as the screen's, not inverted."""
    decoded = decode(encode(PICTURE.convert("CMYK"), "JPEG", quality=95))

    assert error_of(decoded, np.asarray(PICTURE)) < 20


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA", "LA", "CMYK", "YCbCr", "HSV", "LAB", "I", "F", "I;16"])
def test_every_mode_becomes_rgb(mode: str) -> None:
    """No mode of Pillow is left out."""
    picture = (
        PICTURE.convert("I").convert("I;16")
        if mode == "I;16"
        else PICTURE.convert("L" if mode in "IF" else mode if mode != "LAB" else "RGB")
    )
    if mode in {"I", "F"}:
        picture = picture.convert(mode)
    pixels = to_rgb(picture)

    assert pixels.shape == (240, 320, 3)
    assert pixels.dtype == np.uint8


def animation(frames: int, size: int = 24) -> bytes:
    """Return an animated GIF whose frames differ."""
    pictures = [Image.fromarray(pattern(k, size, size)).convert("P") for k in range(min(frames, 8))]
    pictures = [pictures[k % len(pictures)] for k in range(frames)]
    return encode(pictures[0], "GIF", save_all=True, append_images=pictures[1:], duration=20)


def test_frames_are_spread_over_an_animation() -> None:
    """The first is always shown, the others at equal distances."""
    picture = open_picture(animation(12), LIMITS)

    assert picture.frames == 12
    assert list(picture.frames_to_show(4)) == [0, 3, 6, 9]
    assert list(picture.frames_to_show(99)) == list(range(12))
    assert not np.array_equal(picture.frame(0), picture.frame(3))


def png(width: int, height: int, *, rows: bytes = b"", depth: int = 8) -> bytes:
    """Return a PNG that says it has a size."""
    header = struct.pack(">IIBBBBB", width, height, depth, 2, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(d)) + k + d + struct.pack(">I", zlib.crc32(k + d)) for k, d in parts
    )


def many_frames() -> bytes:
    """Return a GIF of 10,000 frames, in some hundred kilobytes."""
    one = encode(Image.new("P", (1, 1)), "GIF")
    start = one.index(b"\x2c")
    head, frame = one[:start], one[start:-1]
    return head + frame * 10_000 + b"\x3b"


HOSTILE: list[tuple[str, Callable[[], bytes], UnreadableReason]] = [
    ("bomb", lambda: png(60_000, 60_000, rows=b"\0" * 1_000_000), UnreadableReason.TOO_MANY_PIXELS),
    ("10,000 frames", many_frames, UnreadableReason.TOO_MANY_FRAMES),
    ("text", lambda: b"just some text, renamed", UnreadableReason.UNSUPPORTED),
    ("pdf", lambda: b"%PDF-1.7\n", UnreadableReason.UNSUPPORTED),
    ("zip", lambda: b"PK\x03\x04" + bytes(60), UnreadableReason.UNSUPPORTED),
    ("svg", lambda: b"<svg xmlns='http://www.w3.org/2000/svg'/>", UnreadableReason.UNSUPPORTED),
    ("one byte", lambda: b"\xff", UnreadableReason.UNSUPPORTED),
    ("jpeg header only", lambda: b"\xff\xd8\xff", UnreadableReason.DAMAGED),
    ("jpeg cut", lambda: encode(PICTURE, "JPEG")[:-900], UnreadableReason.TRUNCATED),
    ("png cut", lambda: encode(PICTURE, "PNG")[:-900], UnreadableReason.TRUNCATED),
    ("png rows missing", lambda: png(300, 300), UnreadableReason.TRUNCATED),
    ("gif cut", lambda: encode(PICTURE, "GIF")[:500], UnreadableReason.TRUNCATED),
    ("png noise", lambda: encode(PICTURE, "PNG")[:100] + bytes(range(256)) * 40, UnreadableReason.DAMAGED),
    ("webp damaged", lambda: encode(PICTURE, "WEBP")[:200] + bytes(400), UnreadableReason.DAMAGED),
    ("heic noise", lambda: b"\0\0\0\x18ftypheic\0\0\0\0heicmif1" + bytes(99), UnreadableReason.DAMAGED),
    ("avif noise", lambda: b"\0\0\0\x18ftypavif\0\0\0\0avifmif1" + bytes(99), UnreadableReason.DAMAGED),
]


@pytest.mark.parametrize("name, make, expected", HOSTILE, ids=[h[0] for h in HOSTILE])
def test_hostile_files_give_a_reason(name: str, make: Callable[[], bytes], expected: UnreadableReason) -> None:
    """Never an exception of a decoder, never a picture."""
    del name
    assert reason(make()) in {expected, *_ALSO.get(expected, ())}


#: Decoders tell cut from damaged with more or less care; both are honest.
_ALSO = {UnreadableReason.TRUNCATED: {UnreadableReason.DAMAGED}, UnreadableReason.DAMAGED: {UnreadableReason.TRUNCATED}}


@pytest.mark.parametrize("side, readable", [(2000, True), (2001, False)])
def test_the_pixel_limit_has_two_sides(side: int, readable: bool) -> None:  # noqa: FBT001 - a table
    """Exactly the limit is read, one row more is not."""
    limits = DecodeLimits(max_pixels=2000 * 2000)
    data = encode(Image.new("RGB", (2000, side)), "PNG")

    if readable:
        assert open_picture(data, limits).frame(0).shape == (2000, 2000, 3)
    else:
        assert reason(data, limits) == UnreadableReason.TOO_MANY_PIXELS


def test_a_later_frame_cannot_be_larger_than_allowed() -> None:
    """Pages of a TIFF have sizes of their own."""
    small, large = Image.new("L", (10, 10)), Image.new("L", (3000, 3000))
    picture = open_picture(encode(small, "TIFF", save_all=True, append_images=[large]), LIMITS)

    with pytest.raises(MediaError) as caught:
        picture.frame(1)
    assert caught.value.reason == UnreadableReason.TOO_MANY_PIXELS


def test_the_name_of_a_format_is_not_believed() -> None:
    """First bytes decide: there is no file name here at all."""
    assert sniff(encode(PICTURE, "PNG")) is MediaFormat.PNG
    assert sniff(b"RIFF\0\0\0\0WAVE") is None
    assert sniff(b"") is None


def test_without_pi_heif_a_heic_names_the_package(monkeypatch: pytest.MonkeyPatch) -> None:
    """The core works without it, and says what is missing."""
    monkeypatch.setattr(sys.modules["rempart.hazmat.picture"], "pi_heif", None)

    with pytest.raises(MediaError, match="pi-heif"):
        open_picture(b"\0\0\0\x18ftypheic\0\0\0\0heicmif1" + bytes(99), LIMITS)
    assert pi_heif.__version__
