"""How many leaks are traced to the copy they were made from, and how much of the mark is to be seen.

``python benchmarks/mark_survival.py --photos FOLDER [--count 50] [--recipients 100000]``; photographs of 0.6 megapixels
and more, such as ``benchmarks/scenes.py`` makes. ``--collusions`` puts 8 and 12 copies of the large ones together.
"""

from __future__ import annotations

import argparse
import resource
import zlib
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image

from mark_leaks import COLLUSIONS, LEAKS, jpeg
from measure import header, table
from rempart.attribute import Codebook, trace
from rempart.kernels.luma import luma_plane
from rempart.kernels.visibility import psnr_db, ssim
from rempart.mark import Prepared, prepare
from rempart.model import Attribution

U8 = npt.NDArray[np.uint8]
SEED = 20_261_122
KEY, BOOK_SEED, GUILTY = bytes(range(32)), bytes(range(1, 33)), 4127
AREA_LEAST_PX = 600_000


def photographs(folder: Path, count: int, least_px: int) -> list[Path]:
    """Choose so many pictures of a folder, spread over it."""
    found = []
    for path in sorted(folder.iterdir()):
        try:
            with Image.open(path) as image:
                if image.width * image.height >= least_px and max(image.size) <= 4000:
                    found.append(path)
        except OSError:
            continue
    return found[:: max(1, len(found) // count)][:count]


def seconds() -> float:
    """Return the processor time of this process."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_utime


def rng(*names: object) -> np.random.Generator:
    """Return the generator of a picture and what is done to it."""
    return np.random.default_rng([SEED, zlib.crc32(repr(names).encode())])


def survival(paths: list[Path], recipients: int) -> None:
    """Trace one copy of each picture through every leak."""
    book = Codebook(BOOK_SEED, recipients)
    found: dict[str, list[tuple[Attribution, float]]] = {name: [] for name in LEAKS}
    seen, embedding = [], []
    for path in paths:
        original = np.asarray(Image.open(path).convert("RGB"))
        before = seconds()
        copy = prepare(original, asset_key=KEY).copy_for(book.code(GUILTY))
        embedding.append((seconds() - before) / (original.shape[0] * original.shape[1] / 1e6))
        seen.append((ssim(luma_plane(original), luma_plane(copy)), psnr_db(original, copy)))
        for name, done in LEAKS.items():
            leak = np.ascontiguousarray(done(copy, rng(path.name, name)))
            before = seconds()
            answer = trace(original, leak, book, asset_key=KEY)
            found[name].append((answer, seconds() - before))
    rows = []
    for name, answers in found.items():
        scores = [a.accused[0].score if a.accused else 0.0 for a, _ in answers]
        right = sum([one.recipient for one in a.accused] == [GUILTY] for a, _ in answers)
        wrong = sum(one.recipient != GUILTY for a, _ in answers for one in a.accused)
        cost = np.median([s for _, s in answers])
        rows.append(
            (name, f"{right}/{len(answers)}", wrong, f"{min(scores):.1f}", f"{np.median(scores):.1f}", f"{cost:.2f}")
        )
    table(("leak", "right", "innocents accused", "z, least", "z, median", "trace, s"), rows)
    print(f"\nSSIM {min(s for s, _ in seen):.4f} or more, PSNR {min(p for _, p in seen):.2f} dB or more;", end=" ")
    print(f"embedding {np.median(embedding):.2f} s a megapixel (median), {len(paths)} pictures\n")


def together(prepared: Prepared, book: Codebook, size: int, name: str) -> tuple[int, int, float]:
    """Put copies together, compress, and count who is found: right, wrong, least score."""
    guilty = set(range(100, 100 + size))
    leak = jpeg(COLLUSIONS[name]([prepared.copy_for(book.code(i)) for i in guilty], rng(name, size)), 60)
    answer = trace(prepared.image, leak, book, asset_key=KEY)
    names = {one.recipient for one in answer.accused}
    return len(names & guilty), len(names - guilty), min((one.score for one in answer.accused), default=0.0)


def collusions(paths: list[Path], recipients: int) -> None:
    """Count who is found of 8 and of 12."""
    book, rows = Codebook(BOOK_SEED, recipients), []
    pictures = [prepare(np.asarray(Image.open(p).convert("RGB")), asset_key=KEY) for p in paths]
    for size in (8, 12):
        for name in COLLUSIONS:
            found = [together(one, book, size, name) for one in pictures]
            right, wrong = [f[0] for f in found], sum(f[1] for f in found)
            rows.append((size, name, f"{min(right)} to {max(right)}", wrong, f"{min(f[2] for f in found):.1f}"))
    table(("copies", "put together", "found", "innocents accused", "z, least"), rows)


def main() -> None:
    """Run what is asked for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--photos", type=Path, required=True)
    parser.add_argument("--count", type=int, default=50)
    parser.add_argument("--recipients", type=int, default=100_000)
    parser.add_argument("--collusions", action="store_true")
    options = parser.parse_args()
    cv2.setNumThreads(1)
    least = 1_900_000 if options.collusions else AREA_LEAST_PX
    paths = photographs(options.photos, options.count, least)
    header("Marks that survive", SEED)
    (collusions if options.collusions else survival)(paths, options.recipients)


if __name__ == "__main__":
    main()
