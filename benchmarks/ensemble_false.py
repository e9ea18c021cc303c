"""How often the ensemble is wrong: 1,000 suspects without a copy against 10,000 assets, and by pairs of scenes.

``python benchmarks/ensemble_false.py --scenes FOLDER --distractors FILE.npz --rows FILE.jsonl [--suspects 1000]``: half
of the scenes that judge are registered, with distractors up to 10,000; what became of the other half is looked for. A
pair of scenes counts once, however many of its suspects matched; distractors are not independent and have columns of
their own. ``--report`` prints what was measured so far.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

import distractors
import transforms
from ensemble_lab import PROTECTIONS, SUSPECT_OPTIONS, Lab, asset_of, fingerprinted, seen_as, suspect_of, written
from measure import header, table
from rempart.model import AssetId
from scenes import GROUPS, load_scenes

SEED: Final = 20_261_123
ASSETS: Final = 10_000
CONFIDENCE: Final = 0.95
SHARED: Final = frozenset({"drawing-7879ea4d1acd", "drawing-7b992ad9ced4", "drawing-112c5b7481bc"})
"""Wallpapers of which another edition is in the split that distractors are cut from: looked at, and rightly matched."""


def upper_bound(hits: int, trials: int, confidence: float = CONFIDENCE) -> float:
    """Return Clopper and Pearson's upper bound on a probability, by bisection of the binomial's lower tail."""
    low, high = hits / trials, 1.0
    for _ in range(100):
        middle = (low + high) / 2
        tail = sum(
            math.exp(
                math.lgamma(trials + 1) - math.lgamma(k + 1) - math.lgamma(trials - k + 1)
                + k * math.log(middle) + (trials - k) * math.log1p(-middle)
            )
            for k in range(hits + 1)
        )  # fmt: skip
        low, high = (middle, high) if tail > 1 - confidence else (low, middle)
    return high


class Pictures(dict[str, bytes]):
    """Files of assets; those of distractors are made when they are asked for."""

    def __init__(self, cut_from: Sequence[Path]) -> None:
        """Say what distractors are cut from."""
        super().__init__()
        self._cut_from = cut_from

    def __missing__(self, name: str) -> bytes:
        """Make a distractor."""
        self[name] = distractors.bytes_of(int(name.removeprefix("d")), self._cut_from)
        return self[name]


def split(folder: Path) -> tuple[list[Path], list[Path]]:
    """Return the scenes that are registered and those that are looked for: halves of each group that judges."""
    halves: tuple[list[Path], list[Path]] = ([], [])
    for group in GROUPS:
        paths = [s.path for s in load_scenes(folder, "judge", group)]
        random.Random(SEED).shuffle(paths)
        for k, path in enumerate(paths):
            halves[k % 2].append(path)
    return halves


def banks(registered: Sequence[Path], kept: Path, cut_from: Sequence[Path]) -> dict[str, Lab]:
    """Register scenes and distractors under every protection."""
    made = {protection: Lab(protection) for protection in PROTECTIONS}
    pictures = Pictures(cut_from)
    for lab in made.values():
        lab.pictures = pictures
    for path in registered:
        data, media = asset_of(path)
        for lab in made.values():
            lab.add(path.stem, data, media)
    for number, media in enumerate(distractors.load(kept)[: ASSETS - len(registered)]):
        for protection, lab in made.items():
            lab.media[f"d{number}"] = seen_as(media, protection)
            lab.ensemble.add(AssetId(f"d{number}"), lab.media[f"d{number}"])
    return made


def measure(options: argparse.Namespace) -> None:
    """Write the rows that are not written yet."""
    registered, asked = split(options.scenes)
    labs = banks(registered, options.distractors, distractors.sources(options.scenes))
    rng = random.Random(SEED)
    plan = [(asked[n % len(asked)], rng.choice(list(transforms.TRANSFORMS)), n) for n in range(options.suspects)]
    done = len(written(options.rows))
    with options.rows.open("a", encoding="utf-8") as out:
        for path, name, number in plan[done:]:
            data = suspect_of(path, name, number, None)
            start = time.process_time()
            media = fingerprinted(data, SUSPECT_OPTIONS["all"])
            row: dict[str, Any] = {"scene": path.stem, "transform": name, "registered": len(registered)}
            row["fingerprint_ms"] = 1e3 * (time.process_time() - start)
            for protection, lab in labs.items():
                answer = lab.look(data, media)
                found = [(str(m.asset), m.clues[0].kind.value, m.clues[0].distance_bits) for m in answer.found.matches]
                things = [str(m.asset) for m in answer.found.same_things]
                ms = [1e3 * s for s in answer.seconds]
                row[protection] = {"false": found, "things": things, "doubts": len(answer.first.doubts), "ms": ms}
            row["abstained"] = answer.found.abstained
            out.write(json.dumps(row) + "\n")
            out.flush()


def _is_false(row: Mapping[str, Any], name: str) -> bool:
    return not (row["scene"] in SHARED and name.startswith("d"))


def report(rows: Sequence[Mapping[str, Any]]) -> None:
    """Print false matches, and the bounds that they support."""
    scenes = len({row["scene"] for row in rows})
    pairs = scenes * rows[0]["registered"]
    header(f"False matches: {len(rows)} suspects of {scenes} scenes without a copy, against {ASSETS:,} assets", SEED)
    lines = []
    for protection in PROTECTIONS:
        false = [(r["scene"], name) for r in rows for name, _, _ in r[protection]["false"] if _is_false(r, name)]
        apart = {pair for pair in false if not pair[1].startswith("d")}
        made = {pair for pair in false if pair[1].startswith("d")}
        bound = upper_bound(len(apart), pairs)
        lines.append(
            (
                protection,
                f"{len(apart)} of {pairs:,}",
                f"{bound:.1e}",
                f"{len(made)} of {scenes * (ASSETS - rows[0]['registered']):,}",
                f"{sum(any(_is_false(r, f[0]) for f in r[protection]['false']) for r in rows)} of {len(rows)}",
                f"{1000 * ASSETS * bound:.0f}",
                sum(len(r[protection]["things"]) for r in rows),
                f"{np.mean([r[protection]['doubts'] for r in rows]):.2f}",
            )
        )
        for row in rows:
            for name, kind, bits in row[protection]["false"]:
                print(f"{protection}: {row['scene']} {row['transform']} -> {name} {kind} {bits}")
    columns = ("protection", "independent pairs", "bound (95 %)", "distractor pairs", "suspects with a false match")
    table((*columns, "at most, extrapolated", "same things", "looked at, a suspect"), lines)
    print(f"\n{sum(r['abstained'] for r in rows)} suspects were too plain to be compared.")


def main() -> None:
    """Measure, or print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--scenes", type=Path, required=True)
    parser.add_argument("--distractors", type=Path, required=True, help="as benchmarks/distractors.py writes them")
    parser.add_argument("--rows", type=Path, required=True)
    parser.add_argument("--suspects", type=int, default=1_000)
    parser.add_argument("--report", action="store_true")
    options = parser.parse_args()
    if not options.report:
        measure(options)
    report(written(options.rows))


if __name__ == "__main__":
    main()
