"""A suspect and the assets that it may show, packed for one visit to the sandbox, and the reading of what comes back.

The suspect is packed once for all its assets. An asset is there as its encoded picture, or as its parts. The parent
packs and reads; :mod:`rempart.detect.verify_task` unpacks, inside a worker.
"""

from __future__ import annotations

import json
import struct
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np

from rempart.detect.interface import Hypothesis, Verdict
from rempart.model import CodedPoints
from rempart.model.fingerprint import CODE_BYTES, POINT_BYTES

if TYPE_CHECKING:
    from rempart.hazmat import Json

VERIFY_TASK: Final = "rempart.detect.verify_task:run"

_MAGIC: Final = b"rempart-pairs/1\n"
_LENGTH: Final = struct.Struct("<I")
_COUNT_MOST: Final = 1 << 20
_CELLS_MOST: Final = 64
_POSE: Final = 9


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """An asset that a suspect may show, and where."""

    asset: bytes | CodedPoints = field(repr=False)
    """Its encoded picture, or its parts."""
    hypotheses: tuple[Hypothesis, ...]
    """Where it may lie."""


def pack(suspect: bytes, pairs: Sequence[Pair]) -> bytes:
    """Put a suspect and its assets behind one header."""
    parts: list[bytes] = []
    described: list[dict[str, object]] = []
    for pair in pairs:
        asset = pair.asset
        if isinstance(asset, CodedPoints):
            shape = {"version": asset.version, "width": asset.width, "height": asset.height, "count": len(asset)}
            content = asset.points + asset.codes
        else:
            shape, content = None, asset
        hypotheses = [[h.variant, h.count, h.of, *map(float, h.pose.ravel())] for h in pair.hypotheses]
        described.append({"bytes": len(content), "tiles": shape, "hypotheses": hypotheses})
        parts.append(content)
    header = json.dumps({"suspect": len(suspect), "assets": described}).encode("ascii")
    return b"".join([_MAGIC, _LENGTH.pack(len(header)), header, suspect, *parts])


def unpack(data: bytes) -> tuple[bytes, list[Pair]]:
    """Take apart what :func:`pack` made.

    Raises:
        ValueError: it is something else.
    """
    if not data.startswith(_MAGIC):
        message = "a suspect and its assets begin with their own mark"
        raise ValueError(message)
    start = len(_MAGIC) + _LENGTH.size
    (length,) = _LENGTH.unpack_from(data, len(_MAGIC))
    header = json.loads(data[start : start + length])
    place = start + length
    suspect = data[place : place + header["suspect"]]
    place += header["suspect"]
    pairs = []
    for described in header["assets"]:
        content = data[place : place + described["bytes"]]
        place += described["bytes"]
        pairs.append(Pair(asset=_asset(content, described["tiles"]), hypotheses=_hypotheses(described["hypotheses"])))
    return suspect, pairs


def _asset(content: bytes, tiles: Mapping[str, int | str] | None) -> bytes | CodedPoints:
    if tiles is None:
        return content
    count = int(tiles["count"])
    return CodedPoints(
        version=str(tiles["version"]),
        width=int(tiles["width"]),
        height=int(tiles["height"]),
        points=content[: count * POINT_BYTES],
        codes=content[count * POINT_BYTES : count * (POINT_BYTES + CODE_BYTES)],
    )


def _hypotheses(rows: Sequence[Sequence[float]]) -> tuple[Hypothesis, ...]:
    return tuple(
        Hypothesis(pose=np.array(pose, np.float64).reshape(3, 3), variant=int(variant), count=int(count), of=int(of))
        for variant, count, of, *pose in rows
    )


def write_verdict(verdict: Verdict | None, *, with_cells: bool) -> Json:
    """Write a verdict as it stands in a record."""
    if verdict is None:
        return None
    cells: list[Json] = [list(row) for row in verdict.cells] if with_cells else []
    return {
        "pose": [float(v) for v in verdict.pose.ravel()],
        "variant": verdict.variant,
        "count": verdict.count,
        "of": verdict.of,
        "explained": verdict.explained,
        "seen": verdict.seen,
        "filled": verdict.filled,
        "in_frame": verdict.in_frame,
        "distance_bits": verdict.distance_bits,
        "cells": cells,
    }


def parse_verdicts(record: Mapping[str, Json]) -> tuple[Verdict | None, ...]:
    """Check every field of a worker's record.

    Raises:
        ValueError: a field is missing, of another type or out of range.
    """
    verdicts = record.get("verdicts")
    if not isinstance(verdicts, list):
        message = "a record's verdicts are a list"
        raise ValueError(message)  # noqa: TRY004 - one kind of failure: the record is wrong
    return tuple(None if verdict is None else _verdict(verdict) for verdict in verdicts)


def _verdict(found: Json) -> Verdict:
    if not isinstance(found, dict):
        message = "a verdict is an object"
        raise ValueError(message)  # noqa: TRY004 - as above
    pose, cells = found.get("pose"), found.get("cells")
    if not isinstance(pose, list) or len(pose) != _POSE or not isinstance(cells, list) or len(cells) > _CELLS_MOST:
        message = "a verdict has a pose of nine numbers, and cells"
        raise ValueError(message)
    return Verdict(
        pose=np.array([_number(v) for v in pose]).reshape(3, 3),
        variant=_whole(found.get("variant"), 3),
        count=_whole(found.get("count")),
        of=_whole(found.get("of")),
        explained=_share(found.get("explained")),
        seen=_share(found.get("seen")),
        filled=_share(found.get("filled")),
        in_frame=found.get("in_frame") is True,
        distance_bits=_whole(found.get("distance_bits"), 256),
        cells=tuple(_cells(row) for row in cells),
    )


def _cells(row: Json) -> tuple[int, ...]:
    if not isinstance(row, list) or len(row) > _CELLS_MOST:
        message = f"a row of cells has {_CELLS_MOST} numbers at most"
        raise ValueError(message)
    return tuple(cell if type(cell) is int and cell in {-1, -2} else _whole(cell, 100) for cell in row)


def _number(value: Json) -> float:
    # math.isfinite would raise OverflowError for an integer of four hundred digits.
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= sys.float_info.max:
        message = "a verdict's numbers are finite"
        raise ValueError(message)
    return float(value)


def _share(value: Json) -> float:
    return min(1.0, max(0.0, _number(value)))


def _whole(value: Json, most: int = _COUNT_MOST) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= most:
        message = f"a verdict's counts are whole numbers from 0 to {most}"
        raise ValueError(message)
    return value
