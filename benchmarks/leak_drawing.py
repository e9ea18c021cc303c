"""The strokes that leak-like transforms are made of: scaling, cropping, padding, text, stickers, encodings.

Every function takes and returns RGB pictures. What is drawn at random is drawn from the generator that is given.
"""

from __future__ import annotations

import io
import math
import random
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFilter, ImageFont

Colour = tuple[int, int, int]

BLACK: Colour = (0, 0, 0)
WHITE: Colour = (255, 255, 255)
SMOOTH = Image.Resampling.LANCZOS
BICUBIC = Image.Resampling.BICUBIC

WORDS = (
    "quand tu reçois la facture the moment you see it personne ne m'avait prévenu regarde jusqu'au bout link in bio "
    "abonne-toi pour la suite part two tomorrow je ne dirai rien mais who is this encore lui vous voyez la même chose"
).split()


def numpy_random(rng: random.Random) -> np.random.Generator:
    """Return a generator of arrays that follows from ``rng``."""
    return np.random.default_rng(rng.getrandbits(32))


def from_samples(samples: npt.NDArray[np.floating]) -> Image.Image:
    """Return the picture of ``(height, width, 3)`` samples, cut to 0..255."""
    return Image.fromarray(np.clip(samples, 0, 255).astype(np.uint8))


def encode(image: Image.Image, kind: str, **options: int) -> bytes:
    """Return the picture as a file of a kind that Pillow writes."""
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def recompress(image: Image.Image, kind: str = "JPEG", **options: int) -> Image.Image:
    """Return the picture as it comes back from one more file."""
    return Image.open(io.BytesIO(encode(image, kind, **options))).convert("RGB")


def scale(image: Image.Image, factor: float) -> Image.Image:
    """Resize both sides by a factor, to 32 pixels at least."""
    return image.resize((max(32, round(image.width * factor)), max(32, round(image.height * factor))), SMOOTH)


def long_side(image: Image.Image, pixels: int) -> Image.Image:
    """Resize so that the longer side has this many pixels."""
    return scale(image, pixels / max(image.size))


def crop(
    image: Image.Image, keep: float, rng: random.Random, at: tuple[float | None, float | None] = (None, None)
) -> Image.Image:
    """Keep a share of the area in the same aspect; ``at`` places it, 0..1 of what can move, by chance where None."""
    side = math.sqrt(keep)
    width, height = round(image.width * side), round(image.height * side)
    x = round((image.width - width) * (rng.random() if at[0] is None else at[0]))
    y = round((image.height - height) * (rng.random() if at[1] is None else at[1]))
    return image.crop((x, y, x + width, y + height))


def crop_to_aspect(image: Image.Image, aspect: float, place: float = 0.5) -> Image.Image:
    """Keep the largest part whose width is ``aspect`` times its height; ``place`` 0..1 moves it."""
    width = min(image.width, round(image.height * aspect))
    height = min(image.height, round(image.width / aspect))
    x, y = round((image.width - width) * place), round((image.height - height) * place)
    return image.crop((x, y, x + width, y + height))


def font(size: float) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """Return Pillow's own font at a size, so that no machine's fonts matter."""
    return ImageFont.load_default(size=max(8, int(size)))


def pad(image: Image.Image, sides: tuple[int, int, int, int], colour: Colour) -> Image.Image:
    """Add (left, top, right, bottom) pixels of one colour."""
    left, top, right, bottom = sides
    wider = Image.new("RGB", (image.width + left + right, image.height + top + bottom), colour)
    wider.paste(image, (left, top))
    return wider


def sentence(rng: random.Random, words: int) -> str:
    """Return some words that mean nothing."""
    return " ".join(rng.choice(WORDS) for _ in range(words))


def write_lines(image: Image.Image, rng: random.Random, box: tuple[int, int, int, int], size: int, ink: Colour) -> None:
    """Fill a box (left, top, right, bottom) with lines of words, in place."""
    draw, face = ImageDraw.Draw(image), font(size)
    for y in range(box[1], box[3] - size, round(size * 1.35)):
        line = sentence(rng, 2 + rng.randrange(8))
        while draw.textlength(line, font=face) > box[2] - box[0] and " " in line:
            line = line.rpartition(" ")[0]
        draw.text((box[0], y), line, font=face, fill=ink)


def overlay_text(
    image: Image.Image, rng: random.Random, words: str, share: float, *, alpha: int = 255, ink: Colour = WHITE
) -> Image.Image:
    """Write words over the picture by chance, letters ``share`` of the width high, outlined in black."""
    face, layer = font(image.width * share), Image.new("RGBA", image.size, (0, 0, 0, 0))
    draw = ImageDraw.Draw(layer)
    width = draw.textlength(words, font=face)
    at = (rng.uniform(0, max(1, image.width - width)), rng.uniform(0.05, 0.85) * image.height)
    draw.text(at, words, font=face, fill=(*ink, alpha), stroke_width=3, stroke_fill=(0, 0, 0, alpha))
    return Image.alpha_composite(image.convert("RGBA"), layer).convert("RGB")


def stickers(image: Image.Image, rng: random.Random, count: int, share: float) -> Image.Image:
    """Put smiling faces over the picture, each ``share`` of the short side wide."""
    image = image.copy()
    draw, r = ImageDraw.Draw(image), share * min(image.size) / 2
    for _ in range(count):
        x, y = rng.uniform(0.1, 0.9) * image.width, rng.uniform(0.1, 0.9) * image.height
        edge = max(1, int(r / 12))
        draw.ellipse((x - r, y - r, x + r, y + r), fill=(255, 204, 51), outline=(90, 60, 0), width=edge)
        for eye in (-0.35, 0.35):
            left = x + eye * r - r * 0.12
            draw.ellipse((left, y - r * 0.3, left + r * 0.24, y + r * 0.02), fill=(60, 40, 0))
        mouth = (x - r * 0.5, y - r * 0.2, x + r * 0.5, y + r * 0.6)
        draw.arc(mouth, 20, 160, fill=(60, 40, 0), width=max(2, int(r / 8)))
    return image


def noise(image: Image.Image, deviation: float, rng: random.Random) -> Image.Image:
    """Add Gaussian noise to every sample."""
    samples = np.asarray(image, np.float32)
    return from_samples(samples + numpy_random(rng).normal(0, deviation, samples.shape))


def unrelated(size: tuple[int, int], rng: random.Random, *, dark: bool = False) -> Image.Image:
    """Return a smooth ground that has nothing to do with any picture."""
    random_array, total = numpy_random(rng), np.zeros((64, 64, 3))
    for cells in (4, 8, 16, 32):
        drawn = (random_array.random((cells, cells, 3)) * 255).astype(np.uint8)
        total += np.asarray(Image.fromarray(drawn).resize((64, 64), BICUBIC), np.float64) * 4 / cells
    total = (total - total.min()) / (total.max() - total.min()) * (110 if dark else 255)
    return Image.fromarray(total.astype(np.uint8)).resize(size, BICUBIC)


def curve(image: Image.Image, function: Callable[[float], float]) -> Image.Image:
    """Map every sample through a function of 0..1."""
    return image.point([int(max(0, min(255, 255 * function(i / 255)))) for i in range(256)] * 3)


def rotate(image: Image.Image, degrees: float, *, corners: Colour | None = None) -> Image.Image:
    """Turn by a small angle; the corners are cut away, or filled with a colour."""
    if corners is not None:
        return image.rotate(degrees, BICUBIC, expand=True, fillcolor=corners)
    turned, a = image.rotate(degrees, BICUBIC), math.radians(abs(degrees))
    width, height = image.size
    inside = 1 / (math.cos(a) + max(width, height) / min(width, height) * math.sin(a))
    w, h = int(width * inside), int(height * inside)
    return turned.crop(((width - w) // 2, (height - h) // 2, (width + w) // 2, (height + h) // 2))


def blurred_fill(image: Image.Image, size: tuple[int, int], share: float = 1.0) -> Image.Image:
    """Put the picture in the middle of a frame that is filled with a blurred enlargement of itself."""
    fill = crop_to_aspect(image, size[0] / size[1]).resize((max(1, size[0] // 8), max(1, size[1] // 8)), BICUBIC)
    fill = fill.filter(ImageFilter.GaussianBlur(max(2, min(fill.size) // 20))).resize(size, BICUBIC)
    factor = share * min(size[0] / image.width, size[1] / image.height)
    inner = scale(image, factor)
    fill.paste(inner, ((size[0] - inner.width) // 2, (size[1] - inner.height) // 2))
    return fill


def warp(
    image: Image.Image, corners: list[tuple[float, float]], size: tuple[int, int], ground: Image.Image
) -> Image.Image:
    """Show the picture on a ground in perspective: its corners, clockwise from top left, go to ``corners``."""
    source = [(0, 0), (image.width, 0), (image.width, image.height), (0, image.height)]
    rows, right = [], []
    for (x, y), (u, v) in zip(corners, source, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        right += [u, v]
    back = [float(v) for v in np.linalg.solve(np.array(rows, np.float64), np.array(right, np.float64))]
    moved = image.transform(size, Image.Transform.PERSPECTIVE, back, BICUBIC)
    mask = Image.new("L", size, 0)
    ImageDraw.Draw(mask).polygon(corners, fill=255)
    return Image.composite(moved, ground, mask)
