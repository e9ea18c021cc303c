"""Containers by first bytes: what names other files is none of them."""

from __future__ import annotations

import struct

import pytest

from rempart.hazmat.video_formats import is_cut_short, sniff_video
from rempart.model import VideoFormat

FTYP = b"\x00\x00\x00\x18ftyp"
EBML = b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\x82"


@pytest.mark.parametrize(
    "start, found",
    [
        (FTYP + b"isom\x00\x00\x02\x00isommp41", VideoFormat.MP4),
        (FTYP + b"qt  \x00\x00\x02\x00qt      ", VideoFormat.MOV),
        (b"\x00\x00\x00\x08wide\x00\x00\x00\x10mdat", VideoFormat.MOV),
        (EBML + b"\x84webm", VideoFormat.WEBM),
        (EBML + b"\x88matroska", VideoFormat.MATROSKA),
        (EBML + b"\x84wemb", None),
        (EBML, None),
        (FTYP + b"heic\x00\x00\x00\x00mif1heic", None),
        (FTYP + b"avif\x00\x00\x00\x00avifmif1", None),
        (FTYP + b"M4A \x00\x00\x00\x00M4A mp42", None),
        (b"#EXTM3U\n#EXTINF:9,\nfile:///etc/passwd\n", None),
        (b"ffconcat version 1.0\nfile /etc/passwd\n", None),
        (b"<?xml version='1.0'?><MPD/>", None),
        (b"\x89PNG\r\n\x1a\n", None),
        (b"RIFF\x00\x00\x00\x00AVI LIST", None),
        (b"", None),
    ],
)
def test_a_container_is_told_by_its_first_bytes(start: bytes, found: VideoFormat | None) -> None:
    """Playlists, scripts, pictures and sound alone are no videos."""
    assert sniff_video(start) is found


def box(kind: bytes, size: int, *, is_large: bool = False) -> bytes:
    """Make a box of zeros."""
    head = struct.pack(">I4sQ", 1, kind, size) if is_large else struct.pack(">I4s", size, kind)
    return head + bytes(size - len(head))


@pytest.mark.parametrize(
    "data, is_short",
    [
        (box(b"ftyp", 24) + box(b"mdat", 100), False),
        (box(b"ftyp", 24) + box(b"mdat", 100)[:-1], True),
        (box(b"ftyp", 24) + box(b"mdat", 100, is_large=True), False),
        (box(b"ftyp", 24) + box(b"mdat", 100, is_large=True)[:-1], True),
        (box(b"ftyp", 24) + struct.pack(">I4s", 0, b"mdat") + b"rest", False),
        (box(b"ftyp", 24) + struct.pack(">I4s", 3, b"mdat") + b"rest", False),
    ],
)
def test_a_file_that_ends_early(data: bytes, is_short: bool) -> None:  # noqa: FBT001 - a table
    """Before its outermost box does."""
    assert is_cut_short(memoryview(data), VideoFormat.MP4) is is_short


def test_of_matroska_it_cannot_be_told() -> None:
    """Whatever its bytes look like."""
    assert is_cut_short(memoryview(box(b"mdat", 100)[:-1]), VideoFormat.MATROSKA) is False
