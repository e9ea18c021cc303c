"""What happens to pictures that leak: each treatment takes a picture and gives the bytes of a file."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from PIL import Image, ImageDraw, ImageFont, ImageOps

from pictures import scene

_TURNS: Final = {
    90: Image.Transpose.ROTATE_90,
    180: Image.Transpose.ROTATE_180,
    270: Image.Transpose.ROTATE_270,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Treatment:
    """One thing that is done to pictures."""

    name: str
    """As the demonstration's table shows it."""
    promised: bool
    """Whether it is promised to be found where the original is kept; what it does not promise is shown all the same."""
    apply: Callable[[Image.Image], bytes]
    """Returns an encoded file."""


def encoded(picture: Image.Image, kind: str = "JPEG", **options: int) -> bytes:
    """Return the bytes of a picture in a format."""
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


def resized(picture: Image.Image, share: float) -> Image.Image:
    """Scale both sides."""
    return picture.resize((round(picture.width * share), round(picture.height * share)), Image.Resampling.LANCZOS)


def cropped(picture: Image.Image, share: float) -> Image.Image:
    """Keep the middle, ``share`` of each side."""
    dx, dy = picture.width * (1 - share) / 2, picture.height * (1 - share) / 2
    return picture.crop((round(dx), round(dy), round(picture.width - dx), round(picture.height - dy)))


def screenshot(picture: Image.Image) -> Image.Image:
    """Show the picture in a telephone application, and capture the screen."""
    screen = Image.new("RGB", (1080, 2200), (250, 250, 250))
    draw = ImageDraw.Draw(screen)
    small, large = ImageFont.load_default(size=34), ImageFont.load_default(size=44)
    draw.text((40, 24), "21:47", font=small, fill=(20, 20, 20))
    draw.text((860, 24), "4G  63 %", font=small, fill=(20, 20, 20))
    draw.ellipse((40, 110, 130, 200), fill=(90, 130, 180))
    draw.text((160, 130), "a_shared_album", font=large, fill=(20, 20, 20))
    shown = resized(picture, 1080 / picture.width)
    screen.paste(shown, (0, 240))
    draw.text((40, 270 + shown.height), "2 481 likes · 147 comments", font=small, fill=(20, 20, 20))
    return screen


def mirrored_crop(picture: Image.Image) -> Image.Image:
    """Keep half of the area, and mirror it."""
    return ImageOps.mirror(cropped(picture, 0.5**0.5))


def collage(picture: Image.Image) -> Image.Image:
    """Put the picture beside three others, at half its size."""
    width, height = picture.width // 2, picture.height // 2
    page = Image.new("RGB", (2 * width, 2 * height))
    for number, other in enumerate((scene(7), scene(8), picture, scene(9))):
        page.paste(other.resize((width, height), Image.Resampling.LANCZOS), (number % 2 * width, number // 2 * height))
    return page


TREATMENTS: Final = (
    Treatment(name="the same file", promised=True, apply=lambda p: encoded(p, quality=92)),
    Treatment(name="recompressed, quality 35", promised=True, apply=lambda p: encoded(p, quality=35)),
    Treatment(name="another format (WebP)", promised=True, apply=lambda p: encoded(p, "WEBP", quality=60)),
    Treatment(name="resized to a third", promised=True, apply=lambda p: encoded(resized(p, 1 / 3), quality=80)),
    Treatment(name="mirrored", promised=True, apply=lambda p: encoded(ImageOps.mirror(p), quality=80)),
    Treatment(name="turned a quarter", promised=True, apply=lambda p: encoded(p.transpose(_TURNS[90]), quality=80)),
    Treatment(name="turned upside down", promised=True, apply=lambda p: encoded(p.transpose(_TURNS[180]), quality=80)),
    Treatment(
        name="turned three quarters", promised=True, apply=lambda p: encoded(p.transpose(_TURNS[270]), quality=80)
    ),
    Treatment(name="cropped to 80 % of each side", promised=True, apply=lambda p: encoded(cropped(p, 0.8), quality=80)),
    Treatment(name="half of it, mirrored", promised=True, apply=lambda p: encoded(mirrored_crop(p), quality=80)),
    Treatment(name="screenshot of a telephone", promised=True, apply=lambda p: encoded(screenshot(p), "PNG")),
    Treatment(name="in a collage of four", promised=True, apply=lambda p: encoded(collage(p), quality=80)),
)
