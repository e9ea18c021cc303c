"""Tell an archive from its first bytes; names are not believed.

What a format's own signature says comes first. A tar of the oldest kind has none, and its name may be ``BM.jpg``, as a
BMP begins: its header's sum decides.
"""

from __future__ import annotations

import zlib
from enum import StrEnum
from typing import Final

from rempart.app.archives.tar_headers import BLOCK, has_valid_sum

#: What must be seen of a file, or of a member, to tell: what one block of tar can be compressed to, and more.
SNIFFED: Final = 4096
_GZIP_WINDOW: Final = 31


class ArchiveKind(StrEnum):
    """A format of archive that is opened."""

    ZIP = "zip"
    TAR = "tar"
    TAR_GZ = "tar.gz"
    WARC = "warc"
    WARC_GZ = "warc.gz"


def sniff_archive(head: bytes, *, may_be_packed: bool = True) -> ArchiveKind | None:
    """Return the format of an archive, None if it is not one that is opened.

    Args:
        head: The first :data:`SNIFFED` bytes; all, if there are fewer.
        may_be_packed: False for what came out of gzip.
    """
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return ArchiveKind.ZIP
    if head.startswith(b"WARC/"):
        return ArchiveKind.WARC
    if head.startswith(b"\x1f\x8b\x08"):
        return _packed_kind(head) if may_be_packed else None
    return ArchiveKind.TAR if has_valid_sum(head[:BLOCK]) else None


def _packed_kind(head: bytes) -> ArchiveKind | None:
    """Return what a gzip holds, by the beginning of its first member that is not empty."""
    inflate = zlib.decompressobj(_GZIP_WINDOW)
    try:
        inside = inflate.decompress(head, BLOCK)
    except zlib.error:
        return None
    match sniff_archive(inside, may_be_packed=False):
        case ArchiveKind.WARC:
            return ArchiveKind.WARC_GZ
        case ArchiveKind.TAR:
            return ArchiveKind.TAR_GZ
        case _:
            return None
