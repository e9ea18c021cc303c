"""Tell a video's container from its first bytes, and whether its file was cut short; names are not believed.

Only containers that hold their own media are known here: a playlist or a script that names other files (HLS, DASH,
concat) begins with none of these bytes, and whatever begins with them is read as that container and as nothing else.
"""

from __future__ import annotations

from typing import Final

from rempart.model.media import VideoFormat

#: How many bytes :func:`sniff_video` needs at most.
START_BYTES: Final = 4_096
#: RFC 8794 §11.2.1, RFC 9559 §4: the head of EBML, and the element that says which kind of document follows.
_EBML: Final = b"\x1a\x45\xdf\xa3"
_DOC_TYPE: Final = b"\x42\x82"
#: ISO/IEC 14496-12: boxes that a file may begin with; QuickTime files before 2001 have no ``ftyp``.
_QUICKTIME_STARTS: Final = (b"moov", b"mdat", b"wide", b"free", b"skip")
_QUICKTIME: Final = b"qt  "
#: Brands of pictures in the same boxes (ISO/IEC 23008-12), and of sound alone.
_NOT_VIDEO: Final = frozenset(
    {b"avif", b"avis", b"heic", b"heix", b"heim", b"heis", b"mif1", b"msf1", b"M4A ", b"M4B "}
)
_LARGE_BOX: Final = 1
_BOX_HEAD: Final = 8


def sniff_video(start: bytes) -> VideoFormat | None:
    """Return the container of a video, or None if it is not one that is read here.

    Args:
        start: Its first bytes, :data:`START_BYTES` of them or all.
    """
    kind = start[4:8]
    if kind == b"ftyp":
        brand = start[8:12]
        if brand in _NOT_VIDEO:
            return None
        return VideoFormat.MOV if brand == _QUICKTIME else VideoFormat.MP4
    if kind in _QUICKTIME_STARTS and len(start) > _BOX_HEAD:
        return VideoFormat.MOV
    if start.startswith(_EBML):
        at = start.find(_DOC_TYPE, 4, 64)
        name = start[at + 3 : at + 3 + (start[at + 2] & 0x7F)] if 0 < at < len(start) - 3 else b""
        return {b"webm": VideoFormat.WEBM, b"matroska": VideoFormat.MATROSKA}.get(name.rstrip(b"\0"))
    return None


def is_cut_short(data: memoryview, found: VideoFormat) -> bool:
    """Tell whether a file ends before its outermost boxes do; of Matroska it cannot be told.

    Args:
        data: The whole file.
        found: Its container.
    """
    if found not in {VideoFormat.MP4, VideoFormat.MOV}:
        return False
    at = 0
    while at + _BOX_HEAD <= len(data):
        size = int.from_bytes(data[at : at + 4], "big")
        if size == _LARGE_BOX:
            size = int.from_bytes(data[at + 8 : at + 16], "big")
        if size == 0:  # to the end of the file
            return False
        if size < _BOX_HEAD:
            return False  # no box: the demuxer says what it is
        at += size
    return at > len(data)
