"""Videos from hostile bytes: no second file, no more than the limits, upright, and only what a copy can equal."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from rempart.errors import MediaError
from rempart.hazmat import DecodeLimits
from rempart.model import UnreadableReason
from videos import Made, av_installed, frames, video

pytestmark = pytest.mark.usefixtures("av_installed")
__all__ = ["av_installed"]
SMALL = Made(seconds=0.4, sound="", width=160, height=128)
LIMITS = DecodeLimits()


def refused(data: bytes, limits: DecodeLimits = LIMITS, *, is_leak: bool = False) -> MediaError:
    """Return why a video cannot be read."""
    from rempart.hazmat.video import open_video  # noqa: PLC0415 - with the extra

    with pytest.raises(MediaError) as caught, open_video(memoryview(data), limits, is_leak=is_leak) as opened:
        list(opened.frames())
    return caught.value


def planes(data: bytes, *, is_leak: bool = False) -> list[np.ndarray[tuple[int, ...], np.dtype[np.uint8]]]:
    """Return the luma of all frames."""
    from rempart.hazmat.video import open_video  # noqa: PLC0415 - as above

    with open_video(memoryview(data), LIMITS, is_leak=is_leak) as opened:
        return [frame.luma for frame in opened.frames()]


def attacks(secret: Path) -> dict[str, bytes]:
    """Make files that name another file, each with the first bytes of a video or with its own."""
    playlist = f"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nfile://{secret}\n#EXT-X-ENDLIST\n".encode()
    concat = f"ffconcat version 1.0\nfile '{secret}'\n".encode()
    head = b"\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isommp41"
    return {
        "playlist": playlist,
        "concat": concat,
        "playlist after a head": head + playlist,
        "concat after a head": head + concat,
        "playlist in a box": head + len(playlist + b"12345678").to_bytes(4, "big") + b"mdat" + playlist,
        "playlist after Matroska's head": b"\x1a\x45\xdf\xa3\x8b\x42\x82\x88matroska" + playlist,
    }


@pytest.mark.parametrize("kind", attacks(Path("x")))
def test_a_file_that_names_another_opens_none(tmp_path: Path, kind: str) -> None:
    """A playlist or a script, as it is or behind a video's first bytes: it is no video, though the other one is."""
    (secret := tmp_path / "secret.mp4").write_bytes(video(SMALL))

    for is_leak in (False, True):
        assert refused(attacks(secret)[kind], is_leak=is_leak).reason in {
            UnreadableReason.UNSUPPORTED,
            UnreadableReason.DAMAGED,
            UnreadableReason.TRUNCATED,
        }


def test_what_is_read_is_what_was_encoded() -> None:
    """Every frame, upright and in order, within what the encoder loses."""
    found = planes(video(SMALL))

    assert len(found) == 10
    for read, made in zip(found, frames(SMALL), strict=True):
        assert read.flags.writeable
        assert np.abs(read.astype(int) - made).mean() < 4


@pytest.mark.parametrize("turn, quarters", [(90, 1), (180, 2), (-90, 3)])
def test_what_a_player_turns_is_turned(turn: int, quarters: int) -> None:
    """Counter-clockwise, as the file says."""
    [first, *_] = planes(video(replace(SMALL, turn=turn)))
    made = np.rot90(next(frames(SMALL)), quarters)

    assert first.shape == made.shape
    assert np.abs(first.astype(int) - made).mean() < 4


@pytest.mark.parametrize(
    "limits, reason",
    [
        (DecodeLimits(max_frames=9), UnreadableReason.TOO_MANY_FRAMES),
        (DecodeLimits(max_pixels=160 * 127), UnreadableReason.TOO_MANY_PIXELS),
    ],
)
def test_more_than_a_limit(limits: DecodeLimits, reason: UnreadableReason) -> None:
    """Is said, of a leak too; at the limit it is read."""
    data = video(SMALL)

    assert refused(data, limits).reason is reason
    assert refused(data, limits, is_leak=True).reason is reason
    assert len(planes(data)) == 10


@pytest.mark.parametrize("container", ["mp4", "matroska"])
def test_too_long(monkeypatch: pytest.MonkeyPatch, container: str) -> None:
    """By its header."""
    monkeypatch.setattr("rempart.hazmat.video.SECONDS_MOST", 1)

    found = refused(video(replace(SMALL, seconds=2.0, container=container)))

    assert (found.reason, found.detail) == (UnreadableReason.TIME, "2 s > 1")


def test_a_file_without_a_video() -> None:
    """Sound alone."""
    import io  # noqa: PLC0415 - here only

    import av  # noqa: PLC0415 - with the extra

    from videos import _tone  # noqa: PLC0415 - as above

    made = io.BytesIO()
    with av.open(made, "w", format="mp4") as out:
        stream = out.add_stream("aac", rate=48_000, layout="mono")
        for packet in _tone(stream, 0.5):
            out.mux(packet)

    assert refused(made.getvalue()).reason is UnreadableReason.UNSUPPORTED


@pytest.mark.parametrize(
    "made, detail",
    [
        (replace(SMALL, samples="yuv420p10le"), "yuv420p10le"),
        (replace(SMALL, samples="yuv444p"), "yuv444p"),
        (replace(SMALL, mirrored=True), "mirrored"),
        (replace(SMALL, pictures="libx265", samples="yuv420p10le"), "yuv420p10le"),
    ],
)
def test_what_a_copy_could_not_be_as_good_as(made: Made, detail: str) -> None:
    """Is refused, with what it is; of a leak it is read."""
    data = video(made)

    assert refused(data).reason is UnreadableReason.UNSUPPORTED
    assert detail in refused(data).detail
    assert len(planes(data, is_leak=True)) == 10


def test_cut_short() -> None:
    """Is refused: the copy would be shorter."""
    data = video(SMALL)

    assert refused(data[: len(data) // 2]).reason is UnreadableReason.TRUNCATED


@pytest.mark.parametrize("container", ["mp4", "matroska", "webm"])
def test_damage_is_a_reason_and_nothing_else(container: str) -> None:
    """Whatever bytes are wrong, a frame or a reason comes out."""
    from rempart.hazmat.video import open_video  # noqa: PLC0415 - with the extra

    codec = "libvpx-vp9" if container == "webm" else "libx264"
    good, rng = video(replace(SMALL, container=container, pictures=codec)), np.random.default_rng(3)
    reasons = set()
    for _ in range(40):
        bad = bytearray(good)
        for at in rng.integers(8, len(bad), 12):
            bad[at] = int(rng.integers(256))
        for is_leak in (False, True):
            try:
                with open_video(memoryview(bytes(bad)), LIMITS, is_leak=is_leak) as opened:
                    list(opened.frames())
            except MediaError as error:
                reasons.add(error.reason)

    assert UnreadableReason.DAMAGED in reasons
