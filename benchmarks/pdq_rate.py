"""The PDQ kernel against the reference, on the same decoded pictures; and a proof by exhaustion.

``python benchmarks/pdq_rate.py CORPUS`` (after scripts/judges): milliseconds of processor time per picture.
``python benchmarks/pdq_rate.py --exhaustive``: all 2^24 colours give the luma that ``pdqhash`` computes.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import time
from pathlib import Path

import numpy as np
from PIL import Image

from measure import header, table
from rempart.kernels import pdq

ROOT = Path(__file__).resolve().parent.parent
JUDGE = ROOT / ".venv-judges" / "bin" / "python"


def exhaustive() -> None:
    """Compare the luma of every colour with float64 arithmetic rounded to float32."""
    green, blue = np.mgrid[0:256, 0:256].astype(np.uint8)
    wrong = 0
    rows = np.empty((256, 256), np.float32)
    for red in range(256):
        picture = np.stack([np.full_like(green, red), green, blue], axis=2)
        expected = (picture[..., 0] * 0.299 + picture[..., 1] * 0.587 + picture[..., 2] * 0.114).astype(np.float32)
        pdq._luma_rows(np.ascontiguousarray(picture).reshape(256, -1), 0, 256, rows)
        wrong += int((rows != expected).sum())
    header("Luma of all 16,777,216 colours")
    print(f"{wrong} differ")


def rate(corpus: Path) -> None:
    """Measure both on the corpus."""
    paths = sorted(corpus.glob("*.jpg"))[:100]
    pdq.warm()
    spent = 0.0
    for path in paths:
        picture = np.asarray(Image.open(path).convert("RGB"))
        before = time.process_time()
        pdq.pdq_dihedral(picture)
        spent += time.process_time() - before
    rows = [("rempart, eight orientations", spent / len(paths) * 1e3)]
    for mode in ("plain", "dihedral"):
        command: list[str | Path] = [
            ROOT / ".venv-judges" / "bin" / "python",
            ROOT / "benchmarks" / "peer_pdq.py",
            mode,
            *paths,
        ]
        told = json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)
        rows.append((f"pdqhash 0.2.8, {mode}", told["hashing_s"] / len(paths) * 1e3))
    header(f"PDQ without decoding, {len(paths)} pictures of 1920 x 1080")
    table(("", "CPU ms", "against ours"), [(n, f"{ms:.2f}", f"{ms / rows[0][1]:.1f} x") for n, ms in rows])


def main() -> None:
    """Choose."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("corpus", type=Path, nargs="?")
    parser.add_argument("--exhaustive", action="store_true")
    options = parser.parse_args()
    if options.exhaustive:
        exhaustive()
    if options.corpus:
        rate(options.corpus)


if __name__ == "__main__":
    main()
