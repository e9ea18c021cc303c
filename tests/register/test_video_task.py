"""A look at a video before it is registered, and what is believed of what it says."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest

from rempart.errors import MediaError
from rempart.hazmat import DecodeLimits, Json
from rempart.model import MediaKind, UnreadableReason, VideoFormat
from rempart.register import video_task
from videos import Made, av_installed, video

__all__ = ["av_installed"]
MADE = Made(seconds=0.4, width=160, height=128)
GOOD: dict[str, Json] = {"sha256": "ab" * 32, "format": "webm", "width": 320, "height": 240, "frames": 75}


@pytest.mark.usefixtures("av_installed")
def test_what_is_said_of_a_video() -> None:
    """Its digest, its container, its size; no fingerprint."""
    data = video(MADE)

    found = video_task.parse_video(video_task.run(data, DecodeLimits(), {}))

    assert found.sha256 == hashlib.sha256(data).hexdigest()
    assert (found.kind, found.format) == (MediaKind.VIDEO, VideoFormat.MP4)
    assert (found.width, found.height, found.frames) == (160, 128, 10)
    assert found.fingerprints == ()


@pytest.mark.usefixtures("av_installed")
def test_what_cannot_be_marked_is_not_registered() -> None:
    """Ten bits."""
    with pytest.raises(MediaError) as caught:
        video_task.run(video(replace(MADE, samples="yuv420p10le")), DecodeLimits(), {})

    assert caught.value.reason is UnreadableReason.UNSUPPORTED


@pytest.mark.parametrize(
    "lie",
    [
        {"sha256": "ab" * 31},
        {"sha256": "zz" * 32},
        {"format": "hls"},
        {"width": 0},
        {"height": "240"},
        {"frames": True},
    ],
)
def test_a_lie_is_no_record(lie: dict[str, Json]) -> None:
    """A worker is not trusted."""
    assert video_task.parse_video(GOOD).frames == 75
    with pytest.raises(ValueError, match=r"a record's|is not a valid"):
        video_task.parse_video({**GOOD, **lie})
