"""Media items before anything is known of them, and the words for what decoding tells."""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path

from rempart.model.web import MemoryFile

#: Four corners in pixels, ``(x, y)``: where the asset's top left, top right, bottom right and bottom left fall in the
#: suspect. A mirrored copy shows as corners that turn the other way.
Region = tuple[tuple[int, int], tuple[int, int], tuple[int, int], tuple[int, int]]

#: Where an item stands in the order of its pile: the root's number, the parts of its path below the root, then a
#: position (numbers) in each archive around it. JSON keeps it; a prefix of a place is what holds it.
Place = tuple[int | str, ...]


class MediaKind(StrEnum):
    """What a media item is to a person."""

    IMAGE = "image"
    VIDEO = "video"


class MediaFormat(StrEnum):
    """The encoding of a media item, read from its first bytes and never from its name."""

    JPEG = "jpeg"
    PNG = "png"
    WEBP = "webp"
    AVIF = "avif"
    GIF = "gif"
    BMP = "bmp"
    TIFF = "tiff"
    HEIC = "heic"


class VideoFormat(StrEnum):
    """The container of a video, read from its first bytes and never from its name."""

    MP4 = "mp4"
    MOV = "mov"
    MATROSKA = "matroska"
    WEBM = "webm"


class Orientation(StrEnum):
    """What was done to a whole picture, among the eight turns and reflections of a rectangle.

    The values are the words of the PDQ reference; :meth:`in_words` says them to a person.
    """

    ORIGINAL = "original"
    ROTATE90 = "rotate90"
    ROTATE180 = "rotate180"
    ROTATE270 = "rotate270"
    FLIPX = "flipx"
    FLIPY = "flipy"
    FLIPPLUS1 = "flipplus1"
    FLIPMINUS1 = "flipminus1"

    def corners(self) -> tuple[int, int, int, int]:
        """Tell which corner of the suspect shows the asset's top left, top right, bottom right and bottom left.

        The suspect's own corners are numbered 0 to 3 in the same order. The suspect shows the asset once this has
        been done to it.
        """
        return _CORNERS[self]

    def in_words(self) -> str:
        """Say, in English, what was done to the asset to make a copy that looks so; empty if nothing was."""
        return _ORIENTATION_WORDS[self]


# Measured on a picture with four marked corners (tests/model/test_media.py): rotations are counter-clockwise,
# FLIPX exchanges top and bottom, FLIPY left and right, FLIPPLUS1 keeps the top left corner.
_CORNERS = {
    Orientation.ORIGINAL: (0, 1, 2, 3),
    Orientation.ROTATE90: (1, 2, 3, 0),
    Orientation.ROTATE180: (2, 3, 0, 1),
    Orientation.ROTATE270: (3, 0, 1, 2),
    Orientation.FLIPX: (3, 2, 1, 0),
    Orientation.FLIPY: (1, 0, 3, 2),
    Orientation.FLIPPLUS1: (0, 3, 2, 1),
    Orientation.FLIPMINUS1: (2, 1, 0, 3),
}

_ORIENTATION_WORDS = {
    Orientation.ORIGINAL: "",
    Orientation.ROTATE90: "turned a quarter clockwise",
    Orientation.ROTATE180: "turned upside down",
    Orientation.ROTATE270: "turned a quarter counter-clockwise",
    Orientation.FLIPX: "mirrored top to bottom",
    Orientation.FLIPY: "mirrored left to right",
    Orientation.FLIPPLUS1: "mirrored and turned a quarter",
    Orientation.FLIPMINUS1: "mirrored and turned three quarters",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaFile:
    """A file on this machine, not opened yet."""

    path: Path
    """Where it is."""
    label: str
    """How it is shown to a person: the path as it was given, surrogates standing for bytes that are not UTF-8."""
    names: tuple[str, ...]
    """Every name that the gate must judge: its own, its folders' below the one that was given, its link's target."""
    may_be_link: bool = True
    """False if it was seen not to be a link: one that took its place since the gate judged it is not followed."""
    place: Place = ()
    """Where it stands in the order of its pile; empty outside a pile."""

    @classmethod
    def named(cls, path: str | os.PathLike[str]) -> MediaFile:
        """Make an item whose own name and whose folder's name are what the gate judges, wherever we stand."""
        whole = Path(os.path.abspath(path))
        return cls(path=Path(path), label=str(path), names=(whole.parent.name, whole.name))

    def names_to_check(self) -> tuple[str, ...]:
        """Return what the gate judges."""
        return self.names


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaBytes:
    """Bytes that are in memory and never touch a disk: standard input, an archive's member."""

    data: bytes = field(repr=False)
    """The encoded media: kept out of ``repr``, so that no log can hold it."""
    label: str
    """How it is shown to a person."""
    names: tuple[str, ...] = ()
    """Every name that the gate must judge: the archive's, and each part of the member's; empty, the label is."""
    place: Place = ()
    """Where it stands in the order of its pile; empty outside a pile."""

    def names_to_check(self) -> tuple[str, ...]:
        """Return what the gate judges."""
        return self.names or (self.label,)

    def without_data(self) -> MediaBytes:
        """Return the same item once its bytes are elsewhere: what waits for an answer must not hold them."""
        return replace(self, data=b"")


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaMemory:
    """Bytes behind a descriptor without a file, sealed: what was fetched, on its way into the sandbox as it is."""

    memory: MemoryFile = field(repr=False)
    """The encoded media. Whoever made the item closes it, once the item is answered."""
    label: str
    """How it is shown to a person."""
    names: tuple[str, ...]
    """Every name that the gate must judge; empty, the label is."""
    place: Place = ()
    """Where it stands in the order of its pile; empty outside a pile."""

    def names_to_check(self) -> tuple[str, ...]:
        """Return what the gate judges."""
        return self.names or (self.label,)


MediaItem = MediaFile | MediaBytes | MediaMemory
