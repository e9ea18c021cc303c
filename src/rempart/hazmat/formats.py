"""Tell a format from first bytes; names are not believed."""

from __future__ import annotations

from typing import Final

from rempart.model import MediaFormat

_STARTS: Final = (
    (b"\xff\xd8\xff", MediaFormat.JPEG),
    (b"\x89PNG\r\n\x1a\n", MediaFormat.PNG),
    (b"GIF87a", MediaFormat.GIF),
    (b"GIF89a", MediaFormat.GIF),
    (b"BM", MediaFormat.BMP),
    (b"II*\x00", MediaFormat.TIFF),
    (b"MM\x00*", MediaFormat.TIFF),
    (b"II+\x00", MediaFormat.TIFF),
    (b"MM\x00+", MediaFormat.TIFF),
)
# ISO/IEC 23008-12 and AV1-ISOBMFF: the brands that a file says it follows.
_AVIF_BRANDS: Final = {b"avif", b"avis"}
_HEIC_BRANDS: Final = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"msf1"}
_BRANDS_LIMIT: Final = 256


def sniff(data: bytes) -> MediaFormat | None:
    """Return the format of an encoded picture, or None if it is not one that is read here."""
    for start, found in _STARTS:
        if data.startswith(start):
            return found
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return MediaFormat.WEBP
    if data[4:8] == b"ftyp":
        end = min(int.from_bytes(data[:4], "big"), _BRANDS_LIMIT)
        brands = {data[8:12]} | {data[at : at + 4] for at in range(16, end, 4)}
        if brands & _AVIF_BRANDS:
            return MediaFormat.AVIF
        if brands & _HEIC_BRANDS:
            return MediaFormat.HEIC
    return None
