"""What goes into the sandbox to be marked, and what comes out: a picture, its key and some codes; copies and figures.

A container is five little-endian numbers (version, codes, bytes of the picture's key, of the owner's, of the picture),
both keys, the codes with a bit for each symbol, and the encoded picture. The seed of the codes is never in it.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from rempart.kernels.spread_spectrum import SYMBOLS
from rempart.mark.watermark import MARK_VERSION, OWNED_MARK_VERSION
from rempart.model.media import MediaFormat

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rempart.hazmat import Json

I8 = npt.NDArray[np.int8]

#: The task that marks, for ``hazmat.Task``.
MARK_TASK: Final = "rempart.mark.mark_task:run"
#: What one visit may bring back: the copies of one picture for some recipients.
OUTPUT_BYTES: Final = 128 * 1024 * 1024
#: Copies of one visit: preparing the picture costs as much as some five copies.
COPIES_MOST: Final = 48

_HEADER: Final = struct.Struct("<IIIII")
_VERSION: Final = 2
_CODE_BYTES: Final = SYMBOLS // 8
_WORDS_MOST: Final = 300


class Parcel(NamedTuple):
    """A container's content."""

    picture: bytes
    """Encoded."""
    asset_key: bytes
    """Of the picture."""
    owner_key: bytes
    """Of its owner's mark; empty if copies do not carry it."""
    codes: I8
    """``(N, 20480) int8`` of -1 and 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Marked:
    """What one visit made."""

    sizes: tuple[int, ...]
    """Bytes of each copy, one after the other in the output; for the first of the codes that were given."""
    width: int
    """In pixels, upright."""
    height: int
    """The same."""
    format: MediaFormat
    """Of the picture and of its copies."""
    ssim: float
    """Luma SSIM of a copy and the picture, before it is encoded again."""
    psnr_db: float
    """The same in dB: what was used, where SSIM allowed no more."""
    is_owned: bool
    """Whether the copies carry their owner's mark too."""

    @property
    def mark_version(self) -> str:
        """Return the name and version of the copies' marks."""
        return OWNED_MARK_VERSION if self.is_owned else MARK_VERSION

    @property
    def places(self) -> tuple[tuple[int, int], ...]:
        """Return where each copy begins in the output, and its bytes."""
        ends = tuple(accumulate(self.sizes))
        return tuple((end - size, size) for end, size in zip(ends, self.sizes, strict=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class NotMarked:
    """Why a picture that can be read cannot be marked."""

    why: str
    """A plain sentence."""


def pack(picture: bytes, asset_key: bytes, codes: Sequence[I8], owner_key: bytes = b"") -> bytes:
    """Put a picture, its key and codes into one container, and its owner's key if copies carry her mark."""
    bits = np.packbits(np.stack(codes) > 0, axis=1)
    header = _HEADER.pack(_VERSION, len(codes), len(asset_key), len(owner_key), len(picture))
    return b"".join((header, asset_key, owner_key, bits.tobytes(), picture))


def unpack(data: bytes) -> Parcel:
    """Take a container apart.

    Raises:
        ValueError: it is damaged.
    """
    if len(data) < _HEADER.size:
        message = "a container is cut short"
        raise ValueError(message)
    version, count, key_bytes, owner_bytes, picture_bytes = _HEADER.unpack_from(data)
    owner_at = _HEADER.size + key_bytes
    start = owner_at + owner_bytes
    if version != _VERSION or len(data) != start + count * _CODE_BYTES + picture_bytes:
        message = "a container has another form"
        raise ValueError(message)
    bits = np.frombuffer(data, np.uint8, count * _CODE_BYTES, start).reshape(count, _CODE_BYTES)
    signs = np.where(np.unpackbits(bits, axis=1) > 0, np.int8(1), np.int8(-1))
    return Parcel(
        picture=data[start + count * _CODE_BYTES :],
        asset_key=data[_HEADER.size : owner_at],
        owner_key=data[owner_at:start],
        codes=signs,
    )


def parse_marked(record: dict[str, Json]) -> Marked | NotMarked:
    """Read a worker's record; it is not trusted.

    Raises:
        ValueError: it is none.
    """
    if "why" in record:
        return NotMarked(why="".join(c for c in str(record["why"]) if c.isprintable())[:_WORDS_MOST])
    sizes, figures = record.get("sizes"), [record.get(name) for name in ("width", "height", "ssim", "psnr_db")]
    if not isinstance(sizes, list) or not 1 <= len(sizes) <= COPIES_MOST:
        message = "a visit makes a copy or more"
        raise ValueError(message)
    whole = [size for size in sizes if isinstance(size, int) and not isinstance(size, bool) and size > 0]
    if len(whole) != len(sizes) or sum(whole) > OUTPUT_BYTES:
        message = "a copy has some bytes, and no more than there is room for"
        raise ValueError(message)
    width, height, ssim, psnr_db = (float(v) if isinstance(v, int | float) else float("nan") for v in figures)
    if not (width >= 1 and height >= 1 and 0 <= ssim <= 1 and 0 <= psnr_db <= 100):  # noqa: PLR2004 - in dB
        message = "a copy has a size and figures"
        raise ValueError(message)
    return Marked(
        sizes=tuple(whole),
        width=int(width),
        height=int(height),
        format=MediaFormat(str(record.get("format"))),
        ssim=ssim,
        psnr_db=psnr_db,
        is_owned=record.get("owned") is True,
    )
