"""Twenty-five usual attacks on marked pictures, at round parameters: what a tracer should survive without exception.

``USUAL[name](picture, random)`` takes and returns ``(H, W, 3) uint8`` RGB. ``USUAL_COLLUSIONS`` are the five usual ways
to put copies together. Other leaks, of our own, are in :mod:`mark_leaks`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

import cv2
import numpy as np
import numpy.typing as npt

from mark_leaks import COLLUSIONS, U8, Random, encoded, interleaved, jpeg

F32 = npt.NDArray[np.float32]

#: The ground that comes in beside a picture that is seen askew.
_GROUND: Final = (65, 62, 60)


def rounded(samples: npt.NDArray[Any]) -> U8:
    """Round and cut to 0..255."""
    return np.asarray(np.clip(np.rint(samples), 0, 255), np.uint8)


def scaled(picture: U8, factor: float) -> U8:
    """Shrink by a factor, by areas."""
    height, width = (max(8, round(n * factor)) for n in picture.shape[:2])
    return np.asarray(cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA), np.uint8)


def long_side(picture: U8, most: int) -> U8:
    """Shrink to a longer side, if it is longer."""
    factor = most / max(picture.shape[:2])
    return scaled(picture, factor) if factor < 1 else picture


def window(picture: U8, random: Random, area: float) -> U8:
    """Keep a share of the area, anywhere."""
    height, width = (int(n * area**0.5) for n in picture.shape[:2])
    top = int(random.integers(picture.shape[0] - height + 1))
    left = int(random.integers(picture.shape[1] - width + 1))
    return picture[top : top + height, left : left + width].copy()


def turned_inside(picture: U8, degrees: float) -> U8:
    """Turn, and cut what is left of the picture's own shape without its corners."""
    height, width = picture.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    turned = np.asarray(cv2.warpAffine(picture, matrix, (width, height), flags=cv2.INTER_CUBIC), np.uint8)
    sine, cosine = np.sin(np.deg2rad(degrees)), np.cos(np.deg2rad(degrees))
    share = min(width / (width * cosine + height * sine), height / (width * sine + height * cosine))
    rows, columns = int(height * share), int(width * share)
    top, left = (height - rows) // 2, (width - columns) // 2
    return turned[top : top + rows, left : left + columns].copy()


def askew(picture: U8, random: Random, share: float) -> U8:
    """Move each corner inwards by up to a share of the sides."""
    height, width = picture.shape[:2]
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    inwards = np.array([[1, 1], [-1, 1], [-1, -1], [1, -1]], np.float32)
    moved = corners + (random.uniform(0, share, (4, 2)) * (width, height)).astype(np.float32) * inwards
    matrix = cv2.getPerspectiveTransform(corners, moved)
    seen = cv2.warpPerspective(picture, matrix, (width, height), flags=cv2.INTER_CUBIC, borderValue=_GROUND)
    return np.asarray(seen, np.uint8)


def coloured(
    picture: U8, gain: float = 1, bias: float = 0, gamma: float = 1, saturation: float = 1, tint: F32 | None = None
) -> U8:
    """Change gamma, tint, saturation, gain and level, in this order."""
    bent = 255 * (picture.astype(np.float32) / 255) ** np.float32(gamma)
    if tint is not None:
        bent = bent * tint
    grey = bent.mean(axis=2, keepdims=True)
    return rounded((grey + (bent - grey) * saturation) * gain + bias)


def noisy(picture: U8, random: Random, deviation: float) -> U8:
    """Add noise of a deviation, other in each colour."""
    return rounded(picture + random.normal(0, deviation, picture.shape).astype(np.float32))


def six_stickers(picture: U8, random: Random) -> U8:
    """Lay two faces, two boxes and two captions over it, each 22 % of the shorter side."""
    laid = picture.copy()
    height, width = laid.shape[:2]
    side = int(min(height, width) * 0.22)
    for number in range(6):
        x, y = (int(random.integers(max(1, n - side))) for n in (width, height))
        colour = [int(c) for c in random.integers(0, 256, 3)]
        if number % 3 == 0:
            _face(laid, x, y, side)
        elif number % 3 == 1:
            cv2.rectangle(laid, (x, y), (x + side, y + side // 2), colour, -1)
        else:
            place, thick = (x, y + side // 2), max(1, side // 60)
            cv2.putText(laid, "SEEN @here", place, cv2.FONT_HERSHEY_DUPLEX, side / 180, (255,) * 3, thick, cv2.LINE_AA)
    return laid


def _face(laid: U8, x: int, y: int, side: int) -> None:
    centre, dark = x + side // 2, (60, 40, 20)
    cv2.circle(laid, (centre, y + side // 2), side // 2, (255, 210, 40), -1, cv2.LINE_AA)
    for way in (-1, 1):
        cv2.circle(laid, (centre + way * side // 6, y + side * 2 // 5), side // 14, dark, -1, cv2.LINE_AA)
    cv2.ellipse(laid, (centre, y + side * 3 // 5), (side // 5, side // 8), 0, 0, 180, dark, -1, cv2.LINE_AA)


def two_side_by_side(picture: U8, random: Random) -> U8:
    """Put it, at half its size, beside a picture of soft colours."""
    small = scaled(picture, 0.5)
    colours = random.integers(0, 256, (9, 14, 3), dtype=np.uint8)
    other = cv2.resize(colours, (small.shape[1], small.shape[0]), interpolation=cv2.INTER_CUBIC)
    pair = (small, other) if random.integers(2) else (other, small)
    return np.ascontiguousarray(np.concatenate(pair, axis=1), np.uint8)


def shot(picture: U8, random: Random, area: float = 1.0) -> U8:
    """Photograph a clean screen well: 1,280 px, a part if asked, colours a little off, barely askew, JPEG 80."""
    small = long_side(picture, 1280)
    if area < 1:
        small = window(small, random, area)
    gain, bias, gamma = random.uniform(0.95, 1.05), random.uniform(-6, 6), random.uniform(0.92, 1.08)
    return jpeg(askew(coloured(small, gain, bias, gamma), random, 0.004), 80)


def photographed_print(picture: U8, random: Random) -> U8:
    """Print, light from one side, photograph askew by 6 %, out of focus, with noise of 6, JPEG 75."""
    tint = random.uniform(0.93, 1.04, 3).astype(np.float32)
    gain, bias, gamma, paleness = (random.uniform(*span) for span in ((0.82, 0.95), (8, 22), (0.9, 1.2), (0.7, 0.95)))
    small = coloured(long_side(picture, 1280), gain, bias, gamma, paleness, tint)
    y, x = (
        n / size - 0.5 for n, size in zip(np.mgrid[0 : small.shape[0], 0 : small.shape[1]], small.shape, strict=False)
    )
    light = 1 + 0.18 * (x * random.uniform(-1, 1) + y * random.uniform(-1, 1))
    seen = cv2.GaussianBlur(askew(rounded(small * light[..., None]), random, 0.06), (0, 0), 1.2)
    return jpeg(noisy(np.asarray(seen, np.uint8), random, 6), 75)


USUAL: Final[dict[str, Callable[[U8, Random], U8]]] = {
    "nothing": lambda p, _: p.copy(),
    "JPEG 90": lambda p, _: jpeg(p, 90),
    "JPEG 70": lambda p, _: jpeg(p, 70),
    "JPEG 50": lambda p, _: jpeg(p, 50),
    "JPEG 30": lambda p, _: jpeg(p, 30),
    "WebP 50": lambda p, _: encoded(p, "WEBP", 50),
    "half size": lambda p, _: scaled(p, 0.5),
    "quarter size": lambda p, _: scaled(p, 0.25),
    "crop to 90 %": lambda p, r: window(p, r, 0.9),
    "crop to 70 %": lambda p, r: window(p, r, 0.7),
    "crop to 50 %": lambda p, r: window(p, r, 0.5),
    "turned by 1 degree": lambda p, _: turned_inside(p, 1),
    "turned by 5 degrees": lambda p, _: turned_inside(p, 5),
    "quarter turn": lambda p, _: np.rot90(p).copy(),
    "mirrored": lambda p, _: p[:, ::-1].copy(),
    "brighter by 30 %": lambda p, _: coloured(p, 1.3, 10),
    "contrast of 70 %": lambda p, _: coloured(p, 0.7, 30),
    "noise of 10": lambda p, r: noisy(p, r, 10),
    "median of 5": lambda p, _: np.asarray(cv2.medianBlur(p, 5), np.uint8),
    "six stickers of 22 %": six_stickers,
    "half of a collage, JPEG 80": lambda p, r: jpeg(two_side_by_side(p, r), 80),
    "photographed screen, 1280 px": shot,
    "photographed print": photographed_print,
    "1280 px, JPEG 75, JPEG 65": lambda p, _: jpeg(jpeg(long_side(p, 1280), 75), 65),
    "photographed screen, half of it, JPEG 30": lambda p, r: jpeg(shot(p, r, 0.5), 30),
}

USUAL_COLLUSIONS: Final[dict[str, Callable[[Sequence[U8], Random], U8]]] = {
    "average": COLLUSIONS["average"],
    "least": COLLUSIONS["least"],
    "most": COLLUSIONS["most"],
    "median": COLLUSIONS["median"],
    "interleaved by 32 px": lambda c, r: interleaved(c, r, 32),
}
