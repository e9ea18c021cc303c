"""Archives are told by their bytes, and nothing else is taken for one."""

from __future__ import annotations

import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive_makers import JPEG, PNG, packed, tar_of, warc_of, zip_of
from leaks import encoded
from pictures import scene
from rempart.app.archives.sniff import ArchiveKind, sniff_archive

WEB = {"https://e.org/": JPEG}


@pytest.mark.parametrize(
    "data, kind",
    [
        (zip_of({"a": JPEG}), ArchiveKind.ZIP),
        (zip_of({}), ArchiveKind.ZIP),
        (tar_of({"a": JPEG}), ArchiveKind.TAR),
        (tar_of({"BM.jpg": JPEG}), ArchiveKind.TAR),
        (packed(tar_of({"a": JPEG})), ArchiveKind.TAR_GZ),
        (gzip.compress(tar_of({"a": JPEG}), compresslevel=0), ArchiveKind.TAR_GZ),
        (warc_of(WEB), ArchiveKind.WARC),
        (warc_of(WEB, gz=True), ArchiveKind.WARC_GZ),
        (packed(zip_of({"a": JPEG})), None),
        (packed(packed(tar_of({"a": JPEG}))), None),
        (packed(b"text"), None),
        (b"\x1f\x8b\x08rubbish", None),
        (b"", None),
        (bytes(4096), None),
        (JPEG, None),
        (PNG * 99, None),
        (b"Rar!\x1a\x07\x00", None),
    ],
)
def test_by_the_first_bytes(data: bytes, kind: ArchiveKind | None) -> None:
    """Whatever comes later."""
    assert sniff_archive(data[:4096]) is kind


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF"])
def test_pictures_are_no_archives(form: str) -> None:
    """Of every kind."""
    assert sniff_archive(encoded(scene(3, 64, 48), form)[:4096]) is None


@given(st.binary(max_size=600))
def test_any_bytes_can_be_looked_at(data: bytes) -> None:
    """And rarely are an archive."""
    sniff_archive(data)
    sniff_archive(b"\x1f\x8b\x08" + data)
