"""Copies of a video, made side by side, or one after the other where there is little room."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from rempart.hazmat import DecodeLimits
from rempart.kernels.spread_spectrum import SYMBOLS
from rempart.mark import video_task
from rempart.mark.packing import pack
from videos import Made, av_installed, seen, video

pytestmark = pytest.mark.usefixtures("av_installed")
__all__ = ["av_installed"]
MADE = Made(seconds=0.6, width=224, height=160)
KEY = bytes(range(32))
OPTIONS = {"psnr_cdb": 4200}


def codes(count: int) -> list[np.ndarray[tuple[int, ...], np.dtype[np.int8]]]:
    """Make some codes."""
    rng = np.random.default_rng(2)
    return [(rng.integers(0, 2, SYMBOLS) * 2 - 1).astype(np.int8) for _ in range(count)]


def run(data: bytes, count: int, room: int = 4_000_000) -> tuple[dict[str, object], list[bytes]]:
    """Run the task."""
    output = memoryview(bytearray(room))
    record = video_task.run(pack(data, KEY, codes(count)), DecodeLimits(), OPTIONS, output)
    sizes, shelf = record.get("sizes", []), record.get("shelf_bytes", 0)
    assert isinstance(sizes, list)
    assert isinstance(shelf, int)
    return dict(record), [bytes(output[k * shelf : k * shelf + int(str(n))]) for k, n in enumerate(sizes)]


def test_copies_are_made_side_by_side() -> None:
    """Four at once at most; each its own, with the sound, and the same as if it was made alone."""
    data = video(MADE)

    _, several = run(data, 6)
    _, alone = run(data, 1)

    assert len(several) == len(set(several)) == 4
    assert several[0] == alone[0]
    assert {tuple(seen(copy).packets["audio"]) for copy in several} == {tuple(seen(data).packets["audio"])}


def test_little_room() -> None:
    """One copy is made, in all of it; or none, and that is said."""
    data = video(MADE)
    _, [whole, *_] = run(data, 1)

    _, one = run(data, 3, room=len(whole) + 500)
    record, none = run(data, 3, room=len(whole) // 2)

    assert one == [whole]
    assert none == []
    assert "no room" in str(record["why"])


def test_too_small() -> None:
    """It says so, and how small is too small."""
    record, _ = run(video(replace(MADE, width=96, height=64, sound="")), 1)

    assert "too small" in str(record["why"])
