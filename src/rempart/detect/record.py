"""Reading the record that the fingerprint task makes: in the parent, which trusts no worker."""

from __future__ import annotations

import base64
import binascii
import math
import struct
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from rempart.detect.versions import ORB_VERSION, PDQ_VERSIONS, TILE_VERSION
from rempart.model import (
    CodedPoints,
    Fingerprint,
    FingerprintedMedia,
    MediaFormat,
    MediaKind,
    Orientation,
    Region,
    SignalType,
)
from rempart.model.fingerprint import CODE_BYTES, POINT_BYTES

if TYPE_CHECKING:
    from rempart.hazmat import Json

_QUALITY_MAX: Final = 100
_SIDE_MAX: Final = 1 << 31
_SHA256_HEX: Final = 64
_PLACES_MOST: Final = 4_096
_VARIANTS_MOST: Final = 4
#: x and y of the top left, top right, bottom right and bottom left.
_CORNER_NUMBERS: Final = 8


def parse(record: Mapping[str, Json]) -> FingerprintedMedia:
    """Check every field of a worker's record.

    Raises:
        ValueError: a field is missing, of another type or out of range.
    """
    sha256 = str(record.get("sha256"))
    if len(sha256) != _SHA256_HEX or not all(c in "0123456789abcdef" for c in sha256):
        message = "a record's sha256 has 64 hexadecimal digits"
        raise ValueError(message)
    frames = _whole(record, "frames", _SIDE_MAX)
    codes = record.get("codes")
    if not isinstance(codes, list):
        message = "a record's codes are a list"
        raise ValueError(message)  # noqa: TRY004 - one kind of failure: the record is wrong
    return FingerprintedMedia(
        sha256=sha256,
        kind=MediaKind.IMAGE,
        format=MediaFormat(str(record.get("format"))),
        width=_whole(record, "width", _SIDE_MAX),
        height=_whole(record, "height", _SIDE_MAX),
        frames=frames,
        fingerprints=tuple(f for code in codes for f in _parse_code(code, frames)),
        places=_parse_all_places(record.get("places", [])),
    )


def _parse_all_places(value: Json) -> tuple[CodedPoints, ...]:
    """Read parts and points: each kind once."""
    found = tuple(_parse_places(places) for places in _list(value))
    if len({places.version for places in found}) != len(found):
        message = "a record has places of one version once"
        raise ValueError(message)
    return found


def _list(value: Json) -> list[Json]:
    if not isinstance(value, list):
        message = "a record's places are a list"
        raise ValueError(message)  # noqa: TRY004 - as above
    return value


def _parse_places(places: Json) -> CodedPoints:
    """Read parts or points: as many places as codes of each variant, every number finite."""
    if not isinstance(places, dict) or places.get("version") not in (ORB_VERSION, TILE_VERSION):
        message = "places are an object of a known version"
        raise ValueError(message)
    points, codes = _decoded(places.get("points")), _decoded(places.get("codes"))
    count = len(points) // POINT_BYTES
    is_whole = len(points) == count * POINT_BYTES and count <= _PLACES_MOST
    variants = len(codes) // (CODE_BYTES * count) if count else 0
    if not is_whole or len(codes) != variants * count * CODE_BYTES or (count and not 1 <= variants <= _VARIANTS_MOST):
        message = "places have four numbers each, and a code for each variant"
        raise ValueError(message)
    if not all(math.isfinite(number) for number in struct.unpack(f"<{4 * count}f", points)):
        message = "places are finite numbers"
        raise ValueError(message)
    width, height = max(1, _whole(places, "width", _SIDE_MAX)), max(1, _whole(places, "height", _SIDE_MAX))
    return CodedPoints(version=str(places["version"]), width=width, height=height, points=points, codes=codes)


def _decoded(text: Json) -> bytes:
    try:
        return base64.b64decode(text if isinstance(text, str) else "", validate=True)
    except binascii.Error as error:
        message = "places are written in base 64"
        raise ValueError(message) from error


def _parse_code(code: Json, frames: int) -> list[Fingerprint]:
    if not isinstance(code, dict):
        message = "a code is an object"
        raise ValueError(message)  # noqa: TRY004 - as above
    rows = code.get("bits")
    if not isinstance(rows, list) or len(rows) not in {1, len(Orientation)}:
        message = "a code has one row of bits or eight"
        raise ValueError(message)
    version = code.get("version")
    if version not in PDQ_VERSIONS:
        message = f"a code's version is one of {', '.join(PDQ_VERSIONS)}"
        raise ValueError(message)
    quality, frame = _whole(code, "quality", _QUALITY_MAX), _whole(code, "frame", frames - 1)
    region = _region(code)
    found = []
    for orientation, row in zip(Orientation, rows, strict=False):
        bits = bytes.fromhex(row) if isinstance(row, str) else b""
        if len(bits) != CODE_BYTES:
            message = f"a PDQ code has {CODE_BYTES} bytes, not {len(bits)}"
            raise ValueError(message)
        found.append(
            Fingerprint(
                signal_type=SignalType.PDQ,
                version=str(version),
                bits=bits,
                quality=quality,
                orientation=orientation,
                frame=frame,
                region=region,
            )
        )
    return found


def _region(code: Mapping[str, Json]) -> Region | None:
    """Read which part of the picture a code is of; None if it is of all of it."""
    corners = code.get("corners")
    if corners is None:
        return None
    if not isinstance(corners, list) or len(corners) != _CORNER_NUMBERS:
        message = "a code's corners are eight numbers"
        raise ValueError(message)
    x0, y0, x1, y1, x2, y2, x3, y3 = (_place(number) for number in corners)
    return ((x0, y0), (x1, y1), (x2, y2), (x3, y3))


def _place(number: Json) -> int:
    """Read a coordinate, which may lie outside the picture."""
    if not isinstance(number, int) or isinstance(number, bool) or abs(number) > _SIDE_MAX:
        message = f"a coordinate is a whole number up to {_SIDE_MAX} from zero"
        raise ValueError(message)
    return number


def _whole(record: Mapping[str, Json], key: str, most: int) -> int:
    value = record.get(key)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= most:
        message = f"a record's {key} is a whole number from 0 to {most}"
        raise ValueError(message)
    return value
