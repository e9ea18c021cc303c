"""What frame finding recovers: the share of reposts in which some proposed frame has the original's code.

``python benchmarks/frame_finding.py --scenes FOLDER [--count 40] [--only NAME ...]``: the folder holds photographs,
one of each scene. Prints, for each composition, the share found within 31 bits by the whole frame, by proposed frames
and by whole rotations, which rank found it, how many were proposed, and the CPU time of proposing and fingerprinting.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from compositions import CROPPED, GIVEN, OWN, composed
from measure import header, table
from rempart.detect import frame_codes, frames
from rempart.kernels.pdq import pdq_dihedral

RADIUS_BITS = 31
U8 = npt.NDArray[np.uint8]


@dataclass(slots=True)
class Tally:
    """What one composition gave."""

    found: int = 0
    whole: int = 0
    turned: int = 0
    proposed: int = 0
    scenes: int = 0
    ranks: list[int] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)
    propose_s: float = 0.0
    codes_s: float = 0.0


def distances(codes: U8, original: U8) -> npt.NDArray[np.int64]:
    """Return, for each frame, the smallest distance of its eight codes to the original's."""
    off: npt.NDArray[np.int64] = np.bitwise_count(codes ^ original).sum(axis=-1, dtype=np.int64).min(axis=-1)
    return off


def looked_for(suspect: Image.Image, original: U8, name: str, tally: Tally) -> None:
    """Look for one original in one suspect."""
    luma = np.array(suspect.convert("L"))
    start = time.process_time()
    proposed = frames.propose_frames(luma)
    middle = time.process_time()
    codes, _ = frame_codes.codes_of_frames(luma, proposed.corners)
    tally.codes_s += time.process_time() - middle
    tally.propose_s += middle - start
    tally.scenes += 1
    tally.proposed += len(codes)
    tally.whole += bool(distances(pdq_dihedral(np.array(suspect))[0], original).min() <= RADIUS_BITS)
    tally.turned += bool(distances(frame_codes.rotations(luma)[0], original).min() <= RADIUS_BITS)
    off = distances(codes, original) if len(codes) else np.full(1, 256)
    if off.min() <= RADIUS_BITS:
        tally.found += 1
        tally.ranks.append(int(np.argmax(off <= RADIUS_BITS)))
    else:
        tally.missed.append(f"{name}:{off.min()}")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--scenes", type=Path, required=True)
    parser.add_argument("--count", type=int, default=40)
    parser.add_argument("--only", nargs="*", default=[])
    parser.add_argument("--missed", action="store_true", help="name the scenes that were missed, and by how much")
    options = parser.parse_args()
    paths = sorted(p for p in options.scenes.rglob("*") if p.suffix.lower() in {".jpg", ".jpeg", ".png"})
    paths = paths[:: max(1, len(paths) // options.count)][: options.count]
    names = [n for n in ["plain", *GIVEN, *OWN, *CROPPED] if not options.only or n in options.only]
    tallies = {name: Tally() for name in names}
    frames.warm()
    frame_codes.warm()
    for seed, path in enumerate(paths):
        picture = Image.open(path).convert("RGB")
        original = pdq_dihedral(np.array(picture))[0][0]
        for name, tally in tallies.items():
            suspect = picture if name == "plain" else composed(name, picture, seed)
            looked_for(suspect, original, path.stem, tally)
    header(f"Frames found within {RADIUS_BITS} bits, {len(paths)} photographs")
    rows = []
    for name, t in tallies.items():
        row: list[object] = [name, f"{100 * t.whole / t.scenes:.0f}", f"{100 * t.found / t.scenes:.1f}"]
        row += [f"{100 * t.turned / t.scenes:.0f}", max(t.ranks, default=-1) + 1, f"{t.proposed / t.scenes:.1f}"]
        row += [f"{1000 * t.propose_s / t.scenes:.1f}", f"{1000 * t.codes_s / t.scenes:.1f}"]
        rows.append([*row, " ".join(t.missed)] if options.missed else row)
    table(
        ("composition", "whole, %", "frames, %", "rotations, %", "last rank", "proposed", "propose, ms", "codes, ms"),
        rows,
    )


if __name__ == "__main__":
    main()
