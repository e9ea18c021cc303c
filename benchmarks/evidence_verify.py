"""Seconds to verify a package or a dossier, against ``sha256sum -c`` on the same files; and changes judged in a second.

``PYTHONPATH=tests python benchmarks/evidence_verify.py FOLDER``: the folder's disk is used. Sides alternate in one run;
the files were just written, so that they are read from memory. With a key, what is sealed is decrypted and digested
again, and the bare work is ``sha256sum -c`` and ``age -d`` of each sealed file. Needs age.
"""

from __future__ import annotations

import argparse
import hashlib
import statistics
import subprocess
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from measure import header, table
from packages import CASE, NOW, SALT, House, item_id
from rempart.evidence.building import build_item
from rempart.evidence.dossier import build_dossier
from rempart.evidence.drafts import CustodyLine, DossierDraft, DossierItem
from rempart.evidence.layout import PackageKind
from rempart.evidence.sums import SUMS
from rempart.evidence.verifying import Anchors, Verifying, require, verify
from rempart.evidence.zip_writing import write_zip
from spoilt import MemoryFiles, spoilt_dossier, spoilt_item
from tampering import CHANGES, changed

SIZES = {"1 MB": 10**6, "100 MB": 10**8, "1 GB": 10**9}
COUNTS = (10, 100)
TURNS = 3
CHANGES_OF_EACH = 100


def seconds(action: Callable[[], object]) -> float:
    """Return how long something takes, by the clock on the wall."""
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def shell(folder: Path, command: str) -> None:
    """Run a command in a folder."""
    subprocess.run(["bash", "-c", command], cwd=folder, check=True, stdout=subprocess.DEVNULL)


def compared(what: str, source: Path, folder: Path, house: House, *, is_opened: bool = False) -> tuple[str, ...]:
    """Return a row: ours, the bare work, and their ratio."""
    identity = house.identities[0] if is_opened else None
    bare = "sha256sum --strict --quiet -c SHA256SUMS"
    if is_opened:
        (folder.parent / "key").write_text(house.identities[0], encoding="ascii")
        bare += " && for one in sealed/*.bin.age; do age -d -i ../key $one >/dev/null; done"

    def ours() -> None:
        require(verify(source, anchors=Anchors(), identity=identity, at=NOW))

    pairs = [(seconds(ours), seconds(lambda: shell(folder, bare))) for _ in range(TURNS)]
    ratios = [one / other for one, other in pairs]
    first, second = (statistics.median(side) for side in zip(*pairs, strict=True))
    spread = f"{statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})"
    return what, f"{first:.3f}", f"{second:.3f}", spread


def sizes(house: House, parent: Path) -> list[tuple[str, ...]]:
    """Measure one package by its size."""
    rows = []
    for name, size in SIZES.items():
        with TemporaryDirectory(dir=parent) as made:
            folder = house.item(Path(made), content=bytes(size))
            target = Path(made) / "a.zip"
            write_zip(folder, target, PackageKind.ITEM)
            rows.append(compared(f"package of {name}, folder", folder, folder, house))
            rows.append(compared(f"package of {name}, zip", target, folder, house))
            rows.append(compared(f"package of {name}, opened", folder, folder, house, is_opened=True))
    return rows


def counts(house: House, parent: Path) -> list[tuple[str, ...]]:
    """Measure a dossier by its number of packages."""
    rows = []
    for count in COUNTS:
        with TemporaryDirectory(dir=parent) as made:
            items, prev = [], b""
            for number in range(1, count + 1):
                folder = build_item(Path(made), house.draft(number, prev))
                house.prove(folder)
                prev = sums_digest(folder)
                items.append(DossierItem(id=item_id(number), sums_sha256=prev, folder=folder))
            dossier = build_dossier(Path(made), dossier_draft(house, items))
            house.prove(dossier)
            rows.append(compared(f"dossier of {count} packages", dossier, dossier, house))
    return rows


def sums_digest(folder: Path) -> bytes:
    """Return the digest that stands for a package."""
    return hashlib.sha256((folder / SUMS).read_bytes()).digest()


def dossier_draft(house: House, items: list[DossierItem]) -> DossierDraft:
    """Return a dossier of these packages."""
    line = CustodyLine(at=NOW, kind="recorded", item=item_id(1), who="person 1", why="case_work")
    return DossierDraft(
        id="dos_" + "d" * 32,
        case=CASE,
        case_ref_salt=SALT,
        recorded_at=NOW,
        organisation="Refuge",
        role="person 1",
        items=tuple(items),
        custody=(line,),
        trust=house.trust(),
    )


def matrix(parent: Path) -> list[tuple[str, ...]]:
    """Count what becomes of changes, and how many are judged in a second."""
    rows: list[tuple[str, ...]] = []
    for name, make in (("item", spoilt_item), ("dossier", spoilt_dossier)):
        with TemporaryDirectory(dir=parent) as made:
            target = make(Path(made))
        spoilt = [changed(change, seed, target) for change in CHANGES for seed in range(CHANGES_OF_EACH)]
        outcome: Counter[str] = Counter()
        start = time.perf_counter()
        for files in spoilt:
            begun = Verifying.of(MemoryFiles(files), anchors=target.anchors, identity=None, at=NOW)
            problem = next(begun.problems(), None)
            outcome["harmless" if problem is None else "caught"] += 1
        rate = len(spoilt) / (time.perf_counter() - start)
        rows.append((name, str(len(spoilt)), str(outcome["caught"]), str(outcome["harmless"]), f"{rate:.0f}"))
    return rows


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parent = parser.parse_args().folder
    house = House()
    header("Evidence: verify in Python, by size, by number of packages; changes judged in a second")
    rows = sizes(house, parent) + counts(house, parent)
    table(["what", "seconds", "sha256sum -c (and age -d), seconds", "ratio, median (range)"], rows)
    table(["changes of", "changes", "caught", "harmless", "judged in a second"], matrix(parent))


if __name__ == "__main__":
    main()
