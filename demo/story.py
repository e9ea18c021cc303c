"""Nadia's story, from beginning to end: her pictures, a pile of suspects, and which of them are copies of hers.

Everything is made in code. The pile also holds what a real one holds: pictures that have nothing to do with her, a
decompression bomb, a file that was cut short, and one whose name must stop everything. Nothing is hidden from the
table: what the comparison misses is printed beside what it finds.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import struct
import subprocess
import sys
import zlib
from pathlib import Path

from leaks import TREATMENTS, encoded
from pictures import scene

_SEED = 20_261_121
_SHOWN = 3


def make(folder: Path, *, assets: int, unrelated: int) -> dict[str, tuple[str, str]]:
    """Write Nadia's pictures and the pile.

    Returns:
        What each copy in the pile is of, and how it was made, by path.
    """
    shuffle = random.Random(_SEED)  # noqa: S311 - names of files
    shoot, pile = folder / "shoot", folder / "pile"
    for place in (shoot, pile / "page-1", pile / "page-2"):
        place.mkdir(parents=True)
    truth: dict[str, tuple[str, str]] = {}

    def put(data: bytes, suffix: str) -> Path:
        path = pile / f"page-{shuffle.randint(1, 2)}" / f"{shuffle.getrandbits(48):012x}{suffix}"
        path.write_bytes(data)
        return path

    for number in range(assets):
        picture = scene(_SEED + number)
        asset = shoot / f"nadia-{number + 1:02d}.jpg"
        asset.write_bytes(encoded(picture, quality=92))
        for treatment in TREATMENTS:
            truth[str(put(treatment.apply(picture), ".img"))] = (str(asset), treatment.name)
    for number in range(unrelated):
        put(encoded(scene(_SEED + 10_000 + number), quality=80), ".jpg")
    put(bomb(), ".png")
    put(encoded(scene(_SEED), quality=80)[:20_000], ".jpg")
    (pile / "page-2" / "lycee_sortie_15ans.jpg").write_bytes(b"never opened")
    return truth


def bomb(side: int = 60_000) -> bytes:
    """Return a PNG of some kilobytes that asks for ``side`` x ``side`` pixels."""
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    rows = zlib.compress(b"\x00" * 1_000_000, 9)
    chunks = ((b"IHDR", header), (b"IDAT", rows), (b"IEND", b""))
    body = b"".join(struct.pack(">I", len(d)) + k + d + struct.pack(">I", zlib.crc32(k + d)) for k, d in chunks)
    return b"\x89PNG\r\n\x1a\n" + body


def tell(folder: Path, language: str, *, assets: int, unrelated: int) -> int:
    """Make the pictures, run the command, print the table; 0 if every promise was kept."""
    shutil.rmtree(folder, ignore_errors=True)
    print(f"Nadia has {assets} pictures. Some came back in a pile with {unrelated} others. Making them …", flush=True)
    truth = make(folder, assets=assets, unrelated=unrelated)
    report = folder / "report.html"
    command = ["rempart", "scan", str(folder / "pile"), "--assets", str(folder / "shoot")]
    people, programs = (
        run([*command, "--report", str(report), "--lang", language]),
        run([*command, "--json"], quiet=True),
    )
    if people is None or programs is None:
        return 1
    *matches, counts = people
    print("\n".join(matches[:_SHOWN]), f"… and {len(matches) - _SHOWN} more", counts, sep="\n")
    lines = [json.loads(line) for line in programs]
    summary = lines.pop()["summary"]
    return show(truth, [(line["suspect"], line["asset"]) for line in lines], summary, report)


def run(command: list[str], *, quiet: bool = False) -> list[str] | None:
    """Run Rempart and return the lines of its results; None, and why on stderr, if it did not find anything."""
    if not quiet:
        print(f"\n$ {' '.join(command)}", flush=True)
    talk = subprocess.DEVNULL if quiet else None
    words = [sys.executable, "-m", *command]
    done = subprocess.run(words, stdout=subprocess.PIPE, stderr=talk, encoding="utf-8", check=False, timeout=600)
    if done.returncode == 1:
        return done.stdout.splitlines()
    print(f"demo: rempart ended with {done.returncode}, where 1 (something found) was expected", file=sys.stderr)
    return None


def show(
    truth: dict[str, tuple[str, str]], matches: list[tuple[str, str]], summary: dict[str, float], report: Path
) -> int:
    """Print what was found of each treatment, what was missed, and what was wrong."""
    found = {suspect for suspect, asset in matches if truth.get(suspect, ("", ""))[0] == asset}
    wrong = [pair for pair in matches if truth.get(pair[0], ("", ""))[0] != pair[1]]
    kept = not wrong
    print(f"\n{'what was done to the copy':32} {'found':>9}")
    for treatment in TREATMENTS:
        copies = [suspect for suspect, (_, name) in truth.items() if name == treatment.name]
        hits = sum(suspect in found for suspect in copies)
        kept &= not treatment.promised or hits == len(copies)
        remark = "" if treatment.promised else "   not promised yet: needs more than whole frames"
        print(f"{treatment.name:32} {hits:4d} / {len(copies):2d}{remark}")
    print(f"{'false matches':32} {len(wrong):4d}")
    names = ("scanned", "matched", "unreadable", "stopped")
    print(f"\n{', '.join(f'{summary[n]} {n}' for n in names)}, in {summary['seconds']:.1f} s")
    print(f"The report, without any picture in it: {report.resolve()}")
    if not kept:
        print("demo: a promise was not kept (see the table)", file=sys.stderr)
    return 0 if kept else 1


def main() -> int:
    """Read the options and tell the story."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--out", type=Path, default=Path("demo-out"), help="folder to make; replaced if it exists")
    parser.add_argument("--lang", choices=("fr", "en"), default="fr", help="language of the report")
    parser.add_argument("--assets", type=int, default=12)
    parser.add_argument("--unrelated", type=int, default=60)
    options = parser.parse_args()
    return tell(options.out, options.lang, assets=options.assets, unrelated=options.unrelated)


if __name__ == "__main__":
    sys.exit(main())
