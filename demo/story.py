"""Nadia's story: her pictures registered by right, a pile, a copy traced, a forum watched, proof sealed, withdrawal.

Everything is made in code. The pile also holds what a real one holds: pictures that have nothing to do with her, a
decompression bomb, a file that was cut short, and one whose name must stop everything; half of it is a zip. Nothing is
hidden from the table: what the comparison misses is printed beside what it finds.
"""

from __future__ import annotations

import argparse
import json
import random
import shlex
import shutil
import struct
import subprocess
import sys
import zipfile
import zlib
from pathlib import Path

from copies import name_the_copy
from dossier import seal_and_verify
from leaks import TREATMENTS, encoded
from pictures import scene
from watching import watch_the_forum

_SEED = 20_261_121
_SHOWN = 3


def make(folder: Path, *, assets: int, unrelated: int) -> dict[str, tuple[str, str]]:
    """Write Nadia's pictures and the pile.

    Returns:
        What each copy in the pile is of, and how it was made, by path.
    """
    shuffle = random.Random(_SEED)  # noqa: S311 - names of files
    shoot, pile = folder / "shoot", folder / "pile"
    for place in (shoot, pile / "page-1"):
        place.mkdir(parents=True)
    truth: dict[str, tuple[str, str]] = {}
    zipped = zipfile.ZipFile(pile / "page-2.zip", "w", zipfile.ZIP_DEFLATED)

    def put(data: bytes, suffix: str) -> str:
        name = f"{shuffle.getrandbits(48):012x}{suffix}"
        if shuffle.randint(1, 2) == 1:
            (pile / "page-1" / name).write_bytes(data)
            return str(pile / "page-1" / name)
        zipped.writestr(name, data)
        return f"{pile / 'page-2.zip'}!/{name}"

    for number in range(assets):
        picture = scene(_SEED + number)
        asset = shoot / f"nadia-{number + 1:02d}.jpg"
        asset.write_bytes(encoded(picture, quality=92))
        for treatment in TREATMENTS:
            truth[put(treatment.apply(picture), ".img")] = (asset.name, treatment.name)
    for number in range(unrelated):
        put(encoded(scene(_SEED + 10_000 + number), quality=80), ".jpg")
    put(bomb(), ".png")
    put(encoded(scene(_SEED), quality=80)[:20_000], ".jpg")
    zipped.writestr("lycee_sortie_15ans.jpg", b"never opened")
    zipped.close()
    return truth


def bomb(side: int = 60_000) -> bytes:
    """Return a PNG of some kilobytes that asks for ``side`` x ``side`` pixels."""
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    rows = zlib.compress(b"\x00" * 1_000_000, 9)
    chunks = ((b"IHDR", header), (b"IDAT", rows), (b"IEND", b""))
    body = b"".join(struct.pack(">I", len(d)) + k + d + struct.pack(">I", zlib.crc32(k + d)) for k, d in chunks)
    return b"\x89PNG\r\n\x1a\n" + body


def tell(folder: Path, language: str, *, assets: int, unrelated: int) -> int:
    """Make the pictures, run the commands, print the table; 0 if every promise was kept."""
    shutil.rmtree(folder, ignore_errors=True)
    print(f"Nadia has {assets} pictures. Some came back in a pile with {unrelated} others. Making them …", flush=True)
    truth = make(folder, assets=assets, unrelated=unrelated)
    report = folder / "report.html"
    rempart = ["rempart", "--workspace", str(folder / "workspace")]
    add = ["asset", "add", str(folder / "shoot"), "--owner", "nadia", "--sensitivity", "premium", "--vault"]
    right = ["--depicts", "self", "--ground", "own-work", "--adults-when-taken"]
    scan = [*rempart, "scan", str(folder / "pile")]
    if run([*rempart, "init", "--sheet", str(folder / "recovery-sheet.txt")], expected=0) is None:
        return 1
    if run([*rempart, "owner", "add", "nadia", *right, "--lang", language], expected=0) is None:
        return 1
    added = run([*rempart, *add], expected=0)
    if added is None:
        return 1
    print("\n".join(added[:_SHOWN]), f"… and {len(added) - _SHOWN - 1} more", added[-1], sep="\n")
    people = run([*scan, "--report", str(report), "--lang", language])
    programs = run([*scan, "--json"], quiet=True)
    if people is None or programs is None:
        return 1
    *matches, counts = people
    print("\n".join(matches[:_SHOWN]), f"… and {len(matches) - _SHOWN} more", counts, sep="\n")
    lines = [json.loads(line) for line in programs]
    summary = lines.pop()["summary"]
    found = [(line["suspect"], line["label"]) for line in lines]
    kept = show(truth, found, summary, report) == 0 and name_the_copy(run, rempart, folder)
    kept = kept and watch_the_forum(folder) and seal_and_verify(run, rempart, folder)
    return 0 if withdraw_one(rempart, folder, added[0].split()[1]) and kept else 1


def withdraw_one(rempart: list[str], folder: Path, asset: str) -> bool:
    """Take one picture back, and look for names in the raw bytes of the workspace; False if a promise was not kept."""
    for command in (["asset", "withdraw", asset], ["db", "check"]):
        told = run([*rempart, *command], expected=0)
        if told is None:
            return False
        print("\n".join(told))
    files = [path for path in (folder / "workspace").rglob("*") if path.is_file()]
    named = [path for path in files if b"nadia" in path.read_bytes()]
    print(f"Files of the workspace that hold the name nadia: {len(named)} of {len(files)}")
    if named:
        print(f"demo: {named[0]} holds a name in the clear", file=sys.stderr)
    return not named


def run(command: list[str], *, expected: int = 1, quiet: bool = False) -> list[str] | None:
    """Run Rempart and return the lines of its results; None, and why on stderr, if it did not end as expected."""
    if not quiet:
        print(f"\n$ {shlex.join(command)}", flush=True)
    talk = subprocess.DEVNULL if quiet else None
    words = [sys.executable, "-m", *command]
    done = subprocess.run(words, stdout=subprocess.PIPE, stderr=talk, encoding="utf-8", check=False, timeout=600)
    if done.returncode == expected:
        return done.stdout.splitlines()
    print(f"demo: rempart ended with {done.returncode}, where {expected} was expected", file=sys.stderr)
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
        remark = "" if treatment.promised else "   not promised"
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
