"""What leakers do to a marked copy, and what several who put their copies together do: by name, from a seed.

``LEAKS[name](picture, random)`` and ``COLLUSIONS[name](copies, random)`` take and return ``(H, W, 3) uint8`` RGB.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image

U8 = npt.NDArray[np.uint8]
Random = np.random.Generator


def encoded(picture: U8, kind: str, quality: int) -> U8:
    """Write in a format of Pillow's and read back."""
    data = io.BytesIO()
    Image.fromarray(picture).save(data, kind, quality=quality)
    return np.asarray(Image.open(data).convert("RGB"))


def jpeg(picture: U8, quality: int) -> U8:
    """Write as a JPEG and read back."""
    return encoded(picture, "JPEG", quality)


def within(picture: U8, longest: int) -> U8:
    """Shrink to a longer side."""
    image = Image.fromarray(picture)
    image.thumbnail((longest, longest), Image.Resampling.LANCZOS)
    return np.asarray(image)


def part(picture: U8, random: Random, area: float) -> U8:
    """Cut a window of a share of the area, anywhere."""
    height, width = (round(n * area**0.5) for n in picture.shape[:2])
    top = int(random.integers(picture.shape[0] - height + 1))
    left = int(random.integers(picture.shape[1] - width + 1))
    return np.ascontiguousarray(picture[top : top + height, left : left + width])


def seen_askew(picture: U8, random: Random, share: float) -> U8:
    """Move each corner inwards by up to a share of the sides, over a dark ground."""
    height, width = picture.shape[:2]
    corners = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], np.float64)
    moved = corners + random.uniform(0, share, (4, 2)) * (1 - 2 * corners)
    size = np.array([width, height])
    matrix = cv2.getPerspectiveTransform((corners * size).astype(np.float32), (moved * size).astype(np.float32))
    return np.asarray(cv2.warpPerspective(picture, matrix, (width, height), borderValue=(40, 40, 44)), np.uint8)


def turned(picture: U8, degrees: float) -> U8:
    """Turn about the centre; corners are lost, and dark ground comes in."""
    height, width = picture.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    return np.asarray(cv2.warpAffine(picture, matrix, (width, height), flags=cv2.INTER_LINEAR), np.uint8)


def toned(picture: U8, gains: Sequence[float], gamma: float = 1.0, offset: float = 0.0) -> U8:
    """Change the gain of each colour, the gamma and the level, as a filter does."""
    bent = 255 * (picture / 255.0) ** gamma * np.array(gains) + offset
    return np.asarray(np.clip(np.rint(bent), 0, 255), np.uint8)


def screen_photo(picture: U8, random: Random, longest: int = 1200) -> U8:
    """Photograph a screen: askew, blurred, with its grid of pixels, a gradient of light and noise."""
    small = within(picture, longest).astype(np.float32)
    y, x = np.mgrid[0 : small.shape[0], 0 : small.shape[1]].astype(np.float32)
    grid = 1 + 0.05 * np.sin(2 * np.pi * x / 3.3) + 0.05 * np.sin(2 * np.pi * y / 3.7)
    light = 0.85 + 0.2 * x / small.shape[1] - 0.1 * y / small.shape[0]
    lit = np.clip(small * (grid * light)[..., None] + 12, 0, 255).astype(np.uint8)
    blurred = cv2.GaussianBlur(seen_askew(lit, random, 0.08), (0, 0), 1.0)
    noisy = blurred + random.normal(0, 5, blurred.shape)
    return jpeg(np.clip(noisy, 0, 255).astype(np.uint8), 70)


def screenshot(picture: U8, random: Random, longest: int = 1080) -> U8:
    """Put it on a telephone's screen: bars above and below, a button over a corner."""
    small = within(picture, longest)
    bar = small.shape[0] // 9
    screen = np.full((small.shape[0] + 3 * bar, small.shape[1], 3), int(random.integers(10, 40)), np.uint8)
    screen[bar : bar + small.shape[0]] = small
    cv2.circle(screen, (small.shape[1] * 5 // 6, small.shape[0]), bar // 2, (230, 60, 90), -1, cv2.LINE_AA)
    cv2.putText(screen, "12:41", (bar // 3, bar * 2 // 3), cv2.FONT_HERSHEY_SIMPLEX, bar / 60, (240, 240, 240), 1)
    return jpeg(screen, 85)


def stickers(picture: U8, random: Random) -> U8:
    """Lay eight discs over it, each a seventh of the shorter side."""
    laid = picture.copy()
    height, width = picture.shape[:2]
    for _ in range(8):
        centre = (int(random.integers(width)), int(random.integers(height)))
        cv2.circle(laid, centre, min(height, width) // 7, [int(c) for c in random.integers(0, 256, 3)], -1, cv2.LINE_AA)
    return jpeg(laid, 80)


def printed(picture: U8, random: Random) -> U8:
    """Print with few tones, scan with a grain, slightly turned."""
    small = within(picture, 1100).astype(np.float32)
    toned_down = 0.78 * small + 30 + random.normal(0, 7, small.shape)
    soft = cv2.GaussianBlur(np.clip(toned_down, 0, 255).astype(np.uint8), (0, 0), 1.1)
    return jpeg(turned(np.asarray(soft, np.uint8), 1.7), 75)


LEAKS: Final[dict[str, Callable[[U8, Random], U8]]] = {
    "same": lambda p, _: p,
    "jpeg 20": lambda p, _: jpeg(p, 20),
    "webp 30": lambda p, _: encoded(p, "WEBP", 30),
    "avif 35": lambda p, _: encoded(p, "AVIF", 35),
    "320 px, jpeg 70": lambda p, _: jpeg(within(p, 320), 70),
    "messenger chain": lambda p, _: jpeg(jpeg(jpeg(within(p, 1600), 80), 65), 50),
    "screenshot": screenshot,
    "screenshot, part, jpeg 40": lambda p, r: jpeg(part(screenshot(p, r), r, 0.5), 40),
    "part of 10 %": lambda p, r: jpeg(part(p, r, 0.1), 80),
    "part of 25 %, mirrored": lambda p, r: jpeg(part(p, r, 0.25)[:, ::-1], 70),
    "turned by 23 degrees": lambda p, _: jpeg(turned(p, 23), 75),
    "askew": lambda p, r: jpeg(seen_askew(p, r, 0.12), 75),
    "photo of a screen": screen_photo,
    "printed and scanned": printed,
    "stickers": stickers,
    "warm filter": lambda p, _: jpeg(toned(p, (1.1, 0.98, 0.8), 0.85, 8), 75),
    "grey": lambda p, _: jpeg(np.repeat(p.mean(axis=2, keepdims=True).astype(np.uint8), 3, axis=2), 75),
    "inverted": lambda p, _: jpeg(255 - p, 75),
    "noise of 15": lambda p, r: np.clip(p + r.normal(0, 15, p.shape), 0, 255).astype(np.uint8),
    "blurred": lambda p, _: np.asarray(cv2.GaussianBlur(p, (0, 0), 2.0), np.uint8),
}


def _stacked(copies: Sequence[U8]) -> npt.NDArray[np.float32]:
    return np.stack(copies).astype(np.float32)


def interleaved(copies: Sequence[U8], random: Random, side: int = 24) -> U8:
    """Take each square of some pixels from one of the copies."""
    height, width = copies[0].shape[:2]
    cells = random.integers(0, len(copies), (-(-height // side), -(-width // side)))
    chosen = np.kron(cells, np.ones((side, side), np.int64))[:height, :width]
    return np.asarray(np.choose(chosen[..., None], [np.asarray(c) for c in copies]), np.uint8)


def minority(copies: Sequence[U8], _: Random) -> U8:
    """Take, of the extremes, the one that fewer copies are near (Schaathun, 2008)."""
    every = _stacked(copies)
    low, high = every.min(axis=0), every.max(axis=0)
    return np.asarray(np.where(every.mean(axis=0) > (low + high) / 2, low, high), np.uint8)


COLLUSIONS: Final[dict[str, Callable[[Sequence[U8], Random], U8]]] = {
    "average": lambda c, _: np.rint(_stacked(c).mean(axis=0)).astype(np.uint8),
    "median": lambda c, _: np.rint(np.median(_stacked(c), axis=0)).astype(np.uint8),
    "least": lambda c, _: np.min(np.stack(c), axis=0),
    "most": lambda c, _: np.max(np.stack(c), axis=0),
    "interleaved": interleaved,
    "minority extreme": minority,
}
