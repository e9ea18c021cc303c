"""Videos for tests, made in code: noise that moves, a tone, and what leakers do to them."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from required import skip_or_fail

U8 = npt.NDArray[np.uint8]
SOUND_HZ = 48_000


@pytest.fixture(scope="session")
def av_installed() -> None:
    """Skip a test where the extra is missing; red where it is required."""
    try:
        import av  # noqa: F401, PLC0415 - whether it is there
    except ImportError:
        skip_or_fail("av", "the extra named video is not installed")


@dataclass(frozen=True)
class Made:
    """How a video is made."""

    container: str = "mp4"
    pictures: str = "libx264"
    sound: str = "aac"
    """Empty is none."""
    seconds: float = 3.0
    width: int = 320
    height: int = 240
    samples: str = "yuv420p"
    seed: int = 1
    turn: int = 0
    """Degrees that a player turns it by, counter-clockwise."""
    mirrored: bool = False
    jitter_s: float = 0.0
    """Every third frame is late by so much."""
    crf: int = 18


def frames(made: Made) -> Iterator[U8]:
    """Yield luma planes: a picture with texture everywhere, along which the view moves."""
    rng = np.random.default_rng(made.seed)
    width, height = 2 * made.width, 2 * made.height
    planes = [
        np.asarray(
            Image.fromarray(rng.integers(20, 235, (height // s, width // s), dtype=np.uint8)).resize(
                (width, height), 3
            ),
            np.float32,
        )
        for s in (4, 16, 64)
    ]
    scene = np.clip(sum(planes) / 3.2 + 10, 16, 235).astype(np.uint8)
    for number in range(round(made.seconds * 25)):
        x, y = round(made.width / 2 * (1 + np.sin(number / 29))), round(made.height / 2 * (1 + np.cos(number / 37)))
        yield scene[y : y + made.height, x : x + made.width]


def video(made: Made = Made()) -> bytes:
    """Encode a video."""
    import av  # noqa: PLC0415 - where it is installed

    out = io.BytesIO()
    with av.open(out, "w", format=made.container) as container:
        container.metadata.update({"title": "a name of hers", "location": "+48.8584+002.2945/", "artist": "Nadia"})
        options = {"crf": str(made.crf)} if made.pictures == "libx264" else {}
        shown: Any = container.add_stream(made.pictures, rate=25, options=options)
        shown.width, shown.height, shown.pix_fmt = made.width, made.height, made.samples
        shown.codec_context.time_base = Fraction(1, 1000)
        if made.turn or made.mirrored:
            shown.set_display_rotation(made.turn, hflip=made.mirrored)
        heard: Any = container.add_stream(made.sound, rate=SOUND_HZ, layout="mono") if made.sound else None
        for number, luma in enumerate(frames(made)):
            planes = np.full((made.height * 3 // 2, made.width), 128, np.uint8)
            planes[: made.height] = luma
            frame = av.VideoFrame.from_ndarray(planes, format="yuv420p")
            frame.pts, frame.time_base = (
                40 * number + round(1000 * made.jitter_s) * (number % 3 == 2),
                Fraction(1, 1000),
            )
            container.mux(shown.encode(frame))
        container.mux(shown.encode(None))
        if heard is not None:
            for packet in _tone(heard, made.seconds):
                container.mux(packet)
    return out.getvalue()


def _tone(stream: Any, seconds: float) -> Iterator[Any]:
    import av  # noqa: PLC0415 - as above

    for start in range(0, round(seconds * SOUND_HZ), 1024):
        wave = np.sin(np.arange(start, start + 1024) / 18) * 8000
        frame = av.AudioFrame.from_ndarray(wave.astype(np.int16)[np.newaxis], format="s16", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = SOUND_HZ, start, Fraction(1, SOUND_HZ)
        yield from stream.encode(frame)
    yield from stream.encode(None)


def write(path: Path, made: Made = Made()) -> Path:
    """Write a video."""
    path.write_bytes(video(made))
    return path


def encoded_again(data: bytes, *, crf: int, samples: str = "yuv420p") -> bytes:
    """Encode a video again without its sound, as a messenger does."""
    import av  # noqa: PLC0415 - as above

    out = io.BytesIO()
    with av.open(io.BytesIO(data), "r") as source, av.open(out, "w", format="mp4") as container:
        stream = source.streams.video[0]
        shown: Any = container.add_stream("libx264", rate=25, options={"crf": str(crf), "preset": "veryfast"})
        shown.width, shown.height, shown.pix_fmt = stream.width, stream.height, samples
        shown.codec_context.time_base = stream.time_base
        for frame in source.decode(stream):
            container.mux(shown.encode(frame.reformat(format=samples)))
        container.mux(shown.encode(None))
    return out.getvalue()


@dataclass(frozen=True)
class Seen:
    """What a player finds in a video."""

    kinds: tuple[str, ...]
    """Of its streams."""
    packets: dict[str, list[tuple[Fraction, bytes]]]
    """Time and content, in order, of each kind of stream."""
    metadata: dict[str, str]
    """Of the container."""
    size: tuple[int, int]
    """Width and height."""
    duration_s: float
    """Of all of it."""

    def times(self, kind: str) -> list[Fraction]:
        """Return when the packets of a kind of stream are shown."""
        return [time for time, _ in self.packets.get(kind, [])]


def seen(data: bytes) -> Seen:
    """Look at a video."""
    import av  # noqa: PLC0415 - as above

    packets: dict[str, list[tuple[Fraction, bytes]]] = {}
    with av.open(io.BytesIO(data), "r") as container:
        for packet in container.demux():
            if packet.pts is not None and packet.time_base is not None:
                packets.setdefault(packet.stream.type, []).append((packet.pts * packet.time_base, bytes(packet)))
        shown = container.streams.video
        return Seen(
            kinds=tuple(stream.type for stream in container.streams),
            packets={kind: sorted(each) for kind, each in packets.items()},
            metadata=dict(container.metadata),
            size=(shown[0].width, shown[0].height) if shown else (0, 0),
            duration_s=(container.duration or 0) / 1_000_000,
        )
