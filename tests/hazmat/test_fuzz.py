"""Files of every format, damaged at random: each gets one answer, and no worker dies of it."""

from __future__ import annotations

import io
import random
from pathlib import Path
from typing import cast

import pytest
from PIL import Image

from patterns import pattern
from rempart.detect import TASK_NAME, parse_record
from rempart.hazmat import DecodeLimits, Pool, PoolSettings, Task
from rempart.model import Cleared, FingerprintedMedia, MediaBytes, MediaItem, MinorGate, Unreadable, UnreadableReason
from required import ROOT

SAVED: tuple[tuple[str, dict[str, object]], ...] = (
    ("JPEG", {}),
    ("JPEG", {"progressive": True}),
    ("PNG", {}),
    ("WEBP", {}),
    ("AVIF", {"speed": 10}),
    ("GIF", {}),
    ("BMP", {}),
    ("TIFF", {"compression": "tiff_lzw"}),
    ("TIFF", {"compression": "jpeg"}),
)


def originals() -> list[bytes]:
    """Encode one picture in every way, some of them animated."""
    frames = [Image.fromarray(pattern(k, 60, 80)) for k in range(4)]
    files = [(ROOT / "tests" / "vectors" / "pattern-4-120x160.heic").read_bytes()]
    for kind, options in SAVED:
        buffer = io.BytesIO()
        frames[0].save(buffer, kind, **options)
        files.append(buffer.getvalue())
    for kind in ("WEBP", "PNG", "GIF", "TIFF"):
        buffer = io.BytesIO()
        frames[0].save(buffer, kind, save_all=True, append_images=frames[1:])
        files.append(buffer.getvalue())
    return files


def damaged(data: bytes, chance: random.Random) -> bytes:
    """Change, remove, repeat or cut, more often near the header."""
    bad = bytearray(data)
    for _ in range(chance.choice((1, 2, 8, 32))):
        if len(bad) < 100:
            break
        at = chance.randrange(min(len(bad), 200) if chance.random() < 0.5 else len(bad))
        match chance.randrange(5):
            case 0:
                bad[at] = chance.randrange(256)
            case 1:
                bad[at : at + 4] = chance.choice((b"\xff\xff\xff\xff", b"\0\0\0\0", b"\x7f\xff\xff\xff"))
            case 2:
                del bad[at : at + chance.randrange(1, 50)]
            case 3:
                bad[at:at] = bad[at : at + chance.randrange(1, 99)]
            case _:
                del bad[max(at, 40) :]
    return bytes(bad)


@pytest.mark.parametrize("seed", range(3))
def test_damaged_files_get_answers(kernel_cache: Path, seed: int) -> None:
    """Readable or not, in order, without a crash, a time-out or a lost item."""
    chance = random.Random(seed)  # noqa: S311 - a seeded test
    files, gate = originals(), MinorGate()
    items = [gate.check(MediaBytes(data=damaged(chance.choice(files), chance), label=str(k))) for k in range(250)]
    settings = PoolSettings(workers=2, kernel_cache=kernel_cache, limits=DecodeLimits(cpu_s=10, wall_s=60))

    with Pool(task=Task(name=TASK_NAME, parse=parse_record), settings=settings) as pool:
        found = list(pool.run(cast("list[Cleared[MediaItem]]", items), {"frames": 4, "orientations": 8}))

    assert [item.label for item, _ in found] == [str(k) for k in range(250)]
    reasons = [o.reason for _, o in found if isinstance(o, Unreadable)]
    assert not {UnreadableReason.CRASHED, UnreadableReason.TIME} & set(reasons)
    assert any(isinstance(o, FingerprintedMedia) for _, o in found)
    assert reasons
