"""What happens to the samples of a leaked picture: colours, noise, marks over it, screening, palettes, blurs.

Every function takes an RGB picture, and a generator where something is drawn at random, and returns another.
"""

from __future__ import annotations

import math
import random

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageOps

from leak_drawing import BICUBIC, SMOOTH, font, from_samples, numpy_random, scale

_SEPIA = np.array([[0.393, 0.769, 0.189], [0.349, 0.686, 0.168], [0.272, 0.534, 0.131]], np.float32)


def _samples(image: Image.Image) -> npt.NDArray[np.float32]:
    return np.asarray(image, np.float32)


def sepia(image: Image.Image) -> Image.Image:
    """Give the browns of an old print."""
    return from_samples(_samples(image) @ _SEPIA.T)


def hue_shift(image: Image.Image, degrees: float) -> Image.Image:
    """Turn every hue by an angle."""
    hue, saturation, value = image.convert("HSV").split()
    turned = hue.point([(i + round(degrees * 256 / 360)) % 256 for i in range(256)])
    return Image.merge("HSV", (turned, saturation, value)).convert("RGB")


def duotone(image: Image.Image) -> Image.Image:
    """Map dark to a deep blue and light to a warm yellow."""
    return ImageOps.colorize(image.convert("L"), (20, 20, 90), (255, 230, 150))


def warm_curves(image: Image.Image) -> Image.Image:
    """Give each channel a curve of its own, as the filters of telephones do."""
    red = [int(255 * (i / 255) ** 0.8) for i in range(256)]
    green = [int(25 + 215 * (0.5 - 0.5 * math.cos(math.pi * i / 255))) for i in range(256)]
    blue = [int(40 + 170 * (i / 255) ** 1.2) for i in range(256)]
    return image.point(red + green + blue)


def vignette(image: Image.Image, strength: float) -> Image.Image:
    """Darken towards the corners."""
    y, x = np.mgrid[-1 : 1 : image.height * 1j, -1 : 1 : image.width * 1j].astype(np.float32)
    return from_samples(_samples(image) * (1 - strength * np.clip((x * x + y * y) / 2, 0, 1))[:, :, None])


def salt_and_pepper(image: Image.Image, share: float, rng: random.Random) -> Image.Image:
    """Make a share of the pixels black or white."""
    samples, drawn = np.array(image), numpy_random(rng).random((image.height, image.width))
    samples[drawn < share / 2] = 0
    samples[drawn > 1 - share / 2] = 255
    return Image.fromarray(samples)


def film_grain(image: Image.Image, deviation: float, rng: random.Random) -> Image.Image:
    """Add grains of some pixels, alike in the three channels and strongest in the middle tones."""
    samples, random_array = _samples(image), numpy_random(rng)
    coarse = random_array.normal(128, 40, ((image.height + 1) // 2, (image.width + 1) // 2))
    grown = Image.fromarray(np.clip(coarse, 0, 255).astype(np.uint8)).resize(image.size, BICUBIC)
    grain = (np.asarray(grown, np.float32) - 128) * deviation / 40
    light = samples.mean(axis=2) / 255
    return from_samples(samples + (grain * (0.4 + 2.4 * light * (1 - light)))[:, :, None])


def motion_blur(image: Image.Image, pixels: int, degrees: float) -> Image.Image:
    """Smear along a line of some pixels."""
    total = np.zeros((image.height, image.width, 3), np.float32)
    for step in range(pixels):
        along = step - pixels / 2
        dx, dy = (round(along * f(math.radians(degrees))) for f in (math.cos, math.sin))
        total += _samples(image.transform(image.size, Image.Transform.AFFINE, (1, 0, dx, 0, 1, dy)))
    return from_samples(total / pixels)


def sharpen(image: Image.Image, percent: int) -> Image.Image:
    """Sharpen until halos show."""
    return image.filter(ImageFilter.UnsharpMask(radius=3, percent=percent, threshold=0))


def palette(image: Image.Image, colours: int, *, dither: bool) -> Image.Image:
    """Keep some colours only, as a GIF does."""
    how = Image.Dither.FLOYDSTEINBERG if dither else Image.Dither.NONE
    chosen = image.quantize(colours, Image.Quantize.MEDIANCUT)
    return image.quantize(palette=chosen, dither=how).convert("RGB")


def one_bit(image: Image.Image) -> Image.Image:
    """Keep black and white only, the greys by error diffusion, as a cheap print does."""
    return scale(image, 0.6).convert("1").convert("RGB")


def halftone(image: Image.Image, cell: int = 6) -> Image.Image:
    """Print the picture in dots on a turned screen, as newspapers do."""
    y, x = np.mgrid[0 : image.height, 0 : image.width].astype(np.float32)
    u, v = (x + y) * math.pi / cell / 1.414, (x - y) * math.pi / cell / 1.414
    screen = (np.cos(u) * np.cos(v) + 1) * 127.5
    light = np.asarray(image.convert("L"), np.float32)
    ink = np.clip((light - screen) * 4 + 128, 0, 255).astype(np.uint8)
    return Image.fromarray(ink).filter(ImageFilter.GaussianBlur(1)).convert("RGB")


def tiled_watermark(image: Image.Image, words: str, alpha: int) -> Image.Image:
    """Write words all over the picture, aslant and half transparent."""
    size = max(16, image.width // 22)
    layer = Image.new("L", (image.width * 2, image.height * 2), 0)
    draw, face = ImageDraw.Draw(layer), font(size)
    step = round(draw.textlength(words, font=face) * 1.3)
    for row, y in enumerate(range(0, layer.height, size * 3)):
        for x in range(-(row % 2) * step // 2, layer.width, step):
            draw.text((x, y), words, font=face, fill=alpha)
    turned = layer.rotate(30, BICUBIC)
    left, top = image.width // 2, image.height // 2
    mask = turned.crop((left, top, left + image.width, top + image.height))
    return Image.composite(Image.new("RGB", image.size, (255, 255, 255)), image, mask)


def logo(size: int, alpha: int = 255) -> Image.Image:
    """Return a made-up emblem, RGBA: a ring, a star and two letters."""
    mark = Image.new("RGBA", (size, size), (0, 0, 0, 0))
    draw, r = ImageDraw.Draw(mark), size / 2
    draw.ellipse(
        (0, 0, size - 1, size - 1), fill=(180, 30, 60, alpha), outline=(255, 255, 255, alpha), width=size // 18
    )
    star = []
    for i in range(10):
        far, angle = (0.85 if i % 2 == 0 else 0.45) * r, math.pi * (i / 5 - 0.5)
        star.append((r + far * math.cos(angle), r + far * math.sin(angle)))
    draw.polygon(star, fill=(250, 220, 90, alpha))
    draw.text((r, r), "LK", font=font(size * 0.26), fill=(40, 20, 60, alpha), anchor="mm")
    return mark


def big_logo(image: Image.Image, share: float, alpha: int) -> Image.Image:
    """Put a half-transparent emblem in the middle, ``share`` of the short side wide."""
    size = round(min(image.size) * share)
    layer = Image.new("RGBA", image.size, (0, 0, 0, 0))
    layer.paste(logo(size, alpha), ((image.width - size) // 2, (image.height - size) // 2))
    return Image.alpha_composite(image.convert("RGBA"), layer).convert("RGB")


def censor(image: Image.Image, rng: random.Random, share: float, *, mosaic: bool) -> Image.Image:
    """Cover a share of the area with two black bars, or with a mosaic of big squares."""
    image = image.copy()
    for _ in range(2):
        width = min(image.width, round(math.sqrt(share / 2 * image.width * image.height * 2)))
        height = min(image.height, round(share / 2 * image.width * image.height / width))
        x, y = rng.randint(0, image.width - width), rng.randint(0, image.height - height)
        box = (x, y, x + width, y + height)
        cell = max(8, min(width, height) // 8)
        small = image.crop(box).resize((max(1, width // cell), max(1, height // cell)), Image.Resampling.BOX)
        covered = small.resize((width, height), Image.Resampling.NEAREST)
        image.paste(covered if mosaic else Image.new("RGB", (width, height), (0, 0, 0)), box)
    return image


def play_button(image: Image.Image) -> Image.Image:
    """Put the controls of a video player over the picture."""
    image = image.copy()
    draw, r = ImageDraw.Draw(image, "RGBA"), min(image.size) // 8
    x, y = image.width // 2, image.height // 2
    draw.ellipse((x - r, y - r, x + r, y + r), fill=(0, 0, 0, 150))
    draw.polygon([(x - r // 3, y - r // 2), (x - r // 3, y + r // 2), (x + r // 2, y)], fill=(255, 255, 255, 230))
    draw.rectangle((0, image.height - r // 2, image.width, image.height), fill=(0, 0, 0, 150))
    bar = image.height - r // 3
    draw.rectangle((r, bar, image.width - 3 * r, bar + max(3, r // 16)), fill=(230, 40, 40, 255))
    draw.text((image.width - 2 * r, bar - r // 12), "0:07 / 0:41", font=font(r // 4), fill=(255, 255, 255, 255))
    return image


def scribble(image: Image.Image, rng: random.Random) -> Image.Image:
    """Draw over the picture by hand: an arrow, a ring and a wave."""
    image = image.copy()
    draw, width = ImageDraw.Draw(image), max(4, min(image.size) // 70)
    for colour in ((240, 40, 40), (60, 220, 80), (250, 230, 60)):
        x, y = rng.uniform(0.15, 0.6) * image.width, rng.uniform(0.15, 0.7) * image.height
        reach = rng.uniform(0.15, 0.35) * image.width
        points = [(x + reach * k / 40, y + 0.2 * reach * math.sin(k / 4)) for k in range(41)]
        draw.line(points, fill=colour, width=width, joint="curve")
        draw.ellipse((x, y, x + reach * 0.6, y + reach * 0.6), outline=colour, width=width)
    return image


def channel_swap(image: Image.Image) -> Image.Image:
    """Read blue as red and red as blue, as careless converters do."""
    red, green, blue = image.split()
    return Image.merge("RGB", (blue, green, red))


def invert(image: Image.Image) -> Image.Image:
    """Show the negative."""
    return ImageChops.invert(image)


def interlace(image: Image.Image) -> Image.Image:
    """Shift every second line, as a still of interlaced video does."""
    samples = np.array(image.resize((image.width, image.height), SMOOTH))
    samples[1::2] = np.roll(samples[1::2], 6, axis=1)
    return Image.fromarray(samples)
