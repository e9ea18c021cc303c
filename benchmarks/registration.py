"""Assets registered per second, and what one costs on the disk and in memory, from a thousand to a million.

``python benchmarks/registration.py CORPUS [--sizes 1000 100000 1000000]`` (after scripts/judges). The command is timed
whole, from its start to its exit, against a plain loop of Pillow, pdqhash and an insertion per picture into SQLite;
rounds alternate. Sizes are filled with random codes through the same repository, without pictures.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import resource
import secrets
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from measure import header, table
from rempart.app.rights import accept_ground, add_owner
from rempart.app.workspace import Workspace, make_workspace, open_workspace
from rempart.config import load_settings
from rempart.detect import Ensemble
from rempart.model import AssetId, Fingerprint, MediaKind, SignalType
from rempart.model.asset import (
    Asset,
    AssetProtection,
    AssetState,
    Depicts,
    GroundKind,
    Owner,
    Registration,
    Right,
    Sensitivity,
)
from rempart.model.ids import IdKind, new_id

ROOT = Path(__file__).resolve().parent.parent
JUDGE = ROOT / ".venv-judges" / "bin" / "python"
RIGHT = Right(depicts=Depicts.SELF, ground=GroundKind.OWN_WORK, adults_when_taken=True)
_PEER = """
import sys, time, sqlite3, hashlib, pdqhash, numpy
from PIL import Image
start, base = time.perf_counter(), sqlite3.connect(sys.argv[1])
base.execute("PRAGMA journal_mode=WAL")
base.execute("CREATE TABLE a (digest BLOB, code BLOB)")
for path in sys.argv[2:]:
    data = open(path, "rb").read()
    code, _ = pdqhash.compute(numpy.asarray(Image.open(path).convert("RGB")))
    base.execute("INSERT INTO a VALUES (?, ?)", (hashlib.sha256(data).digest(), numpy.packbits(code).tobytes()))
base.commit()
print(time.perf_counter() - start)
"""


def workspace_in(folder: Path) -> tuple[Workspace, Owner]:
    """Make a workspace with one owner whose ground somebody accepted."""
    flags = {"workspace.folder": str(folder), "workspace.user": "oscar"}
    settings = load_settings(environment={}, flags=flags).settings
    make_workspace(settings)
    workspace = open_workspace(settings)
    owner = add_owner(workspace, "nadia", contact="", right=RIGHT, language="en")
    accept_ground(workspace, "nadia", "anne")
    return workspace, owner


def ours(corpus: Path) -> float:
    """Return the seconds that ``rempart asset add`` takes, whole."""
    with tempfile.TemporaryDirectory() as folder:
        workspace, _ = workspace_in(Path(folder) / "w")
        workspace.database.close()
        words = ["asset", "add", str(corpus), "--owner", "nadia", "--sensitivity", "premium"]
        command = [sys.executable, "-m", "rempart", "--workspace", f"{folder}/w", *words]
        start = time.perf_counter()
        done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
        seconds = time.perf_counter() - start
    if done.returncode not in {0, 2}:  # the corpus's note is not a picture
        raise SystemExit(done.stderr)
    return seconds


def peer(paths: list[Path]) -> float:
    """Return the seconds of the plain loop, without its interpreter's start."""
    with tempfile.TemporaryDirectory() as folder:
        command: list[str | Path] = [JUDGE, "-c", _PEER, f"{folder}/peer.db", *paths]
        return float(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)


def made(owner: Owner, count: int) -> Iterator[Registration]:
    """Yield registrations with random codes."""
    for number in range(count):
        asset = Asset(
            id=AssetId(new_id(IdKind.ASSET)),
            owner=owner.id,
            kind=MediaKind.IMAGE,
            state=AssetState.ACTIVE,
            sensitivity=Sensitivity.PREMIUM,
            protection=AssetProtection.HASH_ONLY,
            ground=owner.ground,
            ground_accepted_by=None,
            registered_by=owner.registered_by,
            registered_at=dt.datetime.now(dt.UTC),
            label=f"picture-{number:07d}.jpg",
        )
        code = Fingerprint(signal_type=SignalType.PDQ, version="pdq/1", bits=secrets.token_bytes(32), quality=100)
        yield Registration(asset=asset, digest=secrets.token_bytes(32), fingerprints=(code,))


def sizes(counts: list[int]) -> list[tuple[str, ...]]:
    """Fill a workspace step by step, and measure at each size."""
    rows: list[tuple[str, ...]] = []
    with tempfile.TemporaryDirectory() as folder:
        workspace, owner = workspace_in(Path(folder) / "w")
        there = 0
        for count in counts:
            start = time.perf_counter()
            batch = []
            for registration in made(owner, count - there):
                batch.append(registration)
                if len(batch) == 1_000:
                    workspace.assets.add(batch)
                    batch = []
            workspace.assets.add(batch)
            written = (count - there) / (time.perf_counter() - start)
            there = count
            workspace.database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            size = os.stat(workspace.database.location.name).st_size
            start, bank = time.perf_counter(), Ensemble()
            for entry in workspace.bank.bank():
                bank.add(entry.asset, entry)
            loaded = time.perf_counter() - start
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            rows.append((f"{count:,}", f"{size / count:.0f}", f"{written:.0f}", f"{loaded:.2f}", f"{peak:.0f}"))
        workspace.database.close()
    return rows


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--sizes", type=int, nargs="*", default=[1_000, 100_000, 1_000_000])
    options = parser.parse_args()
    paths = sorted(options.corpus.glob("*.jpg"))
    times: dict[str, list[float]] = {"rempart asset add": [], "Pillow + pdqhash + SQLite, plain": []}
    for _ in range(options.rounds):
        times["rempart asset add"].append(ours(options.corpus))
        times["Pillow + pdqhash + SQLite, plain"].append(peer(paths))
    header(f"Registration of {len(paths)} JPEGs ({(options.corpus / 'ORIGIN').read_text().strip()})")
    base = statistics.median(times["Pillow + pdqhash + SQLite, plain"])
    median = {name: statistics.median(seconds) for name, seconds in times.items()}
    table(
        ("", "assets/s", "against the plain loop"),
        [(name, f"{len(paths) / s:.0f}", f"{base / s:.1f} x") for name, s in median.items()],
    )
    header("Size of a workspace (SQLite, random codes)")
    columns = ("assets", "bytes per asset", "written per second, no pictures", "bank loaded in, s", "peak memory, MiB")
    table(columns, sizes(options.sizes))


if __name__ == "__main__":
    main()
