"""What a worker says of the copies of a video is not trusted."""

from __future__ import annotations

import pytest

from rempart.hazmat import Json
from rempart.mark.packing import NotMarked
from rempart.mark.video_packing import VIDEO_OUTPUT_BYTES, VideoMarked, parse_video_marked
from rempart.model import VideoFormat

GOOD: dict[str, Json] = {
    "sizes": [700, 800],
    "shelf_bytes": 1000,
    "width": 320,
    "height": 240,
    "format": "mp4",
    "frames": 75,
    "ssim": 0.99,
    "psnr_db": 42.5,
}


def test_copies_and_figures() -> None:
    """Each copy in its shelf."""
    found = parse_video_marked(GOOD)

    assert isinstance(found, VideoMarked)
    assert found.places == ((0, 700), (1000, 800))
    assert found.format is VideoFormat.MP4


def test_why_there_is_none() -> None:
    """In a sentence that can be shown."""
    assert parse_video_marked({"why": "too small\x1b[2J"}) == NotMarked(why="too small[2J")


@pytest.mark.parametrize(
    "lie",
    [
        {"sizes": []},
        {"sizes": [1] * 5},
        {"sizes": [1001]},
        {"sizes": [0]},
        {"sizes": [True]},
        {"sizes": 700},
        {"shelf_bytes": VIDEO_OUTPUT_BYTES},
        {"shelf_bytes": VIDEO_OUTPUT_BYTES + 1, "sizes": [1]},
        {"width": 0},
        {"height": 1.5},
        {"frames": None},
        {"format": "avi"},
        {"ssim": 1.1},
        {"ssim": float("nan")},
        {"psnr_db": -1},
        {"psnr_db": "42"},
    ],
)
def test_a_lie_is_no_record(lie: dict[str, Json]) -> None:
    """Nothing is read beyond what there is."""
    with pytest.raises(ValueError, match=r"a (visit|record's)|is not a valid"):
        parse_video_marked({**GOOD, **lie})
