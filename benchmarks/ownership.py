"""What the owner's mark survives, what it costs the picture, and how often a picture without it is taken for marked.

``python benchmarks/ownership.py PHOTOGRAPHS [--pictures 50] [--pairs 100000]``. A recipient's mark is
laid on top first, as in every copy that leaves. Alterations are our own.
"""

from __future__ import annotations

import argparse
import math
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from measure import header, table
from rempart.kernels import ownership_mark as kernel
from rempart.kernels.luma import luma_plane
from rempart.kernels.spread_spectrum import SYMBOLS
from rempart.kernels.visibility import psnr_db, ssim
from rempart.mark import ownership, watermark

U8 = npt.NDArray[np.uint8]
KEY: Final = bytes(range(32))
LEAST_PX: Final = 600_000
SCORES: Final = (3.0, 4.0, 5.0, 6.0)
#: Scores of one part of the pairs' grid that are looked at closely: 8 ways, all offsets, both polarities.
PLACES: Final = 2


def jpeg(picture: U8, quality: int) -> U8:
    """Compress and decompress."""
    return decoded(cv2.imencode(".jpg", picture[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])[1])


def webp(picture: U8, quality: int) -> U8:
    """Compress and decompress."""
    return decoded(cv2.imencode(".webp", picture[..., ::-1], [cv2.IMWRITE_WEBP_QUALITY, quality])[1])


def decoded(data: U8) -> U8:
    """Decode an RGB picture."""
    return np.ascontiguousarray(np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)[..., ::-1])


def scaled(picture: U8, factor: float) -> U8:
    """Make a picture larger or smaller."""
    how = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(picture, None, fx=factor, fy=factor, interpolation=how), np.uint8)


def cropped(picture: U8, share: float, rng: np.random.Generator) -> U8:
    """Keep a part of the area, of another shape, anywhere."""
    stretch = math.exp(rng.uniform(-0.15, 0.15))
    height = min(picture.shape[0], int(picture.shape[0] * math.sqrt(share) * stretch))
    width = min(picture.shape[1], int(picture.shape[1] * math.sqrt(share) / stretch))
    y, x = rng.integers(0, picture.shape[0] - height + 1), rng.integers(0, picture.shape[1] - width + 1)
    return np.ascontiguousarray(picture[y : y + height, x : x + width])


def turned(picture: U8, degrees: float) -> U8:
    """Turn a little and cut what has no picture."""
    height, width = picture.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    out = np.asarray(cv2.warpAffine(picture, matrix, (width, height), flags=cv2.INTER_CUBIC), np.uint8)
    sine, cosine = math.sin(math.radians(abs(degrees))), math.cos(math.radians(degrees))
    keep = min(width / (width * cosine + height * sine), height / (width * sine + height * cosine))
    dy, dx = int(height * (1 - keep) / 2), int(width * (1 - keep) / 2)
    return np.ascontiguousarray(out[dy : height - dy, dx : width - dx])


def framed(picture: U8) -> U8:
    """Show a picture between the bars of a telephone's screen."""
    height, width = picture.shape[:2]
    out = np.full((int(height * 1.12), int(width * 1.04), 3), 20, np.uint8)
    top, left = int(height * 0.05), int(width * 0.02)
    out[top : top + height, left : left + width] = picture
    return out


Alteration = Callable[[U8, np.random.Generator], U8]
ALTERATIONS: Final[dict[str, Alteration]] = {
    "nothing": lambda p, _: p,
    "JPEG 50": lambda p, _: jpeg(p, 50),
    "JPEG 30": lambda p, _: jpeg(p, 30),
    "WebP 50": lambda p, _: webp(p, 50),
    "half the size": lambda p, _: scaled(p, 0.5),
    "twice the size": lambda p, _: scaled(p, 2.0),
    "cropped to 70 %": lambda p, r: cropped(p, 0.7, r),
    "cropped to 40 %": lambda p, r: cropped(p, 0.4, r),
    "mirrored": lambda p, _: np.ascontiguousarray(p[:, ::-1]),
    "a quarter turn": lambda p, _: np.ascontiguousarray(np.rot90(p)),
    "turned by 2 degrees": lambda p, _: turned(p, 2.0),
    "negative": lambda p, _: np.asarray(255 - p, np.uint8),
    "screen of a telephone, JPEG 80": lambda p, _: jpeg(framed(p), 80),
    "40 %, JPEG 50": lambda p, r: jpeg(cropped(p, 0.4, r), 50),
    "half the size, JPEG 50": lambda p, _: jpeg(scaled(p, 0.5), 50),
    "70 %, half the size, mirrored, JPEG 70": lambda p, r: jpeg(
        np.ascontiguousarray(scaled(cropped(p, 0.7, r), 0.5)[:, ::-1]), 70
    ),
    "long side 400, JPEG 60": lambda p, _: jpeg(scaled(p, 400 / max(p.shape)), 60),
    "cropped to 25 %": lambda p, r: cropped(p, 0.25, r),
    "turned by 5 degrees": lambda p, _: turned(p, 5.0),
    "5 % wider": lambda p, _: np.asarray(cv2.resize(p, None, fx=1.05, fy=1.0), np.uint8),
}


def survival(pictures: list[Path], seed: int) -> None:
    """Print how often the mark is found."""
    rng = np.random.default_rng(seed)
    scores: dict[str, list[float]] = {name: [] for name in ALTERATIONS}
    looks, embeds, own, both = [], [], [], []
    for path in pictures:
        picture = decoded(np.frombuffer(path.read_bytes(), np.uint8))
        start = time.process_time()
        marked = ownership.embed(picture, owner_key=KEY)
        embeds.append((time.process_time() - start) * 1e6 / (picture.shape[0] * picture.shape[1]))
        own.append((ssim(luma_plane(picture), luma_plane(marked)), psnr_db(picture, marked)))
        code = np.where(rng.integers(0, 2, SYMBOLS) > 0, 1, -1).astype(np.int8)
        copy = watermark.prepare(marked, asset_key=rng.bytes(32), reference=picture).copy_for(code)
        both.append((ssim(luma_plane(picture), luma_plane(copy)), psnr_db(picture, copy)))
        for name, alteration in ALTERATIONS.items():
            leak = alteration(copy, rng)
            start = time.process_time()
            scores[name].append(ownership.look(leak, owner_key=KEY).score)
            looks.append(time.process_time() - start)
    header(f"The owner's mark under a recipient's, {len(pictures)} photographs of {LEAST_PX / 1e6} MP and more", seed)
    least = kernel.score_for(ownership.FALSE_ALARMS)
    rows = [
        (name, f"{np.mean(np.array(found) >= least):.0%}", f"{min(found):.1f}", f"{statistics.median(found):.1f}")
        for name, found in scores.items()
    ]
    table(["altered", "found", "least score", "median"], rows)
    print(f"\nNeeded for {ownership.FALSE_ALARMS:g} over {kernel.TESTS:.3g} tests: {least:.2f}.")
    for name, figures in (("owner's mark alone", own), ("both marks", both)):
        low, middle = np.min(figures, 0), np.median(figures, 0)
        print(f"{name}: SSIM least {low[0]:.4f}, median {middle[0]:.4f}; PSNR {low[1]:.2f}, {middle[1]:.2f} dB")
    print(
        f"embed: median {statistics.median(embeds):.3f} s/MP; look: median {statistics.median(looks):.2f} s, ", end=""
    )
    print(f"most {max(looks):.2f} s a picture, whatever its size (processor time)")


def false_alarms(pictures: list[Path], pairs: int, full: int, seed: int) -> None:
    """Print the scores of pictures without the mark, and of keys that marked none of them."""
    rng = np.random.default_rng(seed)
    shown, tests, tops = np.zeros(len(SCORES)), 0, []
    out = np.empty((kernel.PERIOD, kernel.PERIOD), np.float32)
    keys_each = -(-pairs // (len(pictures) * PLACES))
    for path in pictures:
        plane = kernel.residual(luma_plane(decoded(np.frombuffer(path.read_bytes(), np.uint8))))
        for _ in range(PLACES):
            k, m = rng.choice(kernel.SCALES), rng.choice(kernel.ANGLES)
            spectrum = kernel.folded(plane, math.exp(k * kernel.STEP), m * kernel.STEP, out)
            for _ in range(keys_each):
                signs = np.where(rng.integers(0, 2, (kernel.PERIOD,) * 2) > 0, 1, -1).astype(np.float32)
                chips = np.asarray(cv2.dft(signs, flags=cv2.DFT_COMPLEX_OUTPUT), np.float32)
                found = kernel.correlated(spectrum, chips)
                tests += 2 * found.size
                shown += [np.count_nonzero(np.abs(found) >= score) for score in SCORES]
                tops.append(float(np.abs(found).max()))
    looked = [
        ownership.look(decoded(np.frombuffer(p.read_bytes(), np.uint8)), owner_key=rng.bytes(32))
        for p in pictures[:full]
    ]
    header(f"Pictures without the mark: {len(tops)} pairs of a picture and a key, {tests:.2e} tests", seed)
    rows = [
        (
            score,
            int(count),
            f"{count / tests:.2e}",
            f"{0.5 * math.erfc(score / math.sqrt(2)):.2e}",
            f"{math.exp(-score * score / 2):.2e}",
        )
        for score, count in zip(SCORES, shown, strict=True)
    ]
    table(["score", "reached", "share", "of a normal deviate", "bound exp(-z^2/2)"], rows)
    print(
        f"\nhighest of all {max(tops):.2f}; whole looks: {len(looked)}, found {sum(a.found for a in looked)}, ", end=""
    )
    print(f"highest score {max(a.score for a in looked):.2f}")


def main() -> None:
    """Run both."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("photographs", type=Path)
    parser.add_argument("--pictures", type=int, default=50)
    parser.add_argument("--pairs", type=int, default=100_000)
    parser.add_argument("--looks", type=int, default=50)
    parser.add_argument("--seed", type=int, default=6)
    chosen = parser.parse_args()
    cv2.setNumThreads(1)
    files = sorted(path for path in chosen.photographs.iterdir() if path.suffix == ".jpg")
    large = [
        path for path in files if math.prod(decoded(np.frombuffer(path.read_bytes(), np.uint8)).shape[:2]) >= LEAST_PX
    ]
    taken = [large[i] for i in np.random.default_rng(chosen.seed).permutation(len(large))[: chosen.pictures]]
    survival(taken, chosen.seed)
    false_alarms(taken, chosen.pairs, chosen.looks, chosen.seed)


if __name__ == "__main__":
    main()
