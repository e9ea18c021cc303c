"""Ten thousand pictures that nobody looks for: made in code, and cut from scenes that judge nothing.

``python benchmarks/distractors.py --scenes FOLDER --out FILE.npz [--count 9500]`` writes their fingerprints; the
pictures themselves are made again from their number when a verification asks for one. They are not independent scenes:
what is measured with them stands in columns of its own.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from PIL import Image

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "demo"))

from ensemble_lab import ASSET_OPTIONS, ASSET_QUALITY, encoded, fingerprinted
from pictures import scene
from rempart.model import CodedPoints, Fingerprint, FingerprintedMedia, MediaFormat, MediaKind, SignalType
from scenes import GROUPS, load_scenes

SIZE: Final = (640, 480)
_SEED: Final = 7_000_000


def distractor(number: int, cut_from: Sequence[Path]) -> Image.Image:
    """Make one: of ten, six are cut from scenes, three are made in code, one is noise with a photograph's spectrum.

    Args:
        number: Which.
        cut_from: Pictures of at least 200 pixels a side, of the split that tunes.

    Returns:
        RGB, 640 x 480.
    """
    kind = number % 10
    random = np.random.default_rng(_SEED + number)
    if kind < 6 and cut_from:
        return _cut(_opened(cut_from[int(random.integers(len(cut_from)))]), random)
    return scene(_SEED + number, *SIZE) if kind < 9 else _noise(random)


@lru_cache(maxsize=4)
def _opened(path: Path) -> Image.Image:
    return Image.open(path).convert("RGB")


def _cut(picture: Image.Image, random: np.random.Generator) -> Image.Image:
    """Cut a quarter to a half of each side, and mirror every other one."""
    share = random.uniform(0.25, 0.5, 2)
    width, height = (round(s * side) for s, side in zip(share, picture.size, strict=True))
    left, top = int(random.integers(picture.width - width + 1)), int(random.integers(picture.height - height + 1))
    part = picture.crop((left, top, left + width, top + height)).resize(SIZE, Image.Resampling.BICUBIC)
    return part.transpose(Image.Transpose.FLIP_LEFT_RIGHT) if random.random() < 0.5 else part


def _noise(random: np.random.Generator) -> Image.Image:
    """Draw noise whose amplitude falls with the frequency, as that of photographs does."""
    width, height = SIZE
    down, across = np.fft.fftfreq(height)[:, None], np.fft.rfftfreq(width)[None]
    frequency = np.maximum(np.hypot(down, across), 1 / width) ** random.uniform(0.9, 1.4)
    planes = [
        np.fft.irfft2(np.fft.rfft2(random.normal(size=(height, width))) / frequency, s=(height, width))
        for _ in range(2)
    ]
    light, colour = (p / p.std() for p in planes)
    samples = 128 + 45 * np.stack([light + 0.3 * colour, light, light - 0.3 * colour], axis=2)
    return Image.fromarray(np.clip(samples, 0, 255).astype(np.uint8))


def bytes_of(number: int, cut_from: Sequence[Path]) -> bytes:
    """Return one as the file that is registered."""
    return encoded(distractor(number, cut_from), ASSET_QUALITY)


def write(out: Path, cut_from: Sequence[Path], count: int) -> None:
    """Fingerprint ``count`` of them and write what a bank needs."""
    whole, quality, sizes = [], [], []
    points: list[list[npt.NDArray[np.uint8]]] = [[], [], [], []]
    for number in range(count):
        media = fingerprinted(bytes_of(number, cut_from), ASSET_OPTIONS)
        code = media.fingerprints[0]
        whole.append(np.frombuffer(code.bits, np.uint8))
        quality.append(code.quality)
        sizes.append([n for p in media.places for n in (len(p), p.width, p.height)])
        for k, places in enumerate(media.places):
            points[2 * k].append(np.frombuffer(places.points, np.uint8))
            points[2 * k + 1].append(np.frombuffer(places.codes, np.uint8))
        if number % 500 == 499:
            print(number + 1, "made", file=sys.stderr, flush=True)
    versions = [p.version for p in media.places]
    arrays: dict[str, Any] = {"whole": np.stack(whole), "quality": quality, "sizes": sizes, "versions": versions}
    arrays |= {f"places_{k}": np.concatenate(column) for k, column in enumerate(points)}
    np.savez(out, allow_pickle=False, **arrays)


def load(path: Path) -> list[FingerprintedMedia]:
    """Read the fingerprints."""
    with np.load(path) as kept:
        whole, quality, sizes = kept["whole"], kept["quality"], kept["sizes"]
        columns = [kept[f"places_{k}"].tobytes() for k in range(4)]
        versions = [str(v) for v in kept["versions"]]
    at = [0, 0]
    made = []
    for number in range(len(whole)):
        places = []
        for k, version in enumerate(versions):
            count, width, height = (int(v) for v in sizes[number][3 * k : 3 * k + 3])
            part = slice(at[k] * 16, (at[k] + count) * 16)
            codes = slice(at[k] * 32, (at[k] + count) * 32)
            at[k] += count
            points, rows = columns[2 * k][part], columns[2 * k + 1][codes]
            places.append(CodedPoints(version=version, width=width, height=height, points=points, codes=rows))
        code = Fingerprint(
            signal_type=SignalType.PDQ, version="pdq/1", bits=whole[number].tobytes(), quality=int(quality[number])
        )
        made.append(
            FingerprintedMedia(
                sha256=f"{number:064x}", kind=MediaKind.IMAGE, format=MediaFormat.JPEG, width=SIZE[0], height=SIZE[1],
                frames=1, fingerprints=(code,), places=tuple(places),
            )
        )  # fmt: skip
    return made


def sources(folder: Path) -> list[Path]:
    """Return what distractors are cut from: every scene of the split that tunes, of 400 pixels and more."""
    paths = [s.path for group in GROUPS for s in load_scenes(folder, "tune", group)]
    return [p for p in paths if min(Image.open(p).size) >= 400]


def main() -> None:
    """Write the fingerprints."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--scenes", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--count", type=int, default=9_500)
    options = parser.parse_args()
    write(options.out, sources(options.scenes), options.count)


if __name__ == "__main__":
    main()
