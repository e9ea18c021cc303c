"""What whole-frame comparison finds of photographs that leaked: the demonstration's treatments, on real pictures.

``python benchmarks/recall.py CORPUS [--scenes 150]``: scenes are taken from the corpus so that no two are alike (over
90 bits apart in every orientation, since wallpapers come in several sizes) and each has enough detail; how many were
left out is printed. Each is treated, fingerprinted, and looked for among all of them.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np
from PIL import Image

from measure import header, table

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "demo"))

from leaks import TREATMENTS, encoded
from rempart.detect import Ensemble, fingerprint_task, parse_record
from rempart.hazmat import DecodeLimits
from rempart.kernels.pdq import pdq_dihedral
from rempart.model import AssetId, FingerprintedMedia, SuspectId

ALIKE_BITS = 90
QUALITY_MIN = 50


def fingerprinted(data: bytes) -> FingerprintedMedia:
    """Fingerprint an encoded picture in all orientations."""
    record = fingerprint_task.run(data, DecodeLimits(), {"frames": 1, "orientations": 8})
    return parse_record(record)


def distinct(paths: list[Path], count: int) -> tuple[list[Path], int, int]:
    """Return scenes no two of which are alike, and how many were left out as plain and as alike."""
    kept: list[Path] = []
    codes: list[np.ndarray[tuple[int, ...], np.dtype[np.uint8]]] = []
    plain = alike = 0
    for path in paths:
        found, quality = pdq_dihedral(np.array(Image.open(path).convert("RGB")))
        if quality < QUALITY_MIN:
            plain += 1
        elif any(np.bitwise_count(found ^ code).sum(axis=1).min() <= ALIKE_BITS for code in codes):
            alike += 1
        else:
            kept.append(path)
            codes.append(found[0])
        if len(kept) == count:
            break
    return kept, plain, alike


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--scenes", type=int, default=150)
    options = parser.parse_args()
    scenes, plain, alike = distinct(sorted(options.corpus.glob("*.jpg")), options.scenes)
    bank = Ensemble()
    for path in scenes:
        bank.add(AssetId(path.name), fingerprinted(encoded(Image.open(path).convert("RGB"), quality=92)))
    rows = []
    for treatment in TREATMENTS:
        hits = false = 0
        worst = 0
        for path in scenes:
            suspect = fingerprinted(treatment.apply(Image.open(path).convert("RGB")))
            matches = bank.compare(SuspectId(path.name), suspect).matches
            mine = [m for m in matches if m.asset == path.name]
            hits += bool(mine)
            false += len(matches) - len(mine)
            worst = max([worst, *(c.distance_bits for m in mine for c in m.clues)])
        rows.append((treatment.name, f"{hits} of {len(scenes)}", f"{100 * hits / len(scenes):.1f} %", false, worst))
    header(f"Found by whole frames: {len(scenes)} photographs ({plain} left out as too plain, {alike} as alike)")
    table(("done to the copy", "found", "", "false matches", "largest distance, bits"), rows)


if __name__ == "__main__":
    main()
