"""What goes into the sandbox to be read, and what comes out: an original, its key and a leak; soft symbols.

The seed of the codes never goes in: whoever captures the worker by a hostile leak can lie about every symbol, and
accuses an innocent copy no more often than the bound says.
"""

from __future__ import annotations

import base64
import binascii
import math
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from rempart.attribute.tracing import LeakReading
from rempart.kernels.spread_spectrum import SYMBOLS

if TYPE_CHECKING:
    from rempart.hazmat import Json

#: The task that reads, for ``hazmat.Task``.
READ_TASK: Final = "rempart.attribute.read_task:run"

_HEADER: Final = struct.Struct("<IIIII")
_VERSION: Final = 2
_LEVELS: Final = 32_767
_CORNERS: Final = 4
_WORDS_MOST: Final = 300
#: Nothing that is measured is larger: a figure beyond is a lie that could only overflow.
_FIGURE_MOST: Final = 1e12


class Brought(NamedTuple):
    """A container's content."""

    original: bytes
    """Encoded."""
    leak: bytes
    """The same."""
    asset_key: bytes
    """Of the original."""
    owner_key: bytes
    """Of its owner's mark; empty if its copies do not carry it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotRead:
    """Why a leak, or the original, is nothing that can be compared."""

    why: str
    """A plain sentence."""


def pack(original: bytes, leak: bytes, asset_key: bytes, owner_key: bytes = b"") -> bytes:
    """Put an original, a leak and the asset's key into one container, and the owner's if its copies carry her mark."""
    header = _HEADER.pack(_VERSION, len(asset_key), len(owner_key), len(original), len(leak))
    return b"".join((header, asset_key, owner_key, original, leak))


def unpack(data: bytes) -> Brought:
    """Take a container apart.

    Raises:
        ValueError: it is damaged.
    """
    if len(data) < _HEADER.size:
        message = "a container is cut short"
        raise ValueError(message)
    version, key_bytes, owner_bytes, original_bytes, leak_bytes = _HEADER.unpack_from(data)
    owner_at = _HEADER.size + key_bytes
    start = owner_at + owner_bytes
    if version != _VERSION or len(data) != start + original_bytes + leak_bytes:
        message = "a container has another form"
        raise ValueError(message)
    middle = start + original_bytes
    return Brought(
        original=data[start:middle],
        leak=data[middle:],
        asset_key=data[_HEADER.size : owner_at],
        owner_key=data[owner_at:start],
    )


def write_reading(reading: LeakReading) -> dict[str, Json]:
    """Return the record of a reading: symbols in 16 bits each, of the largest one."""
    most = float(np.abs(reading.soft).max())
    scale = most / _LEVELS if most > 0 else 0.0
    levels = np.round(reading.soft / scale) if scale > 0 else np.zeros(SYMBOLS)
    return {
        "soft": base64.b64encode(levels.astype("<i2").tobytes()).decode("ascii"),
        "scale": scale,
        "expected": reading.expected,
        "pilot": reading.pilot,
        "pilot_whole": reading.pilot_whole,
        "quality": reading.quality,
        "region": [[x, y] for x, y in reading.region],
    }


def parse_reading(record: dict[str, Json]) -> LeakReading | NotRead:
    """Read a worker's record; it is not trusted.

    Raises:
        ValueError: it is none.
    """
    if "why" in record:
        return NotRead(why="".join(c for c in str(record["why"]) if c.isprintable())[:_WORDS_MOST])
    try:
        levels = np.frombuffer(base64.b64decode(str(record.get("soft")), validate=True), "<i2")
    except binascii.Error as error:
        message = "symbols are in base64"
        raise ValueError(message) from error
    if levels.size != SYMBOLS:
        message = f"a reading has {SYMBOLS} symbols, not {levels.size}"
        raise ValueError(message)
    corners = record.get("region")
    if not isinstance(corners, list) or len(corners) not in {0, _CORNERS}:
        message = "a region has four corners, or none"
        raise ValueError(message)
    quality = _figure(record.get("quality"))
    if not 0 <= quality <= 1 or bool(corners) != (quality > 0):
        message = "a registration has a quality, and a region"
        raise ValueError(message)
    return LeakReading(
        soft=levels.astype(np.float64) * _figure(record.get("scale")),
        expected=_figure(record.get("expected")),
        pilot=_figure(record.get("pilot")),
        pilot_whole=_figure(record.get("pilot_whole")),
        quality=quality,
        region=tuple(_corner(corner) for corner in corners),
    )


def _corner(value: Json) -> tuple[float, float]:
    if not isinstance(value, list) or len(value) != 2:  # noqa: PLR2004 - x and y
        message = "a corner is a point"
        raise ValueError(message)
    return _figure(value[0]), _figure(value[1])


def _figure(value: Json) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        message = "a figure is a number"
        raise ValueError(message)  # noqa: TRY004 - one kind of failure: the record is wrong
    if not math.isfinite(value) or abs(value) > _FIGURE_MOST:
        message = "a figure is finite"
        raise ValueError(message)
    return float(value)
