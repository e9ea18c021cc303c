"""Copies of videos: the same times and sound, nothing that names anybody, the same bytes again."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rempart.errors import MarkError
from rempart.hazmat import DecodeLimits
from videos import Made, av_installed, seen, video

pytestmark = pytest.mark.usefixtures("av_installed")
__all__ = ["av_installed"]
SHORT = Made(seconds=0.8, width=160, height=128)
KINDS = [
    SHORT,
    replace(SHORT, container="mov", sound="pcm_s16le"),
    replace(SHORT, container="matroska", sound="libopus"),
    replace(SHORT, container="webm", pictures="libvpx-vp9", sound="libopus"),
    replace(SHORT, pictures="libx265", jitter_s=0.011),
]


def copied(data: bytes, room: int = 4_000_000) -> bytes:
    """Encode a video again, as it is."""
    from rempart.hazmat.video import Decoding, open_video  # noqa: PLC0415 - with the extra
    from rempart.hazmat.video_encoding import VideoWriter, style_of_video  # noqa: PLC0415 - as above

    shelf = memoryview(bytearray(room))
    with open_video(memoryview(data), limits := DecodeLimits()) as opened:
        decoding, writer, held = Decoding(opened, limits), None, []
        for packet in opened.packets():
            if packet.stream.index != opened.stream.index:
                held.append(packet)
                continue
            for frame in decoding.frames_of(packet):
                writer = writer or VideoWriter(style_of_video(opened, frame), opened.audio, shelf)
                writer.add(frame.luma, frame)
        assert writer is not None
        for packet in held:
            writer.copy(packet)
        return bytes(shelf[: writer.end()])


@pytest.mark.parametrize("made", KINDS, ids=lambda made: f"{made.container}-{made.pictures}-{made.sound}")
def test_sound_and_times_are_kept(made: Made) -> None:
    """The sound bit for bit, each frame and each packet when it was shown and heard before."""
    before = seen(data := video(made))

    after = seen(copied(data))

    assert after.packets["audio"] == before.packets["audio"]
    assert after.times("video") == before.times("video")
    assert after.duration_s == pytest.approx(before.duration_s, abs=0.02)
    assert after.kinds == before.kinds


@pytest.mark.parametrize("made", KINDS[:4:3], ids=["mp4", "webm"])
def test_nothing_names_anybody(made: Made) -> None:
    """No title, place or name; the copy says that it is personal."""
    before, after = seen(data := video(made)), seen(copy := copied(data))

    assert "a name of hers" in before.metadata.values()
    assert not {"title", "location", "artist", "creation_time"} & {name.lower() for name in after.metadata}
    assert any("Personal copy" in value for value in after.metadata.values())
    assert any(name.lower().startswith("location") for name in before.metadata)
    for word in (b"a name of hers", b"Nadia"):
        assert word in data
        assert word not in copy


@pytest.mark.parametrize("made", KINDS[:4:3], ids=["mp4", "webm"])
def test_the_same_bytes_again(made: Made) -> None:
    """From the same video."""
    data = video(made)

    assert len({copied(data) for _ in range(4)}) == 1


def test_what_is_turned_is_upright() -> None:
    """A copy needs no player that turns it."""
    assert seen(copied(video(replace(SHORT, turn=90)))).size == (SHORT.height, SHORT.width)


def test_an_odd_size() -> None:
    """Cannot be encoded again: that is said."""
    from rempart.hazmat.video import Frame, open_video  # noqa: PLC0415 - with the extra
    from rempart.hazmat.video_encoding import style_of_video  # noqa: PLC0415 - as above

    with open_video(memoryview(video(SHORT)), DecodeLimits()) as opened:
        first = next(opened.frames())
        odd = Frame(luma=first.luma[:, 1:], chroma=first.chroma, pts=0, time_s=0.0)
        with pytest.raises(MarkError, match="159 x 128"):
            style_of_video(opened, odd)


@pytest.mark.parametrize("room", [10, 2_000])
def test_no_room(room: int) -> None:
    """Is told as such, wherever it ends."""
    from rempart.hazmat.video_encoding import RoomError  # noqa: PLC0415 - with the extra

    with pytest.raises(RoomError):
        copied(video(SHORT), room)
