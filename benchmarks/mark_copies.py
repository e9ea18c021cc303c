"""How long a thousand copies of one picture of 2 megapixels take, by the command itself, as JPEG and as PNG.

``python benchmarks/mark_copies.py --photo FILE [--copies 1000] [--workers 2] [--format JPEG PNG] [--levels]``. The
picture is cut to 1,920 x 1,080. Wall time says what a user waits for on this machine as it is; processor time, of the
command and its workers, what it would be on two free cores. ``--levels`` shows what the levels of zlib cost a PNG copy.
"""

from __future__ import annotations

import argparse
import io
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

from PIL import Image

from measure import header, table

REMPART: Final = [sys.executable, "-m", "rempart"]
SIZE: Final = (1920, 1080)


def cut(photo: Path) -> Image.Image:
    """Bring a photograph to the size, without changing its shape."""
    with Image.open(photo) as image:
        factor = max(SIZE[0] / image.width, SIZE[1] / image.height)
        grown = image.convert("RGB").resize((round(image.width * factor), round(image.height * factor)))
    left, top = (grown.width - SIZE[0]) // 2, (grown.height - SIZE[1]) // 2
    return grown.crop((left, top, left + SIZE[0], top + SIZE[1]))


def prepared(folder: Path, picture: Image.Image, kind: str, copies: int) -> Path:
    """Make a workspace with one picture and its recipients; return the picture's file."""
    file, people = folder / f"picture.{kind.lower()}", folder / "recipients.csv"
    picture.save(file, kind, quality=95)  # which a PNG does not look at
    lines = [f"Recipient {number},2026-11-02,terms" for number in range(copies)]
    people.write_text("\n".join(["name,informed_on,how", *lines]) + "\n", encoding="utf-8")
    run(folder, "init")
    run(folder, "owner", "add", "nadia", "--depicts", "self", "--ground", "own-work", "--adults-when-taken")
    run(folder, "asset", "add", str(file), "--owner", "nadia", "--sensitivity", "premium", "--vault")
    run(folder, "recipient", "import", str(people))
    return file


def run(folder: Path, *words: str) -> None:
    """Run a command to its end."""
    environment = {**os.environ, "REMPART_WORKSPACE_USER": "nadia"}
    command = [*REMPART, "--workspace", str(folder / "w"), *words]
    done = subprocess.run(command, env=environment, capture_output=True, encoding="utf-8", check=False)
    if done.returncode != 0:
        message = f"{' '.join(words[:2])} ended with {done.returncode}: {done.stderr[-400:]}"
        raise SystemExit(message)


def marked(photo: Path, kind: str, copies: int, workers: int) -> tuple[object, ...]:
    """Mark, and return a line of the table."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        file = prepared(folder, cut(photo), kind, copies)
        load, used, before = os.getloadavg()[0], children_s(), time.perf_counter()
        run(folder, "mark", str(file), "--to", "all", "--out", str(folder / "copies"), "--workers", str(workers))
        wall, spent = time.perf_counter() - before, children_s() - used
        sizes = [path.stat().st_size for path in (folder / "copies").rglob(f"*{file.suffix}")]
    if len(sizes) != copies:
        message = f"{len(sizes)} copies instead of {copies}"
        raise SystemExit(message)
    each = sum(sizes) / len(sizes) / 1e6
    loads = f"{load:.1f} to {os.getloadavg()[0]:.1f}"
    return (kind, copies, f"{wall:.0f}", f"{spent:.0f}", f"{spent / workers:.0f}", f"{each:.2f}", loads)


def children_s() -> float:
    """Return the processor time of the commands that have ended, with their workers."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def levels(photo: Path) -> None:
    """Print what a PNG of a marked picture costs at each level of zlib."""
    import numpy as np  # noqa: PLC0415 - as above

    from rempart.attribute import Codebook  # noqa: PLC0415 - not wanted in the other runs
    from rempart.mark import prepare  # noqa: PLC0415 - as above

    work = prepare(np.array(cut(photo)), asset_key=bytes(32))
    code = Codebook(bytes(32), 1).code(0)
    before = time.process_time()
    copy = Image.fromarray(work.copy_for(code))
    rows: list[tuple[object, ...]] = [("the copy itself", "", f"{time.process_time() - before:.3f}")]
    for level in range(10):
        out, before = io.BytesIO(), time.process_time()
        copy.save(out, "PNG", compress_level=level)
        rows.append((f"PNG, level {level}", f"{len(out.getvalue()) / 1e6:.2f}", f"{time.process_time() - before:.3f}"))
    out, before = io.BytesIO(), time.process_time()
    copy.save(out, "JPEG", quality=95, subsampling=0)
    rows.append(("JPEG 95", f"{len(out.getvalue()) / 1e6:.2f}", f"{time.process_time() - before:.3f}"))
    header("What a copy's encoding costs, 1920 x 1080")
    table(("", "MB", "CPU s"), rows)


def main() -> None:
    """Run what is asked for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--photo", type=Path, required=True)
    parser.add_argument("--copies", type=int, default=1000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--format", nargs="+", choices=("JPEG", "PNG"), default=["JPEG", "PNG"])
    parser.add_argument("--levels", action="store_true")
    options = parser.parse_args()
    if options.levels:
        levels(options.photo)
        return
    rows = [marked(options.photo, kind, options.copies, options.workers) for kind in options.format]
    header("A thousand copies of one picture of 1920 x 1080")
    columns = ("format", "copies", "wall, s", "CPU, s", "CPU on two free cores, s", "MB a copy", "load average")
    table(columns, rows)


if __name__ == "__main__":
    main()
