"""Put a picture inside something else, as reposts do: borders, bars, screenshots, collages, slanted frames.

Each composition takes an RGB picture and a seeded generator, and returns an RGB picture that shows the whole original
somewhere. They judge frame finding (benchmarks/frame_finding.py) and are made of drawing only: no template is real.
"""

from __future__ import annotations

import io
import math
import random
from collections.abc import Callable
from typing import Final

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

Picture = Image.Image
Colour = tuple[int, int, int]
Make = Callable[[Picture, random.Random], Picture]

WHITE: Final = (255, 255, 255)
BLACK: Final = (0, 0, 0)
WORDS: Final = "regarde ce que je viens de trouver sur le forum, personne ne sait qui a posté cela hier soir"


def scaled(picture: Picture, width: float, height: float | None = None) -> Picture:
    """Resize to a width, in proportion unless a height is given."""
    high = picture.height * width / picture.width if height is None else height
    return picture.resize((max(16, round(width)), max(16, round(high))), Image.Resampling.LANCZOS)


def padded(picture: Picture, edges: tuple[float, float, float, float], colour: Colour) -> Picture:
    """Add margins: left, top, right, bottom, in pixels."""
    left, top, right, bottom = (round(edge) for edge in edges)
    out = Image.new("RGB", (picture.width + left + right, picture.height + top + bottom), colour)
    out.paste(picture, (left, top))
    return out


def texture(size: tuple[int, int], rng: random.Random) -> Picture:
    """Draw a smooth random field, as an unrelated background."""
    numbers = np.random.default_rng(rng.getrandbits(32))
    total = np.zeros((64, 64, 3))
    for cells in (4, 8, 16, 32):
        part = Image.fromarray((numbers.random((cells, cells, 3)) * 255).astype(np.uint8))
        total += np.asarray(part.resize((64, 64), Image.Resampling.BICUBIC), float) * 4 / cells
    total = (total - total.min()) / (total.max() - total.min()) * 255
    return Image.fromarray(total.astype(np.uint8)).resize(size, Image.Resampling.BICUBIC)


def rough(size: tuple[int, int], rng: random.Random) -> Picture:
    """Draw a rough surface: wood-like streaks and grain."""
    numbers = np.random.default_rng(rng.getrandbits(32))
    streaks = np.repeat(numbers.normal(0, 18, (size[1] // 4 + 1, 1)), 4, axis=0)[: size[1]]
    grain = numbers.normal(0, 10, (size[1], size[0])) + streaks + 120
    plane = np.clip(np.stack([grain * 1.2, grain * 0.95, grain * 0.7], axis=2), 0, 255).astype(np.uint8)
    return Image.fromarray(plane).filter(ImageFilter.GaussianBlur(1))


def gradient(size: tuple[int, int], first: Colour, last: Colour) -> Picture:
    """Fill from the top colour to the bottom one."""
    ramp = np.linspace(0, 1, size[1])[:, None, None]
    plane = np.array(first) * (1 - ramp) + np.array(last) * ramp
    return Image.fromarray(np.repeat(plane, size[0], axis=1).astype(np.uint8))


def blurred_fill(picture: Picture, size: tuple[int, int], radius: float = 25) -> Picture:
    """Fill a canvas with the picture itself, enlarged and blurred, as vertical videos do."""
    scale = max(size[0] / picture.width, size[1] / picture.height)
    big = scaled(picture, picture.width * scale + 1, picture.height * scale + 1)
    left, top = (big.width - size[0]) // 2, (big.height - size[1]) // 2
    return big.crop((left, top, left + size[0], top + size[1])).filter(ImageFilter.GaussianBlur(radius))


def text(
    picture: Picture, at: tuple[float, float], words: str, size: float, fill: Colour, outline: Colour | None = None
) -> None:
    """Write in place."""
    font = ImageFont.load_default(size=max(8, int(size)))
    width = 0 if outline is None else 3
    ImageDraw.Draw(picture).text(at, words, font=font, fill=fill, stroke_width=width, stroke_fill=outline)


def rounded(picture: Picture, below: Picture, at: tuple[int, int], radius: float) -> None:
    """Paste with rounded corners."""
    mask = Image.new("L", picture.size, 0)
    ImageDraw.Draw(mask).rounded_rectangle((0, 0, picture.width - 1, picture.height - 1), radius, fill=255)
    below.paste(picture, at, mask)


def phone(picture: Picture, *, dark: bool, inset: int = 0) -> Picture:
    """Make a 1080 x 2340 screenshot of a social application."""
    ground, ink, mid = ((18, 18, 18), (235, 235, 235), (60, 60, 60)) if dark else (WHITE, (20, 20, 20), (215, 215, 215))
    out = Image.new("RGB", (1080, 2340), ground)
    draw = ImageDraw.Draw(out)
    text(out, (40, 20), "21:47", 40, ink)
    text(out, (900, 20), "4G 63%", 36, ink)
    draw.ellipse((30, 110, 130, 210), fill=(200, 80, 120))
    text(out, (150, 130), "compte_prive_92 · Suivre", 40, ink)
    high = min(1500, round((1080 - 2 * inset) * picture.height / picture.width))
    inner = scaled(picture, high * picture.width / picture.height, high)
    if inset:
        rounded(inner, out, ((1080 - inner.width) // 2, 240), 36)
    else:
        out.paste(inner, ((1080 - inner.width) // 2, 240))
    y = 260 + high
    for k in range(4):
        draw.ellipse((40 + 110 * k, y + 10, 110 + 110 * k, y + 80), outline=ink, width=5)
    for k, words in enumerate(("2 481 J'aime", "voir les 147 commentaires", "il y a 3 heures")):
        text(out, (40, y + 110 + 60 * k), words, 38, ink if k < 2 else mid)
    draw.rectangle((0, 2200, 1080, 2204), fill=mid)
    return out


def bar(picture: Picture, share: float, colour: Colour, *, top: bool = True, lines: int = 1) -> Picture:
    """Add a caption bar above or below, with one line or more of words."""
    high = picture.height * share
    out = padded(picture, (0, high if top else 0, 0, 0 if top else high), colour)
    ink = BLACK if sum(colour) > 300 else WHITE
    start = 0 if top else picture.height
    for k in range(lines):
        size = min(high * 0.75 / lines, picture.width * 0.045)
        text(out, (20, start + high * (0.1 + 0.85 * k / lines)), WORDS[7 * k :][:60], size, ink)
    return out


def grid(picture: Picture, rng: random.Random, columns: int, rows: int, gutter: int = 0) -> Picture:
    """Lay the picture among unrelated ones, without cropping it."""
    width = round(picture.width * (0.5 if columns < 3 else 0.4))
    cell = scaled(picture, width)
    high = cell.height
    out = Image.new("RGB", (width * columns + gutter * (columns + 1), high * rows + gutter * (rows + 1)), WHITE)
    mine = rng.randrange(columns * rows)
    for k in range(columns * rows):
        at = (gutter + (k % columns) * (width + gutter), gutter + (k // columns) * (high + gutter))
        out.paste(cell if k == mine else texture((width, high), rng), at)
    return out


def inside(picture: Picture, ground: Picture, share: float, rng: random.Random) -> Picture:
    """Paste the picture, reduced, somewhere on another one."""
    out = ground.copy()
    small = scaled(picture, ground.width * share)
    if small.height > ground.height * 0.95:
        small = scaled(picture, small.width * ground.height * 0.9 / small.height)
    out.paste(small, (rng.randint(0, out.width - small.width), rng.randint(0, out.height - small.height)))
    return out


def turned(picture: Picture, degrees: float, ground: Picture | Colour, share: float = 1.0) -> Picture:
    """Turn the whole picture and lay it on a ground that shows at the corners."""
    small = scaled(picture, picture.width * share).convert("RGBA")
    slanted = small.rotate(degrees, Image.Resampling.BICUBIC, expand=True)
    size = slanted.size if share == 1.0 else picture.size
    out = ground.resize(size) if isinstance(ground, Image.Image) else Image.new("RGB", size, ground)
    out.paste(slanted, ((size[0] - slanted.width) // 2, (size[1] - slanted.height) // 2), slanted)
    return out


def turned_and_cropped(picture: Picture, degrees: float) -> Picture:
    """Turn the picture and keep the largest part of the same proportions that has no corner missing."""
    angle = math.radians(abs(degrees))
    keep = 1 / (math.cos(angle) + max(picture.size) / min(picture.size) * math.sin(angle))
    width, height = int(picture.width * keep), int(picture.height * keep)
    left, top = (picture.width - width) // 2, (picture.height - height) // 2
    return picture.rotate(degrees, Image.Resampling.BICUBIC).crop((left, top, left + width, top + height))


def polaroid(picture: Picture, rng: random.Random) -> Picture:
    """Print on white paper with a wide lower edge, laid slightly slanted on a table."""
    edge = picture.width * 0.05
    paper = padded(picture, (edge, edge, edge, edge * 4), (246, 244, 238))
    return turned(paper, rng.uniform(-5, 5), rough(paper.size, rng), 0.8)


def story(picture: Picture, rng: random.Random) -> Picture:
    """Make a 1080 x 1920 story: blurred fill, the picture in the middle, a sticker and words over it."""
    out = blurred_fill(picture, (1080, 1920))
    inner = scaled(picture, 1080)
    if inner.height > 1500:
        inner = scaled(picture, 1500 * picture.width / picture.height)
    out.paste(inner, ((1080 - inner.width) // 2, (1920 - inner.height) // 2))
    draw = ImageDraw.Draw(out)
    x, y = rng.randint(100, 800), rng.choice([300, 1500])
    draw.rounded_rectangle((x, y, x + 220, y + 90), 20, fill=WHITE)
    text(out, (x + 20, y + 20), "@compte", 40, BLACK)
    text(out, (60, 140), "il y a 3 h", 36, WHITE)
    return out


def web_page(picture: Picture, rng: random.Random) -> Picture:
    """Make a 1600 x 1200 page: header, article with the picture, side column of links and thumbnails."""
    out = Image.new("RGB", (1600, 1200), (250, 250, 250))
    draw = ImageDraw.Draw(out)
    draw.rectangle((0, 0, 1600, 70), fill=(30, 50, 90))
    text(out, (40, 15), "Le forum de tout le monde", 34, WHITE)
    inner = scaled(picture, 900)
    if inner.height > 760:
        inner = scaled(picture, 760 * picture.width / picture.height)
    text(out, (120, 100), WORDS[:50], 32, BLACK)
    out.paste(inner, (120, 170))
    for k in range(6):
        text(out, (120, 190 + inner.height + 34 * k), WORDS[k * 5 :][:80], 22, (40, 40, 40))
        out.paste(texture((180, 120), rng), (1180, 130 + 170 * k))
        text(out, (1380, 150 + 170 * k), WORDS[k * 3 :][:14], 22, (30, 60, 140))
    return out


def chat(picture: Picture, *, dark: bool) -> Picture:
    """Make a 1080 x 1920 conversation where the picture is in a rounded bubble."""
    ground, bubble, ink = ((11, 20, 26), (32, 44, 51), WHITE) if dark else ((236, 229, 221), (220, 248, 198), BLACK)
    out = Image.new("RGB", (1080, 1920), ground)
    draw = ImageDraw.Draw(out)
    for k, at in enumerate((120, 220)):
        draw.rounded_rectangle((30, at, 600 + 100 * k, at + 80), 24, fill=WHITE if not dark else (45, 58, 66))
        text(out, (60, at + 20), WORDS[k * 9 :][:28], 34, ink)
    inner = scaled(picture, 760)
    if inner.height > 1100:
        inner = scaled(picture, 1100 * picture.width / picture.height)
    left = 1040 - inner.width
    draw.rounded_rectangle((left - 12, 360, 1052, 372 + inner.height + 70), 28, fill=bubble)
    rounded(inner, out, (left, 372), 20)
    text(out, (left + 10, 382 + inner.height), "tu as vu ? 21:48", 34, ink)
    return out


def jpeg(picture: Picture, quality: int) -> Picture:
    """Encode and decode."""
    data = io.BytesIO()
    picture.save(data, "JPEG", quality=quality)
    return Image.open(data).convert("RGB")


def _edges(picture: Picture, *shares: float) -> tuple[float, float, float, float]:
    """Turn shares of the sides into margins in pixels: left, top, right, bottom."""
    left, top, right, bottom = shares
    return left * picture.width, top * picture.height, right * picture.width, bottom * picture.height


#: Compositions given with the goals.
GIVEN: Final[dict[str, Make]] = {
    "border_10": lambda p, _: padded(p, _edges(p, 0.1, 0.1, 0.1, 0.1), WHITE),
    "letterbox_30": lambda p, _: padded(p, _edges(p, 0, 0.3, 0, 0.3), BLACK),
    "phone_light": lambda p, _: phone(p, dark=False),
    "meme_bar_20": lambda p, _: bar(p, 0.2, WHITE),
    "collage_2x2": lambda p, r: grid(p, r, 2, 2),
    "pip_50": lambda p, r: inside(p, texture(p.size, r), 0.5, r),
}

#: Compositions made for this measure.
OWN: Final[dict[str, Make]] = {
    "border_red": lambda p, _: padded(p, _edges(p, 0.04, 0.06, 0.04, 0.06), (190, 20, 40)),
    "border_black_unequal": lambda p, _: padded(p, _edges(p, 0.22, 0.03, 0.05, 0.12), (5, 5, 5)),
    "border_thin_2px": lambda p, _: padded(padded(p, (2, 2, 2, 2), BLACK), (30, 30, 30, 30), WHITE),
    "frame_2px_only": lambda p, _: padded(p, (2, 2, 2, 2), BLACK),
    "border_gradient": lambda p, r: inside(
        p, gradient((round(p.width * 1.3), round(p.height * 1.3)), (250, 120, 60), (60, 20, 120)), 0.75, r
    ),
    "border_grey_q30": lambda p, _: jpeg(padded(p, _edges(p, 0.1, 0.05, 0.1, 0.05), (128, 128, 128)), 30),
    "pillarbox": lambda p, _: padded(p, _edges(p, 0.25, 0, 0.25, 0), BLACK),
    "windowbox": lambda p, _: padded(p, _edges(p, 0.1, 0.25, 0.1, 0.25), BLACK),
    "blur_fill_wide": lambda p, _: _over_blur(p, (round(p.height * 2.2), p.height)),
    "blur_fill_square": lambda p, _: _over_blur(p, (max(p.size), max(p.size))),
    "phone_dark": lambda p, _: phone(p, dark=True),
    "phone_inset": lambda p, _: phone(p, dark=False, inset=48),
    "phone_dark_inset_q30": lambda p, _: jpeg(phone(p, dark=True, inset=48), 30),
    "chat_light": lambda p, _: chat(p, dark=False),
    "chat_dark": lambda p, _: chat(p, dark=True),
    "story": story,
    "web_page": web_page,
    "caption_heavy": lambda p, _: bar(p, 0.35, WHITE, lines=4),
    "caption_bottom_black": lambda p, _: bar(p, 0.18, BLACK, top=False, lines=2),
    "caption_both": lambda p, _: bar(bar(p, 0.15, WHITE), 0.15, WHITE, top=False),
    "collage_3x3": lambda p, r: grid(p, r, 3, 3),
    "collage_1x3": lambda p, r: grid(p, r, 1, 3),
    "collage_2x1": lambda p, r: grid(p, r, 2, 1),
    "collage_2x2_gutter": lambda p, r: grid(p, r, 2, 2, 16),
    "collage_3x3_gutter": lambda p, r: grid(p, r, 3, 3, 8),
    "pip_30": lambda p, r: inside(p, texture(p.size, r), 0.3, r),
    "pip_35_rough": lambda p, r: inside(p, rough(p.size, r), 0.35, r),
    "textured_border": lambda p, r: inside(p, rough((round(p.width * 1.2), round(p.height * 1.2)), r), 0.8, r),
    "turned_2_black": lambda p, _: turned(p, 2, BLACK),
    "turned_-4_white": lambda p, _: turned(p, -4, WHITE),
    "turned_8_black": lambda p, _: turned(p, 8, BLACK),
    "turned_5_blur": lambda p, _: turned(p, 5, blurred_fill(p, p.size), 0.7),
    "turned_-7_texture": lambda p, r: turned(p, -7, texture(p.size, r), 0.6),
    "turned_3_rough": lambda p, r: turned(p, 3, rough(p.size, r), 0.75),
    "polaroid": polaroid,
}

#: The whole picture turned and cropped: the original's corners are gone.
CROPPED: Final[dict[str, Make]] = {
    "rot_1": lambda p, _: turned_and_cropped(p, 1),
    "rot_2": lambda p, _: turned_and_cropped(p, 2),
    "rot_3": lambda p, _: turned_and_cropped(p, 3),
    "rot_-4": lambda p, _: turned_and_cropped(p, -4),
    "rot_5": lambda p, _: turned_and_cropped(p, 5),
}


def _over_blur(picture: Picture, size: tuple[int, int]) -> Picture:
    """Put the picture, as large as it fits, over its own blurred enlargement."""
    out = blurred_fill(picture, size)
    scale = min(size[0] / picture.width, size[1] / picture.height)
    inner = scaled(picture, picture.width * scale, picture.height * scale)
    out.paste(inner, ((size[0] - inner.width) // 2, (size[1] - inner.height) // 2))
    return out


def composed(name: str, picture: Picture, seed: int) -> Picture:
    """Make one composition and pass it through a last JPEG of quality 85."""
    make = {**GIVEN, **OWN, **CROPPED}[name]
    return jpeg(make(picture, random.Random(f"{name}/{seed}")), 85)
