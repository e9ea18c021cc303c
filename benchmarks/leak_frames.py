"""What people put around a leaked picture: bars, screenshots, chats, pages, stories, collages, a table, a screen.

Every function takes an RGB picture and a generator and returns another; sizes are in pixels.
"""

from __future__ import annotations

import random

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from leak_drawing import (
    BICUBIC,
    BLACK,
    SMOOTH,
    WHITE,
    Colour,
    blurred_fill,
    crop,
    crop_to_aspect,
    curve,
    font,
    from_samples,
    long_side,
    numpy_random,
    overlay_text,
    pad,
    rotate,
    scale,
    sentence,
    stickers,
    unrelated,
    warp,
    write_lines,
)

_GREY: Colour = (128, 128, 128)


def meme(image: Image.Image, share: float, colour: Colour = WHITE) -> Image.Image:
    """Add a bar with one line above the picture, ``share`` of its height."""
    height = int(image.height * share)
    wider = pad(image, (0, height, 0, 0), colour)
    ink = BLACK if sum(colour) > 300 else WHITE
    face = font(min(height * 0.5, image.width * 0.05))
    ImageDraw.Draw(wider).text((20, height * 0.2), "quand tu reçois la facture :", font=face, fill=ink)
    return wider


def caption_bars(image: Image.Image, rng: random.Random, top: float, bottom: float, colour: Colour) -> Image.Image:
    """Add bars full of text above and below, as shares of the height."""
    above, below = int(image.height * top), int(image.height * bottom)
    wider = pad(image, (0, above, 0, below), colour)
    ink, size = BLACK if sum(colour) > 300 else WHITE, max(12, image.width // 28)
    write_lines(wider, rng, (size, size // 2, wider.width - size, above), size, ink)
    write_lines(wider, rng, (size, above + image.height + size // 2, wider.width - size, wider.height), size, ink)
    return wider


def phone(image: Image.Image, *, dark: bool) -> Image.Image:
    """Show the picture in a social application on a telephone of 1080 x 2340."""
    ground, ink, faint = (
        ((18, 18, 18), (235, 235, 235), (60, 60, 60)) if dark else (WHITE, (20, 20, 20), (215, 215, 215))
    )
    screen = Image.new("RGB", (1080, 2340), ground)
    draw = ImageDraw.Draw(screen)
    draw.text((40, 20), "21:47", font=font(40), fill=ink)
    draw.text((900, 20), "4G 63%", font=font(36), fill=ink)
    draw.ellipse((30, 110, 130, 210), fill=(200, 80, 120))
    draw.text((150, 130), "compte_prive_92 · Suivre", font=font(40), fill=ink)
    height = min(1500, round(1080 * image.height / image.width))
    width = round(height * image.width / image.height)
    screen.paste(image.resize((width, height), SMOOTH), ((1080 - width) // 2, 240))
    y = 260 + height
    for i in range(4):
        draw.ellipse((40 + 110 * i, y + 10, 110 + 110 * i, y + 80), outline=ink, width=5)
    for i, line in enumerate(("2 481 J'aime", "voir les 147 commentaires", "il y a 3 heures")):
        draw.text((40, y + 110 + 60 * i), line, font=font(38), fill=ink if i < 2 else faint)
    draw.rectangle((0, 2200, 1080, 2204), fill=faint)
    return screen


def chat(image: Image.Image, rng: random.Random, *, dark: bool) -> Image.Image:
    """Show the picture in a bubble between messages, its corners rounded and an hour written on it."""
    ground, bubble, ink = ((11, 20, 26), (0, 92, 75), WHITE) if dark else ((239, 231, 221), (217, 253, 211), BLACK)
    screen = Image.new("RGB", (1080, 2160), ground)
    draw = ImageDraw.Draw(screen)
    draw.rectangle((0, 0, 1080, 180), fill=(31, 44, 52) if dark else (0, 128, 105))
    draw.text((160, 70), sentence(rng, 2), font=font(48), fill=WHITE)
    y = 220
    for i in range(3):
        left = 40 if i % 2 else 260
        draw.rounded_rectangle((left, y, left + 720, y + 130), 28, fill=bubble)
        write_lines(screen, rng, (left + 30, y + 16, left + 690, y + 120), 34, ink)
        y += 160
    inner = scale(image, min(780 / image.width, 1150 / image.height))
    draw.rounded_rectangle((230, y, 250 + inner.width + 20, y + inner.height + 40), 32, fill=bubble)
    mask = Image.new("L", inner.size, 0)
    ImageDraw.Draw(mask).rounded_rectangle((0, 0, inner.width - 1, inner.height - 1), 26, fill=255)
    screen.paste(inner, (250, y + 20), mask)
    draw.text((130 + inner.width, y + inner.height - 30), "21:48", font=font(30), fill=WHITE)
    return screen


def web_page(image: Image.Image, rng: random.Random, share: float = 0.5) -> Image.Image:
    """Show the picture on a page of 1366 x 900 between two columns, ``share`` of the page wide."""
    page = Image.new("RGB", (1366, 900), (246, 247, 249))
    draw = ImageDraw.Draw(page)
    draw.rectangle((0, 0, 1366, 64), fill=(34, 51, 90))
    draw.text((30, 18), "forum · " + sentence(rng, 3), font=font(24), fill=WHITE)
    inner = scale(image, min(1366 * share / image.width, 640 / image.height))
    left = (1366 - inner.width) // 2
    write_lines(page, rng, (left, 84, left + inner.width, 150), 26, BLACK)
    page.paste(inner, (left, 160))
    write_lines(page, rng, (left, 170 + inner.height, left + inner.width, 890), 18, (60, 60, 60))
    for x in (20, 1146):
        draw.rectangle((x, 90, x + 200, 880), fill=WHITE, outline=(210, 214, 220))
        draw.rectangle((x + 15, 110, x + 185, 250), fill=(190, 90 + rng.randrange(120), 90))
        write_lines(page, rng, (x + 15, 270, x + 185, 860), 15, (70, 70, 90))
    return page


def story(image: Image.Image, rng: random.Random, *, gradient: bool = False) -> Image.Image:
    """Show the picture as a story of 1080 x 1920: a blurred fill or a gradient, stickers and text."""
    screen = blurred_fill(image, (1080, 1920), 0.92)
    if gradient:
        ramp = np.linspace(0, 1, 1920)[:, None, None] * np.array([200, 60, 180.0]) + np.array([30, 40, 60.0])
        screen = from_samples(np.broadcast_to(ramp, (1920, 1080, 3)))
        inner = rotate(scale(image, 880 / image.width), rng.choice((-3, 3)), corners=(90, 60, 120))
        inner = scale(inner, min(1.0, 1500 / inner.height))
        screen.paste(inner, ((1080 - inner.width) // 2, (1920 - inner.height) // 2))
    draw = ImageDraw.Draw(screen)
    draw.rectangle((20, 20, 1060, 26), fill=WHITE)
    draw.ellipse((30, 50, 130, 150), fill=(90, 140, 220))
    draw.text((150, 75), sentence(rng, 2), font=font(40), fill=WHITE, stroke_width=2, stroke_fill=BLACK)
    screen = stickers(screen, rng, 2, 0.16)
    return overlay_text(screen, rng, sentence(rng, 2), 0.08)


def picture_in_picture(image: Image.Image, rng: random.Random, share: float, outer: Image.Image) -> Image.Image:
    """Put the picture somewhere on another one, ``share`` of each side."""
    whole = outer.resize(image.size, BICUBIC)
    inner = scale(image, share)
    x, y = rng.randint(0, image.width - inner.width), rng.randint(0, image.height - inner.height)
    whole.paste(inner, (x, y))
    return whole


def grid(
    image: Image.Image, rng: random.Random, across: int, down: int, *, gap: int = 0, keep: float = 1.0
) -> Image.Image:
    """Put the picture, or ``keep`` of its area, into one cell of a collage with unrelated ones."""
    width, height = image.width // 2, image.height // 2
    sheet = Image.new("RGB", (width * across + gap * (across - 1), height * down + gap * (down - 1)), WHITE)
    chosen = rng.randrange(across * down)
    for i in range(across * down):
        part = crop(image, keep, rng) if keep < 1 else image
        cell = part.resize((width, height), SMOOTH) if i == chosen else unrelated((width, height), rng)
        sheet.paste(cell, ((i % across) * (width + gap), (i // across) * (height + gap)))
    return sheet


def strip(image: Image.Image, rng: random.Random, cells: int) -> Image.Image:
    """Put a square cut of the picture into a row of squares."""
    side = min(image.size)
    square = crop_to_aspect(image, 1.0, rng.uniform(0.3, 0.7)).resize((side, side), SMOOTH)
    sheet, chosen = Image.new("RGB", (side * cells + 8 * (cells - 1), side), BLACK), rng.randrange(cells)
    for i in range(cells):
        sheet.paste(square if i == chosen else unrelated((side, side), rng), (i * (side + 8), 0))
    return sheet


def polaroid(image: Image.Image, rng: random.Random) -> Image.Image:
    """Lay the picture as a print with a wide lower edge on a table, turned by some degrees."""
    edge = max(image.size) // 20
    printed = pad(image, (edge, edge, edge, edge * 4), (248, 246, 240)).convert("RGBA")
    turned = printed.rotate(rng.uniform(4, 9) * rng.choice((-1, 1)), BICUBIC, expand=True)
    table = wood((round(turned.width * 1.25), round(turned.height * 1.25)), rng)
    table.paste(turned, ((table.width - turned.width) // 2, (table.height - turned.height) // 2), turned)
    return table


def wood(size: tuple[int, int], rng: random.Random) -> Image.Image:
    """Return a table's top: planks with a grain."""
    random_array = numpy_random(rng)
    rows = np.cumsum(random_array.normal(0, 3, size[1]))
    rows -= np.linspace(0, rows[-1], size[1])
    samples = np.array([150, 105, 70.0]) + rows[:, None, None] * np.ones((1, size[0], 1))
    return from_samples(samples + random_array.normal(0, 6, samples.shape)).filter(ImageFilter.GaussianBlur(1))


def screen_photo(image: Image.Image, rng: random.Random, strength: float = 1.0) -> Image.Image:
    """Photograph the picture on a screen: perspective, the screen's rows and columns, a reflection, another gamma."""
    shown = long_side(image, 1200)
    samples = np.asarray(curve(shown, lambda v: v**1.15 * 0.95 + 0.03), np.float32)
    y, x = np.mgrid[0 : shown.height, 0 : shown.width].astype(np.float32)
    turn = rng.uniform(0.05, 0.2)
    moire = np.sin(2.05 * (x + turn * y)) * np.sin(2.11 * (y - turn * x)) * 18 * strength
    middle = (rng.uniform(0.2, 0.8) * shown.width, rng.uniform(0.1, 0.6) * shown.height)
    away = ((x - middle[0]) / (0.30 * shown.width)) ** 2 + ((y - middle[1]) / (0.22 * shown.height)) ** 2
    samples += (moire + 85 * strength * np.exp(-away))[:, :, None]
    size = (round(shown.width * 1.12), round(shown.height * 1.12))

    def moved(u: float, v: float) -> tuple[float, float]:
        shift = 0.05 * strength
        return (
            u + rng.uniform(0.01, shift) * size[0] * (1 if u < size[0] / 2 else -1),
            v + rng.uniform(0.01, shift) * size[1] * (1 if v < size[1] / 2 else -1),
        )

    corners = [moved(u, v) for u, v in ((0, 0), (size[0], 0), (size[0], size[1]), (0, size[1]))]
    ground = Image.new("RGB", size, (22, 22, 26))
    return warp(from_samples(samples), corners, size, ground).filter(ImageFilter.GaussianBlur(0.8))


def window(image: Image.Image, rng: random.Random) -> Image.Image:
    """Show the picture in a viewer's window on a desktop of 1600 x 1000, another window behind it."""
    desktop = unrelated((1600, 1000), rng, dark=True)
    draw = ImageDraw.Draw(desktop)
    draw.rectangle((60, 80, 900, 820), fill=(250, 250, 250), outline=_GREY)
    write_lines(desktop, rng, (90, 130, 880, 800), 20, BLACK)
    inner = scale(image, min(950 / image.width, 700 / image.height))
    left, top = 1540 - inner.width, 120
    draw.rectangle((left - 8, top - 44, left + inner.width + 8, top + inner.height + 8), fill=(48, 48, 52))
    draw.text((left, top - 36), "IMG_2093.jpg", font=font(22), fill=WHITE)
    desktop.paste(inner, (left, top))
    draw.rectangle((0, 956, 1600, 1000), fill=(20, 22, 30))
    return desktop
