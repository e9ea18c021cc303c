"""Decode a picture from hostile bytes, one frame at a time: runs inside a worker only.

The pipeline is part of a fingerprint's version, so each step is fixed: format by first bytes, limits before decoding,
JPEG by libjpeg-turbo with its accurate transform and smooth upsampling, Exif orientation applied, transparency over
white, 16 bits reduced to their upper 8, CMYK by Pillow's arithmetic; colour profiles are not applied.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt
import simplejpeg
from PIL import (
    AvifImagePlugin,
    BmpImagePlugin,
    GifImagePlugin,
    Image,
    ImageChops,
    ImageCms,
    ImageColor,
    ImageFile,
    ImageOps,
    ImagePalette,
    ImageSequence,
    JpegImagePlugin,
    MpoImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    UnidentifiedImageError,
    WebPImagePlugin,
)

from rempart.errors import MediaError
from rempart.hazmat.formats import sniff
from rempart.hazmat.interface import DecodeLimits
from rempart.hazmat.luma import Shrunk, decode_shrunk
from rempart.hazmat.turning import ORIENTATIONS, upright
from rempart.model import MediaFormat, UnreadableReason

try:
    import pi_heif
except ImportError:  # the locked install has it; a platform without a wheel does not
    pi_heif = None

Pixels = npt.NDArray[np.uint8]

#: Importing the plugins is what makes them known; naming them keeps the others (PSD, EPS, fonts …) out of reach.
_PLUGINS: Final = {
    MediaFormat.JPEG: JpegImagePlugin.JpegImageFile.format,
    MediaFormat.PNG: PngImagePlugin.PngImageFile.format,
    MediaFormat.WEBP: WebPImagePlugin.WebPImageFile.format,
    MediaFormat.AVIF: AvifImagePlugin.AvifImageFile.format,
    MediaFormat.GIF: GifImagePlugin.GifImageFile.format,
    MediaFormat.BMP: BmpImagePlugin.BmpImageFile.format,
    MediaFormat.TIFF: TiffImagePlugin.TiffImageFile.format,
    MediaFormat.HEIC: "HEIF",
}
_SIXTEEN_BITS: Final = 0xFFFF
#: What Pillow imports late, once a file asks for it: in a worker nothing can be imported any more.
_LATE_IMPORTS: Final = (ImageChops, ImageCms, ImageColor, ImageOps, ImagePalette, ImageSequence, MpoImagePlugin)
_ORIENTATION_TAG: Final = 0x0112  # Exif 2.32, table 4
_TRUNCATION_WORDS: Final = ("truncated", "premature end", "unexpected end", "end of file", "broken data stream")

# Our own limit is checked on the header, before a pixel is allocated; Pillow's would only warn at twice its own.
Image.MAX_IMAGE_PIXELS = None
ImageFile.LOAD_TRUNCATED_IMAGES = False
AvifImagePlugin.DEFAULT_MAX_THREADS = 1
if pi_heif is not None:
    pi_heif.register_heif_opener(thumbnails=False)
    pi_heif.options.DECODE_THREADS = 1


@dataclass(slots=True, kw_only=True)
class Picture:
    """An opened picture: its header was read and is within the limits, its pixels were not touched."""

    format: MediaFormat
    """Read from the first bytes."""
    frames: int
    """How many there are."""
    _data: bytes = field(repr=False)
    _image: Image.Image = field(repr=False)
    _limits: DecodeLimits

    def frame(self, index: int) -> Pixels:
        """Decode one frame.

        Returns:
            ``(H, W, 3) uint8`` sRGB samples, C-contiguous, upright.

        Raises:
            MediaError: it is cut short or damaged, or larger than the first one and beyond the limit.
        """
        try:
            if index:
                self._image.seek(index)
                _check_pixels(self._image, self._limits)
            if self.format is MediaFormat.JPEG:
                fast = _decode_jpeg(self._data, self._image)
                if fast is not None:
                    return fast
            self._image.load()
            return upright(to_rgb(self._image), _orientation(self._image))
        except (OSError, EOFError, SyntaxError, ValueError) as error:
            raise _decoding_error(error) from error

    def shrunk(self) -> Shrunk | None:
        """Decode a JPEG to the few lines that a comparison needs; None where :meth:`frame` must be asked instead."""
        if self.format is not MediaFormat.JPEG:
            return None
        width, height = self._image.size
        orientation = _orientation(self._image)
        return decode_shrunk(self._data, height=height, width=width, mode=self._image.mode, orientation=orientation)

    def frames_to_show(self, most: int) -> Iterator[int]:
        """Yield the indexes of ``most`` frames at equal distances, the first one always among them."""
        count = min(most, self.frames)
        yield from (k * self.frames // count for k in range(count))


def open_picture(data: bytes, limits: DecodeLimits) -> Picture:
    """Read the header of a picture and check it against the limits.

    Raises:
        MediaError: not a format that is read here, damaged, or too large.
    """
    found = sniff(data)
    if found is None:
        raise MediaError(UnreadableReason.UNSUPPORTED)
    if found is MediaFormat.HEIC and pi_heif is None:
        raise MediaError(UnreadableReason.UNSUPPORTED, "HEIC needs the package pi-heif")
    try:
        image = Image.open(io.BytesIO(data), formats=[_PLUGINS[found]])
        _check_pixels(image, limits)
        frames = 1 if found is MediaFormat.JPEG else int(getattr(image, "n_frames", 1))
    except (OSError, EOFError, SyntaxError, ValueError) as error:
        raise _decoding_error(error) from error
    if frames > limits.max_frames:
        raise MediaError(UnreadableReason.TOO_MANY_FRAMES, f"{frames} > {limits.max_frames}")
    return Picture(format=found, frames=frames, _data=data, _image=image, _limits=limits)


def _check_pixels(image: Image.Image, limits: DecodeLimits) -> None:
    pixels = image.width * image.height
    if pixels > limits.max_pixels:
        detail = f"{image.width} x {image.height} > {limits.max_pixels}"
        raise MediaError(UnreadableReason.TOO_MANY_PIXELS, detail)


def _decoding_error(error: Exception) -> MediaError:
    """Tell a picture that was cut short from one that is damaged; the decoder's words stay here."""
    words = str(error).lower()
    short = isinstance(error, EOFError) or any(w in words for w in _TRUNCATION_WORDS)
    if isinstance(error, UnidentifiedImageError):
        return MediaError(UnreadableReason.DAMAGED, "header")
    return MediaError(UnreadableReason.TRUNCATED if short else UnreadableReason.DAMAGED)


def _decode_jpeg(data: bytes, image: Image.Image) -> Pixels | None:
    """Decode straight to an array, without Pillow's copy; None where Pillow must judge: CMYK, a warning."""
    if image.mode not in {"RGB", "L"}:
        return None
    try:
        pixels = simplejpeg.decode_jpeg(data, colorspace="RGB", fastdct=False, fastupsample=False)
    except ValueError:
        return None
    return upright(pixels, _orientation(image))


def _orientation(image: Image.Image) -> int:
    """Return the Exif orientation, 1 where there is none, where it cannot be read or is no orientation."""
    try:
        value = image.getexif().get(_ORIENTATION_TAG, 1)
    except (OSError, SyntaxError, ValueError, KeyError, TypeError):
        return 1  # a damaged Exif block does not make the pixels unreadable
    return value if isinstance(value, int) and value in ORIENTATIONS else 1


def to_rgb(image: Image.Image) -> Pixels:
    """Return the samples of any mode as ``(H, W, 3) uint8``, transparency over white."""
    if image.mode.startswith("I;16"):  # before transparency, which Pillow would composite by clipping
        return np.repeat((np.asarray(image) >> 8).astype(np.uint8)[:, :, np.newaxis], 3, axis=2)
    if image.has_transparency_data:
        layer = image if image.mode == "RGBA" else image.convert("RGBA")
        page = Image.new("RGB", image.size, (255, 255, 255))
        page.paste(layer, mask=layer.getchannel("A"))
        return np.asarray(page)
    if image.mode in {"I", "F"}:
        return np.repeat(_reduced(np.asarray(image), whole=image.mode == "I")[:, :, np.newaxis], 3, axis=2)
    return np.asarray(image if image.mode == "RGB" else image.convert("RGB"))


def _reduced(samples: npt.NDArray[np.int32] | npt.NDArray[np.float32], *, whole: bool) -> Pixels:
    """Bring 32-bit samples to 8 bits: 16-bit integers by their upper 8, anything else stretched from end to end."""
    if whole and samples.min() >= 0 and samples.max() <= _SIXTEEN_BITS:
        return (samples >> 8).astype(np.uint8)  # type: ignore[operator]  # they are whole
    finite = np.nan_to_num(samples.astype(np.float32), copy=False, nan=0.0, posinf=0.0, neginf=0.0)
    finite -= finite.min()
    finite *= np.float32(255.0) / max(finite.max(), np.float32(1e-30))
    return finite.astype(np.uint8)
