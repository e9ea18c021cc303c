"""Score innocent recipients on what was read in real leaks: many more code books than ``mark_survival.py`` has leaks.

``python benchmarks/mark_innocents.py --symbols FOLDER --rows FOLDER [--tests 1e8]`` takes the symbols that
``mark_survival.py --symbols`` kept (of attacked copies, of copies put together, of pictures without a mark) and scores
them against fresh code books until there are so many tests, with those of the rows that are there. A run that was cut
goes on; ``mark_survival.py table`` prints all.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from pathlib import Path
from typing import Any, Final

import numpy as np

from mark_survival import SEED, TAIL
from rempart.attribute import Codebook
from rempart.attribute.tracing import FALSE_ACCUSATION_MOST
from rempart.kernels.traitor_codes import threshold

RECIPIENTS: Final = 100_000
FRESH: Final = "fresh.jsonl"


def rows_of(folder: Path) -> list[dict[str, Any]]:
    """Return all rows of a folder."""
    lines = [line for path in sorted(folder.glob("*.jsonl")) for line in path.read_text(encoding="utf-8").splitlines()]
    return [json.loads(line) for line in lines]


def scored(symbols: Path, turn: int) -> dict[str, Any]:
    """Score a code book of its own on the symbols of one leak."""
    soft = np.load(symbols).astype(np.float64)
    book = Codebook(hashlib.sha256(repr((SEED, "fresh", symbols.name, turn)).encode()).digest(), RECIPIENTS)
    scores = book.correlations(soft) / np.sqrt(soft @ soft)
    return {
        "picture": symbols.name,
        "leak": f"fresh {turn}",
        "tests": scores.size,
        "tail": [int((scores >= z).sum()) for z in TAIL],
        "highest": float(scores.max()),
        "wrong": int((scores >= threshold(RECIPIENTS, FALSE_ACCUSATION_MOST)).sum()),
    }


def main() -> None:
    """Score until there are enough tests."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--symbols", type=Path, required=True)
    parser.add_argument("--rows", type=Path, required=True)
    parser.add_argument("--tests", type=float, default=1e8)
    options = parser.parse_args()
    known = rows_of(options.rows)
    done = {(row["picture"], row["leak"]) for row in known}
    total, turn, files = sum(row["tests"] for row in known), 0, sorted(options.symbols.glob("*.npy"))
    while total < options.tests and files:
        for path in files:
            if (path.name, f"fresh {turn}") not in done and total < options.tests:
                row = scored(path, turn)
                total += row["tests"]
                with (options.rows / FRESH).open("a", encoding="utf-8") as file:
                    file.write(json.dumps(row) + "\n")
        turn += 1


if __name__ == "__main__":
    main()
