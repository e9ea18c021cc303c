"""What the task answers in a closed-in worker is what it answers outside: nothing it needs was left out."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import cast

import pytest
from PIL import Image

from patterns import pattern
from rempart.detect import TASK_NAME, parse_record
from rempart.detect.fingerprint_task import run
from rempart.hazmat import DecodeLimits, Pool, PoolSettings, Task
from rempart.model import Cleared, MediaBytes, MediaItem, MinorGate
from required import ROOT

PICTURE = Image.fromarray(pattern(5, 90, 120)).resize((360, 270), Image.Resampling.BICUBIC)


def saved(picture: Image.Image, kind: str, **options: object) -> bytes:
    """Encode a picture; a copy of it, since Pillow leaves one format's options on it for the next."""
    buffer = io.BytesIO()
    picture.copy().save(buffer, kind, **options)
    return buffer.getvalue()


def other() -> Image.Image:
    """Return a second frame."""
    return Image.fromarray(pattern(6, 270, 360))


def turned(kind: str) -> bytes:
    """Encode a picture whose Exif says that it lies on its side."""
    exif = Image.Exif()
    exif[0x0112] = 8
    return saved(PICTURE, kind, exif=exif)


MAKERS: dict[str, Callable[[], bytes]] = {
    "jpeg": lambda: saved(PICTURE, "JPEG"),
    "jpeg grey": lambda: saved(PICTURE.convert("L"), "JPEG"),
    "jpeg cmyk": lambda: saved(PICTURE.convert("CMYK"), "JPEG"),
    "jpeg turned": lambda: turned("JPEG"),
    "jpeg with more pictures": lambda: saved(PICTURE, "MPO", save_all=True, append_images=[other()]),
    "png palette": lambda: saved(PICTURE.quantize(32), "PNG", transparency=3),
    "png 16 bits": lambda: saved(PICTURE.convert("I").convert("I;16"), "PNG"),
    "png one bit": lambda: saved(PICTURE.convert("1"), "PNG"),
    "png animated": lambda: saved(PICTURE, "PNG", save_all=True, append_images=[other()]),
    "png turned": lambda: turned("PNG"),
    "gif animated": lambda: saved(PICTURE.convert("P"), "GIF", save_all=True, append_images=[other()], transparency=1),
    "webp animated": lambda: saved(PICTURE, "WEBP", save_all=True, append_images=[other()]),
    "webp alpha": lambda: saved(PICTURE.convert("RGBA"), "WEBP", lossless=True),
    "avif": lambda: saved(PICTURE, "AVIF", speed=10),
    "avif turned": lambda: turned("AVIF"),
    "tiff lab": lambda: saved(PICTURE.convert("RGB").convert("LAB"), "TIFF"),
    "tiff jpeg": lambda: saved(PICTURE, "TIFF", compression="jpeg"),
    "tiff float": lambda: saved(PICTURE.convert("F"), "TIFF"),
    "tiff pages": lambda: saved(PICTURE, "TIFF", save_all=True, append_images=[other()]),
    "tiff turned": lambda: turned("TIFF"),
    "bmp": lambda: saved(PICTURE, "BMP"),
    "heic": (ROOT / "tests" / "vectors" / "pattern-4-120x160.heic").read_bytes,
}


@pytest.mark.parametrize("fast", [0, 1])
def test_every_kind_of_file_reads_alike(fast: int, kernel_cache: Path) -> None:
    """Pillow imports some of its parts late, when a file asks for them: in a worker it would be too late."""
    files = {name: make() for name, make in MAKERS.items()}
    gate, options = MinorGate(), {"frames": 3, "orientations": 8, "fast": fast}
    items = [gate.check(MediaBytes(data=data, label=name)) for name, data in files.items()]
    task = Task(name=TASK_NAME, parse=parse_record)

    with Pool(task=task, settings=PoolSettings(kernel_cache=kernel_cache)) as pool:
        inside = {item.label: found for item, found in pool.run(cast("list[Cleared[MediaItem]]", items), options)}

    assert inside == {name: parse_record(run(data, DecodeLimits(), options)) for name, data in files.items()}


def test_a_grey_picture_of_16_bits_with_transparency_is_not_white() -> None:
    """Compositing it would clip every sample to white: it would be too plain, and a copy would be missed."""
    data = saved(PICTURE.convert("I").point(lambda v: v * 200).convert("I;16"), "PNG", transparency=7)

    media = parse_record(run(data, DecodeLimits(), {"frames": 1, "orientations": 1}))

    assert media.fingerprints[0].quality >= 50
    assert pytest.approx(100) == media.fingerprints[0].quality
