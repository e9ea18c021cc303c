"""What leakers do to pictures: every transform that judges the matcher, by name, with the family it belongs to.

``apply(name, image, seed)`` returns the picture as it would be found: transformed, saved once more as a JPEG of
quality 85 (unless the transform encodes it itself) and read back. One seed gives one result on every machine.
"""

from __future__ import annotations

import io
import random
from collections.abc import Callable
from typing import Final

from PIL import Image, ImageEnhance, ImageFilter, ImageOps

import leak_frames as frames
import leak_signal as signals
from leak_drawing import (
    BLACK,
    WHITE,
    blurred_fill,
    crop,
    crop_to_aspect,
    curve,
    encode,
    long_side,
    noise,
    overlay_text,
    pad,
    recompress,
    rotate,
    scale,
    stickers,
    unrelated,
)

Transform = Callable[[Image.Image, random.Random], Image.Image | bytes]

QUALITY = 85


def _border(image: Image.Image, share: float) -> Image.Image:
    x, y = int(image.width * share), int(image.height * share)
    return pad(image, (x, y, x, y), WHITE)


def _turn(image: Image.Image) -> Image.Image:
    return image.transpose(Image.Transpose.ROTATE_90)


def _stretch(image: Image.Image, across: float, down: float = 1.0) -> Image.Image:
    return image.resize((round(image.width * across), round(image.height * down)))


def _bright(image: Image.Image) -> Image.Image:
    return ImageEnhance.Contrast(ImageEnhance.Brightness(image).enhance(1.3)).enhance(1.3)


def _sides(image: Image.Image, left: float, top: float, right: float, bottom: float) -> tuple[int, int, int, int]:
    w, h = image.size
    return round(w * left), round(h * top), round(w * right), round(h * bottom)


#: The first 35 are those that were handed to us; their random draws are kept, so that figures can be compared.
_PUBLIC: Final[dict[str, tuple[str, Transform]]] = {
    "identity": ("none", lambda im, _: im),
    "jpeg_q90": ("compression", lambda im, _: encode(im, "JPEG", quality=90)),
    "jpeg_q50": ("compression", lambda im, _: encode(im, "JPEG", quality=50)),
    "jpeg_q10": ("compression", lambda im, _: encode(im, "JPEG", quality=10)),
    "resize_25": ("size", lambda im, _: scale(im, 0.25)),
    "resize_200": ("size", lambda im, _: scale(im, 2)),
    "thumb_160": ("size", lambda im, _: long_side(im, 160)),
    "webp_q40": ("compression", lambda im, _: encode(im, "WEBP", quality=40)),
    "avif_q40": ("compression", lambda im, _: encode(im, "AVIF", quality=40, speed=8)),
    "crop_05": ("crop", lambda im, r: crop(im, 0.95, r)),
    "crop_10": ("crop", lambda im, r: crop(im, 0.90, r)),
    "crop_25": ("crop", lambda im, r: crop(im, 0.75, r)),
    "crop_50": ("crop", lambda im, r: crop(im, 0.50, r)),
    "square_centre": ("crop", lambda im, _: ImageOps.fit(im, (min(im.size),) * 2)),
    "border_10": ("border", lambda im, _: _border(im, 0.1)),
    "letterbox_30": ("border", lambda im, _: pad(im, (0, int(im.height * 0.3), 0, int(im.height * 0.3)), BLACK)),
    "mirror": ("turn", lambda im, _: ImageOps.mirror(im)),
    "rot90": ("turn", lambda im, _: _turn(im)),
    "rot180": ("turn", lambda im, _: im.transpose(Image.Transpose.ROTATE_180)),
    "rot_1": ("rotation", lambda im, _: rotate(im, 1)),
    "rot_5": ("rotation", lambda im, _: rotate(im, 5)),
    "phone_light": ("screenshot", lambda im, _: frames.phone(im, dark=False)),
    "text_small": ("overlay", lambda im, r: overlay_text(im, r, "t.me/leakgroup42", 0.05)),
    "text_big": ("overlay", lambda im, r: overlay_text(im, r, "EXCLU VIP", 0.16)),
    "emoji_3": ("overlay", lambda im, r: stickers(im, r, 3, 0.22)),
    "bright_contrast": ("colour", lambda im, _: _bright(im)),
    "dark_gamma": ("colour", lambda im, _: curve(im, lambda v: v**1.8)),
    "saturate": ("colour", lambda im, _: ImageEnhance.Color(im).enhance(2.0)),
    "grayscale": ("colour", lambda im, _: im.convert("L").convert("RGB")),
    "blur_3": ("noise", lambda im, _: im.filter(ImageFilter.GaussianBlur(3))),
    "noise_15": ("noise", lambda im, r: noise(im, 15, r)),
    "meme_bar_20": ("bars", lambda im, _: frames.meme(im, 0.20)),
    "collage_2x2": ("collage", lambda im, r: frames.grid(im, r, 2, 2)),
    "pip_50": ("inset", lambda im, r: frames.picture_in_picture(im, r, 0.5, unrelated(im.size, r))),
    "chain_forum": (
        "chain",
        lambda im, r: encode(
            overlay_text(long_side(crop(im, 0.85, r), 900), r, "LEAKED by k0", 0.05), "JPEG", quality=45
        ),
    ),
}

_SIGNAL: Final[dict[str, tuple[str, Transform]]] = {
    "jpeg_q5": ("compression", lambda im, _: encode(im, "JPEG", quality=5)),
    "jpeg_twice": ("compression", lambda im, _: encode(recompress(scale(im, 0.77), quality=35), "JPEG", quality=30)),
    "gif": ("compression", lambda im, _: signals.palette(im, 64, dither=False)),
    "gif_dithered": ("compression", lambda im, _: signals.palette(im, 16, dither=True)),
    "down_12_up": ("size", lambda im, _: scale(im, 0.12).resize(im.size)),
    "salt_pepper_5": ("noise", lambda im, r: signals.salt_and_pepper(im, 0.05, r)),
    "film_grain": ("noise", lambda im, r: signals.film_grain(im, 28, r)),
    "motion_blur_15": ("noise", lambda im, r: signals.motion_blur(im, 15, r.uniform(0, 180))),
    "sharpen": ("noise", lambda im, _: signals.sharpen(im, 350)),
    "interlaced": ("noise", lambda im, _: signals.interlace(im)),
    "one_bit": ("noise", lambda im, _: signals.one_bit(im)),
    "halftone": ("noise", lambda im, _: signals.halftone(im)),
    "inverted": ("colour", lambda im, _: signals.invert(im)),
    "sepia": ("colour", lambda im, _: signals.sepia(im)),
    "duotone": ("colour", lambda im, _: signals.duotone(im)),
    "posterise": ("colour", lambda im, _: ImageOps.posterize(im, 2)),
    "equalise": ("colour", lambda im, _: ImageOps.equalize(im)),
    "warm_curves": ("colour", lambda im, _: signals.warm_curves(im)),
    "hue_120": ("colour", lambda im, _: signals.hue_shift(im, 120)),
    "channel_swap": ("colour", lambda im, _: signals.channel_swap(im)),
    "vignette": ("colour", lambda im, _: signals.vignette(im, 0.8)),
    "dark": ("colour", lambda im, _: curve(im, lambda v: v * 0.28)),
    "washed_out": ("colour", lambda im, _: curve(im, lambda v: 0.55 + v * 0.35)),
    "watermark_tiled": ("overlay", lambda im, _: signals.tiled_watermark(im, "© leakhub.example", 110)),
    "logo_middle": ("overlay", lambda im, _: signals.big_logo(im, 0.6, 120)),
    "censor_bars": ("overlay", lambda im, r: signals.censor(im, r, 0.15, mosaic=False)),
    "censor_mosaic": ("overlay", lambda im, r: signals.censor(im, r, 0.15, mosaic=True)),
    "emoji_25": ("overlay", lambda im, r: stickers(im, r, 5, 0.30)),
    "play_button": ("overlay", lambda im, _: signals.play_button(im)),
    "scribble": ("overlay", signals.scribble),
}

_GEOMETRY: Final[dict[str, tuple[str, Transform]]] = {
    "crop_15": ("crop", lambda im, r: crop(im, 0.85, r)),
    "crop_30": ("crop", lambda im, r: crop(im, 0.70, r, (0.0, 1.0))),
    "crop_35": ("crop", lambda im, r: crop(im, 0.65, r)),
    "crop_60": ("crop", lambda im, r: crop(im, 0.40, r)),
    "crop_70": ("crop", lambda im, r: crop(im, 0.30, r, (0.7, 0.3))),
    "portrait_9_16": ("crop", lambda im, r: crop_to_aspect(im, 9 / 16, r.uniform(0.3, 0.7))),
    "portrait_4_5": ("crop", lambda im, r: crop_to_aspect(im, 4 / 5, r.uniform(0.3, 0.7))),
    "panorama_3_1": ("crop", lambda im, r: crop_to_aspect(im, 3, r.uniform(0.3, 0.7))),
    "stretch_15": ("aspect", lambda im, _: _stretch(im, 1.15)),
    "squash_25": ("aspect", lambda im, _: _stretch(im, 0.8)),
    "to_square": ("aspect", lambda im, _: im.resize((640, 640))),
    "rot_2": ("rotation", lambda im, _: rotate(im, 2)),
    "rot_3_black": ("rotation", lambda im, _: rotate(im, 3, corners=BLACK)),
    "rot_minus_4": ("rotation", lambda im, _: rotate(im, -4)),
    "rot_8": ("rotation", lambda im, _: rotate(im, 8)),
    "rot_8_white": ("rotation", lambda im, _: rotate(im, -8, corners=WHITE)),
    "rot_30_black": ("rotation", lambda im, _: rotate(im, 30, corners=BLACK)),
    "rot90_crop": ("turn", lambda im, r: crop(_turn(im), 0.80, r)),
    "mirror_crop": ("turn", lambda im, r: crop(ImageOps.mirror(im), 0.65, r)),
    "mirror_text": ("turn", lambda im, r: overlay_text(ImageOps.mirror(im), r, "REPOST", 0.14)),
    "flip": ("turn", lambda im, _: ImageOps.flip(im)),
    "transpose": ("turn", lambda im, _: im.transpose(Image.Transpose.TRANSPOSE)),
}

_FRAMES: Final[dict[str, tuple[str, Transform]]] = {
    "border_uneven": ("border", lambda im, _: pad(im, _sides(im, 0.03, 0.12, 0.18, 0.05), BLACK)),
    "border_colour": ("border", lambda im, _: pad(im, _sides(im, 0.15, 0.15, 0.15, 0.15), (214, 60, 120))),
    "pillarbox": ("border", lambda im, _: pad(im, _sides(im, 0.45, 0, 0.45, 0), BLACK)),
    "windowbox": ("border", lambda im, _: pad(im, _sides(im, 0.25, 0.25, 0.25, 0.25), BLACK)),
    "blurred_fill_square": ("border", lambda im, _: blurred_fill(im, (1080, 1080))),
    "blurred_fill_tall": ("border", lambda im, _: blurred_fill(im, (1080, 1920))),
    "caption_top": ("bars", lambda im, r: frames.caption_bars(im, r, 0.35, 0.0, WHITE)),
    "caption_both": ("bars", lambda im, r: frames.caption_bars(im, r, 0.22, 0.25, BLACK)),
    "phone_dark": ("screenshot", lambda im, _: frames.phone(im, dark=True)),
    "chat_light": ("screenshot", lambda im, r: frames.chat(im, r, dark=False)),
    "chat_dark": ("screenshot", lambda im, r: frames.chat(im, r, dark=True)),
    "web_page": ("screenshot", frames.web_page),
    "desktop_window": ("screenshot", frames.window),
    "story_blurred": ("story", frames.story),
    "story_gradient": ("story", lambda im, r: frames.story(im, r, gradient=True)),
    "pip_35": ("inset", lambda im, r: frames.picture_in_picture(im, r, 0.35, unrelated(im.size, r))),
    "pip_25": ("inset", lambda im, r: frames.picture_in_picture(im, r, 0.25, unrelated(im.size, r))),
    "pip_70": ("inset", lambda im, r: frames.picture_in_picture(im, r, 0.70, unrelated(im.size, r))),
    "pip_under": ("inset", lambda im, r: frames.picture_in_picture(unrelated(im.size, r), r, 0.35, im)),
    "collage_3x1_cut": ("collage", lambda im, r: frames.strip(im, r, 3)),
    "collage_2x2_cut": ("collage", lambda im, r: frames.grid(im, r, 2, 2, gap=12, keep=0.7)),
    "collage_3x3": ("collage", lambda im, r: frames.grid(im, r, 3, 3, gap=6)),
    "polaroid": ("recapture", frames.polaroid),
    "screen_photo": ("recapture", frames.screen_photo),
    "screen_photo_hard": ("recapture", lambda im, r: frames.screen_photo(im, r, 1.8)),
    "screen_video": (
        "recapture",
        lambda im, r: encode(frames.screen_photo(noise(im, 8, r), r, 0.7), "JPEG", quality=25),
    ),
}

_CHAINS: Final[dict[str, tuple[str, Transform]]] = {
    "chain_mirror_story": ("chain", lambda im, r: frames.story(crop(ImageOps.mirror(im), 0.85, r), r)),
    "chain_phone_again": (
        "chain",
        lambda im, r: encode(long_side(crop(frames.phone(im, dark=True), 0.85, r), 900), "JPEG", quality=40),
    ),
    "chain_meme_watermark": (
        "chain",
        lambda im, r: encode(
            signals.tiled_watermark(frames.meme(crop(im, 0.8, r), 0.2), "leak", 80), "JPEG", quality=45
        ),
    ),
    "chain_screen_chat": (
        "chain",
        lambda im, r: encode(frames.chat(frames.screen_photo(im, r, 0.7), r, dark=True), "JPEG", quality=50),
    ),
    "chain_grey_rot_crop": (
        "chain",
        lambda im, r: encode(
            long_side(crop(rotate(im, 3), 0.75, r), 640).convert("L").convert("RGB"), "JPEG", quality=40
        ),
    ),
    "chain_collage_text": (
        "chain",
        lambda im, r: encode(
            long_side(overlay_text(frames.grid(im, r, 2, 2, gap=8), r, "EXCLU", 0.1), 1000), "JPEG", quality=50
        ),
    ),
    "chain_border_emoji_small": (
        "chain",
        lambda im, r: encode(
            long_side(pad(stickers(im, r, 3, 0.2), _sides(im, 0.1, 0.2, 0.1, 0.2), WHITE), 480), "JPEG", quality=40
        ),
    ),
}

TRANSFORMS: Final[dict[str, tuple[str, Transform]]] = {**_PUBLIC, **_SIGNAL, **_GEOMETRY, **_FRAMES, **_CHAINS}
"""Name -> (family, function)."""

PUBLIC_NAMES: Final = tuple(_PUBLIC)
"""The 35 that were handed to us."""

OWN_NAMES: Final = tuple(name for name in TRANSFORMS if name not in _PUBLIC)
"""Those that we added in the same families."""


def apply(name: str, image: Image.Image, seed: int = 0) -> Image.Image:
    """Return the picture as it would be found after a transform.

    Args:
        name: A key of ``TRANSFORMS``.
        image: RGB, from 200 pixels a side.
        seed: What the random draws follow from, together with the name.

    Returns:
        An RGB picture read back from a compressed file.

    Raises:
        KeyError: No transform has that name.
    """
    _, transform = TRANSFORMS[name]
    result = transform(image, random.Random(f"{name}/{seed}"))
    if isinstance(result, Image.Image):
        result = encode(result.convert("RGB"), "JPEG", quality=QUALITY)
    return Image.open(io.BytesIO(result)).convert("RGB")
