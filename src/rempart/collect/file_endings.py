"""What files of pictures and videos are called: said once, for links, attachments and lists of addresses alike."""

from __future__ import annotations

from typing import Final

from rempart.model.collected import ReferenceKind

#: Without the dot, in small letters. ``jpe`` and ``jfif`` are JPEG, ``heif`` is HEIC: all are decoded.
PICTURES: Final = frozenset("jpg jpeg jpe jfif png webp avif gif bmp tif tiff heic heif".split())
_VIDEOS: Final = frozenset("mp4 m4v webm mov mkv avi wmv flv mpg mpeg ts m3u8".split())
#: Looked up once: the time that a name of an ``Enum`` takes shows, here.
_IMAGE: Final = ReferenceKind.IMAGE
_VIDEO: Final = ReferenceKind.VIDEO
_LINK: Final = ReferenceKind.LINK


def kind_of(url: str) -> ReferenceKind:
    """Tell by an address's last part what it leads to: a picture, a video, or something else."""
    if "?" in url:
        url = url.partition("?")[0]
    ending = url.rpartition(".")[2].lower()
    if ending in PICTURES:
        return _IMAGE
    return _VIDEO if ending in _VIDEOS else _LINK
