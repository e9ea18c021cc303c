"""How many leaked videos are traced to the copy they were made from, and how much of the mark is to be seen.

``python benchmarks/video_survival.py --photos FOLDER [--clips 4] [--seconds 20] [--only WORDS]``; needs PyAV. Clips of
several sizes are made of the photographs, encoded as a camera would (crf 16), marked, given out (crf 20) and attacked.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from measure import header, table
from rempart.attribute import Codebook
from rempart.attribute.tracing import LeakReading
from rempart.attribute.video_reading import conclude_video, read_video
from rempart.mark.video_mark import VideoFigures, VideoMarker
from rempart.model import Attribution, AttributionVerdict
from video_clips import ATTACKS, Clip, encoded, joined, made, part, planes

U8 = npt.NDArray[np.uint8]
SEED: Final = 20_261_122
KEY, OTHER_KEY, BOOK_SEED, GUILTY = bytes(range(32)), bytes(32), bytes(range(1, 33)), 4127
SIZES: Final = ((640, 360), (960, 544), (640, 272), (1280, 720))
COLLUDERS: Final = (11, 222, 3333, 4127)


def copies(original: Clip, book: Codebook, recipients: tuple[int, ...], key: bytes) -> tuple[list[Clip], VideoFigures]:
    """Mark a clip for some recipients, and encode their copies."""
    height, width = original.frames[0].shape[0] * 2 // 3, original.frames[0].shape[1]
    marker = VideoMarker(key, width=width, height=height)
    markers = [marker.copy_for(book.code(one)) for one in recipients]
    frames: list[list[U8]] = [[] for _ in recipients]
    for k, frame in enumerate(original.frames):
        luma, cb, cr = planes(frame)
        prepared = marker.prepare(luma, float(k / original.fps), (cb, cr))
        for one, made_frames in zip(markers, frames, strict=True):
            made_frames.append(joined(one.marked(prepared), cb, cr))
    return [encoded(Clip(some, original.fps), 20)[0] for some in frames], marker.figures


def averaged(clips: list[Clip]) -> Clip:
    """Average copies, pixel by pixel."""
    every = zip(*(clip.frames for clip in clips), strict=True)
    return Clip([np.mean(frames, axis=0).round().astype(np.uint8) for frames in every], clips[0].fps)


def interleaved(clips: list[Clip]) -> Clip:
    """Take one second of each in turn."""
    second = int(clips[0].fps)
    return Clip(
        [clips[k // second % len(clips)].frames[k] for k in range(len(clips[0].frames))],
        clips[0].fps,
    )


class Rows:
    """The answers of each kind of leak."""

    def __init__(self, book: Codebook) -> None:
        """Begin with none."""
        self._book = book
        self._answers: dict[str, list[tuple[Attribution, set[int], float, float, LeakReading]]] = {}

    def add(self, name: str, original: Clip, leak: Clip, guilty: set[int]) -> None:
        """Trace a leak."""
        before = time.process_time()
        read = read_video(original.lumas, leak.lumas, asset_key=KEY)
        cost = time.process_time() - before
        seconds = float(len(leak.frames) / leak.fps)
        answer = conclude_video([(read.said, self._book)])
        self._answers.setdefault(name, []).append((answer, guilty, cost, seconds, read.said))
        scores = [(one.recipient, round(one.score, 1)) for one in answer.accused]
        print(f"<!-- {name}: {answer.verdict} {scores} q {answer.registration_quality:.2f} -->", flush=True)

    def show(self) -> None:
        """Print the table."""
        rows = []
        for name, answers in self._answers.items():
            right = sum(len({one.recipient for one in a.accused} & guilty) for a, guilty, *_ in answers)
            wrong = sum(len({one.recipient for one in a.accused} - guilty) for a, guilty, *_ in answers)
            wanted = sum(len(guilty) for _, guilty, *_ in answers)
            nobody = sum(a.verdict is AttributionVerdict.NOBODY for a, *_ in answers)
            scores = [one.score for a, *_ in answers for one in a.accused] or [0.0]
            pace = sum(cost for _, _, cost, _, _ in answers) / sum(seconds for _, _, _, seconds, _ in answers)
            pilots = [(said.pilot, said.pilot / max(said.pilot_whole, 1e-9), said.pilot_whole) for *_, said in answers]
            rows.append(
                (
                    name,
                    f"{right}/{wanted}",
                    wrong,
                    f"{nobody}/{len(answers)}",
                    f"{min(scores):.1f}",
                    f"{np.median(scores):.1f}",
                    *(
                        f"{min(column):.{digits}f}"
                        for column, digits in zip(zip(*pilots, strict=True), (1, 3, 0), strict=True)
                    ),
                    f"{pace:.2f}",
                )
            )
        table(HEADINGS, rows)


HEADINGS: Final = (
    "leak",
    "right",
    "innocents accused",
    "`nobody`",
    "z, least",
    "z, median",
    "pilots, least",
    "of whole, least",
    "whole, least",
    "CPU s of trace for one of video",
)


def cost(photos: list[Path], book: Codebook, seconds: float) -> None:
    """Print what marking and tracing cost at 1920 x 1080, in seconds of the processor for one of video; no codec."""
    original = encoded(made(photos, seconds, (1920, 1080), np.random.default_rng([SEED, 77])), 16)[0]
    spent = []
    for recipients in (1, 2):
        before = time.process_time()
        marker = VideoMarker(KEY, width=1920, height=1080)
        markers = [marker.copy_for(book.code(one)) for one in COLLUDERS[-recipients:]]
        marked: list[U8] = []
        for k, frame in enumerate(original.frames):
            luma, cb, cr = planes(frame)
            prepared = marker.prepare(luma, float(k / original.fps), (cb, cr))
            marked.append(joined([one.marked(prepared) for one in markers][-1], cb, cr))
        spent.append((time.process_time() - before) / seconds)
    leak = encoded(Clip(marked, original.fps), 28)[0]
    before = time.process_time()
    answer = conclude_video([(read_video(original.lumas, leak.lumas, asset_key=KEY).said, book)])
    traced = (time.process_time() - before) / seconds
    print(f"1920 x 1080, {original.fps} a second, {seconds} s: the first copy {spent[0]:.2f} CPU s a second,", end=" ")
    print(f"each further {spent[1] - spent[0]:.2f}; trace {traced:.2f} ({answer.verdict}); without the codec\n")


def main() -> None:
    """Run what is asked for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--photos", type=Path, required=True)
    parser.add_argument("--clips", type=int, default=4)
    parser.add_argument("--first", type=int, default=0, help="number of the first clip: its seed and size go by it")
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--recipients", type=int, default=100_000)
    parser.add_argument("--only", default="", help="of the attacks, those with these words; | between them")
    parser.add_argument("--cost", action="store_true", help="only what it costs at 1920 x 1080")
    parser.add_argument("--no-collusion", action="store_true")
    options = parser.parse_args()
    cv2.setNumThreads(1)
    header("Videos that are traced", SEED)
    photos = [p for p in sorted(options.photos.glob("*.jpg")) if not p.name.startswith("drawing")]
    book, rows = Codebook(BOOK_SEED, options.recipients), Rows(Codebook(BOOK_SEED, options.recipients))
    if options.cost:
        cost(photos, book, 6.0)
        return
    figures = []
    for number in range(options.first, options.first + options.clips):
        random = np.random.default_rng([SEED, number])
        original = encoded(made(photos, options.seconds, SIZES[number % len(SIZES)], random), 16)[0]
        (copy,), seen = copies(original, book, (GUILTY,), KEY)
        figures.append(seen)
        for name, attack in ATTACKS.items():
            if not options.only or any(words in name for words in options.only.split("|")):
                rows.add(name, original, attack(copy), {GUILTY})
        rows.add("unmarked, crf 23", original, encoded(part(original, 0, 10), 23)[0], set())
        (foreign,), _ = copies(part(original, 0, 10), book, (GUILTY,), OTHER_KEY)
        rows.add("another key, crf 23", original, encoded(foreign, 23)[0], set())
        other = made(photos, 10, SIZES[number % len(SIZES)], np.random.default_rng([SEED, 999, number]))
        rows.add("another video", original, encoded(other, 23)[0], set())
        if not options.no_collusion:
            together, _ = copies(original, book, COLLUDERS, KEY)
            rows.add("4 copies averaged, crf 28", original, encoded(averaged(together), 28)[0], set(COLLUDERS))
            rows.add("4 copies in turn, crf 28", original, encoded(interleaved(together), 28)[0], set(COLLUDERS))
    rows.show()
    print(f"\nLuma: SSIM {min(f.ssim_least for f in figures):.4f} or more,", end=" ")
    print(f"PSNR {min(f.psnr_least_db for f in figures):.2f} dB or more; {options.clips} clips\n")


if __name__ == "__main__":
    main()
