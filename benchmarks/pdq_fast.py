"""Fingerprinting a JPEG at the speed of its decoder, and how far the quick codes are from the reference's.

``python benchmarks/pdq_fast.py --corpus CORPUS`` (after scripts/judges): processor time on one thread, sides that
alternate; then the distance on every file of the corpus, on a variant of each scene, and on pictures of 12 megapixels.
``--fit`` prints what the two thresholds of ``rempart.kernels.pdq_fast`` were chosen by, on half of the scenes; the
distances are reported on the other half too.
"""

from __future__ import annotations

import argparse
import io
import json
import statistics
import subprocess
import sysconfig
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import simplejpeg
from PIL import Image

from jpeg_variants import variant
from measure import header, table
from rempart.detect import PDQ_FAST_VERSION, fingerprint_task, parse_record
from rempart.hazmat import DecodeLimits
from rempart.hazmat.picture import open_picture
from rempart.kernels import pdq, pdq_fast

SEED = 20_261_122
ROOT = Path(__file__).resolve().parent.parent
JUDGE = ROOT / ".venv-judges" / "bin" / "python"
LIMITS = DecodeLimits()
FAST, WHOLE = {"frames": 1, "orientations": 8, "fast": 1}, {"frames": 1, "orientations": 8}
BLOCK = 20  # neighbours in the corpus are parts of one photograph: halves are made of blocks
LARGE = (4000, 3000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One file, on both paths."""

    kinds: tuple[str, ...]
    quality: int
    first_bits: int
    most_bits: int
    slow: bool


def large(corpus: Path) -> list[bytes]:
    """Return JPEGs of 12 megapixels: cut from the packages' largest pictures, else the corpus's first, enlarged."""
    found = []
    folder = corpus.with_name(corpus.name + "-packages") / "files"
    for path in sorted(folder.rglob("*")) or sorted(corpus.glob("*.jpg"))[:20]:
        if path.suffix.lower() not in {".jpg", ".jpeg", ".png", ".webp"}:
            continue
        picture: Image.Image = Image.open(path)
        if folder in path.parents and (picture.width < LARGE[0] or picture.height < LARGE[1]):
            continue
        picture = picture.convert("RGB")
        scale = max(LARGE[0] / picture.width, LARGE[1] / picture.height)
        size = max(LARGE[0], round(picture.width * scale)), max(LARGE[1], round(picture.height * scale))
        buffer = io.BytesIO()
        picture.resize(size, Image.Resampling.LANCZOS).crop((0, 0, *LARGE)).save(buffer, "JPEG", quality=90)
        found.append(buffer.getvalue())
    return found


def cpu_ms(work: Callable[[bytes], object], files: list[bytes]) -> float:
    """Return the processor time of one file, in milliseconds."""
    before = time.process_time()
    for data in files:
        work(data)
    return (time.process_time() - before) / len(files) * 1e3


def decode_grey(data: bytes) -> object:
    """Decode alone: the least that a fingerprint at 512 lines or more can cost."""
    return simplejpeg.decode_jpeg(data, colorspace="GRAY", min_height=512, min_width=512)


def decode_colours(data: bytes) -> object:
    """Decode what ours decodes."""
    return open_picture(data, LIMITS).shrunk()


def rate(title: str, paths: list[Path], rounds: int) -> None:
    """Measure the five sides in alternating rounds, and print them."""
    files = [path.read_bytes() for path in paths]
    site = sysconfig.get_path("platlib")

    def peer(mode: str) -> float:
        command: list[str | Path] = [JUDGE, ROOT / "benchmarks" / "peer_pdq_jpeg.py", mode, site, *paths]
        done = subprocess.run(command, stdout=subprocess.PIPE, check=True, env={"OMP_NUM_THREADS": "1"})
        return float(json.loads(done.stdout)["cpu_s"]) / len(paths) * 1e3

    sides: dict[str, Callable[[], float]] = {
        "Pillow + pdqhash": lambda: peer("pillow"),
        "simplejpeg, all pixels + pdqhash": lambda: peer("simplejpeg"),
        "simplejpeg, grey, 512 lines + pdqhash": lambda: peer("gray512"),
        "rempart, pdq/1": lambda: cpu_ms(lambda data: fingerprint_task.run(data, LIMITS, WHOLE), files),
        "rempart, pdq-fast/1 and its slow path": lambda: cpu_ms(
            lambda data: fingerprint_task.run(data, LIMITS, FAST), files
        ),
        "decoding alone, colours, as ours": lambda: cpu_ms(decode_colours, files),
        "decoding alone, grey, 512 lines": lambda: cpu_ms(decode_grey, files),
    }
    times: dict[str, list[float]] = {name: [] for name in sides}
    for _ in range(rounds):
        for name, side in sides.items():
            times[name].append(side())
    medians = {name: statistics.median(found) for name, found in times.items()}
    slowest, alone = medians["Pillow + pdqhash"], medians["decoding alone, grey, 512 lines"]
    header(title)
    table(
        ("one thread, codes from bytes", "CPU ms", "pictures/s", "rate against Pillow + pdqhash", "rate of decoding"),
        [
            (n, f"{ms:.2f}", f"{1e3 / ms:.0f}", f"{slowest / ms:.1f} x", f"{alone / ms:.0%}")
            for n, ms in medians.items()
        ],
    )


def measured(data: bytes, kinds: tuple[str, ...]) -> Measured:
    """Compare both paths on one file, in the first code and in the worst of eight."""
    fast = parse_record(fingerprint_task.run(data, LIMITS, FAST)).fingerprints
    whole = parse_record(fingerprint_task.run(data, LIMITS, WHOLE)).fingerprints
    apart = [
        (int.from_bytes(a.bits, "big") ^ int.from_bytes(b.bits, "big")).bit_count()
        for a, b in zip(fast, whole, strict=True)
    ]
    return Measured(
        kinds=kinds,
        quality=whole[0].quality,
        first_bits=apart[0],
        most_bits=max(apart),
        slow=fast[0].version != PDQ_FAST_VERSION,
    )


def half(number: int) -> str:
    """Tell in which half a scene is."""
    return "scenes of the fit" if number // BLOCK % 2 == 0 else "the other scenes"


def files_of(corpus: Path, big: list[bytes]) -> Iterator[tuple[bytes, tuple[str, ...]]]:
    """Yield every file with what it is."""
    distinct = int((corpus / "ORIGIN").read_text().split()[2])
    for number, path in enumerate(sorted(corpus.glob("*.jpg"))):
        data = path.read_bytes()
        is_scene = number < distinct  # the rest are these again, at other qualities
        yield data, ("corpus", *([half(number)] if is_scene else []))
        if is_scene:
            made = variant(Image.open(io.BytesIO(data)).convert("RGB"), SEED + number)
            yield made.data, ("variants", half(number), *made.kinds)
    yield from ((data, ("12 megapixels",)) for data in big)


def conformance(found: list[Measured]) -> None:
    """Print distances: by kind of file, then the histogram."""
    header("Bits between pdq-fast/1 (with its slow path) and pdq/1", SEED)
    rows = []
    for kind in ["all", *dict.fromkeys(k for m in found for k in m.kinds)]:
        files = [m for m in found if kind in ("all", *m.kinds)]
        used, high = [m for m in files if m.quality >= 50], [m for m in files if m.quality >= 80]
        rows.append(
            (
                kind,
                len(files),
                f"{sum(m.slow for m in files) / len(files):.1%}",
                f"{statistics.mean(m.first_bits for m in files):.2f}",
                f"{max(m.first_bits for m in files)}",
                f"{max((m.most_bits for m in used), default=0)}",
                len(high),
                f"{statistics.mean([m.first_bits for m in high] or [0]):.2f}",
                f"{max((m.first_bits for m in high), default=0)}",
                f"{max((m.most_bits for m in high), default=0)}",
            )
        )
    columns = ("", "files", "slow path", "mean", "max", "max, quality >= 50, 8 turns")
    table((*columns, "quality >= 80", "mean", "max", "max, 8 turns"), rows)
    print()
    bins = Counter(min(m.first_bits, 12) // 2 * 2 for m in found if m.quality >= 80)
    names = {k: f"{k}" if k < 12 else "over 10" for k in range(0, 14, 2)}
    table(("bits, quality >= 80", *names.values()), [("files", *(bins[k] for k in names))])


def fit(files: list[tuple[bytes, tuple[str, ...]]]) -> None:
    """Print, for the scenes of the fit, what each reach would leave and what it would cost."""
    header("The predictor, on the scenes of the fit", SEED)
    errors: dict[int, list[float]] = {}
    seen: list[tuple[int, int, list[int]]] = []
    reaches = (0.05, 0.1, 0.15, 0.2, 0.3, 0.4)
    for data, kinds in files:
        picture = open_picture(data, LIMITS)
        shrunk = picture.shrunk() if half(0) in kinds or "12 megapixels" in kinds else None
        if shrunk is None:
            continue
        rows = shrunk.samples.reshape(shrunk.samples.shape[0], -1)
        size = shrunk.height, shrunk.width, shrunk.shrink, 1
        codes, quality, terms = pdq.codes_of_reduced(pdq_fast._reduce_shrunk(rows, shrunk.samples.shape[2], *size))
        expected, _, exact = pdq.codes_of_reduced(pdq._reduce(picture.frame(0)))
        errors.setdefault(shrunk.shrink, []).append(float((terms - exact).std()))
        if shrunk.shrink > 1 and quality >= pdq_fast.QUALITY_CHECKED:
            bits = int(np.unpackbits(codes ^ expected, axis=1).sum(axis=1).max())
            seen.append((bits, quality, [int(pdq_fast._doubtful(terms, np.float32(r))) for r in reaches]))
    deviations = [(s, len(e), f"{np.median(e):.3f}", f"{max(e):.3f}") for s, e in sorted(errors.items())]
    table(("shrunk", "files", "error of a term, median deviation", "largest"), deviations)
    print()
    rows_: list[tuple[float | str, ...]] = []
    for k, reach in enumerate(reaches):
        left = [bits for bits, _, counts in seen if counts[k] <= pdq_fast.CONFORMANCE_BITS]
        rows_.append((reach, f"{1 - len(left) / len(seen):.1%}", max(left), f"{statistics.mean(left):.2f}"))
    rows_.append(("none", "0.0%", max(b for b, _, _ in seen), f"{statistics.mean(b for b, _, _ in seen):.2f}"))
    table(("reach", "slow path", "most bits left, 8 turns", "mean"), rows_)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--timed", type=int, default=100, help="files of the corpus that are timed")
    parser.add_argument("--fit", action="store_true")
    options = parser.parse_args()
    fingerprint_task.warm()
    big = large(options.corpus)
    paths = sorted(options.corpus.glob("*.jpg"))
    rate(
        f"Codes of JPEGs of 1920 x 1080 ({options.timed} of the corpus)",
        paths[:: len(paths) // options.timed],
        options.rounds,
    )
    kept = options.corpus.with_name(options.corpus.name + "-12mp")
    kept.mkdir(exist_ok=True)
    for number, data in enumerate(big):
        (kept / f"{number:02d}.jpg").write_bytes(data)
    rate(f"Codes of JPEGs of {LARGE[0]} x {LARGE[1]} ({len(big)})", sorted(kept.glob("*.jpg")), options.rounds)
    files = list(files_of(options.corpus, big))
    conformance([measured(data, kinds) for data, kinds in files])
    if options.fit:
        fit(files)


if __name__ == "__main__":
    main()
