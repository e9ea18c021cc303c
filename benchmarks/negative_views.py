"""Hard negatives that need a camera: one thing, or one place, seen twice; the two pictures are never the same picture.

Every function takes a source of pictures, ``number -> RGB picture``, and a generator, and returns a pair.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFilter

from leak_drawing import BICUBIC, curve, from_samples, noise, numpy_random, stickers, unrelated, warp
from leak_signal import logo

Source = Callable[[int], Image.Image]
Pair = tuple[Image.Image, Image.Image]

SIZE = (1024, 768)


def sized(picture: Image.Image) -> Image.Image:
    """Return the picture at the size of every negative."""
    return picture.convert("RGB").resize(SIZE, BICUBIC)


def two(source: Source, rng: random.Random) -> Pair:
    """Return two pictures of different scenes."""
    first = rng.randrange(1_000_000)
    return sized(source(first)), sized(source(first + 1))


def light(picture: Image.Image, rng: random.Random) -> Image.Image:
    """Light a picture otherwise: exposure, tint and a gradient across it."""
    samples = np.asarray(curve(picture, lambda v: v ** rng.uniform(0.8, 1.25)), np.float32)
    tint = np.array([rng.uniform(0.85, 1.15) for _ in range(3)], np.float32)
    across = np.linspace(rng.uniform(0.7, 1.0), rng.uniform(1.0, 1.2), picture.width, dtype=np.float32)
    return from_samples(samples * tint * across[None, :, None])


def _field(rng: random.Random, cells: int) -> npt.NDArray[np.float32]:
    drawn = Image.fromarray(numpy_random(rng).random((cells, cells)).astype(np.float32))
    return np.asarray(drawn.resize(SIZE, BICUBIC), np.float32)


def moved(picture: Image.Image, x: npt.NDArray[np.float32], y: npt.NDArray[np.float32]) -> Image.Image:
    """Return the picture whose pixel at each place comes from ``(x, y)`` of the given one, bilinear, edges repeated."""
    samples = np.asarray(picture, np.float32)
    x, y = np.clip(x, 0, picture.width - 1.001), np.clip(y, 0, picture.height - 1.001)
    left, top = x.astype(np.int64), y.astype(np.int64)
    u, v = (x - left)[:, :, None], (y - top)[:, :, None]
    above = samples[top, left] * (1 - u) + samples[top, left + 1] * u
    below = samples[top + 1, left] * (1 - u) + samples[top + 1, left + 1] * u
    return from_samples(above * (1 - v) + below * v)


def seconds_apart(source: Source, rng: random.Random) -> Pair:
    """Show one place twice: the camera has moved, so that depth shears it, and what stood in it has moved too."""
    place = sized(source(rng.randrange(1_000_000)))
    y, x = np.mgrid[0 : SIZE[1], 0 : SIZE[0]].astype(np.float32)
    depth = _field(rng, 4) + 0.6 * _field(rng, 7)
    shift = rng.choice((-1, 1)) * rng.uniform(0.14, 0.2) * SIZE[0]
    views = [
        moved(place, x + side * shift * (depth - 0.8), y + side * 0.25 * shift * (_field(rng, 4) - 0.5))
        for side in (-0.5, 0.5)
    ]
    for view in views:
        for _ in range(5):
            thing = unrelated((rng.randint(90, 240), rng.randint(120, 330)), rng)
            view.paste(thing, (rng.randint(0, SIZE[0] - 90), rng.randint(150, SIZE[1] - 90)))
    return noise(light(views[0], rng), 3, rng), noise(light(views[1], rng), 3, rng)


def print_of(rng: random.Random, source: Source) -> Image.Image:
    """Return a round printed coaster, RGBA: part of a picture, rings, letters."""
    face = source(rng.randrange(1_000_000)).convert("RGB").resize((420, 420), BICUBIC)
    draw = ImageDraw.Draw(face)
    for inset in (8, 30):
        draw.ellipse((inset, inset, 420 - inset, 420 - inset), outline=(250, 240, 210), width=7)
    face.paste(logo(150), (135, 135), logo(150))
    mask = Image.new("L", face.size, 0)
    ImageDraw.Draw(mask).ellipse((0, 0, 419, 419), fill=255)
    face.putalpha(mask)
    return face


def _laid(thing: Image.Image, scene: Image.Image, rng: random.Random, share: float) -> Image.Image:
    """Lay a flat RGBA thing into a scene in perspective, ``share`` of the scene's height."""
    side = share * SIZE[1]
    x, y = rng.uniform(0.05, 0.9) * (SIZE[0] - side), rng.uniform(0.05, 0.9) * (SIZE[1] - side)
    turn, middle = rng.uniform(-0.6, 0.6), (x + side / 2, y + side / 2)
    corners = []
    for u, v in ((-1, -1), (1, -1), (1, 1), (-1, 1)):
        a, b = u * side / 2 * rng.uniform(0.8, 1.0), v * side / 2 * rng.uniform(0.7, 0.95)
        dx, dy = a * math.cos(turn) - b * math.sin(turn), a * math.sin(turn) + b * math.cos(turn)
        corners.append((middle[0] + dx, middle[1] + dy))
    lit = light(thing.convert("RGB"), rng)
    mask = warp(thing.getchannel("A").convert("RGB"), corners, SIZE, Image.new("RGB", SIZE)).convert("L")
    return Image.composite(warp(lit, corners, SIZE, scene), scene, mask.filter(ImageFilter.GaussianBlur(1)))


def shared_thing(source: Source, rng: random.Random, thing: Image.Image, share: float) -> Pair:
    """Lay one flat thing into two scenes, each under a light of its own."""
    one, other = two(source, rng)
    return light(_laid(thing, one, rng, share), rng), light(_laid(thing, other, rng, share), rng)


def coaster(source: Source, rng: random.Random) -> Pair:
    """Photograph one printed coaster on two tables."""
    return shared_thing(source, rng, print_of(rng, source), rng.uniform(0.3, 0.6))


def poster(source: Source, rng: random.Random) -> Pair:
    """Show one poster, which is a picture itself, on the walls of two scenes."""
    sheet = source(rng.randrange(1_000_000)).convert("RGB").resize((480, 640), BICUBIC).convert("RGBA")
    return shared_thing(source, rng, sheet, rng.uniform(0.35, 0.55))


def emblem_on_things(source: Source, rng: random.Random) -> Pair:
    """Show one emblem in two scenes."""
    return shared_thing(source, rng, logo(400), rng.uniform(0.25, 0.5))


def globe(source: Source, rng: random.Random) -> Pair:
    """Show one painted globe from two sides, as a statue is seen from other places, before two grounds."""
    skin = np.asarray(source(rng.randrange(1_000_000)).convert("RGB").resize((1024, 512), BICUBIC), np.float32)
    turn = rng.uniform(0, 6.28)
    one, other = two(source, rng)
    away = turn + rng.choice((-1, 1)) * rng.uniform(0.9, 1.5)
    return _globe_before(one, skin, turn, rng), _globe_before(other, skin, away, rng)


def _globe_before(ground: Image.Image, skin: npt.NDArray[np.float32], turn: float, rng: random.Random) -> Image.Image:
    radius = rng.uniform(0.33, 0.45) * SIZE[1]
    y, x = np.mgrid[0 : SIZE[1], 0 : SIZE[0]].astype(np.float32)
    u, v = (x - SIZE[0] * rng.uniform(0.4, 0.6)) / radius, (y - SIZE[1] / 2) / radius
    inside = u * u + v * v < 1
    w = np.sqrt(np.clip(1 - u * u - v * v, 0, 1))
    column = ((np.arctan2(u, w) + turn) / (2 * math.pi) * 1024).astype(np.int64) % 1024
    row = np.clip((np.arcsin(np.clip(v, -1, 1)) / math.pi + 0.5) * 511, 0, 511).astype(np.int64)
    shade = np.clip(0.35 + 0.75 * (w * 0.7 + u * rng.uniform(-0.7, 0.7) - v * 0.4), 0.1, 1.3)
    painted = skin[row, column] * shade[:, :, None]
    return from_samples(np.where(inside[:, :, None], painted, np.asarray(ground, np.float32)))


def halves(source: Source, rng: random.Random) -> Pair:
    """Cut one picture into two parts that share nothing."""
    whole = source(rng.randrange(1_000_000)).convert("RGB")
    w, h = whole.size
    if rng.random() < 0.5:
        return sized(whole.crop((0, 0, w // 2 - 8, h))), sized(whole.crop((w // 2 + 8, 0, w, h)))
    return sized(whole.crop((0, 0, w, h // 2 - 8))), sized(whole.crop((0, h // 2 + 8, w, h)))


def same_stickers(source: Source, rng: random.Random) -> Pair:
    """Put the same faces at the same places over two pictures."""
    one, other = two(source, rng)
    seed = rng.getrandbits(32)
    return stickers(one, random.Random(seed), 4, 0.28), stickers(other, random.Random(seed), 4, 0.28)


def collages_sharing_one(source: Source, rng: random.Random) -> Pair:
    """Put one picture into two collages of four whose other pictures differ: related through that picture only."""
    first = rng.randrange(1_000_000)
    cell = (SIZE[0] // 2 - 4, SIZE[1] // 2 - 4)
    sheets = []
    for start in (1, 4):
        numbers = [first, first + start, first + start + 1, first + start + 2]
        rng.shuffle(numbers)
        sheet = Image.new("RGB", SIZE, (255, 255, 255))
        for i, number in enumerate(numbers):
            picture = source(number).convert("RGB").resize(cell, BICUBIC)
            sheet.paste(picture, ((i % 2) * (cell[0] + 8), (i // 2) * (cell[1] + 8)))
        sheets.append(sheet)
    return sheets[0], sheets[1]
