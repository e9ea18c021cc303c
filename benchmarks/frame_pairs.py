"""How close whole-frame codes of independent scenes come: every pair of photographs and textures, in every orientation.

``python benchmarks/frame_pairs.py --scenes FOLDER``. Both splits are taken, since the radius is PDQ's own and was not
set on them. One scene's code is compared with the other's sixteen: turned, mirrored and inverted.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Final

import numpy as np

from ensemble_false import upper_bound
from ensemble_lab import opened
from measure import header, table
from rempart.detect import QUALITY_MIN, RADIUS_BITS
from rempart.kernels.pdq import pdq_dihedral
from scenes import load_scenes

STEPS: Final = (16, 24, RADIUS_BITS, 40, 48, 64)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--scenes", type=Path, required=True)
    options = parser.parse_args()
    found = [
        (scene.name, *pdq_dihedral(np.array(opened(scene.path))))
        for group in ("photo", "texture")
        for split in ("tune", "judge")
        for scene in load_scenes(options.scenes, split, group)
    ]
    names = [name for name, _, quality in found if quality >= QUALITY_MIN]
    codes = np.stack([bits for _, bits, quality in found if quality >= QUALITY_MIN])
    closest: list[tuple[int, str, str]] = []
    for k in range(1, len(codes)):
        apart = np.bitwise_count(codes[:k] ^ codes[k, 0]).sum(axis=2, dtype=np.int64)
        apart = np.minimum(apart.min(axis=1), (256 - apart).min(axis=1))
        closest += [(int(bits), names[j], names[k]) for j, bits in enumerate(apart)]
    header(f"Whole-frame codes of {len(codes)} independent scenes ({len(found) - len(codes)} too plain)")
    pairs = len(closest)
    rows = []
    for step in STEPS:
        hits = sum(bits <= step for bits, _, _ in closest)
        rows.append((step, f"{hits} of {pairs:,}", f"{upper_bound(hits, pairs):.1e}"))
    table(("bits at most", "pairs", "bound (95 %)"), rows)
    print("\nThe closest:", *sorted(closest)[:5])


if __name__ == "__main__":
    main()
