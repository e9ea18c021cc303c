"""Videos made of photographs, encoded and attacked: pans, zooms and cuts, by H.264, through PyAV.

A clip is a list of frames in I420, ``(3 H / 2, W) uint8``, and how many a second. PyAV is an optional part.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Final, NamedTuple

import av
import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image

U8 = npt.NDArray[np.uint8]
F64 = npt.NDArray[np.float64]
Random = np.random.Generator


class Clip(NamedTuple):
    """Frames, and how many a second."""

    frames: list[U8]
    """``(3 H / 2, W) uint8`` each."""
    fps: Fraction
    """A second."""

    def lumas(self) -> Iterator[tuple[U8, float]]:
        """Yield luma and time of each frame."""
        for k, frame in enumerate(self.frames):
            yield frame[: frame.shape[0] * 2 // 3], float(k / self.fps)


def made(photos: Sequence[Path], seconds: float, size: tuple[int, int], random: Random, fps: int = 25) -> Clip:
    """Make a clip: a shot of 2 to 5 s of each photograph, moved and zoomed, a little grain."""
    width, height = size
    frames: list[U8] = []
    total = round(seconds * fps)
    number = int(random.integers(len(photos)))
    while len(frames) < total:
        photo = np.asarray(Image.open(photos[number % len(photos)]).convert("RGB"))
        number += 1
        shot = min(total - len(frames), int(random.uniform(2, 5) * fps))
        if total - len(frames) - shot < fps // 2:
            shot = total - len(frames)
        fit = max(width / photo.shape[1], height / photo.shape[0])
        ends = [(fit * random.uniform(1.05, 1.4), *random.uniform(0, 1, 2)) for _ in range(2)]
        if random.random() < 0.25:
            ends[1] = ends[0]  # the camera stands
        for k in range(shot):
            t = k / max(1, shot - 1)
            zoom, x, y = ((1 - t) * a + t * b for a, b in zip(*ends, strict=True))
            left, top = x * (photo.shape[1] * zoom - width), y * (photo.shape[0] * zoom - height)
            place = np.array([[zoom, 0, -left], [0, zoom, -top]])
            how = cv2.INTER_AREA if zoom < 1 else cv2.INTER_CUBIC
            source, scale = (photo, 1.0)
            if zoom < 0.6:
                scale = zoom * 1.3
                source = cv2.resize(photo, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
                place[:, :2] /= scale
            moved = cv2.warpAffine(source, place, size, flags=how if how == cv2.INTER_CUBIC else cv2.INTER_LINEAR)
            grain = random.normal(0, 1.5, (height, width, 1)).astype(np.float32)
            frames.append(
                np.asarray(cv2.cvtColor(np.clip(moved + grain, 0, 255).astype(np.uint8), cv2.COLOR_RGB2YUV_I420))
            )
    return Clip(frames, Fraction(fps))


def encoded(clip: Clip, crf: int, preset: str = "veryfast") -> tuple[Clip, int]:
    """Encode with H.264 and decode again; return the bytes that it took too."""
    data = io.BytesIO()
    height, width = clip.frames[0].shape[0] * 2 // 3, clip.frames[0].shape[1]
    with av.open(data, "w", format="mp4") as out:
        options = {"crf": str(crf), "preset": preset, "threads": "1"}
        stream = out.add_stream("libx264", rate=clip.fps, options=options)
        stream.height, stream.width, stream.pix_fmt = height, width, "yuv420p"
        for frame in clip.frames:
            out.mux(stream.encode(av.VideoFrame.from_ndarray(np.ascontiguousarray(frame), format="yuv420p")))
        out.mux(stream.encode())
    size = data.tell()
    data.seek(0)
    with av.open(data, "r") as file:
        return Clip([np.asarray(frame.to_ndarray(), np.uint8) for frame in file.decode(video=0)], clip.fps), size


def _planes(frame: U8) -> tuple[U8, U8, U8]:
    """Return luma and colours."""
    width, height = frame.shape[1], frame.shape[0] * 2 // 3
    quarter = height * width // 4
    flat = frame.reshape(-1)
    shape = (height // 2, width // 2)
    return (
        frame[:height],
        flat[4 * quarter : 5 * quarter].reshape(shape),
        flat[5 * quarter : 6 * quarter].reshape(shape),
    )


def joined(luma: U8, cb: U8, cr: U8) -> U8:
    """Put planes together."""
    flat = np.concatenate([luma.ravel(), cb.ravel(), cr.ravel()])
    return np.asarray(flat.reshape(luma.shape[0] * 3 // 2, luma.shape[1]))


planes = _planes


def each(clip: Clip, done: Callable[[U8, int], U8]) -> Clip:
    """Do the same to luma and to colours: ``done(plane, 1 or 2)``, 2 for planes of half the size."""
    frames = []
    for frame in clip.frames:
        luma, cb, cr = _planes(frame)
        frames.append(joined(done(luma, 1), done(cb, 2), done(cr, 2)))
    return Clip(frames, clip.fps)


def scaled(clip: Clip, height: int) -> Clip:
    """Bring to a height."""
    tall, wide = clip.frames[0].shape[0] * 2 // 3, clip.frames[0].shape[1]
    width = round(wide * height / tall / 4) * 4

    def done(plane: U8, part: int) -> U8:
        return np.asarray(
            cv2.resize(plane, (width // part, height // part), interpolation=cv2.INTER_AREA), dtype=np.uint8
        )

    return each(clip, done)


def cropped(clip: Clip, area: float) -> Clip:
    """Keep a part of the area, off the centre."""
    tall, wide = clip.frames[0].shape[0] * 2 // 3, clip.frames[0].shape[1]
    side = area**0.5
    height, width = round(tall * side / 4) * 4, round(wide * side / 4) * 4
    top, left = (tall - height) // 3 // 2 * 2, (wide - width) * 2 // 3 // 2 * 2

    def done(plane: U8, part: int) -> U8:
        return plane[top // part : (top + height) // part, left // part : (left + width) // part]

    return each(clip, done)


def letterboxed(clip: Clip) -> Clip:
    """Put bars above and below, for a frame of 4 to 3."""
    tall, wide = clip.frames[0].shape[0] * 2 // 3, clip.frames[0].shape[1]
    bar = max(8, round((wide * 3 / 4 - tall) / 2 / 4) * 4)

    def done(plane: U8, part: int) -> U8:
        return np.asarray(np.pad(plane, ((bar // part, bar // part), (0, 0)), constant_values=16 if part == 1 else 128))

    return each(clip, done)


def at_rate(clip: Clip, fps: int) -> Clip:
    """Repeat and leave out frames, as players' filters do."""
    count = int(len(clip.frames) * fps / clip.fps)
    chosen = [min(len(clip.frames) - 1, int(k * clip.fps / fps)) for k in range(count)]
    return Clip([clip.frames[k] for k in chosen], Fraction(fps))


def part(clip: Clip, first_s: float, seconds: float) -> Clip:
    """Cut an excerpt."""
    first = round(first_s * clip.fps)
    return Clip(clip.frames[first : first + round(seconds * clip.fps)], clip.fps)


Corners = tuple[tuple[float, float], ...]


def seen_askew(clip: Clip, corners: Corners, shake: float = 0.0) -> Clip:
    """Show the frame with its corners elsewhere, as a screen that is filmed.

    Args:
        clip: What the screen shows.
        corners: Of the screen, from the top left on, in shares of the frame.
        shake: How far a hand moves the camera, in shares of the width; it turns it as many radians.
    """
    tall, wide = clip.frames[0].shape[0] * 2 // 3, clip.frames[0].shape[1]
    here = np.array([(0, 0), (wide, 0), (wide, tall), (0, tall)], np.float32)
    frames = []
    for k, frame in enumerate(clip.frames):
        place = cv2.getPerspectiveTransform(here, (np.array(corners) * (wide, tall)).astype(np.float32))
        place = _held(float(k / clip.fps), shake, wide, tall) @ place
        done = []
        for plane, part, ground in zip(_planes(frame), (1, 2, 2), (60, 128, 128), strict=True):
            size, half = np.diag([1 / part, 1 / part, 1.0]), np.diag([part, part, 1.0])
            shape = (wide // part, tall // part)
            sent = cv2.warpPerspective(plane, size @ place @ half, shape, flags=cv2.INTER_LINEAR, borderValue=ground)
            done.append(np.asarray(sent, np.uint8))
        frames.append(joined(*done))
    return Clip(frames, clip.fps)


def _held(time_s: float, shake: float, wide: int, tall: int) -> F64:
    """Return where a hand holds the camera: three swings each way, of 0.23 to 1.3 a second."""
    rates, sizes = np.array([0.23, 0.61, 1.3]), np.array([1.0, 0.5, 0.25]) * shake
    x, y = (float(np.sin(2 * np.pi * (rates * time_s + phase)) @ sizes) for phase in (0.1, 0.37))
    angle = shake * float(np.sin(2 * np.pi * 0.4 * time_s))
    turn = np.vstack([cv2.getRotationMatrix2D((wide / 2, tall / 2), float(np.degrees(angle)), 1.0), [0, 0, 1]])
    return np.asarray(np.array([[1.0, 0.0, x * wide], [0.0, 1.0, y * wide], [0.0, 0.0, 1.0]]) @ turn, np.float64)


def blurred(clip: Clip, sigma: float) -> Clip:
    """Blur, by so many pixels of the luma."""
    return each(clip, lambda plane, part: np.asarray(cv2.GaussianBlur(plane, (0, 0), sigma / part), np.uint8))


SCREEN: Final[Corners] = ((0.12, 0.10), (0.86, 0.14), (0.90, 0.88), (0.08, 0.90))
ASKEW: Final[Corners] = ((-0.06, -0.05), (1.05, -0.03), (1.07, 1.06), (-0.04, 1.03))

ATTACKS: Final[dict[str, Callable[[Clip], Clip]]] = {
    "crf 23": lambda c: encoded(c, 23)[0],
    "crf 32": lambda c: encoded(c, 32)[0],
    "crf 40": lambda c: encoded(c, 40)[0],
    "3 s at crf 32": lambda c: encoded(part(c, 1.3, 3), 32)[0],
    "10 s at crf 40": lambda c: encoded(part(c, 0.7, 10), 40)[0],
    "10 s at 240p, crf 32": lambda c: encoded(scaled(part(c, 0.7, 10), 240), 32)[0],
    "10 s at 240p, crf 40": lambda c: encoded(scaled(part(c, 0.7, 10), 240), 40)[0],
    "crf 32, 360p": lambda c: encoded(scaled(c, 360), 32)[0],
    "25 -> 30 a second, crf 28": lambda c: encoded(at_rate(c, 30), 28)[0],
    "25 -> 15 a second, crf 28": lambda c: encoded(at_rate(c, 15), 28)[0],
    "every 7th frame dropped, crf 28": lambda c: encoded(Clip([f for k, f in enumerate(c.frames) if k % 7], c.fps), 28)[
        0
    ],
    "4 % faster, crf 28": lambda c: encoded(Clip(c.frames, c.fps * Fraction(104, 100)), 28)[0],
    "3 s of it, crf 28": lambda c: encoded(part(c, len(c.frames) / float(c.fps) * 0.6, 3), 28)[0],
    "a part left out, crf 28": lambda c: encoded(
        Clip(c.frames[: len(c.frames) // 3] + c.frames[len(c.frames) * 2 // 3 :], c.fps), 28
    )[0],
    "mirrored, crf 28": lambda c: encoded(each(c, lambda p, _: np.ascontiguousarray(p[:, ::-1])), 28)[0],
    "letterboxed, crf 28": lambda c: encoded(letterboxed(c), 28)[0],
    "a screen seen askew, filling the frame, crf 28": lambda c: encoded(seen_askew(c, ASKEW), 28)[0],
    "a screen seen askew with what is around it, crf 28": lambda c: encoded(seen_askew(c, SCREEN), 28)[0],
    "the same, filmed from a hand, crf 28": lambda c: encoded(seen_askew(c, SCREEN, 0.01), 28)[0],
    "blurred by 2 px, crf 28": lambda c: encoded(blurred(c, 2.0), 28)[0],
    "70 % of the area, crf 28": lambda c: encoded(cropped(c, 0.7), 28)[0],
    "50 % of the area, crf 30": lambda c: encoded(cropped(c, 0.5), 30)[0],
    "35 % of the area, crf 28": lambda c: encoded(cropped(c, 0.35), 28)[0],
}
