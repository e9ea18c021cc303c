"""Make tiny videos of noise, so that a worker loads every library before it is closed in."""

from __future__ import annotations

import io
from collections.abc import Iterator
from fractions import Fraction
from typing import Any, Final

import av
import numpy as np

#: Container, codecs of the pictures and of the sound. FFmpeg's decoders are in libraries that are loaded by then.
_KINDS: Final = (
    ("mp4", "libx264", "aac"),
    ("webm", "libvpx-vp9", "libopus"),
)
_WIDTH: Final = 224
_HEIGHT: Final = 160
_FRAMES: Final = 4


def samples() -> Iterator[bytes]:
    """Yield one of each kind."""
    for container, pictures, sound in _KINDS:
        yield _sample(container, pictures, sound)


def _sample(container: str, pictures: str, sound: str) -> bytes:
    """Encode some frames of noise, and a moment of silence."""
    made, rng = io.BytesIO(), np.random.default_rng(1)
    with av.open(made, "w", format=container) as out:
        shown: Any = out.add_stream(pictures, rate=25)
        shown.width, shown.height, shown.pix_fmt, shown.codec_context.thread_count = _WIDTH, _HEIGHT, "yuv420p", 1
        heard: Any = out.add_stream(sound, rate=48_000, layout="mono")
        for number in range(_FRAMES):
            noise = rng.integers(16, 235, (_HEIGHT * 3 // 2, _WIDTH), dtype=np.uint8)
            frame = av.VideoFrame.from_ndarray(noise, format="yuv420p")
            frame.pts, frame.time_base = number, Fraction(1, 25)
            out.mux(shown.encode(frame))
        out.mux(shown.encode(None))
        silence = av.AudioFrame.from_ndarray(np.zeros((1, 1920), np.int16), format="s16", layout="mono")
        silence.sample_rate, silence.pts, silence.time_base = 48_000, 0, Fraction(1, 48_000)
        out.mux(heard.encode(silence))
        out.mux(heard.encode(None))
    return made.getvalue()
