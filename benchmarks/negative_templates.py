"""Hard negatives made on a desk: one form, emblem, frame or application around contents that differ.

Every function takes a source of pictures, ``number -> RGB picture``, and a generator, and returns a pair of pictures
that share what surrounds them and nothing else.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable

import numpy as np
from PIL import Image, ImageDraw

import leak_frames as frames
import leak_signal as signals
from leak_drawing import BLACK, WHITE, Colour, font, from_samples, numpy_random, sentence, unrelated, write_lines
from negative_views import SIZE, Pair, Source, two

Page = Callable[[random.Random], Image.Image]

PAGE = (900, 1200)


def _twice(page: Page, rng: random.Random) -> Pair:
    return page(random.Random(rng.getrandbits(32))), page(random.Random(rng.getrandbits(32)))


def _number(rng: random.Random) -> str:
    return f"{rng.randrange(10, 9000)},{rng.randrange(100):02d}"


def invoice(_: Source, rng: random.Random) -> Pair:
    """Fill one form twice with other names and sums."""

    def page(own: random.Random) -> Image.Image:
        sheet = Image.new("RGB", PAGE, WHITE)
        draw = ImageDraw.Draw(sheet)
        sheet.paste(signals.logo(130).convert("RGB"), (50, 50), signals.logo(130))
        draw.text((640, 70), "FACTURE", font=font(44), fill=(30, 60, 120))
        write_lines(sheet, own, (50, 220, 420, 360), 24, BLACK)
        draw.rectangle((50, 400, 850, 450), fill=(30, 60, 120))
        for x, label in ((60, "Désignation"), (520, "Quantité"), (700, "Montant")):
            draw.text((x, 410), label, font=font(24), fill=WHITE)
        for y in range(470, 930, 46):
            draw.line((50, y + 38, 850, y + 38), fill=(200, 200, 210))
            draw.text((60, y), sentence(own, 3)[:30], font=font(22), fill=BLACK)
            draw.text((560, y), str(own.randrange(1, 40)), font=font(22), fill=BLACK)
            draw.text((700, y), _number(own), font=font(22), fill=BLACK)
        draw.text((560, 960), f"Total  {_number(own)} EUR", font=font(30), fill=BLACK)
        draw.text((50, 1130), "SARL Exemple · capital 1 000 EUR · TVA non applicable", font=font(20), fill=(90, 90, 90))
        return sheet

    return _twice(page, rng)


def certificate(_: Source, rng: random.Random) -> Pair:
    """Give one diploma to two people."""

    def page(own: random.Random) -> Image.Image:
        sheet = Image.new("RGB", (1200, 850), (250, 246, 232))
        draw = ImageDraw.Draw(sheet)
        for inset in (20, 36, 44):
            draw.rectangle((inset, inset, 1199 - inset, 849 - inset), outline=(150, 110, 40), width=4)
        for i in range(0, 1160, 40):
            for y in (28, 805):
                draw.ellipse((20 + i, y, 36 + i, y + 16), outline=(150, 110, 40), width=2)
        draw.text((600, 150), "CERTIFICAT", font=font(80), fill=(90, 60, 20), anchor="mm")
        draw.text((600, 260), "décerné à", font=font(34), fill=BLACK, anchor="mm")
        draw.text((600, 370), sentence(own, 2).title(), font=font(64), fill=(20, 40, 100), anchor="mm")
        draw.text(
            (600, 480),
            f"le {own.randrange(1, 29)}.{own.randrange(1, 13)}.20{own.randrange(10, 26)}",
            font=font(34),
            fill=BLACK,
            anchor="mm",
        )
        sheet.paste(signals.logo(160).convert("RGB"), (520, 600), signals.logo(160))
        return sheet

    return _twice(page, rng)


def quote_card(_: Source, rng: random.Random) -> Pair:
    """Write two sayings on one card."""
    ground = unrelated((1000, 1000), rng)

    def page(own: random.Random) -> Image.Image:
        card = ground.copy()
        draw = ImageDraw.Draw(card)
        draw.rectangle((70, 70, 930, 930), outline=WHITE, width=6)
        draw.text((110, 60), "“", font=font(240), fill=WHITE)
        write_lines(card, own, (140, 320, 860, 740), 56, WHITE)
        draw.text((500, 860), "@pensees.du.jour", font=font(36), fill=WHITE, anchor="mm")
        return card

    return _twice(page, rng)


def text_pages(_: Source, rng: random.Random) -> Pair:
    """Print two pages of other words in one type."""

    def page(own: random.Random) -> Image.Image:
        sheet = Image.new("RGB", PAGE, WHITE)
        write_lines(sheet, own, (80, 80, 820, 1120), 24, BLACK)
        return sheet

    return _twice(page, rng)


def spreadsheets(_: Source, rng: random.Random) -> Pair:
    """Fill one table with other numbers."""

    def page(own: random.Random) -> Image.Image:
        sheet = Image.new("RGB", (1200, 800), WHITE)
        draw = ImageDraw.Draw(sheet)
        draw.rectangle((0, 0, 1200, 60), fill=(33, 115, 70))
        draw.text((20, 14), "Classeur1 · Enregistré", font=font(26), fill=WHITE)
        for row in range(60, 800, 32):
            draw.line((0, row, 1200, row), fill=(205, 205, 205))
            for x in range(0, 1200, 120):
                draw.line((x, 60, x, 800), fill=(205, 205, 205))
                draw.text((x + 8, row + 6), _number(own), font=font(18), fill=BLACK)
        return sheet

    return _twice(page, rng)


def memes(source: Source, rng: random.Random) -> Pair:
    """Put two pictures and two texts into one meme's layout: bars, a drawn mascot and a signature are shared."""
    pictures = two(source, rng)

    def filled(picture: Image.Image) -> Image.Image:
        own = random.Random(rng.getrandbits(32))
        sheet = frames.caption_bars(picture, own, 0.22, 0.18, WHITE)
        sheet.paste(signals.logo(260).convert("RGB"), (20, sheet.height - 420), signals.logo(260))
        ImageDraw.Draw(sheet).text((sheet.width - 330, sheet.height - 50), "memes-du-jour", font=font(40), fill=BLACK)
        return sheet

    return filled(pictures[0]), filled(pictures[1])


def lower_third(source: Source, rng: random.Random) -> Pair:
    """Put one news channel's banner, clock and emblem over two pictures."""

    def dressed(picture: Image.Image) -> Image.Image:
        own, draw = random.Random(rng.getrandbits(32)), ImageDraw.Draw(picture)
        draw.rectangle((0, 560, SIZE[0], 680), fill=(180, 10, 30))
        draw.rectangle((0, 680, SIZE[0], 768), fill=(245, 245, 245))
        draw.text((30, 580), "ALERTE INFO", font=font(70), fill=WHITE)
        draw.text((30, 700), sentence(own, 6), font=font(40), fill=BLACK)
        draw.rectangle((860, 30, 1000, 90), fill=(20, 20, 60))
        draw.text((880, 40), "20:04", font=font(40), fill=WHITE)
        picture.paste(signals.logo(110).convert("RGB"), (30, 30), signals.logo(110))
        return picture

    one, other = two(source, rng)
    return dressed(one), dressed(other)


def _around(frame: Callable[[Image.Image, random.Random], Image.Image], source: Source, rng: random.Random) -> Pair:
    one, other = two(source, rng)
    seed = rng.getrandbits(32)
    return frame(one, random.Random(seed)), frame(other, random.Random(seed))


def tiled_watermark(source: Source, rng: random.Random) -> Pair:
    """Write one watermark all over two pictures."""
    return _around(lambda p, _: signals.tiled_watermark(p, "© leakhub.example", 150), source, rng)


def corner_watermark(source: Source, rng: random.Random) -> Pair:
    """Stamp one emblem into the corner of two pictures."""

    def stamped(picture: Image.Image, _: random.Random) -> Image.Image:
        mark = signals.logo(230)
        picture.paste(mark.convert("RGB"), (SIZE[0] - 250, SIZE[1] - 250), mark)
        return picture

    return _around(stamped, source, rng)


def phone_screens(source: Source, rng: random.Random) -> Pair:
    """Show two pictures in one application, the words around them alike."""
    dark = rng.random() < 0.5
    return _around(lambda p, _: frames.phone(p, dark=dark), source, rng)


def chats(source: Source, rng: random.Random) -> Pair:
    """Show two pictures in one conversation."""
    return _around(lambda p, r: frames.chat(p, r, dark=False), source, rng)


def web_pages(source: Source, rng: random.Random) -> Pair:
    """Show two pictures on one page, small between its columns."""
    return _around(lambda p, r: frames.web_page(p, r, 0.35), source, rng)


def desktops(source: Source, rng: random.Random) -> Pair:
    """Show two pictures in one viewer on one desktop."""
    return _around(frames.window, source, rng)


def players(source: Source, rng: random.Random) -> Pair:
    """Put one video player's controls over two pictures."""
    return _around(lambda p, _: signals.play_button(p), source, rng)


def picture_frames(source: Source, rng: random.Random) -> Pair:
    """Hang two pictures in one carved frame."""
    carved = frames.wood((1240, 980), rng)
    draw = ImageDraw.Draw(carved)
    for i in range(0, 1240, 31):
        for y in (20, 920):
            draw.ellipse((i, y, i + 26, y + 36), outline=(70, 40, 10), width=4)
    for y in range(60, 920, 40):
        for x in (20, 1180):
            draw.polygon([(x, y), (x + 36, y + 15), (x, y + 30)], outline=(70, 40, 10))

    def hung(picture: Image.Image, _: random.Random) -> Image.Image:
        whole = carved.copy()
        whole.paste(picture, (108, 106))
        return whole

    return _around(hung, source, rng)


def near_logos(_: Source, rng: random.Random) -> Pair:
    """Draw two emblems that differ in letters, colour and the number of points."""
    return _emblem(rng, 5), _emblem(rng, rng.choice((6, 7)))


def _emblem(rng: random.Random, points: int) -> Image.Image:
    sheet = Image.new("RGB", (800, 800), WHITE)
    draw = ImageDraw.Draw(sheet)
    colour: Colour = (rng.randrange(30, 200), rng.randrange(30, 120), rng.randrange(60, 220))
    draw.ellipse((60, 60, 740, 740), fill=colour, outline=BLACK, width=24)
    star = []
    for i in range(points * 2):
        far, angle = (280 if i % 2 == 0 else 150), math.pi * (i / points - 0.5)
        star.append((400 + far * math.cos(angle), 400 + far * math.sin(angle)))
    draw.polygon(star, fill=(250, 230, 120))
    draw.text((400, 400), "".join(rng.choices("ABCDEFGHKLMNPRST", k=2)), font=font(150), fill=BLACK, anchor="mm")
    return sheet


def flats(_: Source, rng: random.Random) -> Pair:
    """Fill two pictures with one colour each."""

    def flat() -> Image.Image:
        return Image.new("RGB", SIZE, (rng.randrange(256), rng.randrange(256), rng.randrange(256)))

    return flat(), flat()


def gradients(_: Source, rng: random.Random) -> Pair:
    """Fill two pictures with ramps in one direction between other colours."""
    y, x = np.mgrid[0 : SIZE[1], 0 : SIZE[0]]
    along = x / SIZE[0] * rng.random() + y / SIZE[1]

    def ramp() -> Image.Image:
        one, other = (np.array([rng.randrange(256) for _ in range(3)], np.float64) for _ in range(2))
        return from_samples(one + (other - one) * (along / along.max())[:, :, None])

    return ramp(), ramp()


def brick_walls(_: Source, rng: random.Random) -> Pair:
    """Take two parts of one brick wall that do not overlap."""
    wall = Image.new("RGB", (2 * SIZE[0], SIZE[1]), (190, 185, 175))
    draw = ImageDraw.Draw(wall)
    for row in range(0, SIZE[1], 48):
        for x in range(-120 + (row // 48 % 2) * 60, 2 * SIZE[0], 120):
            tone = rng.randrange(-18, 18)
            draw.rectangle((x + 4, row + 4, x + 116, row + 44), fill=(160 + tone, 75 + tone, 55 + tone))
    samples = np.asarray(wall, np.float32)
    wall = from_samples(samples + numpy_random(rng).normal(0, 7, samples.shape))
    return wall.crop((0, 0, *SIZE)), wall.crop((SIZE[0], 0, 2 * SIZE[0], SIZE[1]))
