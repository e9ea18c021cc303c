"""JPEGs of every kind made from one scene: sizes, shapes, qualities, subsampling, progressive, grey.

Seeded: the same scene and number give the same bytes with the same Pillow.
"""

from __future__ import annotations

import io
import random
from dataclasses import dataclass

from PIL import Image

_SUBSAMPLING = {0: "4:4:4", 1: "4:2:2", 2: "4:2:0"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """One encoded picture and what was done to it."""

    data: bytes
    kinds: tuple[str, ...]


def variant(scene: Image.Image, seed: int) -> Variant:
    """Return one variant, 640 to 4000 px wide, of odd sizes as often as not."""
    choose = random.Random(seed)
    shape, picture = _shaped(scene, choose)
    kinds = [shape]
    options: dict[str, int | bool] = {"quality": choose.randint(30, 95), "progressive": choose.random() < 0.3}
    if choose.random() < 0.1:
        picture = picture.convert("L")
        kinds.append("grey")
    else:
        options["subsampling"] = choose.choice((0, 1, 2, 2))
        kinds.append(_SUBSAMPLING[options["subsampling"]])
    if options["progressive"]:
        kinds.append("progressive")
    if min(picture.size) % 2 or max(picture.size) % 2:
        kinds.append("odd size")
    kinds.append("quality 30-55" if options["quality"] < 56 else "quality 56-95")
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", **options)
    return Variant(data=buffer.getvalue(), kinds=tuple(kinds))


def _shaped(scene: Image.Image, choose: random.Random) -> tuple[str, Image.Image]:
    """Resize or crop a scene."""
    width, height = scene.size
    shape = choose.choice(("enlarged", "same size", "reduced", "portrait", "cropped"))
    if shape == "enlarged":
        return shape, _resized(scene, choose.uniform(1.05, 4000 / width))
    if shape == "reduced":
        return shape, _resized(scene, choose.uniform(640 / width, 0.95))
    if shape == "portrait":
        across = height * 2 // 3
        left = choose.randint(0, width - across)
        return shape, _resized(scene.crop((left, 0, left + across, height)), choose.uniform(0.9, 3.0))
    if shape == "cropped":
        across, down = choose.randint(640, width), choose.randint(min(520, height), height)
        left, top = choose.randint(0, width - across), choose.randint(0, height - down)
        return shape, scene.crop((left, top, left + across, top + down))
    return shape, scene


def _resized(picture: Image.Image, scale: float) -> Image.Image:
    size = int(picture.width * scale), int(picture.height * scale)
    return picture.resize(size, Image.Resampling.LANCZOS)
