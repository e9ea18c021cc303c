"""Places of a suspect taken again inside the clearest rectangles in it: a small picture in a screenshot has few others.

Of a whole screenshot, text and buttons take most points, and what a chat shows at a fifth of its area keeps a dozen.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
import numpy.typing as npt

from rempart.detect.frames import Frames
from rempart.model import CodedPoints

U8 = npt.NDArray[np.uint8]
Box = tuple[int, int, int, int]

#: Edges bound a rectangle so well: measured 0.36 and more in screenshots, 0.3 and less in most photographs.
SUPPORT_MIN: Final = 0.35
#: Shares of the suspect's area: less shows nothing, and more is seen in the whole.
SHARE_LEAST: Final = 0.04
SHARE_MOST: Final = 0.5
#: How many rectangles are looked into, and how much of two may be common.
BOXES_MOST: Final = 2
_COMMON_MOST: Final = 0.5
_SIDE_MIN: Final = 64


def clear_boxes(found: Frames, luma: U8) -> list[Box]:
    """Choose the rectangles that are looked into.

    Args:
        found: Rectangles of the suspect.
        luma: ``(H, W) uint8``, the suspect.

    Returns:
        Left, top, right, bottom in pixels of ``luma``, the clearest first.
    """
    height, width = luma.shape
    chosen: list[Box] = []
    for k in np.argsort(-found.support, kind="stable"):
        low, high = found.corners[k].min(axis=0), found.corners[k].max(axis=0)
        box = (max(0, round(low[0])), max(0, round(low[1])), min(width, round(high[0])), min(height, round(high[1])))
        share = _area(box) / (height * width)
        is_clear = found.support[k] >= SUPPORT_MIN and SHARE_LEAST <= share <= SHARE_MOST
        if not is_clear or min(box[2] - box[0], box[3] - box[1]) < _SIDE_MIN:
            continue
        if all(_common(box, other) <= _COMMON_MOST for other in chosen):
            chosen.append(box)
        if len(chosen) == BOXES_MOST:
            break
    return chosen


def _area(box: Box) -> int:
    return max(0, box[2] - box[0]) * max(0, box[3] - box[1])


def _common(one: Box, other: Box) -> float:
    """Return how much two boxes have in common, as a share of the smaller one."""
    both = (max(one[0], other[0]), max(one[1], other[1]), min(one[2], other[2]), min(one[3], other[3]))
    return _area(both) / max(1, min(_area(one), _area(other)))


def with_boxes(whole: CodedPoints, luma: U8, boxes: list[Box], take: Callable[[U8], CodedPoints]) -> CodedPoints:
    """Add the places inside boxes to those of the whole.

    Args:
        whole: Places of the suspect.
        luma: ``(H, W) uint8``, the suspect.
        boxes: As :func:`clear_boxes`.
        take: Finds and codes the places of a plane, under as many variants as ``whole`` has.
    """
    points = [np.frombuffer(whole.points, "<f4").reshape(-1, 4)]
    codes = [_rows(whole)]
    scale = whole.width / luma.shape[1]
    for left, top, right, bottom in boxes:
        part = take(np.ascontiguousarray(luma[top:bottom, left:right]))
        if not len(part):
            continue
        back = (right - left) / part.width * scale
        moved = np.frombuffer(part.points, "<f4").reshape(-1, 4) * np.array([back, back, back, 1.0], "<f4")
        moved[:, :2] += np.array([left, top]) * scale
        points.append(moved.astype("<f4"))
        codes.append(_rows(part))
    codes = [rows for rows in codes if rows.shape[1]]
    return CodedPoints(
        version=whole.version,
        width=whole.width,
        height=whole.height,
        points=np.concatenate(points).tobytes(),
        codes=np.concatenate(codes, axis=1).tobytes() if codes else b"",
    )


def _rows(places: CodedPoints) -> U8:
    return np.frombuffer(places.codes, np.uint8).reshape(max(1, places.variants), len(places), 32)
