"""What the ensemble finds of every transform, under every protection, beside PDQ and beside ORB with RANSAC.

``python benchmarks/ensemble_recall.py --scenes FOLDER --rows FILE.jsonl [--queries 160] [--own-queries 40]`` takes the
largest photographs of the split that judges (``benchmarks/scenes.py``), registers them, and looks for what became of
them. Each line of the file is one suspect, so a run that was stopped goes on where it was; ``--part 1/2`` and
``--part 2/2`` share the work between two processes; ``--report`` prints the table.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final, TypedDict

import numpy as np
from PIL import Image

from ensemble_lab import PROTECTIONS, SUSPECT_OPTIONS, Lab, fingerprinted, labs, largest, suspect_of, written
from measure import header, table
from orb_peer import OrbPeer
from rempart.detect import RADIUS_BITS
from scenes import load_scenes
from transforms import PUBLIC_NAMES, TRANSFORMS

SEED: Final = 20_261_122
LARGE_PX: Final = 800


class Row(TypedDict, total=False):
    """One suspect."""

    transform: str
    scene: str
    large: bool
    pdq_bits: int
    found: dict[str, bool]
    false: dict[str, list[str]]
    abstained: bool
    orb: bool
    fingerprint_ms: float
    ms: dict[str, list[float]]


def asked(paths: Sequence[Path], queries: int, own_queries: int) -> Iterable[tuple[str, int]]:
    """Yield which scenes, as places in ``paths``, are looked for after which transform: one of each in turn."""
    orders = {name: random.Random(f"{SEED}/{name}").sample(range(len(paths)), len(paths)) for name in TRANSFORMS}
    for turn in range(min(max(queries, own_queries), len(paths))):
        for name, order in orders.items():
            if turn < (queries if name in PUBLIC_NAMES else own_queries):
                yield name, order[turn]


def pdq_bits(lab: Lab, data: bytes, scene: str) -> int:
    """Return how far the whole frame's code is from the original's, in the best of eight orientations."""
    media = fingerprinted(data, {"frames": 1, "orientations": 8})
    original = np.frombuffer(lab.media[scene].fingerprints[0].bits, np.uint8)
    codes = [np.frombuffer(f.bits, np.uint8) for f in media.fingerprints]
    return min((int(np.bitwise_count(code ^ original).sum()) for code in codes), default=256)


def looked_for(banks: dict[str, Lab], path: Path, transform: str, data: bytes) -> Row:
    """Look for one suspect under every protection."""
    start = time.process_time()
    media = fingerprinted(data, SUSPECT_OPTIONS["all"])
    row = Row(transform=transform, scene=path.stem, fingerprint_ms=1e3 * (time.process_time() - start))
    row["found"], row["false"], row["ms"] = {}, {}, {}
    for protection, lab in banks.items():
        answer = lab.look(data, media)
        names = [str(m.asset) for m in answer.found.matches]
        row["found"][protection] = path.stem in names
        row["false"][protection] = [n for n in names if n != path.stem]
        row["ms"][protection] = [round(1e3 * s, 2) for s in answer.seconds]
        row["abstained"] = answer.found.abstained
    row["pdq_bits"] = pdq_bits(banks["hash_only"], data, path.stem)
    return row


def measure(options: argparse.Namespace, paths: Sequence[Path]) -> None:
    """Write the rows that are not written yet."""
    done = {(row["transform"], row["scene"]) for row in written(options.rows)}
    part, parts = (int(n) for n in options.part.split("/"))
    banks = labs(paths)
    peer = OrbPeer([banks["vault"].pictures[p.stem] for p in paths]) if options.peer_queries else None
    peers: dict[str, int] = {}
    with options.rows.open("a", encoding="utf-8") as out:
        for number, (name, k) in enumerate(asked(paths, options.queries, options.own_queries)):
            peers[name] = peers.get(name, 0) + 1
            if number % parts != part - 1 or (name, paths[k].stem) in done:
                continue
            data = suspect_of(paths[k], name, k, options.cache)
            row = looked_for(banks, paths[k], name, data)
            row["large"] = max(Image.open(paths[k]).size) >= LARGE_PX
            if peer is not None and peers[name] <= options.peer_queries:
                row["orb"] = peer.find(data) == k
            out.write(json.dumps(row) + "\n")
            out.flush()


def _share(values: Sequence[bool]) -> str:
    return f"{100 * sum(values) / len(values):.1f}" if values else ""


def report(rows: list[Row]) -> None:
    """Print recall by transform, and its mean and minimum."""
    columns = ("PDQ <= 31", "ORB + RANSAC", *PROTECTIONS)
    by_name: dict[str, list[list[bool]]] = {}
    for name in TRANSFORMS:
        mine = [row for row in rows if row["transform"] == name]
        if mine:
            pdq = [row["pdq_bits"] <= RADIUS_BITS for row in mine]
            by_name[name] = [pdq, [r["orb"] for r in mine if "orb" in r]]
            by_name[name] += [[r["found"][protection] for r in mine] for protection in PROTECTIONS]
    scenes = {row["scene"] for row in rows}
    header(f"Found by the ensemble: {len(rows)} copies of {len(scenes)} scenes that set no threshold", SEED)
    lines = [(name, len(found[0]), *(_share(f) for f in found)) for name, found in by_name.items()]
    for title, names in (("35 public", PUBLIC_NAMES), ("all", tuple(TRANSFORMS))):
        chosen = [by_name[n] for n in names if n in by_name]
        for word, of in (("mean", np.mean), ("least", np.min)):
            cells = [
                f"{100 * of([float(np.mean(f[k])) for f in chosen if f[k]] or [0.0]):.1f}" for k in range(len(columns))
            ]
            lines.append((f"**{word} of {title}**", sum(len(f[0]) for f in chosen), *cells))
    table(("transform", "copies", *(f"{c}, %" for c in columns)), lines)
    for word, large in ((f"at least {LARGE_PX} px", True), ("smaller", False)):
        mine = [r for r in rows if r["large"] is large]
        shares = ", ".join(f"{p} {_share([r['found'][p] for r in mine])} %" for p in PROTECTIONS)
        print(f"\nScenes {word} ({len({r['scene'] for r in mine})}): {shares}.")
    for protection in PROTECTIONS:
        false = [(r["scene"], r["transform"], n) for r in rows for n in r["false"][protection]]
        pairs = {tuple(sorted((scene, name))) for scene, _, name in false}
        print(f"{protection}: {len(false)} false matches on {len(pairs)} pairs of scenes {false[:5]}.")


def main() -> None:
    """Measure, or print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--scenes", type=Path, required=True)
    parser.add_argument("--rows", type=Path, required=True)
    parser.add_argument("--split", choices=("tune", "judge"), default="judge")
    parser.add_argument("--count", type=int, default=160)
    parser.add_argument("--queries", type=int, default=160, help="for each of the 35 public transforms")
    parser.add_argument("--own-queries", type=int, default=40, help="for each of the others")
    parser.add_argument("--peer-queries", type=int, default=5, help="of them, for ORB + RANSAC")
    parser.add_argument("--cache", type=Path, help="where to keep the suspects")
    parser.add_argument("--part", default="1/1")
    parser.add_argument("--report", action="store_true")
    options = parser.parse_args()
    if not options.report:
        measure(options, largest([s.path for s in load_scenes(options.scenes, options.split)], options.count))
    report([Row(**row) for row in written(options.rows)])  # type: ignore[typeddict-item]  # written by us


if __name__ == "__main__":
    main()
