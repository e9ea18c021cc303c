"""Pictures made in code: landscapes, towns, still lifes, fabrics and waters, each seed another scene. No person, ever.

They carry detail at every scale, as photographs do: a fingerprint of a flat drawing is mostly chance. A test shows that
no two of them, turned or mirrored, are taken for each other.
"""

from __future__ import annotations

import colorsys
import math
from collections.abc import Callable
from typing import Final

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFilter

Colour = tuple[int, int, int]
Field = npt.NDArray[np.float64]


def scene(seed: int, width: int = 1280, height: int = 960) -> Image.Image:
    """Return the picture of a seed, ``width`` x ``height`` pixels, RGB."""
    random = np.random.default_rng(seed)
    motif = _MOTIFS[int(random.integers(len(_MOTIFS)))]
    picture = motif(random, width, height)
    light = 0.75 + 0.5 * _clouds(random, width, height, roughness=0.45)
    grain = random.normal(0.0, 3.0, (height, width, 1))
    samples = np.asarray(picture, np.float64) * light[:, :, np.newaxis] + grain
    return Image.fromarray(np.clip(samples, 0, 255).astype(np.uint8))


def _clouds(random: np.random.Generator, width: int, height: int, *, roughness: float) -> Field:
    """Return smooth noise in 0..1, the sum of octaves whose strength falls by ``roughness``."""
    total = np.zeros((height, width))
    strength = 1.0
    for octave in range(2, 9):
        cells = random.random((2**octave + 1, 2**octave + 1)).astype(np.float32)
        layer = Image.fromarray(cells).resize((width, height), Image.Resampling.BICUBIC)
        total += strength * np.asarray(layer, np.float64)
        strength *= roughness
    total -= total.min()
    return np.asarray(total / total.max(), np.float64)


def _colour(random: np.random.Generator, *, light: tuple[float, float] = (0.3, 0.95)) -> Colour:
    hue, saturation = random.random(), random.uniform(0.15, 0.8)
    red, green, blue = colorsys.hsv_to_rgb(hue, saturation, random.uniform(*light))
    return int(red * 255), int(green * 255), int(blue * 255)


def _wash(random: np.random.Generator, width: int, height: int, roughness: float = 0.55) -> Image.Image:
    """Return a ground that goes from one colour to another in clouds."""
    field = _clouds(random, width, height, roughness=roughness)[:, :, np.newaxis]
    one, two = np.array(_colour(random)), np.array(_colour(random))
    return Image.fromarray((one * field + two * (1 - field)).astype(np.uint8))


def _landscape(random: np.random.Generator, width: int, height: int) -> Image.Image:
    picture = _wash(random, width, height, 0.4)
    draw = ImageDraw.Draw(picture)
    x, y, r = random.uniform(0.1, 0.9) * width, random.uniform(0.08, 0.35) * height, random.uniform(0.03, 0.1) * height
    draw.ellipse((x - r, y - r, x + r, y + r), fill=_colour(random, light=(0.85, 1.0)))
    for ridge in range(int(random.integers(3, 6))):
        base = height * (0.35 + 0.14 * ridge)
        phase, step = random.random(3) * 7, random.uniform(0.6, 2.2, 3)
        points = [
            (
                px,
                base
                - height
                * sum(0.07 / (k + 1) * math.sin(phase[k] + step[k] * (k + 1) * 6 * px / width) for k in range(3)),
            )
            for px in range(0, width + 9, 8)
        ]
        shade = _colour(random, light=(0.2, 0.75))
        draw.polygon([*points, (width, height), (0, height)], fill=shade)
        for _ in range(int(random.integers(15, 60))):
            px, py = points[int(random.integers(len(points)))]
            size = random.uniform(0.02, 0.09) * height
            dark = tuple(int(c * random.uniform(0.4, 0.8)) for c in shade)
            draw.polygon([(px, py - size), (px - size / 3, py + size / 4), (px + size / 3, py + size / 4)], fill=dark)
    return picture


def _town(random: np.random.Generator, width: int, height: int) -> Image.Image:
    picture = _wash(random, width, height, 0.35)
    draw = ImageDraw.Draw(picture)
    for row in range(3):
        x = -random.uniform(0, 80)
        while x < width:
            wide, high = random.uniform(0.05, 0.16) * width, random.uniform(0.2, 0.8 - 0.2 * row) * height
            left, top, bottom = x, height - high + row * height * 0.08, height
            wall, pane = _colour(random, light=(0.25, 0.8)), _colour(random, light=(0.5, 1.0))
            draw.rectangle((left, top, left + wide, bottom), fill=wall)
            cell = random.uniform(0.018, 0.05) * width
            for wy in np.arange(top + cell / 2, bottom - cell, cell * random.uniform(1.2, 1.8)):
                for wx in np.arange(left + cell / 3, left + wide - cell / 2, cell):
                    if random.random() < 0.75:
                        draw.rectangle((wx, wy, wx + cell * 0.5, wy + cell * 0.7), fill=pane)
            x += wide * random.uniform(0.9, 1.4)
    return picture


def _still_life(random: np.random.Generator, width: int, height: int) -> Image.Image:
    picture = _wash(random, width, height)
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, height * random.uniform(0.5, 0.75), width, height), fill=_colour(random))
    for _ in range(int(random.integers(9, 22))):
        x, y, r = random.uniform(0, 1) * width, random.uniform(0.2, 0.95) * height, random.uniform(0.03, 0.16) * height
        colour = np.array(_colour(random))
        for k in range(12, 0, -1):  # a ball, lit from the upper left
            tone = tuple(int(c) for c in np.clip(colour * (1.25 - 0.06 * k), 0, 255))
            s = r * k / 12
            dx = r * (12 - k) / 40
            draw.ellipse((x - dx - s, y - dx - s, x - dx + s, y - dx + s), fill=tone)
    return picture


def _fabric(random: np.random.Generator, width: int, height: int) -> Image.Image:
    picture = _wash(random, width, height)
    draw = ImageDraw.Draw(picture, "RGBA")
    for _ in range(int(random.integers(40, 90))):
        x, y = random.uniform(0, width), random.uniform(0, height)
        reach, angle = random.uniform(0.05, 0.45) * width, random.uniform(0, math.pi)
        colour = (*_colour(random), int(random.integers(90, 230)))
        end = (x + reach * math.cos(angle), y + reach * math.sin(angle))
        draw.line((x, y, *end), fill=colour, width=int(random.integers(4, 60)))
    return picture.filter(ImageFilter.GaussianBlur(1.2))


def _water(random: np.random.Generator, width: int, height: int) -> Image.Image:
    y, x = np.mgrid[0:height, 0:width].astype(np.float64)
    field = np.zeros((height, width))
    for _ in range(int(random.integers(5, 9))):
        cx, cy = random.uniform(-0.2, 1.2) * width, random.uniform(-0.2, 1.2) * height
        field += random.uniform(0.5, 1.5) * np.sin(np.hypot(x - cx, y - cy) / random.uniform(14, 70))
    field += 3 * _clouds(random, width, height, roughness=0.6)
    field = (field - field.min()) / (field.max() - field.min())
    low, high = np.array(_colour(random, light=(0.1, 0.5))), np.array(_colour(random, light=(0.7, 1.0)))
    return Image.fromarray((low + (high - low) * field[:, :, np.newaxis]).astype(np.uint8))


_MOTIFS: Final[tuple[Callable[[np.random.Generator, int, int], Image.Image], ...]] = (
    _landscape,
    _town,
    _still_life,
    _fabric,
    _water,
)
