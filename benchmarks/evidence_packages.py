"""Seconds to make a package and to verify it, against the bare work of others' tools on the same bytes.

``PYTHONPATH=tests python benchmarks/evidence_packages.py FOLDER``: the folder's disk is used. Bare work of making:
``age`` to the same two recipients, then ``sha256sum``; of verifying: ``sha256sum``; with a key: ``sha256sum`` and
``age -d`` once. Sides alternate; the files were just written, so that they are read from memory. Needs age and openssl.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from measure import header, table
from packages import House
from rempart.evidence.building import build_item
from rempart.evidence.drafts import Content
from rempart.keys.age import recipient_of

SIZES = {"1 MB": (10**6, 9), "100 MB": (10**8, 3)}


def seconds(action: Callable[[], object]) -> float:
    """Return how long something takes, by the clock on the wall."""
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def shell(folder: Path, command: str) -> None:
    """Run a command as a stranger does."""
    subprocess.run(["bash", "-c", command], cwd=folder, check=True, stdout=subprocess.DEVNULL)


class Trial:
    """One content, made and verified once."""

    def __init__(self, house: House, folder: Path, size: int) -> None:
        """Prepare the content."""
        self.house, self.folder = house, folder
        (folder / "clear").write_bytes(b"\x5a" * size)
        (folder / "key").write_text(house.identities[0], encoding="ascii")
        self.recipients = " ".join(f"-r {recipient_of(one)}" for one in house.identities)

    def make(self) -> None:
        """Make the package with all its proofs."""
        with (self.folder / "clear").open("rb") as reader:
            content = Content(name="clear", media_type="application/octet-stream", reader=reader)
            self.package = build_item(self.folder / "made", replace(self.house.draft(), contents=(content,)))
        self.house.prove(self.package)

    def figures(self) -> dict[str, float]:
        """Measure each side."""
        (self.folder / "made").mkdir()
        sides: dict[str, Callable[[], object]] = {
            "bare make": lambda: shell(self.folder, f"age {self.recipients} -o bare.age clear && sha256sum bare.age"),
            "make": self.make,
            "bare verify": lambda: shell(self.folder, "sha256sum bare.age"),
            "verify": lambda: shell(self.package, "bash verify.sh"),
            "bare open": lambda: shell(self.folder, "sha256sum bare.age && age -d -i key bare.age | sha256sum"),
            "open": lambda: shell(self.package, f"bash verify.sh --identity '{self.folder}/key'"),
        }
        return {name: seconds(action) for name, action in sides.items()}


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parent = parser.parse_args().folder
    house = House()
    header("Evidence packages: two recipients, one content, one time-stamp, log of six entries")
    rows = []
    for name, (size, turns) in SIZES.items():
        found = []
        for _ in range(turns):
            with TemporaryDirectory(dir=parent) as folder:
                found.append(Trial(house, Path(folder), size).figures())
        for side, what in (("make", "make"), ("verify", "verify.sh"), ("open", "verify.sh --identity")):
            ours, bare = (statistics.median(each[key] for each in found) for key in (side, f"bare {side}"))
            ratios = [each[side] / each[f"bare {side}"] for each in found]
            spread = f"{statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})"
            rows.append((name, what, f"{ours:.3f}", f"{bare:.3f}", spread))
    table(["content", "what", "seconds", "bare work, seconds", "ratio, median (range)"], rows)


if __name__ == "__main__":
    main()
