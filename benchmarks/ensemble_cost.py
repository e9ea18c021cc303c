"""What a suspect of 1920 x 1080 costs, decoding and all, against 10,000 assets and more, in processor time.

``python benchmarks/ensemble_cost.py --scenes FOLDER --distractors FILE.npz [--assets 10000 100000] [--suspects 40]``:
scenes that judge, cropped to 16:9 and brought to that size, are looked for; no asset is a copy of one. Assets beyond
the distractors' number are the same ones with a random mask over their codes: as skewed among themselves, and like no
other.
"""

from __future__ import annotations

import argparse
import random
import resource
import time
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np
from PIL import Image, ImageOps

import distractors
from ensemble_false import Pictures
from ensemble_lab import PROTECTIONS, SUSPECT_OPTIONS, Lab, encoded, fingerprinted, seen_as
from measure import header, table
from rempart.model import AssetId, FingerprintedMedia
from scenes import load_scenes

SEED: Final = 20_261_124
SIZE: Final = (1920, 1080)
QUALITY: Final = 85
WARM: Final = 2


def masked(media: FingerprintedMedia, mask: bytes) -> FingerprintedMedia:
    """Return the same fingerprints with every code under a mask of 32 bytes."""

    def under(codes: bytes) -> bytes:
        rows = np.frombuffer(codes, np.uint8).reshape(-1, 32) ^ np.frombuffer(mask, np.uint8)
        return rows.tobytes()

    return replace(
        media,
        sha256=mask.hex(),
        fingerprints=tuple(replace(f, bits=under(f.bits)) for f in media.fingerprints),
        places=tuple(replace(p, codes=under(p.codes)) for p in media.places),
    )


def bank(protection: str, kept: list[FingerprintedMedia], cut_from: list[Path], count: int) -> Lab:
    """Register ``count`` assets under a protection."""
    lab = Lab(protection)
    lab.pictures = Pictures(cut_from)
    masks = random.Random(SEED)
    for number in range(count):
        original = kept[number % len(kept)]
        media = original if number < len(kept) else masked(original, masks.randbytes(32))
        seen = seen_as(media, protection)
        lab.ensemble.add(AssetId(f"d{number}"), seen)
        if number < len(kept):
            lab.media[f"d{number}"] = seen
    return lab


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--scenes", type=Path, required=True)
    parser.add_argument("--distractors", type=Path, required=True)
    parser.add_argument("--assets", type=int, nargs="+", default=[10_000])
    parser.add_argument("--suspects", type=int, default=40)
    parser.add_argument("--protections", nargs="+", default=list(PROTECTIONS))
    options = parser.parse_args()
    paths = [s.path for s in load_scenes(options.scenes, "judge")]
    random.Random(SEED).shuffle(paths)
    pictures = (ImageOps.fit(Image.open(p).convert("RGB"), SIZE) for p in paths[: options.suspects + WARM])
    suspects = [encoded(picture, QUALITY) for picture in pictures]
    kept, cut_from = distractors.load(options.distractors), distractors.sources(options.scenes)
    header(f"Processor time of a 1080p suspect, {options.suspects} scenes without a copy", SEED)
    rows = []
    for protection in options.protections:
        media = []
        for number, data in enumerate(suspects):
            if number == WARM:
                start = time.process_time()
            media.append(fingerprinted(data, SUSPECT_OPTIONS[protection]))
        fingerprint_ms = 1e3 * (time.process_time() - start) / options.suspects
        for count in options.assets:
            lab = bank(protection, kept, cut_from, count)
            lab.look(suspects[0], media[0])  # builds the index
            answers = [lab.look(*one) for one in zip(suspects[WARM:], media[WARM:], strict=True)]
            compare_ms, verify_ms = (1e3 * sum(a.seconds[k] for a in answers) / len(answers) for k in (0, 1))
            looked = sum(bool(a.first.doubts) for a in answers)
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
            total = fingerprint_ms + compare_ms + verify_ms
            numbers = [f"{ms:.1f}" for ms in (fingerprint_ms, compare_ms, verify_ms, total)]
            rows.append([protection, f"{count:,}", *numbers, f"{looked} of {len(answers)}", peak])
    table(
        ["protection", "assets", "decode and fingerprint, ms", "compare, ms", "verify, ms", "sum", "looked at", "MiB"],
        rows,
    )


if __name__ == "__main__":
    main()
