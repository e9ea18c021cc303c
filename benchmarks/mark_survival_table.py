"""Print what the rows of ``mark_survival.py`` say: who is found, who is not, and how much of the mark is to be seen."""

from __future__ import annotations

import json
import math
from pathlib import Path
from statistics import median
from typing import Any, Final

from measure import header, table

_Rows = list[dict[str, Any]]
_TITLES: Final = {
    "usual": "Traced through 25 usual attacks",
    "own": "Traced through leaks of our own",
    "innocent": "Nothing to find",
    "together": "Copies put together, then JPEG 60",
    "sets": "Twenty thumbnails of a set",
}
_TAIL: Final = (3, 4, 5)


def print_tables(folder: Path, seed: int) -> None:
    """Print every part that has rows, and what innocent recipients scored in all of them."""
    every: _Rows = []
    for what, title in _TITLES.items():
        path = folder / f"{what}.jsonl"
        if path.exists():
            rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
            every += rows
            header(title, seed)
            _part([row for row in rows if row["leak"]])
            print_copies([row for row in rows if not row["leak"]])
    fresh = folder / "fresh.jsonl"
    if fresh.exists():
        every += [json.loads(line) for line in fresh.read_text(encoding="utf-8").splitlines()]
    _print_tail([row for row in every if row["tests"]])


def _part(rows: _Rows) -> None:
    """Print a line for each leak, and one for all."""
    lines = [
        _line(name, [row for row in rows if row["leak"] == name]) for name in dict.fromkeys(r["leak"] for r in rows)
    ]
    columns = (
        "leak",
        "traces",
        "all found",
        "copies found",
        "innocents accused",
        "z, least",
        "z, median",
        "trace, CPU s",
    )
    table(columns, [*lines, _line("all", rows)])
    missed = [f"{r['picture']} ({r['leak']}: {r['verdict']})" for r in rows if r["right"] < min(r["guilty"], 8)]
    if missed:
        print(f"\nFewer than all, or than 8, found: {', '.join(missed)}.")


def _line(name: str, rows: _Rows) -> tuple[object, ...]:
    guilty, right = sum(row["guilty"] for row in rows), sum(row["right"] for row in rows)
    each = sorted({row["right"] for row in rows})
    copies = f"{right} of {guilty}" + (
        f", {each[0]} to {each[-1]} each" if guilty > len(rows) and len(each) > 1 else ""
    )
    whole = sum(row["guilty"] == row["right"] for row in rows) if guilty else sum(not row["wrong"] for row in rows)
    scores = [row["z"] for row in rows]
    return (
        name,
        len(rows),
        f"{whole} ({100 * whole / len(rows):.1f} %)" if guilty else "",
        copies if guilty else "",
        sum(row["wrong"] for row in rows),
        f"{min(scores):.1f}",
        f"{median(scores):.1f}",
        f"{median(row['seconds'] for row in rows):.2f}",
    )


def print_copies(rows: _Rows) -> None:
    """Say what copies cost the pictures and the processor."""
    if not rows:
        return
    figures = list({row["picture"]: row["figures"] for row in rows}.values())
    smooth = sum(f["flat"] > 0.5 for f in figures)
    least = {name: min(f[name] for f in figures) for name in ("mp", "ssim", "psnr_db")}
    usual = {name: median(f[name] for f in figures) for name in ("ssim", "psnr_db", "s_per_mp")}
    print(
        f"\n{len(figures)} photographs of {least['mp']:.1f} to {max(f['mp'] for f in figures):.1f} MP, {smooth} of them"
        f" smooth (most blocks of 8 x 8 spread by less than 3 grey levels): SSIM {least['ssim']:.4f} or more, PSNR"
        f" {least['psnr_db']:.2f} dB or more, medians {usual['ssim']:.4f} and {usual['psnr_db']:.2f} dB; the first copy"
        f" {usual['s_per_mp']:.2f} CPU s a megapixel (median)."
    )


def _print_tail(rows: _Rows) -> None:
    """Print how often innocent recipients scored high, against Hoeffding's bound and a normal deviate."""
    tests = sum(row["tests"] for row in rows)
    if not tests:
        return
    header(f"Innocent recipients: {tests:,} tests, {len(rows)} code books on symbols of real leaks")
    lines = []
    for place, z in enumerate(_TAIL):
        seen = sum(row["tail"][place] for row in rows)
        normal = 0.5 * math.erfc(z / math.sqrt(2))
        lines.append((z, seen, f"{seen / tests:.2e}", f"{normal:.2e}", f"{math.exp(-z * z / 2):.2e}"))
    table(("z", "innocents at or over it", "rate", "normal deviate", "bound, exp(-z²/2)"), lines)
    accused, highest = sum(row["wrong"] for row in rows), max(row["highest"] for row in rows)
    print(f"\nAccused: {accused}. The highest score of an innocent recipient is {highest:.2f}; 7.12 is asked.")
