"""The sandboxed tasks of the owner's mark: put it into a picture of hers, or look for it. Both run inside a worker.

NOTE: the key goes in with them, so that no residual of a picture has to come out. A captured worker has no network and
no file to put it, and a look's answer is a few numbers: it could lie about what it found, so a look is of one picture,
in a worker of its own. What marks could hide the key in the picture that it returns: only her own pictures are marked.
"""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, cast

from rempart.errors import MarkError
from rempart.model.media import MediaFormat
from rempart.model.ownership import OwnershipAnswer

if TYPE_CHECKING:
    from rempart.hazmat import DecodeLimits, Json, Options

LOOK_TASK: Final = "rempart.mark.own_task:search"
OWN_TASK: Final = "rempart.mark.own_task:run"
#: What one marked picture may have.
OUTPUT_BYTES: Final = 256 * 1024 * 1024

_KEY_BYTES: Final = 32
_WORDS_MOST: Final = 300
_CORNERS: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Owned:
    """A picture that was marked."""

    size: int
    """Its bytes, at the beginning of the output."""
    format: MediaFormat
    """As it was."""
    ssim: float
    """Of the luma, to what it was."""
    psnr_db: float
    """The same of all colours, in dB."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotOwned:
    """Why there is no mark or no look."""

    why: str
    """In a sentence."""


def pack(owner_key: bytes, picture: bytes) -> bytes:
    """Put the key before the picture.

    Raises:
        ValueError: the key has not 32 bytes.
    """
    return struct.pack(f"<{_KEY_BYTES}s", _checked(owner_key)) + picture


def run(data: bytes, limits: DecodeLimits, options: Options, output: memoryview) -> dict[str, Json]:
    """Mark a picture and encode it as it was.

    Args:
        data: What :func:`pack` made.
        limits: What the picture may cost.
        options: None.
        output: Where the encoded picture goes.

    Raises:
        MediaError: it cannot be read.
    """
    del options
    from rempart.hazmat.encoding import encode, style_of  # noqa: PLC0415 - native libraries: in a worker only
    from rempart.hazmat.picture import open_picture  # noqa: PLC0415 - as above
    from rempart.kernels.luma import luma_plane  # noqa: PLC0415 - as above
    from rempart.kernels.visibility import psnr_db, ssim  # noqa: PLC0415 - as above
    from rempart.mark.ownership import embed  # noqa: PLC0415 - as above

    key, encoded = data[:_KEY_BYTES], data[_KEY_BYTES:]
    picture = open_picture(encoded, limits)
    if picture.frames > 1:
        return {"why": f"the file is animated: it has {picture.frames} frames, and a mark is made for one picture"}
    try:
        style = style_of(encoded, picture.format)
        pixels = picture.frame(0)
        marked = embed(pixels, owner_key=key)
    except MarkError as error:
        return {"why": error.diagnostics().replace("\n", ". ")[:_WORDS_MOST]}
    content = encode(marked, style)
    if len(content) > len(output):
        return {"why": f"the marked picture has more than {len(output)} bytes: there is no room for it"}
    output[: len(content)] = content
    luma = luma_plane(pixels)
    return {
        "size": len(content),
        "format": str(picture.format),
        "ssim": min(1.0, float(ssim(luma, luma_plane(marked), 3))),
        "psnr_db": min(99.0, float(psnr_db(pixels, marked))),
    }


def parse_owned(record: dict[str, Json]) -> Owned | NotOwned:
    """Read what :func:`run` answered.

    Raises:
        ValueError: it is no such record.
    """
    if "why" in record:
        return _why(record)
    size = record.get("size")
    if not isinstance(size, int) or isinstance(size, bool) or not 0 < size <= OUTPUT_BYTES:
        message = f"not a size: {size!r}"
        raise ValueError(message)
    return Owned(
        size=size,
        format=MediaFormat(str(record.get("format"))),
        ssim=_number(record, "ssim", 1.0),
        psnr_db=_number(record, "psnr_db", 99.0),
    )


def search(data: bytes, limits: DecodeLimits, options: Options) -> dict[str, Json]:
    """Look for a mark.

    Args:
        data: What :func:`pack` made.
        limits: What the picture may cost.
        options: None.

    Raises:
        MediaError: it cannot be read.
    """
    del options
    from rempart.hazmat.picture import open_picture  # noqa: PLC0415 - native libraries: in a worker only
    from rempart.mark.ownership import look  # noqa: PLC0415 - as above

    picture = open_picture(data[_KEY_BYTES:], limits)
    try:
        found = look(picture.frame(0), owner_key=data[:_KEY_BYTES])
    except MarkError as error:
        return {"why": error.diagnostics().replace("\n", ". ")[:_WORDS_MOST]}
    region: list[Json] = [[float(x), float(y)] for x, y in found.region]
    return {
        "score": float(found.score),
        "region": region,
        "scale": float(found.scale),
        "angle_deg": float(found.angle_deg),
        "mirrored": found.mirrored,
    }


def parse_look(record: dict[str, Json]) -> OwnershipAnswer | NotOwned:
    """Read what :func:`search` answered; the bound and the verdict are computed here, from the score.

    Raises:
        ValueError: it is no such record.
    """
    from rempart.mark.ownership import answer_of  # noqa: PLC0415 - numpy, with the room

    if "why" in record:
        return _why(record)
    region = record.get("region")
    if not isinstance(region, list) or len(region) not in {0, _CORNERS}:
        message = "a region is four corners, or none"
        raise ValueError(message)
    corners = []
    for corner in region:
        if (
            not isinstance(corner, list)
            or len(corner) != len(("x", "y"))
            or not all(isinstance(n, float) and math.isfinite(n) for n in corner)
        ):
            message = "a corner is two numbers"
            raise ValueError(message)
        corners.append(cast("tuple[float, float]", tuple(corner)))
    answer = answer_of(_number(record, "score", 1e6))
    if not answer.found:
        return answer
    return replace(
        answer,
        region=tuple(corners),
        scale=_number(record, "scale", 4.0),
        angle_deg=_number(record, "angle_deg", 90.0, least=-90.0),
        mirrored=record.get("mirrored") is True,
    )


def _why(record: dict[str, Json]) -> NotOwned:
    why = record["why"]
    if not isinstance(why, str) or len(why) > _WORDS_MOST:
        message = "not a reason"
        raise ValueError(message)
    return NotOwned(why=why)


def _number(record: dict[str, Json], name: str, most: float, *, least: float = 0.0) -> float:
    value = record.get(name)
    if not isinstance(value, float) or not least <= value <= most:
        message = f"{name} is {value!r}, not a number from {least} to {most}"
        raise ValueError(message)
    return value


def _checked(owner_key: bytes) -> bytes:
    if len(owner_key) != _KEY_BYTES:
        message = f"a key has {_KEY_BYTES} bytes, not {len(owner_key)}"
        raise ValueError(message)
    return owner_key


def warm() -> None:
    """Load and compile what both tasks need: nothing can be imported once the worker is closed in."""
    import io  # noqa: PLC0415 - as above

    import numpy as np  # noqa: PLC0415 - as above
    from PIL import Image  # noqa: PLC0415 - as above

    from rempart.hazmat.interface import DecodeLimits as Limits  # noqa: PLC0415 - as above
    from rempart.kernels import ownership_mark  # noqa: PLC0415 - as above

    noise = np.random.default_rng(1).integers(0, 255, (288, 384, 3), dtype=np.uint8)
    room = memoryview(bytearray(1 << 20))
    for name in ("JPEG", "PNG", "WEBP"):
        encoded = io.BytesIO()
        Image.fromarray(noise).save(encoded, name)
        run(pack(bytes(_KEY_BYTES), encoded.getvalue()), Limits(), {}, room)
    ownership_mark.warm()
