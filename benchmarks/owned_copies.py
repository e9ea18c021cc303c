"""What the owner's mark under the recipients' costs them: scores of the right copy with it and without, on leaks.

``python benchmarks/owned_copies.py --photos FOLDER [--count 15]``: photographs of 0.6 megapixels and more. Each leak is
made the same way of a copy without the owner's mark, and of one with it; the latter is read against what it was made
from, and against the wrong original, without that mark. Scores are normalised correlations with the right code.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
from PIL import Image

from mark_leaks import jpeg, part, screen_photo, within
from mark_survival import AREA_LEAST_PX, photographs
from measure import header, table
from rempart.attribute import Codebook, LeakReading, read_leak
from rempart.kernels.luma import luma_plane
from rempart.kernels.visibility import psnr_db, ssim
from rempart.mark import ownership, prepare

U8 = npt.NDArray[np.uint8]
SEED: Final = 11
KEY, OWNER_KEY, GUILTY = bytes(range(1, 33)), bytes(range(32)), 5
BOOK: Final = Codebook(b"s" * 32, 1000)

LEAKS: Final[dict[str, Callable[[U8, np.random.Generator], U8]]] = {
    "JPEG 60": lambda p, _: jpeg(p, 60),
    "half the size, JPEG 50": lambda p, _: jpeg(within(p, max(p.shape) // 2), 50),
    "cropped to 50 %, JPEG 50": lambda p, r: jpeg(part(p, r, 0.5), 50),
    "cropped to 25 %, JPEG 60": lambda p, r: jpeg(part(p, r, 0.25), 60),
    "long side 400, JPEG 60": lambda p, _: jpeg(within(p, 400), 60),
    "photograph of a screen": screen_photo,
}


def score(reading: LeakReading) -> float:
    """Return the right copy's score; 0 if nothing is registered."""
    norm = float(np.sqrt(reading.soft @ reading.soft))
    return BOOK.exact_correlation(reading.soft, GUILTY) / norm if norm else 0.0


def measured(paths: list[Path]) -> None:
    """Print the scores, what the owner finds, and how near the copies are."""
    scores: dict[str, list[tuple[float, float, float, bool]]] = {name: [] for name in LEAKS}
    near = []
    for number, path in enumerate(paths):
        with Image.open(path) as image:
            picture = np.array(image.convert("RGB"))
        own, code = ownership.embed(picture, owner_key=OWNER_KEY), BOOK.code(GUILTY)
        plain = prepare(picture, asset_key=KEY).copy_for(code)
        both = prepare(own, asset_key=KEY, reference=picture).copy_for(code)
        near.append((ssim(luma_plane(picture), luma_plane(both)), psnr_db(picture, both)))
        for kind, (name, altered) in enumerate(LEAKS.items()):
            leaks = [altered(copy, np.random.default_rng([SEED, number, kind])) for copy in (plain, both)]
            scores[name].append(
                (
                    score(read_leak(picture, leaks[0], asset_key=KEY)),
                    score(read_leak(own, leaks[1], asset_key=KEY)),
                    score(read_leak(picture, leaks[1], asset_key=KEY)),
                    ownership.look(leaks[1], owner_key=OWNER_KEY).found,
                )
            )
    header(f"The owner's mark under the recipients', {len(paths)} photographs", SEED)
    rows = []
    for name, found in scores.items():
        without, with_own, wrong = (np.array([each[k] for each in found]) for k in range(3))
        kept = with_own / np.maximum(without, 1e-9)
        of_wrong = np.median(wrong / np.maximum(with_own, 1e-9))
        rows.append(
            (
                name,
                f"{np.median(without):.1f}",
                f"{np.median(with_own):.1f}",
                f"{np.median(kept):.2f} ({kept.min():.2f})",
                f"{of_wrong:.2f}",
                f"{sum(each[3] for each in found)} of {len(found)}",
            )
        )
    table(["leak", "without", "with", "kept, median (least)", "against the wrong original", "`own` finds"], rows)
    print(f"\nBoth marks: SSIM {min(n[0] for n in near):.4f} or more, {min(n[1] for n in near):.2f} dB or more.")


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--photos", type=Path, required=True)
    parser.add_argument("--count", type=int, default=15)
    given = parser.parse_args()
    measured(photographs(given.photos, given.count, AREA_LEAST_PX))


if __name__ == "__main__":
    main()
