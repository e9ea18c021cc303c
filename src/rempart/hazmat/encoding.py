"""Encode a copy as its picture was: format and colour profile kept, of its Exif block what names no place or device.

What is kept: the ICC profile, if it fits the samples, and the Exif block, without position (GPS), thumbnail (a picture
without a mark), the maker's notes and serial numbers (they name the camera), and orientation (the samples are upright).
XMP, IPTC, comments and manifests are left out: they may hold any of that, and a manifest is of another file. A copy can
say of itself that it is personal. Runs inside a worker only.
"""

from __future__ import annotations

import contextlib
import io
import warnings
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from PIL import Image

from rempart.errors import MarkError
from rempart.model.media import MediaFormat

U8 = npt.NDArray[np.uint8]

#: Finer than what the picture itself is mostly stored in: the mark's own limits stay what is seen.
_QUALITY: Final = 95
#: Of zlib: copies are many, and smaller ones take ten times as long.
_PNG_LEVEL: Final = 3
_EXIF_IFD: Final = 0x8769
#: Below the Exif block (2.32): maker's notes, comment, sizes, owner's name, serial numbers of camera and lens.
_LEFT_OUT_BELOW: Final = frozenset({0x927C, 0x9286, 0xA002, 0xA003, 0xA005, 0xA420, 0xA430, 0xA431, 0xA435})
#: GPS, interoperability, orientation, the thumbnail's block, XMP, IPTC, and DNG's serial numbers and private block;
#: and what belongs below: some software writes it beside the block instead.
_LEFT_OUT: Final = _LEFT_OUT_BELOW | {0x8825, 0x0112, 0x0201, 0x0202, 0x02BC, 0x83BB, 0x8649, 0xC62F, 0xC634, 0xC68B}
_USER_COMMENT: Final = 0x9286
#: What the copy of a recipient says of itself.
PERSONAL: Final = b"ASCII\x00\x00\x00Personal copy, marked for its recipient. Copie personnelle, marquee."
_MODES: Final = frozenset({"RGB", "L", "P", "RGBA", "LA", "1", "I;16", "PA"})
_ENCODED: Final = frozenset({MediaFormat.JPEG, MediaFormat.PNG, MediaFormat.WEBP})


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """How copies of a picture are encoded."""

    format: MediaFormat
    """As the picture."""
    is_gray: bool
    """Whether it has no colour."""
    is_lossless: bool
    """Of a WebP."""
    icc: bytes
    """Its colour profile; empty if it has none that fits."""
    exif: bytes
    """What is kept of its Exif block."""


def style_of(data: bytes, found: MediaFormat, *, comment: bytes = b"") -> Style:
    """Find out how copies of a picture are to be encoded.

    Args:
        data: The picture, which was opened before within its limits.
        found: Its format, by its first bytes.
        comment: What copies say of themselves (Exif, UserComment); empty, they say nothing.

    Raises:
        MarkError: copies of such a picture cannot be made: format, transparency, colours.
    """
    if found not in _ENCODED:
        message = f"copies are made of JPEG, PNG and WebP pictures, not of {found}"
        raise MarkError(message)
    # Of a damaged block: what can be read of it is kept.
    with warnings.catch_warnings(action="ignore"), Image.open(io.BytesIO(data), formats=[found.name]) as image:
        if image.mode not in _MODES:
            message = f"the picture is in {image.mode} colours: convert it to RGB first"
            raise MarkError(message)
        if image.has_transparency_data and image.convert("RGBA").getchannel("A").getextrema() != (255, 255):
            message = "the picture has transparent parts: put it on a background first"
            raise MarkError(message)
        is_gray = image.mode in {"L", "LA", "1", "I;16"}
        return Style(
            format=found,
            is_gray=is_gray and found is not MediaFormat.WEBP,  # which has no gray
            is_lossless=found is MediaFormat.WEBP and b"VP8L" in data[:64],
            icc=_profile(image, b"GRAY" if is_gray else b"RGB "),
            exif=_exif(image, {_USER_COMMENT: comment} if comment else {}),
        )


def encode(pixels: U8, style: Style) -> bytes:
    """Encode a copy: the same bytes from the same samples.

    Args:
        pixels: ``(H, W, 3) uint8`` RGB.
        style: Of its picture.
    """
    image = Image.fromarray(pixels[..., 1] if style.is_gray else pixels)
    out = io.BytesIO()
    extra: dict[str, bytes] = {"exif": style.exif} | ({"icc_profile": style.icc} if style.icc else {})
    match style.format:
        case MediaFormat.JPEG:
            image.save(out, "JPEG", quality=_QUALITY, subsampling=0, **extra)
        case MediaFormat.PNG:
            image.save(out, "PNG", compress_level=_PNG_LEVEL, **extra)
        case _:
            image.save(out, "WEBP", lossless=style.is_lossless, quality=_QUALITY, method=2, exact=True, **extra)
    return out.getvalue()


def _profile(image: Image.Image, space: bytes) -> bytes:
    """Return the profile if it is of these colours (ICC.1:2022, 7.2.6: the data colour space, at 16)."""
    icc = image.info.get("icc_profile")
    return icc if isinstance(icc, bytes) and icc[16:20] == space else b""


def _exif(image: Image.Image, own: dict[int, bytes]) -> bytes:
    """Return what is kept of the Exif block, with tags of ours."""
    kept, below = Image.Exif(), dict(own)
    damaged = contextlib.suppress(OSError, SyntaxError, ValueError, KeyError, TypeError)  # what was read is kept
    with damaged:
        found = image.getexif()
        for tag, value in found.items():
            if tag not in _LEFT_OUT and tag != _EXIF_IFD:
                kept[tag] = value
        below |= {t: v for t, v in found.get_ifd(_EXIF_IFD).items() if t not in _LEFT_OUT_BELOW}
    kept[_EXIF_IFD] = below
    try:
        return kept.tobytes()
    except (OSError, ValueError, KeyError, TypeError, OverflowError, AttributeError):  # a value that was none
        plain = Image.Exif()
        plain[_EXIF_IFD] = own
        return plain.tobytes()
